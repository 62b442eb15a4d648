"""Copies of the store: one a day by itself, seven kept, and one whenever it is asked for. SQLite only.

A copy is taken by SQLite itself, so it is of one moment whatever is being written, and it is looked through before it
gets its name: no older copy goes for one that is not whole.
"""

import contextlib
import datetime as dt
import os
import re
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path

from ..errors import PoiseError, Reason
from . import engine as db
from . import witness
from .damage import damaged
from .examine import Contents, examine

KEPT = 7
_DAILY = re.compile(r"poise-(\d{4}-\d{2}-\d{2})\.db")
_NAME = re.compile(r"poise-(?:by-hand-)?(\d{4}-\d{2}-\d{2}(?:-\d{6})?)\.db")


def folder_of(path: Path) -> Path:
    """Where the copies of this store are."""
    return path.with_name("copies")


def known(path: Path) -> list[Path]:
    """The copies of days and those by hand, the newest first."""
    folder = folder_of(path)
    found = folder.iterdir() if folder.is_dir() else ()
    named = [(match[1], file) for file in found if (match := _NAME.fullmatch(file.name))]
    return [file for _, file in sorted(named, reverse=True)]


def daily(path: Path, today: dt.date) -> Path | None:
    """Today's copy, if there is none and anything is new; the oldest beyond KEPT go then. Raises PoiseError STORE_*."""
    target = folder_of(path) / f"poise-{today}.db"
    if target.exists() or _is_copied(path):
        return None
    copy(path, target)
    others = [file for file in known(path) if _DAILY.fullmatch(file.name) and file != target]
    for old in others[KEPT - 1 :]:
        with contextlib.suppress(OSError):
            old.unlink()
    return target


def _is_copied(path: Path) -> bool:
    """Whether the newest copy has all that the store has."""
    newest = known(path)[:1]
    now = witness.read(path)
    return bool(newest) and now is not None and age_of(newest[0]) == now


def age_of(copied: Path) -> witness.Age | None:
    """Of which store a copy is, and how new; None when it can't be told."""
    database = db.Database(db.make_reader(copied))
    database.path = copied
    try:
        with database.read() as connection:
            return witness.age(connection)
    except PoiseError:
        return None
    finally:
        database.engine.dispose()


def copy(path: Path, target: Path) -> Contents:
    """A copy of the store as `target`, whole or not at all. Raises PoiseError STORE_*."""
    with fresh(target) as new:
        take(path, new)
        found = examine(new)
        if found.faults:
            raise damaged(found.faults[0], str(path))
        settle(new, target)
    return found


def take(path: Path, new: Path) -> None:
    """What the store at `path` holds now, as one file. Raises PoiseError STORE_*."""
    try:
        with (
            contextlib.closing(sqlite3.connect(path, timeout=db.BUSY_TIMEOUT_S)) as source,
            contextlib.closing(sqlite3.connect(new)) as target,
        ):
            source.backup(target)
            target.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT)
        full = code == sqlite3.SQLITE_FULL or db.disk_is_full(new.parent)
        where = new.parent if full else path.parent
        raise db.explained(code & 0xFF, str(path), where, str(error)) from error


@contextlib.contextmanager
def fresh(target: Path) -> Iterator[Path]:
    """A file beside `target` for its owner alone, gone afterwards."""
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f"{target.name}-new-", dir=target.parent)
    except OSError as error:
        raise trouble(error, target.parent) from error
    os.close(handle)
    new = Path(name)
    try:
        yield new
    finally:
        for file in (new, *(new.with_name(new.name + end) for end in ("-wal", "-shm", "-journal"))):
            file.unlink(missing_ok=True)


def settle(new: Path, target: Path) -> None:
    """Gives a finished file its name, on the disk before anybody relies on it."""
    try:
        with new.open("rb+") as file:
            os.fsync(file.fileno())
        new.replace(target)
        if os.name == "posix":
            folder = os.open(target.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
    except OSError as error:
        raise trouble(error, target.parent) from error


def trouble(error: OSError, folder: Path) -> PoiseError:
    """The error for a folder that can't be written."""
    if db.disk_is_full(folder):
        return db.full(folder)
    return db.unwritable(folder, error.strerror or str(error))


def refuse_existing(target: Path) -> None:
    """Raises PoiseError BAD_INPUT: a copy goes over nothing."""
    if target.exists():
        raise PoiseError(
            Reason.BAD_INPUT, f"{target} is there already", "Name another file, or remove that one."
        )
