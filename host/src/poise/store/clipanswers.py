"""Answers that the wearer gave at the clip's button: they come with its log, also days later, by whatever command.

Their time is that of the record. What is older than the reminder, or a day younger, answers another one: of another
computer, or of a store that was begun anew.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ..timebase.clip_clock import ClockMap, Instant
from .reminders import put_answer
from .schema import reminders

VIA = "clip"
EARLY_MS = 60_000  # the clip's clock and the computer's differ a little
LATE_MS = 24 * 3600 * 1000


@dataclass(frozen=True)
class ClipAnswer:
    """A reminder's answer that is kept now."""

    reminder_id: int
    answer: str
    answered_utc_ms: int


def is_answer(row: tuple) -> bool:
    """Whether a decoded row (seq, boot, t_ms, kind, fields as JSON, raw) is an answer."""
    return row[3] == "reminder" and json.loads(row[4])["answer"] != "none"


def keep_answers(
    connection: Connection, clock: ClockMap, rows: Sequence[tuple]
) -> tuple[ClipAnswer, ...]:
    """Those of `rows` that are the first to their reminders. A time that nobody knows is the reminder's own."""
    found = []
    for _, boot, t_ms, _, fields, _ in rows:
        told = json.loads(fields)
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
    """The answer's time, no earlier than the reminder's; None when it can't be this one's."""
    if when is None:
        return shown_utc_ms
    after_ms = when.utc_ms - shown_utc_ms
    unsure_ms = max(when.uncertainty_ms, EARLY_MS)
    if after_ms < -unsure_ms or after_ms - when.uncertainty_ms > LATE_MS:
        return None
    return shown_utc_ms + min(max(after_ms, 0), LATE_MS)
