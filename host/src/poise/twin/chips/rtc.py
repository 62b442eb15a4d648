"""The chip's clock that runs on through resets, with a few bytes of memory beside it; a power cut loses both.

A request is an operation (u8) and its data. 0: return the time, in microseconds since 2000 (i64). 1: set the time (year
u16; month, day, hour, minute, second u8; microseconds u32). 2: return the memory. 3: keep these bytes.
"""

import struct
from datetime import UTC, datetime, timedelta

from ..machine.clock import ClockWriter

_TIME, _SET, _MEMORY, _KEEP = range(4)
_PARTS = struct.Struct("<HBBBBBI")
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
MEMORY_BYTES = 2048


class Rtc:
    """The RTC. It keeps virtual time exactly, although the firmware states an uncertainty."""

    def __init__(self, clock: ClockWriter) -> None:
        self._clock = clock
        self._offset_us = 0
        self._memory = b""

    def request(self, payload: bytes) -> bytes:
        """Answer a request: set or read the time or the memory. Raises OSError when the memory is too small."""
        what, data = payload[0], payload[1:]
        if what == _TIME:
            return struct.pack("<q", self._clock.now_us() + self._offset_us)
        if what == _SET:
            *parts, micros = _PARTS.unpack(data)
            told = datetime(*parts, tzinfo=UTC) - _EPOCH + timedelta(microseconds=micros)
            self._offset_us = told // timedelta(microseconds=1) - self._clock.now_us()
        elif what == _KEEP:
            if len(data) > MEMORY_BYTES:
                raise OSError(22, "buffer too long")
            self._memory = data
        return self._memory if what == _MEMORY else b""

    def lose(self) -> None:
        """Lose the power: the time begins in 2000."""
        self._offset_us = -self._clock.now_us()
        self._memory = b""
