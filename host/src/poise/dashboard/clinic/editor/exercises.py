"""The draft's exercises: one card each, with dose, side, load, times and days."""

import json
from collections.abc import Callable

from nicegui import ui

from ....coach.plan import draft_times as due
from ....coach.plan import library
from ....coach.plan.days import DAYS
from ....coach.plan.draft import Draft
from ....coach.plan.toml_lines import Path
from ....language import formats
from ....words import editor as words
from ...parts import button, card, checks, drawn, el, empty, message, more, radios, select
from .editing import Editing
from .fields import Fields, exercise_field
from .librarypart import show_library
from .referencepart import show_reference

_DOSE = ("reps", "sets", "hold_s", "rest_s")
_DEFAULTS = {"sets": 1, "hold_s": 0}


class Exercises:
    """The cards, and the library below them."""

    def __init__(self, editing: Editing, fields: Fields) -> None:
        self.editing = editing
        self.fields = fields
        self._gone: tuple[Draft, str] | None = (
            None  # the draft before the last removal, and the exercise's name
        )

    @ui.refreshable_method
    def show(self) -> None:
        """Draw the cards."""
        self.fields.forget("exercises")
        draft = self.editing.draft
        if self._gone:
            with el("div", classes="row", id="removed"):
                message(words.REMOVED.format(name=self._gone[1]))
                button(words.UNDO, self._bring_back, id="bring-back")
        if not draft.exercises:
            empty(words.EMPTY, words.EMPTY_DO)
        for place in range(len(draft.exercises)):
            _Card(self, place).show()
        show_library(self._add, is_open=not draft.exercises)
        self.fields.check()

    def put(self, draft: Draft, focus: str = "") -> None:
        """Make this the draft and draw the cards again. `focus`: a selector of what then has the keyboard."""
        self._gone = None
        self.editing.put(draft)
        self.again(focus)

    def again(self, focus: str = "") -> None:
        """Draw the cards again."""
        self.show.refresh()
        if focus:
            ui.context.client.run_javascript(f"poise.focus({json.dumps(focus)})")

    def remove(self, place: int) -> None:
        """Take an exercise out of the draft; it can be brought back while the page is open."""
        before = self.editing.draft
        name = name_of(before, place)
        self.editing.put(before.remove(place))
        self._gone = (before, name)
        self.again("#bring-back")

    def _bring_back(self) -> None:
        if self._gone:
            self.put(self._gone[0])

    def _add(self, use: str) -> None:
        draft = self.editing.draft.add(use, words.OWN_NAME)
        self.put(draft, f"#exercises-{len(draft.exercises) - 1}-reps")


