"""Rises of neck pain after exercise, above this person's usual level, and whether they stay. Pure.

A rating has a measurement error and varies from day to day. A rise exceeds the usual by that error and by this person's
own variation, as insight/trend.py demands of a change. A rise stays when the mean since then exceeds the usual.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, median, stdev
from typing import Protocol

WEEK = dt.timedelta(days=7)
FORTNIGHT = dt.timedelta(days=14)
_LEAST_OF_WEEK = 3  # rated days that make a week's mean
_LEAST_TOLD = 5  # rated days that show a person's own variation
_DEVIATIONS = 2.5
_EPISODE = dt.timedelta(days=3)  # rises at most so far apart are one episode


class Day(Protocol):
    """The fields read of one day: `progression.Day` has them. Days come one by one, oldest first."""

    @property
    def day(self) -> dt.date:
        """The calendar day."""
        ...

    @property
    def neck_nrs(self) -> int | None:
        """Neck pain of the day, 0 to 10; None when the diary has none."""
        ...

    @property
    def excused(self) -> bool:
        """True on a day ill, away or on hold."""
        ...

    @property
    def exercised(self) -> bool:
        """True if the exercise was done on this day."""
        ...


@dataclass(frozen=True)
class Rise:
    """A rise of neck pain on one day. `usual`: median of the fortnight before. `nrs`: pain on this day, 0 to 10."""

    day: dt.date
    usual: float
    nrs: int


@dataclass(frozen=True)
class Level:
    """A higher level of neck pain. `usual`: median of the fortnight before. `mean`: mean of the last seven days."""

    usual: float
    mean: float


def rises(days: Sequence[Day], least: float) -> list[Rise]:
    """Return every rise by `least` or more on a day after exercise. Excused days (ill, away, on hold) are left out."""
    found: list[Rise] = []
    for place, day in enumerate(days):
        if day.neck_nrs is None or day.excused or not place or not days[place - 1].exercised:
            continue
        before = _told(days[max(0, place - FORTNIGHT.days) : place], dt.date.min)
        if before and day.neck_nrs - median(before) >= max(least, _own_variation(before)):
            found.append(Rise(day.day, median(before), day.neck_nrs))
    return found


def staying(found: Sequence[Rise], days: Sequence[Day], least: float) -> list[Rise]:
    """Return the rises after which mean neck pain still exceeds the usual by `least`."""
    return [rise for rise in found if fmean(_told(days, rise.day)) - rise.usual >= least]


def higher_week(days: Sequence[Day], least: float, since: dt.date) -> Level | None:
    """Return the level of the last seven days, from `since` on, if their mean exceeds the usual by `least`; else None.

    A lasting rise widens the person's own variation, and `rises` then misses it. The mean of a week shows it.
    """
    first = max(since, days[-1].day - WEEK + dt.timedelta(1))
    told = _told(days, first)
    before = _told([one for one in days if first - FORTNIGHT <= one.day < first], dt.date.min)
    if len(told) < _LEAST_OF_WEEK or len(before) < _LEAST_TOLD:
        return None
    found = Level(median(before), fmean(told))
    return found if found.mean - found.usual >= least else None


def _told(days: Sequence[Day], since: dt.date) -> list[int]:
    return [
        one.neck_nrs
        for one in days
        if one.day >= since and one.neck_nrs is not None and not one.excused
    ]


def episodes(found: Sequence[Rise]) -> list[dt.date]:
    """Return the first day of each episode. Rises at most three days apart are one episode."""
    began: list[dt.date] = []
    last: dt.date | None = None
    for rise in found:
        if last is None or rise.day - last > _EPISODE:
            began.append(rise.day)
        last = rise.day
    return began


def _own_variation(told: Sequence[int]) -> float:
    return _DEVIATIONS * stdev(told) if len(told) >= _LEAST_TOLD else 0.0
