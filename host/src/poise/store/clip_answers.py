"""Answers to reminders given at the clip's button. They arrive with the clip's log, perhaps days later.

The record's time is the answer's time. An answer before its reminder, or more than a day after it, belongs to another
reminder: one of another computer, or of an earlier store with the same numbers.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ..timebase.clip_clock import ClockMap, Instant
from .decode import RecordRow
from .reminders import put_answer
from .schema import reminders

VIA = "clip"
EARLY_MS = 60_000  # tolerance, since the clip's clock and the computer's differ a little
LATE_MS = 24 * 3600 * 1000


@dataclass(frozen=True)
class ClipAnswer:
    """An answer to a reminder, newly stored."""

    reminder_id: int
    answer: str
    answered_utc_ms: int


def is_answer(row: RecordRow) -> bool:
    """Return whether a record is an answer."""
    return row[3] == "reminder" and json.loads(row[4] or "{}")["answer"] != "none"


def keep_answers(
    connection: Connection, clock: ClockMap, rows: Sequence[RecordRow]
) -> tuple[ClipAnswer, ...]:
    """Store the answers among `rows` and return those stored: each is the earliest answer to its reminder.

    An answer of unknown time gets the time of its reminder.
    """
    found: list[ClipAnswer] = []
    for _, boot, t_ms, _, fields, _ in rows:
        told = json.loads(fields or "{}")
        number, answer = told["reminder_id"], told["answer"]
        shown_utc_ms = connection.scalar(
            sa.select(reminders.c.fired_utc_ms).where(reminders.c.reminder_id == number)
        )
        if shown_utc_ms is None:
            continue
        utc_ms = _within(clock.instant(boot, t_ms), shown_utc_ms)
        if utc_ms is None:
            continue
        if put_answer(connection, number, answer, utc_ms, VIA):
            found.append(ClipAnswer(number, answer, utc_ms))
    return tuple(found)


def _within(when: Instant | None, shown_utc_ms: int) -> int | None:
    """Return the answer's time in UTC ms, not before the reminder's; None if it cannot answer this reminder."""
    if when is None:
        return shown_utc_ms
    after_ms = when.utc_ms - shown_utc_ms
    unsure_ms = max(when.uncertainty_ms, EARLY_MS)
    if after_ms < -unsure_ms or after_ms - when.uncertainty_ms > LATE_MS:
        return None
    return shown_utc_ms + min(max(after_ms, 0), LATE_MS)
