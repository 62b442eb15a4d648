"""Detection of jumps in time: this computer slept, or its clock was set."""

from ..timebase.clock import Clock

SET_MS = 5_000  # a smaller change is steering of the clock, not a setting
OVERSLEPT_S = 60.0


class JumpWatch:
    """Detector of jumps in time. Call `look` regularly: it returns the jump since the last call."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._mark()

    def _mark(self) -> None:
        self._utc_ms, self._monotonic_s = self._clock.utc_ms(), self._clock.monotonic_s()

    def look(self, asked_s: float) -> int:
        """Return the jump since the last call in milliseconds: 0 if none, negative if the clock was set back.

        `asked_s` is the wait between the calls. Linux and macOS stop their monotonic clock while they sleep, so the
        time of day runs ahead of it. Windows does not, but there the wait takes far longer than `asked_s`.
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
