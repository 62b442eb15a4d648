"""Runner of one exercise session on a clip's motion stream, for `poise exercise` and the dashboard."""

import asyncio
import contextlib
from collections.abc import Callable
from datetime import UTC, tzinfo
from typing import Any

from ..aio import end
from ..coach import safety
from ..coach.plan.prescription import Prescription
from ..coach.session.cues import PATTERNS, QUIET_EVERY_MS, QUIET_PATTERN, Phase, Told, View
from ..coach.session.result import Result
from ..coach.session.session import Pace, Session
from ..errors import PoiseError
from ..store import Store
from ..timebase.clock import Clock
from . import keeping
from .feed import Feed

RATE_HZ = 52  # of the motion stream, the highest that a clip sends
TICK_S = 0.1
LOOK_MS = 1_000  # between two checks for a stop raised elsewhere


class SessionRunner:
    """One session, from the question about pain to the stored row.

    `prescription` comes from `poise.coach.plan.prescription.prescribe`. `feed` is a `wear.Runner` or a `ClientFeed`;
    with None there is no clip: the timer guides and the wearer reports. The runner calls `on_change` with the new
    `view` at every change that a page shows (up to 52 times a second while angles come), and `on_told` with each cue.
    `zone` is the time zone in which the plan's daily maximum is counted. `who` is the therapist, for a reference
    recording.

    ```
    runner = SessionRunner(wear, prescription, clock, store, page.show, via="dashboard", zone=plan.timezone)
    task = asyncio.create_task(runner.run())  # returns the row's number, None if nothing was done
    runner.answer_pain(2)                     # when view.phase is PAIN_BEFORE or PAIN_AFTER (None: only after)
    runner.pause(); runner.resume()           # at any time
    runner.go_timed()                         # when view.phase is LOST: the timer guides what is left
    runner.answer_reps(8)                     # when view.phase is REPS_DONE: no clip counted these, so the wearer does
    runner.stop()                             # ends the exercise; asks for the pain, keeps the repetitions done
    runner.unwell()                           # at any moment: stops, raises a hold "unwell", view.phase is SAFETY
    runner.take_back()                        # within TAKE_BACK_S of a mistaken stop: the session continues
    runner.close_safety()                     # after the wearer has read the safety page: run() ends
    ```

    If `run()` is cancelled, it stores the repetitions done so far (outcome "partly") and asks nothing more.
    `run()` raises PoiseError: ON_HOLD (a stop is open), BAD_INPUT (the daily maximum is reached), STORE_*; for a
    reference recording also NO_DATA. A lost link is no error: the session waits in phase LOST until frames come again
    or somebody stops it. A stop by pain or "unwell" puts the programme on hold in the store at once. A stop raised
    elsewhere ends the session, too.
    """

    def __init__(
        self,
        feed: Feed | None,
        prescription: Prescription,
        clock: Clock,
        store: Store,
        on_change: Callable[[View], None] | None = None,
        *,
        via: str = "terminal",
        on_told: Callable[[Told], None] | None = None,
        zone: tzinfo = UTC,
        who: str = "",
        pace: Pace | None = None,
    ) -> None:
        self._feed = feed
        self._clock = clock
        self._store = store
        self._on_change = on_change
        self._on_told = on_told
        self._via = via
        self._zone = zone
        self._who = who
        self._session = Session(prescription, angles=feed is not None, pace=pace)
        self._changed = asyncio.Event()  # ends the wait for the next tick
        self._read = asyncio.Event()  # the safety page was read
        self._buzz: asyncio.Queue[str] = asyncio.Queue()
        self._buzzed_ms = 0
        self._back = asyncio.Event()  # a stop was taken back
        self._hold_id: int | None = None  # of the stop that ended the session
        self._kept = False  # the result is final
        self._looked_ms = 0  # time of the last check for a stop raised elsewhere
        self._began_utc_ms = 0
        self.view = self._session.view()

    @property
    def result(self) -> Result:
        """The session's result so far."""
        return self._session.result

    @property
    def source(self) -> str:
        """The result's evidence: sensed, partly or self_reported."""
        return self._session.source

    # --- the wearer's answers and commands

    def answer_pain(self, pain: int | None) -> None:
        """Take the wearer's pain, 0 to 10; None (no answer) only after the exercise. Raises ValueError out of range."""
        self._hear(self._session.answer_pain(pain))

    def answer_reps(self, count: int) -> None:
        """Take the wearer's count of repetitions that no clip saw. Raises ValueError out of range."""
        self._hear(self._session.answer_reps(count))

    def pause(self) -> None:
        """Pause the session and all its timers."""
        self._session.pause()
        self._hear([])

    def resume(self) -> None:
        """Continue from the neutral position, unless somebody has stopped the programme meanwhile."""
        self.look_for_stops()
        self._hear(self._session.resume())

    def go_timed(self) -> None:
        """Go on with the timer while no angles arrive: the wearer reports what is left."""
        self._hear(self._session.go_timed())

    def stop(self) -> None:
        """End the exercise. The repetitions done so far count."""
        self._hear(self._session.stop())

    def unwell(self) -> None:
        """End the session because the wearer feels unwell, and put the programme on hold. Works at any moment."""
        self._hear(self._session.unwell())

    @property
    def hold_id(self) -> int | None:
        """Number of the stop that ended the session; None if none did."""
        return self._hold_id

    @property
    def can_take_back(self) -> bool:
        """True if the stop that ended the session came from here, and recently enough to be a mis-tap."""
        if self._kept or self._read.is_set():
            return False
        hold = next((one for one in self._store.holds.open() if one.hold_id == self._hold_id), None)
        return hold is not None and safety.can_be_mistap(hold, self._via, self._clock.utc_ms())

    def take_back(self) -> bool:
        """Take a mistaken stop back and continue the session. Return False if it is too late.

        Later only the therapist ends the stop. If another stop is open, return True and leave the session ended.
        """
        number = self._hold_id
        if number is None or not self.can_take_back:
            return False
        if not self._store.holds.take_back(number, safety.TAKE_BACK_MS, self._clock.utc_ms()):
            return False
        if self._store.holds.open():
            return True  # another stop is open
        self._hold_id = None
        self._back.set()
        self._hear(self._session.take_back())
        return True

    def look_for_stops(self) -> None:
        """Check now for a stop raised elsewhere, and end the session if there is one."""
        self._look_elsewhere(now=True)

    def close_safety(self) -> None:
        """Note that the wearer has read the safety page, so that `run` ends."""
        self._read.set()

    # --- running

    async def run(self) -> int | None:
        """Run the whole session. Return its stored number, None if nothing was done; see the class for errors."""
        began = self._began_utc_ms = self._clock.utc_ms()
        keeping.check_start(self._store, self._session.prescription, began, self._zone)
        feed = self._feed
        stop = feed.subscribe_motion(self._on_frame, RATE_HZ) if feed else _nothing
        buzzing = asyncio.create_task(self._play())
        try:
            await self._until_over()
            while await self._is_taken_back():
                await self._until_over()
        finally:
            stop()
            self._kept = True
            number = self._keep()
            await self._let_buzz()
            await end(buzzing)
        if self._session.phase is Phase.SAFETY:
            await self._read.wait()
        return number

    async def _until_over(self) -> None:
        while not self._session.over:
            ticking = asyncio.ensure_future(self._clock.sleep(TICK_S))
            changing = asyncio.ensure_future(self._changed.wait())
            try:
                await asyncio.wait((ticking, changing), return_when=asyncio.FIRST_COMPLETED)
            finally:
                await end(ticking, changing)
            self._changed.clear()
            self._look_elsewhere()
            self._hear(self._session.step(self._now_ms()))
            self._keep_quiet()

    async def _is_taken_back(self) -> bool:
        """Wait while a stop can be taken back, or until its page was read. Return True if it was taken back."""
        if self._session.phase is not Phase.SAFETY:
            return not self._session.over  # taken back before this wait began
        self._back.clear()
        waiting = [
            asyncio.ensure_future(each)
            for each in (
                self._back.wait(),
                self._read.wait(),
                self._clock.sleep(safety.TAKE_BACK_S),
            )
        ]
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await end(*waiting)
        return not self._session.over

    def _look_elsewhere(self, *, now: bool = False) -> None:
        """End the session if another page or program has stopped the programme. Checks every LOOK_MS, or `now`."""
        at_ms = self._now_ms()
        if self._session.over or not (now or at_ms - self._looked_ms >= LOOK_MS):
            return
        self._looked_ms = at_ms
        with contextlib.suppress(PoiseError):  # the final write reports a store that cannot be read
            if stops := self._store.holds.open():
                self._hold_id = stops[-1].hold_id
                self._hear(self._session.unwell())

    def _now_ms(self) -> int:
        return round(self._clock.monotonic_s() * 1_000)

    def _on_frame(self, frame: dict[str, Any]) -> None:
        if not self._session.over:
            self._hear(self._session.step(self._now_ms(), frame))

    def _hear(self, told: list[Told]) -> None:
        for one in told:
            if self._on_told:
                self._on_told(one)
        pattern = next((PATTERNS[one.cue] for one in told if one.cue in PATTERNS), None)
        if pattern:
            self._buzz.put_nowait(pattern)
        self._hold_programme()
        before, self.view = self.view, self._session.view()
        if self._session.over:
            self._changed.set()
        if self._on_change and self.view != before:
            self._on_change(self.view)

    def _hold_programme(self) -> None:
        """Store the hold at once, not at the end, so that no later failure can lose it."""
        reason, result = self._session.hold_reason, self._session.result
        if not reason or self._hold_id is not None:
            return
        pain = result.pain_after if result.pain_after is not None else result.pain_before
        told = f", pain {pain} of 10" if reason == "pain" else ""
        detail = f"exercise session: {self._session.prescription.name}{told}"
        now = self._clock.utc_ms()
        self._hold_id = self._store.holds.raise_(reason, detail, self._via, now)

    def _keep(self) -> int | None:
        session = self._session
        now = self._clock.utc_ms()
        if session.prescription.for_reference:
            if session.result.outcome != "done":
                return None
            return keeping.keep_reference(self._store, session, now, self._who)
        session.count_up()
        return keeping.keep(self._store, session, (self._began_utc_ms, now), self._via)

    # --- the clip's buzz

    async def _play(self) -> None:
        """Send one buzz after the other to the clip, until cancelled."""
        while True:
            pattern = await self._buzz.get()
            client = self._feed.client if self._feed else None
            if client:
                self._buzzed_ms = self._now_ms()
                with contextlib.suppress(PoiseError):  # the screen shows the cue too
                    await client.request("buzz", pattern=pattern, reminder_id=0)
            self._buzz.task_done()

    def _keep_quiet(self) -> None:
        """Send a buzz that nobody feels, if none was sent for QUIET_EVERY_MS.

        Each buzz of a session makes the clip hold back its own nudges for a minute.
        """
        if self._session.active and self._now_ms() - self._buzzed_ms > QUIET_EVERY_MS:
            self._buzzed_ms = self._now_ms()
            self._buzz.put_nowait(QUIET_PATTERN)

    async def _let_buzz(self) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._buzz.join(), 1.0)


def _nothing() -> None:
    """Do nothing: without a feed there is no subscription to end."""
