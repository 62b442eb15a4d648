"""Exposure of a stretch of minutes: worn time, time in angle classes, percentiles, bouts. Pure numpy.

The denominator of shares is valid time: worn, calibrated and measured. Minutes that the clip did not log while it was
off count as off.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from .apdf import percentile
from .classes import CLASSES

STATES = ("off", "uncalibrated", "not_worn", "moving", "neutral", "flexed")


@dataclass(frozen=True)
class Exposure:
    """Exposure of one clip in one period. Minutes unless the name says otherwise; None where nothing was measured."""

    period_min: float
    worn_min: float  # moving, neutral or flexed
    valid_min: float  # in angle classes: worn, calibrated and measured; the denominator of shares
    state_min: dict[str, float]  # by state; `off` includes minutes without a record
    class_min: dict[str, float]  # by angle class, together `valid_min`
    p10_deg: float | None
    p50_deg: float | None
    p90_deg: float | None
    longest_bout_s: int
    nudges: int

    def share(self, angle_class: str) -> float | None:
        """Return the part of the valid time in this class, 0 to 1; None without valid time."""
        return self.class_min[angle_class] / self.valid_min if self.valid_min else None


def exposure(minutes: Mapping[str, np.ndarray], from_utc_ms: int, to_utc_ms: int) -> Exposure:
    """Return the exposure of the minutes that end in (from, to].

    `minutes`: columns of the store, each of shape (n,), with `utc_ms`.
    """
    inside = (minutes["utc_ms"] > from_utc_ms) & (minutes["utc_ms"] <= to_utc_ms)
    chosen = {name: column[inside] for name, column in minutes.items()}
    class_s = {name: int(chosen[f"{name}_s"].sum()) for name in CLASSES}
    state_min = {name: int(chosen[f"{name}_s"].sum()) / 60 for name in STATES}
    period_min = (to_utc_ms - from_utc_ms) / 60_000
    state_min["off"] += max(period_min - sum(state_min.values()), 0.0)
    pooled_s = np.array([class_s[name] for name in CLASSES])
    return Exposure(
        period_min=period_min,
        worn_min=state_min["moving"] + state_min["neutral"] + state_min["flexed"],
        valid_min=sum(class_s.values()) / 60,
        state_min=state_min,
        class_min={name: seconds / 60 for name, seconds in class_s.items()},
        p10_deg=percentile(pooled_s, 0.1),
        p50_deg=percentile(pooled_s, 0.5),
        p90_deg=percentile(pooled_s, 0.9),
        longest_bout_s=int(chosen["longest_bout_s"].max(initial=0)),
        nudges=int(chosen["nudges"].sum()),
    )


def main_site(minutes: Mapping[str, np.ndarray]) -> int:
    """Return the code of the wear site with the most measured time, or with the most minutes if none was measured.

    `minutes`: column name -> (n,), as the store has them. Angles are reported for this site.
    """
    sites, place = np.unique(minutes["site"], return_inverse=True)
    if not len(sites):
        return 0
    measured = np.bincount(place, measured_s(minutes))
    chosen = measured if measured.any() else np.bincount(place)
    return int(sites[np.argmax(chosen)])


def at_site(minutes: Mapping[str, np.ndarray], site: int) -> dict[str, np.ndarray]:
    """Return only the minutes at this site: angles of head and collar are never pooled."""
    chosen = minutes["site"] == site
    return {name: column[chosen] for name, column in minutes.items()}


def measured_s(minutes: Mapping[str, np.ndarray]) -> np.ndarray:
    """Return the worn seconds of each minute: moving, neutral or flexed."""
    return minutes["moving_s"] + minutes["neutral_s"] + minutes["flexed_s"]


def answer_counts(answers: Iterable[str | None]) -> dict[str, int]:
    """Return the number of reminders by answer: done, snoozed, skipped, open (None: no answer)."""
    counted = Counter(answer or "open" for answer in answers)
    return {name: counted[name] for name in ("done", "snoozed", "skipped", "open")}
