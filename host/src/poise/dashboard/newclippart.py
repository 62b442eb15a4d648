"""The question whose a clip is that connects and is new here. Every page asks it."""

from nicegui import ui

from ..wear.owner import new_assignment
from ..words import strings
from .context import context
from .parts import button, card, el, message


def ask_whose_clip() -> None:
    """Make room for the question, and draw it while such a clip connects."""
    here, client = context(), ui.context.client
    shown = {"clip": here.live.unknown_clip if here.live else ""}
    said = el("div", role="status")

    @ui.refreshable
    def question() -> None:
        if not shown["clip"]:
            return
        with card(strings.CLIP_NEW, "warm"):
            el("p", strings.CLIP_NEW_TEXT.format(clip=shown["clip"]))
            button(strings.CLIP_NEW_BUTTON, take, "primary", id="new-clip")
            el("p", strings.CLIP_NEW_NOTE, "small muted")

    def take() -> None:
        here.store.clips.give(shown["clip"], here.clock.utc_ms(), new_assignment())
        if here.live:
            here.live.unknown_clip = ""
        if here.runner:
            here.runner.look_now()
        shown["clip"] = ""
        question.refresh()
        with said:
            message(strings.CLIP_NEW_DONE)

    def look() -> None:
        now = here.live.unknown_clip if here.live else ""
        if now != shown["clip"]:
            shown["clip"] = now
            with client:
                question.refresh()

    question()
    client.on_delete(here.watch_live(lambda _live: look()))
