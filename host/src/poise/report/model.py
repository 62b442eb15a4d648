"""The numbers of a report, from the store. The words are in `view` and `rows`."""

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from ..coach.plan.plan import Plan
from ..coach.reminders.choice import PLANNED, Choice
from ..coach.reminders.facts import CLOCK
from ..errors import PoiseError, Reason
from ..history.adherence import tallies_of
from ..history.overview import placements
from ..history.plan_in_force import plan_in_force
from ..history.reminder_choice import reminder_choice
from ..insight.adherence import Total, total
from ..insight.exposure import Exposure, answer_counts, at_site, exposure, main_site, measured_s
from ..insight.placement import in_doubt_min
from ..language import _
from ..store import Store
from ..store.minutes import Extent
from ..store.records import Event
from ..timebase.calendar import local_date, local_zone
from ..timebase.clip_clock import ClockMap
from ..timebase.period import DEFAULT_DAYS, LONGEST_DAYS, Period
from ..wire.rows import ENUMS

SITES = ENUMS["site"]
_KINDS = ("boot", "calibration", "sustained", "nudge", "nod", "fault", "gap", "crash")
_LOOKED_AT = 200  # minutes of a boot, for the clock's uncertainty
Columns = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Part:
    """A day, week or month of the period: minutes worn, and those of them bent beyond the plan's threshold."""

    label: str
    worn_min: float
    flexed_min: float


@dataclass(frozen=True)
class Reminders:
    """Exercise reminders shown in the period, and their answers, without silent probes.

    `choice`: how the patient wants them, the choice in force now.
    """

    shown: int
    answers: dict[str, int]  # done, snoozed, skipped, open
    choice: Choice = PLANNED


@dataclass(frozen=True)
class Quality:
    """Missing data and faults of the period, as the clip and the store noted them."""

    missing_records: int
    gap_reasons: dict[str, int]  # records, by the clip's reason
    restarts: dict[str, int]  # starts of the clip, by cause
    crashes: int
    faults: dict[str, int]
    calibrations: dict[str, int]  # by result
    untimed_min: int  # minutes in the store with an unknown time, of any period
    clock_uncertainty_ms: int | None  # the widest in the period
    wrong_times: int  # wrong times that hosts gave the clip; not used


@dataclass(frozen=True)
class Report:
    """All numbers of a page. Minutes and degrees; `exposure`: the main site's minutes, `state_min`: all sites."""

    clip_id: str
    firmware: str | None
    period: Period
    made_utc_ms: int
    plan: Plan | None
    site: str  # a name of SITES: the one with the most measured time
    other_sites_min: dict[str, float]  # measured time at other sites, which the angles leave out
    exposure: Exposure
    in_doubt_min: (
        float  # of its worn time: the clip sat elsewhere than calibrated, as far as it noticed
    )
    state_min: dict[str, float]
    worn_min: float
    period_min: float  # up to now
    days_worn: int
    parts: tuple[Part, ...]
    sustained: int
    nudges: int
    nods: int
    exercises: Total | None  # None: no plan
    reminders: Reminders
    quality: Quality


def collect(
    store: Store, clip_id: str, first: dt.date | None, last: dt.date | None, now_utc_ms: int
) -> Report:
    """Return the report on this clip. Without dates: up to 28 days that end with the last recorded one.

    Days are in the plan's time zone, else in this machine's. Raises PoiseError NO_DATA, BAD_INPUT, STORE_*.
    """
    held = plan_in_force(store)
    plan = held.plan if held else None
    extent = store.minutes.extent(clip_id)
    period = _period(extent, first, last, plan)
    end_utc_ms = max(min(period.to_utc_ms, now_utc_ms), period.from_utc_ms)
    # The store keeps a minute's end: (from, to].
    chosen = store.minutes.columns(clip_id, period.from_utc_ms + 1, period.to_utc_ms + 1)
    if not len(chosen["utc_ms"]):
        raise _nothing(extent, period)
    end_utc_ms = max(end_utc_ms, int(chosen["utc_ms"].max()))
    events = store.records.events(clip_id, period.from_utc_ms, period.to_utc_ms, _KINDS)
    count = Counter(event.kind for event in events)
    site = SITES[main_site(chosen)]
    overall = exposure(chosen, period.from_utc_ms, end_utc_ms)
    at_main = at_site(chosen, SITES.index(site))
    parts = tuple(_parts(chosen, period))
    return Report(
        clip_id=clip_id,
        firmware=_firmware(store, clip_id),
        period=period,
        made_utc_ms=now_utc_ms,
        plan=plan,
        site=site,
        other_sites_min=_other_sites(chosen, site),
        exposure=exposure(at_main, period.from_utc_ms, end_utc_ms),
        in_doubt_min=in_doubt_min(
            at_main, placements(store, clip_id, period.from_utc_ms, period.to_utc_ms)
        ),
        state_min=overall.state_min,
        worn_min=overall.worn_min,
        period_min=overall.period_min,
        days_worn=_days_worn(chosen, period),
        parts=parts,
        sustained=count["sustained"],
        nudges=count["nudge"],
        nods=count["nod"],
        exercises=_exercises(store, plan, period, now_utc_ms),
        reminders=_reminders(store, period),
        quality=_quality(events, extent.untimed, chosen, store.records.clock_map(clip_id)),
    )


