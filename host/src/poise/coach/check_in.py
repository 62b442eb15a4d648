"""Check-ins after a programme: the days on which the clinic asks how it went, and which of them is open. Pure."""

import datetime as dt
from collections.abc import Iterable

from .plan.plan import Plan
from .progression import check_ins


def open_check_in(plan: Plan, today: dt.date, visits: Iterable[dt.date]) -> dt.date | None:
    """Return the latest check-in day that has come and that no visit has followed; None: none is open.

    `visits`: the day of each visit.
    """
    ended = plan.graduation.ended
    come = [day for day in check_ins(ended) if day <= today] if ended else []
    if not come or any(day >= come[-1] for day in visits):
        return None
    return come[-1]


def next_check_in(plan: Plan, today: dt.date) -> dt.date | None:
    """Return the next check-in day after today; None without an ended programme, and after the last."""
    ended = plan.graduation.ended
    ahead = (day for day in check_ins(ended) if day > today) if ended else ()
    return next(iter(ahead), None)
