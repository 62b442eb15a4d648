"""Data of a period for insight, read from the store."""

import datetime as dt

import numpy as np

from ..insight.overview import Overview, overview
from ..insight.placement import BEFORE_MS, KINDS
from ..store import Store
from ..store.records import Event
from ..timebase.calendar import day_begins_utc_ms, local_date
from .adherence import excused_days, tallies_of
from .plan_in_force import plan_in_force


def collect(
    store: Store, clip_id: str | None, days: int, now_utc_ms: int, zone: dt.tzinfo
) -> Overview:
    """Return the overview of the last `days` days up to yesterday, in `zone`. `clip_id` is None without a clip.

    Raises PoiseError STORE_*.
    """
    today = local_date(now_utc_ms, zone)
    dates = [today - dt.timedelta(n) for n in range(days, 0, -1)]
    starts = np.array([day_begins_utc_ms(day, zone) for day in (*dates, today)])
    held = plan_in_force(store)
    return overview(
        dates,
        starts,
        # A minute is dated by its end, so the minute that ends at midnight belongs to the day before.
        minutes=store.minutes.columns(clip_id or "", int(starts[0]) + 1, int(starts[-1]) + 1),
        events=store.records.events(
            clip_id or "", int(starts[0]), int(starts[-1]), ("posture", "sustained")
        ),
        placements=placements(store, clip_id or "", int(starts[0]), int(starts[-1])),
        tallies=tallies_of(store, held.plan, dates[0], dates[-1], None) if held else [],
        excused=excused_days(store, zone, dates[-1]),
        entries=store.diary.days(dates[0], dates[-1]),
    )


def placements(store: Store, clip_id: str, from_utc_ms: int, to_utc_ms: int) -> list[Event]:
    """Return the records that tell which minutes of this period are in doubt (`insight.placement`)."""
    return store.records.events(clip_id, from_utc_ms - BEFORE_MS, to_utc_ms, KINDS)


def headache_marks(
    store: Store, first: dt.date, last: dt.date, zone: dt.tzinfo
) -> list[dt.datetime]:
    """Return the times at which the wearer marked a headache with a clip's button, from `first` to `last` inclusive."""
    begin = day_begins_utc_ms(first, zone)
    end = day_begins_utc_ms(last + dt.timedelta(1), zone)
    found = [
        each.utc_ms
        for clip_id in store.clips.ids()
        for each in store.records.events(clip_id, begin, end, ("mark",))
        if each.utc_ms is not None
    ]
    return [dt.datetime.fromtimestamp(utc_ms / 1000, zone) for utc_ms in sorted(found)]
