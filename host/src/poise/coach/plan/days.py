"""On which days an exercise is prescribed, and how a day is written: one definition for all that counts. Pure."""

import datetime as dt
from typing import Protocol

from ...errors import PoiseError, Reason

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
NAMES = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MAX_EVERY_DAYS = 60
# Days of a plan without `starts` are counted from here, so that no version of it shifts them; a Monday.
COUNTED_FROM = dt.date(2024, 1, 1)
# Beyond these a date is a slip of the hand, and sums with it leave the calendar.
FIRST_DAY, LAST_DAY = dt.date(2000, 1, 1), dt.date(2099, 12, 31)


class Timetable(Protocol):
    """What is needed of `planexercise.Exercise`. `every_days` 0: by weekday."""

    @property
    def days(self) -> frozenset[int]: ...
    @property
    def every_days(self) -> int: ...
    @property
    def starts(self) -> dt.date | None: ...
    @property
    def ends(self) -> dt.date | None: ...


def is_on(table: Timetable, day: dt.date) -> bool:
    """Whether it is prescribed on this day. A day is a date: no change of clocks makes one more or less."""
    if (table.starts and day < table.starts) or (table.ends and day > table.ends):
        return False
    if table.every_days:
        return (day - (table.starts or COUNTED_FROM)).days % table.every_days == 0
    return day.weekday() in table.days


def next_on(table: Timetable, day: dt.date) -> dt.date | None:
    """Its first day from this one on; None when none is to come."""
    first = max(day, table.starts or day)
    ahead = (first + dt.timedelta(n) for n in range(max(7, table.every_days)))
    return next((one for one in ahead if is_on(table, one)), None)


def last_on(table: Timetable) -> dt.date | None:
    """Its last day; None when it has no end, or no day at all."""
    if table.ends is None:
        return None
    before = (table.ends - dt.timedelta(n) for n in range(max(7, table.every_days)))
    return next((one for one in before if is_on(table, one)), None)


def is_daily(table: Timetable) -> bool:
    """Whether it is done each day between its dates."""
    return table.every_days == 1 or (not table.every_days and len(table.days) == len(DAYS))


def told(table: Timetable) -> str:
    """Its days in words, as in "Mon, Wed, Fri, until 2027-06-08"."""
    if table.every_days > 1:
        words = f"every {table.every_days} days, counted from {table.starts or COUNTED_FROM}"
        words += "" if table.starts else " as it has no `starts`"
    else:
        weekdays = ", ".join(NAMES[n] for n in sorted(table.days))
        words = "every day" if is_daily(table) else weekdays
        words += f", from {table.starts}" if table.starts else ""
    return words + (f", until {table.ends}" if table.ends else "")


def date(day: dt.date) -> str:
    """A day with its weekday, as in "Mon 2027-06-07"."""
    return f"{NAMES[day.weekday()]} {day}"


def parsed(text: str, hint: str = "Write it like 2026-11-24.") -> dt.date:
    """The day that somebody has typed. Raises PoiseError BAD_INPUT."""
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        raise PoiseError(Reason.BAD_INPUT, f"'{text}' is no date", hint) from None
    if not FIRST_DAY <= day <= LAST_DAY:
        cure = f"Give a day from {FIRST_DAY} to {LAST_DAY}."
        raise PoiseError(Reason.BAD_INPUT, f"{day} is out of reach", cure)
    return day
