"""The twin's virtual clock, readable from any process through a small mapped file.

The clip's processor is infinitely fast in virtual time: the clock stands while its VM computes and runs, `speed` times
as fast as the real one, while the VM waits. So the file holds a line and two bounds:

    now = clamp(anchor_virtual + (real - anchor_real) * speed, low, high)

`low` is the time of the VM's last wait, `high` the wait's end. An endless speed jumps to the end of each wait.
"""

import asyncio
import math
import mmap
import struct
import time
from pathlib import Path

# Sequence; low, high, anchor virtual [µs]; anchor real [ns]; speed; epoch [ms]
_LAYOUT = struct.Struct("=QqqqqdQ")
_BODY = struct.Struct("=qqqqdQ")
_BODY_AT = 8
FOREVER_US = 2**62
# Virtual: if the clip is further behind, the line starts anew. A clip that hurried after the line on a busy machine
# would leave behind a host, which needs real time for its work.
_LAG_US = 1_000_000
# A radio window lasts two seconds. For so long from the radio's start a faster clock goes no faster than this: a host
# needs real time to meet the clip.
MEETING_SPEED = 4.0
MEETING_US = 3_000_000


class SharedClock:
    """Virtual time for readers, a `poise.timebase.clock.Clock`. `path`: the file that a ClockWriter makes."""

    def __init__(self, path: Path) -> None:
        with path.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), _LAYOUT.size)

    def _state(self) -> tuple[int, int, int, int, int, float, int]:
        # A seqlock: odd while the writer writes.
        while True:
            state = _LAYOUT.unpack_from(self._map)
            sequence = state[0]
            if sequence and sequence % 2 == 0 and _LAYOUT.unpack_from(self._map)[0] == sequence:
                return state

    @property
    def speed(self) -> float:
        """Virtual seconds per real second; infinite: as fast as the machine can."""
        return self._state()[5]

    def now_us(self) -> int:
        """Virtual microseconds since the twin's first start."""
        _, low, high, virtual, real, speed, _ = self._state()
        if math.isinf(speed):
            return low
        return max(low, min(high, virtual + int((time.monotonic_ns() - real) / 1000 * speed)))

    def utc_ms(self) -> int:
        """Virtual milliseconds since 1970-01-01 UTC."""
        return self._state()[6] + self.now_us() // 1000

    def monotonic_s(self) -> float:
        """Virtual seconds since the twin's first start."""
        return self.now_us() / 1_000_000

    async def sleep(self, seconds: float) -> None:
        """Return after this many virtual seconds."""
        end_us = self.now_us() + int(seconds * 1_000_000)
        while (left_us := end_us - self.now_us()) > 0:
            speed = self.speed
            real_s = 0.001 if math.isinf(speed) else left_us / 1_000_000 / speed
            await asyncio.sleep(min(0.2, max(0.001, real_s)))

    def close(self) -> None:
        """Close the mapping."""
        self._map.close()


class ClockWriter(SharedClock):
    """The hub's side of the clock: makes the file `path` and moves the time.

    `speed`: virtual seconds per real second; infinite: as fast as the machine can. `epoch_utc_ms`: UTC at virtual
    time 0.
    """

    def __init__(self, path: Path, speed: float, epoch_utc_ms: int) -> None:
        path.write_bytes(bytes(_LAYOUT.size))
        super().__init__(path)
        self._sequence = 0
        self._cell = memoryview(self._map)[:_BODY_AT].cast("Q")
        self._epoch_utc_ms = epoch_utc_ms
        self._speed = self._wanted = speed  # now, and apart from meetings
        self._meeting_until_us = 0
        self._virtual = 0
        self._real = time.monotonic_ns()
        self._low = self._high = 0
        self._publish()

    def stand(self, at_us: int) -> None:
        """Let time stand at `at_us`: the VM computes."""
        self._low = self._high = max(self._low, at_us)
        self._publish()

    def run_until(self, end_us: int) -> None:
        """Let time run, at most to `end_us`: the VM waits, or is off."""
        self._low, self._high = self.now_us(), max(self._low, end_us)
        self._keep_speed()
        lag_us = self._line() - self._low
        if not 0 <= lag_us <= _LAG_US:
            self._virtual, self._real = self._low, time.monotonic_ns()
        self._publish()

    def set_speed(self, speed: float) -> None:
        """Change the speed: virtual seconds per real second. A wait under way may still end by the old speed."""
        self._wanted = speed
        self._keep_speed()
        self._publish()

    def meet(self) -> int:
        """Give hosts real time for a meeting with the clip. Return the virtual time at which it ends."""
        self._meeting_until_us = self.now_us() + MEETING_US
        self._keep_speed()
        self._publish()
        return self._meeting_until_us

    def part(self) -> None:
        """End the meeting: the radio is off."""
        self._meeting_until_us = 0
        self._keep_speed()
        self._publish()

    def _keep_speed(self) -> None:
        now_us = self.now_us()
        meets = now_us < self._meeting_until_us
        speed = min(self._wanted, MEETING_SPEED) if meets else self._wanted
        if speed != self._speed:
            self._virtual, self._real, self._speed = now_us, time.monotonic_ns(), speed

    def real_s_until(self, at_us: int) -> float:
        """Return the real seconds until the line reaches `at_us`; 0 if it has, or at endless speed."""
        if math.isinf(self._speed):
            return 0.0
        return max(0.0, (at_us - self._line()) / 1e6 / self._speed)

    def _line(self) -> int:
        if math.isinf(self._speed):
            return self._low
        return self._virtual + int((time.monotonic_ns() - self._real) / 1000 * self._speed)

    def _publish(self) -> None:
        rest = (self._low, self._high, self._virtual, self._real, self._speed, self._epoch_utc_ms)
        # `pack_into` clears its bytes first, so the sequence is written apart, by one store of eight bytes.
        self._cell[0] = self._sequence + 1
        _BODY.pack_into(self._map, _BODY_AT, *rest)
        self._sequence += 2
        self._cell[0] = self._sequence

    def close(self) -> None:
        """Close the mapping."""
        self._cell.release()
        super().close()
