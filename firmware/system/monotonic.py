"""Milliseconds since the start that do not wrap."""


class Monotonic:
    """A millisecond clock without wrap. Call now() at least every six days.

    `ticks_ms` wraps (on the ESP32 after 12.4 days), and `ticks_diff` takes differences across the wrap.
    """

    def __init__(self, ticks_ms: "TicksMs", ticks_diff: "TicksDiff") -> None:
        self._ticks_ms = ticks_ms
        self._ticks_diff = ticks_diff
        self._last = ticks_ms()
        self._ms = 0

    def now(self) -> int:
        """Milliseconds since this object was made."""
        ticks = self._ticks_ms()
        self._ms += self._ticks_diff(ticks, self._last)
        self._last = ticks
        return self._ms
