"""Notices that this computer has slept, or that its clock was set: time that did not pass as it should have."""

from ..timebase.clock import Clock

SET_MS = 5_000  # a clock that moves by less is being steered, not set
OVERSLEPT_S = 60.0


class JumpWatch:
    """`look` is called regularly; how far the clock jumped since the last call."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._mark()

    def _mark(self) -> None:
        self._utc_ms, self._monotonic_s = self._clock.utc_ms(), self._clock.monotonic_s()

    def look(self, asked_s: float) -> int:
        """Milliseconds that the clock went on beyond what was waited for (`asked_s`), 0 when all is well.

        Linux and macOS stop their monotonic clock while they sleep, so the time of day runs ahead of it; Windows
        does not, but the wait then took far longer than was asked for. Negative: the clock was set back.
        """
        utc_ms, monotonic_s = self._utc_ms, self._monotonic_s
        self._mark()
        passed_ms = self._utc_ms - utc_ms
        monotonic_ms = int((self._monotonic_s - monotonic_s) * 1000)
        if abs(passed_ms - monotonic_ms) >= SET_MS:
            return passed_ms - monotonic_ms
        if monotonic_ms >= (asked_s + OVERSLEPT_S) * 1000:
            return monotonic_ms - int(asked_s * 1000)
        return 0
