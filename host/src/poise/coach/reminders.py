"""When to remind: pure functions of (plan, history, now, wearer).

A reminder belongs to a prescribed moment and names every exercise that is due then. It waits for a receptive
moment (worn and still) for at most an hour, never speaks in the quiet hours, comes again once when there is no
answer, and comes back when it was snoozed. What was missed while the computer slept becomes one reminder.
What was missed for good is not mentioned.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from dateutil.tz import resolve_imaginary

from .plan import Exercise, Plan

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
WAIT_MS = 60 * MINUTE_MS  # for a receptive moment
AGAIN_MS = 30 * MINUTE_MS  # from an unanswered reminder to its only repetition
CATCH_UP_MS = 4 * HOUR_MS  # a moment missed for longer is left alone
SEPARATOR = "+"  # between the exercises of one reminder
ANSWERS = ("done", "snoozed", "skipped")


class Shown(Protocol):
    """A reminder that was shown, as the store keeps it. Times: UTC milliseconds."""

    @property
    def exercise_ids(self) -> str: ...
    @property
    def due_utc_ms(self) -> int: ...
    @property
    def fired_utc_ms(self) -> int: ...
    @property
    def answer(self) -> str | None: ...
    @property
    def answered_utc_ms(self) -> int | None: ...
    @property
    def snooze_min(self) -> int | None: ...


@dataclass(frozen=True)
class Wearer:
    """What is known of the wearer now; None: not known, because no clip is connected."""

    worn: bool | None = None
    still: bool | None = None

    @property
    def receptive(self) -> bool:
        """Whether now is a good moment. Without a clip nobody can tell, and the prescribed time stands."""
        return self.worn is not False and self.still is not False


@dataclass(frozen=True)
class Occurrence:
    """A prescribed moment and the exercises due then."""

    due_utc_ms: int
    exercise_ids: tuple[str, ...]


@dataclass(frozen=True)
class Reminder:
    """What to show. `due_utc_ms` names the prescribed moment, also when it is shown later or again."""

    exercise_ids: tuple[str, ...]
    due_utc_ms: int
    again: bool
    title: str
    text: str

    @property
    def key(self) -> str:
        """The exercises as the store keeps them."""
        return SEPARATOR.join(self.exercise_ids)


@dataclass(frozen=True)
class _Pending:
    exercise_ids: tuple[str, ...]
    due_utc_ms: int
    ready_utc_ms: int
    again: bool


def due(
    plan: Plan,
    history: Sequence[Shown],
    now_utc_ms: int,
    wearer: Wearer,
    nudges_utc_ms: Iterable[int] = (),
) -> Reminder | None:
    """The reminder to show now, None when there is none.

    `history`: at least the reminders shown in the last 24 h. `nudges_utc_ms`: when the clip buzzed; they share
    the budget.
    """
    pending = _pending(plan, history, now_utc_ms)
    if pending is None or pending.ready_utc_ms > now_utc_ms:
        return None
    if plan.is_quiet(_local(plan, now_utc_ms).time()):
        return None
    if _spent(plan, history, nudges_utc_ms, now_utc_ms):
        return None
    if not wearer.receptive and now_utc_ms < pending.ready_utc_ms + WAIT_MS:
        return None
    return _worded(plan, pending)


def next_due(plan: Plan, history: Sequence[Shown], now_utc_ms: int) -> int | None:
    """When `due` can have an answer next, UTC milliseconds, not before now; None when nothing lies ahead in 8 days.

    Nothing changes before then unless there is an answer; while it says now, ask `due` as the wearer's state changes.
    """
    pending = _pending(plan, history, now_utc_ms)
    if pending is not None and pending.ready_utc_ms <= now_utc_ms:
        return now_utc_ms
    ahead = [pending.ready_utc_ms] if pending else []
    coming = occurrences(plan, now_utc_ms, now_utc_ms + 8 * 24 * HOUR_MS)
    ahead += [one.due_utc_ms for one in coming[:1]]
    return min(ahead, default=None)


def occurrences(plan: Plan, after_utc_ms: int, until_utc_ms: int) -> list[Occurrence]:
    """Prescribed moments in (after, until], in order; exercises that fall together are one moment.

    A local time that spring's change of clocks skips comes as much later as the clocks moved; one that autumn
    brings twice comes once, the first time.
    """
    day = _local(plan, after_utc_ms).date() - dt.timedelta(days=1)
    last = _local(plan, until_utc_ms).date()
    found: dict[int, list[str]] = {}
    while day <= last:
        for exercise in plan.current:
            if not _prescribed(exercise, day):
                continue
            for anchor in exercise.anchors:
                due_utc_ms = _utc_ms(dt.datetime.combine(day, anchor.time, plan.timezone))
                if after_utc_ms < due_utc_ms <= until_utc_ms:
                    found.setdefault(due_utc_ms, []).append(exercise.id)
        day += dt.timedelta(days=1)
    return [Occurrence(moment, tuple(dict.fromkeys(found[moment]))) for moment in sorted(found)]


def _pending(plan: Plan, history: Sequence[Shown], now_utc_ms: int) -> _Pending | None:
    last = max(history, key=lambda shown: (shown.due_utc_ms, shown.fired_utc_ms), default=None)
    since = now_utc_ms - CATCH_UP_MS
    fresh = occurrences(plan, max(since, last.due_utc_ms) if last else since, now_utc_ms)
    # What was due before the quiet hours is over by the morning: never two days in one reminder.
    today = _local(plan, now_utc_ms).date()
    fresh = [one for one in fresh if _local(plan, one.due_utc_ms).date() == today]
    back = _coming_back(plan, history, last, now_utc_ms) if last else None
    if not fresh:
        return back
    names = [name for one in fresh for name in one.exercise_ids]
    # A later moment takes the unfinished one along: one notification, not two.
    names = [*(back.exercise_ids if back else ()), *names]
    due_utc_ms = fresh[-1].due_utc_ms
    return _Pending(tuple(dict.fromkeys(names)), due_utc_ms, due_utc_ms, again=False)


def _coming_back(
    plan: Plan, history: Sequence[Shown], last: Shown, now_utc_ms: int
) -> _Pending | None:
    ready = _ready_again(history, last)
    if ready is None or now_utc_ms - ready > CATCH_UP_MS:
        return None
    if _local(plan, now_utc_ms).date() != _local(plan, last.due_utc_ms).date():
        return None
    names = tuple(name for name in last.exercise_ids.split(SEPARATOR) if plan.exercise(name))
    return _Pending(names, last.due_utc_ms, ready, again=True) if names else None


def _ready_again(history: Sequence[Shown], last: Shown) -> int | None:
    if last.answer == "snoozed" and last.answered_utc_ms is not None:
        return last.answered_utc_ms + (last.snooze_min or 0) * MINUTE_MS
    if last.answer not in {None, "none"}:
        return None
    ignored = sum(
        1 for one in history if one.due_utc_ms == last.due_utc_ms and one.answer != "snoozed"
    )
    return last.fired_utc_ms + AGAIN_MS if ignored == 1 else None


def _spent(
    plan: Plan, history: Sequence[Shown], nudges_utc_ms: Iterable[int], now_utc_ms: int
) -> bool:
    moments = [*(shown.fired_utc_ms for shown in history), *nudges_utc_ms]
    last_hour = sum(1 for moment in moments if now_utc_ms - HOUR_MS < moment <= now_utc_ms)
    last_day = sum(1 for moment in moments if now_utc_ms - 24 * HOUR_MS < moment <= now_utc_ms)
    # A therapist who turns the buzz off (0) has not turned the exercises off.
    return last_hour >= max(plan.nudge.per_hour, 1) or last_day >= max(plan.nudge.per_day, 6)


def _worded(plan: Plan, pending: _Pending) -> Reminder:
    chosen = [found for name in pending.exercise_ids if (found := plan.exercise(name))]
    lines = [f"{exercise.name}: {exercise.dose}." for exercise in chosen]
    time = _local(plan, pending.due_utc_ms).time().replace(tzinfo=None)
    habits = {
        a.habit for exercise in chosen for a in exercise.anchors if a.habit and a.time == time
    }
    opening = (
        "If it suits you now." if pending.again else f"{', '.join(sorted(habits))}.".capitalize()
    )
    text = " ".join([*([opening] if pending.again or habits else []), *lines])
    return Reminder(
        pending.exercise_ids, pending.due_utc_ms, pending.again, "Time for your exercises", text
    )


def _prescribed(exercise: Exercise, day: dt.date) -> bool:
    if day.weekday() not in exercise.days:
        return False
    return (exercise.starts is None or day >= exercise.starts) and (
        exercise.ends is None or day <= exercise.ends
    )


def _utc_ms(local: dt.datetime) -> int:
    return int(resolve_imaginary(local).timestamp() * 1000)


def _local(plan: Plan, utc_ms: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(utc_ms / 1000, plan.timezone)
