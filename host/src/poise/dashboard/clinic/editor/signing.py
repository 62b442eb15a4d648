"""The end of the editor: what the check says, what changes, and the name that puts the plan in force."""

from collections.abc import Callable

from nicegui import ui

from ....coach.plan.check import Fault
from ....coach.plan.difference import differences
from ....coach.plan.outlook import warnings
from ....coach.safety import clinic_name
from ....errors import PoiseError
from ....history.plan_in_force import put_in_force
from ....language import formats
from ....words import editor as words
from ...parts import bullets, button, card, disable, el, message, more
from ..context import desk
from ..whopart import who_field
from .editing import Editing
from .fields import Fields

_SHOWN = 12  # faults without a field; more of them say nothing more


class Signing:
    """The card. `again` draws the page again after a signature, with what there is to say, or a dropped draft."""

    def __init__(
        self, editing: Editing, fields: Fields, again: Callable[[list[str]], object]
    ) -> None:
        self.editing = editing
        self.fields = fields
        self.again = again

    def show(self) -> None:
        """Draw the card."""
        with card(words.SIGN, "accent-edge"), el("div", classes="stack tight"):
            self._state()
            who_field("by", words.BY, words.BY_NOTE, self._named)
            with el("div", classes="row"):
                self.button = button(words.SIGN_BUTTON, self._sign, "primary", id="sign")
                button(words.DISCARD, self._discard, "quiet", id="discard")
            self.place = el("div", role="status", id="signed")
            self._able()
            with more(words.FILE):
                self._file()
        self.editing.follow(self._changed)

    def _changed(self) -> None:
        self._state.refresh()
        self._file.refresh()
        self._able()

    def _able(self) -> None:
        disable(self.button, bool(self.editing.draft.faults) or not desk().therapist.strip())

    @ui.refreshable_method
    def _state(self) -> None:
        homeless = self.fields.check()
        plan = self.editing.plan()
        if plan is None:
            self._faults(homeless)
            return
        here, before = self.editing.here, self.editing.before
        found = differences(before, plan)
        if before is not None and not found:
            el("p", words.NO_CHANGE, id="no-change")
        if found:
            el("h3", words.FIRST if before is None else words.CHANGES)
            bullets(found, "changes")
        if notes := warnings(plan, here.today()):
            el("h3", words.NOTES_HEAD)
            bullets(notes)

    def _faults(self, homeless: list[Fault]) -> None:
        el("p", words.faults(len(self.editing.draft.faults)), "message warm", id="faults")
        bullets([fault.text for fault in homeless[:_SHOWN]])

    @ui.refreshable_method
    def _file(self) -> None:
        el("pre", self.editing.draft.text, "file", tabindex="0", aria_label=words.FILE)

    def _named(self, before: str) -> None:
        if self.editing.draft.value(("therapist",), "") in ("", before):
            self.editing.typed(("therapist",), desk().therapist)  # nobody else writes this plan
        self._able()

    async def _sign(self) -> None:
        here, draft = self.editing.here, self.editing.draft
        self.place.clear()
        try:
            plan = draft.plan()
            who = clinic_name(desk().therapist, plan.patient)
            kept = put_in_force(here.store, draft.text, plan, who, here.clock.utc_ms())
        except PoiseError as error:
            with self.place:
                message(error.told, "warm")
            return
        self.editing.drop()
        posted = await desk().deliver(here)
        self.again([words.SIGNED.format(mark=kept.mark, who=who), posted])

    def _discard(self) -> None:
        self.editing.drop()
        self.again([])


def in_force(editing: Editing) -> str:
    """Return which plan is in force, in words; "" before the first."""
    current = editing.here.store.plans.current()
    if current is None:
        return ""
    since = formats.long_date(editing.here.local(current.when_utc_ms).date())
    return words.RECENT.format(mark=current.mark, since=since, who=current.who)
