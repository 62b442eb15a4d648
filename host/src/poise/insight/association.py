"""Association of one person's headaches with exposure or adherence. An association, never a cause. Pure numpy.

Neighbouring days are alike, and so are equal weekdays, so the test permutes whole weeks of the diary against the
exposure. It corrects the p-values of all questions together (Holm, Scand. J. Stat. 6:65, 1979). Most people's answer is
"no association found", which is no argument against the exercises.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

LEAST_WEEKS = 8  # 40,320 orders of the weeks; fewer give too large p-values for several questions
LEAST_PAIRED = 42  # days with both diary and exposure
LEAST_EACH = 8  # headache days, and days without headache
LAGS = (0, 1)  # the same day; exposure on the day before
LEVEL = 0.05
BLOCK_DAYS = 7
_PERMUTATIONS = 4000


@dataclass(frozen=True)
class Finding:
    """The answer to one question: does `exposure`, `lag_days` before, go with a headache?

    `effect`: headache days in 100 days above the person's median exposure, less those in 100 other days; `low`,
    `high`: its 95 % interval. `found`: significant after correction for all questions.
    """

    exposure: str
    lag_days: int
    days: int
    p: float
    p_corrected: float
    effect: float
    low: float
    high: float
    found: bool


@dataclass(frozen=True)
class Answer:
    """The answers to all questions. `state`: too_few (days so far: `paired_days`), none, found."""

    state: str
    paired_days: int
    headache_days: int
    findings: tuple[Finding, ...]


def associate(
    headache: np.ndarray,
    exposures: Mapping[str, np.ndarray],
    rng: np.random.Generator,
    left_out: np.ndarray | None = None,
) -> Answer:
    """Test daily series of the same days, shape (n,). `headache`: 1, 0 or NaN. `exposures`: NaN where not measured.

    `left_out`: True on days ill, away or on hold. An illness brings headaches and prevents exercise, so that day is no
    evidence: neither its headache nor its exposure, for that day or for the day after.
    """
    if left_out is not None:
        headache = np.where(left_out, np.nan, headache)
        exposures = {k: np.where(left_out, np.nan, values) for k, values in exposures.items()}
    told = np.isfinite(headache)
    yes = int(np.nansum(headache))
    any_exposure = np.zeros(len(headache), bool)
    for values in exposures.values():
        any_exposure |= np.isfinite(values)
    paired = int((told & any_exposure).sum())
    enough = paired >= LEAST_PAIRED and len(headache) >= LEAST_WEEKS * BLOCK_DAYS
    if not enough or min(yes, int(told.sum()) - yes) < LEAST_EACH:
        return Answer("too_few", paired, yes, ())
    orders = _orders(len(headache), rng)
    rows: list[tuple[str, int, np.ndarray, float]] = []
    for name, values in exposures.items():
        for lag in LAGS:
            moved = np.concatenate([np.full(lag, np.nan), values[: len(values) - lag]])
            if (np.isfinite(moved) & told).sum() >= LEAST_PAIRED:
                rows.append((name, lag, moved, _p_value(headache, moved, orders)))
    corrected = holm([row[3] for row in rows])
    findings = tuple(
        _finding(headache, row, p, rng) for row, p in zip(rows, corrected, strict=True)
    )
    state = "found" if any(finding.found for finding in findings) else "none"
    return Answer(state, paired, yes, findings)


def holm(p_values: list[float]) -> list[float]:
    """Return the p-values, corrected for their number, in the same order."""
    order: list[int] = np.argsort(p_values).tolist()
    corrected, most = [0.0] * len(p_values), 0.0
    for place, index in enumerate(order):
        most = max(most, min(1.0, (len(p_values) - place) * p_values[index]))
        corrected[index] = most
    return corrected


def _orders(days: int, rng: np.random.Generator) -> np.ndarray:
    """Return the places of the diary's days in each permutation of its weeks; shape (permutations, days)."""
    weeks = days // BLOCK_DAYS
    tail = np.arange(weeks * BLOCK_DAYS, days)
    order = rng.permuted(np.tile(np.arange(weeks), (_PERMUTATIONS, 1)), axis=1)
    whole = (order[:, :, None] * BLOCK_DAYS + np.arange(BLOCK_DAYS)).reshape(_PERMUTATIONS, -1)
    return np.hstack([whole, np.tile(tail, (_PERMUTATIONS, 1))])


def _p_value(headache: np.ndarray, exposure: np.ndarray, orders: np.ndarray) -> float:
    """Return the two-sided p-value of the correlation with the exposure's ranks."""
    measured = np.isfinite(exposure)
    ranks = np.zeros(len(exposure))
    ranks[measured] = np.argsort(np.argsort(exposure[measured])) + 1.0
    observed = abs(_correlation(headache[None, :], ranks, measured)[0])
    drawn = np.abs(_correlation(headache[orders], ranks, measured))
    return float((1 + (drawn >= observed - 1e-12).sum()) / (1 + len(drawn)))


def _correlation(headache: np.ndarray, ranks: np.ndarray, measured: np.ndarray) -> np.ndarray:
    """Return Pearson's correlation over the days with both, shape (k,). `headache`: shape (k, n)."""
    both = np.isfinite(headache) & measured
    count = np.maximum(both.sum(axis=1), 1)
    y = np.where(both, headache, 0.0)
    x = np.where(both, ranks, 0.0)
    mean_y, mean_x = y.sum(axis=1) / count, x.sum(axis=1) / count
    cov = (x * y).sum(axis=1) / count - mean_x * mean_y
    spread = ((x * x).sum(axis=1) / count - mean_x**2) * ((y * y).sum(axis=1) / count - mean_y**2)
    return cov / np.sqrt(np.maximum(spread, 1e-12))


def _finding(
    headache: np.ndarray,
    row: tuple[str, int, np.ndarray, float],
    corrected: float,
    rng: np.random.Generator,
) -> Finding:
    name, lag, exposure, p = row
    both = np.isfinite(headache) & np.isfinite(exposure)
    middle = np.median(exposure[both])
    more = exposure > middle
    if not more[both].any():  # the median is the maximum, as when most days have everything done
        more = exposure >= middle
    effect = float(_effects(headache, more, both))
    order = _resampled(len(headache), rng)
    drawn = _effects(headache[order], more[order], both[order])
    told = drawn[np.isfinite(drawn)]
    low, high = np.quantile(told, [0.025, 0.975]) if len(told) else (effect, effect)
    return Finding(
        exposure=name,
        lag_days=lag,
        days=int(both.sum()),
        p=p,
        p_corrected=corrected,
        effect=effect,
        low=float(low),
        high=float(high),
        found=corrected < LEVEL,
    )


def _effects(headache: np.ndarray, more: np.ndarray, both: np.ndarray) -> np.ndarray:
    """Return the effect in each row of days; NaN where all days of a row are on one side."""
    with np.errstate(invalid="ignore"):
        shares = [
            np.where(days, headache, 0).sum(axis=-1) / days.sum(axis=-1)
            for days in (both & more, both & ~more)
        ]
        return 100 * (shares[0] - shares[1])


def _resampled(days: int, rng: np.random.Generator, draws: int = 400) -> np.ndarray:
    """Return places of days in whole weeks, drawn with replacement; shape (draws, days of whole weeks)."""
    weeks = days // BLOCK_DAYS
    drawn = rng.integers(0, weeks, (draws, weeks))
    return (drawn[:, :, None] * BLOCK_DAYS + np.arange(BLOCK_DAYS)).reshape(draws, -1)
