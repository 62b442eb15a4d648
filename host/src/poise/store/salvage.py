"""Recovery of the whole parts of a damaged store: tables that match their seals, log records with a valid CRC."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import exc
from sqlalchemy.engine import Connection

from ..errors import PoiseError
from . import engine as db
from . import imports, parts, schema, seals, witness
from .clips import begin_log
from .decode import HEADER
from .owned import ClipKey

_KEPT = ("returned_utc_ms", "first_seq", "assignment", "told")  # of who has which clip
_DERIVED = {"clips", "clock_pairs", "gaps", "log_parts"}  # derived from the log records
_TABLES = tuple(name for name in seals.NAMES if name not in _DERIVED)
_AT_ONCE = 500  # records read together; if one can't be read, all of them are left out
_CLIP = re.compile(r"[0-9a-f]{16}")


@dataclass
class Rescued:
    """Result of a recovery.

    `records`: log records that the copy lacked. `tables`: tables taken from the damaged store. `left`: damaged tables.
    """

    records: int = 0
    tables: list[str] = field(default_factory=list[str])
    left: list[str] = field(default_factory=list[str])

    @property
    def anything(self) -> bool:
        """True if at least one record or table was recovered."""
        return bool(self.records or self.tables)


def rescue(old: Path, new: Path) -> Rescued:
    """Add whole and newer data of the store `old` to `new`, if `new` is a copy of the same store or is empty."""
    found = Rescued()
    source, target = (db.Database(db.make_engine(db.file_url(path))) for path in (old, new))
    try:
        with source.read() as reading, target.write() as writing:
            if _related(reading, writing):
                writing.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
                _take_owners(reading, writing)
                _take_log(reading, writing, found)
                _take_tables(reading, writing, found)  # nudge marks refer to a clip
    except PoiseError:
        return Rescued(left=list(_TABLES))
    else:
        return found
    finally:
        source.engine.dispose()
        target.engine.dispose()
        db.as_one_file(new)


def _related(reading: Connection, writing: Connection) -> bool:
    own, other = witness.age(writing), witness.age(reading)
    if own is not None and other is not None and own.store_id == other.store_id:
        return True
    if writing.scalar(sa.select(sa.func.count()).select_from(schema.records)):
        return False
    if other is not None:  # the new store takes over the id, so that later copies belong to it
        writing.execute(sa.update(schema.store_age).values(store_id=other.store_id))
    return True


def _take_tables(reading: Connection, writing: Connection, found: Rescued) -> None:
    for table in seals.TABLES:
        if table.name not in _TABLES:
            continue
        rows = _whole(reading, table)
        if rows is None:
            found.left.append(table.name)
            continue
        if table is schema.audit:
            _add_audit(writing, rows, found)
            continue
        count = writing.scalar(sa.select(sa.func.count()).select_from(table)) or 0
        # Rows are only ever added; a patient's row also changes.
        changed = table is schema.patients and len(rows) == count and rows != _whole(writing, table)
        if len(rows) > count or changed:
            writing.execute(sa.delete(table))
            writing.execute(sa.insert(table), rows)
            found.tables.append(table.name)
    _name_lost_patients(writing)
    for name, row, *_ in writing.exec_driver_sql("PRAGMA foreign_key_check").all():
        # The row that it refers to was lost.
        if name == "exercise_sessions":
            writing.exec_driver_sql(
                "UPDATE exercise_sessions SET plan_id = NULL WHERE rowid = ?", (row,)
            )
        else:
            writing.exec_driver_sql(f"DELETE FROM {name} WHERE rowid = ?", (row,))


def _add_audit(writing: Connection, rows: list[dict[str, Any]], found: Rescued) -> None:
    """Add the acts that are not here yet: none may be taken away, so the table is not replaced."""
    known = set(writing.scalars(sa.select(schema.audit.c.audit_id)))
    missing = [row for row in rows if row["audit_id"] not in known]
    if missing:
        writing.execute(sa.insert(schema.audit), missing)
        found.tables.append(schema.audit.name)


def _take_owners(reading: Connection, writing: Connection) -> None:
    """Take over who has which clip. The log, which comes next, says what it holds of each."""
    for row in _whole(reading, schema.clips) or ():
        if not row.keys() >= set(_KEPT):
            continue  # of an older Poise
        this = ClipKey(row["patient_id"], row["clip_id"]).rows(schema.clips)
        kept = {name: row[name] for name in _KEPT}
        if not writing.execute(sa.update(schema.clips).where(this).values(kept)).rowcount:
            new = {**row, "next_seq": row["first_seq"]}
            writing.execute(sa.insert(schema.clips).values(new))


def _name_lost_patients(writing: Connection) -> None:
    """Name each patient whose rows are here and whose own row was lost."""
    lost: set[int] = set()
    for name, row, parent, _key in writing.exec_driver_sql("PRAGMA foreign_key_check").all():
        if parent == "patients":
            found = writing.exec_driver_sql(
                f"SELECT patient_id FROM {name} WHERE rowid = ?", (row,)
            )
            lost.add(found.scalar_one())
    for number in sorted(lost):
        values = {"patient_id": number, "pseudonym": f"recovered {number}", "added_utc_ms": 0}
        writing.execute(sa.insert(schema.patients).values(values))


def _whole(reading: Connection, table: sa.Table) -> list[dict[str, Any]] | None:
    try:
        if seals.fault(reading, table.name):
            return None
        # A store of an older Poise lacks columns; all its rows belong to its one patient.
        names = _names(reading, table.name)
        found = [column for column in table.c if column.name in names]
        keys = [column.key for column in found]  # which an insert takes
        rest = {"patient_id": 1} if "patient_id" in table.c and "patient_id" not in names else {}
        rows = reading.execute(sa.select(*found))
        return [{**rest, **dict(zip(keys, row, strict=True))} for row in rows]
    except exc.DBAPIError:
        return None


def _names(reading: Connection, table: str) -> set[str]:
    """Return the names of a table's columns."""
    return {row[1] for row in reading.exec_driver_sql(f"PRAGMA table_info({table})")}


