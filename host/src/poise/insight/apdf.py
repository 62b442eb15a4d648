"""Amplitude probability distribution (APDF) of flexion by day, from minutes. Pure numpy.

A minute keeps its seconds in six angle classes, not a fine histogram. The percentiles of a day or a year come from the
cumulative distribution of all its seconds, linear within a class (error: docs/developers/insight-errors.md).
They do not come from the minutes' own percentiles: the median of the minutes' P90 is not the P90 of the time.
Sources: APDF and its P90-P10 range as published practice, BMC Musculoskelet. Disord. 15:292.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from .classes import CLASSES, EDGES_DEG, flexed

LEAST_VALID_MIN = 60.0  # a day with less measured time has no share and no angle of its own

# Scale of the exponential tails of the outer classes: docs/developers/insight-errors.md.
_TAIL_DEG = 6.0


@dataclass(frozen=True)
class Day:
    """Exposure of one day. Minutes; degrees; None where nothing was measured.

    The denominator of shares and percentiles is the valid time.
    """

    start_utc_ms: int
    worn_min: float
    valid_min: float  # the calibrated and measured part of it
    class_share: dict[str, float] | None  # of the valid time; the shares add up to 1
    p10_deg: float | None
    p50_deg: float | None
    p90_deg: float | None
    longest_bout_s: int

    @property
    def range_deg(self) -> float | None:
        """P90 less P10: the variation of the angle, degrees; None where they are None."""
        if self.p10_deg is None or self.p90_deg is None:
            return None
        return self.p90_deg - self.p10_deg

    @property
    def flexed_share(self) -> float | None:
        """Share of the valid time at 20° and more, 0 to 1; None on a day with too little of it."""
        if self.class_share is None or self.valid_min < LEAST_VALID_MIN:
            return None
        return flexed(self.class_share)


def by_day(minutes: Mapping[str, np.ndarray], starts_utc_ms: np.ndarray) -> list[Day]:
    """Return the exposure of each of d days.

    `minutes`: columns of the store, each of shape (n,), with `utc_ms` (a minute's end). `starts_utc_ms`: shape
    (d + 1,), the days' beginnings and the last one's end.
    """
    place = np.searchsorted(starts_utc_ms, minutes["utc_ms"], side="left") - 1
    days = len(starts_utc_ms) - 1
    inside = (place >= 0) & (place < days)
    place = place[inside]

    def per_day(name: str) -> np.ndarray:
        return np.bincount(place, minutes[name][inside], days)

    classes = np.array([per_day(f"{name}_s") for name in CLASSES]).T
    worn_s = per_day("moving_s") + per_day("neutral_s") + per_day("flexed_s")
    longest = np.zeros(days, np.int64)
    np.maximum.at(longest, place, minutes["longest_bout_s"][inside].astype(np.int64))
    return [
        _day(int(starts_utc_ms[n]), float(worn_s[n]), classes[n], int(longest[n]))
        for n in range(days)
    ]


def _day(start: int, worn_s: float, class_s: np.ndarray, longest: int) -> Day:
    total = float(class_s.sum())
    share = {name: float(s) / max(total, 1e-9) for name, s in zip(CLASSES, class_s, strict=True)}
    p10, p50, p90 = (percentile(class_s, q) for q in (0.1, 0.5, 0.9))
    return Day(
        start_utc_ms=start,
        worn_min=worn_s / 60,
        valid_min=total / 60,
        class_share=share if total else None,
        p10_deg=p10,
        p50_deg=p50,
        p90_deg=p90,
        longest_bout_s=longest,
    )


def percentile(class_s: np.ndarray, q: float) -> float | None:
    """Return the angle below which the part `q` (0 to 1) of the time lies, degrees; None without time.

    `class_s`: shape (6,), seconds in each class.
    """
    total = class_s.sum()
    if not total:
        return None
    below = np.cumsum(class_s)[:-1] / total  # at each edge
    if q < below[0]:
        return float(EDGES_DEG[0] - _TAIL_DEG * np.log(below[0] / q))
    if q > below[-1]:
        return float(EDGES_DEG[-1] + _TAIL_DEG * np.log((1 - below[-1]) / (1 - q)))
    return float(np.interp(q, below, EDGES_DEG))
