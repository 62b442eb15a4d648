"""Examination of a store file: its schema revision, its row counts and its damage."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ..errors import PoiseError, Reason
from ..installed import update
from ..language import N_, _
from ..wire.rows import RECORDS
from . import engine as db
from . import parts, schema, seals, witness
from .create import revision_of
from .owned import ClipKey
from .witness import Age

_AT_ONCE = 64  # parts of the log that are read together
_KINDS = tuple(row.name for row in RECORDS)
# Table -> its name in messages to the user.
COUNTED = {
    "records": N_("log records"),
    "diary_entries": N_("diary entries"),
    "exercise_sessions": N_("exercise sessions"),
    "answers": N_("answers"),
    "plans": N_("plans"),
    "outcomes": N_("scores"),
    "treatments": N_("treatments"),
    "holds": N_("stops"),
}


@dataclass(frozen=True)
class Contents:
    """Contents of a store file.

    `age` is None for a store of an older Poise, `counts` has the rows of each table in COUNTED, `faults` names the
    damage and is empty for a whole store.
    """

    revision: str
    age: Age | None
    counts: dict[str, int]
    faults: tuple[str, ...]


def examine(path: Path) -> Contents:
    """Return the contents of a store file that no program has open.

    Raises PoiseError: BAD_INPUT (not a store), STORE_BROKEN (cannot be read).
    """
    database = db.Database(db.make_reader(path))
    database.name, database.path = str(path), path
    try:
        with database.read() as connection:
            return contents(connection, str(path))
    finally:
        database.engine.dispose()


def contents(connection: Connection, name: str) -> Contents:
    """Return the contents of a store by an open connection; `name` is for messages.

    Raises PoiseError as `examine` does.
    """
    tables = set(sa.inspect(connection).get_table_names())
    if "alembic_version" not in tables or "records" not in tables:
        raise PoiseError(
            Reason.BAD_INPUT,
            _("{path} is not a store of Poise").format(path=name),
            _("Name a file that `poise backup` wrote."),
        )
    revision = str(revision_of(connection))
    if revision not in schema.REVISIONS:
        raise PoiseError(
            Reason.BAD_INPUT,
            _("{path} was made by a newer Poise (schema {revision})").format(
                path=name, revision=revision
            ),
            update(),
        )
    counts = {
        table: connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar() or 0
        for table in COUNTED
        if table in tables
    }
    age = witness.age(connection) if "store_age" in tables else None
    return Contents(revision, age, counts, tuple(_faults(connection, tables)))


def _faults(connection: Connection, tables: set[str]) -> Iterator[str]:
    if connection.dialect.name != "sqlite":  # the server watches over its own files
        yield from _log_faults(connection)
        return
    told = str(connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar())
    if told != "ok":
        yield told.splitlines()[-1]
        return
    if "seals" in tables:
        names = [name for name in seals.NAMES if name in tables]
        yield from seals.faults(connection, names, structure=False)
        yield from _log_faults(connection)
        return
    for clip_id, seq, raw in connection.exec_driver_sql("SELECT clip_id, seq, raw FROM records"):
        if not parts.is_whole(raw):
            yield _("log record {seq} of clip {clip_id}").format(seq=seq, clip_id=clip_id)


def _log_faults(connection: Connection) -> Iterator[str]:
    counted = 0
    keys = sa.select(schema.clips.c.patient_id, schema.clips.c.clip_id)
    for clip in [ClipKey(*row) for row in connection.execute(keys)]:
        known = parts.of_clip(connection, clip)
        counted += sum(sum(part.kinds.values()) for part in known)
        for begin in range(0, len(known), _AT_ONCE):
            try:
                parts.raws(connection, clip, known[begin : begin + _AT_ONCE], _KINDS)
            except PoiseError as error:
                yield str(error).partition(": ")[2]
    there = connection.scalar(sa.select(sa.func.count()).select_from(schema.records))
    if there != counted:
        yield _("the log has {there} records, not {counted}").format(there=there, counted=counted)
