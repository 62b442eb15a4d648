"""What is to be written to a board, from what is on it and what is at hand: pure, so that every case is a small test.

The order in which it is written makes every half of it recoverable. The application comes first, then the files, their
superblock after all the rest, then the table, the boot loader last. A board that gets new files loses its table before
them: broken off, it starts nothing, and says by that that its files are not whole. The same command then goes on.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from ..errors import PoiseError, Reason
from ..language import N_, _
from . import filesystem, partitions
from .filesystem import BLOCK_BYTES, HEAD_BYTES
from .found import Files, Found, kept
from .image import LEAST_FILES_BYTES, Image, Part
from .partitions import TABLE_AT, TABLE_BYTES, Partition

_OTHER_BOARD = N_("Take another board: this one is as it was.")
_SAVE_FIRST = N_(
    "`poise download` brings the log to the computer; then run the same command with --erase."
)

_NO_TABLE = Part(TABLE_AT, b"\xff" * TABLE_BYTES, N_("no partition table"))


@dataclass(frozen=True)
class Decision:
    """What is written. `erase`: the whole flash before it. `parts`: in this order. `fresh`: the files are new.

    `keeps`: what of the clip's own stays, in words. `lost`: what does not.
    """

    parts: tuple[Part, ...]
    fresh: bool
    erase: bool = False
    keeps: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()

    @property
    def total_bytes(self) -> int:
        """Bytes of all parts."""
        return sum(len(part.data) for part in self.parts)

    @property
    def told(self) -> str:
        """What stays and what is lost, in one sentence, for before the start."""
        if self.lost:
            return _("Everything on the board is erased: {lost}.").format(lost=", ".join(self.lost))
        if self.erase:
            return _("Everything on the board is erased.")
        if self.keeps:
            return _("Stays on the board: {kept}.").format(kept=", ".join(self.keeps))
        if self.fresh:
            return _("The board has no files of a clip: nothing is lost.")
        return _("The board's files stay.")


def decide(
    found: Found, image: Image, files: Mapping[str, bytes] | None, *, erase: bool, port: str
) -> Decision:
    """Return what to write. `files`: the firmware for a board without any, path -> content; None: MicroPython alone.

    Raises PoiseError: NO_CLIP (another chip), FLASH_FAILED (too small a flash, or the log would be lost).
    """
    _check_board(found, image, port)
    there = kept(found.entries)
    place = _place(found, image, port)
    if erase or found.files is Files.NONE:
        clears = found.rows is not None and not erase
        parts = (*([_NO_TABLE] if clears else []), *_whole(image, files, place))
        return Decision(parts, fresh=True, erase=erase, lost=tuple(there))
    _check_files(found, port)
    if found.place == place:
        return Decision((image.application, image.table, image.boot), False, keeps=tuple(there))
    if _fits_the_old_table(found, image):
        # MicroPython's own tables have moved the files' place: the board keeps its table, and its files their place.
        return Decision((image.application, image.boot), False, keeps=tuple(there))
    assert found.place is not None  # there are files
    raise PoiseError(
        Reason.FLASH_FAILED,
        _(
            "{port}: this MicroPython looks for its files at 0x{new:x}; the board has them at 0x{old:x}, and they "
            "would be lost"
        ).format(port=port, new=place.offset, old=found.place.offset),
        _(_SAVE_FIRST),
    )


def check_room(found: Found, port: str) -> None:
    """Check that a board which keeps its partition table has the flash, the table and the room that a clip takes.

    Raises PoiseError (FLASH_FAILED).
    """
    _check_size(found, port)
    if found.rows is None:
        raise PoiseError(
            Reason.FLASH_FAILED,
            _("{port}: the board's partition table is damaged").format(port=port),
            _("Flash MicroPython with it: `poise flash --image FILE.bin`."),
        )
    _check_place(found.place, found.flash_bytes, port)


def _check_board(found: Found, image: Image, port: str) -> None:
    if found.chip != image.chip:
        raise PoiseError(
            Reason.NO_CLIP,
            _("{port} is an {title}, not an {wanted}").format(
                port=port, title=found.chip.title, wanted=image.chip.title
            ),
            _("Take the image for its chip."),
        )
    _check_size(found, port)


def _check_size(found: Found, port: str) -> None:
    size = found.flash_bytes
    if size is None:
        raise PoiseError(
            Reason.FLASH_FAILED,
            _("{port}: the board does not tell the size of its flash").format(port=port),
            _(_OTHER_BOARD),
        )
    if size < found.chip.flash_bytes:
        raise PoiseError(
            Reason.FLASH_FAILED,
            _("{port}: the board's flash has {size:g} MB; it takes {least}").format(
                port=port, size=size / 2**20, least=found.chip.flash_bytes // 2**20
            ),
            _(_OTHER_BOARD),
        )


def _place(found: Found, image: Image, port: str) -> Partition:
    """Return the place where the image's MicroPython will have its files on this board."""
    assert found.flash_bytes is not None  # `_check_size`
    place = partitions.files(image.rows, found.flash_bytes)
    return _check_place(place, found.flash_bytes, port)


def _check_place(place: Partition | None, flash_bytes: int | None, port: str) -> Partition:
    if place is None or place.size < LEAST_FILES_BYTES or place.end > (flash_bytes or 0):
        raise PoiseError(
            Reason.FLASH_FAILED,
            _("{port}: too little of the flash is left for files").format(port=port),
            _(_OTHER_BOARD),
        )
    return place


def _check_files(found: Found, port: str) -> None:
    """Raise PoiseError (FLASH_FAILED) if there are files that nobody could keep."""
    if found.files is Files.WHOLE:
        return
    if found.files is Files.DAMAGED:
        why = _("{port}: the files on the board are damaged and can't be read")
    else:
        why = _("{port}: the board has files of another program")
    raise PoiseError(Reason.FLASH_FAILED, why.format(port=port), _(_SAVE_FIRST))


def _fits_the_old_table(found: Found, image: Image) -> bool:
    app = partitions.application(found.rows or ())
    new = image.application
    return app is not None and app.offset == new.offset and len(new.data) <= app.size


def _whole(image: Image, files: Mapping[str, bytes] | None, place: Partition) -> tuple[Part, ...]:
    parts = [image.application]
    if files is not None:
        size = place.size // BLOCK_BYTES * BLOCK_BYTES
        data = filesystem.build(files, size)
        parts += _used(place.offset, data)
        parts.append(Part(place.offset, data[:HEAD_BYTES], _("the firmware's files")))
    return (*parts, image.table, image.boot)


def _used(offset: int, data: bytes) -> list[Part]:
    """Return the parts of a file system that hold anything, without its superblocks. littlefs erases what it takes."""
    blank = b"\xff" * BLOCK_BYTES
    parts: list[Part] = []
    for at in range(HEAD_BYTES, len(data), BLOCK_BYTES):
        block = data[at : at + BLOCK_BYTES]
        if block == blank:
            continue
        last = parts[-1] if parts else None
        if last and last.offset + len(last.data) == offset + at:
            parts[-1] = Part(last.offset, last.data + block, last.name)
        else:
            parts.append(Part(offset + at, block, _("the firmware's files")))
    return parts
