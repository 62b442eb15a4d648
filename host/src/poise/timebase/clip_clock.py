"""Conversion of the clip's clock (boot, milliseconds since that boot) to UTC. Pure.

The clip has no battery-backed clock. Each host that connects sends the time, which becomes a pair: at `t_ms` of this
boot it was `utc_ms`, within `uncertainty_ms`. The clip's crystal is off by at most DRIFT_PPM, so every pair bounds the
time at every other moment of its boot. Between two pairs the time is interpolated, which removes the crystal's constant
error. Outside the pairs it is extrapolated at the nominal rate.

A host's clock may be wrong. `clock_votes` selects the pairs that are believed; the others are `outliers` and are not
used.
"""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

from .clock import FIRST_UTC_MS
from .clock_votes import DRIFT_PPM, UNIT, Boot, ClockPair, believed

__all__ = ["DRIFT_PPM", "WANDER_PPM", "ClockMap", "ClockPair", "Instant"]

# The most that temperature moves the rate from its mean between two pairs. The crystals that the ESP32 requires stay
# within this over their whole temperature range (ESP32 Hardware Design Guidelines: within 10 ppm).
WANDER_PPM = 10
_MILLION = 1_000_000


@dataclass(frozen=True)
class Instant:
    """A time in UTC milliseconds, within plus or minus `uncertainty_ms`."""

    utc_ms: int
    uncertainty_ms: int


