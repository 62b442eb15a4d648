"""The patients of a store. A store of one patient is as simple as if there were none."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import exc

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

    def add(self, pseudonym: str, utc_ms: int) -> Patient:
        """Add a patient. A store's first patient without a pseudonym and without a plan gets this one.

        Raises PoiseError BAD_INPUT for a pseudonym that is taken, empty or too long.
        """
        wanted = _plain(pseudonym)
        self._check_free(wanted)
        with self._database.write() as connection:
            first = sa.select(patients.c.patient_id).where(
                patients.c.pseudonym == "",
                patients.c.patient_id.not_in(sa.select(schema.plans.c.patient_id)),
            )
            number = connection.scalar(first)
            if number is not None:
                this = patients.c.patient_id == number
                values = {"pseudonym": wanted, "added_utc_ms": utc_ms}
                connection.execute(sa.update(patients).where(this).values(values))
            else:
                new = sa.insert(patients).values(pseudonym=wanted, added_utc_ms=utc_ms)
                done = connection.execute(new)
                assert done.inserted_primary_key is not None
                number = done.inserted_primary_key[0]
        return Patient(number, wanted, utc_ms, None)

    def name(self, patient_id: int, pseudonym: str) -> None:
        """Give the patient this pseudonym. Raises PoiseError BAD_INPUT as `add` does."""
        wanted = _plain(pseudonym)
        self._check_free(wanted, patient_id)
        this = patients.c.patient_id == patient_id
        try:
            with self._database.write() as connection:
                connection.execute(sa.update(patients).where(this).values(pseudonym=wanted))
        except exc.IntegrityError:  # another program was first
            raise _taken(wanted) from None

    def archive(self, patient_id: int, utc_ms: int | None) -> None:
        """Take the patient out of those in treatment; None brings the patient back."""
        this = patients.c.patient_id == patient_id
        with self._database.write() as connection:
            connection.execute(sa.update(patients).where(this).values(archived_utc_ms=utc_ms))

    def _check_free(self, pseudonym: str, patient_id: int | None = None) -> None:
        for one in self.all():
            same = one.pseudonym.casefold() == pseudonym.casefold()
            if same and one.patient_id != patient_id:
                raise _taken(pseudonym)


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
