"""The steps of `poise flash` on one board, from the look at it to the self-test."""

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from .. import __version__
from ..errors import PoiseError, Reason
from ..files.whole import writing
from ..language import _
from .context import clock, data_folder, run
from .flashing_screen import Outcome, Screen

if TYPE_CHECKING:
    from ..build.signed import Bundle
    from ..clip.client import Identity
    from ..flash.decide import Decision
    from ..flash.found import Found
    from ..flash.image import Image
    from ..flash.prompt import Prompt

STARTS_WITHIN_S = 60.0  # a clip, after a restart; a busy machine's twin takes its time
_LOOK_S = 0.5
_LET_START_S = 10.0  # an ESP32 takes two


@dataclass(frozen=True)
class Job:
    """What is wanted of one board.

    `board`, `arch`: of the firmware, else by the chip. `trust`: content of the clip's file of keys. `release`: a
    bundle, in place of this version's firmware. `reports`: folder of the signed texts and labels; None: none is
    written. `tests`: with the self-test.
    """

    port: str
    image: "Image | None" = None
    board: str | None = None
    arch: str | None = None
    baud: int | None = None
    erase: bool = False
    yes: bool = False
    dry_run: bool = False
    trust: bytes | None = None
    release: "Bundle | None" = None
    reports: Path | None = None
    tests: bool = True


def test_board(job: Job, screen: Screen) -> Outcome:
    """Test a clip that is flashed already. Raises PoiseError."""
    outcome = Outcome(clip_id=_started(job.port).clip_id)
    _test(job, screen, outcome)
    return outcome


def flash_board(job: Job, screen: Screen) -> Outcome:
    """Bring one board to the state of a tested clip. Raises PoiseError that says what to do."""
    from ..flash.wanted import check_before

    check_before(job.board)
    outcome = Outcome()
    if job.image is None:
        _firmware_alone(job, screen, outcome)
    else:
        _with_image(job, screen, outcome)
    if job.dry_run:
        screen.line(_("That is what would be done. Nothing was written."))
        return outcome
    identity = _started(job.port)
    outcome.clip_id = identity.clip_id
    screen.line(
        _("Clip {clip_id} runs firmware {version}.").format(
            clip_id=identity.clip_id, version=identity.firmware
        )
    )
    if job.tests:
        _test(job, screen, outcome)
    return outcome


def _with_image(job: Job, screen: Screen, outcome: Outcome) -> None:
    from ..build.boards import board, fitting
    from ..flash.micropython import write_image
    from ..flash.wanted import files_for

    assert job.image is not None

    def files(first: str) -> dict[str, bytes]:
        wanted = fitting(board(first).chip, job.board)
        found = files_for(wanted, job.arch, job.trust, job.release)
        outcome.written = sorted(found)
        return found

    done = write_image(
        job.port,
        job.image,
        files=files,
        erase=job.erase,
        dry_run=job.dry_run,
        tell=screen.line,
        progress=screen.progress,
        agree=agreed(yes=job.yes),
    )
    screen.clear()
    outcome.board = done.found.told
    if done.written and not done.decision.fresh:
        _let_start(job.port)
        _bring_firmware(job, screen, outcome)


def agreed(*, yes: bool) -> "Callable[[Decision], None]":
    """Return what asks before a board is erased, once it was told what is lost; with `yes` it does not."""

    def agree(decision: "Decision") -> None:
        if decision.erase and not yes:
            typer.confirm(_("Go on?"), abort=True)

    return agree


def _firmware_alone(job: Job, screen: Screen, outcome: Outcome) -> None:
    if not job.dry_run:
        try:
            _bring_firmware(job, screen, outcome, within_s=0)
        except PoiseError as error:
            if error.reason is not Reason.NO_CLIP:
                raise
            # Nothing answers: the chip itself says whether it is blank, and is restarted.
            _look(job, screen)
            _let_start(job.port)
            _bring_firmware(job, screen, outcome)
        return
    from ..flash.decide import check_room
    from ..flash.found import kept

    found = _look(job, screen)
    check_room(found, job.port)
    there = kept(found.entries)
    if there:
        screen.line(_("Stays on the board: {kept}.").format(kept=", ".join(there)))
    screen.line(
        _("The firmware's files are compared with those on the clip and written where they differ.")
    )


