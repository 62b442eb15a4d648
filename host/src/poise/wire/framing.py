"""Frames for a byte stream (USB): 0x00, COBS(payload + CRC-32), 0x00.

COBS: S. Cheshire, M. Baker, "Consistent Overhead Byte Stuffing", IEEE/ACM Trans. Networking 7(2), 1999.
The parser is fed any chunks and never raises: noise and half frames end at the next zero byte.
Bytes outside a frame are kept apart: on USB they are a developer at the terminal.
"""

import struct
from binascii import crc32

from .codec import MAX_PAYLOAD
from .errors import WireError

CRC_BYTES = 4
MAX_FRAME = (
    MAX_PAYLOAD + CRC_BYTES + (MAX_PAYLOAD + CRC_BYTES) // 254 + 1
)  # encoded, without the zeros

# Outcomes of Parser.feed: what each item of its list is.
FRAME = "frame"  # a payload whose checksum matched
ERROR = "error"  # a WireError: the bytes up to the next zero were dropped


def cobs_encode(data):
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


def cobs_decode(data):
    """The bytes that were encoded. Raises WireError for a zero inside or a block that ends too early."""
    out = bytearray()
    at = 0
    size = len(data)
    while at < size:
        code = data[at]
        end = at + code
        if not code or end > size:
            raise WireError(WireError.FRAMING, "not a COBS frame")
        block = data[at + 1 : end]
        if 0 in block:
            raise WireError(WireError.FRAMING, "zero inside a COBS block")
        out.extend(block)
        at = end
        if code < 0xFF and at < size:
            out.append(0)
    return bytes(out)


def encode_frame(payload):
    """One frame as bytes, zeros at both ends. Raises WireError for a payload over MAX_PAYLOAD."""
    if len(payload) > MAX_PAYLOAD:
        raise WireError(WireError.LONG, "%d bytes, at most %d" % (len(payload), MAX_PAYLOAD))
    payload = bytes(payload)
    return b"\0" + cobs_encode(payload + struct.pack("<I", crc32(payload))) + b"\0"


def decode_frame(encoded):
    """Payload of the bytes between two zeros. Raises WireError."""
    data = cobs_decode(encoded)
    if len(data) <= CRC_BYTES:
        raise WireError(WireError.SHORT, "a frame needs a payload and a checksum")
    payload = data[:-CRC_BYTES]
    if crc32(payload) != struct.unpack("<I", data[-CRC_BYTES:])[0]:
        raise WireError(WireError.CRC, "frame checksum does not match")
    return payload


class Parser:
    """Push parser. `feed` gives what was completed; an empty list means: more bytes are needed.

    OUTSIDE: the last frame has ended; a zero byte opens the next.
    INSIDE: collecting up to the closing zero.
    SKIPPING: this frame went over the cap; its bytes are dropped up to the closing zero.
    """

    OUTSIDE = 0
    INSIDE = 1
    SKIPPING = 2

    def __init__(self, on_stray=None):
        self.state = Parser.OUTSIDE
        self.errors = 0  # frames refused since the start
        self._buffer = bytearray()
        self._on_stray = on_stray  # called with each byte (int) that lies outside a frame

    def feed(self, chunk):
        """List of (FRAME, payload) and (ERROR, WireError), in order of arrival. Never raises."""
        out = []
        for value in chunk:
            if value:
                self._collect(value)
            else:
                self._close(out)
        return out

    def _collect(self, value):
        if self.state == Parser.OUTSIDE:
            if self._on_stray:
                self._on_stray(value)
            return
        if self.state == Parser.SKIPPING:
            return
        if len(self._buffer) >= MAX_FRAME:
            self.state = Parser.SKIPPING
            return
        self._buffer.append(value)

    def _close(self, out):
        if self.state == Parser.SKIPPING:
            self._refuse(out, WireError(WireError.LONG, "frame over %d bytes" % MAX_FRAME))
            # The zero that ends a runaway frame may as well open the next: stay inside.
            self.state = Parser.INSIDE
            return
        if not self._buffer:
            # A zero with nothing before it opens a frame: also after noise that ate the opening one.
            self.state = Parser.INSIDE
            return
        try:
            payload = decode_frame(bytes(self._buffer))
        except WireError as error:
            self._refuse(out, error)
            # This zero may have been the next frame's opening one.
            self.state = Parser.INSIDE
            return
        self._buffer = bytearray()
        self.state = Parser.OUTSIDE
        out.append((FRAME, payload))

    def _refuse(self, out, error):
        self._buffer = bytearray()
        self.errors += 1
        out.append((ERROR, error))
