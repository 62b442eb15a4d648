"""The clips in the patients' hands. A clip's log belongs to whoever had it when it was logged."""

import shlex
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ..errors import PoiseError, Reason
from ..language import _
from ..wire import codec
from . import audit, schema
from .owned import ClipKey, PatientDatabase
from .patients import is_taken, nameless
from .schema import clips, patients, records

FIRST_SEQ = 1  # a clip's first sequence number
_OWNER = codec.message_layout("owner_set")
PATIENT_BYTES = _OWNER.size - 4  # of UTF-8 that a clip keeps
_LONGEST_CHARACTER = 4  # bytes of UTF-8: a pseudonym that nearly fills the room may have been cut


@dataclass(frozen=True)
class ClipRow:
    """A clip that the patient has or had. Times are UTC ms; `returned_utc_ms` is None while the patient has it.

    Earlier records than `first_seq` are those of whoever had it before.
    """

    clip_id: str
    first_seen_utc_ms: int
    returned_utc_ms: int | None
    first_seq: int


@dataclass(frozen=True)
class Owner:
    """Whose a clip is by its own account: number of the hand-out (0: nobody's), and the patient's pseudonym."""

    assignment: int
    patient: str


def on_clip(pseudonym: str) -> str:
    """Return as much of a pseudonym as a clip keeps."""
    return pseudonym.encode()[:PATIENT_BYTES].decode(errors="ignore")


class Clips:
    """The patient's clips."""

    def __init__(self, database: PatientDatabase) -> None:
        self._database = database

    def ids(self) -> list[str]:
        """Return the ids (16 hex digits) of the patient's clips, also of those given back, in the order of arrival."""
        return [row.clip_id for row in self.history()]

    def history(self) -> list[ClipRow]:
        """Return the clips that the patient has or had, in the order of arrival."""
        query = sa.select(
            clips.c.clip_id, clips.c.first_seen_utc_ms, clips.c.returned_utc_ms, clips.c.first_seq
        ).where(self._database.mine(clips))
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(clips.c.first_seen_utc_ms))
            return [ClipRow(*row) for row in rows]

    def assignment(self, clip_id: str) -> int:
        """Return the number of this clip's hand-out to the patient; 0 without one."""
        this = self._database.clip(clip_id).rows(clips)
        with self._database.read() as connection:
            return connection.scalar(sa.select(clips.c.assignment).where(this)) or 0

    def meet(self, clip_id: str, says: Owner, utc_ms: int) -> Owner | None:
        """Check that a clip that connects is the patient's. Return what it is to be told first, None for nothing.

        A clip that a clinic handed out for this pseudonym is taken over; once more, too, where the clinic is known.
        Raises PoiseError OTHER_PATIENT for a clip that is somebody else's by the store or by its own account; it says
        what to do.
        """
        clip = self._database.clip(clip_id)
        # Usually nothing is written, so that a store that is locked for long still meets its clip.
        with self._database.read() as connection:
            check_owner(connection, clip)
            takes_over, owner = _met(connection, clip, says)
        if takes_over:
            with self._database.write() as connection:
                _take_over(connection, clip, says, utc_ms)
        return owner

    def told(self, clip_id: str, owner: Owner) -> None:
        """Note that the clip has been told whose it is."""
        this = self._database.clip(clip_id).rows(clips) & (clips.c.assignment == owner.assignment)
        with self._database.write() as connection:
            connection.execute(sa.update(clips).where(this).values(told=True))

    def give(self, clip_id: str, utc_ms: int, assignment: int, from_seq: int = FIRST_SEQ) -> None:
        """Hand the clip to the patient. Whoever had it has given it back; what it logged so far stays theirs.

        `assignment`: a new number, 1 to 2³² - 1, that no other hand-out has; the clip gets it when it connects.
        `from_seq`: earlier records are nobody's, where the clip is here and says so.
        """
        clip = self._database.clip(clip_id)
        with self._database.write() as connection:
            hand_out(connection, clip, utc_ms, from_seq)
            number = sa.update(clips).where(clip.rows(clips))
            connection.execute(number.values(assignment=assignment, told=False))
            audit.note(connection, clip.patient_id, "clip_given", utc_ms, clip_id)

    def take_back(self, clip_id: str, utc_ms: int) -> bool:
        """Note that the patient has given the clip back. Return False if the patient does not have it."""
        clip = self._database.clip(clip_id)
        here = clip.rows(clips) & clips.c.returned_utc_ms.is_(None)
        with self._database.write() as connection:
            done = connection.execute(sa.update(clips).where(here).values(returned_utc_ms=utc_ms))
            if done.rowcount != 1:
                return False
            audit.note(connection, clip.patient_id, "clip_returned", utc_ms, clip_id)
            return True

    def erase(self, clip_id: str) -> int:
        """Delete everything of the patient's that came from this clip. Return the number of log records deleted."""
        clip = self._database.clip(clip_id)
        with self._database.write() as connection:
            for table in (
                schema.minutes,
                schema.clock_pairs,
                schema.gaps,
                schema.nudge_marks,
                schema.log_parts,
            ):
                connection.execute(sa.delete(table).where(clip.rows(table)))
            gone = connection.execute(sa.delete(schema.records).where(clip.rows(schema.records)))
            connection.execute(sa.delete(clips).where(clip.rows(clips)))
            return gone.rowcount


