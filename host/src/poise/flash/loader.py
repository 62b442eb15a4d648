"""A chip in its boot loader, reached by esptool: what it is, and its flash to read, to compare and to write.

Writing goes in pieces of 64 KiB. A piece that the flash holds already is not written, so that a run that was broken off
goes on where it was. Each piece is verified by its MD5, which the chip computes.
"""

import contextlib
import errno
import hashlib
import sys
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from ..errors import PoiseError, Reason
from ..installed import add
from ..language import N_, _
from .chips import Chip, family, refusal

CONNECT_BAUD = 115_200
RATES = (
    460_800,
    115_200,
)  # bits a second, tried in turn; the ROM talks at CONNECT_BAUD before that
PIECE_BYTES = 64 * 1024
SECTOR_BYTES = 4096
ATTEMPTS = 3  # to reach the boot loader
AGAIN = N_("Run the same command again.")
CABLE = N_("Check the cable.")
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
_NO_LINES = (errno.ENOTTY, errno.EINVAL)  # a port without reset lines

Result = TypeVar("Result")
Tell = Callable[[str], None]


class LineError(PoiseError):
    """The line to the chip fails. A slower rate may help."""


class Loader:
    """A chip in esptool's program. Use `at_a_good_rate`.

    `chip`: its family. `name`: its exact name and revision. `mac`: six bytes. `flash_bytes`: size of its flash, None if
    esptool does not know the flash. Every method raises LineError.
    """

    def __init__(self, port: str, esp: Any, chip: Chip) -> None:
        from esptool import cmds
        from esptool.util import flash_size_bytes

        self.port = port
        self.chip = chip
        self._esp = esp
        self.name = str(esp.get_chip_description())
        self.mac = bytes(esp.read_mac())
        self.flash_bytes: int | None = flash_size_bytes(cmds.detect_flash_size(esp))
        self.wrote = False  # True from the first change of the flash on

    def read(self, offset: int, size: int) -> bytes:
        """Return `size` bytes of the flash."""
        with _line(self.port):
            return bytes(self._esp.read_flash(offset, size))

    def holds(self, offset: int, data: bytes) -> bool:
        """Return True if the flash has these bytes there."""
        with _line(self.port):
            digest = hashlib.md5(data, usedforsecurity=False).hexdigest()
            return self._esp.flash_md5sum(offset, len(data)) == digest

    def write(self, offset: int, data: bytes, done: Callable[[int], None]) -> None:
        """Make the flash hold these bytes from `offset` on, a sector's start. `done(bytes)` follows each piece."""
        for at in range(0, len(data), PIECE_BYTES):
            piece = data[at : at + PIECE_BYTES]
            piece += b"\xff" * (-len(piece) % 4)
            if not self.holds(offset + at, piece):
                self._write(offset + at, piece)
            done(len(piece))

    def _write(self, offset: int, piece: bytes) -> None:
        from esptool import cmds

        self.wrote = True
        with _line(self.port):
            cmds.write_flash(self._esp, [(offset, piece)], no_progress=True)

    def erase_all(self) -> None:
        """Erase the whole flash."""
        self.wrote = True
        with _line(self.port):
            self._esp.erase_flash()

    def restart(self) -> None:
        """Start what is in the flash: by the reset line, or by a message where the port has none."""
        from esptool import cmds

        with _line(self.port):
            try:
                self._esp._port.setRTS(False)
            except OSError as error:
                if error.errno not in _NO_LINES:
                    raise
                self._esp.flash_begin(0, 0)
                self._esp.flash_finish(reboot=True)
                return
            cmds.reset_chip(self._esp, "hard-reset")

    def close(self) -> None:
        """Close the port."""
        with contextlib.suppress(OSError):
            self._esp._port.close()


def at_a_good_rate(
    port: str,
    work: Callable[[Loader], Result],
    tell: Tell,
    *,
    rates: tuple[int, ...] = RATES,
    attempts: int = ATTEMPTS,
) -> Result:
    """Return what `work` does with the chip at `port`; where the line fails it is done again, at the next rate.

    The chip is restarted in any case. Raises PoiseError: MISSING_EXTRA, NO_CLIP (no such port, nothing answers, a chip
    without firmware), FLASH_FAILED (an encrypted or locked board), LineError, and what `work` raises.
    """
    esptool()
    for rate, slower in zip(rates, (*rates[1:], None), strict=True):
        try:
            with _reached(port, rate, attempts) as loader:
                return work(loader)
        except LineError as error:
            if slower is None:
                raise
            tell(
                _("{problem}. The line is tried again with {rate} bits a second.").format(
                    problem=error, rate=slower
                )
            )
    raise AssertionError("no rate was given")


