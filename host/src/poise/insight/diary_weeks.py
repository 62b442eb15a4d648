"""Pain and headache by week, each week as any period of the diary: headache days, and medians of the ratings. Pure."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from .diary_period import Days, Entry, Rating, diary_period


@dataclass(frozen=True)
class DiaryWeek:
    """Diary of one week from its Monday, of the days that were asked for."""

    monday: dt.date
    headache: Days
    headache_nrs: Rating
    neck_nrs: Rating


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
    return tuple(
        _week(found, monday, max(monday, first), min(monday + dt.timedelta(6), last))
        for monday, found in by_week.items()
    )


def _monday(day: dt.date) -> dt.date:
    return day - dt.timedelta(day.weekday())


def _week(entries: list[Entry], monday: dt.date, first: dt.date, last: dt.date) -> DiaryWeek:
    found = diary_period(entries, first, last)
    return DiaryWeek(monday, found.headache, found.headache_nrs, found.neck_nrs)
