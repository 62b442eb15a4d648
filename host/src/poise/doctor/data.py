"""Checks of what is stored: the store's integrity, its copies, the plan."""

import datetime as dt
from pathlib import Path

from ..coach.plan import outlook
from ..coach.plan.plan import parse_plan
from ..errors import PoiseError, Reason
from ..language import N_, formats, ngettext
from ..setup import findings
from ..setup.findings import Finding, of_error
from ..store import Store, copies, witness
from ..store.damage import damaged
from ..words import doctor as words
from .place import Place

OLD_DAYS = 3  # a copy is made on each day on which something is written


def data(place: Place) -> list[Finding]:
    """Return the findings of the store, its copies and the plan."""
    what = N_("store")
    try:
        with place.store() as store:
            return [_store(store), *_copies(store, place.clock.utc_ms()), _plan(store, place)]
    except PoiseError as error:
        lost = error.reason is Reason.STORE_UNWRITABLE
        found = of_error(what, error)
        return [
            found,
            Finding("plan", False, found.text, False, error.hint if lost else found.cure),
        ]


def _store(store: Store) -> Finding:
    what = N_("store")
    faults = store.faults()
    clips = len(store.clips.ids())
    facts = {"clips": clips, "faults": len(faults), "patients": len(store.patients.all())}
    if faults:
        found = of_error(what, damaged("; ".join(faults[:3])))
        return Finding(what, False, found.text, True, found.cure, {**found.facts, **facts})
    text = words.STORE_SERVER if store.path is None else words.STORE
    return Finding(what, True, text.format(clips=clips), facts=facts)


def _copies(store: Store, now_utc_ms: int) -> list[Finding]:
    """Return the finding of the copies; none for a server's store."""
    what = N_("copies")
    if store.path is None:
        return []
    kept = copies.known(store.path)
    if not kept:
        fresh = not store.clips.ids() and store.plans.current() is None
        text, cure = (words.COPIES_NONE, "") if fresh else (words.COPIES_MISSING, words.COPIES_CURE)
        return [Finding(what, fresh, text, False, cure, {"copies": 0})]
    made = dt.datetime.fromtimestamp(kept[0].stat().st_mtime, dt.UTC).astimezone()
    day, days = formats.date(made.date()), _age_days(made, now_utc_ms)
    facts = {"copies": len(kept), "age_days": days}
    if not _is_whole(kept[0]):
        text = words.COPIES_DAMAGED.format(file=kept[0])
        return [Finding(what, False, text, False, words.COPIES_DAMAGED_CURE, facts)]
    if days > OLD_DAYS and copies.age_of(kept[0]) != witness.read(store.path):
        text = words.COPIES_OLD.format(day=day)
        return [Finding(what, False, text, False, words.COPIES_CURE, facts)]
    count = ngettext("{count} copy", "{count} copies", len(kept)).format(count=len(kept))
    return [Finding(what, True, words.COPIES.format(count=count, day=day), False, facts=facts)]


def _age_days(made: dt.datetime, now_utc_ms: int) -> int:
    return max(0, round((now_utc_ms / 1000 - made.timestamp()) / 86_400))


def _is_whole(copy: Path) -> bool:
    try:
        return not copies.examine(copy).faults
    except PoiseError:
        return False


def _plan(store: Store, place: Place) -> Finding:
    found = findings.plan(store)
    current = store.plans.current()
    if current is None:
        return found
    try:
        plan = parse_plan(current.text)
    except PoiseError:
        facts = {"state": "unreadable"}
        return Finding(
            found.what, False, words.PLAN_UNREADABLE, False, words.PLAN_UNREADABLE_CURE, facts
        )
    facts = {"exercises": len(plan.current), "phases": len(plan.phases)}
    today = dt.datetime.fromtimestamp(place.clock.utc_ms() / 1000, plan.timezone).date()
    if outlook.ended(plan, today):
        more = {**facts, "state": "ended"}
        return Finding(found.what, False, words.PLAN_ENDED, False, words.PLAN_ENDED_CURE, more)
    return Finding(found.what, True, found.text, False, facts=facts)