def _look(job: Job, screen: Screen) -> "Found":
    """Return what is on the board, which must be a MicroPython. Raises PoiseError (NO_CLIP) that says what to do."""
    from ..flash.micropython import look_at
    from ..flash.program import PROJECT

    found = look_at(job.port, screen.line)
    screen.line(f"{job.port}: {found.told}")
    if found.program.startswith(PROJECT):
        return found
    why = (
        _("there is no MicroPython on the board")
        if not found.program
        else _("the board runs {program}")
    )
    raise PoiseError(
        Reason.NO_CLIP,
        f"{job.port}: {why.format(program=found.program)}",
        _("Download MicroPython for it and name the file: `poise flash --image FILE.bin`."),
    )


def _bring_firmware(
    job: Job, screen: Screen, outcome: Outcome, within_s: float = STARTS_WITHIN_S
) -> None:
    from ..flash.firmware import flash_firmware

    with prompt_when_ready(job.port, job.baud, within_s) as prompt:
        done = flash_firmware(prompt, job.board, screen.line, job.trust, job.release)
        prompt.restart()
    outcome.written = [*done.written]


@contextlib.contextmanager
def prompt_when_ready(
    port: str, baud: int | None, within_s: float = STARTS_WITHIN_S
) -> "Iterator[Prompt]":
    """Open the prompt; a board that has just been restarted gets its time. Raises PoiseError."""
    from ..flash.prompt import open_prompt

    end_s = time.monotonic() + within_s
    with contextlib.ExitStack() as stack:
        while True:
            try:
                prompt = stack.enter_context(open_prompt(port, baud))
                break
            except PoiseError as error:
                if error.reason is not Reason.NO_CLIP or time.monotonic() > end_s:
                    raise
                time.sleep(_LOOK_S)
        yield prompt


def _let_start(port: str) -> None:
    """Wait until a firmware answers, of this version or another; not for long: the board may have none.

    A prompt that is asked for in the middle of a start is not understood, and the board is restarted for nothing.
    """
    from ..clip.usb_clips import ask_ports

    end_s = time.monotonic() + _LET_START_S
    while not run(ask_ports([port], clock()))[0].is_clip and time.monotonic() < end_s:
        time.sleep(_LOOK_S)


def _started(port: str) -> "Identity":
    """Return the identity of the clip at `port`, once its firmware has started. Raises PoiseError (TIMEOUT, ...)."""
    from ..clip.usb_clips import ask_ports

    end_s = time.monotonic() + STARTS_WITHIN_S
    while True:
        found = run(ask_ports([port], clock()))[0]
        if found.identity:
            return found.identity
        if time.monotonic() > end_s:
            assert found.error is not None
            raise PoiseError(
                found.error.reason,
                _("{port}: the firmware does not start ({why})").format(port=port, why=found.error),
                _("Press the board's reset button and run `poise status`; else flash again."),
            )
        time.sleep(_LOOK_S)


def _test(job: Job, screen: Screen, outcome: Outcome) -> None:
    from ..flash.self_test import measure_clip

    screen.line(_("Self-test: let the clip lie still."))
    with prompt_when_ready(job.port, job.baud) as prompt:
        machine = prompt.machine()
        outcome.tested = tested = measure_clip(prompt)
        prompt.restart()
    for figure in tested.figures:
        mark = "✓" if figure.passed else "✗"
        bounds = "" if figure.limit.is_flag else f" ({figure.bounds})"
        screen.line(f"  {mark} {_(figure.limit.name)}: {figure.told}{bounds}")
    for figure in tested.failures:
        screen.line(f"{_(figure.limit.name)}: {_(figure.limit.cure)}")
    if job.reports:
        keep_report(job.reports, outcome, outcome.board or machine.chip, machine.version)


def keep_report(folder: Path, outcome: Outcome, board: str, micropython: str) -> None:
    """Write the signed text of a self-test, and a label if it was passed. Raises PoiseError (STORE_UNWRITABLE)."""
    from ..files.private import put
    from ..flash.label import label
    from ..flash.report import Bench, bench_key, signed, text

    assert outcome.tested is not None
    at = datetime.fromtimestamp(clock().utc_ms() / 1000, UTC).strftime("%Y-%m-%d %H:%M UTC")
    bench = Bench(outcome.clip_id, board, micropython, __version__, at)
    outcome.report = folder / f"{outcome.clip_id}.txt"
    if outcome.tested.passed:
        outcome.label = folder / f"{outcome.clip_id}.svg"
    body = signed(text(bench, outcome.tested), bench_key(data_folder()))
    with writing(folder, _("Name another folder with --reports."), Reason.STORE_UNWRITABLE):
        folder.mkdir(parents=True, exist_ok=True)
        put(outcome.report, body)
        if outcome.label:
            put(outcome.label, label(outcome.clip_id))
