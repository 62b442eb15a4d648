"""List of patients: who was seen when, and what asks for attention. Search, add, archive."""

import datetime as dt
from typing import Any

from nicegui import ui
from nicegui.element import Element

from ....errors import PoiseError
from ....history.roster import Listed, listed
from ....language import formats
from ....store.patients import MOST_CHARACTERS
from ....words import clinic as words
from ...parts import button, card, drawn, el, empty, message, text
from ..context import desk
from ..layout import address_of, frame


def page() -> None:
    """Draw the page."""
    with frame("patients", words.NAV["patients"], goes=True):
        _Page().show()


class _Page:
    """The list, its search, and the form that adds a patient."""

    def __init__(self) -> None:
        self._archived = False  # also show archived patients
        self._place: Element | None = None
        self._said: Element | None = None

    def show(self) -> None:
        """Draw everything."""
        with el("div", classes="field search"):
            el("label", words.SEARCH, for_="search")
            el(
                "input",
                classes="input",
                id="search",
                type="search",
                autocomplete="off",
                data_clinic="search",
                aria_controls="patients",
            )
        self._said = el("div", role="status")
        self._place = el("div", classes="stack", id="patients")
        ui.on("clinic-archive", lambda event: self._asked(event.args))
        self._draw()
        self._add()

    def _draw(self) -> None:
        assert self._place is not None
        self._place.clear()
        found = listed(desk().store, desk().clock.utc_ms())
        shown = [one for one in found if self._archived or not one.archived]
        with self._place:
            if not shown:
                empty(words.PATIENTS_NONE, words.PATIENTS_NONE_DO)
            else:
                with card():
                    drawn(_table(shown), "list")
                    el("p", words.SEARCH_NONE, "muted", data_clinic="none", hidden=True)
            if any(one.archived for one in found):
                label = words.HIDE_ARCHIVED if self._archived else words.SHOW_ARCHIVED
                with el("div", classes="row"):
                    button(label, self._switch, "quiet", id="archived")

    def _switch(self) -> None:
        self._archived = not self._archived
        self._draw()

    def _asked(self, said: dict[str, Any]) -> None:
        """Do what a button of the list asks for: which patient, and whether it is brought back."""
        self._archive(int(said["patient"]), undo=bool(said["undo"]))

    def _archive(self, patient_id: int, *, undo: bool) -> None:
        here = desk()
        now, theirs = here.clock.utc_ms(), here.patient(patient_id).store
        here.store.patients.archive(patient_id, None if undo else now)
        theirs.audit.put("brought_back" if undo else "archived", now)
        name = theirs.patient.name
        self._draw()
        assert self._said is not None
        self._said.clear()
        with self._said, el("div", classes="row"):
            message((words.BROUGHT_BACK if undo else words.ARCHIVED).format(name))
            button(words.UNDO, lambda: self._archive(patient_id, undo=not undo), id="undo")

    def _add(self) -> None:
        with card(words.ADD, "after", words.ADD_NOTE):
            with el("div", classes="field"):
                el("label", words.ADD_LABEL, for_="pseudonym")
                el(
                    "input",
                    classes="input",
                    id="pseudonym",
                    maxlength=str(MOST_CHARACTERS),
                    autocomplete="off",
                )
            said = el("div", role="status")

            def add(pseudonym: str) -> None:
                said.clear()
                try:
                    now = desk().clock.utc_ms()
                    added = desk().store.patients.add(pseudonym, now)
                    desk().store.of_patient(added).audit.put("added", now)
                except PoiseError as error:
                    with said:
                        message(error.told, "warm")
                    return
                ui.navigate.to(address_of(added.patient_id))

            with el("div", classes="row"):
                el("button", words.ADD_BUTTON, "button primary", type="button", id="add").on(
                    "click",
                    lambda event: add(str(event.args)),
                    js_handler="() => emit(document.getElementById('pseudonym').value)",
                )


def _table(shown: list[Listed]) -> str:
    """Return the list as one piece of markup: a thousand rows of elements would take seconds."""
    heads = "".join(
        f'<th scope="col" role="columnheader">{text(head)}</th>' for head in words.LIST_HEADS
    )
    known = {one.last_visit for one in shown} | {one.newest for one in shown}
    days = {day: text(formats.long_date(day) if day else words.NEVER) for day in known}
    lines = "".join(_row(one, days) for one in shown)
    return (
        f'<table role="table" data-clinic="list"><caption class="hidden">{text(words.LIST)}</caption>'
        f'<thead role="rowgroup"><tr role="row">{heads}</tr></thead><tbody role="rowgroup">{lines}</tbody></table>'
    )


def _row(one: Listed, days: dict[dt.date | None, str]) -> str:
    name = text(one.pseudonym or words.NO_PSEUDONYM)
    cells = [days[one.last_visit], days[one.newest], _badges(one)]
    label = words.BRING_BACK if one.archived else words.ARCHIVE
    press = (
        f'<button type="button" class="button quiet" data-archive="{one.patient_id}" data-undo="{int(one.archived)}" '
        f'aria-label="{text(words.NAMED.format(act=label, patient=one.pseudonym))}">{text(label)}</button>'
    )
    told = "".join(
        f'<td role="cell" data-head="{text(head)}">{cell}</td>'
        for head, cell in zip(words.LIST_HEADS[1:], [*cells, press], strict=True)
    )
    return (
        f'<tr role="row" data-find="{text(one.pseudonym.casefold())}"><th scope="row" role="rowheader">'
        f'<a class="target" href="{address_of(one.patient_id)}">{name}</a></th>{told}</tr>'
    )


def _badges(one: Listed) -> str:
    told = [words.LIST_FLAGS[kind].format(number) for kind, number in one.flags]
    badges = "".join(f'<span class="badge">{text(each)}</span>' for each in told)
    return f'<span class="badges">{badges}</span>' if badges else ""
