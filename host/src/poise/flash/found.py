"""What is on a board before it is flashed, read from the chip itself: the size of its flash, the partitions, the files.

Only a few blocks are read: the table, the start of the application, and of the file system what its folders say.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from ..build.bundle import is_root
from ..language import N_, _
from . import filesystem, partitions
from .chips import Chip
from .filesystem import HEAD_BYTES, KEY, MAIN, SLOT, Entry
from .loader import SECTOR_BYTES, Loader
from .partitions import TABLE_AT, Partition
from .program import about


class Files(Enum):
    """What the place of the files holds."""

    NONE = "none"  # no file system, or one that a flashing left before it was whole: nothing is lost there
    WHOLE = "whole"  # a file system that can be read
    DAMAGED = "damaged"  # a littlefs that cannot be read
    FOREIGN = "foreign"  # a file system of another program


@dataclass(frozen=True)
class Found:
    """A board's chip and the content of its flash.

    `rows`: of the partition table, None without a whole one. `program`: name and version of the application, "" without
    one. `place`: of the files; None if there is no room for any. `files`, `entries`: what is there.
    """

    chip: Chip
    name: str
    mac: bytes
    flash_bytes: int | None
    rows: tuple[Partition, ...] | None = None
    program: str = ""
    place: Partition | None = None
    files: Files = Files.NONE
    entries: tuple[Entry, ...] = ()

    @property
    def told(self) -> str:
        """One line for a person: the chip, its flash and what runs there."""
        size = (
            _("{size} MB of flash").format(size=self.flash_bytes // 2**20)
            if self.flash_bytes
            else _("a flash of unknown size")
        )
        runs = self.program or _("no program")
        return f"{self.name}, {size}, {runs}"


def look(loader: Loader, other: Sequence[Partition] | None = None) -> Found:
    """Return what is on the board. `other`: rows of an image, which say where to look if the board's table does not.

    Raises LineError.
    """
    rows = _rows(loader)
    program = _program(loader, rows) if rows else ""
    place, state, entries = None, Files.NONE, ()
    for table in (rows, other):
        if not table:
            continue
        at = _place(table, loader.flash_bytes)
        place = place or at
        if at and state is Files.NONE:
            state, entries = _files(loader, at)
            if rows is None and _is_unborn(state, entries):
                state, entries = Files.NONE, ()
            place = at if state is not Files.NONE else place
    return Found(
        loader.chip,
        loader.name,
        loader.mac,
        loader.flash_bytes,
        rows,
        program,
        place,
        state,
        tuple(entries),
    )


def _place(rows: Sequence[Partition], flash_bytes: int | None) -> Partition | None:
    found = partitions.files(rows, flash_bytes or 0)
    return found if found and (flash_bytes is None or found.end <= flash_bytes) else None


def _rows(loader: Loader) -> tuple[Partition, ...] | None:
    return partitions.whole(loader.read(TABLE_AT, SECTOR_BYTES)[: partitions.TABLE_BYTES])


def _program(loader: Loader, rows: Sequence[Partition]) -> str:
    app = partitions.application(rows)
    return about(loader.read(app.offset, SECTOR_BYTES)) if app else ""


def _files(loader: Loader, place: Partition) -> tuple[Files, Sequence[Entry]]:
    head = loader.read(place.offset, HEAD_BYTES)
    if not filesystem.is_littlefs(head):
        return (Files.FOREIGN if filesystem.is_fat(head) else Files.NONE), ()
    try:
        entries = filesystem.entries(
            lambda offset, size: loader.read(place.offset + offset, size), place.size
        )
    except filesystem.NoFilesError:
        return Files.DAMAGED, ()
    return Files.WHOLE, entries


def _is_unborn(state: Files, entries: Sequence[Entry]) -> bool:
    """Return True for files, on a board without a table, that a flashing wrote until it was broken off.

    `decide` has the table go first and come back after the files, of which `main.py` is the last.
    """
    paths = [entry.path for entry in entries]
    has_main = any(entry.path == MAIN and entry.size for entry in entries)
    return state is Files.DAMAGED or (
        state is Files.WHOLE
        and not has_main
        and all(path == KEY or is_root(path) or path.startswith(f"{SLOT}/") for path in paths)
    )


# Files of the clip (firmware/app/set_up.py and its neighbours) in a wearer's words.
_KEPT = {
    "neutral": N_("the start position"),
    "accelerometer": N_("the sensor's correction"),
    "settings": N_("the settings"),
    "timetable": N_("the next reminders of the plan"),
    "bonds": N_("the pairings"),
    "owner": N_("whose clip it is"),
    "to_clinic": N_("the letter to the clinic"),
    "to_patient": N_("the letter to the patient"),
    "key": N_("the key that it trusts"),
}
_LOG = "log/"


def kept(entries: Sequence[Entry]) -> list[str]:
    """Return what stays on a clip through an update, in words: the log with its size first."""
    log = sum(entry.size for entry in entries if entry.path.startswith(_LOG))
    there = {entry.path for entry in entries if entry.size}
    words = [_("the log ({size} kB)").format(size=-(-log // 1000))] if log else []
    return words + [_(word) for path, word in _KEPT.items() if path in there]
