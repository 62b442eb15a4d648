"""The daily runner: keeps the clip connected, its log and clock in step, and the reminders going. Prints nothing.

Whatever happens to the radio, the clip or this computer, the next session asks for the first record that is missing.
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from .clip import NO_TIME, ClipClient, Identity
from .clock import Clock, possible
from .coach.plan import Plan
from .coach.reminders import Wearer, due, next_due
from .errors import PoiseError, Reason
from .notify import Fanout, Notice, Notifier
from .notify.clip import ClipNotifier
from .store import Store
from .tasks import end
from .transfer import Transfer
from .wire import codec
from .wire.errors import WireError

MOTION_HZ = 10
SHOWN_EVENTS = 8
SYNC_S = 3600.0  # the clip's clock is set anew, in the clip's time
REMIND_S = 1.0
DAY_MS = 24 * 3600 * 1000
SNOOZE_MIN = 10
_BACKOFF_S = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0)  # of real time, as the radio's
# What another attempt can mend.
_PASSING = {
    Reason.NOT_PAIRED,
    Reason.NO_CLIP,
    Reason.LINK_LOST,
    Reason.TIMEOUT,
    Reason.BAD_LOG,
    Reason.NO_ADAPTER,
    Reason.REFUSED,
}
_QUIET_KINDS = {"minute", "quiet", "block", "clock", "setting"}


@dataclass
class Live:
    """What a view shows. Angles in degrees, None before the first frame."""

    link: str = "looking for the clip"
    warning: str = ""  # what the user should see to, beside the link
    connected: bool = False
    clip_id: str = ""
    site: str = "unknown"
    state: str = "off"
    flexion_deg: float | None = None
    # (UTC in milliseconds, None when it was before the clip's present start; kind; fields)
    events: deque[tuple[int | None, str, dict[str, Any]]] = field(
        default_factory=lambda: deque(maxlen=SHOWN_EVENTS)
    )
    reminder: Notice | None = None
    last_answer: str = ""
    next_reminder_utc_ms: int | None = None
    records: int = 0
    sessions: int = 0
    reminders_fired: int = 0
    reminders_answered: int = 0
    overruns: int = 0
    unreadable: int = 0  # records whose fields this poise's table does not explain
    total_events: int = 0  # of those that `events` has room for only the last of

    @property
    def wearer(self) -> Wearer:
        """What the reminders need to know; unknown without a link."""
        if not self.connected:
            return Wearer()
        return Wearer(worn=self.state not in ("not_worn", "off"), still=self.state != "moving")


class Runner:
    """Runs until it is cancelled. `connect` makes a client; `ways` are shown reminders beside the clip's buzz.

    Every PoiseError that another attempt can't mend ends it: a wrong version, a full disk, a foreign device.
    """

    def __init__(
        self,
        connect: Callable[[], ClipClient],
        store: Store,
        clock: Clock,
        plan: Plan | None = None,
        on_update: Callable[[Live], None] = lambda _live: None,
    ) -> None:
        self._connect = connect
        self._store = store
        self._clock = clock
        self._plan = plan
        self._on_update = on_update
        self._client: ClipClient | None = None
        self._ways: Sequence[Notifier] = ()
        self._start = (-1, 0)  # boot of the session, UTC in milliseconds at its start
        self._background: set[asyncio.Future[None]] = set()
        self.fanout = Fanout(self._keep_answer)
        self.live = Live()
        self.caught_up = asyncio.Event()  # in this session

    def use(self, ways: Sequence[Notifier]) -> None:
        """Ways to show reminders; build each with `self.fanout.answered` as its callback."""
        self._ways = ways
        self.fanout.use(tuple(ways))  # the clip's buzz joins when it is connected

    async def run(self) -> None:
        """Until cancelled, or a PoiseError that nothing here can mend."""
        reminding = asyncio.ensure_future(self._remind())
        linking = asyncio.ensure_future(self._keep_linked())
        try:
            done, _ = await asyncio.wait((reminding, linking), return_when=asyncio.FIRST_EXCEPTION)
            for task in done:
                task.result()
        finally:
            await end(reminding, linking)

    # --- the link

    async def _keep_linked(self) -> None:
        failures = 0
        while True:
            self.caught_up.clear()
            try:
                await self._session()
            except PoiseError as error:
                if error.reason not in _PASSING:
                    raise
                self.live.link = str(error)
            self.live.connected = False
            self.live.state = "off"
            self._on_update(self.live)
            # A clip that connects and then refuses is asked ever less often, too.
            failures = 0 if self.caught_up.is_set() else failures + 1
            await asyncio.sleep(_BACKOFF_S[min(failures, len(_BACKOFF_S) - 1)])

    async def _session(self) -> None:
        client = self._client = self._connect()
        client.on_motion = self._on_motion
        identity = await client.open()
        self._start = (identity.boot, self._clock.utc_ms() - identity.t_ms)
        try:
            await self._begin(client, identity)
            syncing = asyncio.ensure_future(self._sync_hourly(client))
            try:
                first = self._store.records.next_seq(identity.clip_id, identity.oldest_seq)
                await client.follow_log(first, self._sink, self._caught_up)
            finally:
                await end(syncing)
        finally:
            self._client = None
            with contextlib.suppress(PoiseError):
                await client.close()

    async def _begin(self, client: ClipClient, identity: Identity) -> None:
        live = self.live
        live.clip_id, live.connected, live.link = identity.clip_id, True, "connected"
        live.sessions += 1
        live.warning = "" if await client.set_time() else NO_TIME
        status = await client.status()
        live.site, live.state = status["site"], status["state"]
        clip = ClipNotifier(client, self.fanout.answered)
        self.fanout.use((*self._ways, clip))
        await self._push_settings(client)
        await client.request("motion_stream", rate_hz=MOTION_HZ)
        self._on_update(live)

    async def _push_settings(self, client: ClipClient) -> None:
        """The plan's settings, where the clip has others."""
        if self._plan is None:
            return
        wanted = {**self._plan.nudge.settings(), "plan_version": self._plan.version}
        for key, value in wanted.items():
            if (await client.request("setting_get", key=key))["value"] != value:
                await client.request("setting_set", key=key, value=value)

    async def _sync_hourly(self, client: ClipClient) -> None:
        while True:
            await self._clock.sleep(SYNC_S)
            with contextlib.suppress(
                PoiseError
            ):  # the next hour will do; a lost link ends the session itself
                self.live.warning = "" if await client.set_time() else NO_TIME

    def _caught_up(self, transfer: Transfer) -> None:
        del transfer
        self.caught_up.set()

    # --- what arrives

    def _sink(self, raw: bytes) -> None:
        """Commits records; only then may the client acknowledge them."""
        assert self._client is not None
        source = self._client.transport.source
        done = self._store.records.import_raw(self.live.clip_id, raw, source, self._clock.utc_ms())
        self.live.records += done.new
        at = 0
        while at < len(raw):
            try:
                record, _ = codec.parse_record(raw, at)
                self._note(record)
            except WireError:  # kept as it came, but there is nothing to show
                self.live.unreadable += 1
            at += codec.record_length(raw, at)
        self._on_update(self.live)

    def _note(self, record: dict[str, Any]) -> None:
        kind = record["kind"]
        if kind == "posture":
            self.live.state, self.live.site = record["state"], record["site"]
        if kind == "reminder" and record["answer"] != "none":
            # Also an answer given while no host was near: the store keeps the first.
            self._keep_answer(record["reminder_id"], record["answer"], "clip")
        if kind not in _QUIET_KINDS:
            self.live.events.append((self._when(record), kind, record))
            self.live.total_events += 1

    def _when(self, record: dict[str, Any]) -> int | None:
        """UTC in milliseconds of a record of this start; None for an older one, which the store can tell."""
        boot, utc_ms_at_start = self._start
        return utc_ms_at_start + record["t_ms"] if record["boot"] == boot else None

    def _on_motion(self, fields: dict[str, Any]) -> None:
        self.live.flexion_deg = fields["flexion_cdeg"] / 100
        self.live.state = fields["state"]
        self.live.overruns = fields["overruns"]
        self._on_update(self.live)

    # --- reminders

    async def _remind(self) -> None:
        while self._plan is not None:
            await self._remind_once(self._plan)
            await self._clock.sleep(REMIND_S)
        await asyncio.Event().wait()  # no plan, no reminders

    async def _remind_once(self, plan: Plan) -> None:
        now = self._clock.utc_ms()
        if not possible(now):
            return  # nobody can tell when a reminder is due
        history = self._store.reminders.history(now - DAY_MS)
        self.live.next_reminder_utc_ms = next_due(plan, history, now)
        if self.live.next_reminder_utc_ms != now:
            return
        reminder = due(plan, history, now, self.live.wearer, self._nudges(now))
        if reminder is None:
            return
        number = self._store.reminders.fired(reminder.key, reminder.due_utc_ms, now)
        notice = self.live.reminder = Notice(number, reminder.title, reminder.text)
        self.live.reminders_fired += 1
        await self.fanout.notify(notice)
        self._on_update(self.live)

    def _nudges(self, now: int) -> list[int]:
        if not self.live.clip_id:
            return []
        events = self._store.records.events(self.live.clip_id, now - DAY_MS, now, ("nudge",))
        return [event.utc_ms for event in events if event.utc_ms is not None]

    def _keep_answer(self, reminder_id: int, answer: str, via: str) -> None:
        snooze_min = SNOOZE_MIN if answer == "snoozed" else 0
        if not self._store.reminders.answered(
            reminder_id, answer, self._clock.utc_ms(), via, snooze_min
        ):
            return
        self.live.reminders_answered += 1
        self.live.last_answer = f"{answer} ({via})"
        self.live.reminder = None
        self._later(self.fanout.withdraw(reminder_id))
        self._on_update(self.live)

    def _later(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._background.add(task)  # kept from the garbage collector
        task.add_done_callback(self._background.discard)
