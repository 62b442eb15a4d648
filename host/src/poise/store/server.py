"""A database server (PostgreSQL) that several desks share: its connections, the queue of its writers, its errors.

Writers queue for one advisory lock, as SQLite's writers queue for the file's. A transaction that writes gets the lock
before it reads, and at the isolation level READ COMMITTED each of its statements sees all that earlier writers stored.
So what is right on SQLite is right here: no update is lost, no transaction has to be repeated, and writers can't
deadlock. The writes are short; docs/BENCHMARKS.md has the time of four hundred. A reader sees one moment (REPEATABLE
READ, READ ONLY), waits for no writer and delays none. Only a migration locks whole tables, so only it can meet a reader
in a deadlock; `migrate` repeats it.
"""

from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event, exc
from sqlalchemy.engine import Connection, Engine

from .. import installed
from ..errors import PoiseError, Reason
from ..language import _
from .damage import HINT, newer
from .schema import HEAD, REVISIONS, alembic_version

DRIVER = "postgresql+psycopg"
READING = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
WRITING = {"isolation_level": "READ COMMITTED", "poise_write": True}
BUSY_TIMEOUT_S = 10  # longest wait for a lock
MIGRATION_TIMEOUT_S = 600  # for desks that wait while another one migrates
_IDLE_S = 60  # a desk that stands still within a transaction loses it, and with it the lock
_WRITERS = 0x506F_6973_65  # key of the writers' lock
_RUNNERS = (
    0x506F_6973  # first half of the key of a runner's lock; the other is the patient's number
)
# The words of libpq. A server that is unplugged answers nothing: without these, a desk would wait for minutes.
_LINK = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
    "application_name": "poise",
}
_HELP = "docs/therapists/several-desks.md"

# SQLSTATE: https://www.postgresql.org/docs/current/errcodes-appendix.html
_AWAY = {"08", "57", "25P03"}  # classes: connection lost, shut down by the operator; stood still
_FULL = {"53100", "53200"}
_CROWDED = {"53300", "53400"}
_DEADLOCK = "40P01"
_TIMEOUT = "55P03"  # of a lock
_BUSY = {_TIMEOUT, "40001", _DEADLOCK}  # 40001: serialization failure
_FORBIDDEN = {"42501", "25006", "28000", "28P01"}  # rights, a read-only server, login
_OTHER_TABLES = {"42P01", "42703"}  # a table or a column is unknown
_BAD_TEXT = "22"  # class: data that the columns can't hold


def make_engine(url: sa.URL) -> Engine:
    """Return an engine for a PostgreSQL URL. Raises PoiseError MISSING_EXTRA."""
    link = {name: value for name, value in _LINK.items() if name not in url.query}
    try:
        # A connection that the server has closed since is noticed before it is used.
        engine = sa.create_engine(
            url.set(drivername=DRIVER),
            connect_args=link,
            pool_pre_ping=True,
            pool_timeout=BUSY_TIMEOUT_S,
        )
    except ImportError as error:
        raise PoiseError(
            Reason.MISSING_EXTRA,
            _("The driver for {database} is not installed.").format(database=url.drivername),
            installed.add("clinic"),
        ) from error
    event.listen(engine, "connect", _configure)
    event.listen(engine, "begin", _begin)
    return engine


def _configure(connection: Any, _record: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SET lock_timeout = '{BUSY_TIMEOUT_S}s'; SET datestyle = ISO;"
            f"SET idle_in_transaction_session_timeout = '{_IDLE_S}s'"
        )
    connection.commit()


def _begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    if not options.get("poise_write", False):
        return
    if wait_s := options.get("poise_wait_s"):
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{wait_s}s'")
    connection.exec_driver_sql("SELECT pg_advisory_xact_lock(%s)", (_WRITERS,))


def check_revision(connection: Connection, name: str) -> None:
    """Check that no newer Poise has migrated the database since it was opened. Raises PoiseError STORE_BROKEN."""
    revision = connection.scalar(sa.select(alembic_version.c.version_num))
    if revision != HEAD:
        raise newer(name, str(revision))


