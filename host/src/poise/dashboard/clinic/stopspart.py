"""The card with the open stops, each with the therapist's word that ends it."""

from nicegui import ui
from nicegui.element import Element

from ...coach.safety import REASONS, clinic_name
from ...errors import PoiseError
from ...language import _, formats
from ...letters.stops import end_stop
from ...store.holds import HoldRow
from ...words import letters as words
from ..context import PageContext
from ..parts import area, button, card, el, message
from .context import desk
from .whopart import who_field

_NOTE_CHARACTERS = 500


class Stops:
    """The open stops of one patient. The page draws again after one has ended."""

    def __init__(self, here: PageContext) -> None:
        self._here = here
        self._draft = here.drafts.of("stops")

    def show(self) -> None:
        """Draw the card; nothing without an open stop."""
        found = self._here.holds()
        if not found:
            return
        with (
            card(words.STOPS, "half", words.STOPS_NOTE, self._draft),
            el("div", classes="stack"),
        ):
            who_field("stop-who", words.STOP_WHO)
            for stop in found:
                self._stop(stop)

    def _stop(self, stop: HoldRow) -> None:
        day = formats.long_date(self._here.local(stop.raised_utc_ms).date())
        reason = _(REASONS.get(stop.reason, stop.reason))
        name = _name(stop)
        el("h3", words.STOP.format(reason=reason, day=day))
        if stop.detail:
            el("p", stop.detail)
        values = self._draft.values
        why = values.get(name, "")
        area(
            f"{name}-why",
            words.STOP_WHY,
            why,
            lambda to: values.update({name: to}),
            _NOTE_CHARACTERS,
        )
        with el("div", classes="row"):
            button(words.STOP_END, lambda: self._end(stop, said), id=f"{name}-end")
        said = el("div", role="status")

    async def _end(self, stop: HoldRow, said: Element) -> None:
        said.clear()
        here = self._here
        try:
            plan = here.plan()
            who = clinic_name(desk().therapist, plan.patient if plan else "")
            note = self._draft.values.get(_name(stop), "").strip()
            ended = end_stop(here.store, stop.hold_id, who, note, here.clock.utc_ms())
        except PoiseError as error:
            with said:
                message(error.told, "warm")
            return
        self._draft.values.pop(_name(stop), None)
        told = words.STOP_ENDED.format(who) if ended else words.STOP_GONE
        desk().said[here.store.patient_id] = [told, await desk().deliver(here)]
        ui.navigate.reload()


def _name(stop: HoldRow) -> str:
    return f"stop-{stop.hold_id}"
