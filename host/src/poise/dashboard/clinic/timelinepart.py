"""The card with the time line: the drawing, the buttons that change its stretch, and the same as a table."""

import datetime as dt

from nicegui.element import Element

from ...history.visit import Lived, time_line, with_exposure
from ...language import formats
from ...store import Store
from ...words import classes as class_words
from ...words import clinic as words
from ..parts import button, card, disable, drawn, el, empty, more, table
from .timeline import drawing, moved, nothing, table_lines, widened

_DAY = dt.timedelta(1)
_LEAST_DAYS = 28  # shown at first: a shorter time since the last visit stands within its weeks


class TimeLine:
    """The time line of a patient's days. `since`: the day of the last visit, or of the first record."""

    def __init__(self, store: Store, lived: Lived, since: dt.date) -> None:
        self._store = store
        self._lived = lived
        self._latest = lived.today
        self._earliest = min(lived.first_day or lived.today, lived.today)
        self._since = since
        self._first, self._last = self._since_visit()
        self._place: Element | None = None
        self._buttons: dict[str, Element] = {}

    def show(self) -> None:
        """Draw the card."""
        with card(words.TIME_LINE, note=words.TIME_LINE_NOTE):
            with el("nav", classes="row", aria_label=words.ZOOM):
                for key, label, act in (
                    ("since", words.SINCE_VISIT, self._since_visit),
                    ("whole", words.WHOLE, lambda: (self._earliest, self._latest)),
                    ("in", words.ZOOM_IN, lambda: self._zoomed(0.5)),
                    ("out", words.ZOOM_OUT, lambda: self._zoomed(2.0)),
                    ("earlier", words.EARLIER, lambda: self._moved(-0.5)),
                    ("later", words.LATER, lambda: self._moved(0.5)),
                ):
                    made = button(label, lambda act=act: self._go(act()), id=f"line-{key}")
                    self._buttons[key] = made
            self._place = el("div", classes="stack", id="line")
            self._draw()

    def _since_visit(self) -> tuple[dt.date, dt.date]:
        least = self._latest - _DAY * (_LEAST_DAYS - 1)
        return max(self._earliest, min(self._since, least)), self._latest

    def _zoomed(self, factor: float) -> tuple[dt.date, dt.date]:
        return widened(self._first, self._last, self._earliest, factor)

    def _moved(self, part: float) -> tuple[dt.date, dt.date]:
        return moved(self._first, self._last, self._earliest, self._latest, part)

    def _go(self, stretch: tuple[dt.date, dt.date]) -> None:
        self._first, self._last = stretch
        self._draw()

    def _draw(self) -> None:
        assert self._place is not None
        self._place.clear()
        self._lived = with_exposure(self._store, self._lived, self._first)
        rows = time_line(self._lived, self._first, self._last)
        for key, act in (
            ("in", self._zoomed(0.5)),
            ("out", self._zoomed(2.0)),
            ("earlier", self._moved(-0.5)),
            ("later", self._moved(0.5)),
        ):
            disable(self._buttons[key], act == (self._first, self._last))
        with self._place:
            if nothing(rows):
                empty(words.NOTHING_YET, words.NOTHING_YET_DO)
                return
            label = words.LABEL.format(
                first=formats.long_date(self._first),
                last=formats.long_date(self._last),
                days=words.days(len(rows)),
            )
            el("p", label, "muted", role="status")
            drawn(drawing(rows, label), "chart long line-chart", label)
            _key()
            with more(words.DAYS_TABLE):
                table(words.DAYS_HEADS, table_lines(rows), words.DAYS_TABLE)


def _key() -> None:
    items = [(f"f{n}", words_) for n, words_ in enumerate(class_words.ANGLE_CLASSES.values(), 1)]
    with el("ul", classes="key"):
        for kind, name in items:
            _item(kind, name)
    with el("ul", classes="key"):
        for kind, name in (
            ("f5", words.SOURCES["sensed"]),
            ("f3", words.SOURCES["partly"]),
            ("f2", words.SOURCES["self_reported"]),
            ("fn", words.KEY_PRESCRIBED),
            ("fw", words.KEY_HEADACHE),
            ("fm", words.KEY_MEDICINE),
            ("paused", words.KEY_PAUSED),
        ):
            _item(kind, name)


def _item(kind: str, name: str) -> None:
    with el("li"):
        el("i", classes=kind, aria_hidden="true")
        el("span", name)