class ClockMap:
    """The clock of one clip, from its pairs, in any order.

    `last_t_ms`: boot -> greatest known `t_ms`, which bounds adjacent boots; None: the pairs are all that is known.
    `outliers` are the pairs that are not believed, by boot and time.
    """

    def __init__(self, pairs: Iterable[ClockPair], last_t_ms: dict[int, int] | None = None) -> None:
        every = sorted(set(pairs))
        self._last_t_ms = dict(last_t_ms or {})
        used = believed(every, self._last_t_ms)
        chosen = {pair for boot in used for pair in boot.pairs}
        self.outliers = tuple(pair for pair in every if pair not in chosen)
        self._lines = {boot.number: _Line(boot) for boot in used}
        self._boots = sorted(self._lines)

    def instant(self, boot: int, t_ms: int) -> Instant | None:
        """Return the time of `t_ms` of this boot; None if nothing bounds it.

        A boot without a pair lies between the boots before and after it.
        """
        line = self._lines.get(boot)
        found = self._between_neighbours(boot, t_ms) if line is None else line.instant(t_ms)
        return None if found is None or found.utc_ms < FIRST_UTC_MS else found

    def utc_ms(self, boot: int, t_ms: int) -> int | None:
        """Return the UTC of `t_ms` of this boot in milliseconds; None if nothing bounds it."""
        line = self._lines.get(boot)
        if line is None:
            instant = self.instant(boot, t_ms)
            return None if instant is None else instant.utc_ms
        utc_ms = line.utc_ms(t_ms)
        return None if utc_ms < FIRST_UTC_MS else utc_ms

    def knots(self, boot: int) -> list[tuple[int, int]] | None:
        """Return the points (t_ms, UTC ms) between which this boot's time is interpolated; None without a pair."""
        line = self._lines.get(boot)
        return None if line is None else line.points

    def _between_neighbours(self, boot: int, t_ms: int) -> Instant | None:
        # The time is after everything known of the earlier boots, and before the start of the later boots.
        # It is unknown how long the clip was off in between, so the whole span is uncertainty.
        place = bisect_right(self._boots, boot)
        if place == 0 or place == len(self._boots):
            return None
        before, after = self._boots[place - 1], self._boots[place]
        end = self._lines[before].instant(self._end_of(before))
        start = self._lines[after].instant(0)
        others = sum(last for other, last in self._last_t_ms.items() if before < other < boot)
        later = sum(last for other, last in self._last_t_ms.items() if boot < other < after)
        rest = max(self._last_t_ms.get(boot, t_ms) - t_ms, 0)
        earliest = end.utc_ms - end.uncertainty_ms + _at_least(others + t_ms)
        latest = start.utc_ms + start.uncertainty_ms - _at_least(later + rest)
        if latest < earliest:
            earliest, latest = latest, earliest
        # A boot that ran longer than the time between its neighbours contradicts them. It stays within their bounds.
        first, last = sorted((end.utc_ms - end.uncertainty_ms, start.utc_ms + start.uncertainty_ms))
        earliest, latest = (min(max(utc_ms, first), last) for utc_ms in (earliest, latest))
        return Instant((earliest + latest) // 2, (latest - earliest + 1) // 2 + 1)

    def _end_of(self, boot: int) -> int:
        return max(self._last_t_ms.get(boot, 0), self._lines[boot].last_t_ms)


class _Line:
    """One boot: the bounds of its pairs, and the line through them."""

    def __init__(self, boot: Boot) -> None:
        self._bounds = boot.bounds
        self._bound_times = [t_ms for t_ms, _, _ in self._bounds]
        # A pair less certain than the others with their drift bounds the time too, but is no point of the line.
        told = {t_ms for t_ms, own, others in boot.reaches() if own <= others}
        self._knots = [
            (t_ms, t_ms + (low + high) // 2 // UNIT, -(-(high - low) // 2 // UNIT) + 1)
            for t_ms, low, high in self._bounds
            if t_ms in told
        ]
        self._times = [t_ms for t_ms, _, _ in self._knots]

    @property
    def points(self) -> list[tuple[int, int]]:
        """(t_ms, UTC ms) of each knot of the line."""
        return [(t_ms, utc_ms) for t_ms, utc_ms, _ in self._knots]

    @property
    def last_t_ms(self) -> int:
        """`t_ms` of the last pair."""
        return self._bound_times[-1]

    def utc_ms(self, t_ms: int) -> int:
        """Return the UTC of `t_ms` in milliseconds, on the line."""
        after = bisect_right(self._times, t_ms)
        if after == 0 or after == len(self._times):
            knot_ms, utc_ms, _ = self._knots[max(after - 1, 0)]
            return utc_ms + t_ms - knot_ms
        (a_ms, a_utc_ms, _), (b_ms, b_utc_ms, _) = self._knots[after - 1 : after + 1]
        return a_utc_ms + (b_utc_ms - a_utc_ms) * (t_ms - a_ms) // (b_ms - a_ms)

    def instant(self, t_ms: int) -> Instant:
        """Return the UTC of `t_ms` with its uncertainty.

        This is the smaller of two bounds: for any crystal (DRIFT_PPM), and between knots for a steady one (WANDER_PPM).
        """
        utc_ms = self.utc_ms(t_ms)
        low, high = self._bounds_at(t_ms)
        offset = (utc_ms - t_ms) * UNIT
        unsure_ms = -(-max(high - offset, offset - low) // UNIT)
        after = bisect_right(self._times, t_ms)
        if 0 < after < len(self._times):
            unsure_ms = min(unsure_ms, self._steady_ms(after, t_ms))
        return Instant(utc_ms, unsure_ms)

    def _steady_ms(self, after: int, t_ms: int) -> int:
        (a_ms, _, a_unsure_ms), (b_ms, _, b_unsure_ms) = self._knots[after - 1 : after + 1]
        before_ms, after_ms = t_ms - a_ms, b_ms - t_ms
        told = (a_unsure_ms * after_ms + b_unsure_ms * before_ms) / (b_ms - a_ms)
        return int(told + min(before_ms, after_ms) * WANDER_PPM / _MILLION) + 2

    def _bounds_at(self, t_ms: int) -> tuple[int, int]:
        # Each bound includes those beyond it, so the two nearest are enough.
        after = bisect_right(self._bound_times, t_ms)
        near = self._bounds[max(after - 1, 0) : after + 1]
        lows = [low - abs(t_ms - at_ms) for at_ms, low, _ in near]
        highs = [high + abs(t_ms - at_ms) for at_ms, _, high in near]
        return max(lows), min(highs)


def _at_least(span_ms: int) -> int:
    """Return the least true duration in ms of a span of the clip's clock."""
    return span_ms - span_ms * DRIFT_PPM // _MILLION - (span_ms > 0)
