"""The chip's clock that runs on through resets, with a few bytes of memory beside it; a power cut loses both.

Request: empty to read, else what is kept, which begins with the UTC in milliseconds (u64). Reply: the UTC now, then
what is kept; empty when lost.
"""

import struct

from .clock import ClockWriter

_UTC = struct.Struct("<Q")


class Rtc:
    """Keeps virtual time exactly: the firmware's own statement of its error is what has room."""

    def __init__(self, clock: ClockWriter) -> None:
        self._clock = clock
        self._offset_ms = 0
        self._memory = b""

    def request(self, payload: bytes) -> bytes:
        """Sets or reads it."""
        now_ms = self._clock.now_us() // 1000
        if payload:
            self._offset_ms = _UTC.unpack_from(payload)[0] - now_ms
            self._memory = payload
            return b""
        return _UTC.pack(now_ms + self._offset_ms) + self._memory if self._memory else b""

    def reset(self) -> None:
        """The firmware asks for a restart: the board notes that beside the time."""
        if self._memory:
            self._memory += b"r"

    def lose(self) -> None:
        """The power is gone."""
        self._memory = b""
