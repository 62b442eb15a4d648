"""Set-up page: leads from a new computer to the first reminder, a step at a time. What is done is read from facts."""

import json
from collections.abc import Callable
from dataclasses import dataclass

from nicegui import Client, ui

from ...setup.acts import Setup
from ...setup.steps import NEEDED, Facts, State, Step
from ...wear import Live
from ...words import setup as words
from ..context import context
from ..layout import frame
from ..parts import button, card, drawn, el, empty, link, more
from ..seen import hold_while_seen
from ..setupsteps import BODIES, done_line, trouble

_REST_S = 3.0  # between two looks at what changed elsewhere, such as a plan set in a terminal
_TICK = (
    '<svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true"><path d="m5 12.5 4.5 4.5L19 7.5" fill="none"'
    ' stroke="currentColor" stroke-width="3" stroke-linecap="round" stroke-linejoin="round"/></svg>'
)


def page(client: Client) -> None:
    """Draw the page. Its steps update by themselves."""
    setup = context().setup
    with frame("setup"):
        if setup is None:
            empty(words.NO_RUNNER, words.NO_RUNNER_DO)
            return
        _Leading(client, setup).show()


@dataclass(frozen=True)
class _Seen:
    """One look at what is so, for all steps: reading it asks the store and the system."""

    facts: Facts
    states: dict[Step, State]

    @classmethod
    def of(cls, setup: Setup) -> "_Seen":
        """Look now."""
        facts = setup.facts()
        return cls(facts, setup.progress(facts))

    @property
    def now(self) -> Step | None:
        """The step that is next; None at the end."""
        return next((step for step, state in self.states.items() if state is State.NOW), None)


class _Leading:
    """The steps, each drawn again when it changes; the line that a screen reader reads out; and the end."""

    def __init__(self, client: Client, setup: Setup) -> None:
        self._client = client
        self._setup = setup
        self._steps = [_StepItem(setup, step, place) for place, step in enumerate(Step, start=1)]
        self._now: Step | None = None
        self._live: tuple[object, ...] = ()

    def show(self) -> None:
        """Draw everything, and follow what changes."""
        el("p", words.LEAD, "muted intro")
        self._said = el("p", "", "hidden", role="status", id="setup-said")
        seen = _Seen.of(self._setup)
        with el("ol", classes="setup-steps"):
            for each in self._steps:
                each.draw(seen)
        self._end(seen)
        self._now = seen.now
        stops = [self._setup.follow(self._look), context().watch_live(self._live_changed)]
        self._client.on_delete(lambda: [stop() for stop in stops])
        hold_while_seen(self._client)  # start position and buzz need the clip at once
        # The address may name a step, and the browser has looked for it before it was drawn.
        self._client.on_connect(lambda: self._client.run_javascript("poise.wantedStep()"))
        ui.timer(_REST_S, self._look)
        if self._now is Step.FIND and self._setup.heard is None:
            ui.timer(0.0, self._setup.look, once=True)

    def _live_changed(self, live: Live) -> None:
        """Look again when `live` tells something of a step. It changes with each angle, too."""
        now = (
            live.connected,
            live.clip_id,
            live.quality_pct,
            live.calibrations,
            live.warnings.get("link"),
        )
        if now != self._live:
            self._live = now
            self._look()

    def _look(self) -> None:
        seen = _Seen.of(self._setup)
        changed = [each for each in self._steps if each.look(seen)]
        if not changed:
            return
        self._say(changed)
        self._end.refresh(seen)
        if seen.now is not self._now:
            self._now = seen.now
            self._client.run_javascript("poise.step()")

    def _say(self, changed: list["_StepItem"]) -> None:
        for each in changed:
            if text := each.spoken():
                self._client.run_javascript(f"poise.said({json.dumps(text)})")

    @ui.refreshable_method
    def _end(self, seen: _Seen) -> None:
        finished = [step for step, state in seen.states.items() if state is State.DONE]
        all_set = len(finished) == len(seen.states)
        with card(words.ALL_SET if all_set else "", "accent" if all_set else "", ""):
            if all_set:
                el("p", words.ALL_SET_DO)
                link(words.ALL_SET_HELP, "/help")
            else:
                el("p", words.TALLY.format(done=len(finished), all=len(seen.states)), "lead")
            ready = set(finished) >= NEEDED
            with el("div", classes="row"):
                if ready:
                    button(words.TO_TODAY, self._go, "primary", id="to-today")
                else:
                    button(words.LEAVE, self._go, id="leave")
            if not ready:
                el("p", words.LEAVE_NOTE, "small muted")
            self._going = el("div", role="status")

    async def _go(self) -> None:
        going = self._going
        if self._setup.turns_over:
            with going:
                el("p", words.TURNS_OVER, "message good")
            address = await self._setup.end()
            if not address:
                going.clear()
                with going:
                    el("p", words.TURNS_OVER_FAILED, "message warm")
                return
        else:
            address = await self._setup.end() or "/"
        self._client.open(address)


