"""Reminders that were shown, and the one answer of each: the earliest, whenever it came to be known."""

import contextlib
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import exc
from sqlalchemy.engine import Connection

from .engine import Database
from .schema import answers, reminders

SNOOZE_MIN = 10  # after Later it comes back
UNSHOWN = "unshown"  # in an answer's place: no way could show it


@dataclass(frozen=True)
class ReminderRow:
    """One reminder as shown; the answer's fields are None until there is one. Times: UTC milliseconds.

    `cause`: clock (prescribed then) or dose (still for long). `silent`: a probe, decided and not shown.
    """

    reminder_id: int
    exercise_ids: str
    due_utc_ms: int
    fired_utc_ms: int
    cause: str
    silent: bool
    answer: str | None
    answered_utc_ms: int | None
    via: str | None
    snooze_min: int | None


class Reminders:
    """What was shown and what was answered."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def fired(
        self,
        exercise_ids: str,
        due_utc_ms: int,
        fired_utc_ms: int,
        cause: str = "clock",
        *,
        silent: bool = False,
    ) -> int:
        """Keeps that a reminder is shown now; its number, from 1, which the clip is given too."""
        values = {
            "exercise_ids": exercise_ids,
            "due_utc_ms": due_utc_ms,
            "fired_utc_ms": fired_utc_ms,
            "cause": cause,
            "silent": silent,
        }
        with self._database.write() as connection:
            done = connection.execute(sa.insert(reminders).values(values))
            assert done.inserted_primary_key is not None
            return done.inserted_primary_key[0]

    def answered(self, reminder_id: int, answer: str, answered_utc_ms: int, via: str) -> bool:
        """Keeps the answer if it is the reminder's first; False for a later one or an unknown reminder."""
        try:
            with self._database.write() as connection:
                return put_answer(connection, reminder_id, answer, answered_utc_ms, via)
        except exc.IntegrityError:  # another program's came in between
            return False

    def unshown(self, reminder_id: int, utc_ms: int) -> None:
        """No way could show it: it counts as nothing until it is answered all the same, or `shown`."""
        with (
            contextlib.suppress(exc.IntegrityError),  # another program's answer came in between
            self._database.write() as connection,
        ):
            if put_answer(connection, reminder_id, UNSHOWN, utc_ms, ""):
                _set(connection, reminder_id, silent=True)

    def shown(self, reminder_id: int, fired_utc_ms: int) -> None:
        """One that was `unshown` is shown now."""
        mark = (answers.c.reminder_id == reminder_id) & (answers.c.answer == UNSHOWN)
        with self._database.write() as connection:
            connection.execute(sa.delete(answers).where(mark))
            _set(connection, reminder_id, silent=False, fired_utc_ms=fired_utc_ms)

    def history(self, from_utc_ms: int = 0, to_utc_ms: int | None = None) -> list[ReminderRow]:
        """Reminders shown from `from_utc_ms` until before `to_utc_ms`, oldest first; none that no way could show."""
        query = (
            sa.select(
                *reminders.c,
                answers.c.answer,
                answers.c.answered_utc_ms,
                answers.c.via,
                answers.c.snooze_min,
            )
            .select_from(reminders.outerjoin(answers))
            .where(reminders.c.fired_utc_ms >= from_utc_ms)
            .where(sa.func.coalesce(answers.c.answer, "") != UNSHOWN)
            .order_by(reminders.c.fired_utc_ms, reminders.c.reminder_id)
        )
        if to_utc_ms is not None:
            query = query.where(reminders.c.fired_utc_ms < to_utc_ms)
        with self._database.read() as connection:
            return [ReminderRow(*row) for row in connection.execute(query)]


def put_answer(
    connection: Connection, reminder_id: int, answer: str, answered_utc_ms: int, via: str
) -> bool:
    """Keeps the answer if none was given before it; False for a later one or an unknown reminder."""
    this = answers.c.reminder_id == reminder_id
    known = sa.select(reminders.c.reminder_id).where(reminders.c.reminder_id == reminder_id)
    if connection.scalar(known) is None:
        return False
    before = connection.execute(
        sa.select(answers.c.answer, answers.c.answered_utc_ms).where(this)
    ).first()
    if before and before.answer != UNSHOWN and before.answered_utc_ms <= answered_utc_ms:
        return False
    if before:
        connection.execute(sa.delete(answers).where(this))
    if before and before.answer == UNSHOWN:  # it was felt all the same
        _set(connection, reminder_id, silent=False)
    values = {
        "reminder_id": reminder_id,
        "answer": answer,
        "answered_utc_ms": answered_utc_ms,
        "via": via,
        "snooze_min": SNOOZE_MIN if answer == "snoozed" else 0,
    }
    connection.execute(sa.insert(answers).values(values))
    return True


def _set(connection: Connection, reminder_id: int, **values: int) -> None:
    this = reminders.c.reminder_id == reminder_id
    connection.execute(sa.update(reminders).where(this).values(values))
