"""The database engine, its settings, and the translation of database errors into PoiseError with a remedy."""

import contextlib
import errno
import shutil
import sqlite3
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event, exc
from sqlalchemy.engine import Connection, Engine

from ..errors import PoiseError, Reason
from ..language import _
from . import seals, server, witness
from .damage import HINT, damaged

BUSY_TIMEOUT_S = 10
FULL_BYTES = 1 << 20  # a disk with less free room counts as full
_DISK_FULL = {errno.ENOSPC, errno.EDQUOT}


def make_engine(url: sa.URL) -> Engine:
    """Return an engine for this URL. SQLite gets WAL, foreign keys and explicit transactions.

    Raises PoiseError MISSING_EXTRA.
    """
    if url.get_backend_name() != "sqlite":
        return server.make_engine(url)
    engine = sa.create_engine(url, connect_args={"timeout": BUSY_TIMEOUT_S})
    event.listen(engine, "connect", _configure)
    event.listen(engine, "begin", _begin)
    return engine


def file_url(path: Path) -> sa.URL:
    """Return the URL of an SQLite file."""
    return sa.URL.create("sqlite", database=str(path))


def as_one_file(path: Path) -> None:
    """Merge the journal into an SQLite file that no other program has open. Raises PoiseError STORE_*."""
    try:
        with contextlib.closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT)
        raise explained(code & 0xFF, str(path), path.parent, _first_line(error)) from error


def make_reader(path: Path) -> Engine:
    """Return a read-only engine for an SQLite file that no program has open. It leaves the file unchanged."""
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
    # The host acknowledges records to the clip after a commit. With FULL a commit survives a power cut too.
    # Commits are rare (an event, a chunk of log), so nobody notices the time that the sync takes.
    connection.execute("PRAGMA synchronous = FULL")


def _begin(connection: Connection) -> None:
    # A writer takes its lock first. A transaction that reads and then writes fails at once, without the
    # busy timeout, if another one has written in between.
    writes = connection.get_execution_options().get("poise_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def _unreferenced(connection: Connection) -> Generator[None, None, None]:
    """Let SQLite copy tables that others refer to. The setting only changes outside of transactions."""
    raw = connection.connection.driver_connection
    if not isinstance(raw, sqlite3.Connection):
        yield
        return
    raw.execute("PRAGMA foreign_keys = OFF")
    try:
        yield
    finally:
        raw.execute("PRAGMA foreign_keys = ON")


class Database:
    """Transactions on one engine. Errors of the driver become `PoiseError`."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.is_server = engine.dialect.name != "sqlite"
        self._reader = engine.execution_options(**server.READING) if self.is_server else engine
        writing = server.WRITING if self.is_server else {"poise_write": True}
        self._writer = engine.execution_options(**writing)
        self.name = engine.url.database or engine.dialect.name
        in_memory = engine.url.database in (None, "", ":memory:")
        is_file = not self.is_server and not in_memory
        self.path = Path(self.name) if is_file else None  # of an SQLite file
        self.counts = (
            is_file or self.is_server
        )  # its changes; a store in memory ends with its program
        self.checked = False  # True once the store is known to be whole and of this schema
        self.wrote = False  # True once a transaction has written since the opening
        self.memory: dict[Any, Any] = {}  # cache of readers: key -> (change count, value)

    @contextmanager
    def read(self) -> Generator[Connection, None, None]:
        """Yield a connection that sees one consistent state. Raises PoiseError STORE_*."""
        with self.errors(), self._reader.begin() as connection:
            yield connection

    @contextmanager
    def write(self) -> Generator[Connection, None, None]:
        """Yield a connection in a transaction, which is stored as a whole or not at all. Raises PoiseError STORE_*."""
        now = None
        with self.errors(), self._writer.begin() as connection:
            if self.checked and self.is_server:
                server.check_revision(connection, self.name)
            yield connection
            if self.checked:
                now = witness.step(connection)
        self.wrote = True
        if now is not None and self.path is not None:
            witness.write(self.path, now)

    @contextmanager
    def migration(self) -> Generator[Connection, None, None]:
        """Yield a connection as `write` does, on which no row has to refer to a row that is there, until the end.

        Raises PoiseError STORE_*; STORE_BROKEN if a row then refers to none.
        """
        with (
            self.errors(),
            self._writer.execution_options(
                poise_wait_s=server.MIGRATION_TIMEOUT_S
            ).connect() as connection,
            _unreferenced(connection),
            connection.begin(),
        ):
            yield connection
            if not self.is_server:
                for table, *_row in connection.exec_driver_sql("PRAGMA foreign_key_check").all():
                    raise damaged(_("a row of {table}").format(table=table), self.name)
        self.wrote = True

    @contextmanager
    def errors(self) -> Generator[None, None, None]:
        """Turn the driver's errors into PoiseError STORE_UNWRITABLE, STORE_FULL or STORE_BROKEN.

        An IntegrityError passes unchanged: it is for the caller.
        """
        try:
            yield
        except exc.IntegrityError:
            raise  # a constraint was violated; the database is intact
        except exc.DBAPIError as error:
            raise self._explained(error.orig) from error
        except exc.TimeoutError as error:  # no connection of the pool became free
            raise self._explained(error) from error
        except sqlite3.Error as error:  # not wrapped by SQLAlchemy
            raise self._explained(error) from error
        except UnicodeDecodeError as error:  # from SQLite's message on a damaged file
            raise damaged(_("its text is none"), self.name) from error

    def _explained(self, error: BaseException | None) -> PoiseError:
        if self.is_server:
            return server.explained(error, self.name, self.engine)
        # Python itself refuses invalid text, with an error that has no code.
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT)
        folder = self.path.parent if self.path else Path()
        return explained(code & 0xFF, self.name, folder, _first_line(error))


def explained(code: int, name: str, folder: Path, text: str) -> PoiseError:
    """Return the error for SQLite's primary result code `code`."""
    if code == sqlite3.SQLITE_FULL or (code == sqlite3.SQLITE_IOERR and disk_is_full(folder)):
        return full(folder)
    if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        return PoiseError(
            Reason.STORE_UNWRITABLE,
            _("Another program has held {name} for over {seconds} s.").format(
                name=name, seconds=BUSY_TIMEOUT_S
            ),
            _("Close the other program that uses it, then try again. Nothing was changed."),
        )
    if code in {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}:
        return PoiseError(
            Reason.STORE_BROKEN,
            _("{name} is damaged, or is not a database: {text}").format(name=name, text=text),
            _(HINT),
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
        _("{name} does not have the tables it should: {text}").format(name=name, text=text),
        _(HINT),
    )


def disk_is_full(folder: Path) -> bool:
    """Return whether the folder's disk is full, by its free room and, for quotas, by writing a small file."""
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
    """Return the error (STORE_FULL) for a full disk."""
    return PoiseError(
        Reason.STORE_FULL,
        _("The disk that holds {folder} is full.").format(folder=folder),
        _(
            "Make room on it, or choose another folder with --data. The clip keeps what was not "
            "stored."
        ),
    )


def unwritable(folder: Path, text: str) -> PoiseError:
    """Return the error (STORE_UNWRITABLE) for a folder that cannot be written."""
    return PoiseError(
        Reason.STORE_UNWRITABLE,
        _("Cannot write in {folder}: {text}.").format(folder=folder, text=text),
        _("Choose a folder that you may write to with --data, or change the rights of this one."),
    )


def _first_line(error: BaseException | None) -> str:
    return (str(error).splitlines() or [_("no reason given")])[0]
