"""The `poise` command: finds the command's module and runs it. No other package prints or exits.

This module answers `poise --help` from the list below: Typer, rich and the rest load with the command that needs them.
"""

import importlib
import os
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

from .. import __version__, language
from .. import text as plain
from ..errors import PoiseError, Reason
from ..language import N_, _
from ..language.tags import of_environment

if TYPE_CHECKING:
    from typer import Typer

# Command -> (module, one line). The order is the help's.
COMMANDS = {
    "open": (
        "open_",
        N_("Open Poise in the browser: it leads through the first steps, then shows Today."),
    ),
    "demo": ("demo", N_("Play the whole chain on a virtual clip, in about a minute.")),
    "scan": ("scan", N_("List the clips around.")),
    "pair": ("pair", N_("Let this computer in at the clip; list and forget those that are.")),
    "wear": ("wear", N_("Follow the clip: live angle, log, reminders.")),
    "dashboard": (
        "dashboard",
        N_("Open the dashboard in the browser: today, exercises, diary, trends."),
    ),
    "exercise": ("exercise", N_("Do one of the plan's exercises, guided by the clip or a timer.")),
    "neck": ("neck", N_("Follow two clips, head and collar: true neck flexion.")),
    "calibrate": ("calibrate", N_("Take the wearer's start position: hold still, then nod twice.")),
    "status": ("status", N_("Ask the clip how it is.")),
    "events": ("events", N_("List what was logged.")),
    "nudges": ("nudges", N_("What followed each posture nudge; mark one that was wrong.")),
    "reminders": (
        "reminders",
        N_("How reminders come: as planned, fewer, at other times, or none."),
    ),
    "diary": ("diary", N_("Ten seconds a day: headache, neck pain, medicine days.")),
    "safety": (
        "safety",
        N_("When to stop and whom to call; stops, and the therapist's word that ends them."),
    ),
    "plan": ("plan", N_("Show, check or set the therapist's plan.")),
    "patient": ("patient", N_("List the patients, add one, give one a clip.")),
    "clip": ("clip", N_("Lend a clip, take it back, wipe it for the next patient.")),
    "letter": (
        "letter",
        N_("The letters between a patient's computer and a clinic: show, give, export, import."),
    ),
    "clinic": ("clinic", N_("Open the therapist's pages: patients, visits, clips on USB.")),
    "visit": ("visit", N_("What happened since the last visit, for the therapist.")),
    "insight": (
        "insight",
        N_("What the days say: exposure, adherence, diary, and what goes with what."),
    ),
    "download": ("download", N_("Bring the clip's log over USB into the store.")),
    "import": ("import_", N_("Bring a raw log file into the store.")),
    "report": ("report", N_("Make one page of a downloaded period: PDF and HTML.")),
    "export": (
        "export",
        N_("Give the data out: tables, health record, calendar, or everything, encrypted."),
    ),
    "replay": ("replay", N_("Run a recorded trace through the clip's own code.")),
    "bench": ("bench", N_("Measure the motion filter beside others; calculate battery life.")),
    "flash": ("flash", N_("Put MicroPython and the firmware on a clip.")),
    "release": ("release", N_("Make firmware that clips take without a cable, and sign it.")),
    "shell": ("shell", N_("Open the clip's MicroPython prompt; afterwards the clip runs again.")),
    "trace": ("trace", N_("Record the clip's raw sensor as a trace for `poise replay`.")),
    "update": ("update", N_("Give a clip a signed firmware, by Bluetooth or USB.")),
    "backup": ("backup", N_("Copy the store: log, plan, diary, exercises; one a day by itself.")),
    "restore": ("restore", N_("Go back to a copy of the store; list the copies.")),
    "audit": ("audit", N_("Who saw and changed what in the store.")),
    "install": ("install", N_("Put Poise among the programs of this computer, or take it out.")),
    "doctor": ("doctor", N_("Check what is there and say what to do where not.")),
}
# Command -> the heading above it.
_HEADS = {
    "open": "Commands for the wearer",
    "plan": "Commands for plan, visit and data",
    "replay": "Commands for makers",
    "backup": "Commands for this computer",
}
EPILOG = N_(
    "Poise is a training log and a reminder. It does not diagnose or treat headache, cannot tell\n"
    "whether a symptom is serious, and does not replace your clinician."
)

_LEAD = N_(
    "Host of the Poise neck-posture clip. Without a command it does `poise open` in a desktop's terminal,\n"
    "and prints this text elsewhere: in a pipe, without a screen, over SSH."
)
_OPTIONS = {
    "--data DIR": N_("Where the log, the plan and the reports are kept [env: POISE_DATA]"),
    "--store URL": N_(
        "A database server in place of a file: docs/therapists/several-desks.md [env: POISE_STORE]"
    ),
    "--patient P": N_(
        "Whose data, by pseudonym, where the store has several patients [env: POISE_PATIENT]"
    ),
    "--lang TAG": N_(
        "Words, dates and times in this language, such as de or en-US [env: POISE_LANG]"
    ),
    "--twin DIR": N_("Talk to the virtual clip that runs in DIR [env: POISE_TWIN]"),
    "-v, -vv": N_(
        "Tell on standard error what the link does and what is decided; -vv: each message"
    ),
    "--version": N_("Print the version"),
    "--help": N_("This text; `poise COMMAND --help` for each command"),
}
_LACKS = {
    "--data": N_("'--data' needs a folder"),
    "--twin": N_("'--twin' needs a folder"),
    "--lang": N_("'--lang' needs a language"),
    "--patient": N_("'--patient' needs a pseudonym"),
    "--store": N_("'--store' needs a database URL"),
}

