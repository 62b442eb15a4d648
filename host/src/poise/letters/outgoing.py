"""What the next letter says, from the store, and the letter itself."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any
from zlib import crc32

from ..errors import PoiseError, Reason
from ..language import _
from ..store import Store
from ..store.letters import SENT, TAKEN, TO_CLINIC, TO_PATIENT, CorrespondentRow, LetterRow
from . import contents, drafts, keys
from .envelope import MOST_BYTES, MOST_FILE_BYTES, Header, canonical, seal
from .keys import CLINIC, PATIENT, Card, Keys

_OVERLAP_MS = 2 * 86_400_000  # told again: a clock may have been set back
_CLEARANCES = 100  # the newest that the clinic tells of
_CUTS = 8  # halvings of the time that a letter may leave out


@dataclass(frozen=True)
class Outgoing:
    """A letter that is to go, and the row that says so once it went."""

    data: bytes
    row: LetterRow


def card_of(row: CorrespondentRow) -> Card:
    """Return the public keys of a correspondent."""
    return Card(bytes.fromhex(row.signing), row.sealing)


def is_clinic(store: Store, folder: Path) -> bool:
    """True if this computer is the clinic's, for the store's patient: it has a clinic's keys and knows no other.

    It stays the clinic's when its keys are gone: else it would believe the next letter that a clip brings, its own.
    """
    if store.letters.correspondent(CLINIC) is not None:
        return False
    return keys.path_of(folder, CLINIC).is_file() or _has_written(store)


def _has_written(store: Store) -> bool:
    return store.letters.last(SENT, TO_PATIENT) is not None


def clinic_keys(store: Store, folder: Path) -> Keys:
    """Return the clinic's keys, made now for its first letter. Raises PoiseError BAD_INPUT if they are gone."""
    path = keys.path_of(folder, CLINIC)
    if not path.is_file() and _has_written(store):
        raise PoiseError(
            Reason.BAD_INPUT,
            _("the clinic's keys are gone: {path}").format(path=path),
            _(
                "Put the file back from a copy. If there is none: `poise letter export --clinic` makes new ones, "
                "which each patient has to confirm."
            ),
        )
    return keys.needed(path)


def to_clinic(
    store: Store, folder: Path, clip: str | None, utc_ms: int, *, again: bool = False
) -> Outgoing | None:
    """Return the patient's letter if it says anything new; None otherwise, or before a clinic is known.

    `clip`: the id of the clip that carries it; None for a letter by file. `again`: also if it says nothing new. Raises
    PoiseError STORE_*.
    """
    clinic = store.letters.correspondent(CLINIC)
    if clinic is None:
        return None
    own = keys.needed(keys.path_of(folder, PATIENT, store.patient_id))
    told = _of_patient(store, utc_ms)
    header = _header(store, TO_CLINIC, clinic.fingerprint, clip, utc_ms, own, card_of(clinic))
    if not again and _is_sent(store, header, told):
        return None
    return _fitting(header, told, own, card_of(clinic))


def to_patient(
    store: Store, folder: Path, clip: str | None, utc_ms: int, *, again: bool = False
) -> Outgoing | None:
    """Return the clinic's letter if it says anything new; None otherwise. Raises PoiseError STORE_*, LETTER_TOO_BIG.

    It is open until the patient's computer has told its keys since the clip was handed out.
    """
    own = clinic_keys(store, folder)
    patient = store.letters.correspondent(PATIENT)
    heard = patient is not None and patient.assignment == assignment_of(store, clip)
    reader = card_of(patient) if patient and heard else None
    told = _of_clinic(store)
    header = _header(store, TO_PATIENT, own.card.fingerprint, clip, utc_ms, own, reader)
    if not again and _is_sent(store, header, told):
        return None
    return _outgoing(header, seal(header, told, own, reader), told, digest_of(header, told))


# --- what it says


