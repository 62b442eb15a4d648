"""The card that notes a visit, and takes it out again."""

from nicegui.element import Element

from ...coach.diary import VISIT
from ...history.visit import note
from ...language import formats
from ...store.timeline import TreatmentRow
from ...words import clinic as words
from ..context import PageContext
from ..parts import button, card, el, message

_NAME_CHARACTERS = 100


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
            with el("div", classes="field"):
                el("label", words.DONE_WHO, for_="who")
                el(
                    "input",
                    classes="input",
                    id="who",
                    maxlength=str(_NAME_CHARACTERS),
                    autocomplete="name",
                    data_clinic="who",
                )
            with el("div", classes="row"):
                el("button", words.DONE_VISIT, "button primary", type="button", id="visit-done").on(
                    "click",
                    lambda event: self._note(str(event.args)),
                    js_handler="() => emit(document.getElementById('who').value)",
                )
            if said:
                message(said, kind)

    def _noted(self) -> TreatmentRow | None:
        """Return the newest visit that is noted for today."""
        today = self._here.today()
        rows = self._here.store.treatments.between(today, today)
        return next((row for row in reversed(rows) if row.kind == VISIT), None)

    def _note(self, who: str) -> None:
        name = " ".join(who.split())[:_NAME_CHARACTERS]
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
