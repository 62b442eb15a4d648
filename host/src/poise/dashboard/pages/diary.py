"""Diary: a day in ten seconds, what else happened on the time line, and the days so far."""

import contextlib
import datetime as dt
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from nicegui import ui

from ...coach import broughtin
from ...coach.diary import (
    BACKFILL_DAYS,
    MEDICATION,
    NOTE_LENGTH,
    TREATMENTS,
    check,
    is_backfilled,
)
from ...errors import PoiseError
from ...store.diary import DiaryRow
from .. import strings
from ..desk import VIA
from ..layout import frame
from ..parts import area, button, card, checks, el, empty, message, radios, scale, select, table
from ..site import desk

_SHOWN_DAYS = 14


def page(day: str = "") -> None:
    """`day`: YYYY-MM-DD; else today."""
    today = desk().today()
    about = today
    with contextlib.suppress(ValueError):
        about = dt.date.fromisoformat(day)
    about = min(max(about, today - dt.timedelta(BACKFILL_DAYS)), today)
    with frame("diary"), el("div", classes="grid"):
        with el("div", classes="stack two-thirds"):
            _Form(about, today).show()
            _last(today)
        with el("div", classes="stack third"):
            _happened(about, today)
            _scores()


@dataclass
class _Form:
    """The entry that is being written; nothing is kept before Save."""

    day: dt.date
    today: dt.date
    headache: bool | None = None
    strength: int | None = None
    neck: int | None = None
    taken: set[str] = field(default_factory=set)
    note: str = ""
    said: tuple[str, str] | None = None  # text, kind
    parts: dict[str, Any] = field(default_factory=dict)

    def show(self) -> None:
        """The card."""
        before = next(iter(desk().store.diary.days(self.day, self.day)), None)
        if before:
            self._take(before)
        with card(strings.DIARY_FOR.format(strings.date(self.day))):
            self._choose_day()
            if before:
                when = strings.when(desk().local(before.entered_utc_ms))
                el("p", strings.DIARY_CHANGED.format(when), "small muted")
            elif is_backfilled(self.day, self.today):
                el("p", strings.DIARY_BACKFILL, "small muted")
            self._marks()
            self._questions()
            with el("div", classes="row"):
                button(strings.DIARY_SAVE, self._save, "primary", id="save")
            self.parts["said"] = el("div", role="status")

    def _take(self, row: DiaryRow) -> None:
        self.headache, self.strength, self.neck = row.headache, row.headache_nrs, row.neck_nrs
        self.taken, self.note = set(row.medication), row.note

    def _choose_day(self) -> None:
        with el("nav", classes="row", aria_label=strings.DIARY_DAYS):
            for day, words in (
                (self.today, strings.DIARY_TODAY),
                (self.today - dt.timedelta(1), strings.DIARY_YESTERDAY),
            ):
                here = "page" if day == self.day else None
                classes = "button primary" if here else "button"
                el("a", words, classes, href=f"/diary?day={day}", aria_current=here)
            first = self.today - dt.timedelta(BACKFILL_DAYS)
            chosen = el(
                "input", classes="input day", type="date", id="day", aria_label=strings.DIARY_OLDER,
                min=str(first), max=str(self.today), value=str(self.day),
            )  # fmt: skip
            chosen.on(
                "change",
                lambda event: ui.navigate.to(f"/diary?day={event.args}"),
                js_handler="(e) => e.target.value && emit(e.target.value)",
            )

    def _marks(self) -> None:
        times = desk().headache_marks(self.day, self.day)
        if times:
            listed = ", ".join(f"{moment:%H:%M}" for moment in times)
            el("p", strings.DIARY_MARKED.format(listed), "message good")

    def _questions(self) -> None:
        yes_no = [(key, words) for key, words in strings.DIARY_YES_NO.items()]
        chosen = {True: "yes", False: "no", None: None}[self.headache]
        radios("headache", strings.DIARY_HEADACHE, yes_no, chosen, self._answer)
        self.parts["strength"] = el("div", classes="" if self.headache else "gone")
        with self.parts["strength"]:
            scale("strength", strings.DIARY_NRS, self.strength, self._set("strength"))
        note = strings.DIARY_SCALE
        scale("neck", strings.DIARY_NECK, self.neck, self._set("neck"), note)
        classes = [(name, strings.DIARY_MEDICINES[name]) for name in MEDICATION]
        checks(
            "medicine", strings.DIARY_MEDICINE, classes, self.taken, self._medicine,
            strings.DIARY_MEDICINE_NOTE,
        )  # fmt: skip
        area("note", strings.DIARY_NOTE, self.note, self._set("note"), NOTE_LENGTH)

    def _set(self, name: str) -> Callable[[Any], None]:
        return lambda value: setattr(self, name, value)

    def _answer(self, value: str) -> None:
        self.headache = value == "yes"
        self.parts["strength"].classes(remove="gone") if self.headache else (
            self.parts["strength"].classes(add="gone")
        )

    def _medicine(self, name: str, on: bool) -> None:
        self.taken.add(name) if on else self.taken.discard(name)

    def _save(self) -> None:
        untold = self.headache is None and self.neck is None and not self.taken
        if untold and not self.note.strip():
            self._say(strings.DIARY_UNTOLD, "warm")
            return
        row = DiaryRow(
            day=self.day,
            headache=self.headache,
            headache_nrs=self.strength if self.headache else None,
            neck_nrs=self.neck,
            medication=tuple(name for name in MEDICATION if name in self.taken),
            note=self.note.strip(),
            entered_utc_ms=desk().clock.utc_ms(),
            backfilled=is_backfilled(self.day, self.today),
            via=VIA,
        )
        try:
            check(row, self.today)
            desk().store.diary.put(row)
        except PoiseError as error:
            self._say(f"{error}. {error.hint}", "warm")
            return
        self._say(strings.DIARY_SAVED.format(strings.date(self.day)), "good")
        _last.refresh()

    def _say(self, text: str, kind: str) -> None:
        self.parts["said"].clear()
        with self.parts["said"]:
            message(text, kind)


