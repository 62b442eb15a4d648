"""The frame around every page: navigation, keys, theme, and an open stop."""

import contextlib
from collections.abc import Callable, Iterator

from nicegui import ui

from ..coach import safety
from ..language import formats
from ..setup.steps import Step
from ..store.holds import HoldRow
from ..words import setup as setup_words
from ..words import strings
from .context import context
from .newclippart import ask_whose_clip
from .parts import button, drawn, el, link, message
from .shell import bar, icon, shell
from .speaking import of_page

# Address, key into strings.NAV, drawing (24 × 24, strokes).
PAGES = (
    ("/", "today", "M12 3v2M5.6 5.6 7 7M3 12h2m14 0h2M17 7l1.4-1.4M4 19h16M7.5 15a4.5 4.5 0 1 1 9 0"),
    ("/exercise", "exercise", "M4 9v6m3-8v10m10-10v10m3-8v6M7 12h10"),
    ("/diary", "diary", "M6 3h11a2 2 0 0 1 2 2v16H6a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2m3 5h6m-6 4h6m-6 4h3"),
    ("/trends", "trends", "M4 20h16M7 16v-4m5 4V7m5 9v-6"),
    ("/plan", "plan", "m4 7 1.5 1.5L8 6m3 1h9M4 13l1.5 1.5L8 12m3 1h9M4 19l1.5 1.5L8 18m3 1h9"),
    ("/clip", "clip", "M8 3h8a2 2 0 0 1 2 2v14a2 2 0 0 1-2 2H8a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2m4 14v.01M10 7h4"),
    ("/help", "help", "M12 3 4 6v6c0 5 3.5 8 8 9 4.5-1 8-4 8-9V6l-8-3m0 6v4m0 3v.01"),
)  # fmt: skip

_followers: list[Callable[[], object]] = []  # callbacks with which the pages draw again


@contextlib.contextmanager
def frame(current: str, *, wide: bool = False) -> Iterator[None]:
    """Draw the page `current` (a key of strings.NAV, or "setup"), to be filled with `with`."""
    title = strings.NAV.get(current, setup_words.TITLE)
    if asked := of_page():
        context().keep_language(asked)
    with shell(title, strings.APP, lambda: _bar(current), above=show_holds, wide=wide):
        if current != "help":  # nothing comes before it
            _zone()
        _plan_fault()
        ask_whose_clip()
        if current != "exercise":
            _session_waits()
        if current not in ("exercise", "help", "setup"):
            _setup_waits()
        yield


def _zone() -> None:
    """Make room for a note that times are the plan's: poise.js writes it when the browser's clock shows others."""
    zone = str(getattr(context().zone(), "key", ""))
    el("p", classes="zone muted", id="zone", data_zone=zone, data_words=strings.ZONE_NOTE)


def _plan_fault() -> None:
    """Show the plan's fault above all else of a page: without a plan most of the page is empty."""
    context().plan()
    if context().plan_fault:
        message(f"{strings.PLAN_FAULT} {context().plan_fault}", "warm")


def _session_waits() -> None:
    """Pause the session and offer a link to it: whoever looks at another page does not exercise."""
    guided = context().guided
    if guided is None or not guided.is_under_way:
        return
    guided.runner.pause()
    with el("div", classes="message warm row", role="status", id="waits"):
        el("span", strings.EX_WAITS.format(guided.prescription.shown_name))
        link(strings.EX_WAITS_LINK, "/exercise")


def _setup_waits() -> None:
    """Say what is still to set up, and lead back to it."""
    setup = context().setup
    steps = setup.missing() if setup else []
    if not steps:
        return
    names = ", ".join(setup_words.NAMES[step] for step in steps)
    with el("div", classes="message warm row", id="setup-waits"):
        el("span", setup_words.WAITING.format(names))
        link(setup_words.WAITING_LINK, "/setup")


def to_setup(text: str, step: Step) -> None:
    """Link to this step of the page that sets Poise up, where there is one."""
    if context().setup:
        link(text, f"/setup#step-{step}")


def _bar(current: str) -> None:
    with bar("/", strings.HOME):
        for to, key, path in PAGES:
            here = "page" if key == current else None
            with el("li"), el("a", classes=f"to-{key}", href=to, aria_current=here):
                drawn(icon(path))
                el("span", strings.NAV[key])
                if key == "help":
                    el("kbd", "h", aria_hidden="true")


@ui.refreshable
def show_holds() -> None:
    """Draw the open stops; call its `refresh` where a stop is raised."""
    for hold in context().holds():
        since = formats.moment(context().local(hold.raised_utc_ms))
        with (
            el("div", classes="holds"),
            el("section", classes="hold", role="alert", aria_label=strings.HOLD_TITLE),
        ):
            el("p", strings.HOLD_TITLE, "lead")
            reason = safety.REASONS.get(hold.reason, hold.reason)
            el("p", strings.HOLD_TEXT.format(since=since, reason=reason))
            if ui.context.client.page.path != "/help":
                link(strings.HOLD_LINK, "/help")


def follow_stops(draw_again: Callable[[], object]) -> None:
    """Also call `draw_again` when a stop is raised or ends."""
    _followers.append(draw_again)


def stops_changed() -> None:
    """Draw the stops of every open page again, because one was raised or ended."""
    for draw_again in (show_holds.refresh, *_followers):
        draw_again()


def offer_take_back(hold: HoldRow, told: Callable[[bool], None]) -> None:
    """Show a button while this stop can be a mis-tap. Calls `told` with True if the press was in time."""
    raised = hold.raised_utc_ms
    left_ms = safety.TAKE_BACK_MS - (context().clock.utc_ms() - raised)
    place = el("div", classes="row", id="mistap")
    with place:
        el("p", strings.HOLD_TAKE_BACK_TEXT.format(safety.TAKE_BACK_S))
        button(
            strings.HOLD_TAKE_BACK, lambda: told(context().take_back(hold.hold_id)), id="take-back"
        )
    ui.timer(max(0.1, left_ms / 1_000), place.clear, once=True)
