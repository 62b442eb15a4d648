"""The reminder policy: `decide`, a pure function of one snapshot.

A reminder belongs to a prescribed moment and names every exercise that is due then and not yet done.
It waits for a receptive moment, preferably a natural break, but at most for the plan's window.
No reminder comes in the quiet hours, on the road, during a stop or in the patient's own pause (pause.py).
An unanswered reminder comes once more, unless none is answered for weeks; a snoozed one comes back.
Moments missed while the computer slept become one reminder. Moments missed for longer than CATCH_UP_MS get none.
As the habit holds, some moments are left out (fading.py), and a few are silent probes.
Long stillness brings a move break (move_break.py). The diary's question comes once a day.
The patient can choose other times, fewer reminders or none (choice.py).
Reminders and the clip's nudges share one budget. docs/patients/reminders.md is for the patient.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ...language import N_, _
from ...text import capitalized
from ..adherence import SEPARATOR
from ..plan.days import next_on
from ..plan.moments import DAY_MS, HOUR_MS, MINUTE_MS, Occurrence, local, lot, utc_ms
from ..plan.plan import Plan
from .choice import How, moments
from .facts import CLOCK, DIARY, Decision, Reminder, Shown, Snapshot, Why, spent
from .fading import is_in
from .move_break import break_due, move_break

AHEAD_DAYS = 8
CATCH_UP_MS = 4 * HOUR_MS  # a moment missed for longer is left alone
BREAK_MS = 3 * MINUTE_MS  # so soon after moving, the wearer is in a natural break
PREFER_MS = 15 * MINUTE_MS  # longest wait for such a break
ASK_HOW = N_("Too many, or at the wrong time? On the page Today you can choose how reminders come.")
ANSWERS = ("done", "snoozed", "skipped")
_ROAD = {"walking", "vehicle"}  # no reminder, however long the activity lasts
MOST_SHOWINGS = 2  # of one prescribed moment without an answer


@dataclass(frozen=True)
class _Pending:
    cause: str
    exercise_ids: tuple[str, ...]
    due_utc_ms: int
    ready_utc_ms: int
    again: bool


def decide(seen: Snapshot) -> Decision:
    """Return the reminder to show now, or the reason for none, and the moment of the next.

    Until that moment nothing becomes due without an answer, except a move break. From that moment on, decide again
    at every change of the wearer.
    """
    now, paused_until = seen.now_utc_ms, seen.facts.paused_until_utc_ms
    if paused_until is not None and now < paused_until:
        return Decision(None, Why.PAUSED, _after_pause(seen, paused_until))
    waiting = _candidates(seen)
    ready = [pending for pending in waiting if pending.ready_utc_ms <= now]
    next_utc_ms = now if ready else _next_utc_ms(seen, waiting)
    still = break_due(seen.plan, seen.wearer)
    if not ready and (still is None or still > now):
        return Decision(None, Why.NOT_YET, next_utc_ms)
    why_not = _held_back(seen)
    if why_not is not None:
        return Decision(None, why_not, next_utc_ms)
    due = next((_worded(seen, one) for one in ready if _is_good(seen, one)), None)
    due = due or move_break(seen)
    return Decision(due, None if due else Why.POOR_MOMENT, next_utc_ms)


def _after_pause(seen: Snapshot, until_utc_ms: int) -> int | None:
    """Return the moment of the next reminder, from the pause's end on."""
    facts = replace(seen.facts, paused_until_utc_ms=None)
    then = replace(seen, now_utc_ms=until_utc_ms, facts=facts)
    waiting = _candidates(then)
    ready = any(pending.ready_utc_ms <= until_utc_ms for pending in waiting)
    return until_utc_ms if ready else _next_utc_ms(then, waiting)


def _held_back(seen: Snapshot) -> Why | None:
    if seen.plan.is_quiet(local(seen.plan, seen.now_utc_ms).time()):
        return Why.QUIET
    if seen.wearer.activity in _ROAD:
        return Why.ON_THE_ROAD
    return Why.SPENT if spent(seen) else None


def _next_utc_ms(seen: Snapshot, waiting: Sequence[_Pending]) -> int | None:
    ahead = [pending.ready_utc_ms for pending in waiting]
    coming = None if seen.facts.is_off else _coming(seen)
    return min([*ahead, *([] if coming is None else [coming])], default=None)