def check_owner(connection: Connection, clip: ClipKey) -> None:
    """Check that records of this clip are the patient's: the patient has it, or it is the first clip that comes.

    Raises PoiseError OTHER_PATIENT.
    """
    here = clips.c.returned_utc_ms.is_(None)
    name = patients.c.pseudonym
    having = sa.select(clips.c.patient_id, clips.c.clip_id, name).where(
        here, clips.c.patient_id == patients.c.patient_id
    )
    with_it = connection.execute(having.where(clips.c.clip_id == clip.clip_id)).all()
    if any(one.patient_id == clip.patient_id for one in with_it):
        return
    own = connection.execute(having.where(clips.c.patient_id == clip.patient_id)).first()
    if not with_it and own is None:
        return
    mine = connection.scalar(sa.select(name).where(patients.c.patient_id == clip.patient_id))
    patient = mine or _("this patient")
    if with_it:
        other = with_it[0].pseudonym or _("another patient")
        raise PoiseError(
            Reason.OTHER_PATIENT,
            _("clip {clip} is with {other}, not with {patient}").format(
                clip=clip.clip_id, other=other, patient=patient
            ),
            _(
                "Name its patient with --patient; or, if {patient} wears it now, run `{give}`."
            ).format(patient=patient, give=_give(clip, mine)),
        )
    assert own is not None
    raise PoiseError(
        Reason.OTHER_PATIENT,
        _("clip {clip} is new here, and {patient} has clip {own}").format(
            clip=clip.clip_id, patient=patient, own=own.clip_id
        ),
        _("If {patient} wears it now, run `{give}`; else name its patient with --patient.").format(
            patient=patient, give=_give(clip, mine)
        ),
    )


def _give(clip: ClipKey, pseudonym: str | None) -> str:
    """Return the command that gives the clip to the patient, as it is typed whoever else is in the store."""
    named = f"--patient {shlex.quote(pseudonym)} " if pseudonym else ""
    return f"poise {named}patient give {clip.clip_id}"


def hand_out(connection: Connection, clip: ClipKey, utc_ms: int, from_seq: int = FIRST_SEQ) -> None:
    """Give the clip to the patient. All that its other wearers' logs hold, or lack, stays theirs."""
    others = (clips.c.clip_id == clip.clip_id) & (clips.c.patient_id != clip.patient_id)
    back = others & clips.c.returned_utc_ms.is_(None)
    connection.execute(sa.update(clips).where(back).values(returned_utc_ms=utc_ms))
    before = connection.scalar(sa.select(sa.func.max(clips.c.next_seq)).where(others))
    first = max(before or 0, from_seq)
    later = sa.case((clips.c.next_seq < first, first), else_=clips.c.next_seq)
    again = sa.update(clips).where(clip.rows(clips)).values(returned_utc_ms=None, next_seq=later)
    if not connection.execute(again).rowcount:
        begin_log(connection, clip, utc_ms, first)


