"""Writing of a MicroPython image, given by the user, and of the firmware's files, in one pass by esptool.

Nothing is downloaded, and nothing is written before the chip, its flash and its partitions have been read.
"""

import itertools
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from ..errors import PoiseError, Reason
from ..language import N_, _
from .decide import Decision, decide
from .found import Files as FilesState
from .found import Found, look
from .image import Image, Part
from .loader import AGAIN, ATTEMPTS, CABLE, RATES, Loader, Tell, at_a_good_rate

_NOT_WHOLE = N_("the board has no whole MicroPython now")

Files = Callable[[str], Mapping[str, bytes]]


@dataclass(frozen=True)
class Progress:
    """Bytes done of all, and the seconds left; None until enough is known."""

    done: int
    total: int
    left_s: float | None


@dataclass(frozen=True)
class Flashed:
    """What was found on the board, and what was decided. `written`: False if it was a mere look."""

    found: Found
    decision: Decision
    written: bool


def look_at(
    port: str, tell: Tell, *, image: Image | None = None, attempts: int = ATTEMPTS
) -> Found:
    """Return what is on the board at `port`, which is then restarted as it was. Raises PoiseError."""
    rows = image.rows if image else None
    return at_a_good_rate(port, lambda loader: look(loader, rows), tell, attempts=attempts)


def write_image(
    port: str,
    image: Image,
    *,
    files: Files | None = None,
    erase: bool = False,
    dry_run: bool = False,
    tell: Tell,
    progress: Callable[[Progress], None] = lambda _progress: None,
    agree: Callable[[Decision], None] = lambda _decision: None,
    attempts: int = ATTEMPTS,
    rates: tuple[int, ...] = RATES,
    monotonic_s: Callable[[], float] = time.monotonic,
) -> Flashed:
    """Write and verify a checked image, and on a board without files those that `files(board)` returns; restart it.

    A board with files keeps them. `erase` clears the whole flash first, the log included. `agree` may raise before
    anything is written. If something fails before that, the board restarts as it was.

    Raises PoiseError: MISSING_EXTRA, NO_CLIP (no such port, nothing answers, another chip), FLASH_FAILED.
    """
    wrote = erased = False

    def work(loader: Loader) -> Flashed:
        nonlocal wrote, erased
        found = look(loader, image.rows)
        tell(f"{port}: {found.told}")
        is_fresh = erase or found.files is FilesState.NONE
        given = files(found.chip.board or "") if files and is_fresh else None
        decision = decide(found, image, given, erase=erase and not erased, port=port)
        if not erased:
            tell(decision.told)
            if not dry_run:
                agree(decision)
        if dry_run:
            for name, group in _groups(decision):
                tell(_("would write {name}: {size} bytes at {place}").format(**_of(name, group)))
            return Flashed(found, decision, written=False)
        try:
            if decision.erase:
                tell(_("erases the whole flash"))
                loader.erase_all()
                erased = True
            _write(loader, decision, tell, progress, monotonic_s)
        finally:
            wrote = wrote or loader.wrote
        return Flashed(found, decision, written=True)

    try:
        return at_a_good_rate(port, work, tell, rates=rates, attempts=attempts)
    except PoiseError as error:  # of the line, or of a port that is gone at the next rate
        if not wrote:
            raise
        raise PoiseError(
            Reason.FLASH_FAILED, f"{error}; {_(_NOT_WHOLE)}", f"{_(CABLE)} {_(AGAIN)}"
        ) from None
    except KeyboardInterrupt:
        if not wrote:
            raise
        raise PoiseError(
            Reason.FLASH_FAILED,
            _("{port}: broken off; {state}").format(port=port, state=_(_NOT_WHOLE)),
            _(AGAIN),
        ) from None


def _write(
    loader: Loader,
    decision: Decision,
    tell: Tell,
    progress: Callable[[Progress], None],
    monotonic_s: Callable[[], float],
) -> None:
    total, done, start_s = decision.total_bytes, 0, monotonic_s()

    def advance(size: int) -> None:
        nonlocal done
        done = min(done + size, total)
        passed_s = monotonic_s() - start_s
        progress(Progress(done, total, passed_s * (total - done) / done))

    for name, group in _groups(decision):
        tell(_("writes {name}: {size} bytes at {place}").format(**_of(name, group)))
        for part in group:
            loader.write(part.offset, part.data, advance)


def _groups(decision: Decision) -> Iterator[tuple[str, list[Part]]]:
    for name, parts in itertools.groupby(decision.parts, lambda part: part.name):
        yield name, [*parts]


def _of(name: str, group: list[Part]) -> dict[str, object]:
    size = sum(len(part.data) for part in group)
    return {"name": name, "size": size, "place": f"0x{min(part.offset for part in group):x}"}
