"""A patient's visit from the store: the period since the last one and that before it, flags, advice, the time line."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..coach.adherence import Tally
from ..coach.diary import VISIT
from ..coach.plan.outlook import ended
from ..errors import PoiseError, Reason
from ..insight.alerts import alerts
from ..insight.apdf import Day as Exposure
from ..insight.apdf import by_day
from ..insight.diary import Diary, diary
from ..insight.exposure import at_site, main_site
from ..insight.medication import medication_days
from ..insight.visit import Figures, Flag, figures, flags, pain_rise
from ..store import Store
from ..store.diary import DiaryRow
from ..store.records import Event
from ..store.timeline import TreatmentRow
from ..timebase.calendar import day_begins_utc_ms, local_date, local_zone
from .adherence import tallies_of
from .changes import PlanChange, Stop, lasting, plan_changes, stops, visits
from .plan_in_force import PlanInForce, plan_in_force
from .suggestions import Advice, advice

_FIRST_DAY = dt.date(2000, 1, 1)
_DAY = dt.timedelta(1)


@dataclass(frozen=True)
class Lived:
    """All that is known of a patient's days up to today, read once. Days are those of `zone`.

    `exposure` is that of each clip's wear site with the most measured time.
    """

    today: dt.date
    zone: dt.tzinfo
    held: PlanInForce | None
    plan_fault: str  # why the plan in force cannot be read, "" if it can
    first_day: dt.date | None  # of the first record of any kind
    tallies: tuple[Tally, ...]
    entries: tuple[DiaryRow, ...]
    exposure: dict[dt.date, Exposure]
    exposure_from: dt.date  # earlier days' exposure is not read yet: `with_exposure` does
    treatments: tuple[TreatmentRow, ...]
    stops: tuple[Stop, ...]
    plans: tuple[PlanChange, ...]
    clips: tuple[str, ...]  # that the patient has now
    newest_record: dt.date | None
    gaps: tuple[Event, ...]
    power: str

    @property
    def visits(self) -> list[TreatmentRow]:
        """The visits before today, oldest first."""
        return visits(self.treatments, self.today)

    def day_of(self, utc_ms: int) -> dt.date:
        """Return the day of this moment in the patient's time zone."""
        return local_date(utc_ms, self.zone)


@dataclass(frozen=True)
class Visit:
    """What a therapist looks at first. `since`: the day of the last visit; None if there was none.

    `now`: figures since then; `before`: of as many days before that. `diary`: as the report compares it.
    `advice`: None while the exercises are stopped.
    """

    lived: Lived
    since: dt.date | None
    now: Figures
    before: Figures
    diary: Diary
    flags: tuple[Flag, ...]
    advice: tuple[Advice, ...] | None


def visit(store: Store, now_utc_ms: int) -> Visit:
    """Return the visit at this moment. Raises PoiseError STORE_*."""
    lived = look_back(store, now_utc_ms)
    since = lived.visits[-1].day if lived.visits else None
    first = since or lived.first_day or lived.today
    began = first - _DAY * max((lived.today - first).days, 1)  # of the period before
    lived = with_exposure(store, lived, began)
    now = figures_of(lived, first, lived.today - _DAY)
    before = figures_of(lived, began, first - _DAY)
    found = advice(store, lived.held, now_utc_ms, lived.tallies) if lived.held else []
    return Visit(
        lived=lived,
        since=since,
        now=now,
        before=before,
        diary=diary(lived.entries, now.first, now.last),
        flags=tuple(_flags(lived, first)),
        advice=None if found is None else tuple(found),
    )


def note(store: Store, who: str, now_utc_ms: int) -> int:
    """Note that a visit is done today, and return its number. Raises PoiseError STORE_*."""
    held, _fault = _plan(store)
    zone = held.plan.timezone if held else local_zone()
    return store.treatments.add(local_date(now_utc_ms, zone), VISIT, who, now_utc_ms)


@dataclass(frozen=True)
class Mark:
    """An event on the time line. `kind`: a treatment's, or plan, stop, cleared. `text`: what was written."""

    kind: str
    text: str


@dataclass(frozen=True)
class DayRow:
    """One day of the time line; None where nothing is known."""

    day: dt.date
    exposure: Exposure | None
    tally: Tally | None
    entry: DiaryRow | None
    marks: tuple[Mark, ...]


def time_line(lived: Lived, first: dt.date, last: dt.date) -> list[DayRow]:
    """Return every day from `first` to `last`, both included, oldest first."""
    tallies = {tally.day: tally for tally in lived.tallies}
    entries = {entry.day: entry for entry in lived.entries}
    marks: dict[dt.date, list[Mark]] = {}
    for day, mark in _marks(lived):
        marks.setdefault(day, []).append(mark)
    days = [first + _DAY * n for n in range((last - first).days + 1)]
    return [
        DayRow(
            day,
            lived.exposure.get(day),
            tallies.get(day),
            entries.get(day),
            tuple(marks.get(day, ())),
        )
        for day in days
    ]


def _marks(lived: Lived) -> Iterator[tuple[dt.date, Mark]]:
    for row in lived.treatments:
        yield row.day, Mark(row.kind, row.text)
    for change in lived.plans:
        yield change.day, Mark("plan", change.mark)
    for stop in lived.stops:
        yield stop.day, Mark("stop", stop.reason)
        if stop.cleared is not None:
            yield stop.cleared, Mark("cleared", stop.cleared_by or "")


