"""The patient's own choice of how reminders come: as planned, fewer, at other times, only by the buzz, or none. Pure.

The plan stays the therapist's: a choice changes when Poise speaks, not what is prescribed.
"""

import datetime as dt
from dataclasses import dataclass
from enum import Enum

from ..plan.moments import DAY_MS, Occurrence, local, occurrences, utc_ms
from ..plan.plan import Plan

PREFERENCE = "reminders"  # name of this choice among the patient's preferences
SOUND = "reminder_sound"  # name of the preference for a sound, "on" or "off"
MOST_TIMES = 3  # times a day that can be chosen
SELDOM_PCT = 25  # of the plan's moments, at most, if fewer are chosen


class How(Enum):
    """The ways in which reminders can come."""

    PLANNED = "planned"
    SELDOM = "seldom"
    TIMES = "times"
    BUZZ = "buzz"
    NONE = "none"


@dataclass(frozen=True)
class Choice:
    """The choice in force. `times`: of day, in order, for How.TIMES. `since_utc_ms`: None before the first choice."""

    how: How = How.PLANNED
    times: tuple[dt.time, ...] = ()
    since_utc_ms: int | None = None

    @property
    def value(self) -> str:
        """The choice as the store keeps it: "times 08:00 17:30"."""
        return " ".join([self.how.value, *(f"{time:%H:%M}" for time in self.times)])


PLANNED = Choice()


def parse_choice(value: str, since_utc_ms: int | None) -> Choice:
    """Return the choice with this `Choice.value`.

    Raises ValueError for another text. So does a choice of times without a time or with more than MOST_TIMES.
    """
    word, *told = value.split()
    how = How(word)
    times = tuple(sorted({dt.time.fromisoformat(each) for each in told}))
    if (how is How.TIMES) != bool(times) or len(times) > MOST_TIMES:
        raise ValueError(value)
    return Choice(how, times, since_utc_ms)


def moments(plan: Plan, choice: Choice, after_utc_ms: int, until_utc_ms: int) -> list[Occurrence]:
    """Return the moments of reminders in (after, until].

    They are the plan's, or, of the chosen times, the nearest on the same day.
    """
    if choice.how is not How.TIMES:
        return occurrences(plan, after_utc_ms, until_utc_ms)
    found: dict[int, list[str]] = {}
    # A day of margin each way: a moment moves by less than a day.
    for one in occurrences(plan, after_utc_ms - DAY_MS, until_utc_ms + DAY_MS):
        day = local(plan, one.due_utc_ms).date()
        chosen = [utc_ms(plan, day, time) for time in choice.times]
        moved = min(chosen, key=lambda at, due=one.due_utc_ms: (abs(at - due), at))
        if after_utc_ms < moved <= until_utc_ms:
            found.setdefault(moved, []).extend(one.exercise_ids)
    return [Occurrence(at, tuple(dict.fromkeys(found[at]))) for at in sorted(found)]
