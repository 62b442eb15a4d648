"""A MicroPython flash image, checked part by part before a board is touched.

Such an image starts with the boot loader. The partition table follows at 0x8000 of the flash, then the application,
which contains its project and version. An application alone, or any other program, would overwrite the boot loader.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from ..build.boards import BOARDS
from ..errors import PoiseError, Reason
from ..language import N_, _
from . import partitions, program
from .chips import Chip, by_image_id, family, refusal
from .partitions import ROW_BYTES, TABLE_AT, TABLE_BYTES, Partition
from .program import ABOUT, ABOUT_AT, ABOUT_MAGIC, HEADER, MAGIC, MICROPYTHON, PROJECT, described

LEAST_FILES_BYTES = (
    640 * 1024
)  # two slots of 262 kB (firmware/app/set_up.py) and some days of the log
_TAKE = N_("Take the board's .bin file from the MicroPython project ({image}, {oldest} or newer).")
_AGAIN = N_("Download it again: it is damaged, or not whole.")

_BLUETOOTH = b"gap_advertise\0"  # a name that the application has only with its Bluetooth module


@dataclass(frozen=True)
class Part:
    """Bytes and their offset in the flash. `name`: what they are, in words."""

    offset: int
    data: bytes
    name: str


@dataclass(frozen=True)
class Image:
    """A checked image: its bytes from the boot loader on, their chip, MicroPython's version, the partitions."""

    data: bytes
    chip: Chip
    version: str
    rows: tuple[Partition, ...]

    @property
    def boot(self) -> Part:
        """The second boot loader."""
        place = self.chip.boot_offset
        return Part(place, self.data[: TABLE_AT - place].rstrip(b"\xff"), _("the boot loader"))

    @property
    def table(self) -> Part:
        """The partition table."""
        return Part(TABLE_AT, self._from(TABLE_AT)[:TABLE_BYTES], _("the partition table"))

    @property
    def application(self) -> Part:
        """MicroPython itself."""
        app = partitions.application(self.rows)
        assert app is not None  # `read_image` has checked it
        return Part(app.offset, self._from(app.offset), f"{PROJECT} {self.version}")

    def _from(self, offset: int) -> bytes:
        return self.data[offset - self.chip.boot_offset :]


def read_image(path: Path, chip: str | None = None) -> Image:
    """Return the MicroPython image in a file, checked to be complete and for a chip with firmware.

    `chip`: the image must be for this chip. Raises PoiseError (BAD_INPUT).
    """
    wanted = None
    if chip is not None:
        wanted = family(chip)
        if wanted is None or wanted.board is None:
            raise refusal(chip, Reason.BAD_INPUT)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise PoiseError(
            Reason.BAD_INPUT,
            _("{path} can't be read: {reason}").format(path=path, reason=error.strerror),
            _("Name the .bin file with --image."),
        ) from None
    return _checked(data, path.name, wanted)


def _checked(data: bytes, name: str, wanted: Chip | None) -> Image:
    if len(data) < HEADER.size or data[0] != MAGIC:
        raise _bad(
            _("{name} is no image for an ESP32").format(name=name),
            _(_TAKE) + " " + _("It is not the .uf2."),
        )
    chip = _chip(data, name, wanted)
    if data[ABOUT_AT:].startswith(ABOUT_MAGIC.to_bytes(4, "little")):
        raise _bad(
            _("{name} is an application without a boot loader, which it would overwrite").format(
                name=name
            ),
            _(_TAKE) + " " + _("It is not the .app-bin."),
        )
    flash_bytes = chip.flash_bytes
    if chip.boot_offset + len(data) > flash_bytes:
        raise _bad(
            _("{name} is larger than a {size} MB flash").format(
                name=name, size=flash_bytes // 2**20
            ),
            _TAKE,
            chip,
        )
    table_at = TABLE_AT - chip.boot_offset
    if len(data) < table_at + ROW_BYTES:
        raise _bad(
            _("{name} ends before its partition table: it is no flash image").format(name=name),
            _TAKE,
            chip,
        )
    _check_program(data, 0, table_at, chip, _("{name}: the boot loader").format(name=name))
    rows = _partitions(data[table_at : table_at + TABLE_BYTES], name)
    app = _application(rows, name, chip)
    start = app.offset - chip.boot_offset
    if start < table_at + TABLE_BYTES or start + ABOUT_AT + ABOUT.size > len(data):
        raise _bad(
            _("{name} has no application where its partition table says").format(name=name), _AGAIN
        )
    _check_program(
        data, start, start + app.size, chip, _("{name}: the application").format(name=name)
    )
    version = _micropython_version(data, start, name, chip)
    if _BLUETOOTH not in data[start : start + app.size]:
        raise _bad(
            _("{name} is a MicroPython that has no Bluetooth").format(name=name), _TAKE, chip
        )
    _check_files(rows, chip.boot_offset + len(data), name, chip)
    return Image(data, chip, version, tuple(rows))


