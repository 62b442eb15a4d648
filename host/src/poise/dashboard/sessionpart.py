"""A session on the page: questions, guidance, safety, summary. Each is drawn anew; between them changes are pushed."""

import json
import time
from collections.abc import Callable
from typing import Any

from nicegui import Client
from nicegui.element import Element

from ..coach.plan import library
from ..coach.session.cues import Cue, Phase, View
from ..coach.session.reference import beside
from ..words import strings
from ..words.session import advice, beside_line, name, words
from .context import context
from .emergency import warning_signs
from .guided import Guided
from .layout import offer_take_back, stops_changed
from .parts import bullets, button, card, drawn, el, message, rows, scale, text

_PUSH_S = 0.09  # between two updates of the angle
_LEAST_SCALE_DEG = 12.0
COUNT = "count"  # draft of the number of repetitions
ASKED = {Phase.PAIN_BEFORE, Phase.PAIN_AFTER, Phase.REPS_DONE, Phase.SAFETY, Phase.DONE}


class SessionPart:
    """Drawing of `guided` in `place`, for the browser page `client`.

    Calls `ended` when its wearer goes back to the list.
    """

    def __init__(
        self, guided: Guided, client: Client, place: Element, ended: Callable[[], None]
    ) -> None:
        self._guided = guided
        self._client = client
        self._place = place
        self._ended = ended
        self._drawn: object = None
        self._pushed_s = 0.0
        self._words: object = None

    def changed(self, view: View) -> None:
        """Show a new view of the session."""
        if self._mode(view) != self._drawn:
            self.draw()
            return
        shown = words(view)
        now_s = time.monotonic()
        if shown == self._words and now_s - self._pushed_s < _PUSH_S:
            return
        self._words, self._pushed_s = shown, now_s
        self._client.run_javascript(f"poise.session({json.dumps({**shown, **_gauge(view)})})")

    def draw(self) -> None:
        """Draw the whole session part again."""
        view = self._guided.view
        self._drawn, self._words = self._mode(view), None
        self._place.clear()
        with self._place:
            if self._guided.over:
                self._summary(view)
            elif view.phase is Phase.SAFETY:
                self._safety()
            elif view.phase in ASKED:
                self._question(view)
            else:
                self._work(view)
        if self._mode(view) == "work":
            self.changed(view)
        elif asked := _asked(view):
            said = json.dumps({"phase": "asks", "step": asked})
            self._client.run_javascript(f"poisePace.hear({said})")

    def _mode(self, view: View) -> object:
        if self._guided.over:
            return "over"
        return view.phase if view.phase in ASKED else "work"

    # --- questions

    def _question(self, view: View) -> None:
        if view.phase is Phase.REPS_DONE:
            self._ask_reps(view)
            return
        before = view.phase is Phase.PAIN_BEFORE
        legend = strings.EX_PAIN_BEFORE if before else strings.EX_PAIN_AFTER
        with card(name(view)):
            if any(one.cue is Cue.STOP_TAKEN_BACK for one in view.told):
                message(strings.HOLD_TAKEN_BACK)
            note = f"{strings.EX_PAIN_NOTE} {strings.EX_PAIN_KEYS}"
            scale("pain", legend, None, self._pain, note, at_once=True)
            with el("div", classes="row"):
                if not before:
                    button(strings.EX_PAIN_SKIP, lambda: self._pain(None), id="leave-out")
                else:
                    button(strings.EX_STOP, self._guided.runner.stop, "quiet", id="end")
                self._unwell_button()
            if before:
                _pace()

    def _pain(self, value: int | None) -> None:
        self._guided.runner.answer_pain(value)
        if self._guided.view.phase is Phase.SAFETY:
            stops_changed()

    def _ask_reps(self, view: View) -> None:
        judged = view.reps_judged
        most = view.reps_prescribed - judged
        draft = context().drafts.of(COUNT)

        def count() -> int:
            return min(max(draft.values.get("count", view.reps_done - judged), 0), most)

        def keep() -> None:
            said = count()
            draft.drop()
            self._guided.runner.answer_reps(said)

        with card(name(view), draft=draft):
            with el("div", classes="field"):
                asks = (
                    strings.EX_REPS_DONE_BESIDE.format(judged) if judged else strings.EX_REPS_DONE
                )
                el("label", asks, for_="count")
                box = el(
                    "input",
                    classes="input day",
                    id="count",
                    type="number",
                    min="0",
                    max=str(most),
                    value=str(count()),
                )
                box.on(
                    "input",
                    lambda event: draft.values.update(count=int(event.args)),
                    js_handler="(e) => Number.isInteger(e.target.valueAsNumber) && emit(e.target.valueAsNumber)",
                )
            with el("div", classes="row"):
                button(strings.EX_REPS_KEEP, keep, "primary", id="keep")
                self._unwell_button()

    # --- guidance

    def _work(self, view: View) -> None:
        runner = self._guided.runner

        def pause() -> None:
            runner.resume() if runner.view.phase is Phase.PAUSED else runner.pause()

        with card(name(view), "session"):
            with el("div", classes="split"):
                el("p", "", "step", id="step", role="status")
                self._drawing()
            with el("div", classes="gauge gone", id="gauge"):
                drawn(_GAUGE.format(text(strings.EX_PICTURE)))
            with el("div", classes="facts"):
                for key, label in (
                    ("reps", strings.EX_REPS_NAME),
                    ("set", strings.EX_SET_NAME),
                    ("left", strings.EX_HOLD_NAME),
                ):
                    with el("div", classes="fact"):
                        el("p", label, "muted")
                        el("p", strings.DASH, "figure", id=key)
            el("p", "", "cue", id="cue", role="status")
            with el("div", classes="row gone", id="timed"):
                button(strings.EX_TIMED, runner.go_timed, id="go-timed")
                el("p", strings.EX_TIMED_NOTE, "muted")
            with el("div", classes="row"):
                button(strings.EX_PAUSE, pause, "primary", id="pause")
                button(strings.EX_STOP, runner.stop, id="end")
                self._unwell_button()
            _pace()
            el("p", "", "small muted", id="source")

    def _drawing(self) -> None:
        plan = context().plan()
        exercise = plan.exercise(self._guided.prescription.exercise_id) if plan else None
        if exercise and exercise.library:
            drawn(library.drawing_svg(exercise.library), "drawing small")

    def _unwell_button(self) -> None:
        def unwell() -> None:
            self._guided.runner.unwell()
            stops_changed()

        title = strings.EX_UNWELL_NOTE
        button(strings.EX_UNWELL, unwell, "danger unwell", id="unwell", title=title)

    # --- safety and summary

    def _safety(self) -> None:
        with card(strings.HOLD_TITLE, "alarm", strings.EX_STOPPED_TEXT):
            hold = context().can_take_back()
            if hold and self._guided.runner.can_take_back:
                offer_take_back(hold, self._taken_back)
            self._too_late = el("div", role="status")
            warning_signs()
            with el("div", classes="row"):
                button(strings.EX_READ_DONE, self._guided.runner.close_safety, "primary", id="read")

    def _taken_back(self, in_time: bool) -> None:
        stops_changed()
        if not in_time:
            self._too_late.clear()
            with self._too_late:
                message(strings.HOLD_TOO_LATE, "warm")

    def _summary(self, view: View) -> None:
        guided = self._guided
        with card(name(view)):
            if guided.error:
                message(guided.error.told, "warm")
            elif guided.number is None:
                message(strings.EX_NOTHING)
            else:
                self._kept(view)
            with el("div", classes="row"):
                button(strings.EX_LEAVE, self._ended, "primary", id="back")

    def _kept(self, view: View) -> None:
        result = self._guided.runner.result
        if said := advice(result):
            message(said, "warm")
        message(strings.EX_SUMMARY)
        done = strings.EX_REPS.format(done=result.reps_done, of=view.reps_prescribed)
        pairs = [(strings.EX_SUMMARY_REPS, done)]
        if view.hold_ms and result.hold_done_s():
            pairs.append((strings.EX_SUMMARY_HOLD, strings.EX_SECONDS.format(result.hold_done_s())))
        pain = " → ".join(
            strings.DASH if each is None else str(each)
            for each in (result.pain_before, result.pain_after)
        )
        if not self._guided.prescription.for_reference:  # which asks for none
            pairs.append((strings.EX_SUMMARY_PAIN, pain))
        pairs.append((strings.EX_SUMMARY_SOURCE, strings.SOURCE[self._guided.runner.source]))
        if result.not_counted:
            pairs.append((strings.EX_SUMMARY_MISSED, str(len(result.not_counted))))
        rows(pairs)
        lines = [beside_line(each) for each in beside(self._guided.prescription.reference, result)]
        if lines:
            el("h3", strings.EX_BESIDE)
            bullets(lines)


