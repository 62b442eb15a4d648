"""Stops of the programme. Each stays open until a therapist clears it; the store keeps who cleared it and when."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import exc

from . import audit
from .owned import PatientDatabase
from .schema import clearances, holds

TAKEN_BACK = "the wearer, at once: a mis-tap"  # `cleared_by` of a stop that its wearer took back


@dataclass(frozen=True)
class HoldRow:
    """One stop; times in UTC ms. `reason`: pain, red_flag, unwell. The last three fields are None while it is open."""

    hold_id: int
    raised_utc_ms: int
    reason: str
    detail: str
    via: str
    cleared_utc_ms: int | None
    cleared_by: str | None
    clear_note: str | None

    @property
    def taken_back(self) -> bool:
        """True if the wearer took the stop back as a mis-tap, so that no therapist had to end it."""
        return self.cleared_by == TAKEN_BACK


class Holds:
    """Stops and their clearances. They are never changed and never removed."""

    def __init__(self, database: PatientDatabase) -> None:
        self._database = database

    def raise_(self, reason: str, detail: str, via: str, utc_ms: int) -> int:
        """Stop the programme and return the hold's number."""
        values = {"reason": reason, "detail": detail, "via": via, "raised_utc_ms": utc_ms}
        with self._database.write() as connection:
            done = connection.execute(sa.insert(holds).values(self._database.own(values)))
            assert done.inserted_primary_key is not None
            return done.inserted_primary_key[0]

    def clear(self, hold_id: int, who: str, note: str, utc_ms: int) -> bool:
        """Store the therapist's clearance. Return False for a hold that is unknown or already cleared."""
        return self._end(hold_id, (utc_ms, who, note), sa.true())

    def take_back(self, hold_id: int, within_ms: int, utc_ms: int) -> bool:
        """Store that the wearer took the hold back as a mis-tap.

        Return False if the hold is older than `within_ms`, already ended or unknown.
        """
        in_time = holds.c.raised_utc_ms.between(utc_ms - within_ms, utc_ms)
        return self._end(hold_id, (utc_ms, TAKEN_BACK, ""), in_time)

    def _end(
        self, hold_id: int, clearance: tuple[int, str, str], which: sa.ColumnElement[bool]
    ) -> bool:
        """Store a clearance (UTC ms, who, note) of the patient's hold.

        Return False if the hold is unknown, already cleared or not `which`.
        """
        utc_ms, who, _note = clearance
        fields = [sa.literal(value) for value in clearance]
        there = sa.select(holds.c.hold_id, holds.c.patient_id, *fields).where(
            self._database.mine(holds), holds.c.hold_id == hold_id, which
        )
        insert = sa.insert(clearances).from_select(
            ["hold_id", "patient_id", "cleared_utc_ms", "who", "note"], there
        )
        try:
            with self._database.write() as connection:
                # Else PostgreSQL's driver does not say how many rows an INSERT made.
                counted = insert.execution_options(preserve_rowcount=True)
                if connection.execute(counted).rowcount != 1:
                    return False
                audit.note(connection, self._database.patient_id, "stop_ended", utc_ms, who)
                return True
        except exc.IntegrityError:
            return False

    def open(self) -> list[HoldRow]:
        """Return the open holds, oldest first."""
        return [hold for hold in self.history() if hold.cleared_utc_ms is None]

    def history(self) -> list[HoldRow]:
        """Return all holds, oldest first."""
        query = (
            sa.select(
                holds.c.hold_id,
                holds.c.raised_utc_ms,
                holds.c.reason,
                holds.c.detail,
                holds.c.via,
                clearances.c.cleared_utc_ms,
                clearances.c.who,
                clearances.c.note,
            )
            .select_from(holds.outerjoin(clearances))
            .where(self._database.mine(holds))
            .order_by(holds.c.hold_id)
        )
        with self._database.read() as connection:
            return [HoldRow(*row) for row in connection.execute(query)]
