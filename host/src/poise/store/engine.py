"""The database engine, its settings, and the database's errors in words that say what to do."""

import contextlib
import errno
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event, exc
from sqlalchemy.engine import Connection, Engine

from ..errors import PoiseError, Reason
from . import seals, witness
from .damage import HINT, damaged

BUSY_TIMEOUT_S = 10
FULL_BYTES = 1 << 20  # less room than this counts as a full disk
_DISK_FULL = {errno.ENOSPC, errno.EDQUOT}


def make_engine(url: sa.URL) -> Engine:
    """Engine for this URL; SQLite gets WAL, foreign keys and transactions that begin when told."""
    if url.get_backend_name() != "sqlite":
        return sa.create_engine(url)
    engine = sa.create_engine(url, connect_args={"timeout": BUSY_TIMEOUT_S})
    event.listen(engine, "connect", _configure)
    event.listen(engine, "begin", _begin)
    return engine


def file_url(path: Path) -> sa.URL:
    """The URL of an SQLite file."""
    return sa.URL.create("sqlite", database=str(path))


def as_one_file(path: Path) -> None:
    """Puts the journal of a file that nobody else has open into it. Raises PoiseError STORE_*."""
    try:
        with contextlib.closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT)
        raise explained(code & 0xFF, str(path), path.parent, _first_line(error)) from error


def make_reader(path: Path) -> Engine:
    """Engine for an SQLite file that nobody has open and that is not to be changed in any way."""
    address = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
    engine = sa.create_engine(
        "sqlite://", creator=lambda: sqlite3.connect(address, uri=True), poolclass=sa.NullPool
    )
    event.listen(engine, "connect", _teach)
    return engine


def _teach(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None
    seals.teach(connection)


def _configure(connection: sqlite3.Connection, _record: object) -> None:
    # Python's own transaction handling leaves DDL outside of transactions; `_begin` takes over.
    connection.isolation_level = None
    seals.teach(connection)
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA journal_mode = WAL")
    # The clip is told "committed" after a commit; FULL makes that true through a power cut as well.
    # Commits are rare (an event, a chunk of log), so the sync costs nothing that anyone sees.
    connection.execute("PRAGMA synchronous = FULL")


def _begin(connection: Connection) -> None:
    # A writer takes its lock first: a transaction that reads and then writes would fail at once
    # when another one has written in between, without waiting for the busy timeout.
    writes = connection.get_execution_options().get("poise_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


class Database:
    """Transactions on one engine, with the driver's errors turned into `PoiseError`."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._writer = engine.execution_options(poise_write=True)
        self.name = engine.url.database or engine.url.render_as_string(hide_password=True)
        in_memory = engine.url.database in (None, "", ":memory:")
        is_file = engine.dialect.name == "sqlite" and not in_memory
        self.path = Path(self.name) if is_file else None  # of an SQLite file
        self.sealed = False  # once its tables are as they should be
        self.wrote = False  # since it was opened
        self.memory: dict[
            str, Any
        ] = {}  # what readers keep, each with its own mark of how old it is

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection on one consistent state. Raises PoiseError STORE_*."""
        with self.errors(), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction: all of it is kept, or none. Raises PoiseError STORE_*."""
        now = None
        with self.errors(), self._writer.begin() as connection:
            yield connection
            if self.sealed:
                now = witness.step(connection)
        self.wrote = True
        if now is not None and self.path is not None:
            witness.write(self.path, now)

    @contextmanager
    def errors(self) -> Iterator[None]:
        """Turns the driver's errors into PoiseError STORE_UNWRITABLE, STORE_FULL or STORE_BROKEN."""
        try:
            yield
        except exc.IntegrityError:
            raise  # the caller's rule was broken, not the database
        except exc.DBAPIError as error:
            raise self._explained(error.orig) from error
        except sqlite3.Error as error:  # past SQLAlchemy
            raise self._explained(error) from error
        except UnicodeDecodeError as error:  # SQLite's own message, out of a damaged file
            raise damaged("its text is none", self.name) from error

    def _explained(self, error: BaseException | None) -> PoiseError:
        if self.path is None:
            return PoiseError(
                Reason.STORE_BROKEN,
                f"The database {self.name} refused: {_first_line(error)}",
                "Check that the server runs, and the name, user and rights in its URL.",
            )
        # Python itself refuses text that is none, without a code.
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT)
        return explained(code & 0xFF, self.name, self.path.parent, _first_line(error))


def explained(code: int, name: str, folder: Path, text: str) -> PoiseError:
    """The error for SQLite's primary result code `code`."""
    if code == sqlite3.SQLITE_FULL or (code == sqlite3.SQLITE_IOERR and disk_is_full(folder)):
        return full(folder)
    if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        return PoiseError(
            Reason.STORE_UNWRITABLE,
            f"Another program has held {name} for over {BUSY_TIMEOUT_S} s.",
            "Close the other program that uses it, then try again. Nothing was changed.",
        )
    if code in {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}:
        return PoiseError(
            Reason.STORE_BROKEN,
            f"{name} is damaged, or is not a database: {text}",
            HINT,
        )
    if code in {
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_AUTH,
    }:
        return unwritable(folder, text)
    if code == sqlite3.SQLITE_IOERR:
        return unwritable(folder, text)
    return PoiseError(
        Reason.STORE_BROKEN,
        f"{name} does not have the tables it should: {text}",
        HINT,
    )


def disk_is_full(folder: Path) -> bool:
    """Whether the disk takes no more: asked of the disk and, for quotas, tried with a small file."""
    try:
        if shutil.disk_usage(folder).free < FULL_BYTES:
            return True
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(bytes(1 << 16))
            file.flush()
    except OSError as error:
        return error.errno in _DISK_FULL
    return False


def full(folder: Path) -> PoiseError:
    """The error for a disk without room."""
    return PoiseError(
        Reason.STORE_FULL,
        f"The disk that holds {folder} is full.",
        "Make room on it, or choose another folder with --data. The clip keeps what was not stored.",
    )


def unwritable(folder: Path, text: str) -> PoiseError:
    """The error for a folder that cannot be written."""
    return PoiseError(
        Reason.STORE_UNWRITABLE,
        f"Cannot write in {folder}: {text}.",
        "Choose a folder that you may write to with --data, or change the rights of this one.",
    )


def _first_line(error: BaseException | None) -> str:
    return (str(error).splitlines() or ["no reason given"])[0]
