"""One patient's part of the database: each query asks for that patient's rows alone, and each new row gets the patient.

The parts of the store (`diary`, `plans`, ...) work on a `PatientDatabase`, so that none can forget whose rows it means.
A test runs every method for two patients, and looks at each statement.
"""

from contextlib import AbstractContextManager
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from .engine import Database


class ClipKey(NamedTuple):
    """A clip in one patient's hands: the key of a log. The next patient of the clip has another log."""

    patient_id: int
    clip_id: str

    def rows(self, table: sa.FromClause) -> sa.ColumnElement[bool]:
        """Return the condition that a row of `table` belongs to this log."""
        return sa.and_(table.c.patient_id == self.patient_id, table.c.clip_id == self.clip_id)

    @property
    def values(self) -> dict[str, Any]:
        """The columns of the key, for a new row."""
        return self._asdict()


class PatientDatabase:
    """Transactions on a database, and the conditions that hold its queries to one patient."""

    def __init__(self, database: Database, patient_id: int) -> None:
        self.whole = database
        self.patient_id = patient_id

    def read(self) -> AbstractContextManager[Connection]:
        """Return a connection that sees one consistent state. Raises PoiseError STORE_*."""
        return self.whole.read()

    def write(self) -> AbstractContextManager[Connection]:
        """Return a connection in a transaction, which is stored as a whole or not at all. Raises PoiseError STORE_*."""
        return self.whole.write()

    def mine(self, table: sa.FromClause) -> sa.ColumnElement[bool]:
        """Return the condition that a row of `table` is the patient's."""
        return table.c.patient_id == self.patient_id

    def own(self, values: dict[str, Any]) -> dict[str, Any]:
        """Return the values of a new row of the patient's."""
        return {"patient_id": self.patient_id, **values}

    def clip(self, clip_id: str) -> ClipKey:
        """Return the key of the patient's log of this clip."""
        return ClipKey(self.patient_id, clip_id)


def columns(table: sa.Table) -> list[sa.Column[Any]]:
    """Return the columns of a patient's table, without the patient."""
    return [column for column in table.c if column.name != "patient_id"]