def _coming(seen: Snapshot) -> int | None:
    """Return the next moment with a reminder, if the next days, or the plan's first day after them, have one."""
    plan, now = seen.plan, seen.now_utc_ms
    for days in range(AHEAD_DAYS):
        since = now + days * DAY_MS
        found = _first_shown(seen, since, since + DAY_MS)
        if found is not None:
            return found
    until_utc_ms = now + AHEAD_DAYS * DAY_MS
    until = local(plan, until_utc_ms).date()
    following = [day for each in plan.current if (day := next_on(each, until))]
    if not following:
        return None
    start = utc_ms(plan, min(following), dt.time()) - 1
    return _first_shown(seen, max(start, until_utc_ms), start + DAY_MS)


def _first_shown(seen: Snapshot, after: int, until: int) -> int | None:
    coming = (one.due_utc_ms for one in moments(seen.plan, seen.facts.choice, after, until))
    return next((at for at in coming if is_in(at, seen.facts.dosage)), None)


# --- pending reminders


def _candidates(seen: Snapshot) -> list[_Pending]:
    if seen.facts.choice.how is How.NONE:
        return []
    found = [] if seen.facts.on_hold else [_exercises(seen)]
    found.append(_diary(seen))
    return [pending for pending in found if pending is not None]


def _exercises(seen: Snapshot) -> _Pending | None:
    plan, now = seen.plan, seen.now_utc_ms
    last = last_of(seen.history)
    # Yesterday's moments are over: one reminder never covers two days.
    today = local(plan, now).date()
    fresh = still_open(seen, last, now - CATCH_UP_MS, now)
    fresh = [one for one in fresh if local(plan, one.due_utc_ms).date() == today]
    back = _coming_back(seen, last) if last else None
    if not fresh:
        return back
    names = [name for one in fresh for name in one.exercise_ids]
    # A later moment includes the unfinished one: one notification, not two.
    names = [*(back.exercise_ids if back else ()), *names]
    due_utc_ms = fresh[-1].due_utc_ms
    return _Pending(CLOCK, tuple(dict.fromkeys(names)), due_utc_ms, due_utc_ms, again=False)


def last_of(history: Sequence[Shown]) -> Shown | None:
    """Return the last showing of the latest prescribed moment that was shown."""
    own = [shown for shown in history if shown.cause == CLOCK]
    return max(own, key=lambda shown: (shown.due_utc_ms, shown.fired_utc_ms), default=None)


def still_open(
    seen: Snapshot, last: Shown | None, since: int, until_utc_ms: int
) -> list[Occurrence]:
    """Return the moments in (since, until] that come after the `last` shown one, with what is left to do of each."""
    # A choice made now brings back no moment that is over.
    chosen_utc_ms = seen.facts.choice.since_utc_ms or since
    after = max(since, chosen_utc_ms, last.due_utc_ms if last else since)
    coming = moments(seen.plan, seen.facts.choice, after, until_utc_ms)
    kept = (_left(seen, one) for one in coming if is_in(one.due_utc_ms, seen.facts.dosage))
    return [one for one in kept if one.exercise_ids]


def _left(seen: Snapshot, one: Occurrence) -> Occurrence:
    """Return the moment without the exercises that the patient did unasked, from one window before the moment on."""
    since = one.due_utc_ms - seen.plan.reminders.window_min * MINUTE_MS
    done = {name for name, at in seen.facts.done if at >= since}
    names = tuple(name for name in one.exercise_ids if name not in done)
    return Occurrence(one.due_utc_ms, names)


def _coming_back(seen: Snapshot, last: Shown) -> _Pending | None:
    ready = coming_back(seen, last)
    if ready is None or seen.now_utc_ms - ready > CATCH_UP_MS:
        return None
    names = _left_of(seen, last)
    return _Pending(CLOCK, names, last.due_utc_ms, ready, again=True)


def coming_back(seen: Snapshot, last: Shown) -> int | None:
    """Return the moment, UTC milliseconds, from which the last reminder comes again today; None if it does not."""
    plan = seen.plan
    ready = _ready_again(seen, last)
    if ready is None or not _left_of(seen, last):
        return None
    today = local(plan, seen.now_utc_ms).date() == local(plan, last.due_utc_ms).date()
    return ready if today else None


