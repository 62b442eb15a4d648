"""Input and output of the reminder policy: the snapshot of one moment, and the decision about it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from ..adherence import SEPARATOR
from ..plan.moments import DAY_MS, HOUR_MS
from ..plan.plan import Plan
from . import fading
from .choice import PLANNED, Choice, How
from .fading import FULL, Dosage

CLOCK, DOSE, DIARY = "clock", "dose", "diary"
_BUSY = {"walking", "vehicle", "exercising", "lying"}


class Shown(fading.Shown, Protocol):
    """A reminder that was shown, as the store keeps it. Times: UTC milliseconds."""

    @property
    def exercise_ids(self) -> str:
        """Ids of the reminder's exercises, joined by SEPARATOR."""
        ...

    @property
    def answered_utc_ms(self) -> int | None:
        """Moment of the answer; None without one."""
        ...

    @property
    def snooze_min(self) -> int | None:
        """Minutes of the snooze; None without one."""
        ...


@dataclass(frozen=True)
class Wearer:
    """The wearer's present state. None: not known, because no clip is in reach. Times: UTC milliseconds."""

    worn: bool | None = None
    still: bool | None = None
    activity: str | None = None  # wire ENUMS "activity"
    still_since_utc_ms: int | None = None  # end of the last movement of half a minute

    @property
    def receptive(self) -> bool:
        """True if now is a good moment. Without a clip the moment counts as good, and the prescribed time stands."""
        return self.worn is not False and self.still is not False and self.activity not in _BUSY


UNKNOWN = Wearer()


@dataclass(frozen=True)
class DayFacts:
    """Other facts of today.

    `done`: (exercise id, start in UTC ms) of sessions. `diary_open`: today has no diary entry, and its question is due.
    `on_hold`: no exercise is offered, because a stop is open (`stopped`) or the patient is ill or away.
    `paused_until_utc_ms`: end of the patient's pause of all reminders; None without one. `choice`: the patient's own.
    `asks_how`: Poise asks for that choice, since reminders stay without an answer.
    """

    dosage: Dosage = FULL
    done: tuple[tuple[str, int], ...] = ()
    diary_open: bool = False
    on_hold: bool = False
    stopped: bool = False
    paused_until_utc_ms: int | None = None
    choice: Choice = PLANNED
    asks_how: bool = False

    @property
    def is_off(self) -> bool:
        """True if no reminder to exercise or to move comes: on hold, or none by the patient's choice."""
        return self.on_hold or self.choice.how is How.NONE


NOTHING = DayFacts()


@dataclass(frozen=True)
class Reminder:
    """A reminder to show. `due_utc_ms` is the prescribed moment, also for a late or repeated reminder.

    `silent`: a probe, which the store keeps like a shown reminder but nobody sees.
    """

    exercise_ids: tuple[str, ...]
    due_utc_ms: int
    again: bool
    title: str
    text: str
    cause: str = CLOCK
    silent: bool = False

    @property
    def key(self) -> str:
        """The ids of the exercises as the store keeps them, joined by SEPARATOR."""
        return SEPARATOR.join(self.exercise_ids)


@dataclass(frozen=True)
class Snapshot:
    """All that the policy reads of one moment.

    `history`: at least the reminders of the last 24 h. `nudges_utc_ms`: the clip's buzzes, which share the budget.
    """

    plan: Plan
    now_utc_ms: int
    wearer: Wearer = UNKNOWN
    history: Sequence[Shown] = ()
    nudges_utc_ms: Sequence[int] = ()
    facts: DayFacts = NOTHING


class Why(Enum):
    """Reason for which no reminder is shown now."""

    NOT_YET = "no reminder has reached its moment"
    PAUSED = "the patient has paused them"
    QUIET = "quiet hours"
    ON_THE_ROAD = "the wearer walks or drives"
    SPENT = "the budget of the hour or the day is used up"
    POOR_MOMENT = "a better moment, or the end of the window, is awaited"


@dataclass(frozen=True)
class Decision:
    """The policy's answer to one snapshot. Exactly one of `due` and `why_not` is None.

    `due`: the reminder to show now. `next_utc_ms`: the next moment of an exercise or the diary, now while one waits,
    None without one; move breaks are left out, because they have no fixed moment.
    """

    due: Reminder | None
    why_not: Why | None
    next_utc_ms: int | None


def spent(seen: Snapshot) -> bool:
    """True if the hour's or the day's budget is used up. Reminders and the clip's nudges share it."""
    now = seen.now_utc_ms
    moments = [*(one.fired_utc_ms for one in seen.history if not one.silent), *seen.nudges_utc_ms]
    last_hour = sum(1 for moment in moments if now - HOUR_MS < moment <= now)
    last_day = sum(1 for moment in moments if now - DAY_MS < moment <= now)
    return last_hour >= hour_budget(seen.plan) or last_day >= day_budget(seen.plan)


def hour_budget(plan: Plan) -> int:
    """Return an hour's budget, at least one."""
    return max(plan.nudge.per_hour, 1)


def day_budget(plan: Plan) -> int:
    """Return a day's budget, at least six: a therapist who turns the buzz off (0) does not turn the exercises off."""
    return max(plan.nudge.per_day, 6)
