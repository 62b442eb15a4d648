"""The daily runner: keeps the clip connected, its log and clock in step, and the reminders going. Prints nothing.

Whatever happens to the radio, the clip or this computer, the next session asks for the first record that is missing.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence

from ..aio import end
from ..clip.client import NO_TIME, ClipClient, Identity
from ..clip.log_reader import Transfer
from ..clip.reconnect import HOPELESS, PASSING, STORE_PASSING, Search
from ..coach.plan.plan import Plan
from ..errors import PoiseError, Reason
from ..notify import Notifier
from ..notify.clip import ClipNotifier
from ..store import Store
from ..timebase.clock import Clock
from ..wire.plan_mark import clip_number
from .intake import Intake
from .live import Live
from .reminding import Reminding, store_trouble
from .sleep_watch import JumpWatch
from .watchers import Frame, Watchers

MOTION_HZ = 10
SEARCH_S = 5.0  # of one look for the clip: `Search` says why so short
SYNC_S = 3600.0  # the clip's clock is set anew, in the clip's time
STATUS_S = 600.0  # battery and fit are asked for
TICK_S = 1.0
_SILENT = ("no_buzz", "log_only")  # wire ENUMS "power": the battery has no buzz to spare


class Runner:
    """Runs until it is cancelled. `connect` makes a client; `ways` are shown reminders beside the clip's buzz.

    Without `plan` it follows the store's, as it changes. What another attempt can't mend ends it with a PoiseError (a
    wrong version, a foreign device), unless `keep_going`: then it is told in `live` and tried again, ever slowly.
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
    ) -> None:
        self._connect = connect
        self._store = store
        self._clock = clock
        self._keep_going = keep_going
        self._search = search or Search()
        self._client: ClipClient | None = None
        self._ways: Sequence[Notifier] = ()
        self._background: set[asyncio.Future[None]] = set()
        self._attempt: asyncio.Future[None] | None = None
        self._look_now = asyncio.Event()
        self._borrowers: list[str] = []
        self._given_back = asyncio.Event()
        self.live = Live()
        self.caught_up = asyncio.Event()  # in this session
        self._watchers = Watchers(self.live, lambda: self._client, self._retune)
        self._changed = self._watchers.changed
        self._reminding = Reminding(store, clock, self.live, plan, self._changed)
        self._intake = Intake(
            store, clock, self.live, self._reminding, self._changed, self._fit_changed
        )
        self.fanout = self._reminding.fanout
        if on_update is not None:
            self.subscribe(on_update)

    # --- for views and commands in this process

    @property
    def client(self) -> ClipClient | None:
        """The connected clip's client, for requests (calibrate, buzz); None without a link, or while it is lent."""
        return self._client if self.live.connected else None

    @property
    def clock(self) -> Clock:
        """The clock that the runner reads and sleeps by."""
        return self._clock

    @property
    def plan(self) -> Plan | None:
        """The plan that is followed."""
        return self._reminding.plan

    def use(self, ways: Sequence[Notifier]) -> None:
        """Ways to show reminders; build each with `self.fanout.answered` as its callback."""
        self._ways = ways
        self._use_ways()

    def add(self, way: Notifier) -> None:
        """One more way, such as a page."""
        self._ways = (*self._ways, way)
        self._use_ways()

    def _use_ways(self) -> None:
        """The clip's buzz is one of them while it is connected."""
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
        """Calls back at each change of `live`; what it returns ends that. Callable before and while `run` runs.

        While any subscriber wants `motion`, the clip sends its angle 10 times a second: that costs its battery, so
        a view that nobody sees should end its subscription.
        """
        return self._watchers.view(callback, MOTION_HZ if motion else 0)

    def subscribe_motion(
        self, callback: Callable[[Frame], None], rate_hz: int = MOTION_HZ
    ) -> Callable[[], None]:
        """Calls back with each motion frame, at least `rate_hz` (1 to 52) a second; what it returns ends that."""
        return self._watchers.motion(callback, rate_hz)

    def look_now(self) -> None:
        """Looks for the clip at once, and often again: somebody waits for it, or this computer has just woken."""
        self._search.found()
        self._look_now.set()

    async def lend(self, who: str) -> None:
        """Ends the link, and keeps off the clip until `take_back`: another program may have it now."""
        self._borrowers.append(who)
        self._given_back.clear()
        self.live.lent_to = who
        if self._attempt is not None:
            await end(self._attempt)

    def take_back(self, who: str) -> None:
        """That program is done."""
        self._borrowers.remove(who)
        self.live.lent_to = self._borrowers[-1] if self._borrowers else ""
        if not self._borrowers:
            self._given_back.set()
            self.look_now()

    async def run(self) -> None:
        """Until cancelled, or a PoiseError that nothing here can mend."""
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
                self.live.link = f"lent to {self.live.lent_to}"
                self._changed()
                await self._given_back.wait()
            self.caught_up.clear()
            self._look_now.clear()
            self.live.searches += 1
            attempt = self._attempt = asyncio.ensure_future(self._session())
            try:
                await asyncio.wait((attempt,))
            finally:
                await end(attempt)
            error = None if attempt.cancelled() else attempt.exception()
            self._lost(error)
            await self._pause(error if isinstance(error, PoiseError) else None)

    def _lost(self, error: BaseException | None) -> None:
        live = self.live
        if live.connected:
            live.last_seen_utc_ms = self._clock.utc_ms()
        live.connected, live.flexion_deg, live.activity = False, None, None
        live.is_in("off", self._clock.utc_ms())
        if isinstance(error, PoiseError):
            passing = HOPELESS.isdisjoint({error.reason}) if self._keep_going else (
                error.reason in PASSING | STORE_PASSING
            )  # fmt: skip
            if not passing:
                raise error
            live.link = str(error)
            if error.reason in STORE_PASSING:
                live.warn("store", store_trouble(error))
            # What a person has to mend, or a radio that is off, is told with its cure.
            mended_by_itself = error.reason in (PASSING - {Reason.NOT_PAIRED, Reason.NO_ADAPTER})
            live.warn("link", "" if mended_by_itself else error.told)
        elif error is not None:
            raise error
        self._changed()

    async def _pause(self, error: PoiseError | None) -> None:
        # A clip that connects and then refuses is asked ever less often, too.
        if self.caught_up.is_set():
            self._search.found()
        pause_s = self._search.pause_s(asyncio.get_running_loop().time(), error)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._look_now.wait(), pause_s)

    async def _session(self) -> None:
        client = self._connect()
        client.on_motion = self._on_motion
        identity = await client.open()
        self._client = client
        self._watchers.forget_rate()
        try:
            await self._begin(client, identity)
            keeping = asyncio.ensure_future(self._keep_in_step(client))
            try:
                first = self._store.records.next_seq(identity.clip_id, identity.oldest_seq)
                await client.follow_log(first, self._sink, self._caught_up)
            finally:
                await end(keeping)
        finally:
            self._client = None
            self._use_ways()
            with contextlib.suppress(PoiseError):
                await client.close()

    async def _begin(self, client: ClipClient, identity: Identity) -> None:
        live = self.live
        live.clip_id, live.firmware = identity.clip_id, identity.firmware
        await self._give_time(client)
        await self._intake.status(client)
        live.connected, live.link = True, "connected"
        live.sessions += 1
        live.warn("link", "")
        self._use_ways()
        await self._push_settings(client)
        await self._watchers.tune()
        self._changed()

    async def _give_time(self, client: ClipClient) -> None:
        given = await client.set_time()
        self.live.warn("clock", "" if given else NO_TIME)
        if given:
            self.live.last_sync_utc_ms = self._clock.utc_ms()

    async def _push_settings(self, client: ClipClient) -> None:
        """The plan's settings, where the clip has others."""
        plan = self.plan
        if plan is None:
            return
        wanted = {**plan.nudge.settings(), "plan_version": clip_number(plan.content_hash)}
        for key, value in wanted.items():
            if (await client.request("setting_get", key=key))["value"] != value:
                await client.request("setting_set", key=key, value=value)

    async def _keep_in_step(self, client: ClipClient) -> None:
        """Status, time and settings; a lost link ends the session itself."""
        plan, since_sync_s = self.plan, 0.0
        while True:
            await self._clock.sleep(STATUS_S)
            since_sync_s += STATUS_S
            with contextlib.suppress(PoiseError):  # the next time will do
                if self.plan is not plan:
                    await self._push_settings(client)
                    plan = self.plan
                if since_sync_s >= SYNC_S:
                    await self._give_time(client)
                    since_sync_s = 0.0
                await self._intake.status(client)
                self._changed()

    def _retune(self) -> None:
        self._later(self._watchers.tune)

    def _fit_changed(self) -> None:
        """The clip has a new start position, or sits otherwise: its status is asked for at once."""
        self._later(self._look_at_fit)

    async def _look_at_fit(self) -> None:
        client = self.client
        if client is not None:
            with contextlib.suppress(PoiseError):  # the next status will do
                await self._intake.status(client)
                self._changed()

    def _caught_up(self, transfer: Transfer) -> None:
        del transfer
        self.live.warn("store", "")
        self.caught_up.set()

    # --- what arrives

    async def _sink(self, raw: bytes) -> None:
        client = self._client
        assert client is not None
        await self._intake.records(client, raw)

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
                self._later(self._after_jump)

    async def _after_jump(self) -> None:
        """This computer slept, or its clock was set: the clip gets the time at once, and a dead link is found out."""
        client = self.client
        if client is None:
            self.look_now()
            return
        try:
            await self._give_time(client)
            await self._intake.status(client)
            self._changed()
        except PoiseError:
            self._search.found()
            await client.close()  # ends the session; the next one begins at once

    def _later(self, work: Callable[[], Awaitable[None]]) -> None:
        try:
            task = asyncio.get_running_loop().create_task(_awaited(work()))
        except RuntimeError:
            return  # before `run`: the first session does it
        self._background.add(task)  # kept from the garbage collector
        task.add_done_callback(self._background.discard)


async def _awaited(work: Awaitable[None]) -> None:
    await work
