"""Command `poise flash`: a board becomes a tested clip, in one command or step by step."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from ..errors import PoiseError, Reason
from ..language import _
from .context import new_app, print_json, the_port, twin

if TYPE_CHECKING:
    from .flashing import Job, Outcome, Screen

app = new_app(_("Make a board a clip: MicroPython, the firmware, a self-test."))


@app.callback(invoke_without_command=True)
def flash(
    context: typer.Context,
    port: str = typer.Option(
        None, "--port", help=_("The board's serial port; needed when there are several.")
    ),
    image: Path = typer.Option(
        None,
        "--image",
        help=_("MicroPython's .bin file, which you have downloaded; needed for a blank board."),
    ),
    board: str = typer.Option(
        None, "--board", help=_("Folder of firmware/boards; else by the chip.")
    ),
    trust: Path = typer.Option(
        None, "--trust", help=_("A public file of keys: the clip will take what they sign.")
    ),
    erase: bool = typer.Option(
        False, "--erase", help=_("Erase the whole flash first: the log is lost.")
    ),
    yes: bool = typer.Option(False, "--yes", help=_("Do not ask before erasing.")),
    dry_run: bool = typer.Option(
        False, "--dry-run", help=_("Look at the board and say what would be done; write nothing.")
    ),
    on_twin: bool = typer.Option(
        False, "--twin", help=_("On a virtual blank board, which needs no hardware.")
    ),
    many: bool = typer.Option(
        False, "--many", help=_("A tray: each board that is plugged in, until Ctrl-C.")
    ),
    count: int = typer.Option(None, "--count", help=_("With --many: end after so many boards.")),
    reports: Path = typer.Option(
        None, "--reports", help=_("Folder for each clip's signed self-test and its label.")
    ),
    no_test: bool = typer.Option(False, "--no-test", help=_("Without the self-test.")),
    as_json: bool = typer.Option(False, "--json", help=_("For scripts: one value a line.")),
) -> None:
    """Put MicroPython and the firmware on a board, or the firmware alone, and test it.

    A clip keeps its log, letters, start position, plan and pairings; what stays is said before anything is written.
    After an interruption, run it again. Each step is a command of its own, too.
    """
    if context.invoked_subcommand:
        return
    from ..flash.image import read_image
    from .flashing import Job, Lines, Screen

    screen = Lines() if as_json else Screen()
    with _virtual(on_twin) as given:
        if given.image:
            image = image or given.image
        job = Job(
            port=given.port or port or "",
            image=read_image(image) if image else None,
            board=given.board or board,
            arch=given.arch,
            erase=erase,
            yes=yes or given.image is not None,
            dry_run=dry_run,
            trust=_trusted(trust),
            reports=reports,
            tests=not no_test,
        )
        if many:
            _many(job, image, trust, count, screen)
            return
        _one(job, screen)


def _one(job: "Job", screen: "Screen") -> None:
    from dataclasses import replace

    from .flashing import flash_board

    _judge(flash_board(replace(job, port=job.port or _only_port()), screen), screen)


def _judge(outcome: "Outcome", screen: "Screen") -> None:
    screen.done(outcome)
    if outcome.tested and not outcome.tested.passed:
        raise PoiseError(
            Reason.FLASH_FAILED,
            _("the self-test found: {names}").format(
                names=", ".join(_(each.limit.name) for each in outcome.tested.failures)
            ),
            _("Mend that and test again: `poise flash test`."),
        )


def _many(
    job: "Job", image: Path | None, trust: Path | None, count: int | None, screen: "Screen"
) -> None:
    from ..clip.transport.ports import likely_ports
    from .flashing_many import Tray

    words = [
        *(["--image", str(image)] if image else []),
        *(["--board", job.board] if job.board else []),
        *(["--trust", str(trust)] if trust else []),
        *(["--erase"] if job.erase else []),
        *(["--reports", str(job.reports)] if job.reports else []),
        *([] if job.tests else ["--no-test"]),
        *(["--dry-run"] if job.dry_run else []),
    ]
    tray = Tray(lambda: [port.device for port in likely_ports()], words, screen.line)
    failed = tray.run(count)
    if failed:
        raise PoiseError(
            Reason.FLASH_FAILED,
            _("not every board is a tested clip: {ports}").format(ports=", ".join(failed)),
            _("What each of them said stands above."),
        )


def _only_port() -> str:
    """Return the port of the twin, of the only clip, or of the only likely board. Raises PoiseError (NO_CLIP)."""
    from ..clip.transport.ports import likely_ports

    ports = [] if twin() else likely_ports()
    if len(ports) > 1:
        raise PoiseError(
            Reason.NO_CLIP,
            _("several boards: {names}").format(names=", ".join(port.device for port in ports)),
            _("Name one with --port, or flash all of them with --many."),
        )
    return ports[0].device if ports else the_port()


def _trusted(path: Path | None) -> bytes | None:
    from ..build.trust import read

    return read(path).on_clip if path else None


class _Given:
    """What a virtual board brings with it."""

    port: str | None = None
    image: Path | None = None
    board: str | None = None
    arch: str | None = None


@contextlib.contextmanager
def _virtual(wanted: bool) -> Iterator[_Given]:
    given = _Given()
    if not wanted:
        yield given
        return
    from ..twin.shop import blank_board

    with blank_board() as board:
        given.port, given.image, given.board, given.arch = board
        yield given


@app.command()
def test(
    port: str = typer.Option(
        None, "--port", help=_("The clip's serial port; needed when there are several.")
    ),
    reports: Path = typer.Option(
        None, "--reports", help=_("Folder for each clip's signed self-test and its label.")
    ),
    as_json: bool = typer.Option(False, "--json", help=_("For scripts: one value a line.")),
) -> None:
    """Test a clip on the bench: sensor, filter, flash, radio, motor, battery, button. Its log stays."""
    from .flashing import Job, Lines, Screen, test_board

    screen = Lines() if as_json else Screen()
    _judge(test_board(Job(port or _only_port(), reports=reports), screen), screen)


@app.command("check-report")
def check_report(
    path: Path = typer.Argument(..., metavar="FILE", help=_("A self-test's text.")),
) -> None:
    """Check that a self-test's text is as the bench has signed it, and print the bench's key."""
    from ..files.text import read_text
    from ..flash.report import checked

    typer.echo(
        _("Unchanged, and signed by the bench with the key {key}.").format(
            key=checked(read_text(path))
        )
    )


@app.command()
def firmware(
    port: str = typer.Option(
        None, "--port", help=_("The clip's serial port; needed when there are several.")
    ),
    board: str = typer.Option(
        None, "--board", help=_("Folder of firmware/boards; else by the chip.")
    ),
    baud: int = typer.Option(
        None, "--baud", help=_("Rate of the serial port; else the usual ones are tried.")
    ),
    trust: Path = typer.Option(
        None,
        "--trust",
        help=_("A public file of keys: the clip will take what they sign."),
    ),
    as_json: bool = typer.Option(False, "--json", help=_("For scripts.")),
) -> None:
    """Compile the firmware and write what differs to the clip. Its log and settings stay.

    Modules on the clip that are not the firmware's are removed. After an interruption, run it again.
    """
    from ..flash.firmware import check_before, flash_firmware
    from ..flash.prompt import open_prompt

    trusted = _trusted(trust)
    wanted = board or ("twin" if twin() and not port else None)
    check_before(wanted)
    with open_prompt(port or the_port(), baud) as prompt:
        done = flash_firmware(prompt, wanted, _silent if as_json else typer.echo, trusted)
        prompt.restart()
    if as_json:
        print_json(
            {
                "machine": done.machine.__dict__,
                "written": done.written,
                "removed": done.removed,
                "unchanged": done.unchanged,
            }
        )
        return
    what = (
        _("{written} files written").format(written=len(done.written))
        if done.written
        else _("nothing to write")
    )
    typer.echo(
        _("{what}, {unchanged} were right already; all verified. The clip restarts.").format(
            what=what, unchanged=done.unchanged
        )
    )


@app.command()
def micropython(
    port: str = typer.Option(..., "--port", help=_("The board's serial port.")),
    image: Path = typer.Option(
        ..., "--image", help=_("MicroPython's .bin file, which you have downloaded.")
    ),
    chip: str = typer.Option(
        None,
        "--chip",
        help=_("The chip you expect, to be checked: esp32. Else it is found by itself."),
    ),
    erase: bool = typer.Option(
        False, "--erase", help=_("Erase the whole flash first: the log is lost.")
    ),
    yes: bool = typer.Option(False, "--yes", help=_("Do not ask before erasing.")),
) -> None:
    """Write a MicroPython image to a board and verify it. Needed once; the log survives unless --erase."""
    from ..flash.image import read_image
    from ..flash.micropython import write_image
    from .flashing import Screen, agreed

    checked = read_image(image, chip)
    screen = Screen()
    write_image(
        port,
        checked,
        erase=erase,
        tell=screen.line,
        progress=screen.progress,
        agree=agreed(yes=yes),
    )
    screen.clear()
    typer.echo(
        _(
            "MicroPython {version} is on the board. Next: `poise flash firmware --port {port}`."
        ).format(version=checked.version, port=port)
    )


@app.command("list-ports")
def list_ports(as_json: bool = typer.Option(False, "--json", help=_("For scripts."))) -> None:
    """List the serial ports that may be a clip."""
    from ..clip.transport.ports import likely_ports

    ports: list[Any] = likely_ports()
    if as_json:
        print_json([port.__dict__ for port in ports])
        return
    if not ports:
        raise PoiseError(
            Reason.NO_CLIP,
            _("no serial port of a usual ESP32 board"),
            _(
                "Plug it in with a cable that carries data, not only power; some boards need a "
                "driver."
            ),
        )
    for port in ports:
        typer.echo(f"{port.device}  {port.description}")


def _silent(line: str) -> None:
    del line
