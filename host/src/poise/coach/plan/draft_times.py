"""When a draft's exercise is due, as an editor shows it: one of three ways of a day, one of three of the days. Pure."""

import datetime as dt
from typing import Any

from .check import as_list, as_table
from .days import DAYS
from .draft import Draft
from .toml_lines import Path

TIMES, HOURS, NEEDED = "times", "hours", "needed"
DAILY, WEEKDAYS, INTERVAL = "daily", "weekdays", "interval"
Moments = list[tuple[str, str]]  # (time, habit), as typed


def way(draft: Draft, place: int) -> str:
    """Return how the exercise's times are given: TIMES, HOURS or NEEDED."""
    at: Path = ("exercises", place)
    if draft.value((*at, "as_needed"), False):
        return NEEDED
    return TIMES if draft.value((*at, "times_a_day")) is None else HOURS


def with_way(draft: Draft, place: int, wanted: str) -> Draft:
    """Return the draft with the exercise's times given in this way, as often a day as before where it can be."""
    if wanted == way(draft, place):
        return draft
    at: Path = ("exercises", place)
    count = len(moments(draft, place)) or draft.value((*at, "times_a_day"), 1)
    for key in ("times", "anchors", "times_a_day", "between", "as_needed"):
        draft = draft.put((*at, key), None)
    if wanted == NEEDED:
        return draft.put((*at, "as_needed"), True)
    if wanted == HOURS:
        return draft.put((*at, "times_a_day"), count).put((*at, "between"), ["08:00", "20:00"])
    return draft.put((*at, "times"), ["08:00"])


def moments(draft: Draft, place: int) -> Moments:
    """Return the exercise's times of day with their habits, in their order in the draft."""
    at: Path = ("exercises", place)
    anchors = draft.value((*at, "anchors"), [])
    listed = [(_shown(each), "") for each in draft.value((*at, "times"), [])]
    one = as_table(anchors)
    for each in as_list(anchors) or ([one] if one else []):
        table = as_table(each) or {}
        listed.append((_shown(table.get("time", "")), str(table.get("habit", ""))))
    return listed


def with_moments(draft: Draft, place: int, rows: Moments) -> Draft:
    """Return the draft with these times of day for the exercise."""
    at: Path = ("exercises", place)
    plain = [time for time, habit in rows if not habit.strip()]
    tied = [{"habit": habit, "time": time} for time, habit in rows if habit.strip()]
    return draft.put((*at, "times"), plain or None).put((*at, "anchors"), tied or None)


def hours(draft: Draft, place: int) -> tuple[str, str]:
    """Return the first and the last hour between which the exercise's times lie."""
    found = draft.value(("exercises", place, "between"), ["08:00", "20:00"])
    first, last = (*map(_shown, found), "", "")[:2]
    return first, last


def days_way(draft: Draft, place: int) -> str:
    """Return how the exercise's days are given: DAILY, WEEKDAYS or INTERVAL."""
    at: Path = ("exercises", place)
    if draft.value((*at, "every_days")) is not None:
        return INTERVAL
    return DAILY if draft.value((*at, "days")) is None else WEEKDAYS


def with_days_way(draft: Draft, place: int, wanted: str) -> Draft:
    """Return the draft with the exercise's days given in this way."""
    if wanted == days_way(draft, place):
        return draft
    at: Path = ("exercises", place)
    draft = draft.put((*at, "every_days"), None).put((*at, "days"), None)
    if wanted == INTERVAL:
        return draft.put((*at, "every_days"), 2)
    return draft.put((*at, "days"), list(DAYS[:5])) if wanted == WEEKDAYS else draft


def with_day(draft: Draft, place: int, day: str, *, on: bool) -> Draft:
    """Return the draft with the exercise on this weekday (one of DAYS), or without it."""
    at: Path = ("exercises", place)
    before = draft.value((*at, "days"), list(DAYS))
    wanted = [each for each in DAYS if (on if each == day else each in before)]
    return draft.put((*at, "days"), wanted)


def _shown(time: Any) -> str:
    return f"{time:%H:%M}" if isinstance(time, dt.time) else str(time)
