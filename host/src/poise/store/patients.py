"""The patients of a store. A store of one patient is as simple as if there were none."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import exc
from sqlalchemy.engine import Connection

from ..errors import PoiseError, Reason
from ..language import _
from . import schema
from .engine import Database
from .schema import patients

MOST_CHARACTERS = 100  # as of `patient` in a plan


@dataclass(frozen=True)
class Patient:
    """A patient by the pseudonym that plans use; "" before the first plan of a store of one. Times are UTC ms.

    `added_utc_ms` is 0 for the patient with whom the store began.
    """

    patient_id: int
    pseudonym: str
    added_utc_ms: int
    archived_utc_ms: int | None

    @property
    def name(self) -> str:
        """The pseudonym, or words in its place."""
        return self.pseudonym or _("the patient without a plan")


class Patients:
    """All patients of a store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[Patient]:
        """Return every patient, archived ones too, in the order of their numbers."""
        with self._database.read() as connection:
            rows = connection.execute(sa.select(patients).order_by(patients.c.patient_id))
            return [Patient(*row) for row in rows]

    def the(self, pseudonym: str | None) -> Patient:
        """Return the patient of this pseudonym; None: the only one who is not archived.

        Raises PoiseError NO_PATIENT if there is none, or if there are several and none is named.
        """
        known = self.all()
        if pseudonym is None:
            found = [one for one in known if one.archived_utc_ms is None]
            if len(found) == 1:
                return found[0]
            raise _unnamed(found or known)
        wanted = _plain(pseudonym)
        for one in known:
            if one.pseudonym.casefold() == wanted.casefold():
                return one
        raise PoiseError(
            Reason.NO_PATIENT,
            _("no patient '{wanted}' in this store").format(wanted=wanted),
            _("There is {known}. `poise patient add` adds one.").format(known=_list(known)),
        )

    def numbered(self, patient_id: int) -> Patient:
        """Return the patient with this number. Raises PoiseError NO_PATIENT."""
        for one in self.all():
            if one.patient_id == patient_id:
                return one
        raise PoiseError(
            Reason.NO_PATIENT,
            _("there is no patient with the number {number}").format(number=patient_id),
            _("`poise patient list` shows all."),
        )

    def add(self, pseudonym: str, utc_ms: int) -> Patient:
        """Add a patient. A store's first patient without a pseudonym and without a plan gets this one.

        Raises PoiseError BAD_INPUT for a pseudonym that is taken, empty or too long.
        """
        wanted = _plain(pseudonym)
        values = {"pseudonym": wanted, "added_utc_ms": utc_ms}
        with self._naming(wanted) as connection:
            number = connection.scalar(sa.select(patients.c.patient_id).where(nameless()))
            if number is not None:
                this = patients.c.patient_id == number
                connection.execute(sa.update(patients).where(this).values(values))
            else:
                done = connection.execute(sa.insert(patients).values(values))
                assert done.inserted_primary_key is not None
                number = done.inserted_primary_key[0]
        return Patient(number, wanted, utc_ms, None)

    def name(self, patient_id: int, pseudonym: str) -> None:
        """Give the patient this pseudonym. Raises PoiseError BAD_INPUT as `add` does."""
        wanted = _plain(pseudonym)
        this = patients.c.patient_id == patient_id
        with self._naming(wanted, patient_id) as connection:
            connection.execute(sa.update(patients).where(this).values(pseudonym=wanted))

    @contextmanager
    def _naming(
        self, wanted: str, patient_id: int | None = None
    ) -> Generator[Connection, None, None]:
        """Yield a transaction in which the pseudonym is free, or that of `patient_id`. Raises PoiseError BAD_INPUT."""
        try:
            with self._database.write() as connection:
                if is_taken(connection, wanted, patient_id):
                    raise _taken(wanted)
                yield connection
        except exc.IntegrityError:  # another program was first
            raise _taken(wanted) from None

    def archive(self, patient_id: int, utc_ms: int | None) -> None:
        """Take the patient out of those in treatment; None brings the patient back."""
        this = patients.c.patient_id == patient_id
        with self._database.write() as connection:
            connection.execute(sa.update(patients).where(this).values(archived_utc_ms=utc_ms))


def nameless() -> sa.ColumnElement[bool]:
    """Return the condition that nothing says yet who a patient is: neither a pseudonym nor a plan."""
    planned = sa.exists().where(schema.plans.c.patient_id == patients.c.patient_id)
    return (patients.c.pseudonym == "") & ~planned


def is_taken(connection: Connection, pseudonym: str, but: int | None = None) -> bool:
    """Return whether a patient (other than `but`) has this pseudonym, in capitals or small letters."""
    known = connection.execute(sa.select(patients.c.patient_id, patients.c.pseudonym))
    return any(number != but and name.casefold() == pseudonym.casefold() for number, name in known)


def _plain(pseudonym: str) -> str:
    plain = " ".join(pseudonym.split())
    if not plain or len(plain) > MOST_CHARACTERS or not plain.isprintable():
        raise PoiseError(
            Reason.BAD_INPUT,
            _("'{plain}' is no pseudonym").format(plain=plain),
            _("It has 1 to {most} characters, such as P-017, and is no name of a person.").format(
                most=MOST_CHARACTERS
            ),
        )
    return plain


def _taken(pseudonym: str) -> PoiseError:
    return PoiseError(
        Reason.BAD_INPUT,
        _("there is a patient '{pseudonym}' already").format(pseudonym=pseudonym),
        _("Choose another pseudonym; `poise patient list` shows all."),
    )


def _unnamed(known: Sequence[Patient]) -> PoiseError:
    return PoiseError(
        Reason.NO_PATIENT,
        _("this store has {known}, and the command names none").format(known=_list(known)),
        _("Name one: --patient PSEUDONYM, or POISE_PATIENT in the environment."),
    )


def _list(known: Sequence[Patient]) -> str:
    names = [one.name for one in known]
    shown = ", ".join(names[:8])
    if len(names) <= 8:
        return shown
    return _("{names} and {n} more").format(names=shown, n=len(names) - 8)