# --- so far


@ui.refreshable
def _last(today: dt.date) -> None:
    first = today - dt.timedelta(_SHOWN_DAYS - 1)
    entries = {row.day: row for row in desk().store.diary.days(first, today)}
    with card(strings.DIARY_LAST):
        if not entries:
            empty(strings.DIARY_EMPTY, strings.DIARY_EMPTY_DO)
            return
        days = [today - dt.timedelta(n) for n in range(_SHOWN_DAYS)]
        marks = Counter(each.date() for each in desk().headache_marks(first, today))
        lines = [_line(day, entries.get(day), marks[day]) for day in days]
        table(strings.DIARY_HEADS, lines, strings.DIARY_LAST)


def _line(day: dt.date, row: DiaryRow | None, marks: int) -> list[str]:
    told = strings.DIARY_MARKS.format(marks) if marks else ""
    if row is None:
        return [strings.date(day), told or strings.DIARY_NO_ENTRY, "", "", ""]
    notes = [row.note, told, _came(row)]
    return [
        strings.date(day),
        _headache(row),
        strings.DASH if row.neck_nrs is None else str(row.neck_nrs),
        ", ".join(strings.DIARY_MEDICINES[name] for name in row.medication) or strings.DASH,
        "; ".join(each for each in notes if each),
    ]


def _came(row: DiaryRow) -> str:
    if broughtin.VIA in row.via:
        return strings.DIARY_BROUGHT_IN
    return strings.DIARY_BACKFILLED if row.backfilled else ""


def _headache(row: DiaryRow) -> str:
    if row.headache is None:
        return strings.DASH
    if not row.headache:
        return strings.DIARY_YES_NO["no"].lower()
    if row.headache_nrs is None:
        return strings.DIARY_YES_NO["yes"].lower()
    return strings.DIARY_WITH.format(row.headache_nrs)


# --- what else happened


@ui.refreshable
def _happened(day: dt.date, today: dt.date) -> None:
    with card(strings.HAPPENED, note=strings.HAPPENED_NOTE):
        wanted = {"kind": "visit", "text": "", "day": day}
        kinds = [(kind, words.capitalize()) for kind, words in TREATMENTS.items()]
        select("kind", strings.HAPPENED_WHAT, kinds, "visit", lambda v: wanted.update(kind=v))
        area("words", strings.HAPPENED_WORDS, "", lambda v: wanted.update(text=v), 200)

        def add() -> None:
            now = desk().clock.utc_ms()
            text = str(wanted["text"]).strip()
            desk().store.treatments.add(day, str(wanted["kind"]), text, now)
            _happened.refresh(day, today)

        button(strings.HAPPENED_ADD.format(strings.short_date(day)), add, id="add")
        found = desk().store.treatments.between(today - dt.timedelta(365), today)
        if found:
            with el("ul", classes="lines"):
                for row in reversed(found[-8:]):
                    _treatment(row, day, today)


def _treatment(row: Any, day: dt.date, today: dt.date) -> None:
    def remove() -> None:
        desk().store.treatments.remove(row.treatment_id, desk().clock.utc_ms())
        _happened.refresh(day, today)

    with el("li"):
        with el("div"):
            el("p", TREATMENTS[row.kind].capitalize())
            el("p", " · ".join(x for x in (strings.date(row.day), row.text) if x), "small muted")
        label = strings.HAPPENED_REMOVE_LABEL.format(TREATMENTS[row.kind], strings.date(row.day))
        button(strings.HAPPENED_REMOVE, remove, "quiet", aria_label=label)


def _scores() -> None:
    found = desk().store.outcomes.history()
    with card(strings.SCORES, note=strings.SCORES_NOTE):
        if not found:
            empty(strings.SCORES_NONE, strings.SCORES_NONE_DO)
            return
        lines = [
            [strings.SCORES_NAMES[row.measure], f"{row.score:g}", strings.date(row.day)]
            for row in reversed(found[-8:])
        ]
        table(strings.SCORES_HEADS, lines, strings.SCORES)
