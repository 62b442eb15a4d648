"""The USB link: frames (wire.framing) over the board's stdin and stdout, beside a developer's terminal.

Two Ctrl-C in a row outside a frame, or the request `repl`, leave to the MicroPython prompt.
"""

import asyncio
import select
import struct
import time
from binascii import crc32

import micropython
from wire import codec, framing

_CTRL_C = 3
_TWO_CTRL_C = b"\x03\x03"
_FORGET_MS = 1000  # an unfinished frame without a byte for this long was noise: the terminal gets through again


# Viper has no names for the types of the first three arguments.
@micropython.viper
def _gather(ipoll, readinto, one, byte: ptr8, block: ptr8, room: int) -> int:  # pyright: ignore[reportMissingParameterType]
    """Read the waiting bytes into `block`, behind its first byte, which is there already; return the number of bytes in
    it.

    The ESP32's stdin does not tell how many bytes wait, and a read of several bytes blocks until all have come. So each
    byte costs a poll and a read, and nothing else: on the ESP32 neither allocates. `byte` is the memory of `one`.
    """
    n = 1
    while n < room:
        ready = 0
        for _ in ipoll(0):
            ready = 1
        if ready == 0 or not readinto(one):
            break
        block[n] = byte[0]
        n += 1
    return n


@micropython.viper
def _stuff(data: ptr8, size: int, out: ptr8) -> int:
    """Write framing.cobs_encode of `size` bytes of `data`, with a zero at both ends, into `out`; return bytes
    written."""
    out[0] = 0
    mark = 1  # where the current block's length goes
    at = 2
    for i in range(size):
        value = data[i]
        if value:
            out[at] = value
            at += 1
        if value == 0 or at - mark == 0xFF:
            out[mark] = at - mark
            mark = at
            at += 1
    out[mark] = at - mark
    out[at] = 0
    return at + 1


class UsbLink:
    """The link over the USB cable. `streams`: (readable, writable) binary streams of the board."""

    secure = True  # whoever holds the cable holds the clip
    allows_repl = True
    max_payload = codec.MAX_PAYLOAD
    cursor: "Cursor"

    def __init__(self, streams: "tuple[Stream, Stream]", service: "Service") -> None:
        self._in, out = streams
        self._reader = asyncio.StreamReader(self._in)
        self._out = asyncio.StreamWriter(out, {})
        self._ready = select.poll()
        self._ready.register(self._in, select.POLLIN)
        self._service = service
        self._lock = asyncio.Lock()
        self._plain = bytearray(codec.MAX_PAYLOAD + framing.CRC_BYTES)
        self._frame = bytearray(framing.MAX_FRAME + 2)
        self._view = memoryview(self._frame)
        self._one = bytearray(1)
        self._parser = framing.Parser(self._stray)
        self._ctrl_c = False  # the last byte outside a frame was a Ctrl-C
        self.baud: "Baud | None" = None  # a rate that a host asked for
        self._last_ms = time.ticks_ms()
        self.leaving = False

    async def run(self) -> None:
        """Serve hosts until a host or a developer asks for the prompt."""
        micropython.kbd_intr(-1)  # frames contain byte 3
        self._service.attach(self)
        pump = asyncio.create_task(self._service.pump(self))
        try:
            while not self.leaving:
                await self._receive()
        finally:
            pump.cancel()
            self._service.detach(self)
            if self.baud:
                self.baud.end()
            micropython.kbd_intr(_CTRL_C)

    def bonds_changed(self) -> None:
        """Do nothing: the cable does not depend on bonds."""

    async def send_log(self, payload: "Buffer") -> bool:
        """Send one message as a frame, once there is room. Returns True always: a pulled cable does not show."""
        async with self._lock:
            self._out.write(self._view[: self._encode(payload)])
            await self._out.drain()
        return True

    send_event = send_log

    def send_motion(self, payload: "Buffer") -> None:
        """Send one message as a frame, or nothing while another frame is on its way."""
        if self._lock.locked():
            return
        self._out.write(self._view[: self._encode(payload)])
        if self._out.out_buf:  # pyright: ignore[reportAttributeAccessIssue] # the rest of the frame waits for room
            asyncio.create_task(self._drain())

    async def _drain(self) -> None:
        async with self._lock:
            await self._out.drain()

    def _encode(self, payload: "Buffer") -> int:
        size = len(payload)
        self._plain[:size] = payload
        struct.pack_into("<I", self._plain, size, crc32(payload))
        return _stuff(self._plain, size + framing.CRC_BYTES, self._frame)

    async def _receive(self) -> None:
        read = self._reader.readinto(self._one)  # pyright: ignore[reportAttributeAccessIssue]
        if not await read:  # no host at the other end
            await asyncio.sleep_ms(100)
            return
        now = time.ticks_ms()
        if time.ticks_diff(now, self._last_ms) > _FORGET_MS and self._parser.forget():
            self._noise()
        self._last_ms = now
        block = self._plain  # the buffer is free until the next message is sent
        block[0] = self._one[0]
        one = self._one
        size = _gather(self._ready.ipoll, self._in.readinto, one, one, block, framing.RING_BYTES)
        for outcome, item in self._parser.feed(block, size):
            if outcome is framing.ERROR:
                self._noise()
                continue
            self._service.spoken = True
            for reply in self._service.handle(item, self):
                await self.send_log(reply)
        if self.baud:
            self.baud.heard(True)

    def _noise(self) -> None:
        self._service.bad_messages += 1
        if self.baud:
            self.baud.heard(False)

    def _stray(self, run: bytes) -> None:
        if _TWO_CTRL_C in run or (self._ctrl_c and run[0] == _CTRL_C):
            self.leaving = True
        self._ctrl_c = run[-1] == _CTRL_C
        if self.baud:
            self.baud.heard(False)