def _chip(data: bytes, name: str, wanted: Chip | None) -> Chip:
    chip = by_image_id(HEADER.unpack_from(data)[5])
    title = chip.title if chip else _("an unknown chip")
    if wanted and chip != wanted:
        raise _bad(
            _("{name} is for {title}, not for {wanted}").format(
                name=name, title=title, wanted=wanted.title
            ),
            _("Name the right image or --chip."),
        )
    if chip is None or chip.board is None:
        raise _bad(
            _("{name} is for {title}, which there is no firmware for yet").format(
                name=name, title=title
            ),
            _TAKE,
        )
    return chip


def _check_program(data: bytes, start: int, limit: int, chip: Chip, what: str) -> None:
    """Raise PoiseError (BAD_INPUT) unless a whole program begins at `start` and ends by `limit`."""
    try:
        program.check(data, start, limit, chip, what)
    except program.DamagedError as error:
        raise _bad(str(error), _AGAIN) from None


def _partitions(table: bytes, name: str) -> list[Partition]:
    """Return the rows of the image's partition table. Raises PoiseError (BAD_INPUT)."""
    try:
        return partitions.parse(table)
    except partitions.DamagedTableError:
        raise _bad(
            _("{name}: the partition table has a wrong MD5").format(name=name), _AGAIN
        ) from None
    except partitions.NoTableError:
        raise _bad(
            _("{name} has no partition table: it is no flash image").format(name=name), _TAKE
        ) from None
    except partitions.EndlessTableError:
        raise _bad(_("{name}: the partition table has no end").format(name=name), _AGAIN) from None


def _application(rows: list[Partition], name: str, chip: Chip) -> Partition:
    if any(row.end > chip.flash_bytes for row in rows):
        raise _bad(
            _("{name} is for a flash larger than {size} MB").format(
                name=name, size=chip.flash_bytes // 2**20
            ),
            _TAKE,
            chip,
        )
    found = partitions.application(rows)
    if found:
        return found
    raise _bad(_("{name} has no partition for an application").format(name=name), _TAKE, chip)


def _check_files(rows: list[Partition], end: int, name: str, chip: Chip) -> None:
    """Check that enough is left for files in the smallest flash, and that the image, up to `end`, overwrites none.

    Raises PoiseError (BAD_INPUT).
    """
    files = partitions.files(rows, chip.flash_bytes)
    if files is None:
        raise _bad(_("{name} leaves no room for files").format(name=name), _TAKE, chip)
    if files.size < LEAST_FILES_BYTES:
        raise _bad(
            _("{name} has {size} bytes for files: too few for the firmware").format(
                name=name, size=files.size
            ),
            _TAKE,
            chip,
        )
    if end > files.offset:
        raise _bad(
            _("{name} holds files too, which would overwrite the clip's log").format(name=name),
            _TAKE,
            chip,
        )


def _micropython_version(data: bytes, start: int, name: str, chip: Chip) -> str:
    magic, version, project = described(data, start)
    if magic != ABOUT_MAGIC:
        raise _bad(
            _("{name}: the application does not say what it is").format(name=name), _TAKE, chip
        )
    if project != MICROPYTHON:
        raise _bad(
            _("{name} holds {project!r}, not MicroPython").format(name=name, project=project),
            _TAKE,
            chip,
        )
    number = re.match(r"v?(\d+)\.(\d+)", version)
    if number is None:
        raise _bad(
            _("{name} does not say which MicroPython it is ({version!r})").format(
                name=name, version=version
            ),
            _TAKE,
            chip,
        )
    if (int(number[1]), int(number[2])) < chip.oldest:
        raise _bad(
            _("{name} is MicroPython {version}, which is too old").format(
                name=name, version=version
            ),
            _TAKE,
            chip,
        )
    return version


def _bad(message: str, hint: str, chip: Chip | None = None) -> PoiseError:
    """Return the error. The hint names the image for `chip`; None: those of all boards."""
    rows = [row for row in BOARDS if chip is None or row.chip == chip.title]
    oldest = min(row.oldest for row in rows)
    told = _(hint).format(
        image=", ".join(row.image for row in rows), oldest=".".join(map(str, oldest))
    )
    return PoiseError(Reason.BAD_INPUT, message, told)