# Exit status by reason; 0 success, 1 unexpected, 2 wrong usage, 130 interrupted.
EXIT_STATUS = {reason: 10 + place for place, reason in enumerate(Reason)}


def usage() -> str:
    """Return the text of `poise --help`. Its headings stay English, as those of `poise COMMAND --help` by click."""
    rows = "".join(
        (f"\n{_HEADS[name]}:\n" if name in _HEADS else "") + f"  {name:<9} {_(line)}\n"
        for name, (_module, line) in COMMANDS.items()
    )
    options = "\n".join(f"  {name:<11} {_(line)}" for name, line in _OPTIONS.items())
    return (
        "Usage: poise [-v] [--data DIR] [--store URL] [--patient P] [--lang TAG] [--twin DIR] COMMAND [ARGS]...\n\n"
        f"{_(_LEAD)}\n\n"
        f"{rows.lstrip()}\n"
        f"Options:\n{options}\n\n"
        f"{_(EPILOG)}\n"
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
        said = _("unexpected {kind}: {error}. Set POISE_DEBUG=1 to see where.")
        sys.stderr.write(f"poise: {said.format(kind=type(error).__name__, error=error)}\n")
        sys.exit(1)


def dispatch(arguments: list[str]) -> int:
    """Run one command line; return its exit status. Raises PoiseError."""
    rest, verbosity = list(arguments), 0
    language.set_default(of_environment(os.environ) or language.ENGLISH)
    if not any(each.partition("=")[0] == "--lang" for each in rest):
        language.choose(os.environ.get("POISE_LANG") or None)
    while rest and rest[0].startswith("-"):
        option, _equals, value = rest.pop(0).partition("=")
        if option in ("--help", "-h"):
            sys.stdout.write(usage())
            return 0
        if option == "--version":
            sys.stdout.write(f"poise {__version__}\n")
            return 0
        if option in ("-v", "-vv", "--verbose"):
            verbosity += option.count("v") if option != "--verbose" else 1
            continue
        if option not in _LACKS:
            return _misused(_("no option '{option}'").format(option=option))
        if not value and not rest:
            return _misused(_(_LACKS[option]))
        value = value or rest.pop(0)
        if option == "--store":
            from .urls import refuse_password

            refuse_password(value, "'--store'")
        os.environ["POISE_" + option[2:].upper()] = value
        if option == "--lang":
            language.choose(value)
    if not rest and not on_desktop(
        sys.platform, os.environ, is_terminal=plain.terminal() is not None
    ):
        sys.stdout.write(usage())
        return 0
    name = rest.pop(0) if rest else "open"
    if name not in COMMANDS:
        return _misused(_no_command(name))
    if verbosity:
        from . import logs

        logs.to_stderr(verbosity)
    if "--json" in rest:
        language.choose(language.ENGLISH)  # a script reads it
    module = importlib.import_module(f".{COMMANDS[name][0]}", __name__)
    _translate_help(module.app)
    # Without `color`, Typer would remove escapes from the output; they are to show as text (text.py).
    module.app(args=rest, prog_name=f"poise {name}", color=True)
    return 0


def _no_command(name: str) -> str:
    import difflib  # no other way through this module needs it

    close = difflib.get_close_matches(name, COMMANDS, 1)
    told = _("no command '{name}'").format(name=name)
    return (
        _("{told}; the nearest is '{command}'").format(told=told, command=close[0])
        if close
        else told
    )


def on_desktop(platform: str, environment: Mapping[str, str], *, is_terminal: bool) -> bool:
    """Return whether a person typed the command in a desktop's terminal, so that they see a browser open."""
    if not is_terminal or environment.get("SSH_CONNECTION"):
        return False
    if platform in ("win32", "darwin"):
        return True
    return bool(environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"))


def _translate_help(app: "Typer") -> None:
    """Give the commands their docstrings as help, and each its last words, in the current language."""
    from .context import described

    for info in (app.info, *app.registered_commands):
        info.epilog = _(EPILOG).replace("\n", " ")
    for command in app.registered_commands:
        if command.callback:
            command.help = _(described(command.callback))


def _check_text(arguments: list[str]) -> None:
    """Raise PoiseError BAD_INPUT for bytes that are no text in this machine's encoding: no file could keep them."""
    given = [
        (_("argument {place}").format(place=place), text)
        for place, text in enumerate(arguments, start=1)
    ]
    given += [(name, text) for name, text in os.environ.items() if name.startswith("POISE_")]
    for what, text in given:
        if any("\ud800" <= character <= "\udfff" for character in text):
            shown = os.fsencode(text).decode("utf-8", "backslashreplace")
            raise PoiseError(
                Reason.BAD_INPUT,
                _("{what} is not UTF-8 text: '{shown}'").format(what=what, shown=shown),
                _("Type it anew, or rename the file that it names."),
            )


def _misused(what: str) -> int:
    cure = _("`poise --help` lists what there is.")
    sys.stderr.write(f"poise: {what}. {cure}\n")
    return 2


def _complain(error: PoiseError) -> None:
    lines = str(error).rstrip(".").splitlines() or [""]
    for line in lines[:-1]:
        sys.stderr.write(f"poise: {line}\n")
    sys.stderr.write(f"poise: {lines[-1]}. {error.hint}\n")
