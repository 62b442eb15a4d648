"""What progression suggests for the plan in force, with the plan's text as it would be."""

import datetime as dt
import re

from ..coach.moments import local
from ..coach.plan import Exercise, Plan, parse_plan
from ..coach.progression import Day, Suggestion, graduation, suggest
from ..errors import PoiseError, Reason
from ..store import Store
from ..wear.around import excused_days, tallies

LOOK_BACK_DAYS = 42
_KINDS = {
    "advance": "a step up",
    "regress": "a step back",
    "pause": "a pause, and a talk with the patient",
    "review": "a review",
    "graduate": "the end of the programme, tapering off",
}
_VARIABLES = {"hold_s": "hold in seconds", "reps": "repetitions", "sets": "sets"}


def suggestions(store: Store, now_utc_ms: int) -> tuple[list[str], str | None]:
    """Lines to show, and the plan's text with every suggested change (None without one). Raises PoiseError NO_PLAN."""
    current = store.plans.current()
    if current is None:
        raise PoiseError(Reason.NO_PLAN, "no plan is set", "Set one with `poise plan set`.")
    plan = parse_plan(current.text)
    today = local(plan, now_utc_ms).date()
    lines: list[str] = []
    text = current.text
    for exercise in plan.current:
        found = suggest(plan, exercise, _days(store, plan, exercise, today))
        if found is None:
            continue
        lines += _told(exercise.name, found, exercise)
        if found.change:
            text = changed(text, exercise, *found.change)
    whole = _programme(store, plan, today)
    if whole:
        lines += _told("Programme", whole, None)
    if text != current.text:
        text = re.sub(r"(?m)^version\s*=\s*\d+", f"version = {plan.version + 1}", text, count=1)
        return lines, text
    return lines, None


def changed(text: str, exercise: Exercise, key: str, value: int) -> str:
    """The plan's text with one field of one exercise set; all else, comments too, stays as it is."""
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


def _days(store: Store, plan: Plan, exercise: Exercise, today: dt.date) -> list[Day]:
    """The last weeks up to yesterday, one a day."""
    first = today - dt.timedelta(LOOK_BACK_DAYS)
    pains = {row.day: row.neck_nrs for row in store.diary.days(first, today)}
    excused = excused_days(store, plan, today)
    own = [row for row in store.sessions.history() if row.exercise_id == exercise.id]
    found: list[Day] = []
    day = max(first, _began(store, plan))
    while day < today:
        sessions = tuple(row for row in own if local(plan, row.started_utc_ms).date() == day)
        found.append(Day(day, exercise.times_on(day), sessions, pains.get(day), day in excused))
        day += dt.timedelta(1)
    return found


def _began(store: Store, plan: Plan) -> dt.date:
    return local(plan, min(row.when_utc_ms for row in store.plans.history())).date()


def _programme(store: Store, plan: Plan, today: dt.date) -> Suggestion | None:
    began = _began(store, plan)
    recent = tallies(store, plan, today)[-7 * plan.graduation.weeks :]
    wanted = sum(tally.prescribed for tally in recent)
    done_pct = 100 * sum(tally.done for tally in recent) / wanted if wanted else None
    changes = [local(plan, row.when_utc_ms).date() for row in store.plans.history()]
    return graduation(plan, began, today, done_pct, _headache_days(store, began, today), changes)


def _headache_days(store: Store, began: dt.date, today: dt.date) -> tuple[int, int] | None:
    """In the first and in the last 28 days; None unless nine tenths of both are told."""
    counts = []
    for first in (began, today - dt.timedelta(28)):
        rows = store.diary.days(first, first + dt.timedelta(27))
        answered = [row for row in rows if row.headache is not None]
        if len(answered) < 25 or today - began < dt.timedelta(56):
            return None
        counts.append(sum(row.headache is True for row in answered))
    return counts[0], counts[1]


def _told(name: str, found: Suggestion, exercise: Exercise | None) -> list[str]:
    what = _KINDS[found.kind]
    if found.change and exercise is not None:
        key, value = found.change
        what += f": {_VARIABLES[key]} from {getattr(exercise, key)} to {value}"
    elif found.kind in ("advance", "regress"):
        what += ": nothing in the plan is left to change; another exercise, or its load"
    return [f"{name}: {what}.", *(f"  {why}" for why in found.why)]
