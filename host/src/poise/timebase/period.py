"""The days that a report covers, in the wearer's time zone. Pure."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from .calendar import day_begins_utc_ms

LONGEST_DAYS = 3660
DEFAULT_DAYS = 28


@dataclass(frozen=True)
class Period:
    """The local days `first` to `last`, both included. `zone` sets when they begin and end."""

    first: dt.date
    last: dt.date
    zone: dt.tzinfo

    @property
    def days(self) -> int:
        """Number of days, the first and the last included."""
        return (self.last - self.first).days + 1

    @property
    def from_utc_ms(self) -> int:
        """Beginning of the first day, UTC in milliseconds."""
        return day_begins_utc_ms(self.first, self.zone)

    @property
    def to_utc_ms(self) -> int:
        """End of the last day, UTC in milliseconds."""
        return day_begins_utc_ms(self.last + dt.timedelta(days=1), self.zone)

    def starts(self) -> list[dt.date]:
        """Return the first day of each of the `parts`."""
        return self._starts()[0]

    def parts(self) -> list[tuple[str, int, int]]:
        """Return (label, from, to) in UTC ms of each day; above 31 days of each week, above 27 weeks of each month."""
        starts, label = self._starts()
        ends = [*starts[1:], self.last + dt.timedelta(days=1)]
        return [
            (label(start), day_begins_utc_ms(start, self.zone), day_begins_utc_ms(end, self.zone))
            for start, end in zip(starts, ends, strict=True)
        ]

    def _starts(self) -> tuple[list[dt.date], Callable[[dt.date], str]]:
        dates = [self.first + dt.timedelta(days=place) for place in range(self.days)]
        if self.days <= 31:
            return dates, lambda day: f"{day:%a} {day.day}"
        if self.days <= 27 * 7:
            return dates[::7], lambda day: f"{day.day} {day:%b}"
        firsts = [day for day in dates if day == self.first or day.day == 1]
        return firsts, lambda day: f"{day:%b %y}"

    def unit(self) -> str:
        """Return the name of one of the `parts`: day, week or month."""
        return "day" if self.days <= 31 else "week" if self.days <= 27 * 7 else "month"
