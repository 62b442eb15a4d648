"""The numbers of a report, from the store. The words are in `view` and its neighbours."""

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from .. import __version__
from ..coach.adherence import Tally
from ..coach.plan.plan import Plan
from ..coach.reminders.choice import PLANNED, Choice
from ..coach.reminders.facts import CLOCK
from ..history.adherence import tallies_of
from ..history.changes import Changes, changes
from ..history.overview import placements
from ..history.plan_in_force import plan_in_force
from ..history.reminder_choice import reminder_choice
from ..insight.adherence import Total, by_exercise, total
from ..insight.diary import Diary, diary
from ..insight.exposure import Exposure, answer_counts, at_site, exposure, main_site, measured_s
from ..insight.medication import MedicationDays, medication_days
from ..insight.placement import in_doubt_min
from ..insight.scores import Scores, scores
from ..store import Store
from ..store.timeline import OutcomeRow
from ..timebase.calendar import local_date
from ..timebase.period import Period
from ..wire.rows import ENUMS
from .choice import chosen_period, nothing, recorded
from .quality import Quality, quality

SITES = ENUMS["site"]
_KINDS = ("boot", "calibration", "sustained", "nudge", "nod", "fault", "gap", "crash")
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
class Source:
    """Where the numbers come from. `clip_id`: None without a clip; `mark`, `version`: of the plan in force now.

    `clip_until_utc_ms`: end of the last minute of the clip in the store; `diary_until`: the diary's last day; None
    without any.
    """

    clip_id: str | None
    firmware: str | None
    software: str
    clip_until_utc_ms: int | None
    diary_until: dt.date | None


@dataclass(frozen=True)
class Report:
    """All numbers of a report. Minutes and degrees.

    `exposure`: the main site's minutes, `state_min`: all sites. The diary, exercises and changes are the patient's,
    whichever clip was worn.
    """

    source: Source
    patient: str  # the pseudonym, "" without one
    period: Period
    since_visit: bool  # the period begins with the last visit
    made_utc_ms: int
    plan: Plan | None
    diary: Diary
    medication: MedicationDays  # in the 30 days up to the period's end
    scores: tuple[Scores, ...]
    score_rows: tuple[OutcomeRow, ...]  # every score up to the period's end
    changes: Changes
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
    each_exercise: dict[str, Total]  # by its id
    reminders: Reminders
    quality: Quality


def collect(
    store: Store, clip_id: str | None, first: dt.date | None, last: dt.date | None, now_utc_ms: int
) -> Report:
    """Return the report on the patient and this clip (None: without one).

    Without dates the period is that since the last visit, else up to 28 days, and ends with the last recorded day
    (`choice.chosen_period`). Days are in the plan's time zone, else in this machine's. Raises PoiseError NO_DATA,
    BAD_INPUT, STORE_*.
    """
    held = plan_in_force(store)
    plan = held.plan if held else None
    there = recorded(store, clip_id, plan, now_utc_ms)
    period, since_visit = chosen_period(store, there, first, last)
    end_utc_ms = max(min(period.to_utc_ms, now_utc_ms), period.from_utc_ms)
    # The store keeps a minute's end: (from, to].
    clip = clip_id or ""
    chosen = store.minutes.columns(clip, period.from_utc_ms + 1, period.to_utc_ms + 1)
    written = any(period.first <= entry.day <= period.last for entry in there.entries)
    if not len(chosen["utc_ms"]) and not written:
        raise nothing(there, period)
    end_utc_ms = max(end_utc_ms, int(chosen["utc_ms"].max(initial=0)))
    events = store.records.events(clip, period.from_utc_ms, period.to_utc_ms, _KINDS)
    count = Counter(event.kind for event in events)
    site = SITES[main_site(chosen)]
    overall = exposure(chosen, period.from_utc_ms, end_utc_ms)
    at_main = at_site(chosen, SITES.index(site))
    tallies = _tallies(store, plan, period, now_utc_ms)
    told = tuple(row for row in store.outcomes.history() if row.day <= period.last)
    return Report(
        source=Source(
            clip_id=clip_id,
            firmware=_firmware(store, clip),
            software=__version__,
            clip_until_utc_ms=there.extent.last_utc_ms,
            diary_until=there.diary_until,
        ),
        patient=store.patient.pseudonym,
        period=period,
        since_visit=since_visit,
        made_utc_ms=now_utc_ms,
        plan=plan,
        diary=diary(there.entries, period.first, period.last),
        medication=medication_days(there.entries, period.last),
        scores=scores(told, period.last),
        score_rows=told,
        changes=changes(store, period),
        site=site,
        other_sites_min=_other_sites(chosen, site),
        exposure=exposure(at_main, period.from_utc_ms, end_utc_ms),
        in_doubt_min=in_doubt_min(
            at_main, placements(store, clip, period.from_utc_ms, period.to_utc_ms)
        ),
        state_min=overall.state_min,
        worn_min=overall.worn_min,
        period_min=overall.period_min,
        days_worn=_days_worn(chosen, period),
        parts=tuple(_parts(chosen, period)),
        sustained=count["sustained"],
        nudges=count["nudge"],
        nods=count["nod"],
        exercises=total(tallies) if plan else None,
        each_exercise=by_exercise(tallies),
        reminders=_reminders(store, period),
        quality=quality(events, there.extent.untimed, chosen, store.records.clock_map(clip)),
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


def _tallies(store: Store, plan: Plan | None, period: Period, now_utc_ms: int) -> list[Tally]:
    """Return done of prescribed by day, counted as on Trends and Today; [] without a plan."""
    if plan is None:
        return []
    last = min(period.last, local_date(now_utc_ms, period.zone))
    return tallies_of(store, plan, period.first, last, now_utc_ms)
