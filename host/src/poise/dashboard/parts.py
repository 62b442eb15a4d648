"""Native HTML elements whose text is never markup, and the few compositions that pages share."""

from collections.abc import Callable, Iterable, Sequence
from html import escape
from typing import Any

from nicegui import ui
from nicegui.element import Element
from nicegui.elements.mixins.text_element import TextElement

from ..words import strings
from .drafts import Draft


def el(tag: str, text: str = "", classes: str = "", **attributes: Any) -> Element:
    """Make an element. `attributes`: HTML's with `_` for `-` (`aria_label`); a trailing `_` is dropped (`for_`).

    None and False leave an attribute out; True is an attribute without a value. `value` is a field's first value:
    `^` keeps Vue from setting it again, since any change on the page would otherwise undo the user's typing.
    """
    made = TextElement(tag=tag, text=text) if text else Element(tag)
    if classes:
        made.classes(classes)
    for name, value in attributes.items():
        if value is not None and value is not False:
            key = "^value" if name == "value" else name.rstrip("_").replace("_", "-")
            made.props[key] = value
    return made


def button(text: str, act: Callable[..., Any], classes: str = "", **attributes: Any) -> Element:
    """Make a button that calls `act` when it is pressed."""
    return el("button", text, f"button {classes}", type="button", **attributes).on("click", act)


def disable(control: Element, is_disabled: bool) -> None:
    """Disable a control, or enable it again."""
    if is_disabled:
        control.props["disabled"] = True
    else:
        control.props.pop("disabled", None)
    control.update()


def link(text: str, to: str, classes: str = "target", **attributes: Any) -> Element:
    """Make a link to one of our pages, as large as a finger by itself."""
    return el("a", text, classes, href=to, **attributes)


def card(title: str = "", classes: str = "", note: str = "", draft: Draft | None = None) -> Element:
    """Make a section with a heading, to be filled with `with`. `draft`: of the form in it."""
    key = draft.key if draft else None
    section = el("section", classes=f"card {classes}", aria_label=title or None, data_draft=key)
    with section:
        if title:
            el("h2", title)
        if note:
            el("p", note, "muted")
    return section


def rows(pairs: Iterable[tuple[str, str]]) -> None:
    """Draw names and values as a description list."""
    with el("dl", classes="rows"):
        for name, value in pairs:
            with el("div"):
                el("dt", name)
                el("dd", value)


def bullets(lines: Iterable[str], classes: str = "") -> None:
    """Draw a list."""
    with el("ul", classes=f"bullets {classes}"):
        for line in lines:
            el("li", line)


def steps(lines: Iterable[str]) -> None:
    """Draw what to do as a numbered list."""
    with el("ol", classes="steps"):
        for line in lines:
            el("li", line)


def table(heads: Iterable[str], lines: Iterable[Iterable[str]], caption: str) -> None:
    """Draw a table; the first cell of each line is its heading. A table that is too wide scrolls by itself.

    On a narrow screen each line becomes a block, its cells under one another with their column's name. The style for
    that takes the table's meaning away, so the roles say it again.
    """
    names = tuple(heads)
    with (
        el("div", classes="scroll", tabindex="0", role="group", aria_label=caption),
        el("table", role="table"),
    ):
        el("caption", caption, "hidden")
        with el("thead", role="rowgroup"), el("tr", role="row"):
            for head in names:
                el("th", head, scope="col", role="columnheader")
        with el("tbody", role="rowgroup"):
            for line in lines:
                with el("tr", role="row"):
                    first, *others = line
                    el("th", first, scope="row", role="rowheader")
                    for name, cell in zip(names[1:], others, strict=True):
                        el("td", cell, role="cell", data_head=name)


def more(summary: str, *, is_open: bool = False) -> Element:
    """Make a container whose content opens on demand. `is_open`: it begins open."""
    details = el("details", classes="more", open=is_open)
    with details:
        el("summary", summary)
    return details


def drawn(svg: str, classes: str = "", scrolls: str = "") -> None:
    """Show an SVG drawing of our own making, whose maker has escaped its text.

    `scrolls`: name of a drawing that may be wider than the page, so that keys can scroll it.
    """
    made = ui.html(svg, sanitize=False).classes(classes)
    if scrolls:
        made.props.update({"tabindex": "0", "role": "group", "aria-label": scrolls})


