"""Erasure of everything of one patient, from the database and its copies, and the search that proves it.

The copies come first and the store last: an erasure that is broken off is done again by the same command. A copy is
the other patients' safety net, so it is made anew without the patient, examined, and only then takes the old one's
place. One that cannot be read cannot be cleaned, and is removed: the store itself is whole. SQLite writes zeros over
what it deletes, and packs the rest. On a server the rows are deleted; its files and backups are its administrator's.
"""

import contextlib
import os
import sqlite3
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ..errors import PoiseError, Reason
from ..language import _
from . import audit, copies, schema, traces, witness
from . import engine as db
from .damage import damaged
from .examine import examine
from .patients import Patient
from .restore import alone
from .revision import bring_up
from .store import Store
from .traces import Traces

_HEAD = b"SQLite format 3\0"


@dataclass
class Searched:
    """One file that was searched. `left`: the patient's traces that stand in it; none in a clean one."""

    path: Path
    size: int
    left: list[bytes] = field(default_factory=list[bytes])


@dataclass
class Erased:
    """Result of an erasure. `rows`: those deleted from the store, by table. `clips`: ids of those the patient had.

    `patient_id`: the number that the patient had; another patient may get it. `clips_of_others`: ids of all clips that
    other patients have or had.
    """

    patient: str
    patient_id: int
    rows: dict[str, int]
    clips: list[str]
    clips_of_others: set[str] = field(default_factory=set[str])
    rewritten: list[Path] = field(default_factory=list[Path])
    removed: list[Path] = field(default_factory=list[Path])
    traces: Traces = field(default_factory=Traces)
    searched: list[Searched] = field(default_factory=list[Searched])

    @property
    def left(self) -> list[Searched]:
        """The files in which something of the patient still stands."""
        return [one for one in self.searched if one.left]


def erase(
    place: Path | str,
    pseudonym: str,
    utc_ms: int,
    also: Callable[[int], None] = lambda _patient_id: None,
) -> Erased:
    """Erase the patient of this pseudonym from the store, and from its copies and its folder's other databases.

    `also` erases what else goes by the patient's number, before the number is free for another patient.
    Raises PoiseError: NO_PATIENT, ALREADY_RUNS (another program has the store open), STORE_BROKEN (the store is
    damaged: nothing is changed, because a copy may be needed), STORE_*.
    """
    path = None if "://" in str(place) else Path(place).absolute()
    if path is not None:
        with alone(path):
            pass
    with Store.open(place, pseudonym) as store:
        if faults := store.faults():
            raise PoiseError(
                Reason.STORE_BROKEN,
                _("{what}. Nothing was erased").format(what=faults[0]),
                _("`poise restore` goes back to the newest whole copy. Then erase."),
            )
        patient = store.patient
        done = Erased(patient.pseudonym, patient.patient_id, {}, store.clips.ids())
        database = store.database
        with database.read() as connection:
            traces.collect(connection, patient.patient_id, done.traces)
            age = witness.age(connection) if path else None
            of_others = schema.clips.c.patient_id != patient.patient_id
            others = connection.scalars(sa.select(schema.clips.c.clip_id).where(of_others))
            done.clips_of_others = set(others)
        for other in _others(path) if path else ():
            _clean_copy(other, patient, age, done)
        with database.write() as connection:
            done.rows = erase_rows(connection, patient.patient_id)
            hashed = sha256(patient.pseudonym.casefold().encode()).hexdigest()
            audit.note(connection, None, "erased", utc_ms, hashed)
            also(patient.patient_id)
    if path is not None:
        _pack(path)
        done.searched = list(search(path, done.traces))
    return done