def acknowledged(store: Store, kind: str) -> LetterRow | None:
    """Return the newest letter of ours that left nothing out and that the other side has taken; None without one."""
    other = TO_PATIENT if kind == TO_CLINIC else TO_CLINIC
    taken = {row.detail.get("ack") for row in store.letters.history(TAKEN, other)}
    sent = [row for row in store.letters.history(SENT, kind) if row.number in taken]
    whole = [row for row in sent if not row.detail.get("left_out")]
    return whole[-1] if whole else None


def _of_patient(store: Store, utc_ms: int) -> dict[str, Any]:
    """Return what is new since the clinic's last acknowledgement; stops, scores and plans from the beginning on."""
    before = acknowledged(store, TO_CLINIC)
    since = max(0, min(before.utc_ms, utc_ms) - _OVERLAP_MS) if before else 0
    taken = store.letters.last(TAKEN, TO_PATIENT)
    hashes = {version.plan_id: version.content_hash for version in store.plans.history()}
    found = {
        "diary": _diary(store, since),
        "sessions": _sessions(store, since, hashes),
        "answers": [
            vars(row)
            for row in store.reminders.history()
            if max(row.fired_utc_ms, row.answered_utc_ms or 0) >= since
        ],
        "stops": [vars(row) for row in store.holds.history()],
        "scores": [vars(row) for row in store.outcomes.history()],
        "plans": [vars(row) for row in store.plans.history()],
    }
    tables = {name: contents.rows_of(contents.TABLES[name], rows) for name, rows in found.items()}
    ack = taken.number if taken else 0
    return {"ack": ack, "since_utc_ms": since, "left_out": 0, **tables}


def _diary(store: Store, since: int) -> list[dict[str, Any]]:
    days = store.diary.days(dt.date.min, dt.date.max)
    return [vars(row) for row in days if row.entered_utc_ms >= since]


def _sessions(store: Store, since: int, plans: Mapping[int, str]) -> list[dict[str, Any]]:
    removed = [row for row in store.sessions.removed() if row.detail["removed_utc_ms"] >= since]
    kept = [row for row in store.sessions.history() if row.entered_utc_ms >= since]
    return [
        {
            **vars(row),
            "removed_utc_ms": row.detail.get("removed_utc_ms"),
            "plan": plans.get(row.plan_id or 0),
        }
        for row in (*kept, *removed)
    ]


def _of_clinic(store: Store) -> dict[str, Any]:
    taken = store.letters.last(TAKEN, TO_CLINIC)
    plan = store.plans.current()
    said = drafts.last(store)
    ended = [
        {**vars(row), "who": row.cleared_by, "note": row.clear_note or ""}
        for row in store.holds.history()
        if row.cleared_utc_ms is not None and not row.taken_back
    ]
    ended.sort(key=lambda row: row["cleared_utc_ms"])
    return {
        "ack": taken.number if taken else 0,
        "plan": {"text": plan.text, "who": plan.who} if plan else None,
        "stops": contents.rows_of(contents.CLINIC_STOPS, map(vars, store.holds.open())),
        "clearances": contents.rows_of(contents.CLEARANCES, ended[-_CLEARANCES:]),
        "visit": said.visit.isoformat() if said.visit else None,
        "note": said.note,
    }


# --- the letter


