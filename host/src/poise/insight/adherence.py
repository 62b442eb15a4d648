"""Adherence by week and source: exercises done, of those prescribed; no streaks. Pure.

coach/adherence.py counts each day. Excused days (ill, away, stopped) are left out, and their number is given.
Wear plays no part: a clip that was not worn is no missed exercise.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from ..coach.adherence import Dose, Tally, counted
from .shares import interval


@dataclass(frozen=True)
class Total:
    """Times that exercises were prescribed, and done by source. `excused`: number of days left out."""

    prescribed: int
    sensed: int
    partly: int
    self_reported: int
    excused: int

    @property
    def done(self) -> int:
        """Times done, from all sources."""
        return self.sensed + self.partly + self.self_reported

    @property
    def done_pct(self) -> float | None:
        """Done of prescribed, percent; None when nothing was prescribed."""
        return 100 * self.done / self.prescribed if self.prescribed else None

    @property
    def interval_pct(self) -> tuple[float, float] | None:
        """95 % interval of `done_pct` as if times were independent; None when nothing was prescribed."""
        if not self.prescribed:
            return None
        low, high = interval((self.done, self.prescribed))
        return 100 * low, 100 * high


@dataclass(frozen=True)
class Week(Total):
    """The total of one week."""

    monday: dt.date  # first day of the week


def total(tallies: Sequence[Tally]) -> Total:
    """Return the total of these days."""
    return Total(*_sums(tallies))


def by_exercise(tallies: Sequence[Tally]) -> dict[str, Total]:
    """Return the total of each exercise that was prescribed on these days, by its id. No day counts as left out."""
    found: dict[str, list[Dose]] = {}
    for day in counted(tallies):
        for exercise_id, dose in day.doses:
            found.setdefault(exercise_id, []).append(dose)
    return {
        exercise_id: Total(
            prescribed=sum(dose.prescribed for dose in doses),
            sensed=sum(dose.sensed for dose in doses),
            partly=sum(dose.partly for dose in doses),
            self_reported=sum(dose.self_reported for dose in doses),
            excused=0,
        )
        for exercise_id, doses in found.items()
    }


def weeks(tallies: Sequence[Tally]) -> list[Week]:
    """Return the totals by week, oldest first. A week of excused days only has nothing prescribed."""
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
