"""The plan as a calendar (RFC 5545): an event for each exercise and time of day, in the plan's time zone."""

import datetime as dt
from typing import Any

from ..coach.plan import days
from ..coach.plan.exercise import Anchor, Exercise
from ..coach.plan.plan import Plan
from ..language import _
from .needs import library

_NAMES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_LASTS = dt.timedelta(minutes=10)
_HORIZON_DAYS = 366  # of a plan without an end: a calendar is made anew with each plan


def calendar(plan: Plan, set_utc_ms: int, today: dt.date) -> bytes:
    """Return the calendar of the exercises of the plan's current phase, from `today` on.

    Times are local ones, so they stay the same when the clocks change. Raises PoiseError MISSING_EXTRA.
    """
    ical = library("icalendar", "clinical")
    made: Any = ical.Calendar()
    made.add("prodid", "-//Poise//plan//EN")
    made.add("version", "2.0")
    made.add("x-wr-calname", _("Exercises"))
    stamp = dt.datetime.fromtimestamp(set_utc_ms // 1000, dt.UTC)
    for exercise in plan.current:
        for number, anchor in enumerate(exercise.anchors):
            event = _event(ical, plan, exercise, (number, anchor), today)
            if event is not None:
                event.add("dtstamp", stamp)
                made.add_component(event)
    made.add_missing_timezones()
    return made.to_ical()


def _event(
    ical: Any, plan: Plan, exercise: Exercise, at: tuple[int, Anchor], today: dt.date
) -> Any:
    """Return the event of an exercise at one of its times; None if it does not come again."""
    number, anchor = at
    first = days.next_on(exercise, today)
    if first is None:
        return None
    last = exercise.ends or today + dt.timedelta(_HORIZON_DAYS)
    event = ical.Event()
    event.add("uid", f"{plan.mark}-{exercise.id}-{number}@poise")
    event.add("summary", exercise.name)
    if exercise.hold_s:
        dose = _("{sets} times {reps} repetitions, hold {hold_s} s")
    else:
        dose = _("{sets} times {reps} repetitions")
    told = dose.format(sets=exercise.sets, reps=exercise.reps, hold_s=exercise.hold_s)
    event.add("description", f"{told}. {anchor.habit}".rstrip(". ") + ".")
    begin = dt.datetime.combine(first, anchor.time, plan.timezone)
    event.add("dtstart", begin)
    event.add("duration", _LASTS)
    until = dt.datetime.combine(last, dt.time(23, 59, 59), plan.timezone).astimezone(dt.UTC)
    event.add("rrule", {**_rule(exercise), "until": until})
    return event


def _rule(exercise: Exercise) -> dict[str, Any]:
    if exercise.every_days:
        return {"freq": "daily", "interval": exercise.every_days}
    if days.is_daily(exercise):
        return {"freq": "daily"}
    return {"freq": "weekly", "byday": [_NAMES[day] for day in sorted(exercise.days)]}
