"""What every page works with: the store, the clock, and the runner when `poise wear` runs in this process."""

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..coach import safety
from ..coach.plan.plan import Plan, parse_plan
from ..coach.plan.prescription import Prescription
from ..coach.reminders.policy import next_due
from ..errors import PoiseError, Reason
from ..history.overview import headache_marks
from ..notify import Notice
from ..store import Store
from ..store.holds import HoldRow
from ..timebase.calendar import day_begins_utc_ms, local_date, local_zone
from ..timebase.clock import Clock
from .drafts import Drafts
from .guided import VIA, Guided

if TYPE_CHECKING:
    from ..wear import Live, Runner

_DAY_MS = 24 * 3600 * 1000
Frame = dict[str, Any]
MOTION_HZ = 10
SAID_S = 60.0  # so long an answer is confirmed


class PageContext:
    """One patient's store, and perhaps the clip. Days are those of the plan's time zone."""

    def __init__(self, store: Store, clock: Clock, runner: "Runner | None" = None) -> None:
        self.store = store
        self.clock = clock
        self.runner = runner
        self._plan: Plan | None = None
        self._plan_id = 0
        self.plan_fault = ""
        self.guided: Guided | None = None  # the session that is under way, or the last one
        self.drafts = Drafts()
        self.has_read = False  # when to stop, since this program runs
        self._said: tuple[int, str, float] | None = None  # reminder, answer, when
        self._frames = Audience(self._subscribe_motion)
        self._changes = Audience(self._subscribe_live)

    @property
    def live(self) -> "Live | None":
        """What the runner knows now; None without one."""
        return self.runner.live if self.runner else None

    def plan(self) -> Plan | None:
        """The plan in force; None before the first, and when it can't be read: `plan_fault` says why then."""
        current = self.store.plans.current()
        if current is None:
            return None
        if current.plan_id != self._plan_id:
            self._plan, self._plan_id, self.plan_fault = None, current.plan_id, ""
            try:
                self._plan = parse_plan(current.text)
            except PoiseError as error:  # written by a newer Poise
                self.plan_fault = error.told
        return self._plan

    @property
    def plan_id(self) -> int | None:
        """Number of the plan that `plan` gave last; None before."""
        return self._plan_id or None

    def zone(self) -> dt.tzinfo:
        """In which days are counted."""
        plan = self.plan()
        return plan.timezone if plan else local_zone()

    def local(self, utc_ms: int) -> dt.datetime:
        """That moment on the patient's clock."""
        return dt.datetime.fromtimestamp(utc_ms / 1000, self.zone())

    def today(self) -> dt.date:
        """The patient's day."""
        return local_date(self.clock.utc_ms(), self.zone())

    def starts(self, day: dt.date) -> int:
        """UTC in milliseconds at which this day begins."""
        return day_begins_utc_ms(day, self.zone())

    def begin(self, asked: Prescription) -> Guided:
        """Starts a guided session, with the clip when one is connected."""
        feed = self.runner if self.live and self.live.connected else None
        self.guided = Guided(feed, asked, self.clock, self.store, self.zone())
        return self.guided

    def holds(self) -> list[HoldRow]:
        """Stops that no therapist has cleared."""
        return self.store.holds.open()

    def stop(self, detail: str) -> None:
        """Stops the programme on the wearer's word, and the session that is under way."""
        now = self.clock.utc_ms()
        recent = self.can_take_back()
        if recent is None or recent.detail != detail:  # else a button that was pressed twice
            self.store.holds.raise_("unwell", detail, VIA, now)
        if self.guided and self.guided.is_under_way:
            self.guided.runner.look_for_stops()

    def can_take_back(self) -> HoldRow | None:
        """The stop that was said here so little ago that it can have been a mis-tap."""
        newest = next(iter(reversed(self.holds())), None)
        if newest is None or not safety.can_be_mistap(newest, VIA, self.clock.utc_ms()):
            return None
        return newest

    def take_back(self, hold_id: int) -> bool:
        """That stop was a mis-tap. False: too late, and only a therapist ends it."""
        recent = self.can_take_back()
        if recent is None or recent.hold_id != hold_id:
            return False
        runner = self.guided.runner if self.guided and not self.guided.over else None
        if runner and runner.hold_id == hold_id:
            return runner.take_back()
        return self.store.holds.take_back(hold_id, safety.TAKE_BACK_MS, self.clock.utc_ms())

    def clip_id(self) -> str | None:
        """The clip that is connected, else the one in the store; None before the first."""
        if self.live and self.live.clip_id:
            return self.live.clip_id
        known = self.store.clips.ids()
        return known[-1] if known else None

    def next_reminder_utc_ms(self) -> int | None:
        """When the next one can come; None: not known, or none."""
        if self.live:
            return self.live.next_reminder_utc_ms
        plan, now = self.plan(), self.clock.utc_ms()
        if plan is None:
            return None
        return next_due(plan, self.store.reminders.history(now - _DAY_MS), now)

    def answer(self, reminder_id: int, answer: str) -> None:
        """The patient's answer to a reminder: done, snoozed, skipped. The first one counts."""
        self._said = (reminder_id, answer, self.clock.monotonic_s())
        if self.runner and self.live and self.live.reminder:
            self.runner.fanout.answered(reminder_id, answer, VIA)
            return
        self.store.reminders.answered(reminder_id, answer, self.clock.utc_ms(), VIA)

    def just_answered(self) -> tuple[int, str] | None:
        """Reminder and answer that were given here a moment ago: the page says that they were taken."""
        if self._said is None or self.clock.monotonic_s() - self._said[2] > SAID_S:
            return None
        return self._said[:2]

    def headache_marks(self, first: dt.date, last: dt.date) -> list[dt.datetime]:
        """Moments at which a headache was marked at the clip's button, in these days."""
        return headache_marks(self.store, first, last, self.zone())

    # --- what is pushed

    @property
    def is_seen(self) -> bool:
        """Whether Today is on somebody's screen."""
        return bool(self._frames)

    def watch_motion(self, callback: Callable[[Frame], None]) -> Callable[[], None]:
        """Each motion frame until the returned function is called. The clip sends them only while somebody watches."""
        return self._frames.join(callback)

    def watch_live(self, callback: Callable[["Live"], None]) -> Callable[[], None]:
        """Each change of `live`, until the returned function is called."""
        return self._changes.join(callback)

    def _subscribe_motion(self, tell: Callable[[Frame], None]) -> Callable[[], None]:
        return self.runner.subscribe_motion(tell, MOTION_HZ) if self.runner else _nothing

    def _subscribe_live(self, tell: Callable[["Live"], None]) -> Callable[[], None]:
        return self.runner.subscribe(tell, motion=False) if self.runner else _nothing