def _pace() -> None:
    """Draw the choice of guidance by sound; pace.js keeps it in the browser, and makes the sound."""
    with el("fieldset", classes="choice"):
        el("legend", strings.EX_PACE)
        with el("div", classes="segments pace"):
            for value, words in strings.EX_PACES.items():
                with el("label"):
                    el("input", type="radio", name="pace", value=value, data_poise="pace")
                    el("span", words)
        el("p", strings.EX_PACE_NOTE, "small muted")
        el("p", classes="small", id="pace-note", role="status", data_words=strings.EX_PACE_NO_VOICE)


def _asked(view: View) -> str:
    """Return the question of this phase, to be heard; "" for none."""
    asks = {Phase.REPS_DONE: strings.EX_REPS_DONE, Phase.PAIN_AFTER: strings.EX_PAIN_AFTER}
    return asks.get(view.phase, "")


# --- pushed updates


def _gauge(view: View) -> dict[str, Any]:
    """Return angles in degrees on a scale up to `most`; None: nothing to show."""
    low, high = view.band_deg or (None, None)
    most = max(_LEAST_SCALE_DEG, 1.4 * max(view.target_deg or 0.0, high or 0.0))
    return {
        "angle": view.angle_deg,
        "target": view.target_deg,
        "low": low,
        "high": high,
        "most": most,
        "inside": view.inside,
        "judged": view.judged,
        "lost": view.phase is Phase.LOST,
        "phase": view.phase.value,
    }


# From −20 % to 100 % of the scale; poise.js moves the elements with an id.
_GAUGE = """
<svg viewBox="0 0 600 84" role="img" aria-label="{}">
<rect class="track" x="8" y="34" width="584" height="16" rx="8"/>
<rect class="band" id="g-band" x="0" y="28" width="0" height="28" rx="6"/>
<path class="start" d="M116 22 v40"/>
<path class="target" id="g-target" d="M0 18 v48"/>
<circle class="now" id="g-now" cx="116" cy="42" r="15"/>
</svg>"""
