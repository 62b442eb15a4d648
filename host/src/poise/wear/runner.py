"""The daily runner: visits the clip, fetches its log, sets its clock and shows reminders. Prints nothing.

A clip over Bluetooth saves power. The runner meets it in its radio windows, fetches what is new and says goodbye. It
holds the link only while somebody needs it: a view that follows the angle, a session, the charger. After any failure
of the radio, the clip or this computer, the next connection asks for the first missing record.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from ..aio import end, retrieved
from ..clip.client import NO_TIME, ClipClient, Identity
from ..clip.log_reader import Transfer
from ..clip.reconnect import HOPELESS, MENDED_BY_ITSELF, PASSING, STORE_PASSING, Search
from ..clip.windows import SEARCH_S, Windows
from ..coach.plan.plan import Plan
from ..errors import PoiseError, Reason
from ..history.at_once import hears_at_once
from ..history.language_choice import speak_as_kept
from ..language import N_, _
from ..notify import Notifier
from ..notify.clip import ClipNotifier
from ..store import Store
from ..timebase.clock import Clock
from .intake import Intake
from .letters import Mail
from .live import Live
from .owner import settle_owner
from .reminding import Reminding, store_trouble
from .settings import give_settings, wanted_settings
from .sleep_watch import JumpWatch
from .timetable import TimetableKeeper
from .watchers import Frame, Watchers

MOTION_HZ = 10
SYNC_S = 3600.0  # between two settings of the clip's clock, and two looks at its settings
LINGER_S = 5.0  # the link is held so much longer than anybody needs it: a page that is loaded anew
_WAITING_S = 0.2  # between two searches while somebody waits
STATUS_S = 600.0  # between two requests for battery and fit
TICK_S = 1.0
RESTS = N_("the clip rests: it looks up once a minute, or when its button is pressed")
_SILENT = ("no_buzz", "log_only")  # wire ENUMS "power": the battery has no buzz to spare
_log = logging.getLogger(__name__)


class Runner:
    """The daily runner of one patient. `connect` makes a client for each connection.

    Without `plan` the runner follows the store's plan as it changes. `on_update` gets `live` after each change.
    `search` has the pauses between attempts; None takes the usual ones. `folder`: the data folder with the keys of the
    letters; None: no letters.

    An error that another attempt can't solve (a wrong version, a foreign device) ends the run with a PoiseError. With
    `keep_going` only the errors in `HOPELESS` do; for all others the runner shows the error in `live` and tries again,
    more and more slowly.
    """

    def __init__(
        self,
        connect: Callable[[], ClipClient],
        store: Store,
        clock: Clock,
        plan: Plan | None = None,
        on_update: Callable[[Live], None] | None = None,
        *,
        keep_going: bool = False,
        search: Search | None = None,
        folder: Path | None = None,
    ) -> None:
        self._connect = connect
        self._store = store
        self._clock = clock
        self._keep_going = keep_going
        self._search = search or Search()
        self._windows = Windows()
        self._search_s = SEARCH_S  # length of the next search
        self._holds: set[object] = set()
        self._wants = asyncio.Event()  # set when a need for the link begins or ends
        self._at_once: bool | None = None  # this computer hears of events at once
        # The clip, its start and the settings that it was last set to, with its clock, and how long that holds.
        self._in_step: tuple[str, int] | None = None  # clip and boot that have the time
        self._given: dict[str, int] | None = None  # settings that the clip has
        self._in_step_until_s = 0.0
        self._client: ClipClient | None = None
        self._by_radio = False
        self._ways: Sequence[Notifier] = ()
        self._background: set[asyncio.Future[None]] = set()
        self._attempt: asyncio.Future[None] | None = None
        self._look_now = asyncio.Event()
        self._borrowers: list[str] = []
        self._given_back = asyncio.Event()
        self.live = Live()
        self.caught_up = asyncio.Event()  # set once this connection has fetched the whole log
        self._watchers = Watchers(self.live, lambda: self._client, self._retune)
        self._changed = self._watchers.changed
        self._reminding = Reminding(store, clock, self.live, plan, self._changed)
        self._reminding.clip_is_heard = lambda: self.live.connected and self.caught_up.is_set()
        self._timetable = TimetableKeeper(store, lambda: self._reminding.seen)
        self.timetable_looked_at = asyncio.Event()  # set once this connection has compared it
        self._mail = Mail(store, folder) if folder else None
        self.letters_looked_at = asyncio.Event()  # set once this connection has exchanged them
        self._intake = Intake(
            store, clock, self.live, self._reminding, self._changed, self._fit_changed
        )
        self.fanout = self._reminding.fanout
        if on_update is not None:
            self.subscribe(on_update)

    # --- for views and commands in this process

    @property
    def client(self) -> ClipClient | None:
        """The connected clip's client, for requests (calibrate, buzz); None without a link or during a loan."""
        return self._client if self.live.connected else None

    @property
    def clock(self) -> Clock:
        """The clock that the runner reads and sleeps by."""
        return self._clock

    @property
    def plan(self) -> Plan | None:
        """The plan that the runner follows, None without one."""
        return self._reminding.plan

    def use(self, ways: Sequence[Notifier]) -> None:
        """Set the ways to show reminders. Build each with `self.fanout.answered` as its callback."""
        self._ways = ways
        self._use_ways()

    def add(self, way: Notifier) -> None:
        """Add a way to show reminders, such as a page."""
        self._ways = (*self._ways, way)
        self._use_ways()

    def _use_ways(self) -> None:
        """Give the fanout all ways, with the clip's buzz among them while the clip is connected."""
        client = self._client
        buzz = () if client is None else (ClipNotifier(client, self.fanout.answered, self._felt),)
        self.fanout.use((*self._ways, *buzz))

    def _felt(self) -> bool:
        live = self.live
        worn = live.wearer.worn is not False and not live.charging
        return worn and live.power not in _SILENT

    def subscribe(
        self, callback: Callable[[Live], None], *, motion: bool = True
    ) -> Callable[[], None]:
        """Call `callback` at each change of `live`. Return a function that ends the subscription.

        May be called before and during `run`. While any subscriber wants `motion`, the clip sends its angle 10 times
        a second. This drains the battery, so a view that nobody sees should end its subscription.
        """
        return self._watchers.view(callback, MOTION_HZ if motion else 0)

    def subscribe_motion(
        self, callback: Callable[[Frame], None], rate_hz: int = MOTION_HZ
    ) -> Callable[[], None]:
        """Call `callback` with each motion frame, at least `rate_hz` (1 to 52) a second.

        Return a function that ends the subscription.
        """
        return self._watchers.motion(callback, rate_hz)

    def hold(self) -> Callable[[], None]:
        """Keep the link, or get it, until the returned function is called: somebody needs the clip.

        A clip that saves power is met in its next window, or once its button is pressed.
        """
        key = object()
        self._holds.add(key)
        self._needed()

        def release() -> None:
            self._holds.discard(key)
            self._wants.set()

        return release

    @property
    def is_needed(self) -> bool:
        """True while somebody needs the link."""
        charges = self.live.connected and self.live.charging
        return bool(self._holds or self._watchers.rate_hz or charges)

    def _needed(self) -> None:
        self._wants.set()
        if self._client is None and self.is_needed:
            self._look_now.set()

    def look_now(self) -> None:
        """Search for the clip now, and start the pauses between searches from the shortest again.

        For when somebody waits for the clip, or this computer has just woken.
        """
        self._search.found()
        self._look_now.set()

    async def lend(self, who: str) -> None:
        """End the link and leave the clip to another program (`who`) until `take_back`."""
        self._borrowers.append(who)
        self._given_back.clear()
        self.live.lent_to = who
        if self._attempt is not None:
            await end(self._attempt)
        self._look_now.set()  # ends a pause, so that the loan begins in it, too

    def take_back(self, who: str) -> None:
        """End the loan to `who`. After the last loan, search for the clip at once."""
        self._borrowers.remove(who)
        self.live.lent_to = self._borrowers[-1] if self._borrowers else ""
        if not self._borrowers:
            self._given_back.set()
            self.look_now()

    async def run(self) -> None:
        """Run until cancelled. Raises PoiseError for an error that another attempt cannot solve."""
        with contextlib.suppress(PoiseError):  # a store that is busy now is no reason to end
            speak_as_kept(self._store)
        ticking = asyncio.ensure_future(self._tick())
        linking = asyncio.ensure_future(self._keep_linked())
        try:
            done, _ = await asyncio.wait((ticking, linking), return_when=asyncio.FIRST_EXCEPTION)
            for task in done:
                task.result()
        finally:
            await end(ticking, linking)
            with contextlib.suppress(PoiseError):
                await self._reminding.keep_answers()

    # --- the link

    async def _keep_linked(self) -> None:
        while True:
            if self._borrowers:
                self.live.link = _("lent to {command}").format(command=self.live.lent_to)
                _log.info("link: lent to %s", self.live.lent_to)
                self._changed()
                await self._given_back.wait()
            self.caught_up.clear()
            self.timetable_looked_at.clear()
            self.letters_looked_at.clear()
            self._look_now.clear()
            self.live.searches += 1
            attempt = self._attempt = asyncio.ensure_future(self._connection())
            try:
                await asyncio.wait((attempt,))
            finally:
                await end(attempt)
            error = None if attempt.cancelled() else attempt.exception()
            self._lost(error)
            await self._pause(error if isinstance(error, PoiseError) else None)

    def _lost(self, error: BaseException | None) -> None:
        live, was_resting = self.live, self.live.resting
        if live.connected:
            live.last_seen_utc_ms = self._clock.utc_ms()
            was_resting = error is None and self._by_radio
            if not was_resting:
                self._windows.forget()  # it may be live, or it may have restarted
        elif isinstance(error, PoiseError) and error.reason is Reason.NO_CLIP:
            self._windows.missed()
        live.connected, live.flexion_deg = False, None
        live.resting = was_resting and self._windows.is_known and not self._borrowers
        if not live.resting:
            live.activity = None
            live.is_in("off", self._clock.utc_ms())
        if isinstance(error, PoiseError):
            if not self._can_pass(error):
                raise error
            live.link, live.link_fault = str(error), error.reason
            _log.info("link: %s (%s)", error, error.reason)
            if error.reason in STORE_PASSING:
                live.warn("store", store_trouble(error))
            # A warning with its remedy, if a person has to act or the radio is off.
            live.warn("link", "" if error.reason in MENDED_BY_ITSELF else error.told)
        elif error is not None:
            raise error
        if live.resting:
            live.link = RESTS
        self._changed()

    def _can_pass(self, error: PoiseError) -> bool:
        if self._keep_going:
            return error.reason not in HOPELESS
        return error.reason in PASSING | STORE_PASSING

    async def _pause(self, error: PoiseError | None) -> None:
        # Only a connection that caught up shortens the pause: a clip that connects and refuses is asked less often.
        if self.caught_up.is_set():
            self._search.found()
        pause_s = self._next_search_s(error)
        _log.info("next search in %.1f s, for %.1f s", pause_s, self._search_s)
        looking = asyncio.ensure_future(self._look_now.wait())
        pausing = asyncio.ensure_future(self._clock.sleep(pause_s))
        try:
            await asyncio.wait((looking, pausing), return_when=asyncio.FIRST_COMPLETED)
            if looking.done():
                self._search_s = SEARCH_S
        finally:
            await end(looking, pausing)

    def _next_search_s(self, error: PoiseError | None) -> float:
        """Return the pause before the next search, and set that search's length."""
        usual_s = self._search.pause_s(asyncio.get_running_loop().time(), error)
        self._search_s = SEARCH_S
        if error is not None and error.reason is not Reason.NO_CLIP:
            return usual_s
        if self.is_needed:
            return min(usual_s, _WAITING_S)
        if not self._by_radio:
            return usual_s
        now_s = self._clock.monotonic_s()
        coming = self._windows.next_search(now_s, at_once=self._at_once is True)
        self._search_s = coming.length_s
        return coming.pause_s

    async def _connection(self) -> None:
        """Hold a link until it is lost, which raises PoiseError, or until nobody needs it any longer."""
        self._at_once = hears_at_once(self._store)
        client = self._connect()
        self._by_radio = client.by_radio
        client.on_motion = self._on_motion
        identity = await client.open(self._search_s)
        self._client = client
        self._watchers.forget_rate()
        try:
            await self._begin(client, identity)
            keeping = asyncio.ensure_future(self._keep_in_step(client))
            giving = asyncio.ensure_future(self._keep_timetable(client))
            mailing = asyncio.ensure_future(self._keep_letters(client))
            leaving = asyncio.ensure_future(self._until_unneeded())
            first = self._store.records.next_seq(identity.clip_id, identity.oldest_seq)
            following = asyncio.ensure_future(client.follow_log(first, self._sink, self._caught_up))
            following.add_done_callback(retrieved)
            try:
                await asyncio.wait((following, leaving), return_when=asyncio.FIRST_COMPLETED)
                if following.done():
                    following.result()
                await client.idle()
            finally:
                await end(keeping, giving, mailing, following, leaving)
            await client.say_goodbye()
        finally:
            self._client = None
            self._use_ways()
            with contextlib.suppress(PoiseError):
                await client.close()

    async def _until_unneeded(self) -> None:
        """Return once the log is fetched, the timetable is looked at and nobody needs the link.

        A cable is held as long as it is there.
        """
        await self.timetable_looked_at.wait()
        while not self._by_radio or self.is_needed:
            self._wants.clear()
            await self._wants.wait()
            if not self.is_needed:
                await self._clock.sleep(LINGER_S)

    async def _begin(self, client: ClipClient, identity: Identity) -> None:
        live = self.live
        await self._check_owner(client, identity)
        live.clip_id, live.firmware = identity.clip_id, identity.firmware
        now = (identity.clip_id, identity.boot)
        is_in_step = self._in_step == now and self._clock.monotonic_s() < self._in_step_until_s
        if not is_in_step:
            self._given = None
            await self._give_time(client)
        await self._look_at(client)
        live.connected, live.resting, live.link = True, False, N_("connected")
        live.link_fault = None
        live.connections += 1
        live.warn("link", "")
        self._use_ways()
        await self._give_settings(client)
        if not is_in_step:
            self._in_step, self._in_step_until_s = now, self._clock.monotonic_s() + SYNC_S
        await self._watchers.tune()
        self._changed()

    async def _check_owner(self, client: ClipClient, identity: Identity) -> None:
        """Give nothing to a clip that may be another patient's, and take nothing from it: a view asks whose it is."""
        self.live.unknown_clip = ""
        try:
            await settle_owner(self._store, client, identity)
        except PoiseError as error:
            if error.reason is Reason.OTHER_PATIENT:
                self.live.unknown_clip = identity.clip_id
            raise

    async def _look_at(self, client: ClipClient) -> None:
        status = await self._intake.status(client)
        self._windows.told(self._clock.monotonic_s(), status)
        self._wants.set()  # the charger may have come or gone

    async def _give_time(self, client: ClipClient) -> None:
        given = await client.set_time()
        self.live.warn("clock", "" if given else _(NO_TIME))
        if given:
            self.live.last_sync_utc_ms = self._clock.utc_ms()

    async def _give_settings(self, client: ClipClient) -> None:
        wanted = wanted_settings(self.plan, self._at_once)
        if wanted != self._given:
            await give_settings(client, wanted)
            self._given = wanted

    async def _keep_in_step(self, client: ClipClient) -> None:
        """Ask for the status, set the clock and give settings that changed at intervals, until cancelled.

        Errors are ignored here: a lost link ends the connection elsewhere.
        """
        since_sync_s = 0.0
        while True:
            await self._clock.sleep(STATUS_S)
            since_sync_s += STATUS_S
            with contextlib.suppress(PoiseError):  # the next round tries again
                self._at_once = hears_at_once(self._store)
                await self._give_settings(client)
                if since_sync_s >= SYNC_S:
                    await self._give_time(client)
                    since_sync_s = 0.0
                await self._look_at(client)
                self._changed()

    async def _keep_timetable(self, client: ClipClient) -> None:
        """Give the clip, once it has told all it knows, the timetable, and again when it changes. Until cancelled."""
        await self.letters_looked_at.wait()  # a letter may bring another plan
        async for trouble in self._timetable.looks(client, self._clock):
            if self.live.warnings.get("timetable", "") != trouble:
                self.live.warn("timetable", trouble)
                self._changed()
            self.timetable_looked_at.set()

    async def _keep_letters(self, client: ClipClient) -> None:
        """Exchange the letters once the clip has told all it knows, and again when there is news. Until cancelled."""
        await self.caught_up.wait()
        if self._mail is None:
            self.letters_looked_at.set()
            return
        async for done in self._mail.looks(client, self._clock):
            self.live.warn("letters", done.refused.told if done.refused else "")
            if done.taken is not None:
                self.live.letters += 1
                with contextlib.suppress(PoiseError):  # the next connection tries again
                    await self._reminding.take_up_plan()
                    await self._give_settings(client)
            self._changed()
            self.letters_looked_at.set()

    def _retune(self) -> None:
        self._needed()
        self._later(self._watchers.tune)

    def _fit_changed(self) -> None:
        """Ask for the status at once, because the clip has a new start position or sits differently."""
        self._later(self._look_at_fit)

    async def _look_at_fit(self) -> None:
        client = self.client
        if client is not None:
            with contextlib.suppress(PoiseError):  # the next regular status makes up for it
                await self._look_at(client)
                self._changed()

    def _caught_up(self, transfer: Transfer) -> None:
        _log.info("log: %d records, up to number %d", transfer.records, transfer.next_seq)
        self.live.warn("store", "")
        self.caught_up.set()

    # --- incoming records and frames

    async def _sink(self, raw: bytes) -> None:
        client = self._client
        assert client is not None
        was_charging = self.live.charging
        await self._intake.records(client, raw)
        if self.live.charging != was_charging:
            self._wants.set()

    def _on_motion(self, fields: Frame) -> None:
        self.live.flexion_deg = fields["flexion_cdeg"] / 100
        self.live.is_in(fields["state"], self._clock.utc_ms())
        self.live.overruns = fields["overruns"]
        self._watchers.frame(fields)
        self._changed()

    # --- time

    async def _tick(self) -> None:
        watch = JumpWatch(self._clock)
        while True:
            before = self.live.next_reminder_utc_ms, self.live.warning, self.live.on_hold
            await self._reminding.look()
            if (self.live.next_reminder_utc_ms, self.live.warning, self.live.on_hold) != before:
                self._changed()
            await self._clock.sleep(TICK_S)
            if watch.look(TICK_S):
                self.live.jumps += 1
                _log.info("this computer slept, or its clock was set")
                self._later(self._after_jump)

    async def _after_jump(self) -> None:
        """Set the clip's clock and test the link, after this computer slept or its clock was set."""
        self._windows.forget()
        self._in_step = None
        client = self.client
        if client is None:
            self.look_now()
            if self._attempt is not None:
                await end(self._attempt)  # a long search may not outlive a sleep of the computer
            return
        try:
            await self._give_time(client)
            await self._look_at(client)
            self._changed()
        except PoiseError:
            self._search.found()
            await client.close()  # ends the connection; the next one begins at once

    def _later(self, work: Callable[[], Awaitable[None]]) -> None:
        try:
            task = asyncio.get_running_loop().create_task(_awaited(work()))
        except RuntimeError:
            return  # no loop runs before `run`; the first connection does this work
        self._background.add(task)  # kept from the garbage collector
        task.add_done_callback(self._background.discard)


async def _awaited(work: Awaitable[None]) -> None:
    await work
