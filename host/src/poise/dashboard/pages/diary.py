"""Diary page: a day's entry in ten seconds, other events, and the days so far."""

import contextlib
import datetime as dt
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from nicegui import ui

from ...coach.diary import (
    BACKFILL_DAYS,
    MEDICATION,
    NOTE_LENGTH,
    check,
    is_backfilled,
    merged,
    replaced,
)
from ...coach.diary_import import merge
from ...errors import PoiseError
from ...language import formats
from ...store.diary import DiaryRow
from ...words import strings
from ..context import context
from ..guided import VIA
from ..happened import Happened
from ..layout import frame
from ..parts import area, button, card, checks, el, empty, link, message, radios, scale, table

_SHOWN_DAYS = 14
_DRAFT = "diary "  # beginning of a draft's name; the day follows


def page(day: str = "") -> None:
    """Draw the page of one day. `day`: YYYY-MM-DD; else today."""
    today = context().today()
    about = today
    with contextlib.suppress(ValueError):
        about = dt.date.fromisoformat(day)
    about = min(max(about, today - dt.timedelta(BACKFILL_DAYS)), today)
    with frame("diary"), el("div", classes="grid"):
        with el("div", classes="stack two-thirds"):
            _other_drafts(about)
            _Form(about, today).show()
            _last(today)
        with el("div", classes="stack third"):
            Happened(about, today).show()
            _scores()


def _other_drafts(about: dt.date) -> None:
    """Link to other days with an unsaved draft."""
    days = [each for each in context().drafts.unsaved(_DRAFT) if each != str(about)]
    if not days:
        return
    with el("p", classes="message warm", id="drafts"):
        el("span", strings.DIARY_DRAFTS)
        for day in days:
            link(formats.date(dt.date.fromisoformat(day)), f"/diary?day={day}")


class _Form:
    """Form of the entry of `day`, which may lie before `today`. Before Save only the draft keeps the touched fields."""

    def __init__(self, day: dt.date, today: dt.date) -> None:
        self.day, self.today = day, today
        self.draft = context().drafts.of(f"{_DRAFT}{day}")
        self.parts: dict[str, Any] = {}

    def show(self) -> None:
        """Draw the card."""
        before = self._before()
        with card(strings.DIARY_FOR.format(formats.date(self.day)), draft=self.draft) as place:
            self.parts["card"] = place
            self._choose_day()
            if before:
                when = formats.moment(context().local(before.entered_utc_ms))
                el("p", strings.DIARY_CHANGED.format(when), "small muted")
            elif is_backfilled(self.day, self.today):
                el("p", strings.DIARY_BACKFILL, "small muted")
            self._marks()
            self._questions(self._answers(before))
            with el("div", classes="row"):
                button(strings.DIARY_SAVE, self._save, "primary", id="save")
            self.parts["said"] = el("div", role="status")
            if self.draft.values:
                with self.parts["said"]:
                    message(strings.DIARY_DRAFT, "warm")
                    button(strings.DIARY_DRAFT_DROP, self._discard, "quiet", id="discard")

    def _before(self) -> DiaryRow | None:
        return next(iter(context().store.diary.days(self.day, self.day)), None)

    def _answers(self, before: DiaryRow | None) -> dict[str, Any]:
        """Return the day's stored answers, overlaid with the fields touched here."""
        said = dict(self.draft.values)
        taken = set(before.medication if before else ())
        for name in MEDICATION:
            if name in said:
                (taken.add if said.pop(name) else taken.discard)(name)
        said["medication"] = tuple(name for name in MEDICATION if name in taken)
        if said.get("headache") is False:
            said.pop("headache_nrs", None)
        return merged(before, said)

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
                min=str(first), max=str(self.today), value=str(self.day), data_poise="no-draft",
            )  # fmt: skip
            chosen.on(
                "change",
                lambda event: ui.navigate.to(f"/diary?day={event.args}"),
                js_handler="(e) => e.target.value && emit(e.target.value)",
            )

    def _marks(self) -> None:
        times = context().headache_marks(self.day, self.day)
        if times:
            listed = ", ".join(formats.time(moment) for moment in times)
            el("p", strings.DIARY_MARKED.format(listed), "message good")

    def _questions(self, now: Mapping[str, Any]) -> None:
        yes_no = [(key, words) for key, words in strings.DIARY_YES_NO.items()]
        chosen = {True: "yes", False: "no", None: None}[now["headache"]]
        radios("headache", strings.DIARY_HEADACHE, yes_no, chosen, self._answer)
        self.parts["strength"] = el("div", classes="" if now["headache"] else "gone")
        with self.parts["strength"]:
            strength = self._set("headache_nrs")
            scale("strength", strings.DIARY_NRS, now["headache_nrs"], strength)
        note = strings.DIARY_SCALE
        scale("neck", strings.DIARY_NECK, now["neck_nrs"], self._set("neck_nrs"), note)
        classes = [(name, strings.DIARY_MEDICINES[name]) for name in MEDICATION]
        checks(
            "medicine", strings.DIARY_MEDICINE, classes, now["medication"], self._medicine,
            strings.DIARY_MEDICINE_NOTE,
        )  # fmt: skip
        area("note", strings.DIARY_NOTE, now["note"], self._set("note"), NOTE_LENGTH)

    def _set(self, name: str) -> Callable[[Any], None]:
        return lambda value: self.draft.values.update({name: value})

    def _answer(self, value: str) -> None:
        self.draft.values["headache"] = value == "yes"
        self.parts["strength"].classes(
            add="" if value == "yes" else "gone", remove="gone" if value == "yes" else ""
        )

    def _medicine(self, name: str, on: bool) -> None:
        self.draft.values[name] = on

    def _save(self) -> None:
        before, today = self._before(), context().today()
        row = DiaryRow(
            **self._answers(before),
            day=self.day,
            entered_utc_ms=context().clock.utc_ms(),
            backfilled=is_backfilled(self.day, today),
            via=VIA,
        )
        row = replace(row, note=row.note.strip())
        if row.headache is None and row.neck_nrs is None and not row.medication and not row.note:
            self._say(strings.DIARY_UNTOLD, "warm")
            return
        try:
            check(row, today)
            context().store.diary.put(row)
        except PoiseError as error:
            self._say(error.told, "warm")
            return
        self._forget()
        said = strings.DIARY_SAVED.format(formats.date(self.day))
        if gone := replaced(before, row):
            names, classes = strings.DIARY_BEFORE_NAMES, strings.DIARY_MEDICINES
            if "medication" in gone:
                gone["medication"] = ", ".join(
                    classes[name] for name in gone["medication"].split(", ")
                )
            listed = ", ".join(names[name].format(words) for name, words in gone.items())
            said = f"{said} {strings.DIARY_BEFORE.format(listed)}"
        self._say(said, "good")
        _last.refresh()

    def _forget(self) -> None:
        self.draft.drop()
        self.parts["card"].props["data-draft"] = self.draft.key

    def _discard(self) -> None:
        self._forget()
        ui.navigate.to(f"/diary?day={self.day}")

    def _say(self, text: str, kind: str) -> None:
        self.parts["said"].clear()
        with self.parts["said"]:
            message(text, kind)


