"""The reminder policy: pure functions of (plan, history, now, wearer).

A reminder belongs to a prescribed moment and names every exercise that is due then and not yet done.
It waits for a receptive moment, preferably a natural break, but at most for the plan's window.
No reminder comes in the quiet hours, on the road or during a stop.
An unanswered reminder comes once more; a snoozed one comes back.
Moments missed while the computer slept become one reminder. Moments missed for longer than CATCH_UP_MS get none.
As the habit holds, some moments are left out (fading.py), and a few are silent probes.
Long stillness brings a move break (move_break.py). The diary's question comes once a day.
Reminders and the clip's nudges share one budget. docs/patients/reminders.md is for the patient.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..adherence import SEPARATOR
from ..plan.days import next_on
from ..plan.moments import DAY_MS, HOUR_MS, MINUTE_MS, Occurrence, local, lot, occurrences, utc_ms
from ..plan.plan import Plan
from .facts import CLOCK, DIARY, DOSE, NOTHING, DayFacts, Reminder, Shown, Wearer, spent
from .fading import Dosage, is_in
from .move_break import break_due, move_break

__all__ = ["DayFacts", "Reminder", "Shown", "Wearer", "due", "next_due", "occurrences"]

AHEAD_MS = 8 * DAY_MS
CATCH_UP_MS = 4 * HOUR_MS  # a moment missed for longer is left alone
BREAK_MS = 3 * MINUTE_MS  # so soon after moving, the wearer is in a natural break
PREFER_MS = 15 * MINUTE_MS  # longest wait for such a break
ANSWERS = ("done", "snoozed", "skipped")
_ROAD = {"walking", "vehicle"}  # no reminder, however long the activity lasts
_MOST = {CLOCK: 2, DIARY: 1, DOSE: 1}  # showings of one moment without an answer


@dataclass(frozen=True)
class _Pending:
    cause: str
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
    facts: DayFacts = NOTHING,
) -> Reminder | None:
    """Return the reminder to show now; None when there is none.

    `history`: at least the reminders of the last 24 h. `nudges_utc_ms`: the clip's buzzes, which share the budget.
    """
    if plan.is_quiet(local(plan, now_utc_ms).time()) or wearer.activity in _ROAD:
        return None
    nudges = list(nudges_utc_ms)
    if spent(plan, history, nudges, now_utc_ms):
        return None
    for pending in _candidates(plan, history, now_utc_ms, facts):
        if pending.ready_utc_ms <= now_utc_ms and _is_good(plan, pending, now_utc_ms, wearer):
            silent = not pending.again and _is_probe(pending, facts.dosage)
            return _worded(plan, pending, silent)
    return move_break(plan, history, now_utc_ms, wearer, nudges, facts)


def next_due(
    plan: Plan,
    history: Sequence[Shown],
    now_utc_ms: int,
    wearer: Wearer | None = None,
    facts: DayFacts = NOTHING,
) -> int | None:
    """Return the next moment at which `due` can return a reminder, UTC milliseconds, not before now; None without one.

    Nothing changes before that moment without an answer. When that moment is now, call `due` on every change of
    the wearer.
    """
    waiting = _candidates(plan, history, now_utc_ms, facts)
    if any(pending.ready_utc_ms <= now_utc_ms for pending in waiting):
        return now_utc_ms
    ahead = [pending.ready_utc_ms for pending in waiting]
    if not facts.on_hold:
        ahead += _coming(plan, now_utc_ms, facts)
    if wearer is not None and (still := break_due(plan, wearer)) is not None:
        ahead.append(max(still, now_utc_ms))
    return min(ahead, default=None)


def _coming(plan: Plan, now_utc_ms: int, facts: DayFacts) -> list[int]:
    """Return the next moment with a reminder, if the next days, or the plan's first day after them, have one."""
    until_utc_ms = now_utc_ms + AHEAD_MS
    soon = _first_shown(plan, now_utc_ms, until_utc_ms, facts)
    if soon:
        return soon
    until = local(plan, until_utc_ms).date()
    following = [day for each in plan.current if (day := next_on(each, until))]
    if not following:
        return []
    start = utc_ms(plan, min(following), dt.time()) - 1
    return _first_shown(plan, max(start, until_utc_ms), start + DAY_MS, facts)


def _first_shown(plan: Plan, after: int, before: int, facts: DayFacts) -> list[int]:
    moments = (one.due_utc_ms for one in occurrences(plan, after, before))
    return [at for at in moments if is_in(at, facts.dosage)][:1]


# --- pending reminders


def _candidates(
    plan: Plan, history: Sequence[Shown], now_utc_ms: int, facts: DayFacts
) -> list[_Pending]:
    found = [] if facts.on_hold else [_exercises(plan, history, now_utc_ms, facts)]
    found.append(_diary(plan, history, now_utc_ms, facts))
    return [pending for pending in found if pending is not None]