def _period(
    extent: Extent, first: dt.date | None, last: dt.date | None, plan: Plan | None
) -> Period:
    zone = plan.timezone if plan else local_zone()
    if extent.first_utc_ms is None and (first is None or last is None):
        raise PoiseError(
            Reason.NO_DATA,
            _("no minute is logged yet"),
            _("Run `poise wear` or `poise download` first."),
        )
    # The store keeps a minute's end, so the minute that ends at midnight belongs to the day before.
    last = last or local_date((extent.last_utc_ms or 0) - 1, zone)
    if first is None:
        earliest = local_date((extent.first_utc_ms or 0) - 1, zone)
        first = max(min(earliest, last), last - dt.timedelta(days=DEFAULT_DAYS - 1))
    period = Period(first, last, zone)
    if period.days < 1:
        raise PoiseError(
            Reason.BAD_INPUT,
            _("the period ends ({last}) before it begins ({first})").format(last=last, first=first),
            _("Swap --from and --to."),
        )
    if period.days > LONGEST_DAYS:
        what = _("the period is longer than ten years")
        raise PoiseError(Reason.BAD_INPUT, what, _("Choose less."))
    return period


def _nothing(extent: Extent, period: Period) -> PoiseError:
    where = _(
        "The store has no minute at all. The clip logs one after each minute: run `poise wear`, "
        "or `poise download` once it has been worn."
    )
    if extent.first_utc_ms is not None and extent.last_utc_ms is not None:
        first, last = (
            local_date(at - 1, period.zone) for at in (extent.first_utc_ms, extent.last_utc_ms)
        )
        where = _("The store has minutes from {first} to {last}.").format(first=first, last=last)
    return PoiseError(
        Reason.NO_DATA,
        _("nothing was logged from {first} to {last}").format(first=period.first, last=period.last),
        where,
    )


def _other_sites(chosen: Columns, site: str) -> dict[str, float]:
    """Return the measured minutes at each site other than `site`."""
    seconds = measured_s(chosen)
    minutes = {
        name: float(seconds[chosen["site"] == code].sum()) / 60 for code, name in enumerate(SITES)
    }
    return {name: spent for name, spent in minutes.items() if spent and name != site}


def _sums(utc_ms: np.ndarray, values: np.ndarray, borders: list[int]) -> np.ndarray:
    """Return the sum of `values` in each interval (border, next border]."""
    places = np.searchsorted(np.array(borders), utc_ms, side="left") - 1
    return np.bincount(places, weights=values, minlength=len(borders) - 1)


def _parts(chosen: Columns, period: Period) -> list[Part]:
    parts = period.parts()
    borders = [start for _, start, _ in parts] + [period.to_utc_ms]
    worn = _sums(chosen["utc_ms"], measured_s(chosen), borders) / 60
    flexed = _sums(chosen["utc_ms"], chosen["flexed_s"], borders) / 60
    return [
        Part(label, float(worn[place]), float(flexed[place]))
        for place, (label, _, _) in enumerate(parts)
    ]


def _days_worn(chosen: Columns, period: Period) -> int:
    days = [
        replace(period, first=day, last=day).from_utc_ms
        for day in (period.first + dt.timedelta(days=place) for place in range(period.days))
    ]
    worn = _sums(chosen["utc_ms"], measured_s(chosen), [*days, period.to_utc_ms])
    return int(np.count_nonzero(worn))


def _firmware(store: Store, clip_id: str) -> str | None:
    boots = store.records.events(clip_id, kinds=("boot",))
    return boots[-1].fields["firmware"] if boots else None


def _reminders(store: Store, period: Period) -> Reminders:
    rows = [
        row
        for row in store.reminders.history(period.from_utc_ms, period.to_utc_ms)
        if row.cause == CLOCK and not row.silent
    ]
    answers = answer_counts(row.answer for row in rows)
    return Reminders(len(rows), answers, reminder_choice(store))


def _exercises(store: Store, plan: Plan | None, period: Period, now_utc_ms: int) -> Total | None:
    """Return done of prescribed, counted as on Trends and Today; None without a plan."""
    if plan is None:
        return None
    last = min(period.last, local_date(now_utc_ms, period.zone))
    return total(tallies_of(store, plan, period.first, last, now_utc_ms))


def _quality(events: list[Event], untimed_min: int, chosen: Columns, clock: ClockMap) -> Quality:
    gaps: Counter[str] = Counter()
    for event in events:
        if event.kind == "gap":
            gaps[event.fields["reason"]] += event.fields["last_seq"] - event.fields["first_seq"] + 1
    return Quality(
        missing_records=gaps.total(),
        gap_reasons=dict(gaps),
        restarts=_counted(events, "boot", "cause"),
        crashes=sum(event.kind == "crash" for event in events),
        faults=_counted(events, "fault", "fault"),
        calibrations=_counted(events, "calibration", "result"),
        untimed_min=untimed_min,
        clock_uncertainty_ms=_uncertainty_ms(chosen, clock),
        wrong_times=len(clock.outliers),
    )


def _counted(events: list[Event], kind: str, field: str) -> dict[str, int]:
    return dict(Counter(event.fields[field] for event in events if event.kind == kind))


def _uncertainty_ms(chosen: Columns, clock: ClockMap) -> int | None:
    """Return the clock's widest uncertainty in the period, over a sample of each boot's minutes.

    The sample includes the first and the last minute of a boot, which are often the widest.
    """
    found = []
    for boot in np.unique(chosen["boot"]):
        times = np.sort(chosen["t_ms"][chosen["boot"] == boot])
        places = np.unique(np.linspace(0, len(times) - 1, _LOOKED_AT).astype(int))
        some = (clock.instant(int(boot), int(t_ms)) for t_ms in times[places])
        found += [instant.uncertainty_ms for instant in some if instant]
    return max(found, default=None)