def erase_rows(connection: Connection, patient_id: int) -> dict[str, int]:
    """Delete every row of the patient; return their number by table. A store keeps at least one patient."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA secure_delete = ON")
    rows: dict[str, int] = {}
    for table in reversed(schema.metadata.sorted_tables):
        if "patient_id" in table.c and table is not schema.audit:
            gone = connection.execute(sa.delete(table).where(table.c.patient_id == patient_id))
            rows[table.name] = gone.rowcount
    audit.blank(connection, patient_id)  # before another patient may get the number
    if connection.scalar(sa.select(schema.patients.c.patient_id).limit(1)) is None:
        connection.execute(sa.insert(schema.patients).values(pseudonym="", added_utc_ms=0))
    return {name: count for name, count in rows.items() if count}


def search(path: Path, wanted: Traces) -> Iterator[Searched]:
    """Search every file of the store's folder for the traces, databases and journals among them. Raises OSError.

    A trace that another patient's rows tell as well, in the same database, is not the erased patient's.
    """
    told: dict[Path, set[bytes]] = {}
    for file in sorted(path.parent.rglob("*")):
        if not file.is_file() or file.is_symlink():
            continue
        found = traces.found_in(file, wanted.kinds)
        if found:
            of = _database_of(file) or path
            if of not in told:
                told[of] = _told(of, wanted)
            found -= told[of]
        yield Searched(file, file.stat().st_size, sorted(found))


def is_the_stores(path: Path, file: Path) -> bool:
    """Return whether the file is of the store at `path` itself: a database, its journal, its witness."""
    return file == witness.path_of(path) or _database_of(file) is not None


def _told(database: Path, wanted: Traces) -> set[bytes]:
    whole = db.Database(db.make_reader(database))
    try:
        with whole.read() as connection:
            here = traces.found_in(database, wanted.kinds)
            return traces.told_by_others(connection, here)
    except PoiseError:
        return set()
    finally:
        whole.engine.dispose()


def _database_of(file: Path) -> Path | None:
    """Return the database that a file is, or whose journal it is; None for other files."""
    for end in ("-wal", "-shm", "-journal"):
        if file.name.endswith(end):
            file = file.with_name(file.name.removesuffix(end))
    return file if _is_database(file) else None


def _is_database(file: Path) -> bool:
    with contextlib.suppress(OSError), file.open("rb") as opened:
        return opened.read(len(_HEAD)) == _HEAD
    return False


def _others(path: Path) -> list[Path]:
    """Return Poise's other databases here: copies, stores that a restoration put aside, what was left half made."""
    beside = (f"{path.stem}-replaced-*.db", f"{path.name}-new-*")
    found = [file for pattern in beside for file in path.parent.glob(pattern)]
    found += copies.folder_of(path).glob("*")
    journals = ("-wal", "-shm", "-journal")
    return [
        file
        for file in sorted(found)
        if file.is_file() and not file.is_symlink() and not file.name.endswith(journals)
    ]


def _clean_copy(file: Path, patient: Patient, age: witness.Age | None, done: Erased) -> None:
    """Make the copy anew without the patient. One that cannot be read is removed."""
    try:
        with copies.fresh(file) as new:
            copies.take(file, new)
            if not _cleaned(new, patient, age, done.traces):
                return
            if faults := examine(new).faults:
                raise damaged(faults[0], str(file))
            with _overwritten(file):
                copies.settle(new, file)
    except PoiseError as error:
        if error.reason not in (Reason.STORE_BROKEN, Reason.BAD_INPUT):
            raise
        remove(file)
        _remove_journals(file)
        done.removed.append(file)
    else:
        _remove_journals(file)
        done.rewritten.append(file)


def _cleaned(new: Path, patient: Patient, age: witness.Age | None, into: Traces) -> bool:
    """Erase the patient from the database `new`. Return False if it has nothing of the patient."""
    database = db.Database(db.make_engine(db.file_url(new)))
    try:
        bring_up(database)
        with database.read() as connection:
            number = _number_in(connection, patient, age)
            if number is None:
                return False
            traces.collect(connection, number, into)
        with database.write() as connection:
            erase_rows(connection, number)
    finally:
        database.engine.dispose()
    _pack(new)
    return True


def _number_in(connection: Connection, patient: Patient, age: witness.Age | None) -> int | None:
    """Return the patient's number in a copy: the same in one of this store, whatever the pseudonym was then."""
    own = witness.age(connection)
    table = schema.patients
    rows = connection.execute(sa.select(table.c.patient_id, table.c.pseudonym)).all()
    same_store = own is not None and age is not None and own.store_id == age.store_id
    for number, pseudonym in rows:
        if same_store and number == patient.patient_id:
            return number
        if not same_store and pseudonym.casefold() == patient.pseudonym.casefold():
            return number
    return None


def _pack(path: Path) -> None:
    """Merge the journal and write the database anew, without free pages. Raises PoiseError STORE_*."""
    try:
        with contextlib.closing(sqlite3.connect(path, timeout=db.BUSY_TIMEOUT_S)) as connection:
            connection.execute("PRAGMA secure_delete = ON")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.execute("VACUUM")
            connection.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT)
        raise db.explained(code & 0xFF, str(path), path.parent, str(error)) from error


@contextlib.contextmanager
def _overwritten(file: Path) -> Generator[None, None, None]:
    """Write zeros over the file that has the name now, once it has lost it. Windows lets no open file go."""
    if os.name != "posix":
        yield
        return
    with file.open("rb+") as old:
        yield
        size = os.fstat(old.fileno()).st_size
        for _start in range(0, size, 1 << 20):
            old.write(bytes(1 << 20))
        old.truncate(size)
        old.flush()
        os.fsync(old.fileno())


def remove(file: Path) -> None:
    """Remove a file, with zeros over its content first. Raises PoiseError STORE_UNWRITABLE."""
    try:
        with _overwritten(file):
            file.unlink()
    except OSError as error:
        raise copies.trouble(error, file.parent) from error


def _remove_journals(file: Path) -> None:
    for end in ("-wal", "-shm", "-journal"):
        file.with_name(file.name + end).unlink(missing_ok=True)
