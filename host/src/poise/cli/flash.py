"""Command `poise flash`: a board becomes a tested clip in one command. `flash_steps` has each step as one."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from ..errors import PoiseError, Reason
from ..language import _
from .flash_steps import BOARD, BUNDLE, REPORTS, TRUST, app, judge, only_port, trusted_release

if TYPE_CHECKING:
    from .flashing import Job
    from .flashing_screen import Screen


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
    board: str = BOARD,
    trust: Path = TRUST,
    bundle: Path = BUNDLE,
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
    reports: Path = REPORTS,
    no_test: bool = typer.Option(False, "--no-test", help=_("Without the self-test.")),
    arch: str = typer.Option(None, "--arch", hidden=True),  # a virtual board's own processor
    as_json: bool = typer.Option(False, "--json", help=_("For scripts: one value a line.")),
) -> None:
    """Put MicroPython and the firmware on a board, or the firmware alone, and test it.

    A clip keeps its log, letters, start position, plan and pairings; what stays is said before anything is written.
    After an interruption, run it again. Each step is a command of its own, too.
    """
    if context.invoked_subcommand:
        return
    from ..flash.image import read_image
    from .flashing import Job
    from .flashing_screen import Lines, Screen

    if many and (port or on_twin):
        raise PoiseError(
            Reason.BAD_INPUT,
            _("--many takes every board that is plugged in, not a single one"),
            _("Leave --many out, or --port and --twin."),
        )
    on_clip, release = trusted_release(trust, bundle)
    screen = Lines() if as_json else Screen()
    with _virtual(on_twin) as given:
        if given.image:
            image = image or given.image
        job = Job(
            port=given.port or port or "",
            image=read_image(image) if image else None,
            board=given.board or board,
            arch=given.arch or arch,
            erase=erase,
            yes=yes or given.image is not None,
            dry_run=dry_run,
            trust=on_clip,
            release=release,
            reports=reports,
            tests=not no_test,
        )
        if many:
            _many(_words(job, image, trust, bundle), count, screen)
            return
        _one(job, screen)


def _one(job: "Job", screen: "Screen") -> None:
    from dataclasses import replace

    from .flashing import flash_board

    judge(flash_board(replace(job, port=job.port or only_port()), screen), screen)


def _words(job: "Job", image: Path | None, trust: Path | None, bundle: Path | None) -> list[str]:
    """Return the options that each board of a tray gets."""
    given = {
        "--image": image,
        "--board": job.board,
        "--arch": job.arch,
        "--trust": trust,
        "--bundle": bundle,
        "--reports": job.reports,
    }
    words = [word for name, value in given.items() if value for word in (name, str(value))]
    flags = {"--erase": job.erase, "--no-test": not job.tests, "--dry-run": job.dry_run}
    return words + [name for name, is_set in flags.items() if is_set]


def _many(words: list[str], count: int | None, screen: "Screen") -> None:
    from ..clip.transport.ports import likely_ports
    from .flashing_many import Tray

    tray = Tray(lambda: [port.device for port in likely_ports()], words, screen.line)
    failed = tray.run(count)
    if failed:
        raise PoiseError(
            Reason.FLASH_FAILED,
            _("not every board is a tested clip: {ports}").format(ports=", ".join(failed)),
            _("What each of them said stands above."),
        )


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
