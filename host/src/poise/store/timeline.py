"""What else happened, on one time line: treatments, and scores of questionnaires."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from .engine import Database
from .schema import outcomes, treatments


@dataclass(frozen=True)
class TreatmentRow:
    """A visit, an injection, a new drug, something other; a day ill or away. Times: UTC milliseconds."""

    treatment_id: int
    day: dt.date
    kind: str
    text: str
    entered_utc_ms: int
    removed_utc_ms: int | None


class Treatments:
    """Treatments beside the exercises. One that is removed is kept, marked."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, day: dt.date, kind: str, text: str, entered_utc_ms: int) -> int:
        """Keeps one; its number."""
        values = {"day": day, "kind": kind, "text": text, "entered_utc_ms": entered_utc_ms}
        with self._database.write() as connection:
            done = connection.execute(sa.insert(treatments).values(values))
            assert done.inserted_primary_key is not None
            return done.inserted_primary_key[0]

    def remove(self, treatment_id: int, utc_ms: int) -> bool:
        """Marks it as entered by mistake; False when there is no such one."""
        there = (treatments.c.treatment_id == treatment_id) & treatments.c.removed_utc_ms.is_(None)
        with self._database.write() as connection:
            done = connection.execute(
                sa.update(treatments).where(there).values(removed_utc_ms=utc_ms)
            )
            return done.rowcount == 1

    def restore(self, treatment_id: int) -> bool:
        """Takes that mark away again; False when it is not there."""
        marked = treatments.c.treatment_id == treatment_id
        marked &= treatments.c.removed_utc_ms.is_not(None)
        with self._database.write() as connection:
            done = connection.execute(
                sa.update(treatments).where(marked).values(removed_utc_ms=None)
            )
            return done.rowcount == 1

    def between(self, from_day: dt.date, to_day: dt.date) -> list[TreatmentRow]:
        """Those of these days, both included, that were not removed; oldest first."""
        query = (
            sa.select(treatments)
            .where(treatments.c.day.between(from_day, to_day))
            .where(treatments.c.removed_utc_ms.is_(None))
            .order_by(treatments.c.day, treatments.c.treatment_id)
        )
        with self._database.read() as connection:
            return [TreatmentRow(*row) for row in connection.execute(query)]


@dataclass(frozen=True)
class OutcomeRow:
    """A score. `detail`: its parts, where it has some."""

    outcome_id: int
    day: dt.date
    measure: str
    score: float
    detail: dict[str, Any]
    who: str
    entered_utc_ms: int


class Outcomes:
    """Scores, never changed: a correction is a new one of the same day."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self,
        day: dt.date,
        measure: str,
        score: float,
        detail: dict[str, Any],
        who: str,
        entered_utc_ms: int,
    ) -> int:
        """Keeps one; its number."""
        values = {
            "day": day,
            "measure": measure,
            "score": score,
            "detail": detail,
            "who": who,
            "entered_utc_ms": entered_utc_ms,
        }
        with self._database.write() as connection:
            done = connection.execute(sa.insert(outcomes).values(values))
            assert done.inserted_primary_key is not None
            return done.inserted_primary_key[0]

    def history(self, measure: str | None = None) -> list[OutcomeRow]:
        """By day; of several of one measure on one day only the newest."""
        newest = sa.select(sa.func.max(outcomes.c.outcome_id)).group_by(
            outcomes.c.day, outcomes.c.measure
        )
        query = sa.select(outcomes).where(outcomes.c.outcome_id.in_(newest))
        if measure is not None:
            query = query.where(outcomes.c.measure == measure)
        query = query.order_by(outcomes.c.day, outcomes.c.outcome_id)
        with self._database.read() as connection:
            return [OutcomeRow(*row) for row in connection.execute(query)]
