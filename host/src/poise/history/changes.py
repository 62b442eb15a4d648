"""What changed in a period beside the exercises: plans, treatments and stops; and the day of the last visit."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from ..coach.plan.plan import parse_plan
from ..errors import PoiseError
from ..store import Store
from ..store.plans import PlanVersion
from ..store.timeline import TreatmentRow
from ..timebase.calendar import local_date
from ..timebase.period import Period

VISIT = "visit"  # kind of a treatment: the therapist's review
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


def last_visit(store: Store, before: dt.date) -> dt.date | None:
    """Return the day of the last visit before this day; None without one."""
    found = store.treatments.between(_FIRST_DAY, before - dt.timedelta(1))
    return max((row.day for row in found if row.kind == VISIT), default=None)


def changes(store: Store, period: Period) -> Changes:
    """Return what changed in the period. Raises PoiseError STORE_*."""
    versions = sorted(store.plans.history(), key=lambda version: version.plan_id)
    return Changes(
        plans=tuple(
            _plan(version, period.zone)
            for version in versions
            if period.from_utc_ms <= version.when_utc_ms < period.to_utc_ms
        ),
        treatments=tuple(_treatments(store.treatments.between(period.first, period.last))),
        stops=tuple(_stops(store, period)),
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


def _stops(store: Store, period: Period) -> list[Stop]:
    """Return the stops that lasted into the period. One that its wearer took back at once was none."""
    found = []
    for hold in store.holds.history():
        ended = hold.cleared_utc_ms
        over = ended is not None and ended < period.from_utc_ms
        if hold.taken_back or over or hold.raised_utc_ms >= period.to_utc_ms:
            continue
        found.append(
            Stop(
                day=local_date(hold.raised_utc_ms, period.zone),
                reason=hold.reason,
                detail=hold.detail,
                cleared=None if ended is None else local_date(ended, period.zone),
                cleared_by=hold.cleared_by,
                note=hold.clear_note,
            )
        )
    return found
