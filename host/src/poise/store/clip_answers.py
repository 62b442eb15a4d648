"""Reminders that a clip showed by its timetable, and answers given at its button, as its log tells them.

They arrive perhaps days later; the record's time counts. A record that does not fit the time of its reminder belongs to
another reminder: one of another computer, or of an earlier store with the same numbers.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ..timebase.clip_clock import ClockMap, Instant
from .decode import RecordRow
from .letters import come_by_letter
from .reminders import NOT_SHOWN, WITH_ANSWERS, put_answer, put_shown
from .schema import answers, reminders

VIA = "clip"
EARLY_MS = 60_000  # tolerance, since the clip's clock and the computer's differ a little
DAY_MS = 24 * 3600 * 1000
LATE_MS = DAY_MS
SAME_MS = (
    10 * 60_000
)  # two showings of a moment within this time are one, by the clip and by a computer
MOST_DAYS = 10  # a timetable's entry serves for at most so many days
_BY_CLIP = {"shown", "again", "silent"}  # wire ENUMS "answer"
_ANSWERS = {"done", "snoozed", "skipped"}
_DOSE = "dose"
_FIELDS = (
    reminders.c.patient_id,
    reminders.c.reminder_id,
    reminders.c.exercise_ids,
    reminders.c.due_utc_ms,
    reminders.c.fired_utc_ms,
    reminders.c.cause,
)


class _Reminder(NamedTuple):
    """The fields of a reminder's row that are needed here."""

    patient_id: int
    number: int
    exercise_ids: str
    due_utc_ms: int
    fired_utc_ms: int
    cause: str


@dataclass(frozen=True)
class ClipAnswer:
    """An answer to a reminder, newly stored."""

    reminder_id: int
    answer: str
    answered_utc_ms: int


def is_news(row: RecordRow) -> bool:
    """Return whether a record says that the clip showed a reminder, or is an answer."""
    return row[3] == "reminder" and json.loads(row[4] or "{}")["answer"] in _BY_CLIP | _ANSWERS


def keep_news(
    connection: Connection, patient_id: int, clock: ClockMap, rows: Sequence[RecordRow]
) -> tuple[ClipAnswer, ...]:
    """Store the news among `rows`, records of the patient's clip. Return the answers stored.

    Each is the earliest to its reminder. News of unknown time gets the time of its reminder. At a clinic nothing is
    stored: the reminders there are from letters, with other numbers than the clip's, and letters bring the answers.
    """
    if rows and come_by_letter(connection, patient_id):
        return ()
    found: list[ClipAnswer] = []
    for _, boot, t_ms, _, fields, _ in rows:
        told = json.loads(fields or "{}")
        base = _reminder(connection, patient_id, told["reminder_id"])
        if base is None:
            continue
        when = clock.instant(boot, t_ms)
        if told["answer"] in _BY_CLIP:
            _keep_shown(connection, base, told["answer"], when)
        elif (answer := _keep_answer(connection, base, told["answer"], when)) is not None:
            found.append(answer)
    return tuple(found)


def _reminder(connection: Connection, patient_id: int, number: int) -> _Reminder | None:
    mine = reminders.c.patient_id == patient_id
    row = connection.execute(
        sa.select(*_FIELDS).where(mine, reminders.c.reminder_id == number)
    ).first()
    return None if row is None else _Reminder(*row)


# --- shown by the clip


def _keep_shown(connection: Connection, base: _Reminder, how: str, when: Instant | None) -> None:
    """Store one showing, unless it is known: the computer showed the same moment about then."""
    utc_ms = base.due_utc_ms if when is None else when.utc_ms
    if base.cause == _DOSE:
        _put_shown(connection, base, utc_ms, utc_ms, silent=False)
        return
    due_utc_ms = _due_utc_ms(base, utc_ms)
    if due_utc_ms is None:
        return
    known = [row.fired_utc_ms for row in _of_moment(connection, base, due_utc_ms)]
    if how == "again":
        known = [fired for fired in known if abs(fired - utc_ms) < SAME_MS]
    if not known:
        silent = how == "silent"
        _put_shown(connection, base, due_utc_ms, utc_ms, silent=silent)


def _put_shown(
    connection: Connection, base: _Reminder, due_utc_ms: int, utc_ms: int, *, silent: bool
) -> None:
    put_shown(
        connection,
        base.patient_id,
        base.exercise_ids,
        due_utc_ms,
        utc_ms,
        base.cause,
        silent=silent,
    )


def _due_utc_ms(base: _Reminder, utc_ms: int) -> int | None:
    """Return the moment that a clip shows now by the entry of `base`: moved by whole days after the timetable's end.

    None if it is too far off.
    """
    days = (utc_ms + EARLY_MS - base.due_utc_ms) // DAY_MS
    return base.due_utc_ms + days * DAY_MS if 0 <= days <= MOST_DAYS else None


def _of_moment(connection: Connection, base: _Reminder, due_utc_ms: int) -> list[_Reminder]:
    return _showings(connection, base, reminders.c.due_utc_ms == due_utc_ms)


def _showings(
    connection: Connection, base: _Reminder, which: sa.ColumnElement[bool]
) -> list[_Reminder]:
    """Return the patient's reminders of the cause of `base` that were shown, earliest first."""
    rows = connection.execute(
        sa.select(*_FIELDS)
        .select_from(WITH_ANSWERS)
        .where(reminders.c.patient_id == base.patient_id, reminders.c.cause == base.cause, which)
        .where(sa.func.coalesce(answers.c.answer, "").not_in(NOT_SHOWN))
        .order_by(reminders.c.fired_utc_ms, reminders.c.reminder_id)
    )
    return [_Reminder(*row) for row in rows]


# --- answers


def _keep_answer(
    connection: Connection, base: _Reminder, answer: str, when: Instant | None
) -> ClipAnswer | None:
    """Store an answer to the last showing before it; None if it is not the earliest, or answers another reminder."""
    shown = base if when is None else _answered(connection, base, when)
    utc_ms = _within(when, shown.fired_utc_ms)
    if utc_ms is None or not put_answer(
        connection, shown.patient_id, shown.number, answer, utc_ms, VIA
    ):
        return None
    return ClipAnswer(shown.number, answer, utc_ms)


def _answered(connection: Connection, base: _Reminder, when: Instant) -> _Reminder:
    """Return the showing that an answer of this time is to."""
    latest = when.utc_ms + max(when.uncertainty_ms, EARLY_MS)
    due_utc_ms = _due_utc_ms(base, when.utc_ms)
    if base.cause == _DOSE:
        fired = reminders.c.fired_utc_ms
        found = _showings(connection, base, fired.between(latest - DAY_MS, latest))
    elif due_utc_ms is None:
        found = []
    else:
        found = _of_moment(connection, base, due_utc_ms)
    before = [one for one in found if one.fired_utc_ms <= latest]
    return before[-1] if before else base


def _within(when: Instant | None, shown_utc_ms: int) -> int | None:
    """Return the answer's time in UTC ms, not before the reminder's; None if it cannot answer this reminder."""
    if when is None:
        return shown_utc_ms
    after_ms = when.utc_ms - shown_utc_ms
    unsure_ms = max(when.uncertainty_ms, EARLY_MS)
    if after_ms < -unsure_ms or after_ms - when.uncertainty_ms > LATE_MS:
        return None
    return shown_utc_ms + min(max(after_ms, 0), LATE_MS)
