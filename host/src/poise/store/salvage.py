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
from .decode import HEADER

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
    writing.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
    for table in seals.TABLES:
        if table.name not in _TABLES:
            continue
        rows = _whole(reading, table)
        if rows is None:
            found.left.append(table.name)
            continue
        count = writing.scalar(sa.select(sa.func.count()).select_from(table)) or 0
        if len(rows) > count:  # rows are only ever added
            writing.execute(sa.delete(table))
            writing.execute(sa.insert(table), rows)
            found.tables.append(table.name)
    for name, row, *_ in writing.exec_driver_sql("PRAGMA foreign_key_check").all():
        # The row that it refers to was lost.
        if name == "exercise_sessions":
            writing.exec_driver_sql(
                "UPDATE exercise_sessions SET plan_id = NULL WHERE rowid = ?", (row,)
            )
        else:
            writing.exec_driver_sql(f"DELETE FROM {name} WHERE rowid = ?", (row,))


def _whole(reading: Connection, table: sa.Table) -> list[dict[str, Any]] | None:
    try:
        if seals.fault(reading, table.name):
            return None
        keys = [column.key for column in table.c]  # which an insert takes
        return [dict(zip(keys, row, strict=True)) for row in reading.execute(sa.select(table))]
    except exc.DBAPIError:
        return None


def _take_log(reading: Connection, writing: Connection, found: Rescued) -> None:
    here: dict[str, set[int]] = {}
    for clip_id, seq in writing.execute(sa.select(schema.records.c.clip_id, schema.records.c.seq)):
        here.setdefault(clip_id, set()).add(seq)
    fresh: dict[str, dict[int, tuple[bytes, int]]] = {}
    for clip_id, raw, received_utc_ms in _records(reading):
        seq = HEADER.unpack_from(raw)[2]
        if seq not in here.get(clip_id, ()):
            fresh.setdefault(clip_id, {})[seq] = raw, received_utc_ms
    for clip_id, records in fresh.items():
        raw = b"".join(raw for raw, _ in records.values())
        received_utc_ms = max(at for _, at in records.values())
        rows = imports.decode_whole(raw)
        done = imports.store_rows(writing, clip_id, rows, "file", received_utc_ms)
        found.records += done.new


def _records(reading: Connection) -> Iterator[tuple[str, bytes, int]]:
    """Yield (clip id, raw record, arrival in UTC ms) of each whole record."""
    try:
        last = reading.exec_driver_sql("SELECT max(record_id) FROM records").scalar() or 0
    except exc.DBAPIError:
        return
    query = "SELECT clip_id, raw, received_utc_ms FROM records NOT INDEXED WHERE record_id >= ? AND record_id < ?"
    for begin in range(0, min(last, _MOST) + 1, _AT_ONCE):
        try:
            rows = reading.exec_driver_sql(query, (begin, begin + _AT_ONCE)).all()
        except exc.DBAPIError:
            continue
        for clip_id, raw, received_utc_ms in rows:
            known = isinstance(clip_id, str) and _CLIP.fullmatch(clip_id)
            if known and parts.is_whole(raw) and isinstance(received_utc_ms, int):
                yield clip_id, raw, received_utc_ms


_MOST = 20_000_000  # a larger row number is damage
