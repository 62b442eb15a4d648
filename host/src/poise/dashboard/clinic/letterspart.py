"""The card about the letters: what came, what goes, and the clip's first letter."""

import datetime as dt
from pathlib import Path

from nicegui.element import Element

from ...errors import PoiseError
from ...language import formats
from ...letters import drafts, keys, outgoing
from ...letters.keys import grouped
from ...store.letters import SENT, TAKEN, TO_CLINIC, TO_PATIENT
from ...words import letters as words
from ..context import PageContext
from ..parts import area, button, card, el, entry, message, rows
from .context import desk


class Letters:
    """The letters of one patient. `folder`: the data folder, which has the clinic's keys."""

    def __init__(self, here: PageContext, folder: Path) -> None:
        self._here = here
        self._folder = folder
        kept = drafts.last(here.store)
        self._draft = here.drafts.of("letter")
        self._kept = {"note": kept.note, "visit": kept.visit.isoformat() if kept.visit else ""}
        self._card: Element | None = None
        self._place: Element | None = None

    def show(self) -> None:
        """Draw the card."""
        with card(words.TITLE, "half", words.NOTE, self._draft) as self._card:
            self._place = el("div", classes="stack", id="letters")
            self._draw()

    def _draw(self, said: str = "", kind: str = "good") -> None:
        assert self._place is not None
        self._place.clear()
        store = self._here.store
        own = keys.read(keys.path_of(self._folder, keys.CLINIC))
        sent = store.letters.last(SENT, TO_PATIENT)
        with self._place:
            rows(
                [
                    (words.FROM, self._came()),
                    (words.TO, words.TO_WRITTEN.format(self._at(sent.utc_ms)) if sent else words.TO_NONE),
                    (words.OWN, grouped(own.card.fingerprint) if own else words.NO_KEYS),
                    (words.OTHER, self._other()),
                ]
            )  # fmt: skip
            if own is None or sent is None:
                el("p", words.FIRST_NOTE, "small muted")
                with el("div", classes="row"):
                    button(words.FIRST, self._first, "primary", id="first-letter")
            elif said == "" and self._waits():
                message(words.WAITS, "warm")
            self._fields()
            if said:
                message(said, kind)

    def _came(self) -> str:
        taken = self._here.store.letters.last(TAKEN, TO_CLINIC)
        if taken is None:
            return words.FROM_NONE
        told = f"{self._at(taken.utc_ms)}: {words.counts(taken.detail['rows'])}"
        left_out = taken.detail["left_out"]
        return f"{told}. {words.LEFT_OUT.format(left_out)}" if left_out else told

    def _other(self) -> str:
        other = self._here.store.letters.correspondent(keys.PATIENT)
        return grouped(other.fingerprint) if other else words.OTHER_NONE

    def _at(self, utc_ms: int) -> str:
        return formats.long_date(self._here.local(utc_ms).date())

    def _waits(self) -> bool:
        """Return whether something was decided that no letter has told. False where no letter can be written."""
        store = self._here.store
        if not outgoing.is_clinic(store, self._folder):
            return False
        held = [row.clip_id for row in store.clips.history() if row.returned_utc_ms is None]
        clip = next((one for one in reversed(held) if store.clips.assignment(one)), None)
        now = self._here.clock.utc_ms()
        return clip is not None and outgoing.to_patient(store, self._folder, clip, now) is not None

    def _typed(self, field: str) -> str:
        """Return what is typed in the field and not kept yet, else what is kept."""
        return self._draft.values.get(field, self._kept[field])

    def _fields(self) -> None:
        write = self._draft.values.update
        visit, note = self._typed("visit"), self._typed("note")
        entry("next-visit", words.VISIT, lambda to: write(visit=to), type="date", value=visit)
        area(
            "patient-note", words.PATIENT_NOTE, note, lambda to: write(note=to), drafts.NOTE_LENGTH
        )
        with el("div", classes="row"):
            button(words.KEEP, self._keep, id="keep-letter")

    async def _keep(self) -> None:
        visit, note = self._typed("visit"), self._typed("note")
        try:
            day = dt.date.fromisoformat(visit) if visit else None
        except ValueError:
            self._draw(words.BAD_DAY, "warm")
            return
        try:
            drafts.put(self._here.store, note, day, self._here.clock.utc_ms())
        except PoiseError as error:
            self._draw(error.told, "warm")
            return
        self._kept = {"visit": visit, "note": note}
        self._draft.drop()
        assert self._card is not None
        self._card.props["data-draft"] = self._draft.key
        self._card.update()
        self._draw(f"{words.KEPT} {await desk().deliver(self._here)}")

    async def _first(self) -> None:
        tray = desk().tray
        try:
            done = await tray.first_letter(self._here.store.patient_id) if tray else None
        except PoiseError as error:
            self._draw(error.told, "warm")
            return
        own = keys.read(keys.path_of(self._folder, keys.CLINIC))
        if done is None or own is None:
            self._draw(words.FIRST_PULLED, "warm")
            return
        self._draw(words.FIRST_DONE.format(grouped(own.card.fingerprint)))
