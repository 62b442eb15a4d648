"""The rows of an export's tables, from the store. Each quantity is that of the report and the pages."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..history import overview
from ..history.adherence import tallies_of
from ..history.plan_in_force import plan_in_force
from ..insight.classes import CLASSES
from ..insight.exposure import main_site
from ..store import Store
from ..timebase.calendar import local_date
from ..wire.rows import ENUMS
from .columns import MINUTE_NUMBERS

Row = dict[str, Any]
_FIRST, _LAST = dt.date(1970, 1, 1), dt.date(2199, 12, 31)
_MOST_DAYS = 36_600


@dataclass(frozen=True)
class Exported:
    """The rows of each table by name, of the patient `patient`, in `zone`, at `made_utc_ms`. The store stays open."""

    patient: str
    zone: dt.tzinfo
    made_utc_ms: int
    rows: "dict[str, Sequence[Row] | MinuteRows]"


@dataclass(frozen=True)
class MinuteRows:
    """The rows of the minutes, made as they are read: a year has half a million."""

    store: Store
    zone: dt.tzinfo

    def __iter__(self) -> Iterator[Row]:
        return _minutes(self.store, self.zone)

    def __len__(self) -> int:
        clips = self.store.clips
        return sum(len(self.store.minutes.columns(each)["utc_ms"]) for each in clips.ids())


def collect(store: Store, now_utc_ms: int, zone: dt.tzinfo) -> Exported:
    """Return every table of the store's patient. Days and local times are in `zone`. Raises PoiseError STORE_*."""
    rows: dict[str, Sequence[Row] | MinuteRows] = {
        "exposure_days": list(_exposure_days(store, now_utc_ms, zone)),
        "exercise_days": list(_exercise_days(store, now_utc_ms)),
        "sessions": [
            _dated(row, zone, started=row.started_utc_ms, ended=row.ended_utc_ms)
            for row in store.sessions.history()
        ],
        "diary": [
            {
                **_dated(row, zone, entered=row.entered_utc_ms),
                "medication": " ".join(row.medication),
            }
            for row in store.diary.days(_FIRST, _LAST)
        ],
        "treatments": [
            _dated(row, zone, entered=row.entered_utc_ms)
            for row in store.treatments.between(_FIRST, _LAST)
        ],
        "scores": [
            _dated(row, zone, entered=row.entered_utc_ms) for row in store.outcomes.history()
        ],
        "stops": [
            _dated(row, zone, raised=row.raised_utc_ms, cleared=row.cleared_utc_ms)
            for row in store.holds.history()
        ],
        "plans": [
            {**_dated(row, zone, set=row.when_utc_ms), "mark": row.mark}
            for row in reversed(store.plans.history())
        ],
        "reminders": [
            _dated(
                row,
                zone,
                due=row.due_utc_ms,
                shown=None if row.silent else row.fired_utc_ms,
                answered=row.answered_utc_ms,
            )
            for row in store.reminders.history()
        ],
        "minutes": MinuteRows(store, zone),
    }
    return Exported(store.patient.pseudonym, zone, now_utc_ms, rows)


def _dated(row: Any, zone: dt.tzinfo, **moments: int | None) -> Row:
    """Return a row's fields, and each of its moments in UTC and on the patient's clock."""
    out: Row = dict(vars(row))
    for name, utc_ms in moments.items():
        out[f"{name}_utc"], out[f"{name}_local"] = both(utc_ms, zone)
    return out


def both(utc_ms: int | None, zone: dt.tzinfo) -> tuple[dt.datetime | None, dt.datetime | None]:
    """Return a moment in UTC and in `zone`; (None, None) for None."""
    if utc_ms is None:
        return None, None
    utc = dt.datetime.fromtimestamp(utc_ms / 1000, dt.UTC)
    return utc, utc.astimezone(zone)


def _exposure_days(store: Store, now_utc_ms: int, zone: dt.tzinfo) -> Iterator[Row]:
    today = local_date(now_utc_ms, zone)
    for clip_id in store.clips.ids():
        extent = store.minutes.extent(clip_id)
        if extent.first_utc_ms is None or extent.last_utc_ms is None:
            continue
        # A minute is dated by its end: the one that ends at midnight is of the day before.
        first = local_date(extent.first_utc_ms - 1, zone)
        days = min((today - first).days, _MOST_DAYS)
        if days < 1:
            continue  # the first day is not over yet
        found = overview.collect(store, clip_id, days, now_utc_ms, zone)
        site = ENUMS["site"][main_site(store.minutes.columns(clip_id))]
        for day, each in zip(found.dates, found.exposure, strict=True):
            if not each.worn_min:
                continue
            shares = each.class_share or dict.fromkeys(CLASSES)
            yield {
                **vars(each),
                **{f"{name}_share": share for name, share in shares.items()},
                "clip_id": clip_id,
                "day": day,
                "site": site,
            }


def _exercise_days(store: Store, now_utc_ms: int) -> Iterator[Row]:
    held = plan_in_force(store)
    if held is None:
        return
    today = local_date(now_utc_ms, held.plan.timezone)
    for tally in tallies_of(store, held.plan, _FIRST, today, now_utc_ms):
        yield dict(vars(tally))


def _minutes(store: Store, zone: dt.tzinfo) -> Iterator[Row]:
    for clip_id in store.clips.ids():
        columns = store.minutes.columns(clip_id)
        names = ("state", "site", "utc_ms", *MINUTE_NUMBERS)
        for values in zip(*(np.asarray(columns[name]).tolist() for name in names), strict=True):
            row = dict(zip(names, values, strict=True))
            moment = both(row["utc_ms"] if row["utc_ms"] >= 0 else None, zone)
            row["ends_utc"], row["ends_local"] = moment
            row["clip_id"] = clip_id
            row["state"] = ENUMS["state"][row["state"]]
            row["site"] = ENUMS["site"][row["site"]]
            yield row
