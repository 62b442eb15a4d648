"""The tray on every page of the clinic: the clips that are plugged in, and the way to their patients' visits.

A page goes on or is drawn again by itself only until somebody works on it: what is typed, and what a pressed button
answers, would be gone with the page. clinic.js tells when somebody begins to.
"""

import json

from nicegui import ui
from nicegui.element import Element

from ...clinic.tray import Docked, State
from ...errors import PoiseError
from ...letters.keys import grouped
from ...words import clinic as words
from ...words import letters
from ..parts import card, el, link, message, select
from .context import desk

_LOOK_S = 1.0
_NOBODY = ""


class TrayView:
    """The tray. `patient_id`: whose page this is, None for the list.

    `goes`: this page goes to the visit of a clip that is plugged in alone, and draws again when its log has come in.
    """

    def __init__(self, patient_id: int | None, *, goes: bool) -> None:
        self._patient_id = patient_id
        self._goes = goes
        self._place: Element | None = None
        self._notice: Element | None = None
        self._timer: ui.timer | None = None
        self._is_worked_on = False
        self._has_new = False
        self._leaves_for: str | None = None  # where the page is going by itself
        self._list: Element | None = None
        self._lines: dict[str, tuple[Element, tuple[object, ...]]] = {}
        self._chosen: dict[str, str] = {}
        self._came: set[str] = (
            set()
        )  # clips of this patient whose log comes in while the page is open

    def show(self) -> None:
        """Draw the tray, and look again each second."""
        if desk().tray is None:
            return
        if self._goes:
            ui.on("clinic-worked-on", self._worked_on)
        self._notice = el("div", role="status")
        of_patient = self._patient_id is not None
        tray = {"id": "tray", "role": "status", "data_of_patient": of_patient}
        self._place = el("div", classes="tray", **tray)
        self._timer = ui.timer(_LOOK_S, self._look, immediate=False)
        self._look()

    def _look(self) -> None:
        tray = desk().tray
        assert tray is not None
        clips = tray.all()
        self._has_new = self._is_new(clips) or self._has_new
        # A page that was just closed looks for a while yet: it must not take the opening from one that is seen.
        if self._goes and ui.context.client.has_socket_connection:
            patient_id = tray.to_open()
            if patient_id is not None and patient_id != self._patient_id:
                self._leave(_visit(patient_id))
            elif self._has_new:
                self._has_new = False
                self._leave("")
        if self._leaves_for is None:
            self._draw(clips)

    def _leave(self, address: str) -> None:
        """Go to this address, or draw the page again, unless somebody works on it. The browser has the last word."""
        if self._is_worked_on:
            self._tell(address)
            return
        assert self._timer is not None
        self._timer.deactivate()
        self._leaves_for = address
        ui.run_javascript(f"poiseClinic.leave({json.dumps(address)})")

    def _worked_on(self) -> None:
        """Stay from now on, also if the page was just about to leave."""
        self._is_worked_on = True
        if self._leaves_for is None:
            return
        assert self._timer is not None
        self._tell(self._leaves_for)
        self._leaves_for = None
        self._timer.activate()

    def _tell(self, address: str) -> None:
        """Tell of records that the page does not show yet. Of another patient's clip the tray itself tells."""
        assert self._notice is not None
        if address or self._patient_id is None:
            return
        self._notice.clear()
        with self._notice, el("div", classes="row"):
            message(words.TRAY_NEW)
            link(words.TRAY_NEW_SHOW, _visit(self._patient_id), "button", id="show-new")

    def _draw(self, clips: list[Docked]) -> None:
        """Draw the clips that have changed. The others stay, and what is being chosen in them."""
        assert self._place is not None
        if not clips:
            self._place.clear()
            self._list, self._lines = None, {}
            return
        if self._list is None:
            with self._place, card(words.TRAY, "tray"):
                self._list = el("ul", classes="clips")
        here = {_key(one): one for one in clips}
        for key in self._lines.keys() - here.keys():
            self._list.remove(self._lines.pop(key)[0])
        for key, one in here.items():
            line, drawn = self._lines.get(key, (None, None))
            if (state := _state(one)) == drawn:
                continue
            if line is None:
                with self._list:
                    line = el("li", classes="row")
            line.clear()
            line.props["data-state"] = one.state.value
            line.update()
            with line:
                self._clip(one)
            self._lines[key] = (line, state)

    def _is_new(self, clips: list[Docked]) -> bool:
        """Return True once after new records or a letter of this page's patient have come in."""
        for one in clips:
            if one.patient_id != self._patient_id or self._patient_id is None:
                continue
            if one.state is State.BRINGING:
                self._came.add(one.clip_id)
            elif one.state is State.DONE and one.clip_id in self._came and (one.new or _took(one)):
                self._came.discard(one.clip_id)
                return True
        return False

    def _clip(self, one: Docked) -> None:
        name = self._name(one)
        el("span", name, "lead")
        el("span", words.tray_line(one.state.value, one))
        if one.expected and one.state in (State.BRINGING, State.PULLED):
            share = f"{100 * one.came / one.expected:.0f}"
            el("progress", value=share, max="100", aria_label=words.TRAY_PROGRESS.format(name))
        self._letter(one)
        if one.patient_id is not None and one.patient_id != self._patient_id:
            link(words.TRAY_VISIT, _visit(one.patient_id), "button")
        if one.state is State.WHOSE:
            self._ask(one)

    def _letter(self, one: Docked) -> None:
        """Tell what became of the letter that the clip brought."""
        mail = one.mail
        if mail is None:
            return
        if mail.taken is not None:
            message(letters.TAKEN.format(letters.counts(mail.taken.rows)))
        if mail.taken is not None and mail.taken.first:
            message(letters.NEW_KEY.format(grouped(mail.taken.row.fingerprint)), "warm")
        if mail.refused is not None:
            message(letters.REFUSED.format(mail.refused.told), "warm")

    def _name(self, one: Docked) -> str:
        if one.patient_id is not None:
            return desk().patient(one.patient_id).store.patient.name
        return words.TRAY_CLIP.format(one.clip_id[-4:]) if one.clip_id else words.TRAY_SOMETHING

    def _ask(self, one: Docked) -> None:
        """Ask whose the clip is. One that says it is another clinic's is not given away from here."""
        if one.trouble:
            message(one.trouble, "warm")
            return
        if one.assignment:
            message(words.TRAY_ELSEWHERE.format(one.says or words.TRAY_SOMEBODY), "warm")
            return
        known = [each for each in desk().store.patients.all() if each.archived_utc_ms is None]
        options = [(_NOBODY, words.TRAY_NOBODY), *((str(p.patient_id), p.name) for p in known)]
        chosen = self._chosen.get(one.port, _NOBODY)
        name = f"whose-{one.clip_id[-4:]}"
        select(name, words.TRAY_WHOSE, options, chosen, lambda to: self._choose(one.port, to))
        said = el("div", role="status")

        async def give(to: str) -> None:
            said.clear()
            tray = desk().tray
            if tray is None or to not in {str(each.patient_id) for each in known}:
                with said:
                    message(words.TRAY_CHOOSE, "warm")
                return
            try:
                await tray.give(one.port, int(to), desk().clock.utc_ms())
            except PoiseError as error:
                with said:
                    message(error.told, "warm")

        # Who is chosen comes with the click: a choice in the moment in which the tray is drawn again gets lost.
        el("button", words.TRAY_GIVE, "button", type="button", id=f"give-{one.clip_id[-4:]}").on(
            "click",
            lambda event: give(str(event.args)),
            js_handler=f"() => emit(document.getElementById('{name}').value)",
        )

    def _choose(self, port: str, patient_id: str) -> None:
        self._chosen[port] = patient_id


def _took(one: Docked) -> bool:
    return one.mail is not None and one.mail.taken is not None


def _visit(patient_id: int) -> str:
    return f"/clinic/patient/{patient_id}"


def _key(one: Docked) -> str:
    """Return what a clip's line is known by: the clip of a line that outlives its port, else the port."""
    return one.clip_id if one.state is State.PULLED else one.port


def _state(one: Docked) -> tuple[object, ...]:
    """Return what of a clip the page shows, so that it is drawn again only when that changes."""
    left = None if one.left_s is None else round(one.left_s)
    shown = (one.port, one.state, one.clip_id, one.patient_id, one.battery_pct, one.trouble)
    return (*shown, one.came, one.expected, one.new, left, one.mail)
