"""Other events on the Diary's page: treatments, and days ill or away."""

import datetime as dt

from nicegui import ui

from ..coach.diary import TREATMENTS
from ..language import _, formats
from ..store.timeline import TreatmentRow
from ..text import capitalized
from ..words import strings
from .context import context
from .parts import area, button, card, el, message, select


class Happened:
    """Card of treatments, and of days ill or away. A removed entry can be brought back while the page is open.

    `day` is the day of a new entry; it may lie before `today`.
    """

    def __init__(self, day: dt.date, today: dt.date) -> None:
        self.day, self.today = day, today
        self.draft = context().drafts.of(f"happened {day}")
        self.removed: TreatmentRow | None = None

    @ui.refreshable_method
    def show(self) -> None:
        """Draw the card."""
        wanted = self.draft.values
        with card(strings.HAPPENED, note=strings.HAPPENED_NOTE, draft=self.draft):
            kinds = [(kind, capitalized(_(words))) for kind, words in TREATMENTS.items()]
            kind = wanted.get("kind", "visit")
            select("kind", strings.HAPPENED_WHAT, kinds, kind, lambda v: wanted.update(kind=v))
            text = wanted.get("text", "")
            area("words", strings.HAPPENED_WORDS, text, lambda v: wanted.update(text=v), 200)
            label = strings.HAPPENED_ADD.format(formats.short_date(self.day))
            button(label, self._add, id="add")
            if self.removed:
                self._undo(self.removed)
            year_ago = self.today - dt.timedelta(365)
            found = context().store.treatments.between(year_ago, self.today)
            if found:
                with el("ul", classes="lines"):
                    for row in reversed(found[-8:]):
                        self._line(row)

    def _add(self) -> None:
        now, wanted = context().clock.utc_ms(), self.draft.values
        kind, text = wanted.get("kind", "visit"), str(wanted.get("text", "")).strip()
        context().store.treatments.add(self.day, kind, text, now)
        self.draft.drop()
        self.removed = None
        self.show.refresh()

    def _line(self, row: TreatmentRow) -> None:
        def remove() -> None:
            if context().store.treatments.remove(row.treatment_id, context().clock.utc_ms()):
                self.removed = row
            self.show.refresh()

        with el("li"):
            with el("div"):
                el("p", capitalized(_(TREATMENTS[row.kind])))
                words = (formats.date(row.day), row.text)
                el("p", " · ".join(each for each in words if each), "small muted")
            words = (_(TREATMENTS[row.kind]), formats.date(row.day))
            label = strings.HAPPENED_REMOVE_LABEL.format(*words)
            button(strings.HAPPENED_REMOVE, remove, "quiet", aria_label=label)

    def _undo(self, row: TreatmentRow) -> None:
        def bring_back() -> None:
            context().store.treatments.restore(row.treatment_id)
            self.removed = None
            self.show.refresh()

        with el("div", classes="row", id="removed"):
            words = (capitalized(_(TREATMENTS[row.kind])), formats.date(row.day))
            message(strings.HAPPENED_REMOVED.format(*words))
            button(strings.HAPPENED_UNDO, bring_back, id="bring-back")
