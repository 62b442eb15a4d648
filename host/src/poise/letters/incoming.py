"""Taking a letter in: who wrote it, to whom and when is checked before any of it is believed.

The first letter's keys are believed, and shown for comparison; later ones must be of the same. A letter is noted as
taken after all of it is stored, and storing it twice changes nothing: an interruption costs nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..coach.plan.plan import Plan, parse_plan
from ..coach.safety import TAKE_BACK_MS
from ..errors import PoiseError, Reason
from ..history.plan_in_force import put_in_force
from ..language import _
from ..store import Store
from ..store.holds import TAKEN_BACK
from ..store.letters import TAKEN, TO_CLINIC, TO_PATIENT, CorrespondentRow, LetterRow
from ..wire import plan_mark
from . import contents, keys
from .envelope import MOST_BYTES, MOST_FILE_BYTES, Header, Letter, open_letter
from .keys import CLINIC, PATIENT, grouped
from .outgoing import clinic_keys, digest_of


@dataclass(frozen=True)
class Way:
    """How a letter came: by the clip of this id, which says so of the hand-out, or by file (None)."""

    clip: str | None = None
    assignment: int = 0


@dataclass(frozen=True)
class Taken:
    """A letter that was taken in. `first`: its writer's keys were not known before.

    `rows`: new or changed rows of each table, of a letter to the clinic.
    """

    row: LetterRow
    first: bool
    rows: Mapping[str, int]


def take_to_patient(store: Store, folder: Path, data: bytes, way: Way, utc_ms: int) -> Taken | None:
    """Take in the clinic's letter at the patient's computer. Return None for one that was taken before.

    Raises PoiseError LETTER_*, BAD_PLAN, OTHER_PATIENT, STORE_*.
    """
    own = keys.read(keys.path_of(folder, PATIENT, store.patient_id))
    letter = open_letter(data, own, _most_bytes(TO_PATIENT, way))
    header = letter.header
    if header.card.fingerprint != header.clinic:
        raise _foreign(_("the letter is from another clinic than its writer"))
    first = _check(store, letter, TO_PATIENT, CLINIC, way)
    told = contents.to_patient(letter.contents)
    if _is_taken(store, letter):
        return None
    plan = _new_plan(store, header, told["plan"])  # before anything is stored
    if not store.patient.pseudonym and header.patient:
        store.patients.name(store.patient_id, header.patient)
    before = store.plans.current()
    now_in_force = None
    if plan is not None:
        text, who = told["plan"]["text"], told["plan"]["who"]
        now_in_force = put_in_force(store, text, plan, who, utc_ms).plan_id
    stopped = _raise_stops(store, told["stops"])
    _believe(store, header, CLINIC, utc_ms, first=first)
    detail = {
        "ack": told["ack"],
        "visit": told["visit"].isoformat() if told["visit"] else None,
        "note": told["note"],
        "plan": told["plan"] and plan_mark.content_hash(told["plan"]["text"]),
        "plan_before": before.plan_id if before and plan else None,
        "plan_now": now_in_force,
        "stopped": stopped,
        "ended": _end_stops(store, told["clearances"]),
    }
    return Taken(_noted(store, letter, utc_ms, detail), first, {})


def take_to_clinic(store: Store, folder: Path, data: bytes, way: Way, utc_ms: int) -> Taken | None:
    """Take in the patient's letter at the clinic. Return None for one that was taken before.

    Raises PoiseError LETTER_*, STORE_*.
    """
    own = clinic_keys(store, folder)
    letter = open_letter(data, own, _most_bytes(TO_CLINIC, way))
    if letter.header.clinic != own.card.fingerprint or letter.header.to != own.card.fingerprint:
        raise _foreign(_("the letter is for another clinic"))
    first = _check(store, letter, TO_CLINIC, PATIENT, way)
    told = contents.to_clinic(letter.contents)
    if _is_taken(store, letter):
        return None
    _believe(store, letter.header, PATIENT, utc_ms, first=first)
    if store.letters.last(TAKEN, TO_CLINIC) is not None:
        told["stops"] = [_ended_by_none_else(row) for row in told["stops"]]
    rows = store.letter_rows.take({name: told[name] for name in contents.TO_CLINIC})
    detail = {
        "ack": told["ack"],
        "left_out": told["left_out"],
        "rows": rows,
        "plans": [row["content_hash"] for row in told["plans"]],
    }
    return Taken(_noted(store, letter, utc_ms, detail), first, rows)


# --- whose it is


def _check(store: Store, letter: Letter, kind: str, role: str, way: Way) -> bool:
    """Check kind, writer, patient, hand-out, clip and number. Return True for a writer who is not known yet."""
    header = letter.header
    if header.kind != kind:
        raise _foreign(_("the letter is for the other side"))
    known = store.letters.correspondent(role)
    confirmed = store.letters.confirmed(role)
    fingerprint = header.card.fingerprint
    first = fingerprint == confirmed or known is None
    if known is not None and fingerprint not in (known.fingerprint, confirmed):
        raise _changed(known.fingerprint, fingerprint)
    mine = store.patient.pseudonym
    if mine and header.patient.casefold() != mine.casefold():
        raise _foreign(_("the letter is of patient '{patient}'").format(patient=header.patient))
    _check_way(store, header, known, way)
    last = store.letters.last(TAKEN, kind, fingerprint)
    if last is not None and header.number < last.number:
        raise _old()
    if last is not None and header.number == last.number and not _is_taken(store, letter):
        raise _old()
    return first


def _check_way(store: Store, header: Header, known: CorrespondentRow | None, way: Way) -> None:
    if header.clip != way.clip:
        raise _foreign(_("the letter is of another clip, or it came another way"))
    if way.clip is not None:
        numbers = {way.assignment}
    else:
        had = [store.clips.assignment(row.clip_id) for row in store.clips.history()]
        numbers = {*had, known.assignment} if known else set(had)
        numbers = (numbers - {0}) or {header.assignment}
    if header.assignment not in numbers:
        raise _foreign(_("the letter is of another hand-out of the clip"))


def _is_taken(store: Store, letter: Letter) -> bool:
    header = letter.header
    last = store.letters.last(TAKEN, header.kind, header.card.fingerprint)
    same = last is not None and last.number == header.number
    return same and last is not None and last.digest == digest_of(header, letter.contents)


def _believe(store: Store, header: Header, role: str, utc_ms: int, *, first: bool) -> None:
    known = store.letters.correspondent(role)
    if first or known is None or known.assignment != header.assignment:
        told = header.card.as_json()
        store.letters.believe(
            CorrespondentRow(
                role=role,
                fingerprint=header.card.fingerprint,
                signing=told["signing"],
                sealing=told["sealing"],
                assignment=header.assignment,
                since_utc_ms=utc_ms,
            )
        )


def _noted(store: Store, letter: Letter, utc_ms: int, detail: dict[str, Any]) -> LetterRow:
    header = letter.header
    row = LetterRow(
        direction=TAKEN,
        kind=header.kind,
        number=header.number,
        fingerprint=header.card.fingerprint,
        digest=digest_of(header, letter.contents),
        utc_ms=header.utc_ms,
        noted_utc_ms=utc_ms,
        detail=detail,
    )
    store.letters.add(row)
    return row


def _most_bytes(kind: str, way: Way) -> int:
    return MOST_FILE_BYTES if way.clip is None else MOST_BYTES[kind]


# --- what the clinic's letter does


def _new_plan(store: Store, header: Header, told: Mapping[str, Any] | None) -> Plan | None:
    """Return the letter's plan if it is news: not in force, and not brought by the letter before.

    Raises PoiseError BAD_PLAN, LETTER_FOREIGN.
    """
    if told is None:
        return None
    last = store.letters.last(TAKEN, TO_PATIENT)
    current = store.plans.current()
    content_hash = plan_mark.content_hash(told["text"])
    is_known = last is not None and last.detail.get("plan") == content_hash
    if is_known or (current is not None and current.content_hash == content_hash):
        return None
    plan = parse_plan(told["text"])
    if header.patient and plan.patient.casefold() != header.patient.casefold():
        raise _foreign(_("the plan in the letter is for '{patient}'").format(patient=plan.patient))
    return plan


def _raise_stops(store: Store, told: list[contents.Row]) -> int:
    """Stop the programme where the clinic says so; return how many stops are news here."""
    known = {(hold.raised_utc_ms, hold.reason) for hold in store.holds.history()}
    new = [row for row in told if (row["raised_utc_ms"], row["reason"]) not in known]
    for row in new:
        store.holds.raise_(row["reason"], "", "letter", row["raised_utc_ms"])
    return len(new)


def _ended_by_none_else(stop: contents.Row) -> contents.Row:
    """Return a stop as the clinic believes it: what ended it was the clinic itself, or its wearer at once.

    Only the first letter tells of stops that ended before the clinic was known.
    """
    ended = stop["cleared_utc_ms"]
    if ended is None or (
        stop["cleared_by"] == TAKEN_BACK and 0 <= ended - stop["raised_utc_ms"] <= TAKE_BACK_MS
    ):
        return stop
    return {**stop, "cleared_utc_ms": None, "cleared_by": None, "clear_note": None}


def _end_stops(store: Store, told: list[contents.Row]) -> list[dict[str, Any]]:
    """End the stops that the clinic says are over. Return who ended each, and when."""
    ended: list[dict[str, Any]] = []
    by_key = {(row["raised_utc_ms"], row["reason"]): row for row in told}
    for hold in store.holds.open():
        row = by_key.get((hold.raised_utc_ms, hold.reason))
        if row and store.holds.clear(hold.hold_id, row["who"], row["note"], row["cleared_utc_ms"]):
            ended.append({name: row[name] for name in ("who", "cleared_utc_ms", "note")})
    return ended


# --- refusals


def _foreign(what: str) -> PoiseError:
    return PoiseError(
        Reason.LETTER_FOREIGN,
        what,
        _("Nothing of it was taken. `poise patient list` shows who has which clip."),
    )


def _changed(before: str, now: str) -> PoiseError:
    return PoiseError(
        Reason.LETTER_KEY,
        _("the letter is signed with another key ({now}) than before ({before})").format(
            now=grouped(now), before=grouped(before)
        ),
        _(
            "Ask the other side for its fingerprint, not by a letter. If it is the new one: "
            "`poise letter trust --old '{before}' --new '{now}'`."
        ).format(now=grouped(now), before=grouped(before)),
    )


def _old() -> PoiseError:
    return PoiseError(
        Reason.LETTER_OLD,
        _("the letter is older than the last one that was taken"),
        _("Nothing of it was taken. The next contact brings a newer one."),
    )
