"""The `poise` command: finds the command's module and runs it. No other package prints or exits.

This module answers `poise --help` from the list below: Typer, rich and the rest load with the command that needs them.
"""

import importlib
import os
import sys
from collections.abc import Mapping

from .. import __version__, language
from .. import text as plain
from ..errors import PoiseError, Reason
from ..language.tags import of_environment

# Command -> (module, one line). The order is the help's.
COMMANDS = {
    "open": (
        "open_",
        "Open Poise in the browser: it leads through the first steps, then shows Today.",
    ),
    "demo": ("demo", "Play the whole chain on a virtual clip, in about a minute."),
    "scan": ("scan", "List the clips around."),
    "pair": ("pair", "Let this computer in at the clip; list and forget those that are."),
    "wear": ("wear", "Follow the clip: live angle, log, reminders."),
    "dashboard": (
        "dashboard",
        "Open the dashboard in the browser: today, exercises, diary, trends.",
    ),
    "exercise": ("exercise", "Do one of the plan's exercises, guided by the clip or a timer."),
    "neck": ("neck", "Follow two clips, head and collar: true neck flexion."),
    "calibrate": ("calibrate", "Take the wearer's start position: hold still, then nod twice."),
    "status": ("status", "Ask the clip how it is."),
    "events": ("events", "List what was logged."),
    "nudges": ("nudges", "What followed each posture nudge; mark one that was wrong."),
    "reminders": ("reminders", "How reminders come: as planned, fewer, at other times, or none."),
    "diary": ("diary", "Ten seconds a day: headache, neck pain, medicine days."),
    "safety": (
        "safety",
        "When to stop and whom to call; stops, and the therapist's word that ends them.",
    ),
    "plan": ("plan", "Show, check or set the therapist's plan."),
    "patient": ("patient", "List the patients, add one, give one a clip."),
    "insight": (
        "insight",
        "What the days say: exposure, adherence, diary, and what goes with what.",
    ),
    "download": ("download", "Bring the clip's log over USB into the store."),
    "import": ("import_", "Bring a raw log file into the store."),
    "report": ("report", "Make one page of a downloaded period: PDF and HTML."),
    "replay": ("replay", "Run a recorded trace through the clip's own code."),
    "bench": ("bench", "Measure the motion filter beside others; calculate battery life."),
    "flash": ("flash", "Put MicroPython and the firmware on a clip."),
    "bundle": ("bundle", "Make signed firmware, which clips take without a cable."),
    "update": ("update", "Give a clip a signed firmware, by Bluetooth or USB."),
    "backup": ("backup", "Copy the store: log, plan, diary, exercises; one a day by itself."),
    "restore": ("restore", "Go back to a copy of the store; list the copies."),
    "install": ("install", "Put Poise among the programs of this computer, or take it out."),
    "doctor": ("doctor", "Check what is there and say what to do where not."),
}
EPILOG = (
    "Poise is a training log and a reminder. It does not diagnose or treat headache, cannot tell\n"
    "whether a symptom is serious, and does not replace your clinician."
)

_NEEDS = {"--lang": "language", "--patient": "pseudonym"}

# Exit status by reason; 0 success, 1 unexpected, 2 wrong usage, 130 interrupted.
EXIT_STATUS = {reason: 10 + place for place, reason in enumerate(Reason)}


def usage() -> str:
    """Return the text of `poise --help`."""
    rows = "\n".join(f"  {name:<9} {line}" for name, (_, line) in COMMANDS.items())
    return (
        "Usage: poise [-v] [--data DIR] [--patient P] [--lang TAG] [--twin DIR] COMMAND [ARGS]...\n\n"
        "Host of the Poise neck-posture clip. Without a command it does `poise open` in a desktop's terminal,\n"
        "and prints this text elsewhere: in a pipe, without a screen, over SSH.\n\n"
        f"Commands:\n{rows}\n\n"
        "Options:\n"
        "  --data DIR  Where the log, the plan and the reports are kept [env: POISE_DATA]\n"
        "  --patient P Whose data, by pseudonym, where the store has several patients [env: POISE_PATIENT]\n"
        "  --lang TAG  Words, dates and times in this language, such as de or en-US [env: POISE_LANG]\n"
        "  --twin DIR  Talk to the virtual clip that runs in DIR [env: POISE_TWIN]\n"
        "  -v, -vv     Tell on standard error what the link does and what is decided; -vv: each message\n"
        "  --version   Print the version\n"
        "  --help      This text; `poise COMMAND --help` for each command\n\n"
        f"{EPILOG}\n"
    )


