"""The days on which a plan prescribes an exercise, and the text form of a day. Every count uses these rules. Pure."""

import datetime as dt
from typing import Protocol

from ...errors import PoiseError, Reason
from ...language import _, formats

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MAX_EVERY_DAYS = 60
# Without `starts`, intervals count from this Monday, so that a new version of the plan does not shift them.
COUNTED_FROM = dt.date(2024, 1, 1)
# A date beyond these is a typing mistake, and sums with it leave the calendar.
FIRST_DAY, LAST_DAY = dt.date(2000, 1, 1), dt.date(2099, 12, 31)


class Timetable(Protocol):
    """The fields that set an exercise's days: `coach.plan.exercise.Exercise` has them."""

    @property
    def days(self) -> frozenset[int]:
        """Weekdays, 0 is Monday."""
        ...

    @property
    def every_days(self) -> int:
        """Interval in days; 0: `days` applies."""
        ...

    @property
    def starts(self) -> dt.date | None:
        """First day, included; None: open."""
        ...

    @property
    def ends(self) -> dt.date | None:
        """Last day, included; None: open."""
        ...


def is_on(table: Timetable, day: dt.date) -> bool:
    """True if the exercise is prescribed on this calendar day."""
    if (table.starts and day < table.starts) or (table.ends and day > table.ends):
        return False
    if table.every_days:
        return (day - (table.starts or COUNTED_FROM)).days % table.every_days == 0
    return day.weekday() in table.days


def next_on(table: Timetable, day: dt.date) -> dt.date | None:
    """Return the exercise's first day from this one on; None when there is none."""
    first = max(day, table.starts or day)
    ahead = (first + dt.timedelta(n) for n in range(max(7, table.every_days)))
    return next((one for one in ahead if is_on(table, one)), None)


def last_on(table: Timetable) -> dt.date | None:
    """Return the exercise's last day; None without an end, or without any day."""
    if table.ends is None:
        return None
    before = (table.ends - dt.timedelta(n) for n in range(max(7, table.every_days)))
    return next((one for one in before if is_on(table, one)), None)


def is_daily(table: Timetable) -> bool:
    """True if the exercise is due every day between its dates."""
    return table.every_days == 1 or (not table.every_days and len(table.days) == len(DAYS))


def told(table: Timetable) -> str:
    """Return the exercise's days in words, as in "Mon, Wed, Fri, until 2027-06-08"."""
    if table.every_days > 1:
        counted = (
            _("counted from {day}")
            if table.starts
            else _("counted from {day} as it has no `starts`")
        )
        parts = [
            _("every {days} days").format(days=table.every_days),
            counted.format(day=table.starts or COUNTED_FROM),
        ]
    else:
        daily = is_daily(table)
        parts = [_("every day")] if daily else [formats.weekday(n) for n in sorted(table.days)]
        if table.starts:
            parts.append(_("from {day}").format(day=table.starts))
    if table.ends:
        parts.append(_("until {day}").format(day=table.ends))
    return ", ".join(parts)


def date(day: dt.date) -> str:
    """Return the day with its weekday, as in "Mon 2027-06-07"."""
    return f"{formats.weekday(day.weekday())} {day}"


def parsed(text: str, hint: str = "") -> dt.date:
    """Return the day in a typed text. `hint`: the error's, in place of the usual one.

    Raises PoiseError BAD_INPUT for text that is no date from FIRST_DAY to LAST_DAY.
    """
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        what = _("'{text}' is no date").format(text=text)
        hint = hint or _("Write it like 2026-11-24.")
        raise PoiseError(Reason.BAD_INPUT, what, hint) from None
    if not FIRST_DAY <= day <= LAST_DAY:
        cure = _("Give a day from {first} to {last}.").format(first=FIRST_DAY, last=LAST_DAY)
        raise PoiseError(Reason.BAD_INPUT, _("{day} is out of reach").format(day=day), cure)
    return day