class _Card:
    """The card of the exercise at one place of the draft."""

    def __init__(self, owner: Exercises, place: int) -> None:
        self.owner = owner
        self.place = place
        self.at: Path = ("exercises", place)
        # In the order of the page: the draft has those with a habit last.
        self.rows = due.moments(self.draft, place)

    @property
    def draft(self) -> Draft:
        """The whole draft."""
        return self.owner.editing.draft

    def show(self) -> None:
        """Draw the card."""
        use = str(self.draft.value((*self.at, "use"), ""))
        name = name_of(self.draft, self.place)
        with card(name, "editing"), el("div", classes="exercise" if use else "plain"):
            if use in library.library():
                drawn(library.drawing_svg(use), "drawing")
            with el("div", classes="stack tight"):
                self.owner.fields.place((self.at,), f"exercises-{self.place}")
                if not use:
                    self._text("name", most=60)
                self._dose()
                self._times()
                self._days()
                self._phase()
                self._more(use)
                show_reference(self.owner.editing, self.draft.id_of(self.place))
                self._actions(name)

    def _text(self, key: str, *, kind: str = "text", default: object = "", most: int = 100) -> None:
        label, note = exercise_field(key)
        path = (*self.at, key)
        self.owner.fields.text(path, label, kind=kind, default=default, note=note, most=most)

    def _dose(self) -> None:
        with el("div", classes="fields"):
            for key in _DOSE:
                default = _DEFAULTS.get(key, self._of_library("reps") if key == "reps" else "")
                if key == "hold_s":
                    default = self._of_library(key) or 0
                self._text(key, kind="number", default=default)
            if self._of_library("target_deg"):
                self._text("target_deg", kind="number", default=self._of_library("target_deg"))
            if "nod" in self._movements():
                self._text("level", kind="number", default=0)
        with el("div", classes="fields"):
            chosen = str(self.draft.value((*self.at, "side"), ""))
            options = list(words.SIDES.items())
            path = (*self.at, "side")
            name = f"exercises-{self.place}-side"
            with el("div", classes="field few"):
                select(name, words.FIELDS["side"], options, chosen, self._put(path))
                self.owner.fields.place((path,), name)
            self._text("load", most=40)

    def _of_library(self, key: str) -> object:
        known = library.library().get(str(self.draft.value((*self.at, "use"), "")))
        return getattr(known, key) if known else ""

    def _movements(self) -> tuple[str, ...]:
        known = library.library().get(str(self.draft.value((*self.at, "use"), "")))
        return known.movements if known else ()

    def _put(self, path: Path) -> Callable[[str], None]:
        return lambda value: self.owner.editing.typed(path, value)

    # --- when

    def _times(self) -> None:
        name = f"exercises-{self.place}-way"
        chosen = due.way(self.draft, self.place)

        def choose(value: str) -> None:
            draft = due.with_way(self.draft, self.place, value)
            self.owner.put(draft, f'[name="{name}"]:checked')

        with el("div", classes="stack tight"):
            radios(name, words.WAY, list(words.WAYS.items()), chosen, choose)
            if chosen == due.NEEDED:
                el("p", words.NEEDED_NOTE, "small muted")
            elif chosen == due.HOURS:
                self._hours()
            else:
                self._moments()

    def _hours(self) -> None:
        between = (*self.at, "between")
        first, last = due.hours(self.draft, self.place)
        with el("div", classes="fields"):
            self._text("times_a_day", kind="number")
            for label, value, which in ((words.FROM, first, 0), (words.TO, last, 1)):
                self.owner.fields.text(
                    (*between, which),
                    label,
                    kind="time",
                    default=value,
                    write=lambda text, which=which: self._hour(which, text),
                )
        self.owner.fields.place((between,), f"exercises-{self.place}-between")

    def _hour(self, which: int, text: str) -> None:
        hours = list(due.hours(self.draft, self.place))
        hours[which] = text
        self.owner.editing.put(self.draft.put((*self.at, "between"), hours))

    def _moments(self) -> None:
        rows = self.rows
        for row, (time, habit) in enumerate(rows):
            with el("div", classes="fields moments"):
                box = f"exercises-{self.place}-time-{row}"
                for label, value, part in (
                    (words.TIME.format(number=row + 1), time, 0),
                    (words.HABIT, habit, 1),
                ):
                    self.owner.fields.text(
                        (*self.at, "moment", row, part),
                        label,
                        kind="text" if part else "time",
                        default=value,
                        name=f"{box}-habit" if part else box,
                        most=60,
                        write=lambda text, row=row, part=part: self._moment(row, part, text),
                    )
                if len(rows) > 1:
                    label = words.TIME_REMOVE_LABEL.format(number=row + 1)
                    button(
                        words.TIME_REMOVE,
                        lambda row=row: self._less(row),
                        "quiet",
                        aria_label=label,
                    )
        name = f"exercises-{self.place}-times"
        self.owner.fields.place(((*self.at, "times"), (*self.at, "anchors")), name)
        with el("div", classes="row"):
            button(words.TIME_ADD, self._another, id=f"exercises-{self.place}-add-time")

    def _moment(self, row: int, part: int, text: str) -> None:
        rows = self.rows
        rows[row] = (rows[row][0], text) if part else (text, rows[row][1])
        self.owner.editing.put(due.with_moments(self.draft, self.place, rows))

    def _another(self) -> None:
        self.rows.append(("12:30", ""))
        self._rows_again()

    def _less(self, row: int) -> None:
        del self.rows[row]
        self._rows_again()

    def _rows_again(self) -> None:
        draft = due.with_moments(self.draft, self.place, self.rows)
        self.owner.put(draft, f"#exercises-{self.place}-add-time")

    # --- days and the rest

    def _days(self) -> None:
        name = f"exercises-{self.place}-days-way"
        chosen = due.days_way(self.draft, self.place)

        def choose(value: str) -> None:
            draft = due.with_days_way(self.draft, self.place, value)
            self.owner.put(draft, f'[name="{name}"]:checked')

        def on(day: str, yes: bool) -> None:
            self.owner.editing.put(due.with_day(self.draft, self.place, day, on=yes))

        radios(name, words.DAYS_WAY, list(words.DAYS_WAYS.items()), chosen, choose)
        if chosen == due.INTERVAL:
            self._text("every_days", kind="number")
        if chosen == due.WEEKDAYS:
            options = [(day, formats.weekday(n)) for n, day in enumerate(DAYS)]
            wanted = self.draft.value((*self.at, "days"), [])
            checks(f"exercises-{self.place}-days", words.DAYS, options, wanted, on)
            self.owner.fields.place(((*self.at, "days"),), f"exercises-{self.place}-days")

    def _phase(self) -> None:
        phases = self.draft.phases
        if not phases:
            return
        options = [("0", words.EVERY_PHASE)]
        for number, phase in enumerate(phases, 1):
            name = words.PHASE_OPTION.format(number=number, name=phase.get("name", ""))
            options.append((str(number), name))
        chosen = str(self.draft.phase_of(self.place))

        def choose(value: str) -> None:
            self.owner.editing.put(self.draft.put_in_phase(self.place, int(value)))

        name = f"exercises-{self.place}-phase"
        select(name, words.FIELDS["phase"], options, chosen, choose)

    def _more(self, use: str) -> None:
        with more(words.MORE), el("div", classes="stack tight"):
            self._text("precaution", most=200)
            known = library.library().get(use)
            own = self.draft.value((*self.at, "instructions"))
            text = str(own or (library.in_language(known.instructions) if known else ""))
            path = (*self.at, "instructions")
            self.owner.fields.area(path, words.FIELDS["instructions"], text, 500)
            with el("div", classes="fields"):
                self._text("starts", kind="date")
                self._text("ends", kind="date")

    def _actions(self, name: str) -> None:
        with el("div", classes="row"):
            for text, label, by in (
                (words.UP, words.MOVE_UP, -1),
                (words.DOWN, words.MOVE_DOWN, 1),
            ):
                focus = f"#exercises-{self.place}-move-{by}"
                button(
                    text,
                    lambda by=by, focus=focus: self.owner.put(
                        self.draft.move(self.place, by), focus
                    ),
                    "quiet",
                    id=focus[1:],
                    aria_label=label.format(name=name),
                )
            button(
                words.REMOVE,
                lambda: self.owner.remove(self.place),
                "quiet",
                aria_label=words.REMOVE_LABEL.format(name=name),
            )


def name_of(draft: Draft, place: int) -> str:
    """Return the exercise's name as a user reads it."""
    own = draft.value(("exercises", place, "name"))
    known = library.library().get(str(draft.value(("exercises", place, "use"), "")))
    return str(own or (library.in_language(known.name) if known else draft.id_of(place)))
