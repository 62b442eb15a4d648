"""Reminders that were shown, and one answer to each: the earliest, even if it arrives later than another."""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import exc
from sqlalchemy.engine import Connection

from .owned import PatientDatabase, columns
from .schema import answers, reminders

SNOOZE_MIN = 10  # minutes until a reminder answered with Later comes back
# In place of an answer: no way could show the reminder; or a clip's timetable has its number, and it is not shown yet.
UNSHOWN, RESERVED = "unshown", "reserved"
NOT_SHOWN = (UNSHOWN, RESERVED)
WITH_ANSWERS = reminders.outerjoin(answers)


@dataclass(frozen=True)
class ReminderRow:
    """One reminder. The answer's fields are None until it is answered. Times are UTC milliseconds.

    `cause`: clock (prescribed for that time) or dose (the wearer was still for long). `silent`: a probe, which was due
    and on purpose not shown.
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
    """Reminders and their answers."""

    def __init__(self, database: PatientDatabase) -> None:
        self._database = database
        self._patient = database.patient_id

    def fired(
        self,
        exercise_ids: str,
        due_utc_ms: int,
        fired_utc_ms: int,
        cause: str = "clock",
        *,
        silent: bool = False,
    ) -> int:
        """Store that a reminder is shown now. Return its number, from 1, which the clip gets too.

        A number that is reserved for this moment is taken.
        """
        with self._database.write() as connection:
            return put_shown(
                connection,
                self._patient,
                exercise_ids,
                due_utc_ms,
                fired_utc_ms,
                cause,
                silent=silent,
            )

    def reserve(self, moments: Sequence[tuple[str, int, str]]) -> list[int]:
        """Return a number for each (exercise ids, due time, cause) that a clip may show by itself.

        The same moment gets the same number until it is shown.
        """
        with self._database.write() as connection:
            return [_reserved_or_new(connection, self._patient, *moment) for moment in moments]

    def is_reserved(self, due_utc_ms: int, cause: str = "clock") -> bool:
        """True if a clip may have this moment in its timetable, and nobody has shown it yet."""
        with self._database.read() as connection:
            return _number(connection, self._patient, due_utc_ms, cause, (RESERVED,)) is not None

    def answered(self, reminder_id: int, answer: str, answered_utc_ms: int, via: str) -> bool:
        """Store the answer if it is the reminder's earliest. Return False for a later one or an unknown reminder."""
        try:
            with self._database.write() as connection:
                return put_answer(
                    connection, self._patient, reminder_id, answer, answered_utc_ms, via
                )
        except exc.IntegrityError:  # another program's answer came in between
            return False

    def unshown(self, reminder_id: int, utc_ms: int) -> None:
        """Store that no way could show the reminder. It does not count until it is answered or `shown`."""
        with (
            contextlib.suppress(exc.IntegrityError),  # another program's answer came in between
            self._database.write() as connection,
        ):
            if put_answer(connection, self._patient, reminder_id, UNSHOWN, utc_ms, ""):
                _set(connection, self._patient, reminder_id, silent=True)

    def shown(self, reminder_id: int, fired_utc_ms: int) -> None:
        """Store that a reminder that was not shown (NOT_SHOWN) is shown now."""
        mark = self._database.mine(answers) & answers.c.answer.in_(NOT_SHOWN)
        mark &= answers.c.reminder_id == reminder_id
        with self._database.write() as connection:
            connection.execute(sa.delete(answers).where(mark))
            _set(connection, self._patient, reminder_id, silent=False, fired_utc_ms=fired_utc_ms)

    def history(self, from_utc_ms: int = 0, to_utc_ms: int | None = None) -> list[ReminderRow]:
        """Return the reminders from `from_utc_ms` until before `to_utc_ms`, oldest first.

        Probes are included. Reminders that were not shown, or not yet, are not.
        """
        query = (
            sa.select(
                *columns(reminders),
                answers.c.answer,
                answers.c.answered_utc_ms,
                answers.c.via,
                answers.c.snooze_min,
            )
            .select_from(WITH_ANSWERS)
            .where(self._database.mine(reminders))
            .where(reminders.c.fired_utc_ms >= from_utc_ms)
            .where(sa.func.coalesce(answers.c.answer, "").not_in(NOT_SHOWN))
            .order_by(reminders.c.fired_utc_ms, reminders.c.reminder_id)
        )
        if to_utc_ms is not None:
            query = query.where(reminders.c.fired_utc_ms < to_utc_ms)
        with self._database.read() as connection:
            return [ReminderRow(*row) for row in connection.execute(query)]