@contextmanager
def followed(engine: Engine, patient_id: int) -> Generator[bool, None, None]:
    """Hold the patient's lock of runners on a connection of its own, which ends with the program, however it ends.

    Yield False if another program holds it. A restart of the server ends it, too.
    """
    with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.detach()  # from the pool, so that it ends here
        key = _RUNNERS, patient_id
        try:
            yield bool(connection.scalar(sa.select(sa.func.pg_try_advisory_lock(*key))))
        finally:
            # The end of the connection gives the lock back, too, but a moment later.
            with suppress(exc.DBAPIError):
                connection.execute(sa.select(sa.func.pg_advisory_unlock(*key)))


def copy_in(
    connection: Connection, table: sa.Table, names: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """Insert rows by COPY, which is far faster than INSERT. Use it within a transaction of `Database.write`."""
    import psycopg  # only here and in SQLAlchemy: who has no server does without it

    raw: Any = connection.connection.driver_connection
    statement = f"COPY {table.name} ({', '.join(names)}) FROM STDIN"
    try:
        with raw.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
    except psycopg.Error as error:
        raise exc.DBAPIError(statement, None, error) from error


def deadlocked(error: PoiseError) -> bool:
    """Return whether the server ended the transaction because it and another one waited for each other."""
    cause = error.__cause__
    origin = cause.orig if isinstance(cause, exc.DBAPIError) else None
    return getattr(origin, "sqlstate", None) == _DEADLOCK


def explained(error: BaseException | None, name: str, engine: Engine) -> PoiseError:
    """Return the error for one of psycopg's. Neither its words nor the server's hold a password."""
    state = str(getattr(error, "sqlstate", None) or "")
    why = (str(error).splitlines() or [_("no reason given")])[0].rstrip(".: ")
    if state in _OTHER_TABLES:
        revision = _revision(engine)
        if revision not in (None, *REVISIONS):
            return newer(name, str(revision))
    if state in _BUSY:
        if state == _TIMEOUT:
            what = _("Another desk has held {name} for over {seconds} s: {why}.")
        else:
            what = _("Another desk was in the way at {name}: {why}.")
        return PoiseError(
            Reason.STORE_UNWRITABLE,
            what.format(name=name, seconds=BUSY_TIMEOUT_S, why=why),
            _("Try again. Nothing was changed."),
        )
    if state in _FULL:
        return PoiseError(
            Reason.STORE_FULL,
            _("The server of {name} has no room: {why}.").format(name=name, why=why),
            _("Make room on it, then try again. The clip keeps what was not stored."),
        )
    if state in _FORBIDDEN:
        return PoiseError(
            Reason.STORE_UNWRITABLE,
            _("Your login may not do that in the database {name}: {why}.").format(
                name=name, why=why
            ),
            _(
                "Its owner grants the right, or opens it once with the newest Poise: {page} says how."
            ).format(page=_HELP),
        )
    if state[:2] == _BAD_TEXT or (not state and type(error).__name__ == "DataError"):
        return PoiseError(
            Reason.BAD_INPUT,
            _("The database {name} can't keep that: {why}.").format(name=name, why=why),
            _("Shorten the text, or leave out the characters that no keyboard has."),
        )
    if not state or {state, state[:2]} & (_AWAY | _CROWDED):
        return PoiseError(
            Reason.STORE_UNWRITABLE,
            _("The database {name} can't be reached: {why}.").format(name=name, why=why),
            _(
                "Check that its server runs, the network, and the host, user and password; then "
                "try again. Nothing was changed."
            ),
        )
    return PoiseError(
        Reason.STORE_BROKEN,
        _("{name} does not have the tables it should: {text}").format(name=name, text=why),
        _(HINT),
    )


def _revision(engine: Engine) -> str | None:
    """Return the revision that the database has now; None if it tells none."""
    try:
        with engine.connect() as connection:
            return connection.scalar(sa.select(alembic_version.c.version_num))
    except exc.DBAPIError:
        return None
