"""Prescribed moments in UTC, correct when the clocks change, and the draw for fading and silent probes. Pure."""

import datetime as dt
import hashlib
from dataclasses import dataclass
from functools import lru_cache

from dateutil.tz import resolve_imaginary

from .plan import Exercise, Plan

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS


@dataclass(frozen=True)
class Occurrence:
    """A prescribed moment and the exercises due then."""

    due_utc_ms: int
    exercise_ids: tuple[str, ...]


def occurrences(plan: Plan, after_utc_ms: int, until_utc_ms: int) -> list[Occurrence]:
    """Return the prescribed moments in (after, until], in order. Exercises due at the same time share one moment.

    Spring: a local time that the change of clocks skips moves later by that change.
    Autumn: a local time that comes twice counts once, the first time.
    """
    day = local(plan, after_utc_ms).date() - dt.timedelta(days=1)
    last = local(plan, until_utc_ms).date()
    found: dict[int, list[str]] = {}
    while day <= last:
        for exercise in prescribed(plan, day):
            for anchor in exercise.anchors:
                due_utc_ms = utc_ms(plan, day, anchor.time)
                if after_utc_ms < due_utc_ms <= until_utc_ms:
                    found.setdefault(due_utc_ms, []).append(exercise.id)
        day += dt.timedelta(days=1)
    return [Occurrence(moment, tuple(dict.fromkeys(found[moment]))) for moment in sorted(found)]


def prescribed(plan: Plan, day: dt.date) -> list[Exercise]:
    """Return the exercises prescribed on this day."""
    return [each for each in plan.current if each.is_on(day)]


def lot(moment_utc_ms: int, what: str) -> int:
    """Draw a number from 0 to 99 for this moment. The same moment and `what` always give the same number."""
    digest = hashlib.sha256(f"{what} {moment_utc_ms // MINUTE_MS}".encode()).digest()
    return int.from_bytes(digest[:4], "little") % 100


def utc_ms(plan: Plan, day: dt.date, time: dt.time) -> int:
    """Return this day's local time in UTC milliseconds."""
    return _utc_ms(dt.datetime.combine(day, time, plan.timezone))


@lru_cache(maxsize=1024)  # the policy asks for the same few moments of a day at each look
def _utc_ms(moment: dt.datetime) -> int:
    return int(resolve_imaginary(moment).timestamp() * 1000)


def local(plan: Plan, moment_utc_ms: int) -> dt.datetime:
    """Return this moment in the plan's local time."""
    return dt.datetime.fromtimestamp(moment_utc_ms / 1000, plan.timezone)