def _take_log(reading: Connection, writing: Connection, found: Rescued) -> None:
    here: dict[ClipKey, set[int]] = {}
    columns = (schema.records.c.patient_id, schema.records.c.clip_id, schema.records.c.seq)
    for *key, seq in writing.execute(sa.select(*columns)):
        here.setdefault(ClipKey(*key), set()).add(seq)
    fresh: dict[ClipKey, dict[int, tuple[bytes, int]]] = {}
    for clip, raw, received_utc_ms in _records(reading):
        seq = HEADER.unpack_from(raw)[2]
        if seq not in here.get(clip, ()):
            fresh.setdefault(clip, {})[seq] = raw, received_utc_ms
    for clip, records in fresh.items():
        raw = b"".join(raw for raw, _ in records.values())
        received_utc_ms = max(at for _, at in records.values())
        rows = imports.decode_whole(raw)
        known = sa.select(schema.clips.c.next_seq).where(clip.rows(schema.clips))
        if (
            writing.scalar(known) is None
        ):  # its own row was lost; whoever else has the clip keeps it
            begin_log(writing, clip, received_utc_ms)
        done = imports.store_rows(writing, clip, rows, "file", received_utc_ms)
        found.records += done.new


def _records(reading: Connection) -> Iterator[tuple[ClipKey, bytes, int]]:
    """Yield (log, raw record, arrival in UTC ms) of each whole record. A store of an older Poise has one patient."""
    try:
        last = reading.exec_driver_sql("SELECT max(record_id) FROM records").scalar() or 0
    except exc.DBAPIError:
        return
    patient = "patient_id" if "patient_id" in _names(reading, "records") else "1"
    query = (
        f"SELECT {patient}, clip_id, raw, received_utc_ms FROM records NOT INDEXED "
        "WHERE record_id >= ? AND record_id < ?"
    )
    for begin in range(0, min(last, _MOST) + 1, _AT_ONCE):
        try:
            rows = reading.exec_driver_sql(query, (begin, begin + _AT_ONCE)).all()
        except exc.DBAPIError:
            continue
        for patient_id, clip_id, raw, received_utc_ms in rows:
            known = isinstance(clip_id, str) and _CLIP.fullmatch(clip_id)
            whole = isinstance(patient_id, int) and isinstance(received_utc_ms, int)
            if known and whole and parts.is_whole(raw):
                yield ClipKey(patient_id, clip_id), raw, received_utc_ms


_MOST = 20_000_000  # a larger row number is damage
