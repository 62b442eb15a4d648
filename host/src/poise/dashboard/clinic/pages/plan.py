"""The plan editor's page: the plan in force or an empty one as a draft, changed by clicks, and signed."""

from nicegui import ui

from ....words import editor as words
from ...context import PageContext
from ...parts import el, link, message
from ..editor.copypart import COPY, PDF
from ..editor.editing import Editing
from ..editor.exercises import Exercises
from ..editor.fields import Fields
from ..editor.programme import Programme
from ..editor.signing import Signing, in_force
from ..layout import address_of, patient_frame


def page(patient_id: int) -> None:
    """Draw the page."""
    with patient_frame(patient_id, "plan") as here:
        if here is not None:
            _Editor(patient_id, here).show()


class _Editor:
    """The parts of one browser page, drawn again as a whole after a signature."""

    def __init__(self, patient_id: int, here: PageContext) -> None:
        self.here = here
        self.addresses = {
            words.COPY: COPY,
            words.COPY_PDF: PDF,
            words.COPY_LETTER: f"{PDF}?paper=letter",
        }
        self.addresses = {name: address_of(patient_id, end) for name, end in self.addresses.items()}
        self.said: list[str] = []  # after a signature

    def show(self) -> None:
        """Draw the form, and the signature below it."""
        self._form()

    @ui.refreshable_method
    def _form(self) -> None:
        editing = Editing(self.here)
        fields = Fields(editing)
        exercises = Exercises(editing, fields)
        if self.here.plan_fault:
            message(f"{words.UNREADABLE} {self.here.plan_fault}", "warm")
        with el("div", classes="stack tight intro", id="signed", tabindex="-1"):
            for each in self.said:
                message(each)
            self._in_force(editing)
            el("p", words.NOTE, "small muted")
        with el("div", classes="editor"):
            with el("div", classes="stack"):
                exercises.show()
            with el("div", classes="stack"):
                Signing(editing, fields, self._again).show()
                Programme(editing, fields, exercises).show()
        fields.check()

    def _in_force(self, editing: Editing) -> None:
        if not (said := in_force(editing)):
            return
        with el("div", classes="row"):
            el("p", said, "muted")
            for name, address in self.addresses.items():
                link(name, address, "button", target="_blank")

    def _again(self, said: list[str]) -> None:
        self.said = said
        self._form.refresh()
        ui.context.client.run_javascript('poise.focus("#signed")')