def _left_of(seen: Snapshot, last: Shown) -> tuple[str, ...]:
    current = {exercise.id for exercise in seen.plan.current}
    names = tuple(name for name in last.exercise_ids.split(SEPARATOR) if name in current)
    return _left(seen, Occurrence(last.due_utc_ms, names)).exercise_ids


def _ready_again(seen: Snapshot, last: Shown) -> int | None:
    if last.silent:
        return None
    if last.answer == "snoozed" and last.answered_utc_ms is not None:
        return last.answered_utc_ms + (last.snooze_min or 0) * MINUTE_MS
    if last.answer not in {None, "none"}:
        return None
    again_ms = seen.plan.reminders.again_min * MINUTE_MS
    comes = showings(seen.history, last) < most_showings(seen)
    return last.fired_utc_ms + again_ms if comes else None


def most_showings(seen: Snapshot) -> int:
    """Return how often one prescribed moment is shown at most. Who answers none needs no second showing."""
    return 1 if seen.facts.asks_how else MOST_SHOWINGS


def showings(history: Sequence[Shown], last: Shown) -> int:
    """Return how often the moment of `last` was shown. A snoozed showing does not count."""
    moment = last.cause, last.due_utc_ms
    return sum(
        1 for one in history if (one.cause, one.due_utc_ms) == moment and one.answer != "snoozed"
    )


def _diary(seen: Snapshot) -> _Pending | None:
    """Return the diary's reminder, once a day at the plan's time."""
    plan, now = seen.plan, seen.now_utc_ms
    if plan.reminders.diary is None or not seen.facts.diary_open:
        return None
    due_utc_ms = utc_ms(plan, local(plan, now).date(), plan.reminders.diary)
    asked = [
        shown for shown in seen.history if shown.cause == DIARY and shown.due_utc_ms == due_utc_ms
    ]
    ready = due_utc_ms
    if asked:
        last = asked[-1]
        if last.answer != "snoozed" or last.answered_utc_ms is None:
            return None
        ready = last.answered_utc_ms + (last.snooze_min or 0) * MINUTE_MS
    if now - ready > CATCH_UP_MS:
        return None
    return _Pending(DIARY, (DIARY,), due_utc_ms, ready, again=bool(asked))


# --- the right moment


def _is_good(seen: Snapshot, pending: _Pending) -> bool:
    wearer, waited = seen.wearer, seen.now_utc_ms - pending.ready_utc_ms
    if waited >= seen.plan.reminders.window_min * MINUTE_MS:
        return True  # the window is over: a reminder at a poor moment is better than none
    if not wearer.receptive:
        return False
    since = wearer.still_since_utc_ms
    between = since is None or seen.now_utc_ms - since <= BREAK_MS
    return between or waited >= PREFER_MS


def is_probe(seen: Snapshot, due_utc_ms: int) -> bool:
    """True if the first showing of this prescribed moment is a silent probe."""
    return lot(due_utc_ms, "probe") < seen.facts.dosage.probe_pct


# --- words


def _worded(seen: Snapshot, pending: _Pending) -> Reminder:
    title, text = _("Your diary"), _("How was today? Ten seconds.")
    if pending.cause == CLOCK:
        title, text = _("Time for your exercises"), _text(seen.plan, pending)
        if seen.facts.asks_how:
            text = f"{text} {_(ASK_HOW)}"
    return Reminder(
        exercise_ids=pending.exercise_ids,
        due_utc_ms=pending.due_utc_ms,
        again=pending.again,
        title=title,
        text=text,
        cause=pending.cause,
        silent=pending.cause == CLOCK and not pending.again and is_probe(seen, pending.due_utc_ms),
    )


def _text(plan: Plan, pending: _Pending) -> str:
    chosen = [found for name in pending.exercise_ids if (found := plan.exercise(name))]
    time = local(plan, pending.due_utc_ms).time().replace(tzinfo=None)
    habits = {
        a.habit for exercise in chosen for a in exercise.anchors if a.habit and a.time == time
    }
    opening = capitalized(f"{', '.join(sorted(habits))}.")
    if pending.again:
        opening = _("If it suits you now.")
    lines = [f"{exercise.shown_name}: {exercise.dose}." for exercise in chosen]
    return " ".join([*([opening] if pending.again or habits else []), *lines])
