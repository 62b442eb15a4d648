"""Trend: a change between two stretches of days that exceeds its own error. Pure numpy.

A change has two conditions: the difference exceeds the measurement's error, and its interval from the weeks' own
variation (weekly means, since days are alike) excludes zero. Otherwise no change is reported.
"""

from dataclasses import dataclass

import numpy as np

from ..coach.plan.rules import NRS_ERROR

WEEK_DAYS = 7
LEAST_WEEKS = 4  # on each side
LEAST_DAYS = 3  # values that make a week's mean
# Student's t, two-sided 95 %, by degrees of freedom.
_T975 = (
    [3, 4, 5, 6, 7, 8, 10, 12, 15, 20, 30, 60, 1000],
    [3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.228, 2.179, 2.131, 2.086, 2.042, 2.0, 1.962],
)

# Smallest difference beyond measurement error, with its source.
ERRORS = {
    # Static tilt within 3° after calibration, each time: twice that (MDC 2.9 to 5.7°, koreascholar 425480).
    "flexion_deg": 6.0,
    "share": 0.05,  # of valid time: 5 points, the effect of an upright that is 3° off
    "neck_nrs": NRS_ERROR,
    "headache_nrs": NRS_ERROR,
    "rom_deg": 10.0,  # and three sessions (Christensen 1998: natural variation of 12 to 20°)
}


@dataclass(frozen=True)
class Change:
    """A difference (after less before) with its 95 % interval. `kind`: too_few, none, lower, higher."""

    kind: str
    before: float | None
    after: float | None
    difference: float | None
    low: float | None
    high: float | None
    error: float
    days: tuple[int, int]


def change(before: np.ndarray, after: np.ndarray, error: float) -> Change:
    """Compare daily values in order of days (NaN: no value). `error`: the measurement's own, one of ERRORS."""
    weeks = _weekly(before), _weekly(after)
    count = (int(np.isfinite(before).sum()), int(np.isfinite(after).sum()))
    if min(len(weeks[0]), len(weeks[1])) < LEAST_WEEKS:
        return Change(
            kind="too_few",
            before=None,
            after=None,
            difference=None,
            low=None,
            high=None,
            error=error,
            days=count,
        )
    means = float(weeks[0].mean()), float(weeks[1].mean())
    difference = means[1] - means[0]
    half = _welch_half_width(*weeks)
    low, high = difference - half, difference + half
    kind = "none"
    if abs(difference) > error and (low > 0 or high < 0):
        kind = "higher" if difference > 0 else "lower"
    return Change(kind, *means, difference, low, high, error, count)


def _weekly(values: np.ndarray) -> np.ndarray:
    """Return the means of whole weeks with at least LEAST_DAYS values."""
    whole = values[: len(values) // WEEK_DAYS * WEEK_DAYS].reshape(-1, WEEK_DAYS)
    told = np.isfinite(whole).sum(axis=1) >= LEAST_DAYS
    return np.nanmean(whole[told], axis=1)


def _welch_half_width(a: np.ndarray, b: np.ndarray) -> float:
    """Return half the 95 % interval of a difference of means (Welch, Biometrika 34:28, 1947)."""
    u, v = a.var(ddof=1) / len(a), b.var(ddof=1) / len(b)
    if u + v == 0:
        return 0.0
    freedom = float((u + v) ** 2 / (u**2 / (len(a) - 1) + v**2 / (len(b) - 1)))
    return float(np.interp(freedom, *_T975) * np.sqrt(u + v))
