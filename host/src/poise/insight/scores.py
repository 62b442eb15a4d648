"""Scores of outcome measures: the first, the latest, and whether their difference exceeds the measuring error. Pure."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from ..coach.measures import MEASURES, Measure


class Row(Protocol):
    """The fields read of a stored score: `store.timeline.OutcomeRow` has them."""

    @property
    def day(self) -> dt.date:
        """Day of the score."""
        ...

    @property
    def measure(self) -> str:
        """A key of `coach.measures.MEASURES`."""
        ...

    @property
    def score(self) -> float:
        """The total."""
        ...


@dataclass(frozen=True)
class Scores:
    """Scores of one measure up to a day. `change`: the latest less the first; None if there is but one.

    `reading`: "within" or "beyond" the measuring error; for a measure without a known error "below" its smallest
    meaningful change or "reached"; "unknown" without either; "" without a change.
    """

    measure: str
    count: int
    first: float
    first_day: dt.date
    latest: float
    latest_day: dt.date
    change: float | None
    reading: str


def scores(rows: Iterable[Row], last: dt.date) -> tuple[Scores, ...]:
    """Return the scores of each measure with one up to `last`, in the order of MEASURES. `rows`: by day."""
    by_measure: dict[str, list[Row]] = {}
    for row in rows:
        if row.day <= last:
            by_measure.setdefault(row.measure, []).append(row)
    return tuple(_of(name, by_measure[name]) for name in MEASURES if name in by_measure)


def reading(measure: Measure, difference: float) -> str:
    """Return what is known of this difference of two scores: `Scores.reading`."""
    size = abs(difference)
    if measure.error is not None:
        return "beyond" if size > measure.error else "within"
    if measure.meaningful is not None:
        return "reached" if size >= measure.meaningful else "below"
    return "unknown"


def _of(name: str, rows: list[Row]) -> Scores:
    first, latest, measure = rows[0], rows[-1], MEASURES[name]
    change = None
    if len(rows) > 1 and not measure.rates_change:
        change = latest.score - first.score
    return Scores(
        measure=name,
        count=len(rows),
        first=first.score,
        first_day=first.day,
        latest=latest.score,
        latest_day=latest.day,
        change=change,
        reading="" if change is None else reading(measure, change),
    )
