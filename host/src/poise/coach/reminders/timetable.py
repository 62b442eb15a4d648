"""The timetable: what the reminder policy would do in the coming days, for a clip that reminds by itself. Pure.

`decide` (policy.py) remains the one policy: moments, fading, probes, repetitions and budgets come from it. A clip can't
know the diary, so the diary's question is left to the computer.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from ..adherence import SEPARATOR
from ..plan.moments import DAY_MS, HOUR_MS, MINUTE_MS, local, utc_ms
from ..plan.plan import Plan
from .facts import DOSE, Shown, Snapshot
from .fading import is_in
from .policy import CATCH_UP_MS, coming_back, is_probe, last_of, most_showings, showings, still_open

AHEAD_MS = 2 * DAY_MS
CARRY_ON_DAYS = 7  # past the end without a host, for which the last day is repeated
# Added to the news of a moment that is over, so that it outranks the clip's own news of that moment.
SURELY_LATER_MS = MINUTE_MS
_STEP_MS = 6 * HOUR_MS  # within this time the same history gives the same timetable


@dataclass(frozen=True)
class Moment:
    """A prescribed moment to come, or one missed so lately that it still counts. `probe`: nobody is to see it."""

    due_utc_ms: int
    exercise_ids: tuple[str, ...]
    probe: bool

    @property
    def key(self) -> str:
        """The ids of the exercises as the store keeps them."""
        return SEPARATOR.join(self.exercise_ids)


@dataclass(frozen=True)
class Last:
    """The last moment shown. `news_utc_ms`: when it was shown or answered. `again_utc_ms`: when it comes again."""

    due_utc_ms: int
    exercise_ids: str
    news_utc_ms: int
    again_utc_ms: int | None
    showings: int


@dataclass(frozen=True)
class Timetable:
    """What a clip needs to remind by itself. Times: UTC milliseconds.

    `quiet`: beginnings and ends of the plan's hours. `pause`: the same of the patient's pause, which comes once and may
    last past the timetable's end; None without one. `most_showings`: of one moment. `break_hours`: the hours in which a
    move break may come. `shown` and `breaks`: reminders and move breaks shown in the day before and since.
    """

    plan: Plan
    from_utc_ms: int
    until_utc_ms: int
    moments: tuple[Moment, ...]
    quiet: tuple[tuple[int, int], ...]
    pause: tuple[int, int] | None
    most_showings: int
    break_hours: tuple[int, ...]
    last: Last | None
    shown: tuple[int, ...]
    breaks: tuple[int, ...]


def timetable(seen: Snapshot) -> Timetable:
    """Return the timetable from a while ago until at least AHEAD_MS from now.

    `seen.history`: at least the reminders of the last two days.
    """
    from_utc_ms = (seen.now_utc_ms - CATCH_UP_MS) // _STEP_MS * _STEP_MS
    until_utc_ms = from_utc_ms + CATCH_UP_MS + _STEP_MS + AHEAD_MS
    last = last_of(seen.history)
    lately = [one for one in seen.history if one.fired_utc_ms >= from_utc_ms - DAY_MS]
    return Timetable(
        plan=seen.plan,
        from_utc_ms=from_utc_ms,
        until_utc_ms=until_utc_ms,
        moments=tuple(_moments(seen, last, from_utc_ms, until_utc_ms)),
        quiet=tuple(_quiet(seen.plan, from_utc_ms, until_utc_ms)),
        pause=_pause(seen, until_utc_ms + CARRY_ON_DAYS * DAY_MS),
        most_showings=most_showings(seen),
        break_hours=tuple(_break_hours(seen, from_utc_ms, until_utc_ms)),
        last=_last(seen, last) if last else None,
        shown=tuple(one.fired_utc_ms for one in lately if one.cause != DOSE and not one.silent),
        breaks=tuple(one.fired_utc_ms for one in lately if one.cause == DOSE),
    )


def _moments(
    seen: Snapshot, last: Shown | None, from_utc_ms: int, until_utc_ms: int
) -> list[Moment]:
    if seen.facts.is_off:
        return []
    return [
        Moment(one.due_utc_ms, one.exercise_ids, is_probe(seen, one.due_utc_ms))
        for one in still_open(seen, last, from_utc_ms - 1, until_utc_ms - 1)
    ]


def _last(seen: Snapshot, last: Shown) -> Last:
    back = None if seen.facts.is_off else coming_back(seen, last)
    news_utc_ms = max(last.fired_utc_ms, last.answered_utc_ms or last.fired_utc_ms)
    if back is None:
        news_utc_ms += SURELY_LATER_MS
    return Last(
        due_utc_ms=last.due_utc_ms,
        exercise_ids=last.exercise_ids,
        news_utc_ms=news_utc_ms,
        again_utc_ms=back,
        showings=showings(seen.history, last),
    )


def _pause(seen: Snapshot, most_utc_ms: int) -> tuple[int, int] | None:
    """Return the rest of the patient's pause. What was due in it comes at its end, as after quiet hours."""
    paused_until = seen.facts.paused_until_utc_ms
    if paused_until is None or paused_until <= seen.now_utc_ms:
        return None
    return seen.now_utc_ms // _STEP_MS * _STEP_MS, min(paused_until, most_utc_ms)


def _quiet(plan: Plan, from_utc_ms: int, until_utc_ms: int) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    if plan.quiet_from == plan.quiet_to:
        return found
    over_midnight = dt.timedelta(days=plan.quiet_from > plan.quiet_to)
    day = local(plan, from_utc_ms).date() - dt.timedelta(days=1)
    while (begin := utc_ms(plan, day, plan.quiet_from)) < until_utc_ms:
        end = utc_ms(plan, day + over_midnight, plan.quiet_to)
        if end > from_utc_ms:
            found.append((begin, end))
        day += dt.timedelta(days=1)
    return found


def _break_hours(seen: Snapshot, from_utc_ms: int, until_utc_ms: int) -> Sequence[int]:
    if seen.facts.is_off or not seen.plan.reminders.move_break_min:
        return ()
    hours = range(from_utc_ms, until_utc_ms, HOUR_MS)
    return [hour for hour in hours if is_in(hour, seen.facts.dosage)]