def figures_of(lived: Lived, first: dt.date, last: dt.date) -> Figures:
    """Return the figures of the days from `first` to `last`, both included."""
    return figures(
        first,
        last,
        entries=lived.entries,
        tallies=lived.tallies,
        exposure=lived.exposure,
        stops=len(lasting(lived.stops, first, last)),
    )


def look_back(store: Store, now_utc_ms: int) -> Lived:
    """Return all that is known of the patient's days up to now. Raises PoiseError STORE_*."""
    held, fault = _plan(store)
    zone = held.plan.timezone if held else local_zone()
    today = local_date(now_utc_ms, zone)
    entries = store.diary.days(_FIRST_DAY, today)
    treated = store.treatments.between(_FIRST_DAY, today)
    versions = plan_changes(store, zone)
    clips = store.clips.history()
    extents = [store.minutes.extent(row.clip_id) for row in clips]
    worn = [each.first_utc_ms for each in extents if each.first_utc_ms is not None]
    newest = [each.last_utc_ms for each in extents if each.last_utc_ms is not None]
    days = [
        *(entry.day for entry in entries[:1]),
        *(row.day for row in treated[:1]),
        *(change.day for change in versions[:1]),
        *(local_date(utc_ms, zone) for utc_ms in worn),
    ]
    first = min((day for day in days if day <= today), default=None)
    gaps, power = _from_clips(store, [row.clip_id for row in clips])
    return Lived(
        today=today,
        zone=zone,
        held=held,
        plan_fault=fault,
        first_day=first,
        tallies=tuple(tallies_of(store, held.plan, first, today - _DAY, None))
        if held and first
        else (),
        entries=tuple(entries),
        exposure={},
        exposure_from=today,
        treatments=tuple(treated),
        stops=tuple(stops(store, zone)),
        plans=tuple(versions),
        clips=tuple(row.clip_id for row in clips if row.returned_utc_ms is None),
        newest_record=local_date(max(newest), zone) if newest else None,
        gaps=gaps,
        power=power,
    )


def _plan(store: Store) -> tuple[PlanInForce | None, str]:
    try:
        return plan_in_force(store), ""
    except PoiseError as error:
        if error.reason is not Reason.BAD_PLAN:
            raise
        return None, error.told  # written by a newer Poise


def with_exposure(store: Store, lived: Lived, first: dt.date) -> Lived:
    """Return the same with the exposure from `first` on. It is most of what there is to read, so it is read last.

    Raises PoiseError STORE_*.
    """
    first = max(first, lived.first_day or lived.today)
    if first >= lived.exposure_from:
        return lived
    days = [first + _DAY * n for n in range((lived.exposure_from - first).days)]
    starts = np.array([day_begins_utc_ms(day, lived.zone) for day in (*days, lived.exposure_from)])
    found = dict(lived.exposure)
    for clip_id in store.clips.ids():
        minutes = store.minutes.columns(clip_id, int(starts[0]) + 1, int(starts[-1]) + 1)
        if not len(minutes["utc_ms"]):
            continue
        own = by_day(at_site(minutes, main_site(minutes)), starts)
        found |= {day: each for day, each in zip(days, own, strict=True) if each.worn_min}
    return replace(lived, exposure=found, exposure_from=first)


def _from_clips(store: Store, clip_ids: Sequence[str]) -> tuple[tuple[Event, ...], str]:
    """Return the gaps of the clips' logs, and the newest clip's newest stage of power ("" if it tells none)."""
    gaps: list[Event] = []
    power = ""
    for clip_id in clip_ids:
        events = store.records.events(clip_id, kinds=("gap", "power"))
        gaps += [event for event in events if event.kind == "gap"]
        power = next(
            (each.fields["power"] for each in reversed(events) if each.kind == "power"), ""
        )
    return tuple(gaps), power


def _flags(lived: Lived, since: dt.date) -> Iterator[Flag]:
    yesterday = lived.today - _DAY
    plan = lived.held.plan if lived.held else None
    rise = None
    if plan:
        neck = {entry.day: entry.neck_nrs for entry in lived.entries}
        rise = pain_rise(lived.tallies, neck, plan.progression.least_rise, since)
    yield from flags(
        lived.today,
        open_stops=[(stop.day, stop.reason) for stop in lived.stops if stop.cleared is None],
        medicine=medication_days(lived.entries, yesterday),
        rise=rise,
        newest_record=lived.newest_record,
        has_clip=bool(lived.clips),
        lost_records=_lost(lived, since),
        power=lived.power,
        has_plan=lived.held is not None or bool(lived.plan_fault),
        plan_ended=plan is not None and ended(plan, lived.today),
        review_due=_review_due(lived),
    )
    if plan:
        days = [row.day for row in lived.treatments if row.kind == VISIT]
        yield from alerts(
            plan,
            lived.today,
            since,
            entries=lived.entries,
            tallies=[tally for tally in lived.tallies if tally.day < lived.today],
            visits=days,
        )


def _lost(lived: Lived, since: dt.date) -> int:
    """Return the number of records that the clips' logs lack since a day; a gap of unknown time counts."""
    return sum(
        gap.fields["last_seq"] - gap.fields["first_seq"] + 1
        for gap in lived.gaps
        if gap.utc_ms is None or lived.day_of(gap.utc_ms) >= since
    )


def _review_due(lived: Lived) -> dt.date | None:
    """Return the day for which the plan's rules ask for a review, counted from the last visit or the first plan."""
    if lived.held is None:
        return None
    began = lived.visits[-1].day if lived.visits else lived.plans[0].day
    return began + dt.timedelta(weeks=lived.held.plan.graduation.review_weeks)
