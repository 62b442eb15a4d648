"""A small file beside the database that knows how far the store had come.

A database that lost its last transactions, was emptied or replaced by an older one is whole in itself; only something
outside of it can tell. After each transaction its count is written here. The count may lag behind, never run ahead.
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
from .schema import store_age

_LINE = re.compile(rb"poise-store ([0-9a-f]{32}) ([0-9]{20}) ([0-9a-f]{8})\n")


@dataclass(frozen=True)
class Age:
    """Which store it is, and the transactions that have changed it."""

    store_id: str
    changes: int


def path_of(database: Path) -> Path:
    """The witness's file."""
    return database.with_name(database.name + "-witness")


def begin(connection: Connection) -> None:
    """Gives a new store its name."""
    if connection.execute(sa.select(store_age)).first() is None:
        values = {"store_id": secrets.token_hex(16), "changes": 0}
        connection.execute(sa.insert(store_age).values(values))


def age(connection: Connection) -> Age | None:
    """What the database says of itself; None before it has its name."""
    row = connection.execute(sa.select(store_age)).one_or_none()
    return Age(row.store_id, row.changes) if row is not None else None


def step(connection: Connection) -> Age | None:
    """Counts this transaction."""
    connection.execute(sa.update(store_age).values(changes=store_age.c.changes + 1))
    return age(connection)


def read(database: Path) -> Age | None:
    """What the witness knows; None without one, or when it was cut short: it is then made anew."""
    try:
        match = _LINE.fullmatch(path_of(database).read_bytes())
    except OSError:
        return None
    if match is None or crc32(match[1] + match[2]) != int(match[3], 16):
        return None
    return Age(match[1].decode(), int(match[2]))


def write(database: Path, now: Age) -> None:
    """Keeps it, unless more is known already. A file that can't be written is left: it is only a witness."""
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
    """Raises PoiseError STORE_BROKEN when the database is older than it was, or another one.

    `known`: as `read` before `now` was asked of the database, since others may write meanwhile.
    """
    if known is None or (known.store_id == now.store_id and known.changes <= now.changes):
        return
    if known.store_id != now.store_id:
        what = "is not the store that was here"
    else:
        what = f"has lost its last {known.changes - now.changes} changes"
    raise PoiseError(
        Reason.STORE_BROKEN,
        f"{database} {what}",
        "`poise restore` goes back to the newest whole copy. To go on with what is there, remove "
        f"{path_of(database).name}.",
    )


def check_gone(database: Path) -> None:
    """Raises PoiseError STORE_BROKEN when a store was here that had content. `database` is missing or empty now."""
    known = read(database)
    if known is None:
        return
    raise PoiseError(
        Reason.STORE_BROKEN,
        f"{database} is gone, or empty: it had {known.changes} changes",
        f"`poise restore` goes back to the newest whole copy. To begin anew, remove {path_of(database).name}.",
    )
