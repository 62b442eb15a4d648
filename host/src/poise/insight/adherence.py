"""Adherence by week and source: done of what was prescribed, and never a streak. Pure.

The count of a day is coach/adherence.py's; days ill, away or stopped are left out and counted as such. Whether the clip
was worn has no part in it: not worn is not non-adherent.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from ..coach.adherence import Tally, counted


@dataclass(frozen=True)
class Total:
    """Times an exercise was prescribed, and done by source; `excused`: days left out."""

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


@dataclass(frozen=True)
class Week(Total):
    """From a Monday on."""

    monday: dt.date


def total(tallies: Sequence[Tally]) -> Total:
    """Of these days together."""
    return Total(*_sums(tallies))


def weeks(tallies: Sequence[Tally]) -> list[Week]:
    """By week, oldest first; a week whose days are all excused is there with nothing prescribed."""
    found: dict[dt.date, list[Tally]] = {}
    for tally in tallies:
        found.setdefault(tally.day - dt.timedelta(tally.day.weekday()), []).append(tally)
    return [Week(*_sums(found[monday]), monday) for monday in sorted(found)]


def _sums(tallies: Sequence[Tally]) -> tuple[int, int, int, int, int]:
    days = counted(tallies)
    return (
        sum(day.prescribed for day in days),
        sum(day.sensed for day in days),
        sum(day.partly for day in days),
        sum(day.self_reported for day in days),
        len(tallies) - len(days),
    )
