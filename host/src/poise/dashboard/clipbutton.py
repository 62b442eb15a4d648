"""A button that needs the clip: disabled while none is connected, with the reason beside it."""

from collections.abc import Callable
from typing import Any

from nicegui import ui

from ..words import strings
from .context import context
from .parts import button, disable, el


def clip_button(text: str, act: Callable[..., Any], name: str, classes: str = "") -> None:
    """Draw the button `name` (its id). It follows the clip's connection while the page is open."""
    reason = f"{name}-needs"
    with el("div", classes="row"):
        made = button(text, act, classes, id=name, aria_describedby=reason)
        said = el("p", classes="muted", id=reason, role="status")
    shown: list[str] = []

    def look() -> None:
        why = _why_not()
        if shown == [why]:
            return
        shown[:] = [why]
        disable(made, bool(why))
        said.clear()
        with said:
            el("span", why)

    look()
    ui.context.client.on_delete(context().watch_live(lambda _live: look()))


def _why_not() -> str:
    """Return why the clip can't be asked now; "" if it can."""
    live = context().live
    if live is None:
        return strings.CLIP_NEEDS
    if live.connected:
        return ""
    return strings.CLIP_NEEDS_PRESS if live.resting else strings.CLIP_NEEDS_CLIP
