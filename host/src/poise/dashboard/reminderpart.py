"""The patient's choice of how reminders come: a question when they stay without an answer, else a part to open."""

from nicegui import ui

from ..coach.reminders.choice import MOST_TIMES, How
from ..errors import PoiseError
from ..history.reminder_choice import choose, has_sound, reminder_choice, set_sound
from ..words import reminders as words
from .context import context
from .guided import VIA
from .parts import button, card, el, entry, message, more, radios


@ui.refreshable
def how_reminders_come(said: str = "") -> None:
    """Draw the question, or the part to open. `said`: a message about the last choice."""
    if asks():
        with card(words.TITLE, "accent", words.ASKED):
            _Form().draw(said)
        return
    with card(words.CHANGE):
        el("p", words.NOW.format(words.in_words(reminder_choice(context().store))), "muted")
        if said:
            message(said)
        with more(words.TITLE):
            _Form().draw("")


def asks() -> bool:
    """Return whether Poise asks now."""
    facts = context().facts()
    return facts is not None and facts.asks_how


class _Form:
    """The choice as it stands on the page, until it is saved."""

    def __init__(self) -> None:
        store = context().store
        choice = reminder_choice(store)
        self._how = choice.how.value
        times = [f"{time:%H:%M}" for time in choice.times]
        self._times = [*times, *[""] * (MOST_TIMES - len(times))]
        self._sound = has_sound(store)

    def draw(self, said: str) -> None:
        """Draw the fields and the button."""
        if said:
            message(said)
        options = [(how.value, text) for how, text in words.OPTIONS.items()]
        radios("how", words.LEGEND, options, self._how, self._choose)
        with el("div", classes="row", id="how-times") as self._at:
            for place in range(MOST_TIMES):
                self._time(place)
        self._at.set_visibility(self._how == How.TIMES.value)
        with el("label", classes="switch"):
            box = el("input", type="checkbox", id="how-sound", checked=self._sound)
            box.on("change", self._heard, js_handler="(e) => emit(e.target.checked)")
            el("span", words.SOUND)
        button(words.SAVE, self._save, "primary", id="how-save")
        self._fault = el("div", role="status")

    def _time(self, place: int) -> None:
        name = f"how-time-{place + 1}"
        entry(
            name,
            words.TIME.format(place + 1),
            lambda time: self._times.__setitem__(place, time),
            on="change",
            type="time",
            value=self._times[place],
        )

    def _choose(self, value: str) -> None:
        self._how = value
        self._at.set_visibility(value == How.TIMES.value)

    def _heard(self, event: object) -> None:
        self._sound = bool(getattr(event, "args", False))

    def _save(self) -> None:
        store, now = context().store, context().clock.utc_ms()
        times = [time for time in self._times if time] if self._how == How.TIMES.value else []
        value = " ".join([self._how, *times])
        try:
            choice = choose(store, context().plan(), value, VIA, now)
        except PoiseError as error:
            self._fault.clear()
            with self._fault:
                message(error.told, "warm")
            return
        if self._sound != has_sound(store):
            set_sound(store, on=self._sound, via=VIA, utc_ms=now)
        how_reminders_come.refresh(words.SAVED.format(words.in_words(choice)))
