"""The pause of reminders on Today: how to begin one, its end, and how to end it now."""

import datetime as dt
from collections.abc import Callable

from ..coach.reminders.pause import Pause, for_an_hour
from ..errors import PoiseError
from ..history.reminder_pause import MOST_DAYS, until_day
from ..language import formats
from ..words import strings
from .context import context
from .parts import button, card, el, message, more


def choose_pause(open_reminder_id: int | None, changed: Callable[[], object]) -> None:
    """Draw the ways to pause, to be opened. Calls `changed` after a choice."""
    here = context()
    tomorrow = here.today() + dt.timedelta(1)

    def begin(pause: Pause) -> None:
        here.begin_pause(pause, open_reminder_id)
        changed()

    def at_day(value: str) -> None:
        said.clear()
        try:
            day = dt.date.fromisoformat(value)
            pause = until_day(here.clock.utc_ms(), day, here.zone())
        except (ValueError, PoiseError) as error:
            told = error.told if isinstance(error, PoiseError) else strings.PAUSE_DAY_MISSING
            with said:
                message(told, "warm")
            return
        begin(pause)

    with more(strings.PAUSE), el("div", classes="stack"):
        el("p", strings.PAUSE_NOTE, "muted")
        with el("div", classes="row"):
            button(
                strings.PAUSE_HOUR, lambda: begin(for_an_hour(here.clock.utc_ms())), id="pause-hour"
            )
            button(strings.PAUSE_TODAY, lambda: at_day(str(tomorrow)), id="pause-today")
        with el("div", classes="field"):
            el("label", strings.PAUSE_UNTIL, for_="pause-day")
            el(
                "input", classes="input day", type="date", id="pause-day", min=str(tomorrow),
                max=str(here.today() + dt.timedelta(MOST_DAYS)),
            )  # fmt: skip
        until = el("button", strings.PAUSE_UNTIL_BUTTON, "button", type="button", id="pause-until")
        until.on(
            "click",
            lambda event: at_day(str(event.args)),
            js_handler="() => emit(document.getElementById('pause-day').value)",
        )
        said = el("div", role="status")


def paused(pause: Pause, changed: Callable[[], object]) -> None:
    """Draw the pause that holds now, with its end. Calls `changed` when it is ended."""
    here = context()

    def end() -> None:
        here.end_pause()
        changed()

    with card(strings.PAUSED):
        with el("div", role="status"):
            until = formats.moment(here.local(pause.until_utc_ms))
            el("p", strings.PAUSED_UNTIL.format(until), "lead")
        el("p", strings.PAUSED_TEXT, "muted")
        with el("div", classes="row"):
            button(strings.PAUSE_END, end, id="pause-end")
