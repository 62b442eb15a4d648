"""Overview of a period from the store's rows: `poise insight` prints it and the dashboard draws it."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..coach.adherence import Tally, counted
from .adherence import Week, weeks
from .apdf import LEAST_VALID_MIN, Day, by_day
from .association import Answer, associate
from .diary_period import DiaryPeriod, Entry, diary_period
from .diary_weeks import DiaryWeek, diary_weeks
from .eva import Event as BoutEvent
from .eva import bouts_beyond, changes_an_hour, eva
from .exposure import at_site, main_site
from .medication import MedicationDays, medication_days
from .placement import Record, in_doubt_min
from .trend import ERRORS, Change, change

_SEED = 20_260_101  # the same data give the same words


@dataclass(frozen=True)
class Overview:
    """Insight into the days `dates`; one item of `exposure` for each. `flexed_share`: of valid time at 20° and more.

    Angles are those of the site with the most measured time, as in the report; worn time is of all sites.
    """

    dates: tuple[dt.date, ...]
    exposure: tuple[Day, ...]
    in_doubt_min: float  # worn, but the clip sat elsewhere than calibrated, as far as it noticed
    eva_min: np.ndarray
    bouts: int
    bouts_beyond: int
    longest_bout_s: float
    changes_an_hour: float | None
    adherence: tuple[Week, ...]
    headache: np.ndarray  # 1, 0, NaN by day
    neck_nrs: np.ndarray
    diary: DiaryPeriod
    diary_weeks: tuple[DiaryWeek, ...]
    medication: MedicationDays
    changes: dict[str, Change]  # the period's last half against its first
    association: Answer

    @property
    def worn_min(self) -> float:
        """Worn minutes of all days."""
        return sum(day.worn_min for day in self.exposure)

    @property
    def flexed_share(self) -> np.ndarray:
        """Share of valid time at 20° and more, by day; NaN where too little was measured."""
        return np.array([_flexed(day) for day in self.exposure])


def overview(
    dates: Sequence[dt.date],
    starts_utc_ms: np.ndarray,
    *,
    minutes: Mapping[str, np.ndarray],
    events: Sequence[BoutEvent],
    placements: Sequence[Record],
    tallies: Sequence[Tally],
    excused: frozenset[dt.date],
    entries: Sequence[Entry],
) -> Overview:
    """Return the overview of d days in a row, `dates`.

    `starts_utc_ms`: their beginnings and the last one's end, shape (d + 1,). `minutes`: columns of the store.
    `events`: posture and sustained records; `placements`: as `placement` wants them. `tallies` may cover more days.
    `excused` days are no evidence for an association, on either side.
    """
    own_site = at_site(minutes, main_site(minutes))
    worn_min = [day.worn_min for day in by_day(minutes, starts_utc_ms)]  # at any site
    days = [
        replace(day, worn_min=worn)
        for day, worn in zip(by_day(own_site, starts_utc_ms), worn_min, strict=True)
    ]
    worn = sum(day.worn_min for day in days)
    bouts, beyond, longest = bouts_beyond(events)
    own = [tally for tally in tallies if dates[0] <= tally.day <= dates[-1]]
    by_date = {entry.day: entry for entry in entries}
    headache = np.array([_number(by_date.get(day), "headache") for day in dates])
    neck = np.array([_number(by_date.get(day), "neck_nrs") for day in dates])
    bent = np.array([_flexed(day) for day in days])
    median = np.array([_or_nan(day.p50_deg, day) for day in days])
    done = _done_share(dates, own)
    rng = np.random.default_rng(_SEED)
    half = len(dates) // 2
    changes = {
        name: change(values[:half], values[half:], ERRORS[error])
        for name, values, error in (
            ("flexed_share", bent, "share"),
            ("p50_deg", median, "flexion_deg"),
            ("neck_nrs", neck, "neck_nrs"),
        )
    }
    exposures = {"flexed_share": bent, "worn_h": _worn_h(days), "exercises_done": done}
    left_out = np.array([day in excused for day in dates])
    return Overview(
        dates=tuple(dates),
        exposure=tuple(days),
        in_doubt_min=in_doubt_min(own_site, placements),
        eva_min=eva(own_site),
        bouts=bouts,
        bouts_beyond=beyond,
        longest_bout_s=longest,
        changes_an_hour=changes_an_hour(events, worn),
        adherence=tuple(weeks(own)),
        headache=headache,
        neck_nrs=neck,
        diary=diary_period(entries, dates[0], dates[-1]),
        diary_weeks=diary_weeks(entries, dates[0], dates[-1]),
        medication=medication_days(entries, dates[-1]),
        changes=changes,
        association=associate(headache, exposures, rng, left_out),
    )


def _number(entry: Entry | None, name: str) -> float:
    value = getattr(entry, name) if entry is not None else None
    return float("nan") if value is None else float(value)


def _or_nan(value: float | None, day: Day) -> float:
    return float("nan") if value is None or day.valid_min < LEAST_VALID_MIN else value


def _flexed(day: Day) -> float:
    share = day.flexed_share
    return float("nan") if share is None else share


def _worn_h(days: Sequence[Day]) -> np.ndarray:
    return np.array([day.worn_min / 60 if day.worn_min else float("nan") for day in days])


def _done_share(dates: Sequence[dt.date], tallies: Sequence[Tally]) -> np.ndarray:
    by_date = {tally.day: tally for tally in counted(tallies) if tally.prescribed}
    return np.array(
        [by_date[d].done / by_date[d].prescribed if d in by_date else float("nan") for d in dates]
    )