def put_answer(
    connection: Connection,
    patient_id: int,
    reminder_id: int,
    answer: str,
    answered_utc_ms: int,
    via: str,
) -> bool:
    """Store the patient's answer if it is the earliest by its time.

    Return False for a later one, or if the patient has no such reminder.
    """
    this = _is(answers, patient_id, reminder_id)
    known = sa.select(reminders.c.reminder_id).where(_is(reminders, patient_id, reminder_id))
    if connection.scalar(known) is None:
        return False
    before = connection.execute(
        sa.select(answers.c.answer, answers.c.answered_utc_ms).where(this)
    ).first()
    if before and before.answer not in NOT_SHOWN and before.answered_utc_ms <= answered_utc_ms:
        return False
    if before:
        connection.execute(sa.delete(answers).where(this))
    if before and before.answer in NOT_SHOWN:  # the wearer noticed it all the same
        _set(connection, patient_id, reminder_id, silent=False)
    values = {
        "patient_id": patient_id,
        "reminder_id": reminder_id,
        "answer": answer,
        "answered_utc_ms": answered_utc_ms,
        "via": via,
        "snooze_min": SNOOZE_MIN if answer == "snoozed" else 0,
    }
    connection.execute(sa.insert(answers).values(values))
    return True


def put_shown(
    connection: Connection,
    patient_id: int,
    exercise_ids: str,
    due_utc_ms: int,
    fired_utc_ms: int,
    cause: str,
    *,
    silent: bool,
) -> int:
    """Store that a reminder was shown. Return its number: the one reserved for its moment, else a new one."""
    values = {"exercise_ids": exercise_ids, "fired_utc_ms": fired_utc_ms, "silent": silent}
    number = _number(connection, patient_id, due_utc_ms, cause, (RESERVED,))
    if number is not None:
        connection.execute(sa.delete(answers).where(_is(answers, patient_id, number)))
        _set(connection, patient_id, number, **values)
        return number
    moment = {"patient_id": patient_id, "due_utc_ms": due_utc_ms, "cause": cause}
    return _insert(connection, {**values, **moment})


def _reserved_or_new(
    connection: Connection, patient_id: int, exercise_ids: str, due_utc_ms: int, cause: str
) -> int:
    number = _number(connection, patient_id, due_utc_ms, cause, NOT_SHOWN)
    if number is None:
        number = _insert(
            connection,
            {
                "patient_id": patient_id,
                "exercise_ids": exercise_ids,
                "due_utc_ms": due_utc_ms,
                "fired_utc_ms": due_utc_ms,
                "cause": cause,
                "silent": True,
            },
        )
        mark = {
            "patient_id": patient_id,
            "reminder_id": number,
            "answer": RESERVED,
            "answered_utc_ms": due_utc_ms,
        }
        connection.execute(sa.insert(answers).values({**mark, "via": "", "snooze_min": 0}))
        return number
    this = _is(answers, patient_id, number)
    connection.execute(sa.update(answers).where(this).values(answer=RESERVED))
    # Another plan may prescribe others for the same moment.
    _set(connection, patient_id, number, exercise_ids=exercise_ids)
    return number


def _number(
    connection: Connection, patient_id: int, due_utc_ms: int, cause: str, marks: Sequence[str]
) -> int | None:
    """Return the number of the moment's reminder with one of these marks."""
    return connection.scalar(
        sa.select(sa.func.min(reminders.c.reminder_id))
        .select_from(reminders.join(answers))
        .where(reminders.c.patient_id == patient_id)
        .where(reminders.c.due_utc_ms == due_utc_ms, reminders.c.cause == cause)
        .where(answers.c.answer.in_(marks))
    )


def _insert(connection: Connection, values: dict[str, object]) -> int:
    done = connection.execute(sa.insert(reminders).values(values))
    assert done.inserted_primary_key is not None
    return done.inserted_primary_key[0]


def _set(connection: Connection, patient_id: int, reminder_id: int, **values: object) -> None:
    this = _is(reminders, patient_id, reminder_id)
    connection.execute(sa.update(reminders).where(this).values(values))


def _is(table: sa.Table, patient_id: int, reminder_id: int) -> sa.ColumnElement[bool]:
    return sa.and_(table.c.patient_id == patient_id, table.c.reminder_id == reminder_id)
