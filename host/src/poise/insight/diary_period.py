"""The diary of a period: headache days, pain and medicine days, each with the days that were logged. Pure.

A day without an answer is no day without a headache: it is in no count. A number in 28 days is that of the days logged,
times 28; it is given only if at least half of the period's days, and 14, were logged (Poise's own choice).
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median, quantiles
from typing import Protocol

from ..coach.diary import Symptoms
from ..coach.plan.rules import NRS_ERROR
from .medication import class_days
from .shares import difference, interval

PER_DAYS = 28
LEAST_LOGGED = 14
LEAST_RATED = 3  # days for a median that is compared
# Fewer headache days by this share are conventions for a response: the first for chronic headache, the second for
# others (PMC7044826). They are no verdict on a person.
CONVENTIONS = (0.30, 0.50)


class Entry(Symptoms, Protocol):
    """The fields read of a diary entry: `store.diary.DiaryRow` has them."""

    @property
    def day(self) -> dt.date:
        """Calendar day of the entry."""
        ...


@dataclass(frozen=True)
class Days:
    """`days` on which something was so, among `logged` days of a period of `of` days.

    `per_28`: scaled to 28 days, with its 95 % interval `low` to `high` as if days were independent (Wilson); None if
    too few days were logged.
    """

    days: int
    logged: int
    of: int
    per_28: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Rating:
    """Median of the ratings from 0 to 10, and the number of days rated. None without any.

    `low` to `high`: the middle half of the ratings; None below LEAST_RATED days.
    """

    median: float | None
    days: int
    low: float | None
    high: float | None


@dataclass(frozen=True)
class DiaryPeriod:
    """The diary from `first` to `last`. `by_class`: medicine days by class, only of classes that were taken."""

    first: dt.date
    last: dt.date
    headache: Days
    headache_nrs: Rating
    neck_nrs: Rating
    medicine: Days
    by_class: dict[str, Days]


@dataclass(frozen=True)
class DaysChange:
    """Change of the days in 28. `percent`: of the earlier ones (negative: fewer); None if there were none.

    `low`, `high`: 95 % interval of the difference if days were independent (Newcombe 1998, method 10). As neighbouring
    days resemble each other, the true one is wider. `convention`: the largest of CONVENTIONS reached; 0.0: none.
    """

    per_28: float
    low: float
    high: float
    percent: float | None
    convention: float


@dataclass(frozen=True)
class RatingChange:
    """Change of a median. `reading`: "within" or "beyond" the measuring error of a rating."""

    difference: float
    error: float
    reading: str


@dataclass(frozen=True)
class Comparison:
    """A period of the diary, and how a later one differs from it. None: too few days to say."""

    period: DiaryPeriod
    headache: DaysChange | None
    headache_nrs: RatingChange | None
    neck_nrs: RatingChange | None


def diary_period(entries: Iterable[Entry], first: dt.date, last: dt.date) -> DiaryPeriod:
    """Return the diary of these days, both included. `entries`: the newest of each day, of any days."""
    own = [entry for entry in entries if first <= entry.day <= last]
    of = (last - first).days + 1
    told = [entry.headache for entry in own if entry.headache is not None]
    # Who leaves the question about headache open and names a medicine has logged the day for the medicine.
    taken = [
        set(entry.medication) for entry in own if entry.headache is not None or entry.medication
    ]
    return DiaryPeriod(
        first=first,
        last=last,
        headache=days_of(sum(told), len(told), of),
        headache_nrs=rating_of(entry.headache_nrs for entry in own if entry.headache),
        neck_nrs=rating_of(entry.neck_nrs for entry in own),
        medicine=days_of(sum(map(bool, taken)), len(taken), of),
        by_class={name: days_of(n, len(taken), of) for name, n in class_days(taken).items()},
    )  # fmt: skip


def compared(before: DiaryPeriod, after: DiaryPeriod) -> Comparison:
    """Return the earlier period with the later one's difference from it."""
    return Comparison(
        period=before,
        headache=days_change(before.headache, after.headache),
        headache_nrs=rating_change(before.headache_nrs, after.headache_nrs),
        neck_nrs=rating_change(before.neck_nrs, after.neck_nrs),
    )


def days_change(before: Days, after: Days) -> DaysChange | None:
    """Return the change of the days in 28; None if too few days were logged on either side."""
    if before.per_28 is None or after.per_28 is None:
        return None
    low, high = difference((before.days, before.logged), (after.days, after.logged))
    share = (after.per_28 - before.per_28) / before.per_28 if before.per_28 else None
    reached = [one for one in CONVENTIONS if share is not None and -share >= one - 1e-9]
    return DaysChange(
        per_28=after.per_28 - before.per_28,
        low=low * PER_DAYS,
        high=high * PER_DAYS,
        percent=None if share is None else 100 * share,
        convention=max(reached, default=0.0),
    )


def rating_change(before: Rating, after: Rating) -> RatingChange | None:
    """Return the change of the median; None if fewer than LEAST_RATED days were rated on either side."""
    if before.median is None or after.median is None or min(before.days, after.days) < LEAST_RATED:
        return None
    change = after.median - before.median
    return RatingChange(change, NRS_ERROR, "beyond" if abs(change) > NRS_ERROR else "within")


def days_of(days: int, logged: int, of: int) -> Days:
    """Return these days, in 28 if enough of the period's days were logged."""
    enough = logged >= LEAST_LOGGED and 2 * logged >= of
    if not enough:
        return Days(days, logged, of, None, None, None)
    low, high = interval((days, logged))
    return Days(days, logged, of, PER_DAYS * days / logged, PER_DAYS * low, PER_DAYS * high)


def rating_of(values: Iterable[int | None]) -> Rating:
    """Return the median of these ratings, of which None is no rating."""
    told = [value for value in values if value is not None]
    if len(told) < LEAST_RATED:
        return Rating(float(median(told)) if told else None, len(told), None, None)
    low, middle, high = quantiles(told, n=4, method="inclusive")
    return Rating(middle, len(told), low, high)
