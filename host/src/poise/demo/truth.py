"""Ground truth of the demo's days, kept beside the records, for comparison with the product's numbers.

It uses no code of the product: percentiles come from the angles' own distributions, counts from a list of facts.
"""

import datetime as dt
from dataclasses import dataclass, field

import numpy as np

_STEEPNESS = 1.7  # makes a logistic distribution close to a normal one of the same spread
_LOWEST_DEG, _HIGHEST_DEG = -90.0, 120.0


@dataclass(frozen=True)
class Minute:
    """A minute with `seconds` of angles in a logistic distribution about `angle_deg`."""

    day: dt.date
    angle_deg: float
    spread_deg: float
    seconds: int


@dataclass(frozen=True)
class Moment:
    """A prescribed time of an exercise. `source` is the evidence that it was done; None if it was not."""

    day: dt.date
    exercise_id: str
    source: str | None


@dataclass
class Truth:
    """Facts of the days, filled while `History` writes them. `excused`: days ill, away or under a stop."""

    minutes: list[Minute] = field(default_factory=list)
    moments: list[Moment] = field(default_factory=list)
    excused: set[dt.date] = field(default_factory=set)

    def percentile_deg(self, q: float, first: dt.date, last: dt.date) -> float:
        """Return the angle below which the share `q` of the worn, calibrated time of these days lay."""
        own = [one for one in self.minutes if first <= one.day <= last]
        angle = np.array([one.angle_deg for one in own])
        spread = np.array([one.spread_deg for one in own])
        weight = np.array([one.seconds for one in own], float)
        weight /= weight.sum()
        low, high = _LOWEST_DEG, _HIGHEST_DEG
        for _ in range(40):
            middle = (low + high) / 2
            below = float((weight * share_below(middle, angle, spread)).sum())
            low, high = (middle, high) if below < q else (low, middle)
        return (low + high) / 2

    def done(self, first: dt.date, last: dt.date) -> dict[str, int]:
        """Return source -> moments done on these days, and "prescribed" -> all moments. Excused days do not count."""
        own = [one for one in self.moments if first <= one.day <= last]
        own = [one for one in own if one.day not in self.excused]
        found = {"prescribed": len(own), "sensed": 0, "partly": 0, "self_reported": 0}
        for one in own:
            if one.source:
                found[one.source] += 1
        return found


def share_below(edge_deg: float, angle_deg: np.ndarray, spread_deg: np.ndarray) -> np.ndarray:
    """Return the share of the time below an edge, 0 to 1, for angles in logistic distributions.

    `angle_deg`: their means; `spread_deg`: their standard deviations. Both and the result have the same shape.
    """
    return 1 / (1 + np.exp(-_STEEPNESS * (edge_deg - angle_deg) / spread_deg))
