"""Days on which neck pain was higher than this person's usual after exercise. Pure.

A rating has an error of its own and goes up and down by itself: one higher number is no rise. It counts when it is above
the usual by the error and by the person's own variation from day to day: the conditions that insight/trend.py has too.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median, stdev
from typing import Protocol

USUAL_DAYS = 14
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


def rises(days: Sequence[Day], least: float) -> list[Rise]:
    """Every rise by `least` or more on the day after one with exercise. Days ill, away or of a stop have no part."""
    found = []
    for place, day in enumerate(days):
        if day.neck_nrs is None or day.excused or not place or not days[place - 1].exercised:
            continue
        before = [
            one.neck_nrs
            for one in days[max(0, place - USUAL_DAYS) : place]
            if one.neck_nrs is not None and not one.excused
        ]
        if before and day.neck_nrs - median(before) >= max(least, _own_variation(before)):
            found.append(Rise(day.day, median(before), day.neck_nrs))
    return found


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
