"""Suggestions of progression for the plan in force, and the plan's text with these changes."""

import datetime as dt
import re
from dataclasses import dataclass

from ..coach.adherence import PlansInForce, Tally, percent
from ..coach.plan.moments import local, utc_ms
from ..coach.plan.plan import Exercise, Plan
from ..coach.progression import Day, Suggestion, graduation, suggest
from ..history.adherence import tallies
from ..history.plan_in_force import needed_plan, plans_in_force
from ..language import N_, _
from ..store import Store
from ..store.sessions import SessionRow

LOOK_BACK_DAYS = 42
_KINDS = {
    "advance": N_("a step up"),
    "regress": N_("a step back"),
    "pause": N_("a pause, and a talk with the patient"),
    "review": N_("a review"),
    "graduate": N_("the end of the programme, tapering off"),
}
_VARIABLES = {"hold_s": N_("hold in seconds"), "reps": N_("repetitions"), "sets": N_("sets")}


_STOPPED = N_(
    "The exercises are stopped: nothing is suggested until the stop is ended (`poise safety`)."
)


@dataclass(frozen=True)
class _Known:
    """The store's data on the days up to yesterday."""

    plan: Plan
    plans: PlansInForce
    tallies: list[Tally]
    sessions: list[SessionRow]
    neck_nrs: dict[dt.date, int | None]


def _known(store: Store, plan: Plan, today: dt.date) -> _Known:
    first = today - dt.timedelta(LOOK_BACK_DAYS)
    return _Known(
        plan,
        plans_in_force(store),
        tallies(store, plan, today),
        store.sessions.history(utc_ms(plan, first, dt.time())),
        {row.day: row.neck_nrs for row in store.diary.days(first, today)},
    )


def suggestions(store: Store, now_utc_ms: int) -> tuple[list[str], str | None]:
    """Return lines to show, and the plan's text with every suggested change (None without one).

    Raises PoiseError NO_PLAN.
    """
    current = needed_plan(store)
    plan = current.plan
    if store.holds.open():
        return [_(_STOPPED)], None
    today = local(plan, now_utc_ms).date()
    known = _known(store, plan, today)
    lines: list[str] = []
    text = current.text
    for exercise in plan.current:
        found = suggest(plan, exercise, _days(exercise, known), _since(exercise, known))
        if found is None:
            continue
        lines += _told(exercise.shown_name, found, exercise)
        if found.change:
            text = changed(text, exercise, *found.change)
    whole = _programme(store, known, today)
    if whole:
        lines += _told(_("Programme"), whole, None)
    if text != current.text:
        text = re.sub(r"(?m)^version\s*=\s*\d+", f"version = {plan.version + 1}", text, count=1)
        return lines, text
    return lines, None


def changed(text: str, exercise: Exercise, key: str, value: int) -> str:
    """Return the plan's text with one field of one exercise set; all else, comments too, stays as it is."""
    blocks = re.split(r"(?m)^(?=\[)", text)
    for place, block in enumerate(blocks):
        if not block.startswith("[[exercises]]") or not _names(block, exercise.id):
            continue
        line = re.compile(rf"(?m)^{key}\s*=\s*\d+")
        if line.search(block):
            blocks[place] = line.sub(f"{key} = {value}", block, count=1)
        else:
            blocks[place] = block.replace("[[exercises]]\n", f"[[exercises]]\n{key} = {value}\n", 1)
    return "".join(blocks)


def _names(block: str, exercise_id: str) -> bool:
    found = re.search(r'(?m)^id\s*=\s*["\']([^"\']*)', block)
    if found is None:
        found = re.search(r'(?m)^use\s*=\s*["\']([^"\']*)', block)
    return found is not None and found[1] == exercise_id


def _days(exercise: Exercise, known: _Known) -> list[Day]:
    """Return the last weeks up to yesterday, one item a day."""
    found: list[Day] = []
    for tally in known.tallies[-LOOK_BACK_DAYS:]:
        dose = tally.of(exercise.id)
        sessions = [
            row
            for row in known.sessions
            if row.exercise_id == exercise.id
            and local(known.plan, row.started_utc_ms).date() == tally.day
        ]
        nrs = known.neck_nrs.get(tally.day)
        found.append(
            Day(tally.day, dose.prescribed, tuple(sessions), nrs, tally.excused, dose.done)
        )
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
    for first in (began, today - dt.timedelta(28)):
        rows = store.diary.days(first, first + dt.timedelta(27))
        answered = [row for row in rows if row.headache is not None]
        if len(answered) < 25 or today - began < dt.timedelta(56):
            return None
        counts.append(sum(row.headache is True for row in answered))
    return counts[0], counts[1]


def _told(name: str, found: Suggestion, exercise: Exercise | None) -> list[str]:
    kind = _(_KINDS[found.kind])
    if found.change and exercise is not None:
        key, value = found.change
        line = _("{name}: {suggestion}: {variable} from {before} to {after}.").format(
            name=name,
            suggestion=kind,
            variable=_(_VARIABLES[key]),
            before=getattr(exercise, key),
            after=value,
        )
    elif found.kind in ("advance", "regress"):
        line = _(
            "{name}: {suggestion}: nothing in the plan is left to change; another exercise, or its load."
        ).format(name=name, suggestion=kind)
    else:
        line = f"{name}: {kind}."
    return [line, *(f"  {why}" for why in found.why)]
