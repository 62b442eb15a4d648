"""Pain and headache by week: days with a headache, and mean ratings. Pure.

A mean is of the days that were rated, and tells how many these are. A week without a rating has no mean.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from ..coach.diary import Symptoms


class Entry(Symptoms, Protocol):
    """The fields read of a diary entry."""

    @property
    def day(self) -> dt.date:
        """Calendar day of the entry."""
        ...


@dataclass(frozen=True)
class DiaryWeek:
    """Diary of one week from its Monday. Means are ratings from 0 to 10; None without a rating."""

    monday: dt.date
    headache_told: int  # days on which the question was answered
    headache_days: int
    headache_nrs: float | None  # mean of the headaches that were rated
    headache_rated: int
    neck_nrs: float | None
    neck_rated: int


def diary_weeks(entries: Iterable[Entry], first: dt.date, last: dt.date) -> tuple[DiaryWeek, ...]:
    """Return every week with a day from `first` to `last`, oldest first. Other days play no part."""
    by_week: dict[dt.date, list[Entry]] = {}
    day = _monday(first)
    while day <= last:
        by_week[day] = []
        day += dt.timedelta(7)
    for entry in entries:
        if first <= entry.day <= last:
            by_week[_monday(entry.day)].append(entry)
    return tuple(_week(monday, found) for monday, found in by_week.items())


def _monday(day: dt.date) -> dt.date:
    return day - dt.timedelta(day.weekday())


def _week(monday: dt.date, entries: list[Entry]) -> DiaryWeek:
    told = [entry.headache for entry in entries if entry.headache is not None]
    headaches = [entry.headache_nrs for entry in entries if entry.headache]
    head = [value for value in headaches if value is not None]
    neck = [entry.neck_nrs for entry in entries if entry.neck_nrs is not None]
    return DiaryWeek(monday, len(told), sum(told), _mean(head), len(head), _mean(neck), len(neck))


def _mean(values: list[int]) -> float | None:
    return sum(values) / len(values) if values else None
