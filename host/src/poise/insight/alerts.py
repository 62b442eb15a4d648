"""Alerts of the plan, which the therapist sets: what between two visits asks the clinic to look. Pure.

An alert says a count and the plan's number beside it; it judges nothing.
"""

import datetime as dt
from collections.abc import Iterable, Sequence

from ..coach.adherence import Tally
from ..coach.check_in import open_check_in
from ..coach.plan.plan import Plan
from .diary_period import PER_DAYS, Entry, diary_period
from .visit import Flag


def alerts(
    plan: Plan,
    today: dt.date,
    since: dt.date,
    *,
    entries: Iterable[Entry],
    tallies: Sequence[Tally],
    visits: Iterable[dt.date],
) -> list[Flag]:
    """Return the plan's alerts from `since` to today, and an open check-in after the programme.

    `tallies`: day after day, the oldest first. `visits`: the day of each visit.
    """
    rules, entries = plan.alerts, list(entries)
    found: list[Flag] = []
    day = open_check_in(plan, today, visits)
    if day is not None:
        found.append(Flag("check_in", {"day": day}))
    most = max(
        (e.neck_nrs for e in entries if e.neck_nrs is not None and e.day >= since), default=0
    )
    if rules.neck_pain and most >= rules.neck_pain:
        found.append(Flag("alert_pain", {"most": most, "limit": rules.neck_pain}))
    missed = missed_in_a_row(tallies)
    if rules.missed_days and missed >= rules.missed_days:
        found.append(Flag("alert_missed", {"days": missed, "limit": rules.missed_days}))
    first, last = today - dt.timedelta(PER_DAYS), today - dt.timedelta(1)
    headaches = diary_period(entries, first, last).headache.days
    if rules.headache_days and headaches >= rules.headache_days:
        found.append(Flag("alert_headache", {"days": headaches, "limit": rules.headache_days}))
    return found


def missed_in_a_row(tallies: Sequence[Tally]) -> int:
    """Return how many prescribed days in a row up to the last one passed with nothing done.

    Excused days neither count nor end the row.
    """
    count = 0
    for tally in reversed(tallies):
        if tally.done:
            break
        count += tally.prescribed > 0 and not tally.excused
    return count
