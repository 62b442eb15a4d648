"""Adherence by week and source: done of what was prescribed, and never a streak. Pure.

Days ill, away or stopped are left out and counted as such. Whether the clip was worn has no part in it: not worn is not
non-adherent.
"""

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from poise.coach.adherence import Tally


@dataclass(frozen=True)
class Week:
    """From a Monday on. Times an exercise was prescribed, and done by source; `excused`: days left out."""

    monday: dt.date
    prescribed: int
    sensed: int
    partly: int
    self_reported: int
    excused: int

    @property
    def done(self) -> int:
        """From every source."""
        return self.sensed + self.partly + self.self_reported

    @property
    def done_pct(self) -> float | None:
        """Done of prescribed; None when nothing was."""
        return 100 * self.done / self.prescribed if self.prescribed else None


def weeks(tallies: Iterable[Tally], excused: Collection[dt.date] = ()) -> list[Week]:
    """By week, oldest first; a week whose days are all excused is there with nothing prescribed."""
    found: dict[dt.date, list[Tally]] = {}
    for tally in tallies:
        found.setdefault(tally.day - dt.timedelta(tally.day.weekday()), []).append(tally)
    return [_week(monday, found[monday], excused) for monday in sorted(found)]


def _week(monday: dt.date, days: list[Tally], excused: Collection[dt.date]) -> Week:
    counted = [day for day in days if day.day not in excused]
    return Week(
        monday,
        prescribed=sum(day.prescribed for day in counted),
        sensed=sum(day.sensed for day in counted),
        partly=sum(day.partly for day in counted),
        self_reported=sum(day.self_reported for day in counted),
        excused=len(days) - len(counted),
    )