def empty(text: str, what_to_do: str) -> None:
    """Draw a placeholder where there is nothing to show yet."""
    with el("div", classes="empty"):
        el("p", text)
        el("p", what_to_do, "muted")


def scale(
    name: str,
    legend: str,
    chosen: int | None,
    choose: Callable[[int], Any],
    note: str = "",
    *,
    at_once: bool = False,
) -> None:
    """Draw pain from 0 to 10 as native radio buttons.

    `at_once`: a choice is an answer; passing with arrow keys is not.
    """
    options = [(str(n), str(n)) for n in range(11)]
    picked = None if chosen is None else str(chosen)
    classes = "numbers at-once" if at_once else "numbers"
    radios(
        name, legend, options, picked, lambda value: choose(int(value)), classes=classes, note=note
    )


def radios(
    name: str,
    legend: str,
    options: list[tuple[str, str]],
    chosen: str | None,
    choose: Callable[[str], Any],
    *,
    classes: str = "",
    note: str = "",
) -> None:
    """Draw radio buttons for `options`, (value, words). `choose` gets the chosen value."""
    with el("fieldset", classes=f"choice {classes}"):
        el("legend", legend)
        with el("div", classes="options"):
            for value, words in options:
                _option("radio", name, value, words, value == chosen, lambda v, _on: choose(v))
        if note:
            el("p", note, "small muted")


def checks(
    name: str,
    legend: str,
    options: list[tuple[str, str]],
    chosen: Iterable[str],
    choose: Callable[[str, bool], Any],
    note: str = "",
) -> None:
    """Draw check boxes for `options`, (value, words). `choose` gets a value and its new state."""
    on = set(chosen)
    with el("fieldset", classes="choice"):
        el("legend", legend)
        with el("div", classes="options"):
            for value, words in options:
                _option("checkbox", name, value, words, value in on, choose)
        if note:
            el("p", note, "small muted")


def _option(
    kind: str, name: str, value: str, words: str, on: bool, choose: Callable[[str, bool], Any]
) -> None:
    with el("label", classes="option"):
        box = el("input", type=kind, name=name, value=value, checked=on)
        box.on(
            "change",
            lambda event: choose(value, bool(event.args)),
            js_handler="(e) => poise.meant(e) && emit(e.target.checked)",
        )
        el("span", words)


def area(
    name: str, label: str, value: str, write: Callable[[str], Any], most: int, rows: int = 2
) -> None:
    """Draw a box for a few words. `write` gets the whole text at each change."""
    with el("div", classes="field"):
        el("label", label, for_=name)
        box = el("textarea", value, "input", id=name, maxlength=str(most), rows=str(rows))
        box.on(
            "input",
            lambda event: write(str(event.args)[:most]),
            js_handler="(e) => emit(e.target.value)",
        )


def entry(
    name: str,
    label: str,
    write: Callable[[str], Any],
    classes: str = "input",
    on: str = "input",
    note: str = "",
    **attributes: Any,
) -> None:
    """Draw a box for one line, a day or a time. `write` gets the whole value at each event `on`."""
    with el("div", classes="field"):
        el("label", label, for_=name)
        box = el("input", classes=classes, id=name, **attributes)
        box.on(on, lambda event: write(str(event.args)), js_handler="(e) => emit(e.target.value)")
        if note:
            el("p", note, "small muted")


def select(
    name: str,
    label: str,
    options: Sequence[tuple[str, str]],
    chosen: str,
    choose: Callable[[str], Any],
) -> None:
    """Draw a drop-down list of `options`, (value, words). `choose` gets the chosen value."""
    with el("div", classes="field"):
        el("label", label, for_=name)
        with el("select", classes="input", id=name) as box:
            for value, words in options:
                el("option", words, value=value, selected=value == chosen)
        known = {value for value, _ in options}
        box.on(
            "change",
            lambda event: choose(event.args) if event.args in known else None,
            js_handler="(e) => emit(e.target.value)",
        )


def message(text: str, kind: str = "good") -> None:
    """Draw a message about the last action, which a screen reader reads out. `kind`: good, warm."""
    el("p", text, f"message {kind}", role="status")


def minutes(value: float) -> str:
    """Return a duration, in minutes, as text."""
    whole = round(value)
    if whole < 60:
        return strings.MINUTES.format(whole)
    return strings.HOURS.format(whole // 60, whole % 60)


def text(value: str) -> str:
    """Return the text escaped for use in a drawing."""
    return escape(value, quote=True)
