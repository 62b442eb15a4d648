"""The editor's fields: a label, a control, and beside it the fault that the check finds as one types."""

from collections.abc import Callable, Iterable, Sequence

from nicegui.element import Element
from nicegui.elements.mixins.text_element import TextElement

from ....coach.plan.check import Fault
from ....coach.plan.toml_lines import Path
from ....words import editor as words
from ...parts import el
from .editing import Editing

_TYPED = "(e) => emit(e.target.value)"


class Fields:
    """All fields of one page. A fault stands beside the field of its path, or of the path's beginning."""

    def __init__(self, editing: Editing) -> None:
        self.editing = editing
        self._places: dict[Path, tuple[Element | None, TextElement]] = {}
        editing.follow(self.check)

    def forget(self, beginning: str) -> None:
        """Forget the fields of a part that is drawn again."""
        kept = {path: place for path, place in self._places.items() if path[0] != beginning}
        self._places = kept

    def check(self) -> list[Fault]:
        """Show each fault beside its field. Return those that have no field here."""
        faults = self.editing.draft.faults
        said: dict[Path, list[str]] = {path: [] for path in self._places}
        homeless: list[Fault] = []
        for fault in faults:
            at = next((p for p in _upwards(fault.path) if p in said), None)
            homeless.append(fault) if at is None else said[at].append(fault.text)
        for path, (control, place) in self._places.items():
            _say(control, place, "; ".join(dict.fromkeys(said[path])))
        return homeless

    def text(
        self,
        path: Path,
        label: str,
        *,
        kind: str = "text",
        default: object = "",
        note: str = "",
        name: str = "",
        most: int = 100,
        write: Callable[[str], object] | None = None,
        also: Sequence[Path] = (),
    ) -> None:
        """Draw a field for one line. `kind`: text, number, date, time. `also`: further paths whose faults stand here.

        `write` gets the text at each change; without it the draft's field at `path` does.
        """
        box = name or _name(path)
        put = write or (lambda text: self.editing.typed(path, text))
        value = self.editing.draft.value(path, default) if write is None else default
        typed = {"number": {"type": "text", "inputmode": "numeric"}}.get(kind, {"type": kind})
        with el("div", classes=f"field {'few' if kind != 'text' else ''}"):
            el("label", label, for_=box)
            control = el(
                "input",
                classes="input",
                id=box,
                maxlength=str(most),
                value=str(value),
                autocomplete="off",
                aria_describedby=f"{box}-fault",
                **typed,
            )
            control.on("input", lambda event: put(str(event.args)[:most]), js_handler=_TYPED)
            if note:
                el("p", note, "small muted")
            self.place((path, *also), box, control)

    def area(self, path: Path, label: str, value: str, most: int, rows: int = 4) -> None:
        """Draw a field for several lines."""
        box = _name(path)
        with el("div", classes="field"):
            el("label", label, for_=box)
            control = el(
                "textarea",
                value,
                "input",
                id=box,
                maxlength=str(most),
                rows=str(rows),
                aria_describedby=f"{box}-fault",
            )
            control.on(
                "input",
                lambda event: self.editing.typed(path, str(event.args)[:most]),
                js_handler=_TYPED,
            )
            self.place((path,), box, control)

    def place(self, paths: Iterable[Path], name: str, control: Element | None = None) -> None:
        """Make room for the faults of these paths."""
        fault = TextElement(tag="p", text="")
        fault.classes("fault small")
        fault.props.update({"id": f"{name}-fault", "role": "status"})
        for path in paths:
            self._places[path] = (control, fault)


def exercise_field(name: str) -> tuple[str, str]:
    """Return the label and the note of an exercise's field."""
    return words.FIELDS[name], words.NOTES.get(name, "")


def _name(path: Path) -> str:
    return "-".join(map(str, path))


def _upwards(path: Path) -> Iterable[Path]:
    return (path[:length] for length in range(len(path), 0, -1))


def _say(control: Element | None, place: TextElement, text: str) -> None:
    if place.text == text:
        return
    place.set_text(text)
    if control is None:
        return
    if text:
        control.props["aria-invalid"] = "true"
    else:
        control.props.pop("aria-invalid", None)
    control.update()
