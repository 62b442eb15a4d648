"""Help and safety: when to stop and whom to call, first of all; and the button that stops the programme."""

from nicegui import ui

from ...coach import safety
from .. import strings
from ..layout import frame, show_holds
from ..parts import bullets, button, card, el, message, rows
from ..site import desk


def page() -> None:
    """Reads nothing but the stops."""
    with frame("help"), el("div", classes="grid"):
        with el("div", classes="stack two-thirds"):
            with card(strings.HELP_EMERGENCY, "alarm", strings.HELP_EMERGENCY_TEXT):
                bullets(safety.EMERGENCY)
            with card(strings.HELP_STOP, "warm", strings.HELP_STOP_TEXT):
                bullets(safety.STOP)
                el("p", safety.NOT_COMPLETE, "muted")
        with el("div", classes="stack third"):
            with card(strings.HELP_UNWELL, note=strings.HELP_UNWELL_TEXT):
                _unwell()
            with card(strings.HELP_WEAR):
                el("p", safety.WEARING)
            with card(strings.HELP_ASK, note=strings.HELP_ASK_TEXT):
                el("p", safety.ASK_FIRST)
            with card(strings.HELP_ABOUT):
                el("p", strings.HELP_ABOUT_TEXT)
            _keys()


@ui.refreshable
def _unwell(*, just_now: bool = False) -> None:
    if desk().holds():
        message(strings.HELP_UNWELL_DONE if just_now else strings.HELP_STOPPED, "warm")
        return
    said = {"text": ""}
    with el("div", classes="field"):
        el("label", strings.HELP_UNWELL_LABEL, for_="unwell")
        field = el("textarea", classes="input", id="unwell", maxlength="500", rows="2")
        field.on(
            "input",
            lambda event: said.update(text=str(event.args)[:500]),
            js_handler="(e) => emit(e.target.value)",
        )

    def stop() -> None:
        store = desk().store
        store.holds.raise_("unwell", said["text"].strip(), "dashboard", desk().clock.utc_ms())
        show_holds.refresh()
        _unwell.refresh(just_now=True)

    button(strings.HELP_UNWELL_BUTTON, stop, "danger", id="stop")


def _keys() -> None:
    with card(strings.HELP_KEYS):
        rows(strings.HELP_KEYS_LIST)
        with el("label", classes="switch"):
            el("input", type="checkbox", data_poise="keys")
            el("span", strings.HELP_KEYS_SWITCH)
