"""Prescribed moments in time, through changes of clocks; whether one is shown, left out or a silent probe. Pure."""

import datetime as dt
import hashlib
from dataclasses import dataclass

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
    """Prescribed moments in (after, until], in order; exercises that fall together are one moment.

    A local time that spring's change of clocks skips comes as much later as the clocks moved; one that autumn
    brings twice comes once, the first time.
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
    """The exercises of this day."""
    return [each for each in plan.current if each.is_on(day)]


def lot(moment_utc_ms: int, what: str) -> int:
    """0 to 99, as if drawn for this moment, the same whenever it is asked."""
    digest = hashlib.sha256(f"{what} {moment_utc_ms // MINUTE_MS}".encode()).digest()
    return int.from_bytes(digest[:4], "little") % 100


def utc_ms(plan: Plan, day: dt.date, time: dt.time) -> int:
    """UTC milliseconds of this day's local time."""
    moment = dt.datetime.combine(day, time, plan.timezone)
    return int(resolve_imaginary(moment).timestamp() * 1000)


def local(plan: Plan, moment_utc_ms: int) -> dt.datetime:
    """The plan's local time then."""
    return dt.datetime.fromtimestamp(moment_utc_ms / 1000, plan.timezone)
