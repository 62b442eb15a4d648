"""Days on which neck pain was higher than this person's usual after exercise, and whether it stayed so. Pure.

A rating has an error of its own and goes up and down by itself. A rise is above the usual by that error and by this
person's variation from day to day, as insight/trend.py asks of a change; it stays when the mean since then is.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, median, stdev
from typing import Protocol

WEEK = dt.timedelta(days=7)
FORTNIGHT = dt.timedelta(days=14)
_LEAST_OF_WEEK = 3  # days told, for their mean to stand for it
_LEAST_TOLD = 5  # for a variation of one's own to be known
_DEVIATIONS = 2.5
_EPISODE = dt.timedelta(days=3)  # so near to another rise, it is the same one


class Day(Protocol):
    """What is needed of `progression.Day`, one a day, oldest first."""

    @property
    def day(self) -> dt.date: ...
    @property
    def neck_nrs(self) -> int | None: ...
    @property
    def excused(self) -> bool: ...
    @property
    def exercised(self) -> bool: ...


@dataclass(frozen=True)
class Rise:
    """`usual`: the median of the days before; `nrs`: what it was on this day."""

    day: dt.date
    usual: float
    nrs: int


@dataclass(frozen=True)
class Level:
    """`usual`: the median of the fortnight before; `mean`: of the last seven days."""

    usual: float
    mean: float


def rises(days: Sequence[Day], least: float) -> list[Rise]:
    """Every rise by `least` or more on the day after one with exercise. Days ill, away or of a stop have no part."""
    found = []
    for place, day in enumerate(days):
        if day.neck_nrs is None or day.excused or not place or not days[place - 1].exercised:
            continue
        before = _told(days[max(0, place - FORTNIGHT.days) : place], dt.date.min)
        if before and day.neck_nrs - median(before) >= max(least, _own_variation(before)):
            found.append(Rise(day.day, median(before), day.neck_nrs))
    return found


def staying(found: Sequence[Rise], days: Sequence[Day], least: float) -> list[Rise]:
    """Those after which neck pain, on average, is still higher than the usual by `least`: what has settled is over."""
    return [rise for rise in found if fmean(_told(days, rise.day)) - rise.usual >= least]


def higher_week(days: Sequence[Day], least: float, since: dt.date) -> Level | None:
    """The last seven days, from `since` on, when they are on average higher than the usual by `least`.

    A rise that goes on hides in a variation that it makes itself; a week's mean shows it.
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
    """When each began: rises within three days of another are one."""
    began, last = [], None
    for rise in found:
        if last is None or rise.day - last > _EPISODE:
            began.append(rise.day)
        last = rise.day
    return began


def _own_variation(told: Sequence[int]) -> float:
    return _DEVIATIONS * stdev(told) if len(told) >= _LEAST_TOLD else 0.0
