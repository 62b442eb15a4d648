"""Move breaks: a reminder after long stillness, not at a fixed time. Moving unasked starts the stillness anew. Pure.

Micro-breaks every 20 to 40 min eased discomfort and cost no work (McLean 2001). The text suggests a change of posture
and calls no posture wrong.
"""

import datetime as dt

from ...language import _
from ..plan.moments import DAY_MS, HOUR_MS, MINUTE_MS, local, utc_ms
from ..plan.plan import Plan
from .choice import moments
from .facts import DOSE, Reminder, Snapshot, Wearer, day_budget
from .fading import is_in

MOVE_BREAK = "move-break"


def break_due(plan: Plan, wearer: Wearer) -> int | None:
    """Return the moment, UTC milliseconds, at which the stillness is long enough for a break;

    None when no break is due.
    """
    minutes, since = plan.reminders.move_break_min, wearer.still_since_utc_ms
    if not minutes or since is None or not wearer.worn or not wearer.receptive:
        return None
    return since + minutes * MINUTE_MS


def move_break(seen: Snapshot) -> Reminder | None:
    """Return the reminder to move; None when now is not the time."""
    plan, now = seen.plan, seen.now_utc_ms
    ready = break_due(plan, seen.wearer)
    if ready is None or now < ready or seen.facts.is_off:
        return None
    since = now - DAY_MS
    so_far = sum(1 for one in seen.history if one.cause == DOSE and one.fired_utc_ms > since)
    if so_far >= plan.reminders.move_breaks_a_day or not is_in(_hour(now), seen.facts.dosage):
        return None
    # A recent nudge or reminder has the same effect as a move break: never both.
    said = [*seen.nudges_utc_ms, *(one.fired_utc_ms for one in seen.history)]
    if any(moment > now - plan.reminders.move_break_min * MINUTE_MS for moment in said):
        return None
    if not _has_room_for_exercises(seen):
        return None
    text = _("You have kept still for a while. A few steps, or another posture.")
    reset = next((each for each in plan.current if each.movement == "posture_reset"), None)
    if reset is not None:
        other = _("Or: {name}, {dose}.").format(name=reset.shown_name, dose=reset.dose)
        text = f"{text} {other}"
    return Reminder((MOVE_BREAK,), ready, False, _("A good moment to move"), text, DOSE)


def _hour(now_utc_ms: int) -> int:
    """Return the beginning of the hour: fading draws anew each hour for move breaks."""
    return now_utc_ms - now_utc_ms % HOUR_MS


def _has_room_for_exercises(seen: Snapshot) -> bool:
    """True if a break leaves budget for every reminder that is still to come today."""
    plan, now, facts = seen.plan, seen.now_utc_ms, seen.facts
    day_end = utc_ms(plan, local(plan, now).date() + dt.timedelta(1), dt.time(0))
    coming = moments(plan, facts.choice, now, day_end)
    kept = sum(1 for one in coming if is_in(one.due_utc_ms, facts.dosage))
    kept += facts.diary_open and plan.reminders.diary is not None
    spent = sum(1 for one in seen.history if not one.silent and one.fired_utc_ms > now - DAY_MS)
    spent += sum(1 for moment in seen.nudges_utc_ms if moment > now - DAY_MS)
    return spent + kept < day_budget(plan)
