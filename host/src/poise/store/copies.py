"""Copies of the store: an automatic one each day, of which seven are kept, and others on request. SQLite only.

SQLite itself makes the copy, so the copy is consistent even while a program writes. A copy is examined before it gets
its name, so that a damaged one never displaces an older copy.
"""

import contextlib
import datetime as dt
import os
import re
import sqlite3
import tempfile
from collections.abc import Generator
from pathlib import Path

from ..errors import PoiseError, Reason
from ..language import _
from . import engine as db
from . import witness
from .damage import damaged
from .examine import Contents, examine

KEPT = 7
_DAILY = re.compile(r"poise-(\d{4}-\d{2}-\d{2})\.db")
_NAME = re.compile(r"poise-(?:by-hand-)?(\d{4}-\d{2}-\d{2}(?:-\d{6})?)\.db")


def folder_of(path: Path) -> Path:
    """Return the folder of this store's copies."""
    return path.with_name("copies")


def known(path: Path) -> list[Path]:
    """Return the daily copies and those made by hand, newest first."""
    folder = folder_of(path)
    found = folder.iterdir() if folder.is_dir() else ()
    named = [(match[1], file) for file in found if (match := _NAME.fullmatch(file.name))]
    return [file for _, file in sorted(named, reverse=True)]


def daily(path: Path, today: dt.date) -> Path | None:
    """Make today's copy if there is none yet and the store has changed, then delete daily copies beyond KEPT.

    Return the copy's path, or None if no copy was needed. Raises PoiseError STORE_*.
    """
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
    """Return whether the newest copy is as new as the store."""
    newest = known(path)[:1]
    now = witness.read(path)
    return bool(newest) and now is not None and age_of(newest[0]) == now


def age_of(copied: Path) -> witness.Age | None:
    """Return the store id and change count of a copy; None if they cannot be read."""
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
    """Copy the store to `target`, whole or not at all. Return the copy's contents. Raises PoiseError STORE_*."""
    with fresh(target) as new:
        take(path, new)
        found = examine(new)
        if found.faults:
            raise damaged(found.faults[0], str(path))
        settle(new, target)
    return found


def take(path: Path, new: Path) -> None:
    """Write the present state of the store at `path` into the file `new`. Raises PoiseError STORE_*."""
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
def fresh(target: Path) -> Generator[Path, None, None]:
    """Yield a new temporary file beside `target`, readable by its owner only, and delete it afterwards."""
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
    """Rename the finished file to `target`, and flush file and folder to the disk. Raises PoiseError STORE_*."""
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
    """Return the error for a folder that can't be written: STORE_FULL or STORE_UNWRITABLE."""
    if db.disk_is_full(folder):
        return db.full(folder)
    return db.unwritable(folder, error.strerror or str(error))


def refuse_existing(target: Path) -> None:
    """Check that `target` does not exist, since a copy overwrites nothing. Raises PoiseError BAD_INPUT."""
    if target.exists():
        raise PoiseError(
            Reason.BAD_INPUT,
            _("{target} is there already").format(target=target),
            _("Name another file, or remove that one."),
        )