def _exercises(
    plan: Plan, history: Sequence[Shown], now_utc_ms: int, facts: DayFacts
) -> _Pending | None:
    own = [shown for shown in history if shown.cause == CLOCK]
    last = max(own, key=lambda shown: (shown.due_utc_ms, shown.fired_utc_ms), default=None)
    since = now_utc_ms - CATCH_UP_MS
    fresh = occurrences(plan, max(since, last.due_utc_ms) if last else since, now_utc_ms)
    # Yesterday's moments are over: one reminder never covers two days.
    today = local(plan, now_utc_ms).date()
    fresh = [one for one in fresh if local(plan, one.due_utc_ms).date() == today]
    fresh = [one for one in fresh if is_in(one.due_utc_ms, facts.dosage)]
    fresh = [kept for one in fresh if (kept := _left(plan, one, facts)).exercise_ids]
    back = _coming_back(plan, own, last, now_utc_ms, facts) if last else None
    if not fresh:
        return back
    names = [name for one in fresh for name in one.exercise_ids]
    # A later moment includes the unfinished one: one notification, not two.
    names = [*(back.exercise_ids if back else ()), *names]
    due_utc_ms = fresh[-1].due_utc_ms
    return _Pending(CLOCK, tuple(dict.fromkeys(names)), due_utc_ms, due_utc_ms, again=False)


def _left(plan: Plan, one: Occurrence, facts: DayFacts) -> Occurrence:
    """Return the moment without the exercises that the patient did unasked, from one window before the moment on."""
    since = one.due_utc_ms - plan.reminders.window_min * MINUTE_MS
    done = {name for name, at in facts.done if at >= since}
    names = tuple(name for name in one.exercise_ids if name not in done)
    return Occurrence(one.due_utc_ms, names)


def _coming_back(
    plan: Plan, history: Sequence[Shown], last: Shown, now_utc_ms: int, facts: DayFacts
) -> _Pending | None:
    ready = _ready_again(plan, history, last)
    if ready is None or now_utc_ms - ready > CATCH_UP_MS:
        return None
    if local(plan, now_utc_ms).date() != local(plan, last.due_utc_ms).date():
        return None
    current = {exercise.id for exercise in plan.current}
    names = tuple(name for name in last.exercise_ids.split(SEPARATOR) if name in current)
    left = _left(plan, Occurrence(last.due_utc_ms, names), facts).exercise_ids
    return _Pending(CLOCK, left, last.due_utc_ms, ready, again=True) if left else None


def _ready_again(plan: Plan, history: Sequence[Shown], last: Shown) -> int | None:
    if last.silent:
        return None
    if last.answer == "snoozed" and last.answered_utc_ms is not None:
        return last.answered_utc_ms + (last.snooze_min or 0) * MINUTE_MS
    if last.answer not in {None, "none"}:
        return None
    ignored = sum(
        1 for one in history if one.due_utc_ms == last.due_utc_ms and one.answer != "snoozed"
    )
    again_ms = plan.reminders.again_min * MINUTE_MS
    return last.fired_utc_ms + again_ms if ignored < _MOST[CLOCK] else None


def _diary(
    plan: Plan, history: Sequence[Shown], now_utc_ms: int, facts: DayFacts
) -> _Pending | None:
    """Return the diary's reminder, once a day at the plan's time."""
    if plan.reminders.diary is None or not facts.diary_open:
        return None
    due_utc_ms = utc_ms(plan, local(plan, now_utc_ms).date(), plan.reminders.diary)
    asked = [shown for shown in history if shown.cause == DIARY and shown.due_utc_ms == due_utc_ms]
    ready = due_utc_ms
    if asked:
        last = asked[-1]
        if last.answer != "snoozed" or last.answered_utc_ms is None:
            return None
        ready = last.answered_utc_ms + (last.snooze_min or 0) * MINUTE_MS
    if now_utc_ms - ready > CATCH_UP_MS:
        return None
    return _Pending(DIARY, (DIARY,), due_utc_ms, ready, again=bool(asked))


# --- the right moment


def _is_good(plan: Plan, pending: _Pending, now_utc_ms: int, wearer: Wearer) -> bool:
    waited = now_utc_ms - pending.ready_utc_ms
    if waited >= plan.reminders.window_min * MINUTE_MS:
        return True  # the window is over: a reminder at a poor moment is better than none
    if not wearer.receptive:
        return False
    since = wearer.still_since_utc_ms
    between = since is None or now_utc_ms - since <= BREAK_MS
    return between or waited >= PREFER_MS


def _is_probe(pending: _Pending, dosage: Dosage) -> bool:
    return pending.cause == CLOCK and lot(pending.due_utc_ms, "probe") < dosage.probe_pct


# --- words


def _worded(plan: Plan, pending: _Pending, silent: bool) -> Reminder:
    if pending.cause == DIARY:
        return Reminder(
            (DIARY,), pending.due_utc_ms, pending.again, "Your diary", "How was today? Ten seconds.", DIARY
        )  # fmt: skip
    chosen = [found for name in pending.exercise_ids if (found := plan.exercise(name))]
    lines = [f"{exercise.name}: {exercise.dose}." for exercise in chosen]
    time = local(plan, pending.due_utc_ms).time().replace(tzinfo=None)
    habits = {
        a.habit for exercise in chosen for a in exercise.anchors if a.habit and a.time == time
    }
    opening = (
        "If it suits you now." if pending.again else f"{', '.join(sorted(habits))}.".capitalize()
    )
    text = " ".join([*([opening] if pending.again or habits else []), *lines])
    return Reminder(
        pending.exercise_ids, pending.due_utc_ms, pending.again, "Time for your exercises", text, CLOCK, silent
    )  # fmt: skip