# --- days so far


@ui.refreshable
def _last(today: dt.date) -> None:
    first = today - dt.timedelta(_SHOWN_DAYS - 1)
    entries = {row.day: row for row in context().store.diary.days(first, today)}
    with card(strings.DIARY_LAST):
        if not entries:
            empty(strings.DIARY_EMPTY, strings.DIARY_EMPTY_DO)
            return
        days = [today - dt.timedelta(n) for n in range(_SHOWN_DAYS)]
        marks = Counter(each.date() for each in context().headache_marks(first, today))
        lines = [_line(day, entries.get(day), marks[day]) for day in days]
        table(strings.DIARY_HEADS, lines, strings.DIARY_LAST)


def _line(day: dt.date, row: DiaryRow | None, marks: int) -> list[str]:
    told = strings.DIARY_MARKS.format(marks) if marks else ""
    if row is None:
        return [formats.date(day), told or strings.DIARY_NO_ENTRY, "", "", ""]
    notes = [row.note, told, _came(row)]
    return [
        formats.date(day),
        _headache(row),
        strings.DASH if row.neck_nrs is None else str(row.neck_nrs),
        ", ".join(strings.DIARY_MEDICINES[name] for name in row.medication) or strings.DASH,
        "; ".join(each for each in notes if each),
    ]


def _came(row: DiaryRow) -> str:
    if merge.VIA in row.via:
        return strings.DIARY_BROUGHT_IN
    return strings.DIARY_BACKFILLED if row.backfilled else ""


def _headache(row: DiaryRow) -> str:
    if row.headache is None:
        return strings.DASH
    if not row.headache:
        return strings.DIARY_SAID["no"]
    if row.headache_nrs is None:
        return strings.DIARY_SAID["yes"]
    return strings.DIARY_WITH.format(row.headache_nrs)


# --- scores


def _score(value: float) -> str:
    decimals = len(f"{value:g}".partition(".")[2])
    return formats.number(value, decimals)


def _scores() -> None:
    found = context().store.outcomes.history()
    with card(strings.SCORES, note=strings.SCORES_NOTE):
        if not found:
            empty(strings.SCORES_NONE, strings.SCORES_NONE_DO)
            return
        lines = [
            [strings.SCORES_NAMES[row.measure], _score(row.score), formats.date(row.day)]
            for row in reversed(found[-8:])
        ]
        table(strings.SCORES_HEADS, lines, strings.SCORES)
