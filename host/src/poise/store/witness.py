"""The witness: a small file beside the database with the store's id and its count of changes.

A database that lost its last transactions, was emptied or was replaced by an older one looks whole; only a file outside
it can show the loss. After each transaction the count is written here. It may lag behind, but never runs ahead.
"""

import contextlib
import os
import re
import secrets
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ..errors import PoiseError, Reason
from ..language import _
from .schema import store_age

_LINE = re.compile(rb"poise-store ([0-9a-f]{32}) ([0-9]{20}) ([0-9a-f]{8})\n")


@dataclass(frozen=True)
class Age:
    """The store's id, and the number of transactions that have changed it."""

    store_id: str
    changes: int


def path_of(database: Path) -> Path:
    """Return the path of the database's witness."""
    return database.with_name(database.name + "-witness")


def begin(connection: Connection) -> None:
    """Give a new store its id, with a count of 0."""
    if connection.execute(sa.select(store_age)).first() is None:
        values = {"store_id": secrets.token_hex(16), "changes": 0}
        connection.execute(sa.insert(store_age).values(values))


def age(connection: Connection) -> Age | None:
    """Return the age stored in the database; None before it has an id."""
    row = connection.execute(sa.select(store_age)).one_or_none()
    return Age(row.store_id, row.changes) if row is not None else None


def step(connection: Connection) -> Age | None:
    """Count this transaction and return the new age; None before the database has an id."""
    connection.execute(sa.update(store_age).values(changes=store_age.c.changes + 1))
    return age(connection)


def read(database: Path) -> Age | None:
    """Return the age in the witness; None if there is no witness or it is damaged. `write` then makes a new one."""
    try:
        match = _LINE.fullmatch(path_of(database).read_bytes())
    except OSError:
        return None
    if match is None or crc32(match[1] + match[2]) != int(match[3], 16):
        return None
    return Age(match[1].decode(), int(match[2]))


def write(database: Path, now: Age) -> None:
    """Write the age, unless the witness has the same or a higher count of this store. Write errors are ignored."""
    known = read(database)
    if known is not None and known.store_id == now.store_id and known.changes >= now.changes:
        return
    told = f"{now.store_id} {now.changes:020d}".encode()
    line = b"poise-store %s %08x\n" % (told, crc32(told.replace(b" ", b"")))
    flags = os.O_WRONLY | os.O_CREAT | getattr(os, "O_BINARY", 0)
    with (
        contextlib.suppress(OSError),
        os.fdopen(os.open(path_of(database), flags, 0o600), "wb") as file,
    ):
        file.write(line)
        file.truncate()


def check(database: Path, known: Age | None, now: Age) -> None:
    """Raise PoiseError STORE_BROKEN if the database is older than the witness, or is another store.

    Read `known` from the witness before `now` from the database, since other programs may write in between.
    """
    if known is None or (known.store_id == now.store_id and known.changes <= now.changes):
        return
    if known.store_id != now.store_id:
        what = _("{file} is not the store that was here").format(file=database)
    else:
        what = _("{file} has lost its last {count} changes").format(
            file=database, count=known.changes - now.changes
        )
    raise PoiseError(
        Reason.STORE_BROKEN,
        what,
        _(
            "`poise restore` goes back to the newest whole copy. To go on with what is there, "
            "remove {name}."
        ).format(name=path_of(database).name),
    )


def check_gone(database: Path) -> None:
    """Raise PoiseError STORE_BROKEN if the witness knows a store here. `database` is missing or empty now."""
    known = read(database)
    if known is None:
        return
    raise PoiseError(
        Reason.STORE_BROKEN,
        _("{database} is gone, or empty: it had {changes} changes").format(
            database=database, changes=known.changes
        ),
        _(
            "`poise restore` goes back to the newest whole copy. To begin anew, remove {name}."
        ).format(name=path_of(database).name),
    )
