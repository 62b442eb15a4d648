"""Frames for a byte stream (USB): 0x00, COBS(payload + CRC-32), 0x00.

COBS: S. Cheshire, M. Baker, "Consistent Overhead Byte Stuffing", IEEE/ACM Trans. Networking 7(2), 1999.
The parser is fed any chunks and never raises: noise and half frames end at the next zero byte.
Bytes outside a frame are kept apart: on USB they are a developer at the terminal.
"""

import struct
from binascii import crc32

from .codec import MAX_PAYLOAD
from .errors import WireError

TYPE_CHECKING = False  # MicroPython has no `typing`
if TYPE_CHECKING:
    from .fields import Data, Outcome, Stray

CRC_BYTES = 4
MAX_FRAME = (
    MAX_PAYLOAD + CRC_BYTES + (MAX_PAYLOAD + CRC_BYTES) // 254 + 1
)  # encoded, without the zeros

# The ESP32 port keeps unread input in a ring of this size, and loses what comes while it is full. The clip reads
# nothing while it collects garbage, erases flash or sends, so what a host has under way has to fit as a whole.
RING_BYTES = 260
MAX_FRAME_TO_CLIP = 200  # with the zeros; the rest of the ring is for a second, short request
# A frame of one COBS block has two zeros and the block's length beside payload and checksum.
MAX_PAYLOAD_TO_CLIP = MAX_FRAME_TO_CLIP - 3 - CRC_BYTES

# Outcomes of Parser.feed: what each item of its list is.
FRAME = "frame"  # a payload whose checksum matched
ERROR = "error"  # a WireError: the bytes up to the next zero were dropped


def cobs_encode(data: "Data") -> bytes:
    """`data` without zero bytes; one byte longer per 254 bytes begun."""
    out = bytearray(1)
    mark = 0  # where the current block's length goes
    for value in data:
        if value:
            out.append(value)
        if not value or len(out) - mark == 0xFF:
            out[mark] = len(out) - mark
            mark = len(out)
            out.append(0)
    out[mark] = len(out) - mark
    return bytes(out)


def cobs_decode(data: "Data") -> bytes:
    """The bytes that were encoded. Raises WireError for a zero inside or a block that ends too early."""
    return bytes(_unstuffed(bytearray(data))[1:])


def _unstuffed(data: bytearray) -> bytearray:
    """A byte of no meaning, then the bytes that were encoded; `data`, a bytearray, may be changed for it.

    A step a block, no step a byte: the length of each block becomes the zero that it stands for.
    """
    if data.find(b"\0") >= 0:
        raise WireError(WireError.FRAMING, "zero inside a COBS frame")
    size = len(data)
    seams: list[int] = []  # lengths that stand for no zero: the block before is a full one
    at = 0
    while at < size:
        code = data[at]
        data[at] = 0
        at += code
        if code == 0xFF and at < size:
            seams.append(at)
    if at > size:
        raise WireError(WireError.FRAMING, "not a COBS frame")
    if not seams:
        return data
    out = bytearray()
    at = 0
    for seam in seams:
        out.extend(data[at:seam])
        at = seam + 1
    out.extend(data[at:])
    return out


def encode_frame(payload: "Data") -> bytes:
    """One frame as bytes, zeros at both ends. Raises WireError for a payload over MAX_PAYLOAD."""
    if len(payload) > MAX_PAYLOAD:
        raise WireError(WireError.LONG, "%d bytes, at most %d" % (len(payload), MAX_PAYLOAD))
    payload = bytes(payload)
    return b"\0" + cobs_encode(payload + struct.pack("<I", crc32(payload))) + b"\0"


def decode_frame(encoded: "Data") -> bytes:
    """Payload of the bytes between two zeros. Raises WireError."""
    return _opened(bytearray(encoded))


def _opened(encoded: bytearray) -> bytes:
    """`decode_frame` of a bytearray that is not needed afterwards: nothing is held twice but the payload."""
    data = _unstuffed(encoded)
    end = len(data) - CRC_BYTES
    if end <= 1:
        raise WireError(WireError.SHORT, "a frame needs a payload and a checksum")
    payload = bytes(memoryview(data)[1:end])
    if crc32(payload) != struct.unpack_from("<I", data, end)[0]:
        raise WireError(WireError.CRC, "frame checksum does not match")
    return payload


class Parser:
    """Push parser. `feed` gives what was completed; an empty list means: more bytes are needed.

    OUTSIDE: the last frame has ended; a zero byte opens the next.
    INSIDE: collecting up to the closing zero.
    SKIPPING: this frame went over the cap; its bytes are dropped up to the closing zero.

    `on_stray` gets each run of bytes that lies outside a frame.
    """

    OUTSIDE = 0
    INSIDE = 1
    SKIPPING = 2

    def __init__(self, on_stray: "Stray | None" = None) -> None:
        self.errors = 0  # frames refused since the start
        self._on_stray = on_stray
        self.state = Parser.OUTSIDE
        self._buffer = bytearray()

    def forget(self) -> bool:
        """Take what has come of a frame for noise: the next byte is outside. Return True if there was any."""
        began = self.state == Parser.SKIPPING or len(self._buffer) > 0
        self.state = Parser.OUTSIDE
        self._buffer = bytearray()
        return began

    def feed(self, chunk: bytes | bytearray, size: int | None = None) -> "list[Outcome]":
        """List of (FRAME, payload) and (ERROR, WireError), in order of arrival. Never raises.

        `chunk`: bytes or bytearray, its first `size` bytes or all. It may be changed afterwards.
        """
        size = len(chunk) if size is None else size
        out: list[Outcome] = []
        at = 0
        while at < size:
            zero = chunk.find(b"\0", at, size)
            end = size if zero < 0 else zero
            if end > at:
                self._collect(memoryview(chunk)[at:end])
            if zero >= 0:
                self._close(out)
            at = end + 1
        return out

    def _collect(self, run: memoryview) -> None:
        if self.state == Parser.OUTSIDE:
            if self._on_stray:
                self._on_stray(bytes(run))
        elif self.state == Parser.INSIDE:
            if len(self._buffer) + len(run) > MAX_FRAME:
                self._buffer = bytearray()
                self.state = Parser.SKIPPING
            else:
                self._buffer.extend(run)

    def _close(self, out: "list[Outcome]") -> None:
        # A zero that ends a refused frame may as well open the next: INSIDE. One with nothing before it opens a frame,
        # also after noise that ate the opening one.
        state, self.state = self.state, Parser.INSIDE
        if state == Parser.SKIPPING:
            self._refuse(out, WireError(WireError.LONG, "frame over %d bytes" % MAX_FRAME))
        elif self._buffer:
            try:
                payload = _opened(self._buffer)
            except WireError as error:
                self._refuse(out, error)
            else:
                self.forget()
                out.append((FRAME, payload))

    def _refuse(self, out: "list[Outcome]", error: WireError) -> None:
        self._buffer = bytearray()
        self.errors += 1
        out.append((ERROR, error))
