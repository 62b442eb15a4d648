"""Lag between the movements of two clips, by cross-correlation, as a check of their clocks. Pure."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .angles import GAP_MS

Array = NDArray[np.float64]

GRID_MS = 10.0
MAX_LAG_MS = 500.0
MIN_SHARED_MS = 5_000.0  # of movement in both streams
MIN_RATE_DPS = 2.0  # root mean square; with less movement there is nothing to compare
MIN_CORRELATION = 0.6
TOLERANCE_MS = 100.0  # people do not move head and trunk quite together


@dataclass(frozen=True)
class Lag:
    """A lag: the second stream shows the same movement `lag_ms` later. `correlation` is that at this lag, -1 to 1."""

    lag_ms: float
    correlation: float

    def disagrees(self, uncertainty_ms: float) -> bool:
        """Return True if the movements are alike, but further apart than `uncertainty_ms` and TOLERANCE_MS explain."""
        alike = self.correlation >= MIN_CORRELATION
        return alike and abs(self.lag_ms) > uncertainty_ms + TOLERANCE_MS


def estimate_lag(t_a_ms: Array, rate_a_dps: Array, t_b_ms: Array, rate_b_dps: Array) -> Lag | None:
    """Return the lag of b behind a, within ±500 ms; None with too little shared movement. Signed rates, shape (n,)."""
    if len(t_a_ms) < 2 or len(t_b_ms) < 2:
        return None
    first = max(t_a_ms[0], t_b_ms[0])
    grid = np.arange(first, min(t_a_ms[-1], t_b_ms[-1]), GRID_MS)
    if len(grid) * GRID_MS < MIN_SHARED_MS:
        return None
    a, b = _resampled(t_a_ms, rate_a_dps, grid), _resampled(t_b_ms, rate_b_dps, grid)
    if min(_rms(a), _rms(b)) < MIN_RATE_DPS:
        return None
    reach = int(MAX_LAG_MS / GRID_MS)
    found = np.array([_correlation(a, b, shift) for shift in range(-reach, reach + 1)])
    best = int(np.argmax(found))
    if not np.isfinite(found[best]) or found[best] <= 0:
        return None
    return Lag((best - reach + _peak(found, best)) * GRID_MS, float(found[best]))


def signed_rates_dps(t_ms: Array, values_deg: Array) -> tuple[Array, Array]:
    """Return (times between the samples in ms, rates there in degrees per second) for `estimate_lag`.

    A rate over a gap is NaN.
    """
    step_ms = np.diff(t_ms)
    rate = np.diff(np.unwrap(values_deg, period=360.0)) / np.maximum(step_ms, 1.0) * 1000
    rate = np.where(step_ms > GAP_MS, np.nan, rate)
    return (t_ms[:-1] + t_ms[1:]) / 2, rate


def _resampled(t_ms: Array, rate: Array, grid: Array) -> Array:
    right = np.clip(np.searchsorted(t_ms, grid), 1, len(t_ms) - 1)
    value = np.interp(grid, t_ms, rate)  # NaN of a gap passes on
    return np.where(t_ms[right] - t_ms[right - 1] > GAP_MS, np.nan, value)


def _rms(rate: Array) -> float:
    known = rate[np.isfinite(rate)]
    return float(np.sqrt(np.mean(known**2))) if len(known) else 0.0


def _correlation(a: Array, b: Array, shift: int) -> float:
    """Return the correlation of a(t) with b(t + shift) where both are known; -1 if too little is known."""
    here = a[max(0, -shift) : len(a) - max(0, shift)]
    there = b[max(0, shift) : len(b) - max(0, -shift)]
    known = np.isfinite(here) & np.isfinite(there)
    if known.sum() * GRID_MS < MIN_SHARED_MS / 2:
        return -1.0
    x, y = here[known] - here[known].mean(), there[known] - there[known].mean()
    size = np.linalg.norm(x) * np.linalg.norm(y)
    return float(x @ y / size) if size else -1.0


def _peak(found: Array, best: int) -> float:
    """Return the peak's offset from point `best`, in grid steps, by a parabola through three points."""
    if not 0 < best < len(found) - 1:
        return 0.0
    before, top, after = found[best - 1 : best + 2]
    bend = before - 2 * top + after
    return float((before - after) / (2 * bend)) if bend < 0 else 0.0
