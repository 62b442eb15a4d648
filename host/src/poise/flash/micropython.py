"""Writing of a MicroPython image, given by the user, to an ESP32 by esptool's API. Nothing is downloaded."""

import contextlib
import errno
from collections.abc import Callable
from typing import Any

from ..errors import PoiseError, Reason
from ..installed import add
from ..language import N_, _
from .chips import Chip, family, refusal
from .image import FLASH_BYTES, Image

CONNECT_BAUD = 115_200
WRITE_BAUD = 460_800
_AGAIN = N_("Run the same command again.")
_CABLE = N_("Check the cable.")
_NOT_WHOLE = N_("the board has no whole MicroPython now")
_SEE_PORTS = N_("`poise flash list-ports` shows where the board is.")
_PORT_FAULTS = {
    errno.ENOENT: (N_("{port} does not exist"), _SEE_PORTS),
    errno.EACCES: (
        N_("{port} may not be opened by you"),
        N_("Join the group that owns it (often `dialout`) and log in again."),
    ),
    errno.EBUSY: (N_("{port} is in use by another program"), N_("Close that program.")),
    errno.EAGAIN: (N_("{port} is in use by another program"), N_("Close that program.")),
}
_OTHER_BOARD = N_("Take another board: this one is as it was.")
_HOLD_BOOT = N_("Hold the board's BOOT button while it connects, then run the same command again.")


def write_image(
    port: str, image: Image, *, erase: bool, tell: Callable[[str], None], attempts: int = 3
) -> None:
    """Write and verify a checked image, then reset the chip. `erase` clears the whole flash first, the log included.

    If the chip is not the image's, or if something fails before writing, the board restarts unchanged. Raises
    PoiseError: MISSING_EXTRA, NO_CLIP (no such port, nothing answers, another chip), FLASH_FAILED.
    """
    _esptool()
    _check_port(port)
    esp = _connect(port, attempts)
    try:
        _check_chip(port, esp, image.chip)
        esp = _prepare(port, esp)
    except BaseException:  # Ctrl-C as well: the board's old content is still complete
        with contextlib.suppress(Exception):
            _reset(esp)
        esp._port.close()
        raise
    try:
        _write(esp, image, erase=erase, tell=tell)
    except _failures() as error:
        raise PoiseError(
            Reason.FLASH_FAILED,
            f"{port}: {_told(error)}; {_(_NOT_WHOLE)}",
            f"{_(_CABLE)} {_(_AGAIN)}",
        ) from None
    except KeyboardInterrupt:
        raise PoiseError(
            Reason.FLASH_FAILED,
            _("{port}: broken off; {state}").format(port=port, state=_(_NOT_WHOLE)),
            _(_AGAIN),
        ) from None
    finally:
        esp._port.close()


def _check_port(port: str) -> None:
    """Raise PoiseError (NO_CLIP) for a port that cannot be opened: the board's buttons would not help then."""
    import serial

    try:
        serial.serial_for_url(port, exclusive=True).close()
    except (serial.SerialException, OSError, ValueError) as error:
        why, hint = _PORT_FAULTS.get(
            getattr(error, "errno", None) or 0, (N_("{port} can't be opened"), _SEE_PORTS)
        )
        raise PoiseError(Reason.NO_CLIP, _(why).format(port=port), _(hint)) from None


def _check_chip(port: str, esp: Any, wanted: Chip) -> None:
    """Raise PoiseError (NO_CLIP) for a chip without firmware, or another than the image's."""
    found = family(esp.CHIP_NAME)
    if found is None or found.board is None:
        raise refusal(esp.CHIP_NAME, Reason.NO_CLIP)
    if found != wanted:
        raise PoiseError(
            Reason.NO_CLIP,
            _("{port} is an {title}, not an {wanted}").format(
                port=port, title=found.title, wanted=wanted.title
            ),
            _("Take the image for its chip."),
        )


def _esptool() -> None:
    """Silence esptool. Raises PoiseError (MISSING_EXTRA)."""
    try:
        from esptool.logger import log
    except ImportError:
        raise PoiseError(
            Reason.MISSING_EXTRA,
            _("esptool is not installed"),
            add("flash"),
        ) from None
    log.set_verbosity("silent")


def _failures() -> tuple[type[Exception], ...]:
    from esptool import FatalError

    return (FatalError, OSError)  # pyserial's errors are OSErrors


def _told(error: Exception) -> str:
    """Return the first line of an error, its cause; esptool's other lines refer to its manual."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")


def _connect(port: str, attempts: int) -> Any:
    try:
        return _detect(port, attempts)
    except KeyboardInterrupt:
        _start_again(port)
        raise
    except _failures() as error:
        _start_again(port)
        told = _told(error)
        silent = told.startswith("Failed to connect")
        raise PoiseError(
            Reason.NO_CLIP,
            f"{port}: {told}",
            _(_HOLD_BOOT) if silent else f"{_(_CABLE)} {_(_AGAIN)}",
        ) from None


def _start_again(port: str) -> None:
    """Pulse the reset line: a chip that esptool lost may wait in its boot loader."""
    import serial
    from esptool.reset import HardReset

    with contextlib.suppress(OSError), serial.serial_for_url(port) as line:
        HardReset(line)()


def _detect(port: str, attempts: int) -> Any:
    from esptool import cmds

    return cmds.detect_chip(port, baud=CONNECT_BAUD, connect_attempts=attempts)


def _prepare(port: str, esp: Any) -> Any:
    """Run esptool's own program on the chip, at a higher rate; return its connection, which shares the port of `esp`.

    Raises PoiseError (FLASH_FAILED).
    """
    from esptool import cmds

    try:
        stub = cmds.run_stub(esp)
        stub.change_baud(WRITE_BAUD)
        cmds.attach_flash(stub)
        _check_flash(port, stub)
        return stub
    except _failures() as error:
        raise PoiseError(
            Reason.FLASH_FAILED, f"{port}: {_told(error)}", f"{_(_CABLE)} {_(_AGAIN)}"
        ) from None


def _check_flash(port: str, esp: Any) -> None:
    """Raise PoiseError (FLASH_FAILED) for a flash that is too small, encrypted, or whose boot loader is locked."""
    from esptool import cmds
    from esptool.util import flash_size_bytes

    size = flash_size_bytes(cmds.detect_flash_size(esp))  # None: esptool does not know this flash
    why = None
    if size is not None and size < FLASH_BYTES:
        why = _("{port}: the board's flash has {size:g} MB; it takes {least}")
    elif esp.get_flash_encryption_enabled():
        why = _("{port}: the board's flash is encrypted")
    elif esp.get_secure_boot_v1_enabled():
        why = _("{port}: the board's boot loader is locked")
    if why:
        told = why.format(port=port, size=(size or 0) / 2**20, least=FLASH_BYTES // 2**20)
        raise PoiseError(Reason.FLASH_FAILED, told, _(_OTHER_BOARD))


def _write(esp: Any, image: Image, *, erase: bool, tell: Callable[[str], None]) -> None:
    from esptool import cmds

    offset, data = image.chip.boot_offset, image.data
    if erase:
        tell(_("erases the whole flash"))
    tell(_("writes {size} bytes at {place}").format(size=len(data), place=f"0x{offset:x}"))
    # esptool erases after its own checks: if it refuses, the log stays.
    cmds.write_flash(esp, [(offset, data)], erase_all=erase, no_progress=True)
    tell("verifies")
    cmds.verify_flash(esp, [(offset, data)])
    _reset(esp)


def _reset(esp: Any) -> None:
    from esptool import cmds

    cmds.reset_chip(esp, "hard-reset")
