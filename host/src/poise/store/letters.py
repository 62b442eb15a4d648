"""Letters that were sent and taken, and whose keys are believed. Only ever added to; the newest of a kind counts."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from .owned import PatientDatabase, columns
from .schema import correspondents, letters

SENT, TAKEN, DRAFT = "sent", "taken", "draft"
TO_CLINIC, TO_PATIENT = "to_clinic", "to_patient"


@dataclass(frozen=True)
class CorrespondentRow:
    """Whom letters come from and go to. `role`: clinic or patient. `signing`, `sealing`: the public keys.

    Without keys it is a fingerprint that the user has confirmed; the next letter brings them.
    """

    role: str
    fingerprint: str
    signing: str
    sealing: str
    assignment: int
    since_utc_ms: int


@dataclass(frozen=True)
class LetterRow:
    """A letter. `direction`: sent, taken or draft (what the next one is to say). `digest`: SHA-256 of what it says.

    `fingerprint`: its writer's. `utc_ms`: when it was written; `noted_utc_ms`: when it was stored here.
    """

    direction: str
    kind: str
    number: int
    fingerprint: str
    digest: str
    utc_ms: int
    noted_utc_ms: int
    detail: dict[str, Any]


class Letters:
    """The patient's letters and correspondents."""

    def __init__(self, database: PatientDatabase) -> None:
        self._database = database

    def correspondent(self, role: str) -> CorrespondentRow | None:
        """Return the one in this role whose keys are believed; None before the first contact."""
        known = [row for row in self.correspondents(role) if row.signing]
        return known[-1] if known else None

    def confirmed(self, role: str) -> str | None:
        """Return the fingerprint that the user has confirmed, and that is to come; None without one."""
        known = self.correspondents(role)
        return known[-1].fingerprint if known and not known[-1].signing else None

    def correspondents(self, role: str) -> list[CorrespondentRow]:
        """Return all that were ever believed or confirmed in this role, oldest first."""
        table = correspondents
        query = sa.select(*(table.c[name] for name in CorrespondentRow.__dataclass_fields__))
        query = query.where(self._database.mine(table), table.c.role == role)
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(table.c.correspondent_id))
            return [CorrespondentRow(*row) for row in rows]

    def believe(self, row: CorrespondentRow) -> None:
        """Store whose keys, or which fingerprint, to believe from now on."""
        with self._database.write() as connection:
            connection.execute(sa.insert(correspondents).values(self._database.own(vars(row))))

    def add(self, row: LetterRow) -> None:
        """Store that a letter was sent or taken, or what the next one is to say."""
        with self._database.write() as connection:
            connection.execute(sa.insert(letters).values(self._database.own(vars(row))))

    def last(self, direction: str, kind: str, fingerprint: str | None = None) -> LetterRow | None:
        """Return the newest letter, of any writer or of this one; None without one."""
        found = [
            row
            for row in self.history(direction, kind)
            if fingerprint is None or row.fingerprint == fingerprint
        ]
        return found[-1] if found else None

    def history(self, direction: str, kind: str) -> list[LetterRow]:
        """Return the letters, oldest first."""
        chosen = [column for column in columns(letters) if column.name != "letter_id"]
        query = sa.select(*chosen).where(
            self._database.mine(letters),
            letters.c.direction == direction,
            letters.c.kind == kind,
        )
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(letters.c.letter_id))
            return [LetterRow(*row) for row in rows]


def come_by_letter(connection: Connection, patient_id: int) -> bool:
    """True if this store has the patient's reminders from letters: their numbers are not those of the clip's log."""
    taken = sa.select(letters.c.letter_id).where(
        letters.c.patient_id == patient_id,
        letters.c.direction == TAKEN,
        letters.c.kind == TO_CLINIC,
    )
    return connection.execute(taken.limit(1)).first() is not None
