"""Card on Today after the programme has ended: when the clinic asks again, or that it waits for an answer."""

from ..coach.check_in import next_check_in, open_check_in
from ..coach.diary import VISIT
from ..language import formats
from ..words import strings
from .context import context
from .parts import card, el, message


def after_the_programme() -> None:
    """Draw the card; nothing while the programme runs."""
    plan, today = context().plan(), context().today()
    if plan is None or plan.graduation.ended is None:
        return
    rows = context().store.treatments.between(plan.graduation.ended, today)
    due = open_check_in(plan, today, [row.day for row in rows if row.kind == VISIT])
    coming = next_check_in(plan, today)
    with card(strings.ENDED):
        el("p", strings.ENDED_TEXT.format(day=formats.long_date(plan.graduation.ended)))
        if due is not None:
            message(strings.ENDED_OPEN.format(day=formats.long_date(due)), "warm")
        elif coming is not None:
            el("p", strings.ENDED_NEXT.format(day=formats.long_date(coming)), "muted")
