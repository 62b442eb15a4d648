"""Rows of one patient: diary entries and sessions."""

import datetime as dt

from poise.store.diary import DiaryRow

DAY = dt.date(2026, 11, 20)
UTC = 1_790_000_000_000


def entry(day: dt.date = DAY, **changes) -> DiaryRow:
    fields = {
        "day": day,
        "headache": None,
        "headache_nrs": None,
        "neck_nrs": None,
        "medication": (),
        "note": "",
        "entered_utc_ms": UTC,
        "backfilled": False,
        "via": "terminal",
    }
    return DiaryRow(**(fields | changes))


def session(**changes):
    fields = {
        "plan_id": None,
        "exercise_id": "nod",
        "started_utc_ms": UTC,
        "ended_utc_ms": UTC + 60_000,
        "source": "sensed",
        "site": "head",
        "outcome": "done",
        "reps_prescribed": 10,
        "reps_done": 10,
        "hold_prescribed_s": 5,
        "hold_done_s": 5,
        "pain_before": 2,
        "pain_after": None,
        "via": "terminal",
        "entered_utc_ms": UTC,
        "detail": {"peaks_deg": [12, 13]},
    }
    return fields | changes
