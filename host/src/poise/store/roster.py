"""The list of patients: a few queries over all patients at once.

This is the one place of the store that reads several patients together. It gives counts and days, nothing of what a
patient wrote; everything else goes through a store of one patient (`owned`).
"""

import datetime as dt
import json
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from .engine import Database
from .schema import clearances, clips, diary_entries, holds, patients, plans, records, treatments

_VISIT = "visit"


@dataclass(frozen=True)
class RosterRow:
    """A patient in the list. Times are UTC ms, days the patient's own; None where there is none.

    `clips`: ids of those that the patient has. `received_utc_ms`: arrival of the newest record from any of them.
    `last_visit`: before the day that was asked for. `medicine`: acute medicines of a day -> number of such days.
    """

    patient_id: int
    pseudonym: str
    archived_utc_ms: int | None
    clips: tuple[str, ...] = ()
    received_utc_ms: int | None = None
    last_visit: dt.date | None = None
    stopped_utc_ms: int | None = None  # of the oldest open stop
    has_plan: bool = False
    medicine: dict[tuple[str, ...], int] = field(default_factory=dict[tuple[str, ...], int])


class Roster:
    """All patients of a store, for their list."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def rows(self, today: dt.date, medicine_days: int) -> list[RosterRow]:
        """Return every patient, archived ones too, by pseudonym.

        `medicine_days`: medicine is counted in so many days up to yesterday. Raises PoiseError STORE_*.
        """
        with self._database.read() as connection:
            known = connection.execute(
                sa.select(patients.c.patient_id, patients.c.pseudonym, patients.c.archived_utc_ms)
            ).all()
            found: dict[int, dict[str, Any]] = {row.patient_id: {} for row in known}
            _add_clips(connection, found)
            _add_visits(connection, found, today)
            _add_stops(connection, found)
            _add_plans(connection, found)
            _add_medicine(connection, found, today, medicine_days)
        rows = [RosterRow(*row, **found[row.patient_id]) for row in known]
        return sorted(rows, key=lambda row: row.pseudonym.casefold())

    def holder(self, clip_id: str) -> int | None:
        """Return who has this clip; None: nobody."""
        has = (clips.c.clip_id == clip_id) & clips.c.returned_utc_ms.is_(None)
        with self._database.read() as connection:
            return connection.scalar(sa.select(clips.c.patient_id).where(has))


def _add_clips(connection: Connection, found: dict[int, dict[str, Any]]) -> None:
    # The newest record of a log is found by its key, without a look at the others.
    newest = (
        sa.select(records.c.received_utc_ms)
        .where(records.c.patient_id == clips.c.patient_id, records.c.clip_id == clips.c.clip_id)
        .order_by(records.c.seq.desc())
        .limit(1)
        .scalar_subquery()
    )
    query = sa.select(clips.c.patient_id, clips.c.clip_id, clips.c.returned_utc_ms, newest)
    for patient_id, clip_id, returned, received in connection.execute(
        query.order_by(clips.c.first_seen_utc_ms)
    ):
        own = found[patient_id]
        if returned is None:
            own["clips"] = (*own.get("clips", ()), clip_id)
        if received is not None:
            own["received_utc_ms"] = max(received, own.get("received_utc_ms", 0))


def _add_visits(connection: Connection, found: dict[int, dict[str, Any]], today: dt.date) -> None:
    query = (
        sa.select(treatments.c.patient_id, sa.func.max(treatments.c.day))
        .where(treatments.c.kind == _VISIT, treatments.c.removed_utc_ms.is_(None))
        .where(treatments.c.day <= today)
        .group_by(treatments.c.patient_id)
    )
    for patient_id, day in connection.execute(query):
        found[patient_id]["last_visit"] = day


def _add_stops(connection: Connection, found: dict[int, dict[str, Any]]) -> None:
    query = (
        sa.select(holds.c.patient_id, sa.func.min(holds.c.raised_utc_ms))
        .select_from(holds.outerjoin(clearances, clearances.c.hold_id == holds.c.hold_id))
        .where(clearances.c.hold_id.is_(None))
        .group_by(holds.c.patient_id)
    )
    for patient_id, raised in connection.execute(query):
        found[patient_id]["stopped_utc_ms"] = raised


def _add_plans(connection: Connection, found: dict[int, dict[str, Any]]) -> None:
    for patient_id in connection.scalars(sa.select(plans.c.patient_id).distinct()):
        found[patient_id]["has_plan"] = True


def _add_medicine(
    connection: Connection, found: dict[int, dict[str, Any]], today: dt.date, days: int
) -> None:
    """Count the days by their medicines: the newest entry of each day counts.

    Grouped as text: PostgreSQL compares no JSON. An index by day makes this slower than the one by patient and day.
    """
    entry, later = diary_entries.c, diary_entries.alias().c
    taken = sa.cast(entry.medication, sa.Text)
    replaced = (
        sa.exists()
        .where(later.patient_id == entry.patient_id, later.day == entry.day)
        .where(later.entry_id > entry.entry_id)
    )
    query = (
        sa.select(entry.patient_id, taken, sa.func.count())
        .where(entry.day.between(today - dt.timedelta(days), today - dt.timedelta(1)))
        .where(taken != "[]", ~replaced)
        .group_by(entry.patient_id, taken)
    )
    for patient_id, names, count in connection.execute(query):
        found[patient_id].setdefault("medicine", {})[tuple(json.loads(names))] = count
