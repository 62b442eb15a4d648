"""The audit: who saw and changed what. Rows are added and stay: triggers refuse the rest, on SQLite and PostgreSQL.

The triggers let one change through: it takes patient and detail out of a row whose patient has been erased.
"""

import getpass
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from .owned import PatientDatabase
from .schema import audit, patients

_REFUSAL = "rows of the audit are only added"
_SAME = ("audit_id", "when_utc_ms", "who", "act")
_BLANKED = " AND ".join(
    (
        "OLD.patient_id IS NOT NULL AND NEW.patient_id IS NULL AND NEW.detail = ''",
        *(f"NEW.{name} = OLD.{name}" for name in _SAME),
        "NOT EXISTS (SELECT 1 FROM patients WHERE patients.patient_id = OLD.patient_id)",
    )
)
_ON_SQLITE = {
    "update": f"BEFORE UPDATE ON audit WHEN NOT ({_BLANKED})",
    "delete": "BEFORE DELETE ON audit",
    # INSERT OR REPLACE deletes without a trigger.
    "replace": "BEFORE INSERT ON audit WHEN EXISTS (SELECT 1 FROM audit WHERE audit_id = NEW.audit_id)",
}
_ON_POSTGRESQL = (
    f"""CREATE OR REPLACE FUNCTION audit_kept() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'UPDATE' THEN
            IF {_BLANKED} THEN RETURN NEW; END IF;
        END IF;
        RAISE EXCEPTION '{_REFUSAL}';
    END $$""",
    "DROP TRIGGER IF EXISTS audit_rows ON audit",
    "CREATE TRIGGER audit_rows BEFORE UPDATE OR DELETE ON audit "
    "FOR EACH ROW EXECUTE FUNCTION audit_kept()",
    "DROP TRIGGER IF EXISTS audit_table ON audit",
    "CREATE TRIGGER audit_table BEFORE TRUNCATE ON audit "
    "FOR EACH STATEMENT EXECUTE FUNCTION audit_kept()",
)


@dataclass(frozen=True)
class AuditRow:
    """One act. `who`: the database's user on a server, else this computer's. The time is in UTC milliseconds.

    `patient` is "" for an act that concerns no patient in particular, or one who has been erased.
    """

    when_utc_ms: int
    who: str
    patient: str
    act: str
    detail: str


class Audit:
    """The patient's part of the audit, and what concerns no patient in particular."""

    def __init__(self, database: PatientDatabase) -> None:
        self._database = database

    def put(self, act: str, utc_ms: int, detail: str = "") -> None:
        """Add an act that concerns the patient."""
        with self._database.write() as connection:
            note(connection, self._database.patient_id, act, utc_ms, detail)

    def put_for_all(self, act: str, utc_ms: int, detail: str = "") -> None:
        """Add an act that concerns the store as a whole, such as its restoration."""
        with self._database.write() as connection:
            note(connection, None, act, utc_ms, detail)

    def history(self) -> list[AuditRow]:
        """Return what concerns the patient, oldest first."""
        return self._rows(self._database.mine(audit))

    def everybody(self) -> list[AuditRow]:
        """Return what concerns any patient or none, oldest first."""
        return self._rows(sa.true())

    def _rows(self, which: sa.ColumnElement[bool]) -> list[AuditRow]:
        name = sa.func.coalesce(patients.c.pseudonym, "")
        columns = (audit.c.when_utc_ms, audit.c.who, name, audit.c.act, audit.c.detail)
        joined = audit.outerjoin(patients, patients.c.patient_id == audit.c.patient_id)
        query = sa.select(*columns).select_from(joined).where(which).order_by(audit.c.audit_id)
        with self._database.read() as connection:
            return [AuditRow(*row) for row in connection.execute(query)]


def note(
    connection: Connection, patient_id: int | None, act: str, utc_ms: int, detail: str = ""
) -> None:
    """Add an act within the transaction of what is done. `patient_id` is None for one that concerns no patient."""
    values: dict[str, Any] = {
        "patient_id": patient_id,
        "when_utc_ms": utc_ms,
        "who": _who(connection),
        "act": act,
        "detail": detail,
    }
    connection.execute(sa.insert(audit).values(values))


def blank(connection: Connection, patient_id: int) -> None:
    """Take an erased patient out of the audit: patient and detail go; who did what and when stays."""
    this = sa.update(audit).where(audit.c.patient_id == patient_id)
    connection.execute(this.values(patient_id=None, detail=""))


def install(connection: Connection) -> None:
    """Install the triggers. Call it after each change of the schema: SQLite copies a table to change it."""
    for statement in _triggers(connection.dialect.name):
        connection.exec_driver_sql(statement)


def _triggers(dialect: str) -> Iterator[str]:
    if dialect != "sqlite":
        yield from _ON_POSTGRESQL
        return
    for name, when in _ON_SQLITE.items():
        yield f"DROP TRIGGER IF EXISTS audit_{name}"
        yield f"CREATE TRIGGER audit_{name} {when} BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"


def _who(connection: Connection) -> "str | sa.ColumnElement[str]":
    if connection.dialect.name != "sqlite":
        return sa.literal_column("current_user", sa.String)
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # a user without a name, as in a container
        return "-"
