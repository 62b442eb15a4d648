"""Dates, times and numbers as the current language and region write them (Unicode CLDR, by babel)."""

import datetime as dt
from functools import cache
from typing import TYPE_CHECKING

from . import current

if TYPE_CHECKING:
    from babel import Locale

# Skeletons of CLDR: which fields are shown. The locale gives their order and what stands between them.
_WEEKDAY_DATE, _SHORT_DATE, _LONG_DATE = "MMMEd", "MMMd", "yMMMMd"
_DAY, _MONTH = "Ed", "yMMM"


@cache
def _locale(tag: str) -> "Locale":
    from babel import Locale

    return Locale.parse(tag, sep="-")


def time(moment: dt.datetime | dt.time) -> str:
    """Return the time of day, such as "18:30" or "6:30 PM"."""
    from babel.dates import format_time

    plain = moment.time() if isinstance(moment, dt.datetime) else moment
    return format_time(plain, "short", locale=_locale(current()))


def date(day: dt.date) -> str:
    """Return the day with its weekday, such as "Tue 24 Nov"."""
    return _by_skeleton(day, _WEEKDAY_DATE)


def short_date(day: dt.date) -> str:
    """Return the day without its weekday, such as "24 Nov"."""
    return _by_skeleton(day, _SHORT_DATE)


def long_date(day: dt.date) -> str:
    """Return the day with its year, such as "24 November 2026"."""
    return _by_skeleton(day, _LONG_DATE)


def day_of_month(day: dt.date) -> str:
    """Return the day of the month with its weekday, such as "Tue 24"."""
    return _by_skeleton(day, _DAY)


def month(day: dt.date) -> str:
    """Return the month, such as "Nov 2026"."""
    return _by_skeleton(day, _MONTH)


def span(first: dt.date, last: dt.date) -> str:
    """Return the days from the first to the last, such as "1–28 November 2026"."""
    from babel.dates import format_interval

    return format_interval(first, last, _LONG_DATE, locale=_locale(current()))


def moment(at: dt.datetime) -> str:
    """Return day and time, such as "Tue 24 Nov, 18:30"."""
    return f"{date(at.date())}, {time(at)}"


def weekday(number: int, width: str = "abbreviated") -> str:
    """Return the name of a weekday, 0 is Monday. `width`: abbreviated, wide or narrow."""
    return _locale(current()).days["stand-alone"][width][number]


def week() -> tuple[int, ...]:
    """Return the weekdays from the first day of the region's week on, 0 is Monday."""
    first = _locale(current()).first_week_day
    return tuple((first + offset) % 7 for offset in range(7))


def territory(code: str) -> str:
    """Return the name of a country by its code (ISO 3166), such as "Deutschland"; "" in English, and if unknown."""
    if current().startswith("en"):
        return ""
    return _locale(current()).territories.get(code, "")


def number(value: float, decimals: int = 0) -> str:
    """Return a number with so many decimals, such as "1.5" or "1,5"."""
    from babel.numbers import format_decimal

    pattern = "#,##0" + (f".{'0' * decimals}" if decimals else "")
    # Rounded here, since babel rounds the decimal text: 0.15 to 0.2, where Python and its formats say 0.1.
    return format_decimal(round(float(value), decimals), pattern, locale=_locale(current()))


def _by_skeleton(day: dt.date, skeleton: str) -> str:
    from babel.dates import format_skeleton

    return format_skeleton(skeleton, day, locale=_locale(current()))
