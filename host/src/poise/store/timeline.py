"""The patient's time line beside the exercises: treatments, days ill or away, and scores of questionnaires."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from .owned import PatientDatabase, columns
from .schema import outcomes, treatments


@dataclass(frozen=True)
class TreatmentRow:
    """A visit, an injection, a new drug or another treatment, or a day ill or away. Times in UTC milliseconds."""

    treatment_id: int
    day: dt.date
    kind: str
    text: str
    entered_utc_ms: int
    removed_utc_ms: int | None


class Treatments:
    """Treatments beside the exercises, and days ill or away. A removed entry stays in the store, marked."""

    def __init__(self, database: PatientDatabase) -> None:
        self._database = database

    def add(self, day: dt.date, kind: str, text: str, entered_utc_ms: int) -> int:
        """Store a treatment and return its number."""
        values = {"day": day, "kind": kind, "text": text, "entered_utc_ms": entered_utc_ms}
        with self._database.write() as connection:
            done = connection.execute(sa.insert(treatments).values(self._database.own(values)))
            assert done.inserted_primary_key is not None
            return done.inserted_primary_key[0]

    def remove(self, treatment_id: int, utc_ms: int) -> bool:
        """Mark the treatment as entered by mistake. Return False if there is none, or it is marked already."""
        there = self._one(treatment_id) & treatments.c.removed_utc_ms.is_(None)
        with self._database.write() as connection:
            done = connection.execute(
                sa.update(treatments).where(there).values(removed_utc_ms=utc_ms)
            )
            return done.rowcount == 1

    def restore(self, treatment_id: int) -> bool:
        """Undo `remove`. Return False if the treatment is not marked."""
        marked = self._one(treatment_id) & treatments.c.removed_utc_ms.is_not(None)
        with self._database.write() as connection:
            done = connection.execute(
                sa.update(treatments).where(marked).values(removed_utc_ms=None)
            )
            return done.rowcount == 1

    def _one(self, treatment_id: int) -> sa.ColumnElement[bool]:
        return self._database.mine(treatments) & (treatments.c.treatment_id == treatment_id)

    def between(self, from_day: dt.date, to_day: dt.date) -> list[TreatmentRow]:
        """Return the treatments from `from_day` to `to_day`, both included, oldest first, without removed ones."""
        query = (
            sa.select(*columns(treatments))
            .where(self._database.mine(treatments))
            .where(treatments.c.day.between(from_day, to_day))
            .where(treatments.c.removed_utc_ms.is_(None))
            .order_by(treatments.c.day, treatments.c.treatment_id)
        )
        with self._database.read() as connection:
            return [TreatmentRow(*row) for row in connection.execute(query)]


@dataclass(frozen=True)
class OutcomeRow:
    """A score of an outcome measure. `detail` has its parts, if any."""

    outcome_id: int
    day: dt.date
    measure: str
    score: float
    detail: dict[str, Any]
    who: str
    entered_utc_ms: int


class Outcomes:
    """Scores. A score is never changed: a correction is a new score of the same day."""

    def __init__(self, database: PatientDatabase) -> None:
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
        """Store a score and return its number."""
        values = {
            "day": day,
            "measure": measure,
            "score": score,
            "detail": detail,
            "who": who,
            "entered_utc_ms": entered_utc_ms,
        }
        with self._database.write() as connection:
            done = connection.execute(sa.insert(outcomes).values(self._database.own(values)))
            assert done.inserted_primary_key is not None
            return done.inserted_primary_key[0]

    def history(self, measure: str | None = None) -> list[OutcomeRow]:
        """Return the scores by day, all or those of `measure`. Of several scores on one day only the newest counts."""
        mine = self._database.mine(outcomes)
        newest = (
            sa.select(sa.func.max(outcomes.c.outcome_id))
            .where(mine)
            .group_by(outcomes.c.day, outcomes.c.measure)
        )
        query = sa.select(*columns(outcomes)).where(mine, outcomes.c.outcome_id.in_(newest))
        if measure is not None:
            query = query.where(outcomes.c.measure == measure)
        query = query.order_by(outcomes.c.day, outcomes.c.outcome_id)
        with self._database.read() as connection:
            return [OutcomeRow(*row) for row in connection.execute(query)]
