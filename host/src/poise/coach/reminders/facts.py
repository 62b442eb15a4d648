"""What reminders are made of: what is known of the wearer and of the day, what was shown before, what to show. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from ..adherence import SEPARATOR
from ..plan.moments import DAY_MS, HOUR_MS
from ..plan.plan import Plan
from .fading import FULL, Dosage

CLOCK, DOSE, DIARY = "clock", "dose", "diary"
_BUSY = {"walking", "vehicle", "exercising", "lying"}


class Shown(Protocol):
    """A reminder that was shown, as the store keeps it. Times: UTC milliseconds."""

    @property
    def exercise_ids(self) -> str: ...
    @property
    def due_utc_ms(self) -> int: ...
    @property
    def fired_utc_ms(self) -> int: ...
    @property
    def cause(self) -> str: ...
    @property
    def silent(self) -> bool: ...
    @property
    def answer(self) -> str | None: ...
    @property
    def answered_utc_ms(self) -> int | None: ...
    @property
    def snooze_min(self) -> int | None: ...


@dataclass(frozen=True)
class Wearer:
    """What is known of the wearer now; None: not known, because no clip is connected. Times: UTC milliseconds."""

    worn: bool | None = None
    still: bool | None = None
    activity: str | None = None  # wire ENUMS "activity"
    still_since_utc_ms: int | None = None  # no movement of half a minute since then

    @property
    def receptive(self) -> bool:
        """Whether now is a good moment. Without a clip nobody can tell, and the prescribed time stands."""
        return self.worn is not False and self.still is not False and self.activity not in _BUSY


@dataclass(frozen=True)
class DayFacts:
    """What else counts today. `done`: (exercise id, start in UTC ms) of sessions. `diary_open`: today has no entry."""

    dosage: Dosage = FULL
    done: tuple[tuple[str, int], ...] = ()
    diary_open: bool = False
    on_hold: bool = False


@dataclass(frozen=True)
class Reminder:
    """What to show. `due_utc_ms` names the prescribed moment, also when it is shown later or again.

    `silent`: it is kept as if shown, and is not.
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
        """The exercises as the store keeps them."""
        return SEPARATOR.join(self.exercise_ids)


NOTHING = DayFacts()


def spent(
    plan: Plan, history: Sequence[Shown], nudges_utc_ms: Sequence[int], now_utc_ms: int
) -> bool:
    """Whether the hour's or the day's budget is used up, which reminders share with the clip's nudges."""
    moments = [*(one.fired_utc_ms for one in history if not one.silent), *nudges_utc_ms]
    last_hour = sum(1 for moment in moments if now_utc_ms - HOUR_MS < moment <= now_utc_ms)
    last_day = sum(1 for moment in moments if now_utc_ms - DAY_MS < moment <= now_utc_ms)
    return last_hour >= max(plan.nudge.per_hour, 1) or last_day >= day_budget(plan)


def day_budget(plan: Plan) -> int:
    """A day's, at least six: a therapist who turns the buzz off (0) has not turned the exercises off."""
    return max(plan.nudge.per_day, 6)
