"""What the clinic's next letter says beside the plan and ended stops: the next visit, and a note."""

import datetime as dt
from dataclasses import dataclass

from ..errors import PoiseError, Reason
from ..language import _
from ..store import Store
from ..store.letters import DRAFT, TO_PATIENT, LetterRow

NOTE_LENGTH = 500  # characters


@dataclass(frozen=True)
class Draft:
    """`visit`: day of the next visit, None without one."""

    note: str = ""
    visit: dt.date | None = None


def put(store: Store, note: str, visit: dt.date | None, utc_ms: int) -> None:
    """Keep this for the next letter. Raises PoiseError BAD_INPUT for a note that is too long, STORE_*."""
    plain = note.strip()
    if len(plain) > NOTE_LENGTH:
        raise PoiseError(
            Reason.BAD_INPUT,
            _("a note of {count} characters").format(count=len(plain)),
            _("At most {count}.").format(count=NOTE_LENGTH),
        )
    detail = {"note": plain, "visit": visit.isoformat() if visit else None}
    store.letters.add(LetterRow(DRAFT, TO_PATIENT, 0, "", "", utc_ms, utc_ms, detail))


def last(store: Store) -> Draft:
    """Return what was kept last. Raises PoiseError STORE_*."""
    row = store.letters.last(DRAFT, TO_PATIENT)
    if row is None:
        return Draft()
    day = row.detail["visit"]
    return Draft(row.detail["note"], dt.date.fromisoformat(day) if day else None)