def main() -> None:
    """Console entry: run the command; turn every error into one line and an exit status."""
    plain.begin()
    try:
        _check_text(sys.argv[1:])
        sys.exit(dispatch(sys.argv[1:]))
    except PoiseError as error:
        _complain(error)
        sys.exit(EXIT_STATUS[error.reason])
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        # The reader of a pipe (head, less) has gone: nobody reads a message.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Exception as error:
        if os.environ.get("POISE_DEBUG"):
            raise
        sys.stderr.write(
            f"poise: unexpected {type(error).__name__}: {error}. Set POISE_DEBUG=1 to see where.\n"
        )
        sys.exit(1)


def dispatch(arguments: list[str]) -> int:
    """Run one command line; return its exit status. Raises PoiseError."""
    rest, verbosity = list(arguments), 0
    while rest and rest[0].startswith("-"):
        option, _, value = rest.pop(0).partition("=")
        if option in ("--help", "-h"):
            sys.stdout.write(usage())
            return 0
        if option == "--version":
            sys.stdout.write(f"poise {__version__}\n")
            return 0
        if option in ("-v", "-vv", "--verbose"):
            verbosity += option.count("v") if option != "--verbose" else 1
            continue
        if option not in ("--data", "--twin", "--lang", "--patient"):
            return _misused(f"no option '{option}'")
        if not value and not rest:
            return _misused(f"'{option}' needs a {_NEEDS.get(option, 'folder')}")
        os.environ["POISE_" + option[2:].upper()] = value or rest.pop(0)
    language.set_default(of_environment(os.environ) or language.ENGLISH)
    language.choose(os.environ.get("POISE_LANG") or None)
    if not rest and not on_desktop(
        sys.platform, os.environ, is_terminal=plain.terminal() is not None
    ):
        sys.stdout.write(usage())
        return 0
    name = rest.pop(0) if rest else "open"
    if name not in COMMANDS:
        return _misused(f"no command '{name}'")
    if verbosity:
        from . import logs

        logs.to_stderr(verbosity)
    module = importlib.import_module(f".{COMMANDS[name][0]}", __name__)
    for info in (module.app.info, *module.app.registered_commands):
        info.epilog = EPILOG.replace("\n", " ")
    # Without `color`, Typer would remove escapes from the output; they are to show as text (text.py).
    module.app(args=rest, prog_name=f"poise {name}", color=True)
    return 0


def on_desktop(platform: str, environment: Mapping[str, str], *, is_terminal: bool) -> bool:
    """Return whether a person typed the command in a desktop's terminal, so that they see a browser open."""
    if not is_terminal or environment.get("SSH_CONNECTION"):
        return False
    if platform in ("win32", "darwin"):
        return True
    return bool(environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"))


def _check_text(arguments: list[str]) -> None:
    """Raise PoiseError BAD_INPUT for bytes that are no text in this machine's encoding: no file could keep them."""
    given = [(f"argument {place}", text) for place, text in enumerate(arguments, start=1)]
    given += [(name, text) for name, text in os.environ.items() if name.startswith("POISE_")]
    for what, text in given:
        if any("\ud800" <= character <= "\udfff" for character in text):
            shown = os.fsencode(text).decode("utf-8", "backslashreplace")
            raise PoiseError(
                Reason.BAD_INPUT,
                f"{what} is not UTF-8 text: '{shown}'",
                "Type it anew, or rename the file that it names.",
            )


def _misused(what: str) -> int:
    sys.stderr.write(f"poise: {what}. `poise --help` lists what there is.\n")
    return 2


def _complain(error: PoiseError) -> None:
    lines = str(error).rstrip(".").splitlines() or [""]
    for line in lines[:-1]:
        sys.stderr.write(f"poise: {line}\n")
    sys.stderr.write(f"poise: {lines[-1]}. {error.hint}\n")
