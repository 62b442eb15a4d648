"""The diary's rules: what an entry may say, and from when on it counts as back-filled. Pure."""

import datetime as dt
from collections.abc import Iterable
from typing import Protocol

from poise.errors import PoiseError, Reason

# Acute medicines by class, as ICHD-3 8.2 counts their days. Preventives are not counted.
MEDICATION = {
    "simple": "simple pain reliever (paracetamol, aspirin, ibuprofen and the like)",
    "combination": "combined pain reliever (with caffeine or codeine)",
    "triptan": "triptan",
    "ergot": "ergotamine",
    "opioid": "opioid",
}
TREATMENTS = {
    "visit": "visit",
    "injection": "injection",
    "new_drug": "new medicine",
    "other": "other",
    "ill": "ill",
    "away": "away",
}
PAUSES = {"ill", "away"}  # on such a day nothing is asked for, and nothing counts as missed
# Range of each outcome's score; of the licensed questionnaires only the total is kept, never the items.
OUTCOMES = {
    "psfs": (0.0, 10.0),  # mean of the patient's own activities
    "pgic": (1.0, 7.0),
    "halt": (0.0, 450.0),  # days in 90, five items
    "ndi": (0.0, 50.0),
    "hit6": (36.0, 78.0),
}
BACKFILL_DAYS = 60  # an entry for a day longer ago would be a guess
NOTE_LENGTH = 500


class Entry(Protocol):
    """What is checked of `store.diary.DiaryRow`."""

    @property
    def day(self) -> dt.date: ...
    @property
    def headache(self) -> bool | None: ...
    @property
    def headache_nrs(self) -> int | None: ...
    @property
    def neck_nrs(self) -> int | None: ...
    @property
    def medication(self) -> tuple[str, ...]: ...
    @property
    def note(self) -> str: ...


def check(entry: Entry, today: dt.date) -> None:
    """Raises PoiseError BAD_INPUT for an entry that can't be: a day to come, pain out of 0 to 10, an unknown class."""
    if entry.day > today:
        raise _bad(f"{entry.day} is still to come", "Give today or a day before.")
    if (today - entry.day).days > BACKFILL_DAYS:
        raise _bad(
            f"{entry.day} is more than {BACKFILL_DAYS} days ago",
            "Tell your therapist about it; the diary takes what is remembered well.",
        )
    for name, value in (("headache", entry.headache_nrs), ("neck pain", entry.neck_nrs)):
        check_nrs(name, value)
    if entry.headache is False and entry.headache_nrs:
        raise _bad("an intensity without a headache", "Give --headache yes, or no intensity.")
    unknown = set(entry.medication) - MEDICATION.keys()
    if unknown:
        raise _bad(
            f"no class of medicine '{sorted(unknown)[0]}'", f"Classes: {', '.join(MEDICATION)}."
        )
    if len(entry.note) > NOTE_LENGTH:
        raise _bad(f"a note of {len(entry.note)} characters", f"At most {NOTE_LENGTH}.")


def check_nrs(name: str, value: int | None) -> None:
    """Raises PoiseError BAD_INPUT unless this is None or a numeric rating from 0 to 10."""
    if value is not None and not 0 <= value <= 10:
        raise _bad(f"{name} of {value}", "From 0 (none) to 10 (the worst imaginable).")


def check_outcome(measure: str, score: float, detail: dict[str, float] | None = None) -> None:
    """Raises PoiseError BAD_INPUT for a score that the measure does not have."""
    if measure not in OUTCOMES:
        raise _bad(f"no measure '{measure}'", f"Measures: {', '.join(OUTCOMES)}.")
    low, high = OUTCOMES[measure]
    for value in (score, *(detail or {}).values()):
        if not low <= value <= high:
            raise _bad(f"{measure} of {value:g}", f"It goes from {low:g} to {high:g}.")


def is_backfilled(day: dt.date, today: dt.date) -> bool:
    """Whether an entry made today for this day is back-filled: yesterday's may still be told fresh."""
    return (today - day).days > 1


def is_answered(entry: Entry) -> bool:
    """Whether the day has an answer to the headache question: what an association can be made of."""
    return entry.headache is not None


def missing_days(entries: Iterable[Entry], from_day: dt.date, to_day: dt.date) -> list[dt.date]:
    """Days from `from_day` to `to_day`, both included, that have no answered entry."""
    answered = {entry.day for entry in entries if is_answered(entry)}
    span = (to_day - from_day).days + 1
    return [day for n in range(span) if (day := from_day + dt.timedelta(n)) not in answered]


def _bad(what: str, cure: str) -> PoiseError:
    return PoiseError(Reason.BAD_INPUT, what, cure)
