"""Rows that a letter brings to a clinic's store. Each is stored once, however often it comes."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from .owned import PatientDatabase
from .reminders import put_answer
from .schema import (
    clearances,
    diary_entries,
    exercise_sessions,
    holds,
    outcomes,
    plans,
    reminders,
)
from .sessions import REMOVED

Row = Mapping[str, Any]


class LetterRows:
    """Takes in the tables of a letter (letters/contents.py: TABLES)."""

    def __init__(self, database: PatientDatabase) -> None:
        self._database = database

    def take(self, tables: Mapping[str, Sequence[Row]]) -> dict[str, int]:
        """Store what is new, all of it or nothing. Return the number of new or changed rows of each table."""
        takers: dict[str, Callable[[Connection, Row], bool]] = {
            "diary": self._take_day,
            "sessions": self._take_session,
            "answers": self._take_answer,
            "stops": self._take_stop,
            "scores": self._take_score,
        }
        with self._database.write() as connection:
            return {
                name: sum([take(connection, row) for row in tables.get(name, ())])
                for name, take in takers.items()
            }

    def _found(
        self, connection: Connection, table: sa.Table, row: Row, *keys: str
    ) -> sa.Row[Any] | None:
        """Return the patient's newest row with the same values in these columns."""
        this = [table.c[key] == row[key] for key in keys]
        number = next(iter(table.primary_key.columns))
        query = sa.select(table).where(self._database.mine(table), *this)
        return connection.execute(query.order_by(number.desc()).limit(1)).first()

    def _insert(self, connection: Connection, table: sa.Table, row: Row, **more: Any) -> int:
        values = {key: value for key, value in {**row, **more}.items() if key in table.c}
        done = connection.execute(sa.insert(table).values(self._database.own(values)))
        assert done.inserted_primary_key is not None
        return done.inserted_primary_key[0]

    def _take_day(self, connection: Connection, row: Row) -> bool:
        """Store what the patient says of a day, unless it is here already: said before, and perhaps changed since.

        Times of entry do not decide: clocks of two computers differ, and one may have been set back. Letters come in
        the order of their numbers, and an entry that is not here is later than all that the patient has said so far.
        """
        mine = self._database.mine(diary_entries) & (diary_entries.c.day == row["day"])
        for known in connection.execute(sa.select(diary_entries).where(mine)).mappings():
            if all(known[name] == value for name, value in row.items()):
                return False
        self._insert(connection, diary_entries, row)
        return True

    def _take_session(self, connection: Connection, row: Row) -> bool:
        keys = ("exercise_id", "started_utc_ms", "entered_utc_ms")
        known = self._found(connection, exercise_sessions, row, *keys)
        removed = row["removed_utc_ms"]
        detail = {} if removed is None else {REMOVED: removed}
        if known is None:
            plan = {"content_hash": row["plan"]}
            version = row["plan"] and self._found(connection, plans, plan, "content_hash")
            plan_id = version.plan_id if version else None
            self._insert(connection, exercise_sessions, row, plan_id=plan_id, detail=detail)
            return True
        if not detail or REMOVED in known.detail:
            return False
        this = exercise_sessions.c.session_id == known.session_id
        change = sa.update(exercise_sessions).where(self._database.mine(exercise_sessions), this)
        connection.execute(change.values(detail={**known.detail, **detail}))
        return True

    def _take_answer(self, connection: Connection, row: Row) -> bool:
        keys = ("exercise_ids", "due_utc_ms", "fired_utc_ms", "cause")
        known = self._found(connection, reminders, row, *keys)
        if known is None:
            number = self._insert(connection, reminders, row)
        else:
            number = known.reminder_id
        patient, when = self._database.patient_id, row["answered_utc_ms"]
        if row["answer"] is None or when is None:
            return known is None
        news = put_answer(connection, patient, number, row["answer"], when, row["via"] or "")
        return known is None or news

    def _take_stop(self, connection: Connection, row: Row) -> bool:
        known = self._found(connection, holds, row, "raised_utc_ms", "reason")
        number = self._insert(connection, holds, row) if known is None else known.hold_id
        if row["cleared_utc_ms"] is None or row["cleared_by"] is None:
            return known is None
        if self._found(connection, clearances, {"hold_id": number}, "hold_id"):
            return known is None
        told = {"cleared_utc_ms": row["cleared_utc_ms"], "who": row["cleared_by"]}
        values = {**told, "hold_id": number, "note": row["clear_note"] or ""}
        connection.execute(sa.insert(clearances).values(self._database.own(values)))
        return True

    def _take_score(self, connection: Connection, row: Row) -> bool:
        if self._found(connection, outcomes, row, "day", "measure", "entered_utc_ms"):
            return False
        self._insert(connection, outcomes, row, detail={})
        return True