def begin_log(connection: Connection, clip: ClipKey, utc_ms: int, first: int = FIRST_SEQ) -> None:
    """Let the patient have a log of this clip, from sequence number `first` on."""
    values = {"first_seen_utc_ms": utc_ms, "next_seq": first, "first_seq": first}
    numbers = {"assignment": 0, "told": True}
    connection.execute(sa.insert(clips).values({**clip.values, **values, **numbers}))


def seqs_of_others(connection: Connection, clip: ClipKey, low: int, high: int) -> set[int]:
    """Return the sequence numbers from `low` to `high` of this clip that other patients' logs hold."""
    others = (clips.c.clip_id == clip.clip_id) & (clips.c.patient_id != clip.patient_id)
    having = connection.scalars(sa.select(clips.c.patient_id).where(others)).all()
    if not having:  # as nearly always
        return set()
    query = sa.select(records.c.seq).where(
        records.c.patient_id.in_(having),
        records.c.clip_id == clip.clip_id,
        records.c.seq.between(low, high),
    )
    return set(connection.scalars(query))


def _met(connection: Connection, clip: ClipKey, says: Owner) -> tuple[bool, Owner | None]:
    """Compare what the clip says with the store. Return (the store takes it over, what the clip is to be told).

    Raises PoiseError OTHER_PATIENT.
    """
    row = connection.execute(
        sa.select(clips.c.assignment, clips.c.told).where(clip.rows(clips))
    ).first()
    assignment = row.assignment if row else 0
    if says.assignment == assignment:
        return False, None
    pseudonym = connection.scalar(
        sa.select(patients.c.pseudonym).where(patients.c.patient_id == clip.patient_id)
    )
    if row and assignment and not (row.told and says.assignment):
        return False, Owner(assignment, on_clip(pseudonym or ""))
    same = says.patient.casefold() == on_clip(pseudonym or "").casefold()
    if not assignment and (same or _is_free(connection, clip.patient_id)):
        return True, None
    if same and _has_clinic(connection, clip.patient_id):
        return True, None  # the patient's clinic handed the same clip out once more
    patient = pseudonym or _("this patient")
    raise PoiseError(
        Reason.OTHER_PATIENT,
        _("clip {clip} says that it is with {other}, not with {patient}").format(
            clip=clip.clip_id, other=says.patient or _("somebody else"), patient=patient
        ),
        _("If {patient} wears it now, run `{give}`.").format(
            patient=patient, give=_give(clip, pseudonym)
        ),
    )


def _has_clinic(connection: Connection, patient_id: int) -> bool:
    """Return whether this is the patient's own computer, which knows the clinic that hands clips out."""
    table = schema.correspondents
    known = (
        (table.c.patient_id == patient_id) & (table.c.role == "clinic") & (table.c.signing != "")
    )
    return connection.scalar(sa.select(table.c.role).where(known).limit(1)) is not None


def _is_free(connection: Connection, patient_id: int) -> bool:
    mine = (patients.c.patient_id == patient_id) & nameless()
    return connection.scalar(sa.select(patients.c.patient_id).where(mine)) is not None


def _take_over(connection: Connection, clip: ClipKey, says: Owner, utc_ms: int) -> None:
    """Keep what the clip says: its number, and the pseudonym for a patient without one, if the clip has it whole."""
    hand_out(connection, clip, utc_ms)
    number = sa.update(clips).where(clip.rows(clips))
    connection.execute(number.values(assignment=says.assignment, told=True))
    whole = 0 < len(says.patient.encode()) <= PATIENT_BYTES - _LONGEST_CHARACTER
    if whole and _is_free(connection, clip.patient_id) and not is_taken(connection, says.patient):
        this = patients.c.patient_id == clip.patient_id
        connection.execute(sa.update(patients).where(this).values(pseudonym=says.patient))
