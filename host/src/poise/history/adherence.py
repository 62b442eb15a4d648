"""Adherence of each day from the store, for report, Trends, Today, reminders and suggestions."""

import datetime as dt

from ..coach.adherence import Tally, tally, times_done
from ..coach.diary import PAUSES
from ..coach.plan.moments import DAY_MS, local, prescribed, utc_ms
from ..coach.plan.plan import Exercise, Plan
from ..store import Store
from .changes import stops
from .plan_in_force import plans_in_force

_FIRST_DAY = dt.date(2000, 1, 1)


def tallies(store: Store, plan: Plan, today: dt.date) -> list[Tally]:
    """Return the count of each day since the first plan, without today."""
    return tallies_of(store, plan, _FIRST_DAY, today - dt.timedelta(1), None)


def tallies_of(
    store: Store, plan: Plan, first: dt.date, last: dt.date, now_utc_ms: int | None
) -> list[Tally]:
    """Return the count of each day from `first` (or the first plan's day, if later) to `last`, both included.

    Days are those of the present plan's time zone. Moments after `now_utc_ms` are still to come; with None the days
    are over.
    """
    plans = plans_in_force(store)
    if not plans:
        return []
    first = max(first, local(plan, min(since for since, _ in plans)).date())
    begin, end = utc_ms(plan, first, dt.time()), utc_ms(plan, last + dt.timedelta(1), dt.time())
    by_day: dict[dt.date, tuple[list, list]] = {}
    for row in store.sessions.history(begin, end):
        by_day.setdefault(local(plan, row.started_utc_ms).date(), ([], []))[0].append(row)
    for row in store.reminders.history(begin - DAY_MS, end):
        if row.answered_utc_ms is not None:
            by_day.setdefault(local(plan, row.answered_utc_ms).date(), ([], []))[1].append(row)
    excused = excused_days(store, plan.timezone, last)
    return [
        tally(plans, day, *by_day.get(day, ([], [])), now_utc_ms, excused=day in excused)
        for day in (first + dt.timedelta(n) for n in range((last - first).days + 1))
    ]


def today_of(store: Store, plan: Plan, exercise: Exercise, now_utc_ms: int) -> tuple[int, int]:
    """Return how often this exercise was done today, and how often the plan prescribes it today."""
    today = local(plan, now_utc_ms).date()
    begin = utc_ms(plan, today, dt.time())
    sessions = store.sessions.history(begin)
    answers = store.reminders.history(begin - DAY_MS)
    done = times_done(plan, exercise.id, today, sessions, answers)
    wanted = [each for each in prescribed(plan, today) if each.id == exercise.id]
    return done, sum(len(each.anchors) for each in wanted)


def excused_days(store: Store, zone: dt.tzinfo, last: dt.date) -> frozenset[dt.date]:
    """Return the days up to `last` that were ill, away or under a stop. Nothing counts as missed on them."""
    days = {row.day for row in store.treatments.between(_FIRST_DAY, last) if row.kind in PAUSES}
    for stop in stops(store, zone):
        day, end = stop.day, stop.cleared or last
        while day <= min(end, last):
            days.add(day)
            day += dt.timedelta(1)
    return frozenset(days)
