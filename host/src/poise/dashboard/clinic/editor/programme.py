"""The draft beside its exercises: goal, precautions, phases, alerts, buzzes, and what comes after the programme."""

import datetime as dt

from nicegui import ui

from ....coach import taper
from ....coach.plan.check import as_list
from ....coach.plan.draft import Draft
from ....coach.plan.plan import MAX_PRECAUTIONS
from ....coach.plan.rules import MAX_PHASES
from ....coach.progression import check_ins
from ....language import formats
from ....words import editor as words
from ...parts import button, card, el, more, radios
from .editing import Editing
from .exercises import Exercises
from .fields import Fields

_BUZZ = {"threshold_deg": 20, "per_hour": 3, "per_day": 10, "strength_pct": 60}


class Programme:
    """The cards beside the exercises. `exercises` is drawn again where a change here concerns it."""

    def __init__(self, editing: Editing, fields: Fields, exercises: Exercises) -> None:
        self.editing = editing
        self.fields = fields
        self.exercises = exercises
        editing.follow(self._later.refresh)

    @property
    def draft(self) -> Draft:
        """The whole draft."""
        return self.editing.draft

    def show(self) -> None:
        """Draw the cards."""
        with card(words.PROGRAMME), el("div", classes="stack tight"):
            if not self.editing.here.store.patient.pseudonym:
                self.fields.text(("patient",), words.PATIENT)
            self.fields.text(("graduation", "goal"), words.GOAL, most=200)
            self._precautions()
            self._phases()
        with card(words.ALERTS, note=words.ALERTS_NOTE), el("div", classes="fields"):
            for key, label in words.ALERT.items():
                self.fields.text(("alerts", key), label, kind="number", default=0)
        self._later()
        with card(), more(words.MORE_PROGRAMME), el("div", classes="stack tight"):
            self.fields.text(("therapist",), words.THERAPIST)
            self.fields.text(("timezone",), words.TIMEZONE)
            self._quiet()
            self.fields.text(("reminders", "diary"), words.DIARY, kind="time")
            self._buzzes()

    # --- precautions

    @ui.refreshable_method
    def _precautions(self) -> None:
        self.fields.forget("precautions")
        listed = list(as_list(self.draft.value(("precautions",), [])) or [])
        el("h3", words.PRECAUTIONS)
        for place in range(len(listed)):
            path = ("precautions", str(place))
            label = words.PRECAUTION.format(number=place + 1)
            with el("div", classes="fields moments"):
                self.fields.text(
                    path,
                    label,
                    default=listed[place],
                    most=200,
                    write=lambda text, place=place: self._precaution(place, text),
                )
                button(
                    words.PRECAUTION_REMOVE,
                    lambda place=place: self._less(place),
                    "quiet",
                    aria_label=words.PRECAUTION_REMOVE_LABEL.format(number=place + 1),
                )
        self.fields.place((("precautions",),), "precautions")
        if len(listed) < MAX_PRECAUTIONS:
            with el("div", classes="row"):
                button(words.PRECAUTION_ADD, self._another, id="add-precaution")

    def _listed(self) -> list[str]:
        return list(as_list(self.draft.value(("precautions",), [])) or [])

    def _precaution(self, place: int, text: str) -> None:
        listed = self._listed()
        listed[place] = text
        self.editing.put(self.draft.put(("precautions",), listed))

    def _another(self) -> None:
        self.editing.put(self.draft.put(("precautions",), [*self._listed(), ""]))
        self._precautions.refresh()

    def _less(self, place: int) -> None:
        listed = self._listed()
        del listed[place]
        self.editing.put(self.draft.put(("precautions",), listed or None))
        self._precautions.refresh()

    # --- phases

    @ui.refreshable_method
    def _phases(self) -> None:
        self.fields.forget("phases")
        phases = self.draft.phases
        el("h3", words.PHASES)
        if phases:
            el("p", words.PHASES_NOTE, "small muted")
            self.fields.text(("phase",), words.PHASE_NOW, kind="number", default=1)
        for place in range(len(phases)):
            number = place + 1
            with el("div", classes="fields moments"):
                self.fields.text(
                    ("phases", place, "name"), words.PHASE_NAME.format(number=number), most=60
                )
                self.fields.text(
                    ("phases", place, "weeks"), words.PHASE_WEEKS, kind="number", default=6
                )
                label = words.PHASE_REMOVE.format(number=number)
                button(label, lambda number=number: self._without(number), "quiet")
        if len(phases) < MAX_PHASES:
            with el("div", classes="row"):
                button(words.PHASE_ADD, self._add_phase, id="add-phase")

    def _add_phase(self) -> None:
        name = words.PHASE_NEW.format(number=len(self.draft.phases) + 1)
        self._again(self.draft.add_phase(name))

    def _without(self, number: int) -> None:
        self._again(self.draft.remove_phase(number))

    def _again(self, draft: Draft) -> None:
        self.editing.put(draft)
        self._phases.refresh()
        self.exercises.again()

    # --- quiet hours and buzzes

    def _quiet(self) -> None:
        first, last = (*self.draft.value(("quiet_hours",), ["21:30", "07:00"]), "", "")[:2]
        el("h3", words.QUIET)
        with el("div", classes="fields"):
            for label, value, which in ((words.FROM, first, 0), (words.TO, last, 1)):
                self.fields.text(
                    ("quiet_hours", which),
                    label,
                    kind="time",
                    default=value,
                    write=lambda text, which=which: self._quiet_hour(which, text),
                )
        self.fields.place((("quiet_hours",),), "quiet_hours")

    def _quiet_hour(self, which: int, text: str) -> None:
        hours = [str(each) for each in self.draft.value(("quiet_hours",), ["21:30", "07:00"])]
        hours[which] = text
        self.editing.put(self.draft.put(("quiet_hours",), hours))

    def _buzzes(self) -> None:
        on = "on" if self.draft.value(("nudge", "enabled"), True) else "off"

        def choose(value: str) -> None:
            self.editing.put(self.draft.put(("nudge", "enabled"), value == "on"))

        el("h3", words.BUZZ)
        radios("buzz", words.BUZZ_ON, list(words.BUZZ_OPTIONS.items()), on, choose)
        with el("div", classes="fields"):
            for key, label in words.BUZZ_FIELDS.items():
                self.fields.text(("nudge", key), label, kind="number", default=_BUZZ[key])

    # --- after the programme

    @ui.refreshable_method
    def _later(self) -> None:
        ended = self.draft.value(("graduation", "ended"))
        with card(words.LATER), el("div", classes="stack tight"):
            self.fields.place((("graduation",),), "graduation")
            if isinstance(ended, dt.date):
                self._ended(ended)
                return
            plan = self.editing.plan()
            step = taper.next_step(plan) if plan else None
            if plan and step is not None:
                now = f"{taper.most_a_week(plan):g}"
                el("p", words.TAPER_NOTE.format(now=now), "small muted")
                label = words.TAPER.format(step=step)
                with el("div", classes="row"):
                    button(label, lambda: self._put(taper.tapered(self.draft, step)), id="taper")
            el("p", words.END_NOTE, "small muted")
            with el("div", classes="row"):
                button(words.END, self._end, id="end-programme")

    def _ended(self, day: dt.date) -> None:
        el("p", words.ENDED.format(day=formats.long_date(day)))
        days = ", ".join(formats.long_date(each) for each in check_ins(day))
        el("p", words.CHECK_INS.format(days=days), "small muted")
        with el("div", classes="row"):
            button(words.RESUME, lambda: self._put(taper.resumed(self.draft)), id="resume")

    def _end(self) -> None:
        self._put(taper.ended(self.draft, self.editing.here.today()))

    def _put(self, draft: Draft) -> None:
        self.editing.put(draft)
        self.exercises.again()