@contextlib.contextmanager
def _reached(port: str, rate: int, attempts: int) -> Iterator[Loader]:
    line = _opened(port)
    esp = loader = None
    try:
        esp = _connect(port, line, attempts)
        chip = family(esp.CHIP_NAME)
        if chip is None or chip.board is None:
            raise refusal(esp.CHIP_NAME, Reason.NO_CLIP)
        with _line(port):
            esp = _prepared(esp, rate)
            _check_open(port, esp)
            loader = Loader(port, esp, chip)
        yield loader
    finally:  # Ctrl-C as well: unless its flash was written, the board still has all that it had
        try:
            with contextlib.suppress(Exception):
                if loader:
                    loader.restart()
                elif esp:
                    _reset(esp)
                else:
                    _pulse(line)  # a chip that esptool lost may wait in its boot loader
        finally:  # another Ctrl-C
            with contextlib.suppress(OSError):
                line.close()


def _reset(esp: Any) -> None:
    from esptool import cmds

    cmds.reset_chip(esp, "hard-reset")


def esptool() -> None:
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


def _opened(port: str) -> Any:
    """Open the port, for this program alone. Raises PoiseError (NO_CLIP): the board's buttons would not help then."""
    import serial

    try:
        line = serial.serial_for_url(port, exclusive=True, do_not_open=True)
        if sys.platform == "win32":
            line.rts = line.dtr = False  # else opening the port resets the chip
        line.open()
    except (serial.SerialException, OSError, ValueError) as error:
        why, hint = _PORT_FAULTS.get(
            getattr(error, "errno", None) or 0, (N_("{port} can't be opened"), _SEE_PORTS)
        )
        raise PoiseError(Reason.NO_CLIP, _(why).format(port=port), _(hint)) from None
    return line


def _failures() -> tuple[type[Exception], ...]:
    from esptool import FatalError

    # pyserial's errors are OSErrors; noise can have any length and content, which esptool unpacks.
    return (FatalError, OSError, ValueError, IndexError)


@contextlib.contextmanager
def _line(port: str) -> Iterator[None]:
    """Turn esptool's errors into LineError."""
    import struct

    try:
        yield
    except (*_failures(), struct.error) as error:
        raise LineError(
            Reason.FLASH_FAILED, f"{port}: {_told(error)}", f"{_(CABLE)} {_(AGAIN)}"
        ) from None


def _told(error: Exception) -> str:
    """Return the first line of an error, its cause; esptool's other lines refer to its manual."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(" .")


def _connect(port: str, line: Any, attempts: int) -> Any:
    from esptool import cmds

    try:
        return cmds.detect_chip(line, baud=CONNECT_BAUD, connect_attempts=attempts)
    except _failures() as error:
        told = _told(error)
        silent = told.startswith("Failed to connect")
        raise PoiseError(
            Reason.NO_CLIP,
            f"{port}: {told}",
            _(_HOLD_BOOT) if silent else f"{_(CABLE)} {_(AGAIN)}",
        ) from None


def _pulse(line: Any) -> None:
    """Pulse the reset line."""
    from esptool.reset import HardReset

    if not line.is_open:  # esptool closes it when it gives up
        line.open()
    HardReset(line)()


def _prepared(esp: Any, rate: int) -> Any:
    """Run esptool's own program on the chip, at this rate; return its connection, which shares the port of `esp`."""
    from esptool import cmds

    stub = cmds.run_stub(esp)
    if rate != CONNECT_BAUD:
        stub.change_baud(rate)
    cmds.attach_flash(stub)
    return stub


def _check_open(port: str, esp: Any) -> None:
    """Raise PoiseError (FLASH_FAILED) for a flash that is encrypted or whose boot loader is locked."""
    if esp.get_flash_encryption_enabled():
        why = _("{port}: the board's flash is encrypted")
    elif esp.get_secure_boot_enabled():
        why = _("{port}: the board's boot loader is locked")
    else:
        return
    raise PoiseError(Reason.FLASH_FAILED, why.format(port=port), _(_OTHER_BOARD))
