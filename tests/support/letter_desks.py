"""A clinic's and a patient's computer, each with a store and keys, and letters that go between them without a clip."""

import contextlib
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from poise.letters import incoming, keys, outgoing
from poise.letters.incoming import Taken, Way
from poise.store import Store
from poise.store.clips import Owner
from tests.support.patient_rows import entry, session

UTC = 1_790_000_000_000
DAY_MS = 86_400_000
CLIP = "0011223344556677"
PATIENT = "P-017"


@dataclass
class Desk:
    """A computer with the patient's store and a data folder. `at_clinic`: it is the clinic's."""

    store: Store
    folder: Path
    at_clinic: bool
    now: int = field(default=UTC)

    def write(self, clip: str | None = CLIP, *, again: bool = True) -> bytes | None:
        """Return the next letter, noted as sent; None if it says nothing new."""
        make = outgoing.to_patient if self.at_clinic else outgoing.to_clinic
        self.now += 1000
        letter = make(self.store, self.folder, clip, self.now, again=again)
        if letter is None:
            return None
        self.store.letters.add(letter.row)
        return letter.data

    def take(self, data: bytes | None, clip: str | None = CLIP) -> Taken | None:
        """Take a letter in. Raises PoiseError."""
        assert data is not None
        taking = incoming.take_to_clinic if self.at_clinic else incoming.take_to_patient
        self.now += 1000
        way = Way(clip, self.store.clips.assignment(clip)) if clip else Way()
        return taking(self.store, self.folder, data, way, self.now)


@contextlib.contextmanager
def desks(
    folder: Path, patient: str = PATIENT, assignment: int = 42
) -> Iterator[tuple[Desk, Desk]]:
    """A clinic that has handed its clip out, and the patient's computer that has met the clip."""
    with Store.open("sqlite://") as clinic, Store.open("sqlite://") as home:
        (folder / "clinic").mkdir()
        (folder / "home").mkdir()
        clinic.patients.add(patient, UTC)
        clinic.clips.give(CLIP, UTC, assignment)
        keys.needed(keys.path_of(folder / "clinic", keys.CLINIC))
        home.clips.meet(CLIP, Owner(assignment, patient), UTC)
        yield Desk(clinic, folder / "clinic", True), Desk(home, folder / "home", False)


def live_a_while(store: Store, day: int = 0) -> None:
    """Put a day's rows into the store of a patient."""
    at = UTC + day * DAY_MS
    date = dt.date(2026, 9, 21) + dt.timedelta(days=day)
    store.diary.put(
        entry(
            date, headache=True, headache_nrs=day % 11, medication=("triptan",), entered_utc_ms=at
        )
    )
    store.sessions.add(**session(started_utc_ms=at, ended_utc_ms=at + 60_000, entered_utc_ms=at))
    number = store.reminders.fired("nod", at, at + 5)
    store.reminders.answered(number, "done", at + 60_000, "desktop")
    store.outcomes.add(date, "ndi", float(day % 50), {}, "P", at)