_shown: list[PageContext] = []


def context() -> PageContext:
    """What the pages work with now."""
    return _shown[-1]


def show(working_with: PageContext) -> None:
    """The pages work with this context from now on."""
    _shown[:] = [working_with]


class Audience:
    """Several listeners to one subscription, which lasts while there is any."""

    def __init__(self, subscribe: Callable[[Callable[[Any], None]], Callable[[], None]]) -> None:
        self._subscribe = subscribe
        self._listeners: dict[object, Callable[[Any], None]] = {}
        self._stop: Callable[[], None] = _nothing

    def __bool__(self) -> bool:
        return bool(self._listeners)

    def join(self, callback: Callable[[Any], None]) -> Callable[[], None]:
        """Calls back until the returned function is called, once or more often."""
        key = object()
        if not self._listeners:
            self._stop = self._subscribe(self._tell)
        self._listeners[key] = callback

        def leave() -> None:
            if self._listeners.pop(key, None) and not self._listeners:
                self._stop()

        return leave

    def _tell(self, what: Any) -> None:
        for callback in list(self._listeners.values()):
            callback(what)


class TodayWay:
    """A reminder on Today, which shows what `Live.reminder` holds while somebody has the page open."""

    name = "dashboard"

    def __init__(self, context: PageContext) -> None:
        self._context = context

    async def notify(self, notice: Notice) -> None:
        """Raises PoiseError (NO_DATA) while nobody sees the page."""
        del notice
        if not self._context.is_seen:
            raise PoiseError(
                Reason.NO_DATA, "Today is open on no screen.", "`poise dashboard` opens it."
            )

    async def withdraw(self, reminder_id: int) -> None:
        """The page follows `Live.reminder`."""


def _nothing() -> None:
    pass
