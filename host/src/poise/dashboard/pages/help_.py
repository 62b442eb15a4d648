"""Help and safety page: whom to call and the button that stops the programme, above all else; then when to."""

from nicegui import ui

from ...coach import safety
from ...store.holds import HoldRow
from ...words import strings
from ..context import context
from ..emergency import Numbers
from ..layout import follow_stops, frame, offer_take_back, stops_changed
from ..parts import bullets, button, card, el, message, rows

_DRAFT = "unwell"


def page() -> None:
    """Draw the page. It reads only the stops, and the plan's time zone."""
    with frame("help"):
        with card(strings.HELP_UNWELL, "alarm first"):
            Numbers().show(choice=True)
            with el("div", classes="unwell-now"):
                el("p", strings.HELP_UNWELL_TEXT)
                _unwell()
        with el("div", classes="grid"):
            with el("div", classes="stack two-thirds"):
                with card(strings.HELP_EMERGENCY, "alarm", strings.HELP_EMERGENCY_TEXT):
                    bullets(safety.EMERGENCY)
                with card(strings.HELP_STOP, "warm", strings.HELP_STOP_TEXT):
                    bullets(safety.STOP)
                    el("p", safety.NOT_COMPLETE, "muted")
            with el("div", classes="stack third"):
                with card(strings.HELP_WEAR):
                    el("p", safety.WEARING)
                with card(strings.HELP_ASK, note=strings.HELP_ASK_TEXT):
                    el("p", safety.ASK_FIRST)
                with card(strings.HELP_ABOUT):
                    el("p", strings.HELP_ABOUT_TEXT)
                _keys()


@ui.refreshable
def _unwell(said: str = "") -> None:
    if said:
        message(said, "warm")
    if context().holds():
        if not said:
            message(strings.HELP_STOPPED, "warm")
        if hold := context().can_take_back():
            offer_take_back(hold, lambda in_time: _taken_back(hold, in_time))
        return
    draft = context().drafts.of(_DRAFT)
    with el("div", classes="field", data_draft=draft.key):
        el("label", strings.HELP_UNWELL_LABEL, for_="unwell")
        text = draft.values.get("text", "")
        field = el("textarea", text, "input", id="unwell", maxlength="500", rows="2")
        field.on(
            "input",
            lambda event: draft.values.update(text=str(event.args)[:500]),
            js_handler="(e) => emit(e.target.value)",
        )

    def stop() -> None:
        context().stop(draft.values.get("text", "").strip())
        draft.drop()
        stops_changed()
        _unwell.refresh(strings.HELP_UNWELL_DONE)

    button(strings.HELP_UNWELL_BUTTON, stop, "danger", id="stop")


def _taken_back(hold: HoldRow, in_time: bool) -> None:
    if in_time and hold.detail:
        context().drafts.of(_DRAFT).values["text"] = hold.detail
    stops_changed()
    _unwell.refresh(strings.HOLD_TAKEN_BACK if in_time else strings.HOLD_TOO_LATE)


follow_stops(lambda: _unwell.refresh(""))


def _keys() -> None:
    with card(strings.HELP_KEYS):
        rows(strings.HELP_KEYS_LIST)
        with el("label", classes="switch"):
            el("input", type="checkbox", data_poise="keys")
            el("span", strings.HELP_KEYS_SWITCH)
