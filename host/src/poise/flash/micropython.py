"""Puts a MicroPython image that the user has on an ESP32, by esptool's API. Nothing is downloaded."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import PoiseError, Reason

CONNECT_BAUD = 115_200
WRITE_BAUD = 460_800
_MAGIC = 0xE9  # first byte of an ESP image
_CHIP_ID_AT = 12  # extended header: chip id, 16 bits, little-endian
_SMALLEST_FLASH = 4 * 1024 * 1024  # bytes, of the boards that are supported


@dataclass(frozen=True)
class Chip:
    """`offset`: where its boot loader stands; `image_id`: chip id in an image's header (esptool's targets)."""

    title: str
    offset: int
    image_id: int


CHIPS = {
    "esp32": Chip("ESP32", 0x1000, 0),
    "esp32s3": Chip("ESP32-S3", 0x0, 9),
    "esp32c3": Chip("ESP32-C3", 0x0, 5),
}


def read_image(path: Path, chip: str) -> bytes:
    """A MicroPython image, checked to be one for this chip. Raises PoiseError (BAD_INPUT)."""
    if chip not in CHIPS:
        raise PoiseError(Reason.BAD_INPUT, f"no chip '{chip}'", f"There are: {', '.join(CHIPS)}.")
    try:
        data = path.read_bytes()
    except OSError as error:
        raise PoiseError(
            Reason.BAD_INPUT,
            f"{path} can't be read: {error.strerror}",
            "Name the .bin file with --image.",
        ) from None
    wanted = CHIPS[chip]
    if len(data) < 1024 or data[0] != _MAGIC:
        raise PoiseError(
            Reason.BAD_INPUT,
            f"{path.name} is no image for an ESP32",
            "Take the .bin file of the board's page at the MicroPython project, not the .uf2 or .app-bin.",
        )
    found = int.from_bytes(data[_CHIP_ID_AT : _CHIP_ID_AT + 2], "little")
    if found != wanted.image_id:
        other = next(
            (known.title for known in CHIPS.values() if known.image_id == found), "another chip"
        )
        raise PoiseError(
            Reason.BAD_INPUT,
            f"{path.name} is for {other}, not for {wanted.title}",
            "Name the right image or --chip.",
        )
    if wanted.offset + len(data) > _SMALLEST_FLASH:
        raise PoiseError(
            Reason.BAD_INPUT,
            f"{path.name} is larger than a 4 MB flash",
            "Take the board's standard image.",
        )
    return data


def write_image(
    port: str,
    image: bytes,
    chip: str,
    *,
    erase: bool,
    tell: Callable[[str], None],
    attempts: int = 3,
) -> None:
    """Write and verify a checked image, then reset the chip. `erase` clears the whole flash first, the log included.

    Raises PoiseError: MISSING_EXTRA, NO_CLIP (nothing answers, or another chip), FLASH_FAILED.
    """
    esptool = _esptool()
    from serial import SerialException

    wanted = CHIPS[chip]
    esp = None
    try:
        esp = _connect(port, attempts)
        esp = _faster(esp)
        if wanted.title != esp.CHIP_NAME:
            raise PoiseError(
                Reason.NO_CLIP,
                f"{port} is an {esp.CHIP_NAME}, not an {wanted.title}",
                "Name its chip with --chip.",
            )
        _write(esp, image, wanted, erase=erase, tell=tell)
    except (esptool.FatalError, SerialException, OSError) as error:
        # Lines of esptool's own: the first says what, the rest how to read its manual.
        first = (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
        raise PoiseError(
            Reason.FLASH_FAILED if esp else Reason.NO_CLIP,
            f"{port}: {first}",
            "Hold the board's BOOT button while it connects, then run the same command again.",
        ) from None
    finally:
        if esp is not None:
            esp._port.close()


def _esptool() -> Any:
    try:
        import esptool
        from esptool.logger import log
    except ImportError:
        raise PoiseError(
            Reason.MISSING_EXTRA,
            "esptool is not installed",
            "Install it with `pip install 'poise-clip[flash]'`.",
        ) from None
    log.set_verbosity("silent")
    return esptool


def _connect(port: str, attempts: int) -> Any:
    from esptool import cmds

    return cmds.detect_chip(port, baud=CONNECT_BAUD, connect_attempts=attempts)


def _faster(esp: Any) -> Any:
    """esptool's own program runs on the chip, at a higher rate; it shares the port of what was given."""
    from esptool import cmds

    stub = cmds.run_stub(esp)
    stub.change_baud(WRITE_BAUD)
    return stub


def _write(esp: Any, image: bytes, chip: Chip, *, erase: bool, tell: Callable[[str], None]) -> None:
    from esptool import cmds

    cmds.attach_flash(esp)
    if erase:
        tell("erases the whole flash")
        cmds.erase_flash(esp)
    tell(f"writes {len(image)} bytes at 0x{chip.offset:x}")
    cmds.write_flash(esp, [(chip.offset, image)], no_progress=True)
    tell("verifies")
    cmds.verify_flash(esp, [(chip.offset, image)])
    cmds.reset_chip(esp, "hard-reset")
