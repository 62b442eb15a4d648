"""The card that compares two periods: four days to choose, the drawing, and the same as a table."""

import datetime as dt

from nicegui.element import Element

from ...history.visit import Visit, figures_of, with_exposure
from ...insight.visit import Figures
from ...store import Store
from ...words import clinic as words
from ..parts import card, drawn, el, entry, message, table
from .comparing import drawing


class Comparison:
    """Two periods of a patient, at first the one since the last visit and the one before it."""

    def __init__(self, store: Store, found: Visit) -> None:
        self._store = store
        self._lived = found.lived
        self._days = {
            "before": [found.before.first, found.before.last],
            "now": [found.now.first, max(found.now.first, found.now.last)],
        }
        self._place: Element | None = None

    def show(self) -> None:
        """Draw the card."""
        with card(words.COMPARE, note=words.COMPARE_NOTE):
            with el("div", classes="row"):
                for key, name in (("before", words.COMPARE_A), ("now", words.COMPARE_B)):
                    self._day(key, 0, words.COMPARE_FROM.format(name))
                    self._day(key, 1, words.COMPARE_TO.format(name))
            self._place = el("div", classes="stack", id="compare")
            self._draw()

    def _day(self, key: str, end: int, label: str) -> None:
        name = f"{key}-{'to' if end else 'from'}"
        entry(
            name,
            label,
            lambda given: self._choose(key, end, given),
            "input day",
            on="change",
            type="date",
            max=str(self._lived.today),
            value=str(self._days[key][end]),
        )

    def _choose(self, key: str, end: int, given: str) -> None:
        try:
            self._days[key][end] = dt.date.fromisoformat(given)
        except ValueError:
            return  # half typed
        self._draw()

    def _draw(self) -> None:
        assert self._place is not None
        self._place.clear()
        with self._place:
            if any(first > last for first, last in self._days.values()):
                message(words.BAD_DAYS, "warm")
                return
            earliest = min(first for first, _last in self._days.values())
            self._lived = with_exposure(self._store, self._lived, earliest)
            pair = [figures_of(self._lived, *self._days[key]) for key in ("before", "now")]
            drawn(drawing(pair[0], pair[1], words.COMPARE), "chart compare", words.COMPARE)
            with el("ul", classes="key"):
                for kind, each in zip(("before", "now"), pair, strict=True):
                    with el("li"):
                        el("i", classes=kind, aria_hidden="true")
                        el("span", words.period(each))
            table(_heads(pair), _lines(pair), words.COMPARE)


def _heads(pair: list[Figures]) -> list[str]:
    return [words.COMPARE_MEASURE, *(words.period(each) for each in pair)]


def _lines(pair: list[Figures]) -> list[list[str]]:
    told = [words.measures(each) for each in pair]
    return [[name, *(each[key] for each in told)] for key, name in words.MEASURES.items()]