def _header(
    store: Store,
    kind: str,
    clinic: str,
    clip: str | None,
    utc_ms: int,
    own: Keys,
    reader: Card | None,
) -> Header:
    last = store.letters.last(SENT, kind)
    heard = store.letters.last(TAKEN, TO_PATIENT if kind == TO_CLINIC else TO_CLINIC)
    # Seconds: a store that went back to a copy still writes later numbers than before. If the clock was ahead then, the
    # other side says which number it has taken.
    known = (last.number if last else 0, heard.detail.get("ack", 0) if heard else 0)
    number = max(utc_ms // 1000, 1 + max(known))
    return Header(
        kind=kind,
        clinic=clinic,
        patient=store.patient.pseudonym,
        assignment=assignment_of(store, clip),
        clip=clip,
        number=number,
        utc_ms=utc_ms,
        card=own.card,
        to=reader.fingerprint if reader else "",
    )


def assignment_of(store: Store, clip: str | None) -> int:
    """Return the number of the hand-out: of this clip, or for a file of the clip that the patient has or had last."""
    if clip is not None:
        return store.clips.assignment(clip)
    known = sorted(store.clips.history(), key=lambda row: row.returned_utc_ms is not None)
    return store.clips.assignment(known[0].clip_id) if known else 0


def digest_of(header: Header, told: Mapping[str, Any]) -> str:
    """Return what tells a letter from another one that says the same, whenever it is written."""
    where = [header.assignment, header.clip, header.to, header.card.fingerprint]
    return sha256(canonical([where, told])).hexdigest()


def _is_sent(store: Store, header: Header, told: Mapping[str, Any]) -> bool:
    last = store.letters.last(SENT, header.kind)
    return last is not None and last.digest == digest_of(header, told)


def _outgoing(header: Header, data: bytes, told: Mapping[str, Any], digest: str) -> Outgoing:
    """Return the letter. Raises PoiseError LETTER_TOO_BIG for one that its clip, or any computer, refuses."""
    if len(data) > _most_bytes(header):
        raise PoiseError(
            Reason.LETTER_TOO_BIG,
            _("the letter has {bytes} bytes, and {most} fit").format(
                bytes=len(data), most=_most_bytes(header)
            ),
            _("Shorten the plan or the note, or send it by file: `poise letter export`."),
        )
    row = LetterRow(
        direction=SENT,
        kind=header.kind,
        number=header.number,
        fingerprint=header.card.fingerprint,
        digest=digest,
        utc_ms=header.utc_ms,
        noted_utc_ms=header.utc_ms,
        detail={
            "crc32": crc32(data),
            "bytes": len(data),
            "ack": told["ack"],
            "left_out": told.get("left_out", 0),
        },
    )
    return Outgoing(data, row)


def _most_bytes(header: Header) -> int:
    return MOST_FILE_BYTES if header.clip is None else MOST_BYTES[header.kind]


# Tables whose oldest rows a letter leaves out if it would not fit, and the time of a row's entry.
_LONG = {"diary": "entered_utc_ms", "sessions": "entered_utc_ms", "answers": "fired_utc_ms"}


def _fitting(header: Header, told: dict[str, Any], own: Keys, reader: Card) -> Outgoing:
    """Return the letter with as much as fits, the newest first; it says how many rows it leaves out."""
    digest = digest_of(header, told)
    data = seal(header, told, own, reader)
    if len(data) <= _most_bytes(header):
        return _outgoing(header, data, told, digest)
    # Each sealing has another length: age adds a part of random size.
    fits, most = 0.0, 1.0
    best = _newest(told, fits)
    data = seal(header, best, own, reader)
    for _cut in range(_CUTS):
        share = (fits + most) / 2
        part = _newest(told, share)
        tried = seal(header, part, own, reader)
        if len(tried) <= _most_bytes(header):
            fits, best, data = share, part, tried
        else:
            most = share
    return _outgoing(header, data, best, digest)


def _newest(told: dict[str, Any], share: float) -> dict[str, Any]:
    """Return the contents with the newest part of the long tables' rows, by the time of their entry."""
    places = {name: list(contents.TABLES[name]).index(key) for name, key in _LONG.items()}
    times = sorted(row[at] for name, at in places.items() for row in told[name])
    gone = len(times) - round(share * len(times))
    since = times[gone] if gone < len(times) else times[-1] + 1
    kept = {name: [row for row in told[name] if row[at] >= since] for name, at in places.items()}
    left_out = len(times) - sum(map(len, kept.values()))
    return {**told, **kept, "left_out": left_out}
