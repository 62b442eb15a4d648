"""The store: opens or makes the database, migrates its schema, and gives access to each kind of data."""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

import sqlalchemy as sa
from sqlalchemy import exc

from ..errors import PoiseError, Reason
from ..language import _
from . import engine as db
from . import seals, witness
from .clips import Clips
from .damage import damaged
from .diary import Diary
from .examine import contents
from .holds import Holds
from .minutes import Minutes
from .nudge_marks import NudgeMarks
from .owned import PatientDatabase
from .patients import Patient, Patients
from .plans import Plans
from .preferences import Preferences
from .records import Records
from .reminders import Reminders
from .revision import bring_up
from .roster import Roster
from .sessions import References, Sessions
from .timeline import Outcomes, Treatments


class Store:
    """One patient's data in a database of one or many, with an attribute for each kind.

    Use it as a context manager, or call `close()`.
    """

    def __init__(self, whole: db.Database, patient: Patient) -> None:
        self._database = whole
        self.patient_id = patient.patient_id
        self.patients = Patients(whole)
        self.roster = Roster(whole)
        self.at_end: Callable[[Store], object] = _nothing  # called at the end of a `with`
        database = PatientDatabase(whole, patient.patient_id)
        self.clips = Clips(database)
        self.records = Records(database)
        self.minutes = Minutes(database)
        self.plans = Plans(database)
        self.reminders = Reminders(database)
        self.sessions = Sessions(database)
        self.references = References(database)
        self.diary = Diary(database)
        self.treatments = Treatments(database)
        self.outcomes = Outcomes(database)
        self.holds = Holds(database)
        self.nudge_marks = NudgeMarks(database)
        self.preferences = Preferences(database)

    @classmethod
    def open(cls, path_or_url: Path | str, patient: str | None = None) -> "Store":
        """Open the store at this file or database URL, for this patient (None: the only one).

        Make or migrate it if need be. Raises PoiseError: STORE_UNWRITABLE, STORE_FULL, STORE_BROKEN (damaged, or of a
        newer Poise), NO_PATIENT (unknown; or none is named, and there are several).
        """
        database = cls._database_at(path_or_url)
        try:
            return cls(database, Patients(database).the(patient))
        except PoiseError:
            database.engine.dispose()
            raise

    @classmethod
    def open_whole(cls, path_or_url: Path | str) -> "Store":
        """Open the store for what concerns no patient, such as a copy, or the list of patients: as its first patient.

        Raises PoiseError as `open` does, but for NO_PATIENT.
        """
        database = cls._database_at(path_or_url)
        return cls(database, Patients(database).all()[0])

    def of(self, patient: str) -> "Store":
        """Return the store of another patient, in the same database. Closing one closes both.

        Raises PoiseError NO_PATIENT.
        """
        return self.of_patient(self.patients.the(patient))

    def of_patient(self, patient: Patient) -> "Store":
        """Return the store of this patient of the same database. Closing one closes both."""
        return Store(self._database, patient)

    @staticmethod
    def _database_at(path_or_url: Path | str) -> db.Database:
        url = _url(path_or_url)
        try:
            database = db.Database(db.make_engine(url))
        except ImportError as error:
            raise PoiseError(
                Reason.MISSING_EXTRA,
                _("The driver for {database} is not installed.").format(database=url.drivername),
                _("Install it: pip install {name}").format(name=error.name),
            ) from error
        try:
            bring_up(database)
            _check(database)
        except PoiseError:
            database.engine.dispose()
            raise
        return database

    @property
    def patient(self) -> Patient:
        """The patient, as stored now."""
        return next(one for one in self.patients.all() if one.patient_id == self.patient_id)

    @property
    def path(self) -> Path | None:
        """The database's file; None for a database on a server."""
        return self._database.path

    @property
    def has_changed(self) -> bool:
        """True if anything was written since the store was opened."""
        return self._database.wrote

    def faults(self) -> tuple[str, ...]:
        """Return a description of each damage, () for a whole store. Reads everything: seconds for years of data."""
        if self.path is None:
            return ()
        with self._database.read() as connection:
            return contents(connection, self.path).faults

    def close(self) -> None:
        """Close every connection."""
        self._database.engine.dispose()

    def __enter__(self) -> "Store":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self.at_end(self)
        self.close()


def _nothing(_store: Store) -> None:
    pass


def _url(path_or_url: Path | str) -> sa.URL:
    if "://" in str(path_or_url):
        try:
            url = sa.make_url(str(path_or_url))
            url.get_dialect()  # raises for an unknown kind of database
            return url
        except (exc.ArgumentError, ValueError) as error:
            raise PoiseError(
                Reason.BAD_INPUT,
                _("That is not a database URL."),
                _("Give a file, or postgresql+psycopg://user@host/name."),
            ) from error
    path = Path(path_or_url).absolute()
    try:
        # Health records: a new folder and a new file are accessible to their owner only.
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists() or (path.is_file() and not path.stat().st_size):
            witness.check_gone(path)
        if not path.exists():
            _make(path)
        elif not path.stat().st_size:
            raise damaged(_("it is empty"), str(path))
    except OSError as error:
        if db.disk_is_full(path.parent.parent):
            raise db.full(path.parent) from error
        raise db.unwritable(path.parent, error.strerror or str(error)) from error
    return db.file_url(path)


def _make(path: Path) -> None:
    """Make a new store. It gets its name only when it is whole, so that no unfinished store is ever opened."""
    handle, name = tempfile.mkstemp(
        prefix=f"{path.name}-new-", dir=path.parent
    )  # accessible to its owner only
    os.close(handle)
    new = Path(name)
    database = db.Database(db.make_engine(db.file_url(new)))
    try:
        bring_up(database)
        database.engine.dispose()
        try:
            os.link(new, path)
        except FileExistsError:  # another program was first
            return
        except OSError:  # a file system without links
            new.rename(path)
    finally:
        database.engine.dispose()
        new.unlink(missing_ok=True)


def _check(database: db.Database) -> None:
    """Check the seals and the store's age. Raises PoiseError STORE_BROKEN if a table is damaged or changes are lost."""
    if database.path is None:
        return
    known = witness.read(database.path)
    with database.read() as connection:
        seals.check(connection)
        now = witness.age(connection)
    if now is None:
        raise damaged(_("its age is missing"), database.name)
    witness.check(database.path, known, now)
    witness.write(database.path, now)
    database.sealed = True
