"""The end of a programme: exercising less often step by step, and then as needed. Pure.

Both make a draft that the therapist looks at and signs; nothing here changes a plan. Source of the steps: clinical
practice after the trials' programmes (docs/therapists/plan.md).
"""

import datetime as dt

from .plan.draft import Draft
from .plan.draft_times import (
    DAILY,
    HOURS,
    NEEDED,
    WEEKDAYS,
    moments,
    way,
    with_days_way,
    with_moments,
    with_way,
)
from .plan.exercise import Exercise
from .plan.plan import Plan
from .progression import TAPER_A_WEEK

# Times a week -> weekdays; more than that are daily.
_DAYS = {3: ["mon", "wed", "fri"], 2: ["mon", "thu"]}
_WEEK = 7


def times_a_week(exercise: Exercise) -> float:
    """Return how often a week the exercise is due; 0 for one as needed."""
    days = _WEEK / exercise.every_days if exercise.every_days else len(exercise.days)
    return len(exercise.anchors) * days


def most_a_week(plan: Plan) -> float:
    """Return how often a week the most frequent exercise of the current phase is due."""
    return max((times_a_week(each) for each in plan.current), default=0)


def next_step(plan: Plan) -> int | None:
    """Return the next lower number of times a week; None when there is none below."""
    now = most_a_week(plan)
    return next((step for step in TAPER_A_WEEK if step < now), None)


def tapered(draft: Draft, step: int) -> Draft:
    """Return the draft, which is a plan, with every exercise of the current phase at most `step` times a week.

    `step`: one of TAPER_A_WEEK. The first of an exercise's times of day stay. Raises PoiseError BAD_PLAN.
    """
    plan = draft.plan()
    most = {each.id for each in plan.current if times_a_week(each) > step}
    for place in range(len(draft.exercises)):
        if draft.id_of(place) in most:
            draft = _less(draft, place, step)
    return draft


def _less(draft: Draft, place: int, step: int) -> Draft:
    a_day = max(1, step // _WEEK)
    at = ("exercises", place)
    if way(draft, place) == HOURS:
        draft = draft.put((*at, "times_a_day"), a_day)
    else:
        rows = sorted(moments(draft, place))
        draft = with_moments(draft, place, rows[:a_day])
    if step >= _WEEK:
        return with_days_way(draft, place, DAILY)
    return with_days_way(draft, place, WEEKDAYS).put((*at, "days"), _DAYS[step])


def ended(draft: Draft, day: dt.date) -> Draft:
    """Return the draft of a programme that ends on this day: every exercise stays, as needed."""
    for place in range(len(draft.exercises)):
        draft = with_days_way(with_way(draft, place, NEEDED), place, DAILY)
        draft = draft.put(("exercises", place, "ends"), None)
    return draft.put(("graduation", "ended"), day)


def resumed(draft: Draft) -> Draft:
    """Return the draft of an ended programme that begins again; the therapist gives the times anew."""
    return draft.put(("graduation", "ended"), None)