class _StepItem:
    """One step of the list."""

    def __init__(self, setup: Setup, step: Step, place: int) -> None:
        self._setup = setup
        self._step = step
        self._place = place
        self._state = State.OPEN
        self._shown: tuple[object, ...] = ()
        self._item = None

    def draw(self, seen: _Seen) -> None:
        """Draw the step for the first time."""
        self._item = el("li", classes="card setup-step", id=f"step-{self._step}")
        with self._item:
            self._state, self._shown = seen.states[self._step], self._facts(seen)
            self._content()

    def look(self, seen: _Seen) -> bool:
        """Draw the step again if it has changed. Return whether it has."""
        now = self._facts(seen)
        if now == self._shown:
            return False
        self._state, self._shown = seen.states[self._step], now
        self._content.refresh()
        return True

    def spoken(self) -> str:
        """Return what a screen reader should say of the last change; "" for nothing."""
        found = self._setup.trouble.get(self._step)
        if found is not None:
            return found.told
        if self._state is State.DONE:
            return f"{words.NAMES[self._step]}: {words.STATES[State.DONE]}"
        return words.FIND_BUSY if self._setup.busy is Step.FIND is self._step else ""

    def _facts(self, seen: _Seen) -> tuple[object, ...]:
        setup, step = self._setup, self._step
        found = (seen.states[step], setup.busy is step, setup.trouble.get(step))
        if step is Step.FIND:
            return (*found, setup.heard and setup.heard.clips, setup.wanted)
        if step is Step.PLAN:
            current = context().store.plans.current()
            return (*found, setup.offered, current and current.mark)
        if step in (Step.UPRIGHT, Step.BUZZ):
            live = context().live
            return (*found, seen.facts.connected, live and live.warnings.get("link"))
        return found

    @ui.refreshable_method
    def _content(self) -> None:
        state = self._state
        assert self._item is not None
        self._mark(state)
        with el("div", classes="step-head"):
            with el("span", classes="step-mark", aria_hidden="true"):
                if state is State.DONE:
                    drawn(_TICK)
                else:
                    el("span", str(self._place))
            el("h2", words.NAMES[self._step], tabindex="-1")
            el("span", words.STATES[state], "badge")
        self._below(state)

    def _mark(self, state: State) -> None:
        assert self._item is not None
        for each in State:
            self._item.classes(remove=f"is-{each}")
        self._item.classes(f"is-{state}")
        self._item.props.pop("aria-current", None)
        if state is State.NOW:
            self._item.props["aria-current"] = "step"
        self._item.update()

    def _below(self, state: State) -> None:
        if state is State.WAITS:
            return
        if state is State.NOW:
            self._body()
            if self._setup.busy is not self._step:
                label = words.LATER_LABEL.format(words.NAMES[self._step])
                leave: Callable[[], None] = lambda: self._setup.leave(self._step)  # noqa: E731
                button(words.LATER, leave, "quiet small", aria_label=label)
            return
        if state is State.DONE:
            el("p", done_line(self._step, self._setup))
        if state is State.LATER:
            label = words.TAKE_UP_LABEL.format(words.NAMES[self._step])
            button(words.TAKE_UP, lambda: self._setup.take_up(self._step), aria_label=label)
            return
        # What the user has begun in it stays in sight when it is drawn again.
        begun = self._setup.is_begun(self._step)
        with more(words.AGAIN if state is State.DONE else words.TAKE_UP, is_open=begun):
            self._body()

    def _body(self) -> None:
        with el("div", classes="stack"):
            BODIES[self._step](self._setup)
            trouble(self._setup, self._step)
