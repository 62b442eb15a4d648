"""What the plan's rules suggest for the plan in force, from the store's days. It suggests and never acts."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from ..coach.adherence import PlansInForce, Tally, percent
from ..coach.plan.moments import local, utc_ms
from ..coach.plan.plan import Exercise, Plan
from ..coach.progression import WEEK, Day, Suggestion, graduation, suggest
from ..insight.diary_period import PER_DAYS, diary_period
from ..store import Store
from ..store.sessions import SessionRow
from .adherence import tallies
from .plan_in_force import PlanInForce, plans_in_force

LOOK_BACK_DAYS = 42
_LEAST_ANSWERED = 25  # of PER_DAYS: nine tenths


@dataclass(frozen=True)
class Advice:
    """The rules' word on one exercise; `suggestion` None: carry on. `exercise` None: the programme as a whole.

    `done` of `prescribed` times in the last seven days.
    """

    exercise: Exercise | None
    suggestion: Suggestion | None
    done: int = 0
    prescribed: int = 0


@dataclass(frozen=True)
class _Known:
    """The store's data on the days up to yesterday."""

    plan: Plan
    plans: PlansInForce
    tallies: list[Tally]
    sessions: list[SessionRow]
    neck_nrs: dict[dt.date, int | None]


def advice(
    store: Store, held: PlanInForce, now_utc_ms: int, counted: Sequence[Tally] | None = None
) -> list[Advice] | None:
    """Return the word on each current exercise, then that on the programme if there is one.

    None while the exercises are stopped: nothing is suggested then. `counted`: the count of each day since the first
    plan up to yesterday, if the caller has it already. Raises PoiseError BAD_PLAN, STORE_*.
    """
    if store.holds.open():
        return None
    plan = held.plan
    today = local(plan, now_utc_ms).date()
    known = _known(store, plan, today, counted)
    found = [_of_exercise(exercise, known) for exercise in plan.current]
    whole = _programme(store, known, today)
    return [*found, Advice(None, whole)] if whole else found


def _known(store: Store, plan: Plan, today: dt.date, counted: Sequence[Tally] | None) -> _Known:
    first = today - dt.timedelta(LOOK_BACK_DAYS)
    return _Known(
        plan,
        plans_in_force(store),
        tallies(store, plan, today) if counted is None else list(counted),
        store.sessions.history(utc_ms(plan, first, dt.time())),
        {row.day: row.neck_nrs for row in store.diary.days(first, today)},
    )


def _of_exercise(exercise: Exercise, known: _Known) -> Advice:
    days = _days(exercise, known)
    week = days[-WEEK.days :]
    counted = [day for day in week if not day.excused]
    return Advice(
        exercise,
        suggest(known.plan, exercise, days, _since(exercise, known)),
        sum(day.done for day in counted),
        sum(day.prescribed for day in counted),
    )


def _days(exercise: Exercise, known: _Known) -> list[Day]:
    """Return the last weeks up to yesterday, one item a day."""
    by_day: dict[dt.date, list[SessionRow]] = {}
    for row in known.sessions:
        if row.exercise_id == exercise.id:
            by_day.setdefault(local(known.plan, row.started_utc_ms).date(), []).append(row)
    found: list[Day] = []
    for tally in known.tallies[-LOOK_BACK_DAYS:]:
        dose = tally.of(exercise.id)
        sessions = tuple(by_day.get(tally.day, ()))
        nrs = known.neck_nrs.get(tally.day)
        found.append(Day(tally.day, dose.prescribed, sessions, nrs, tally.excused, dose.done))
    return found


def _since(exercise: Exercise, known: _Known) -> dt.date:
    """Return the day from which this exercise has been prescribed with its present dose."""
    since = known.plans[-1][0]
    for began, plan in reversed(known.plans):
        then = plan.exercise(exercise.id)
        if then is None or then.dose != exercise.dose or then not in plan.current:
            break
        since = began
    return local(known.plan, since).date()


def _programme(store: Store, known: _Known, today: dt.date) -> Suggestion | None:
    plan = known.plan
    changes = [local(plan, since).date() for since, _plan in known.plans]
    began = min(changes)
    recent = known.tallies[-7 * plan.graduation.weeks :]
    headaches = _headache_days(store, began, today)
    return graduation(plan, began, today, percent(recent), headaches, changes)


def _headache_days(store: Store, began: dt.date, today: dt.date) -> tuple[int, int] | None:
    """Return the headache days in the first and in the last 28 days; None unless nine tenths of both are answered."""
    counts = []
    for first in (began, today - dt.timedelta(PER_DAYS)):
        last = first + dt.timedelta(PER_DAYS - 1)
        found = diary_period(store.diary.days(first, last), first, last).headache
        if found.logged < _LEAST_ANSWERED or today - began < dt.timedelta(2 * PER_DAYS):
            return None
        counts.append(found.days)
    return counts[0], counts[1]
