"""The boards that Poise has firmware for: one row each, beside their folders in firmware/boards.

docs/developers/porting.md says how to add one. What depends on the board is taken from here: the chips that are
flashed, the architectures that are compiled, the stubs that check the pins' module, the tables of the pages.
"""

from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from ..errors import PoiseError, Reason
from ..language import _
from .sources import firmware_folder

TWIN = "twin"  # the board of `poise.twin`: a VM on this machine, in the place of a chip
MEBIBYTE = 1024 * 1024


class Usb(Enum):
    """The way from the board's USB socket to MicroPython's prompt, which is also the clip's line to the host."""

    UART = "uart"  # a bridge chip on UART 0: the port stays while the chip sleeps or restarts; its rate can be raised
    SERIAL_JTAG = "serial-jtag"  # fixed in the chip: the port goes with sleep, and there is no rate
    OTG = "otg"  # MicroPython's own CDC port, gone in sleep; the ROM's loader is another port (USB-Serial-JTAG)


@dataclass(frozen=True)
class Board:
    """A board: its folder's name in firmware/boards, and its chip as esptool names it.

    `image`: MicroPython's name of the image to take. `arch`: of mpy-cross. `boot_offset`: of the boot loader in the
    flash. `flash_bytes`: least flash. `oldest`: first MicroPython on which the chip does all that the firmware needs.
    `oldest_stubs`: version of the oldest type stubs of it that there are, against which the board is checked.
    """

    name: str
    chip: str
    image: str
    arch: str
    boot_offset: int
    usb: Usb
    flash_bytes: int = 4 * MEBIBYTE
    oldest: tuple[int, int] = (1, 26)
    oldest_stubs: str = "1.26.0.post1"

    @property
    def folder(self) -> Path:
        """The board's folder. Raises PoiseError (FLASH_FAILED) without the firmware's sources."""
        return firmware_folder() / "boards" / self.name

    @property
    def pins_file(self) -> Path:
        """The table of the board's pins: signal, gpio, module_pin, connects_to, note."""
        return self.folder / "pins.csv"

    @property
    def stubs(self) -> str:
        """Name of the PyPI package with the type stubs of the chip's MicroPython."""
        return _STUBS.get(self.name) or f"micropython-esp32-{_hyphened(self.image)}-stubs"


def _hyphened(image: str) -> str:
    return image.lower().replace("_", "-")


_STUBS = {"esp32": "micropython-esp32-stubs"}  # the others have the image's name
NEWEST_STUBS = "1.29.0.post1"

# The first is the one on which the twin runs, and whose names a traceback is read by.
BOARDS = (
    Board("esp32", "ESP32", "ESP32_GENERIC", "xtensawin", 0x1000, Usb.UART),
    # MicroPython's image is for 8 MiB; a module has them.
    Board(
        "esp32s3",
        "ESP32-S3",
        "ESP32_GENERIC_S3",
        "xtensawin",
        0x0,
        Usb.OTG,
        flash_bytes=8 * MEBIBYTE,
    ),
    # `esp32.wake_on_gpio`, the only way in which the button wakes this chip, is there from 1.27 on.
    Board(
        "esp32c3",
        "ESP32-C3",
        "ESP32_GENERIC_C3",
        "rv32imc",
        0x0,
        Usb.SERIAL_JTAG,
        oldest=(1, 27),
        oldest_stubs="1.27.0.post1",
    ),
    Board("esp32c6", "ESP32-C6", "ESP32_GENERIC_C6", "rv32imc", 0x0, Usb.SERIAL_JTAG),
)
NAMES = (*(board.name for board in BOARDS), TWIN)


def board(name: str) -> Board:
    """Return the board with this name. Raises PoiseError (BAD_INPUT): no row, or the twin, which is no chip's."""
    found = next((row for row in BOARDS if row.name == name), None)
    if found is None:
        raise unknown(name)
    return found


def for_chip(chip: str) -> Board | None:
    """Return the first board with this chip, by esptool's name; None: there is no firmware for it."""
    return next((row for row in BOARDS if row.chip == chip), None)


def fitting(chip: str, asked: str | None) -> str:
    """Return the name of the board whose firmware goes on this chip: `asked`, or the only one with the chip.

    Raises PoiseError (FLASH_FAILED): `asked` has another chip, or several boards have this one and none is asked for.
    """
    names = [row.name for row in BOARDS if row.chip == chip]
    if asked is None and len(names) == 1:
        return names[0]
    if asked is None:
        raise PoiseError(
            Reason.FLASH_FAILED,
            _("several boards have an {chip}, and their pins differ").format(chip=chip),
            _("Name yours with --board: {names}.").format(names=", ".join(names)),
        )
    if asked not in names:
        raise PoiseError(
            Reason.FLASH_FAILED,
            _("the firmware for the board '{board}' does not run on an {chip}").format(
                board=asked, chip=chip
            ),
            _("Boards with this chip: {names}.").format(names=", ".join(names)),
        )
    return asked


def unknown(name: str) -> PoiseError:
    """Return the error for the name of no board."""
    return PoiseError(
        Reason.BAD_INPUT,
        _("no board '{board}'").format(board=name),
        _("Boards: {names}.").format(names=", ".join(NAMES)),
    )
