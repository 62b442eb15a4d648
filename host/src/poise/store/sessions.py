"""Exercise sessions, guided or reported, and reference repetitions recorded with the therapist."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from .owned import PatientDatabase, columns
from .schema import exercise_sessions, reference_repetitions

REMOVED = "removed_utc_ms"


@dataclass(frozen=True)
class SessionRow:
    """One session of one exercise. Times in UTC ms, holds in seconds for each repetition, pain 0 to 10 or None.

    `source`: sensed, partly, self_reported. `outcome`: done, partly, stopped_pain, stopped_flag. `via`: the place of
    entry (dashboard, terminal, clip). A session entered long after its end is back-filled. `detail`: see
    `coach.session`.
    """

    session_id: int
    plan_id: int | None
    exercise_id: str
    started_utc_ms: int
    ended_utc_ms: int
    source: str
    site: str
    outcome: str
    reps_prescribed: int
    reps_done: int
    hold_prescribed_s: int
    hold_done_s: int
    pain_before: int | None
    pain_after: int | None
    via: str
    entered_utc_ms: int
    detail: dict[str, Any]


class Sessions:
    """Exercise sessions. A session entered by mistake stays in the store, marked `removed_utc_ms` in its detail."""

    def __init__(self, database: PatientDatabase) -> None:
        self._database = database

    def add(self, **fields: Any) -> int:
        """Store a session and return its number. `fields` are those of SessionRow without the number."""
        with self._database.write() as connection:
            done = connection.execute(
                sa.insert(exercise_sessions).values(self._database.own(fields))
            )
            assert done.inserted_primary_key is not None
            return done.inserted_primary_key[0]

    def history(self, from_utc_ms: int = 0, to_utc_ms: int | None = None) -> list[SessionRow]:
        """Return the sessions begun from `from_utc_ms` until before `to_utc_ms`, oldest first, without removed ones."""
        began = exercise_sessions.c.started_utc_ms
        query = sa.select(*columns(exercise_sessions)).where(
            self._database.mine(exercise_sessions), began >= from_utc_ms
        )
        if to_utc_ms is not None:
            query = query.where(began < to_utc_ms)
        query = query.order_by(began, exercise_sessions.c.session_id)
        with self._database.read() as connection:
            rows = [SessionRow(*row) for row in connection.execute(query)]
        return [row for row in rows if REMOVED not in row.detail]

    def removed(self) -> list[SessionRow]:
        """Return the sessions that were entered by mistake, oldest first."""
        table = exercise_sessions
        query = sa.select(*columns(table)).where(self._database.mine(table))
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(table.c.session_id))
            return [row for row in (SessionRow(*each) for each in rows) if REMOVED in row.detail]

    def one(self, session_id: int) -> SessionRow | None:
        """Return the session with this number; None if there is none or it was removed."""
        query = sa.select(*columns(exercise_sessions)).where(self._is(session_id))
        with self._database.read() as connection:
            found = connection.execute(query).one_or_none()
        row = SessionRow(*found) if found is not None else None
        return None if row is None or REMOVED in row.detail else row

    def remove(self, session_id: int, utc_ms: int) -> bool:
        """Mark the session as entered by mistake. Return False if there is none with this number."""
        row = self.one(session_id)
        if row is None:
            return False
        with self._database.write() as connection:
            detail = {**row.detail, REMOVED: utc_ms}
            change = sa.update(exercise_sessions).where(self._is(session_id))
            connection.execute(change.values(detail=detail))
        return True

    def _is(self, session_id: int) -> sa.ColumnElement[bool]:
        mine = self._database.mine(exercise_sessions)
        return mine & (exercise_sessions.c.session_id == session_id)


@dataclass(frozen=True)
class ReferenceRow:
    """Repetitions recorded with the therapist, the reference for form at home. `measures`: see `coach.session`."""

    reference_id: int
    exercise_id: str
    site: str
    who: str
    when_utc_ms: int
    measures: dict[str, Any]


class References:
    """Reference repetitions. The newest of an exercise at a site counts."""

    def __init__(self, database: PatientDatabase) -> None:
        self._database = database

    def add(
        self, exercise_id: str, site: str, who: str, when_utc_ms: int, measures: dict[str, Any]
    ) -> int:
        """Store a reference and return its number."""
        values = {
            "exercise_id": exercise_id,
            "site": site,
            "who": who,
            "when_utc_ms": when_utc_ms,
            "measures": measures,
        }
        with self._database.write() as connection:
            done = connection.execute(
                sa.insert(reference_repetitions).values(self._database.own(values))
            )
            assert done.inserted_primary_key is not None
            return done.inserted_primary_key[0]

    def latest(self, exercise_id: str, site: str) -> ReferenceRow | None:
        """Return the newest reference of this exercise at this site; None before the first."""
        table = reference_repetitions
        query = (
            sa.select(*columns(table))
            .where(self._database.mine(table))
            .where(table.c.exercise_id == exercise_id, table.c.site == site)
            .order_by(table.c.reference_id.desc())
            .limit(1)
        )
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
        return ReferenceRow(*row) if row is not None else None

    def history(self) -> list[ReferenceRow]:
        """Return all references, oldest first."""
        table = reference_repetitions
        query = sa.select(*columns(table)).where(self._database.mine(table))
        query = query.order_by(table.c.reference_id)
        with self._database.read() as connection:
            return [ReferenceRow(*row) for row in connection.execute(query)]
