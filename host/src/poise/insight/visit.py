"""Figures of a visit: what happened in a period, each with its error, and what asks for attention. Pure.

Errors. Headache days: Wilson's 95 % interval of a share (J Am Stat Assoc 22:209, 1927), of the days that were logged,
as if days were independent. Values that every day has (neck pain, hours worn, share of time at 20° and more, done of
prescribed): the mean with the standard deviation of the days, which is the spread from day to day and not the mean's
own error. Nothing here says that two periods differ: `trend.change` does, with its conditions.
"""

import datetime as dt
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, stdev
from typing import Protocol

from ..coach.adherence import Tally, counted
from ..coach.diary import Symptoms
from ..coach.pain_rise import Level, higher_week
from .adherence import Total, total
from .apdf import Day as Exposure
from .classes import flexed
from .medication import MedicationDays

DAYS_28 = 28
LEAST_TOLD = 7  # logged days from which headache days are given per 28
LEAST_SPREAD = 3  # days that show a spread
LEAST_VALID_MIN = 60.0  # a day with less measured time has no share
QUIET_DAYS = 7  # a clip whose newest record is older asks for attention
_Z = 1.96  # two-sided 95 %


class Entry(Symptoms, Protocol):
    """The fields read of a diary entry: `store.diary.DiaryRow` has them."""

    @property
    def day(self) -> dt.date:
        """Calendar day of the entry."""
        ...


@dataclass(frozen=True)
class HeadacheDays:
    """Days with a headache among those logged; `per_28` with its 95 % interval, None below LEAST_TOLD logged days."""

    days: int
    told: int
    per_28: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Spread:
    """Mean of the days that have a value, and their standard deviation; None without enough days."""

    days: int
    mean: float | None
    deviation: float | None


@dataclass(frozen=True)
class Figures:
    """What happened from `first` to `last`, both included. Shares are 0 to 1, pain 0 to 10."""

    first: dt.date
    last: dt.date
    headache: HeadacheDays
    headache_nrs: Spread  # of the headaches that were rated
    neck_nrs: Spread
    medicine: dict[str, int]  # class -> days
    medicine_days: int
    exercises: Total
    done_share: Spread
    worn_h: Spread  # of the days on which the clip was worn
    flexed_share: Spread  # of valid time at 20° and more
    stops: int

    @property
    def days(self) -> int:
        """Length of the period in days."""
        return max(0, (self.last - self.first).days + 1)


@dataclass(frozen=True)
class Flag:
    """Something that asks for attention. `kind`: a key of words.clinic.FLAGS; `fields`: what its words name."""

    kind: str
    fields: Mapping[str, object]


def figures(
    first: dt.date,
    last: dt.date,
    *,
    entries: Iterable[Entry],
    tallies: Iterable[Tally],
    exposure: Mapping[dt.date, Exposure],
    medication: Mapping[dt.date, Sequence[str]],
    stops: Iterable[dt.date],
) -> Figures:
    """Return the figures of one period. All sources may cover more days. `stops`: the day of each stop."""
    own = [entry for entry in entries if first <= entry.day <= last]
    days = [tally for tally in tallies if first <= tally.day <= last]
    worn = [day for date, day in exposure.items() if first <= date <= last]
    taken = [set(names) for date, names in medication.items() if first <= date <= last and names]
    told = [entry.headache for entry in own if entry.headache is not None]
    classes = sorted({name for names in taken for name in names})
    return Figures(
        first=first,
        last=last,
        headache=headache_days(sum(told), len(told)),
        headache_nrs=_spread(
            entry.headache_nrs for entry in own if entry.headache and entry.headache_nrs is not None
        ),
        neck_nrs=_spread(entry.neck_nrs for entry in own if entry.neck_nrs is not None),
        medicine={name: sum(name in names for names in taken) for name in classes},
        medicine_days=len(taken),
        exercises=total(days),
        done_share=_spread(day.done / day.prescribed for day in counted(days) if day.prescribed),
        worn_h=_spread(day.worn_min / 60 for day in worn if day.worn_min),
        flexed_share=_spread(
            flexed(day.class_share)
            for day in worn
            if day.class_share is not None and day.valid_min >= LEAST_VALID_MIN
        ),
        stops=sum(first <= day <= last for day in stops),
    )


def headache_days(days: int, told: int) -> HeadacheDays:
    """Return the headache days among `told` logged days, per 28 with Wilson's 95 % interval."""
    if told < LEAST_TOLD:
        return HeadacheDays(days, told, None, None, None)
    share, square = days / told, _Z * _Z
    middle = (share + square / (2 * told)) / (1 + square / told)
    half = _Z / (1 + square / told)
    half *= math.sqrt(share * (1 - share) / told + square / (4 * told * told))
    low, high = max(0.0, middle - half), min(1.0, middle + half)
    return HeadacheDays(days, told, DAYS_28 * share, DAYS_28 * low, DAYS_28 * high)


def _spread(values: Iterable[float]) -> Spread:
    known = list(values)
    if not known:
        return Spread(0, None, None)
    return Spread(len(known), fmean(known), stdev(known) if len(known) >= LEAST_SPREAD else None)


@dataclass(frozen=True)
class _Told:
    """One day as `pain_rise` reads it."""

    day: dt.date
    neck_nrs: int | None
    excused: bool
    exercised: bool


def pain_rise(
    tallies: Sequence[Tally], neck_nrs: Mapping[dt.date, int | None], least: float, since: dt.date
) -> Level | None:
    """Return the level of neck pain of the last seven days, from `since` on, if it stays above the usual; else None.

    `tallies`: day after day, the oldest first. `least`: as `pain_rise.higher_week` has it.
    """
    days = [
        _Told(tally.day, neck_nrs.get(tally.day), tally.excused, tally.done > 0)
        for tally in tallies
    ]
    return higher_week(days, least, since) if days else None


def flags(
    today: dt.date,
    *,
    open_stops: Sequence[tuple[dt.date, str]],
    medicine: MedicationDays,
    rise: Level | None,
    newest_record: dt.date | None,
    has_clip: bool,
    lost_records: int,
    power: str,
    has_plan: bool,
    plan_ended: bool,
    review_due: dt.date | None,
) -> list[Flag]:
    """Return what asks for attention, the most urgent first.

    `open_stops`: day and reason of each. `newest_record`: day of the newest record of the patient's clips.
    `power`: the clip's newest stage of power (wire enumeration `power`), "" if unknown. `review_due`: None without a
    plan.
    """
    found = [Flag("open_stop", {"day": day, "reason": reason}) for day, reason in open_stops]
    if medicine.share:
        found.append(Flag("medicine", {"days": medicine.any_days}))
    if rise is not None:
        found.append(Flag("pain_rise", {"mean": rise.mean, "usual": rise.usual}))
    if not has_plan:
        found.append(Flag("no_plan", {}))
    if plan_ended:
        found.append(Flag("plan_ended", {}))
    if review_due is not None and review_due <= today:
        found.append(Flag("review_due", {"day": review_due}))
    if has_clip and (newest_record is None or (today - newest_record).days > QUIET_DAYS):
        found.append(Flag("clip_quiet", {"day": newest_record}))
    if lost_records:
        found.append(Flag("lost_records", {"count": lost_records}))
    if power in ("no_radio", "no_buzz", "log_only"):
        found.append(Flag("battery", {"power": power}))
    return found
