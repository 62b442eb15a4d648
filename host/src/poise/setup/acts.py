"""The acts that set Poise up, over the running runner: look for the clip, pair, bring in a plan, start at login.

A view draws `Setup`, and follows its changes.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

from .. import language
from ..clip import pairing
from ..clip.client import ClipClient
from ..coach.plan.plan import Plan, parse_plan
from ..errors import PoiseError, Reason
from ..files.text import decoded
from ..history.plan_in_force import put_in_force
from ..store import Store
from ..timebase.clock import Clock
from ..wear import Runner
from ..words import setup as words
from .findings import Finding, Heard, Look, listen, of_error
from .steps import Facts, State, Step, missing, progress

PLAN_MOST_BYTES = 200_000
_BORROWER = "setting up"


@dataclass(frozen=True)
class Means:
    """What this computer gives to the acts.

    `client` makes a client that pairs anew with the clip of this name, or with the first one. `hold_button` has a
    virtual clip's button held. `install` makes Poise start at login, on the clip of this name; it blocks. `installed`
    tells if it does. `notify` shows a test notification.
    """

    look: Look
    client: Callable[[str | None], ClipClient]
    install: Callable[[str | None], None]
    installed: Callable[[], bool]
    notify: Callable[[], Awaitable[None]]
    hold_button: Callable[[], Awaitable[None]] | None = None


class Setup:
    """One patient's way to the first reminder. `wanted` is the name of the clip that they chose; None: the first one.

    `hand_over` ends this process's runner, and returns the address of the page of the service that takes its place, ""
    if none does. None where this process is the service itself, or goes on beside it.
    """

    def __init__(self, store: Store, clock: Clock, runner: Runner, means: Means) -> None:
        self.hand_over: Callable[[], Awaitable[str]] | None = None
        self.wanted: str | None = None
        self.busy: Step | None = None
        self.heard: Heard | None = None
        self.trouble: dict[Step, Finding] = {}  # of the last try of each step
        self.offered: tuple[str, Plan] | None = None  # a plan that was brought in, and not yet used
        self.ended = False  # True once the user has gone on to Today
        self._store = store
        self._clock = clock
        self._runner = runner
        self._means = means
        self._left: set[Step] = set()
        self._paired = self._calibrated = self._buzzed = self._installed_now = False
        self._was_missing: bool | None = None
        self._followers: list[Callable[[], None]] = []

    # --- what is so

    def facts(self) -> Facts:
        """Return what is known now."""
        live = self._runner.live
        refused = live.link_fault is Reason.NOT_PAIRED
        known = bool(live.clip_id or self._store.clips.ids()) and not refused
        return Facts(
            heard=live.connected or self._is_found(),
            paired=live.connected or self._paired or known,
            connected=live.connected,
            calibrated=self._has_upright(),
            planned=self._store.plans.current() is not None,
            at_login=self._means.installed() and self.busy is not Step.REMIND,
            buzzed=self._buzzed,
        )

    def _is_found(self) -> bool:
        """True if the clip to pair with is known: the only one that was heard, or the chosen one."""
        names = [clip.name for clip in self.heard.clips] if self.heard else []
        return len(names) == 1 or self.wanted in names

    def _has_upright(self) -> bool:
        if not self._calibrated:
            self._calibrated = bool(self._runner.live.quality_pct) or any(
                event.fields["result"] == "accepted"
                for clip_id in self._store.clips.ids()
                for event in self._store.records.events(clip_id, kinds=("calibration",))
            )
        return self._calibrated

    def progress(self, facts: Facts | None = None) -> dict[Step, State]:
        """Return the state of each step, in their order. `facts`: those just read; None reads them."""
        return progress(facts or self.facts(), self._left)

    def missing(self) -> list[Step]:
        """Return the needed steps that are not done and not left for later.

        Whoever starts Poise by hand in a terminal does not need it at login.
        """
        by_hand = {Step.REMIND} if self.hand_over is None else set[Step]()
        return [step for step in missing(self.facts()) if step not in self._left | by_hand]

    @property
    def leads(self) -> bool:
        """True while the first page is this one: something needed was missing, and the user has not gone on."""
        if self._was_missing is None:
            self._was_missing = bool(self.missing())
        return self._was_missing and not self.ended

    def is_begun(self, step: Step) -> bool:
        """True if a try of this step goes on, has failed, or waits for the user's word."""
        waits = step is Step.PLAN and self.offered is not None
        return self.busy is step or step in self.trouble or waits

    def follow(self, changed: Callable[[], None]) -> Callable[[], None]:
        """Call `changed` after each change, until the returned function is called."""
        tell = language.spoken(changed)
        self._followers.append(tell)
        return lambda: self._followers.remove(tell) if tell in self._followers else None

    # --- what is done

    def leave(self, step: Step) -> None:
        """Leave the step for later."""
        self._left.add(step)
        self._changed()

    def take_up(self, step: Step) -> None:
        """Take a step up again that was left."""
        self._left.discard(step)
        self._changed()

    def felt(self, *, buzzed: bool) -> None:
        """Note whether the wearer felt the clip's buzz."""
        self._buzzed = buzzed
        self._note(
            Step.BUZZ,
            None if buzzed else Finding("buzz", False, words.BUZZ_NO, cure=words.BUZZ_CURE),
        )

    async def look(self) -> None:
        """Look for clips on the radio. The result is `heard`, and `trouble` where none is heard."""
        if self.busy:
            return
        if self._runner.live.connected:
            self._note(Step.FIND, None)
            return
        async with self._radio(Step.FIND):
            self.heard = await listen(self._means.look)
        heard = self.heard
        self._note(Step.FIND, next((f for f in (heard.radio, heard.clip) if not f.ok), None))

    def choose(self, name: str) -> None:
        """Follow the clip of this name, and no other."""
        self.wanted = name
        self._changed()

    async def pair(self) -> None:
        """Pair with the clip, while its wearer holds the button."""
        if self.busy:
            return
        found: Finding | None = None
        async with self._radio(Step.PAIR):
            try:
                client = self._means.client
                await pairing.pair(lambda: client(self.wanted), self._means.hold_button)
                self._paired = True
            except PoiseError as error:
                found = self._of_pairing(error)
        self._note(Step.PAIR, found)

    def _of_pairing(self, error: PoiseError) -> Finding:
        if error.reason is Reason.NOT_PAIRED:
            return Finding("clip", False, words.PAIR_FAILED, cure=words.PAIR_CURE)
        return of_error("clip", error)

    def offer(self, raw: bytes, name: str) -> None:
        """Read a plan that the user brought in: it is `offered`, or its faults are `trouble`."""
        self.offered = None
        try:
            text = decoded(raw, name)
            self.offered = text, parse_plan(text, name)
        except PoiseError as error:
            # The patient can't mend a plan, and passes the lines on to who can.
            told = "\n".join((words.PLAN_FAULTY, *str(error).splitlines()))
            self._note(Step.PLAN, Finding("plan", False, told, cure=words.PLAN_FAULTY_CURE))
            return
        self._note(Step.PLAN, None)

    def use(self) -> None:
        """Put the offered plan in force, as its therapist's."""
        if self.offered is None:
            return
        text, plan = self.offered
        self.offered = None
        try:
            put_in_force(self._store, text, plan, plan.therapist, self._clock.utc_ms())
        except PoiseError as error:
            self._note(Step.PLAN, of_error("plan", error))
            return
        self._note(Step.PLAN, None)

    def withdraw(self) -> None:
        """Drop the offered plan."""
        self.offered = None
        self._changed()

    async def install(self) -> None:
        """Make Poise start at each login, and put it among the user's programs."""
        if self.busy:
            return
        found: Finding | None = None
        self._begin(Step.REMIND)
        try:
            with language.speaking():
                await asyncio.to_thread(self._means.install, self.wanted)
            self._installed_now = True
        except PoiseError as error:
            told = f"{words.REMIND_FAILED}\n{error}"
            found = Finding("login", False, told, cure=error.hint)
        finally:
            self.busy = None
        self._note(Step.REMIND, found)

    async def notify(self) -> Finding | None:
        """Show a test notification. Return what is the matter; None if it was shown."""
        try:
            await self._means.notify()
        except PoiseError as error:
            return of_error("notifications", error, needed=False)
        return None

    @property
    def turns_over(self) -> bool:
        """True if the service takes this process's place when the user goes on to Today."""
        return self.hand_over is not None and self._installed_now

    async def end(self) -> str:
        """Go on to Today. Return its address in the service's page, "" if it is a page of this process."""
        self.ended = True
        if self.hand_over is None or not self.turns_over:
            return ""
        return await self.hand_over()

    # --- shared

    @contextlib.asynccontextmanager
    async def _radio(self, step: Step) -> AsyncIterator[None]:
        """Have the radio for this step: the runner's searches wait, and connect at once afterwards."""
        self._begin(step)
        try:
            await self._runner.lend(_BORROWER)
            try:
                yield
            finally:
                self._runner.take_back(_BORROWER)
        finally:
            self.busy = None
            self._changed()

    def _begin(self, step: Step) -> None:
        self.busy = step
        self.trouble.pop(step, None)
        self._changed()

    def _note(self, step: Step, found: Finding | None) -> None:
        self.trouble.pop(step, None)
        if found is not None:
            self.trouble[step] = found
        self._left.discard(step)
        self._changed()

    def _changed(self) -> None:
        for changed in tuple(self._followers):
            changed()
