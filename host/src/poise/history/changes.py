"""What changed in a period beside the exercises: plans, treatments and stops; and the day of the last visit."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..coach.diary import VISIT
from ..coach.plan.plan import parse_plan
from ..errors import PoiseError
from ..store import Store
from ..store.holds import HoldRow
from ..store.plans import PlanVersion
from ..store.timeline import TreatmentRow
from ..timebase.calendar import local_date
from ..timebase.period import Period

_FIRST_DAY = dt.date(2000, 1, 1)


@dataclass(frozen=True)
class PlanChange:
    """A plan that came into force on `day`. `version`: the number in its text; None if this release can't read it."""

    day: dt.date
    mark: str
    version: int | None
    who: str


@dataclass(frozen=True)
class Treatment:
    """A treatment, or days ill or away. Entries that are alike, on days in a row, are one."""

    first: dt.date
    last: dt.date
    kind: str
    text: str


@dataclass(frozen=True)
class Stop:
    """A stop of the programme. `cleared`: day on which it ended; None while it is open."""

    day: dt.date
    reason: str
    detail: str
    cleared: dt.date | None
    cleared_by: str | None
    note: str | None


@dataclass(frozen=True)
class Changes:
    """What changed in a period, each kind oldest first. Stops: those that were open on any of its days."""

    plans: tuple[PlanChange, ...]
    treatments: tuple[Treatment, ...]
    stops: tuple[Stop, ...]


def visits(treatments: Iterable[TreatmentRow], before: dt.date) -> list[TreatmentRow]:
    """Return the visits before this day, in the order given. One on the day itself does not end a period yet."""
    return [row for row in treatments if row.kind == VISIT and row.day < before]


def last_visit(store: Store, before: dt.date) -> dt.date | None:
    """Return the day of the last visit before this day; None without one."""
    found = visits(store.treatments.between(_FIRST_DAY, before), before)
    return max((row.day for row in found), default=None)


def plan_changes(store: Store, zone: dt.tzinfo) -> list[PlanChange]:
    """Return every plan with the day on which it came into force, oldest first. Raises PoiseError STORE_*."""
    versions = sorted(store.plans.history(), key=lambda version: version.plan_id)
    return [_plan(version, zone) for version in versions]


def stops(store: Store, zone: dt.tzinfo) -> list[Stop]:
    """Return every stop, in the store's order. One that its wearer took back at once was none."""
    return [_stop(hold, zone) for hold in store.holds.history() if not hold.taken_back]


def lasting(found: Iterable[Stop], first: dt.date, last: dt.date) -> list[Stop]:
    """Return the stops that were open on any of these days, both included: those "in" a period, everywhere."""
    return [
        stop
        for stop in found
        if stop.day <= last and (stop.cleared is None or stop.cleared >= first)
    ]


def changes(store: Store, period: Period) -> Changes:
    """Return what changed in the period. Raises PoiseError STORE_*."""
    first, last = period.first, period.last
    return Changes(
        plans=tuple(each for each in plan_changes(store, period.zone) if first <= each.day <= last),
        treatments=tuple(_treatments(store.treatments.between(first, last))),
        stops=tuple(lasting(stops(store, period.zone), first, last)),
    )


def _plan(version: PlanVersion, zone: dt.tzinfo) -> PlanChange:
    try:
        number = parse_plan(version.text).version
    except PoiseError:
        number = None
    return PlanChange(local_date(version.when_utc_ms, zone), version.mark, number, version.who)


def _treatments(rows: Sequence[TreatmentRow]) -> list[Treatment]:
    found: list[Treatment] = []
    for row in rows:
        before = found[-1] if found else None
        alike = before and (before.kind, before.text) == (row.kind, row.text)
        if before and alike and (row.day - before.last).days <= 1:
            found[-1] = Treatment(before.first, row.day, row.kind, row.text)
        else:
            found.append(Treatment(row.day, row.day, row.kind, row.text))
    return found


def _stop(hold: HoldRow, zone: dt.tzinfo) -> Stop:
    ended = hold.cleared_utc_ms
    return Stop(
        day=local_date(hold.raised_utc_ms, zone),
        reason=hold.reason,
        detail=hold.detail,
        cleared=None if ended is None else local_date(ended, zone),
        cleared_by=hold.cleared_by,
        note=hold.clear_note,
    )
