"""Figures of a visit: what happened in a period, each with its error, and what asks for attention. Pure.

The diary's figures are `diary_period`'s and done of prescribed is `adherence`'s, as in the report. What every worn day
has (hours worn, share of time at 20° and more) has the standard deviation of the days, which is the spread from day to
day and not the value's own error. Nothing here says that two periods differ: `trend.change` does, with its conditions.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, stdev

from ..coach.adherence import Tally
from ..coach.pain_rise import Level, higher_week
from .adherence import Total, total
from .apdf import Day as Exposure
from .classes import flexed
from .diary_period import DiaryPeriod, Entry, diary_period
from .medication import MedicationDays

LEAST_SPREAD = 3  # days that show a spread
QUIET_DAYS = 7  # a clip whose newest record is older asks for attention


@dataclass(frozen=True)
class Spread:
    """A value of `days` days, and the standard deviation of these days; None without enough days."""

    days: int
    value: float | None
    deviation: float | None


@dataclass(frozen=True)
class Figures:
    """What happened from `first` to `last`, both included. Shares are 0 to 1."""

    first: dt.date
    last: dt.date
    diary: DiaryPeriod
    exercises: Total
    worn_h: Spread  # mean of the days on which the clip was worn
    flexed_share: Spread  # of all valid time at 20° and more
    stops: int  # that were open on any of the days

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
    stops: int,
) -> Figures:
    """Return the figures of one period. The sources may cover more days, but `stops`, which is that period's."""
    worn = [day for date, day in exposure.items() if first <= date <= last]
    return Figures(
        first=first,
        last=last,
        diary=diary_period(entries, first, last),
        exercises=total([tally for tally in tallies if first <= tally.day <= last]),
        worn_h=_worn_h(worn),
        flexed_share=_flexed_share(worn),
        stops=stops,
    )


def _worn_h(days: Sequence[Exposure]) -> Spread:
    hours = [day.worn_min / 60 for day in days if day.worn_min]
    return Spread(len(hours), fmean(hours) if hours else None, _deviation(hours))


def _flexed_share(days: Sequence[Exposure]) -> Spread:
    """Return the share of the days' valid time; a short day counts for its minutes and shows no spread."""
    pairs = [(day.valid_min, flexed(day.class_share)) for day in days if day.class_share]
    valid_min = sum(minutes for minutes, _share in pairs)
    share = sum(minutes * part for minutes, part in pairs) / valid_min if valid_min else None
    own = [day.flexed_share for day in days if day.flexed_share is not None]
    return Spread(len(pairs), share, _deviation(own))


def _deviation(values: Sequence[float]) -> float | None:
    return stdev(values) if len(values) >= LEAST_SPREAD else None


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
