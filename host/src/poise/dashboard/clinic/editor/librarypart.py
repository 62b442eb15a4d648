"""The library: every built-in exercise with its drawing and usual start, and one click that puts it into the draft."""

from collections.abc import Callable

from ....coach.plan import library
from ....coach.plan.library import LibraryExercise
from ....language import _, ngettext
from ....words import editor as words
from ...parts import button, card, drawn, el, more


def show_library(add: Callable[[str], object], *, is_open: bool) -> None:
    """Draw the library. `add` gets the id of the chosen exercise, "" for one of the therapist's own."""
    with card(), more(words.ADD, is_open=is_open), el("div", classes="stack"):
        for phase, title in words.PHASES_OF_LIBRARY.items():
            found = [each for each in library.library().values() if each.phase == phase]
            el("h3", title)
            with el("ul", classes="shelf"):
                for each in found:
                    _one(each, add)
        with el("div", classes="row"):
            button(words.ADD_OWN, lambda: add(""), id="add-own")


def _one(each: LibraryExercise, add: Callable[[str], object]) -> None:
    name = _(each.name)
    with el("li", classes="book"):
        drawn(library.drawing_svg(each.id), "drawing")
        el("p", name, "strong")
        el("p", words.USUAL.format(dose=_dose(each)), "small muted")
        label = words.ADD_LABEL.format(name=name)
        button(words.ADD_SHORT, lambda: add(each.id), id=f"add-{each.id}", aria_label=label)


def _dose(each: LibraryExercise) -> str:
    count = ngettext("{count} repetition", "{count} repetitions", each.reps).format(count=each.reps)
    hold = ", " + _("hold {seconds} s").format(seconds=each.hold_s) if each.hold_s else ""
    return f"{count}{hold}"
