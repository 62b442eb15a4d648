"""The card that notes a visit, and takes it out again."""

from nicegui.element import Element

from ...coach.diary import VISIT
from ...history.visit import note
from ...language import formats
from ...store.timeline import TreatmentRow
from ...words import clinic as words
from ..context import PageContext
from ..parts import button, card, el, message
from .context import desk
from .whopart import who_field


class Done:
    """Notes a visit of today under the name that is typed; the browser remembers the name."""

    def __init__(self, here: PageContext) -> None:
        self._here = here
        self._place: Element | None = None

    def show(self) -> None:
        """Draw the card."""
        with card(words.DONE_VISIT, note=words.DONE_NOTE):
            self._place = el("div", classes="stack")
            self._draw()

    def _draw(self, said: str = "", kind: str = "good") -> None:
        assert self._place is not None
        self._place.clear()
        noted = self._noted()
        with self._place:
            if noted is not None:
                message(said or words.DONE_ALREADY.format(noted.text))
                with el("div", classes="row"):
                    button(words.UNDO, lambda: self._undo(noted.treatment_id), id="visit-undo")
                return
            who_field("who", words.DONE_WHO)
            with el("div", classes="row"):
                button(words.DONE_VISIT, self._note, "primary", id="visit-done")
            if said:
                message(said, kind)

    def _noted(self) -> TreatmentRow | None:
        """Return the newest visit that is noted for today."""
        today = self._here.today()
        rows = self._here.store.treatments.between(today, today)
        return next((row for row in reversed(rows) if row.kind == VISIT), None)

    def _note(self) -> None:
        name = " ".join(desk().therapist.split())
        if not name:
            self._draw(words.DONE_WHO_MISSING, "warm")
            return
        now = self._here.clock.utc_ms()
        note(self._here.store, name, now)
        self._here.store.audit.put("visit_done", now, name)
        self._draw(words.DONE_NOTED.format(formats.date(self._here.today()), name))

    def _undo(self, treatment_id: int) -> None:
        now = self._here.clock.utc_ms()
        self._here.store.treatments.remove(treatment_id, now)
        self._here.store.audit.put("visit_undone", now)
        self._draw(words.DONE_UNDONE)
