"""USB transport: messages in COBS frames over a serial port, with pyserial and a reading thread."""

import asyncio
import contextlib
import threading
from collections.abc import Callable
from typing import Any

from ...errors import PoiseError, Reason
from ...language import _
from ...wire import framing

BAUD = 115_200  # MicroPython's UART default; `line_rate` raises it for a while
_POLL_S = 0.2  # the reading thread notices the end within this time


class SerialTransport:
    """A clip on a serial port. `port` is a device path or name, `baud` the speed in bits per second.

    Bytes outside frames, such as a developer's terminal output, do not reach the client.
    """

    source = "usb"
    max_payload = framing.MAX_PAYLOAD_TO_CLIP

    def __init__(self, port: str, baud: int = BAUD) -> None:
        self.name = port
        self._baud = baud
        self.on_payload: Callable[[bytes], None] | None = None
        self.on_lost: Callable[[str], None] | None = None
        self.bad_frames = 0
        self._serial = None
        self._thread: threading.Thread | None = None
        self._closing = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    async def connect(self, search_s: float | None = None) -> None:
        """Open the port and start the reading thread. Raises PoiseError (NO_CLIP) with a remedy."""
        del search_s  # a port is there or not
        import serial

        self._loop = asyncio.get_running_loop()
        self._closing.clear()
        try:
            self._serial = serial.Serial(
                self.name, self._baud, timeout=_POLL_S, write_timeout=5, exclusive=True
            )
        except serial.SerialException as error:
            raise _unopened(self.name, error) from None
        self._thread = threading.Thread(target=self._read, name=f"poise {self.name}", daemon=True)
        self._thread.start()

    async def disconnect(self) -> None:
        """Close the port and wait for the reading thread."""
        self._closing.set()
        if self._thread:
            await asyncio.to_thread(self._thread.join)
            self._thread = None
        if self._serial:
            _close(self._serial)
            self._serial = None

    async def send(self, payload: bytes) -> None:
        """Send one message as a frame.

        Raises PoiseError (LINK_LOST; BAD_INPUT if the message is longer than the clip's input buffer).
        """
        import serial

        if len(payload) > self.max_payload:
            raise PoiseError(
                Reason.BAD_INPUT,
                _("a message of {bytes} bytes; {name} takes {most} at a time").format(
                    bytes=len(payload), name=self.name, most=self.max_payload
                ),
                _("Send it in smaller pieces."),
            )
        if self._serial is None:
            raise PoiseError(
                Reason.LINK_LOST,
                _("{name} is not open").format(name=self.name),
                _("Plug the clip in and try again."),
            )
        try:
            await asyncio.to_thread(self._serial.write, framing.encode_frame(payload))
        except (serial.SerialException, OSError) as error:
            message = _("{name} does not take data ({error})").format(name=self.name, error=error)
            raise PoiseError(Reason.LINK_LOST, message, _("Plug the clip in again.")) from None

    async def set_baud(self, baud: int) -> bool:
        """Set the port's rate. Return False if its driver does not have that rate."""
        if self._serial is None:
            return False
        try:
            await asyncio.to_thread(setattr, self._serial, "baudrate", baud)
        except (ValueError, OSError):  # SerialException is an OSError
            return False
        return True

    def _read(self) -> None:
        """Read bytes, parse messages and pass them to the event loop. Runs in the reading thread."""
        import serial

        assert self._serial is not None and self._loop is not None
        parser = framing.Parser()
        while not self._closing.is_set():
            try:
                data = self._serial.read(max(1, min(4096, self._serial.in_waiting)))
            except (serial.SerialException, OSError, TypeError) as error:
                # pyserial raises TypeError when the port is closed under a read.
                self._tell(
                    self._lost, _("{name} is gone ({error})").format(name=self.name, error=error)
                )
                return
            for kind, item in parser.feed(data):
                if kind == framing.FRAME:
                    self._tell(self._payload, item)
                else:
                    self.bad_frames += 1

    def _tell(self, handler: Callable[[Any], None], item: bytes | str) -> None:
        assert self._loop is not None
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(handler, item)

    def _payload(self, payload: bytes) -> None:
        if self.on_payload and not self._closing.is_set():
            self.on_payload(payload)

    def _lost(self, why: str) -> None:
        if self.on_lost and not self._closing.is_set():
            self.on_lost(why)


def _close(port: Any) -> None:
    """Close the port without a reset of the board.

    The boards' two transistors pull EN low while DTR is off and RTS is on, and Windows switches DTR off first. So RTS
    goes off before DTR. Pipes and pseudo-terminals have neither line, hence the suppressed error.
    """
    with contextlib.suppress(OSError):
        port.rts = False
        port.dtr = False
    port.close()


def _unopened(port: str, error: Exception) -> PoiseError:
    text = str(error)
    if "Permission" in text:
        cure = _(
            "Join the group that owns it (often `dialout`) and log in again; "
            "or `poise install --udev` prints the rule by which Linux lets you."
        )
        return PoiseError(Reason.NO_CLIP, _("no permission to open {port}").format(port=port), cure)
    if "exclusively lock" in text or "busy" in text.lower():
        cure = _("Close the other program that has it open.")
        return PoiseError(Reason.NO_CLIP, _("{port} is in use").format(port=port), cure)
    return PoiseError(
        Reason.NO_CLIP,
        _("{port} can't be opened").format(port=port),
        _("Plug the clip in; `poise flash list-ports` lists the ports that are there."),
    )
