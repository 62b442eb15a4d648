"""Seals of the small tables: the number of rows and a checksum over all their values. SQLite only.

Log records have their own CRC. The diary, the plan, scores, sessions and stops exist nowhere else and have none. So
triggers add each written row to its table's seal, within the same transaction. On opening, the store compares the
tables with their seals, and so notices rows that damage has altered, lost or doubled, in tables and in indexes.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ..language import _
from . import schema
from .damage import damaged

FUNCTION = "poise_seal"
_MASK = (1 << 62) - 1  # SQLite's integers have 64 bits with a sign, so a sum of two fits
# Minutes repeat the records and are read from them; records have CRCs, and parts that count them.
_LEFT_OUT = {"records", "minutes", "seals", "store_age"}
TABLES = tuple(table for table in schema.metadata.sorted_tables if table.name not in _LEFT_OUT)

NAMES = tuple(table.name for table in TABLES)


def seal(*values: Any) -> int:
    """Return a row's checksum, an integer of 62 bits."""
    told = repr(values).encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(told, digest_size=8).digest(), "little") & _MASK


def teach(connection: sqlite3.Connection) -> None:
    """Register on the connection the function that the triggers call."""
    connection.create_function(FUNCTION, -1, seal, deterministic=True)
    connection.execute("PRAGMA trusted_schema = ON")  # otherwise triggers may not call it


def install(connection: Connection) -> None:
    """Seal the tables as they are now and install the triggers. Call it after each change of the schema."""
    connection.execute(sa.delete(schema.seals))
    for table in TABLES:
        for statement in _triggers(table):
            connection.exec_driver_sql(statement)
        columns = ", ".join(_names(table))
        rows, total = _of(connection, table.name, columns)
        connection.execute(
            sa.insert(schema.seals).values(name=table.name, columns=columns, rows=rows, sum=total)
        )


def check(connection: Connection) -> None:
    """Compare all tables with their seals. Raises PoiseError STORE_BROKEN that names the first damaged table."""
    for what in faults(connection):
        raise damaged(what)


def faults(
    connection: Connection, names: Iterable[str] = NAMES, *, structure: bool = True
) -> Iterator[str]:
    """Yield a description of each damaged table among `names`. `structure` is as in `fault`."""
    for name in names:
        found = fault(connection, name, structure=structure)
        if found:
            yield found


def fault(connection: Connection, name: str, *, structure: bool = True) -> str:
    """Return a description of this table's damage, "" if none. `structure`: also check its pages and indexes."""
    kept = connection.execute(sa.select(schema.seals).where(schema.seals.c.name == name)).all()
    if len(kept) != 1:
        return _("the seal of {table} is missing").format(table=name)
    rows, total = _of(connection, name, kept[0].columns)
    if (rows, total) != (kept[0].rows, kept[0].sum):
        if rows == kept[0].rows:
            return _("{table} is not as it was written").format(table=name)
        return _("{table} is not as it was written: {rows} rows of {all}").format(
            table=name, rows=rows, all=kept[0].rows
        )
    if not structure:
        return ""
    told = str(connection.exec_driver_sql(f"PRAGMA integrity_check('{name}')").scalar())
    return "" if told == "ok" else f"{name}: {told.splitlines()[0]}"


def _names(table: sa.Table) -> list[str]:
    return [column.name for column in table.c]


def _of(connection: Connection, name: str, columns: str) -> tuple[int, int]:
    """Return the number of rows and their checksum, read from the table itself and not from an index."""
    query = f"SELECT {FUNCTION}({columns}) FROM {name} NOT INDEXED"
    found = connection.exec_driver_sql(query).scalars().all()
    return len(found), sum(found) & _MASK


def _triggers(table: sa.Table) -> Iterator[str]:
    new, old = (
        f"{FUNCTION}({', '.join(f'{row}.{name}' for name in _names(table))})"
        for row in ("NEW", "OLD")
    )
    for event, count, added in (
        ("INSERT", "+ 1", f"+ {new}"),
        ("DELETE", "- 1", f"- {old}"),
        ("UPDATE", "", f"- {old} + {new}"),
    ):
        name = f"seal_{table.name}_{event.lower()}"
        yield f"DROP TRIGGER IF EXISTS {name}"
        yield (
            f"CREATE TRIGGER {name} AFTER {event} ON {table.name} BEGIN UPDATE seals "
            f"SET rows = rows {count}, sum = (sum {added}) & {_MASK} WHERE name = '{table.name}'; END"
        )
