"""Stops of the programme, each until a therapist clears it; who and when is kept."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import exc

from .engine import Database
from .schema import clearances, holds

TAKEN_BACK = "the wearer, at once: a mis-tap"  # `cleared_by` of a stop that nobody else ended


@dataclass(frozen=True)
class HoldRow:
    """One stop. `reason`: pain, red_flag, unwell. The last three fields are None while it is open. Times: UTC ms."""

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
        """Whether it was a mis-tap, on the wearer's word of that moment; no therapist has ended it."""
        return self.cleared_by == TAKEN_BACK


class Holds:
    """Stops and their clearances, never changed and never removed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def raise_(self, reason: str, detail: str, via: str, utc_ms: int) -> int:
        """Stops the programme; the hold's number."""
        values = {"reason": reason, "detail": detail, "via": via, "raised_utc_ms": utc_ms}
        with self._database.write() as connection:
            done = connection.execute(sa.insert(holds).values(values))
            assert done.inserted_primary_key is not None
            return done.inserted_primary_key[0]

    def clear(self, hold_id: int, who: str, note: str, utc_ms: int) -> bool:
        """Keeps the therapist's clearance; False for an unknown hold or one that is cleared already."""
        values = {"hold_id": hold_id, "who": who, "note": note, "cleared_utc_ms": utc_ms}
        try:
            with self._database.write() as connection:
                connection.execute(sa.insert(clearances).values(values))
        except exc.IntegrityError:
            return False
        return True

    def take_back(self, hold_id: int, within_ms: int, utc_ms: int) -> bool:
        """Keeps that the wearer called it a mis-tap; False when it is older than this, ended or unknown."""
        fields = [holds.c.hold_id, sa.literal(utc_ms), sa.literal(TAKEN_BACK), sa.literal("")]
        in_time = holds.c.raised_utc_ms.between(utc_ms - within_ms, utc_ms)
        taken = sa.select(*fields).where(holds.c.hold_id == hold_id, in_time)
        insert = sa.insert(clearances).from_select(
            ["hold_id", "cleared_utc_ms", "who", "note"], taken
        )
        try:
            with self._database.write() as connection:
                return connection.execute(insert).rowcount == 1
        except exc.IntegrityError:
            return False

    def open(self) -> list[HoldRow]:
        """Those that no therapist has cleared, oldest first."""
        return [hold for hold in self.history() if hold.cleared_utc_ms is None]

    def history(self) -> list[HoldRow]:
        """All, oldest first."""
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
            .order_by(holds.c.hold_id)
        )
        with self._database.read() as connection:
            return [HoldRow(*row) for row in connection.execute(query)]
