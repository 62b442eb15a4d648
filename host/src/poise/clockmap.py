"""From the clip's clock (boot, milliseconds since that boot) to UTC. Pure.

The clip has no battery-backed clock. Each time a host connects it gives the time, which becomes a pair: at
`t_ms` of this boot it was `utc_ms`, give or take `uncertainty_ms`. Between two pairs of a boot the time is
interpolated, which takes the crystal's drift out. Outside of them it is extrapolated at the nominal rate.
"""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

# A crystal within its tolerance and temperature range; how fast an extrapolated time grows uncertain.
DRIFT_PPM = 50


@dataclass(frozen=True, order=True)
class ClockPair:
    """At `t_ms` of this boot it was `utc_ms`, give or take `uncertainty_ms`."""

    boot: int
    t_ms: int
    utc_ms: int
    uncertainty_ms: int


@dataclass(frozen=True)
class Instant:
    """UTC in milliseconds, give or take `uncertainty_ms`."""

    utc_ms: int
    uncertainty_ms: int


class ClockMap:
    """Pairs of one clip. `last_t_ms`: boot -> greatest `t_ms` seen in it, which bounds boots without a pair."""

    def __init__(self, pairs: Iterable[ClockPair], last_t_ms: dict[int, int] | None = None) -> None:
        self._pairs: dict[int, list[ClockPair]] = {}
        for pair in sorted(pairs):
            self._pairs.setdefault(pair.boot, []).append(pair)
        self._boots = sorted(self._pairs)
        self._times = {boot: [pair.t_ms for pair in own] for boot, own in self._pairs.items()}
        self._last_t_ms = dict(last_t_ms or {})

    def instant(self, boot: int, t_ms: int) -> Instant | None:
        """When that was; None when nothing bounds it. A boot without a pair lies between its neighbours."""
        pairs = self._pairs.get(boot)
        if pairs is None:
            return self._between_neighbours(boot, t_ms)
        after = bisect_right(self._times[boot], t_ms)
        if after == 0:
            return _extrapolated(pairs[0], t_ms)
        if after == len(pairs):
            return _extrapolated(pairs[-1], t_ms)
        return _interpolated(pairs[after - 1], pairs[after], t_ms)

    def utc_ms(self, boot: int, t_ms: int) -> int | None:
        """UTC in milliseconds, None when nothing bounds it."""
        instant = self.instant(boot, t_ms)
        return None if instant is None else instant.utc_ms

    def _between_neighbours(self, boot: int, t_ms: int) -> Instant | None:
        # It happened after all that is known of the boots before and before the start of the boots after.
        # How long the clip was off in between is not known, so all of the room is uncertainty.
        place = bisect_right(self._boots, boot)
        if place == 0 or place == len(self._boots):
            return None
        before, after = self._boots[place - 1], self._boots[place]
        end = self.instant(before, self._end_of(before))
        start = self.instant(after, 0)
        if end is None or start is None:
            return None
        others = sum(last for other, last in self._last_t_ms.items() if before < other < boot)
        later = sum(last for other, last in self._last_t_ms.items() if boot < other < after)
        first, last = sorted((end.utc_ms - end.uncertainty_ms, start.utc_ms + start.uncertainty_ms))
        earliest = end.utc_ms - end.uncertainty_ms + others + t_ms
        rest = max(self._last_t_ms.get(boot, t_ms) - t_ms, 0)
        latest = start.utc_ms + start.uncertainty_ms - later - rest
        if latest < earliest:
            earliest, latest = latest, earliest
        # What contradicts the neighbours (a boot that ran longer than the time between them) moves none of them.
        earliest, latest = (min(max(utc_ms, first), last) for utc_ms in (earliest, latest))
        return Instant((earliest + latest) // 2, (latest - earliest + 1) // 2)

    def _end_of(self, boot: int) -> int:
        return max(self._last_t_ms.get(boot, 0), self._times[boot][-1])


def _extrapolated(pair: ClockPair, t_ms: int) -> Instant:
    away_ms = t_ms - pair.t_ms
    return Instant(
        pair.utc_ms + away_ms, pair.uncertainty_ms + abs(away_ms) * DRIFT_PPM // 1_000_000
    )


def _interpolated(a: ClockPair, b: ClockPair, t_ms: int) -> Instant:
    span_ms = b.t_ms - a.t_ms
    utc_ms = a.utc_ms + (b.utc_ms - a.utc_ms) * (t_ms - a.t_ms) // span_ms
    return Instant(utc_ms, max(a.uncertainty_ms, b.uncertainty_ms))
