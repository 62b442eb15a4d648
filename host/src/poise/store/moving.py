"""A store moves between a file and a server: every row of every table as it is, in one transaction, then compared.

`poise backup` writes a server's store into a file by this, of one moment, while other desks go on. `poise restore`
brings a file to a server whose database is still empty.
"""

from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ..errors import PoiseError, Reason
from ..language import _
from . import copies, imports, schema
from . import engine as db
from .damage import damaged
from .examine import Contents, contents, examine
from .restore import filled
from .revision import bring_up

_AT_ONCE = 5000  # rows in memory
_OWN = {"seals"}  # of a file alone: its triggers keep them
_TABLES = tuple(table for table in schema.metadata.sorted_tables if table.name not in _OWN)


def to_file(database: db.Database, target: Path) -> Contents:
    """Write a server's store into the file `target`, whole or not at all. Return the file's contents.

    Raises PoiseError STORE_*.
    """
    with copies.fresh(target) as new:
        file = db.Database(db.make_engine(db.file_url(new)))
        try:
            bring_up(file)
            with database.read() as source, file.write() as made:
                _move(source, made)
        finally:
            file.engine.dispose()
        db.as_one_file(new)
        found = examine(new)
        if found.faults:
            raise damaged(found.faults[0], str(target))
        copies.settle(new, target)
    return found


def to_server(source: Path, database: db.Database, folder: Path) -> Contents:
    """Bring a store's file, or a copy, of this Poise or an older one to a server. Return what the server has then.

    `folder` holds a temporary copy. Raises PoiseError: BAD_INPUT (not a store; or the database is not empty), STORE_*.
    """
    with copies.fresh(folder / source.name) as new:
        filled(new, source)
        file = db.Database(db.make_engine(db.file_url(new)))
        try:
            with file.read() as reading, database.write() as made:
                _refuse_full(made, database.name)
                _move(reading, made)
                return contents(made, database.name)
        finally:
            file.engine.dispose()


def _refuse_full(made: Connection, name: str) -> None:
    named = sa.select(schema.patients.c.patient_id).where(schema.patients.c.pseudonym != "")
    others = [
        sa.select(sa.literal(1)).select_from(table)
        for table in _TABLES
        if table not in (schema.patients, schema.store_age)
    ]
    for query in (named, *others):
        if made.execute(query.limit(1)).first() is not None:
            raise PoiseError(
                Reason.BAD_INPUT,
                _("the database {name} is not empty").format(name=name),
                _("Make a new database and name that one. Nothing was changed."),
            )


def _move(source: Connection, made: Connection) -> None:
    """Replace all rows of a new store by those of another one, and compare them. Raises PoiseError STORE_BROKEN."""
    for table in reversed(_TABLES):
        made.execute(sa.delete(table))
    for table in _TABLES:
        names = tuple(column.name for column in table.c)
        for rows in _rows(source, table):
            imports.bulk(made, table, names, rows)
    for table in _TABLES:
        if made.dialect.name != "sqlite":
            _number_on(made, table)
        for ours, theirs in zip_longest(_rows(source, table), _rows(made, table)):
            if ours != theirs:
                raise damaged(
                    _("{table} did not arrive as it was").format(table=table.name), _("The copy")
                )


def _rows(connection: Connection, table: sa.Table) -> Iterator[list[tuple[Any, ...]]]:
    """Yield the rows in the order of their key, many at once, with JSON and days as the text that both engines keep."""
    texts = (sa.JSON, sa.Date)
    columns = (
        sa.cast(column, sa.Text) if isinstance(column.type, texts) else column for column in table.c
    )
    query = sa.select(*columns).order_by(*_key(connection, table))
    streamed = query.execution_options(stream_results=True, yield_per=_AT_ONCE)
    for part in connection.execute(streamed).partitions():
        yield [tuple(row) for row in part]


def _key(connection: Connection, table: sa.Table) -> Iterator[sa.ColumnElement[Any]]:
    """Yield the columns to sort by. A server would sort text by its language, not as SQLite by its bytes."""
    on_server = connection.dialect.name != "sqlite"
    for column in table.primary_key:
        yield column.collate("C") if on_server and isinstance(column.type, sa.String) else column


def _number_on(made: Connection, table: sa.Table) -> None:
    """Let the server number new rows after those that came."""
    (key,) = (table.primary_key.columns[0],)
    if len(table.primary_key) == 1 and key.autoincrement is True:
        most = sa.select(sa.func.coalesce(sa.func.max(key), 0) + 1).scalar_subquery()
        sequence = sa.func.pg_get_serial_sequence(table.name, key.name)
        made.execute(sa.select(sa.func.setval(sequence, most, sa.false())))
