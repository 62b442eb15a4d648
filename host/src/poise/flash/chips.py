"""The families of ESP32 chips: their names, and which of them Poise has firmware for."""

import re
from dataclasses import dataclass

from ..build.boards import for_chip
from ..errors import PoiseError, Reason
from ..language import _


@dataclass(frozen=True)
class Chip:
    """A family of chips. `image_id`: its chip id in an image's header."""

    title: str
    image_id: int

    @property
    def board(self) -> str | None:
        """Folder in firmware/boards; None: there is no firmware for the chip."""
        found = for_chip(self.title)
        return found.name if found else None

    @property
    def boot_offset(self) -> int:
        """Flash offset of the boot loader; 0 for a chip without firmware."""
        found = for_chip(self.title)
        return found.boot_offset if found else 0

    @property
    def flash_bytes(self) -> int:
        """The least flash that the firmware takes; 0 for a chip without firmware."""
        found = for_chip(self.title)
        return found.flash_bytes if found else 0

    @property
    def oldest(self) -> tuple[int, int]:
        """The first MicroPython that the firmware runs on; (0, 0) for a chip without firmware."""
        found = for_chip(self.title)
        return found.oldest if found else (0, 0)


# esptool's names and numbers.
CHIPS = (
    Chip("ESP32", 0),
    Chip("ESP32-S2", 2),
    Chip("ESP32-C3", 5),
    Chip("ESP32-S3", 9),
    Chip("ESP32-C2", 12),
    Chip("ESP32-C6", 13),
    Chip("ESP32-H2", 16),
    Chip("ESP32-P4", 18),
    Chip("ESP32-C61", 20),
    Chip("ESP32-C5", 23),
    Chip("ESP32-H21", 25),
    Chip("ESP32-H4", 28),
    Chip("ESP32-E22", 31),
    Chip("ESP32-S31", 32),
)
# Packages and modules with the first ESP32 in them: ESP32-D0WD, ESP32-U4WDH, ESP32-PICO-V3, ESP32-WROOM-32E, ...
_FIRST = ("", "D0", "D2", "S0", "U4", "PICO", "SOLO", "MINI", "WROOM", "WROVER")
# A family's letter and number, or a package's or module's word, follow the name, with or without a hyphen.
_NAME = re.compile(r"ESP32(?:-?(PICO|SOLO|MINI|WROOM|WROVER|[A-Z]\d+)|(?![A-Z0-9]))", re.IGNORECASE)


def family(name: str) -> Chip | None:
    """Return the family of a chip by any of its names: MicroPython's, esptool's, a package's. None: not known."""
    found = _NAME.match(name.strip())
    if found is None:
        return None
    code = (found.group(1) or "").upper()
    title = "ESP32" if code in _FIRST else f"ESP32-{code}"
    return next((chip for chip in CHIPS if chip.title == title), None)


def of_board(board: str) -> Chip:
    """Return the chip of a folder in firmware/boards; the twin stands for the first board's."""
    return next((chip for chip in CHIPS if chip.board == board), CHIPS[0])


def by_image_id(image_id: int) -> Chip | None:
    """Return the family with this chip id in its images; None if not known."""
    return next((chip for chip in CHIPS if chip.image_id == image_id), None)


def refusal(name: str, reason: Reason) -> PoiseError:
    """Return the error for a chip without firmware."""
    with_firmware = ", ".join(chip.title for chip in CHIPS if chip.board)
    return PoiseError(
        reason,
        _("there is no firmware for a chip '{name}' yet").format(name=name),
        _("Take a board with one of these chips: {chips} (any of its variants).").format(
            chips=with_firmware
        ),
    )
