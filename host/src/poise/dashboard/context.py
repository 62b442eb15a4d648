"""Context of every page: the store, the clock, and the runner when `poise wear` runs in this process."""

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .. import language
from ..coach import safety
from ..coach.plan.plan import Plan
from ..coach.plan.prescription import Prescription
from ..coach.reminders.facts import NOTHING, DayFacts, Snapshot
from ..coach.reminders.pause import Pause
from ..coach.reminders.policy import decide
from ..errors import PoiseError, Reason
from ..history.days import DayFactsReader
from ..history.language_choice import keep_language
from ..history.overview import headache_marks
from ..history.plan_in_force import PlanFollower
from ..history.reminder_pause import begin_pause, end_pause, reminder_pause
from ..language import _
from ..notify import Notice
from ..store import Store
from ..store.holds import HoldRow
from ..timebase.calendar import day_begins_utc_ms, local_date, local_zone
from ..timebase.clock import Clock
from .audience import Audience
from .drafts import Drafts
from .guided import VIA, Guided

if TYPE_CHECKING:
    from ..setup.acts import Setup
    from ..wear import Live, Runner

_DAY_MS = 24 * 3600 * 1000
Frame = dict[str, Any]
MOTION_HZ = 10
SAID_S = 60.0  # time for which the page confirms an answer


class PageContext:
    """One patient's store and, with a runner, the clip. Days are those of the plan's time zone.

    `setup` leads a new user; None where nobody needs it, such as in a demonstration.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        runner: "Runner | None" = None,
        setup: "Setup | None" = None,
    ) -> None:
        self.store = store
        self.clock = clock
        self.runner = runner
        self.setup = setup
        self._plans = PlanFollower(store)
        self._facts = DayFactsReader(store, clock)
        self.plan_id: int | None = None  # of the plan that `plan` returned last
        self.plan_fault = ""
        self.guided: Guided | None = None  # the session that is under way, or the last one
        self.drafts = Drafts(store.patient_id)
        self.has_read = False  # True once the patient has read, in this run, when to stop
        self._said: tuple[int, str, float] | None = None  # reminder, answer, when
        self._frames = Audience(self._subscribe_motion)
        self._changes = Audience(self._subscribe_live)

    @property
    def live(self) -> "Live | None":
        """The runner's current state; None without a runner."""
        return self.runner.live if self.runner else None

    def plan(self) -> Plan | None:
        """Return the plan in force;

        None before the first. None also for an unreadable plan: `plan_fault` then says why.
        """
        self.plan_id, self.plan_fault = None, ""
        try:
            held = self._plans.look()
        except PoiseError as error:
            if error.reason is not Reason.BAD_PLAN:
                raise
            self.plan_fault = error.told  # written by a newer Poise
            return None
        if held is None:
            return None
        self.plan_id = held.plan_id
        return held.plan

    def facts(self) -> DayFacts | None:
        """Return the day's facts for reminders; None without a plan."""
        plan = self.plan()
        if plan is None or self.plan_id is None:
            return None
        return self._facts.look(plan, self.plan_id, self.clock.utc_ms())

    def zone(self) -> dt.tzinfo:
        """Return the time zone in which days are counted."""
        plan = self.plan()
        return plan.timezone if plan else local_zone()

    def local(self, utc_ms: int) -> dt.datetime:
        """Return the moment in the patient's time zone."""
        return dt.datetime.fromtimestamp(utc_ms / 1000, self.zone())

    def today(self) -> dt.date:
        """Return today's date in the patient's time zone."""
        return local_date(self.clock.utc_ms(), self.zone())

    def starts(self, day: dt.date) -> int:
        """Return the moment at which this day begins, UTC milliseconds."""
        return day_begins_utc_ms(day, self.zone())

    def begin(self, asked: Prescription) -> Guided:
        """Start a guided session, with the clip when one is connected."""
        feed = self.runner if self.live and self.live.connected else None
        with language.speaking():  # its task keeps the page's
            self.guided = Guided(feed, asked, self.clock, self.store, self.zone())
        return self.guided

    def keep_language(self, tag: str) -> None:
        """Keep the language of the browser that looks, for what Poise says without one: its reminders."""
        keep_language(self.store, tag, VIA, self.clock.utc_ms())

    def holds(self) -> list[HoldRow]:
        """Return the stops that no therapist has cleared."""
        return self.store.holds.open()

    def stop(self, detail: str) -> None:
        """Stop the programme, and the session under way, because the wearer says so."""
        now = self.clock.utc_ms()
        recent = self.can_take_back()
        if recent is None or recent.detail != detail:  # not a second press of the same button
            self.store.holds.raise_("unwell", detail, VIA, now)
        if self.guided and self.guided.is_under_way:
            self.guided.runner.look_for_stops()

    def can_take_back(self) -> HoldRow | None:
        """Return the newest stop if it came from this dashboard so recently that it can be a mis-tap; else None."""
        newest = next(iter(reversed(self.holds())), None)
        if newest is None or not safety.can_be_mistap(newest, VIA, self.clock.utc_ms()):
            return None
        return newest

    def take_back(self, hold_id: int) -> bool:
        """Take back a mis-tapped stop. Return False if it is too late: then only a therapist ends the stop."""
        recent = self.can_take_back()
        if recent is None or recent.hold_id != hold_id:
            return False
        runner = self.guided.runner if self.guided and not self.guided.over else None
        if runner and runner.hold_id == hold_id:
            return runner.take_back()
        return self.store.holds.take_back(hold_id, safety.TAKE_BACK_MS, self.clock.utc_ms())

    def clip_id(self) -> str | None:
        """Return the connected clip's id, else that of the clip in the store; None before the first."""
        if self.live and self.live.clip_id:
            return self.live.clip_id
        known = self.store.clips.ids()
        return known[-1] if known else None

    def next_reminder_utc_ms(self) -> int | None:
        """Return the moment of the next possible reminder, UTC milliseconds; None: not known, or none."""
        if self.live:
            return self.live.next_reminder_utc_ms
        plan, now = self.plan(), self.clock.utc_ms()
        if plan is None:
            return None
        history = self.store.reminders.history(now - _DAY_MS)
        facts = self.facts() or NOTHING
        return decide(Snapshot(plan, now, history=history, facts=facts)).next_utc_ms

    def pause(self) -> Pause | None:
        """Return the pause of reminders that holds now."""
        return reminder_pause(self.store, self.clock.utc_ms())

    def begin_pause(self, pause: Pause, open_reminder_id: int | None) -> None:
        """Pause reminders. The one that waits for an answer comes back after the pause, and is not left unanswered."""
        begin_pause(self.store, pause, VIA)
        if open_reminder_id is not None:
            self._keep_answer(open_reminder_id, "snoozed")

    def end_pause(self) -> None:
        """Let reminders come again."""
        end_pause(self.store, VIA, self.clock.utc_ms())

    def answer(self, reminder_id: int, answer: str) -> None:
        """Take the patient's answer to a reminder: done, snoozed, skipped. The first answer counts."""
        self._said = (reminder_id, answer, self.clock.monotonic_s())
        self._keep_answer(reminder_id, answer)

    def _keep_answer(self, reminder_id: int, answer: str) -> None:
        if self.runner and self.live and self.live.reminder:
            self.runner.fanout.answered(reminder_id, answer, VIA)
            return
        self.store.reminders.answered(reminder_id, answer, self.clock.utc_ms(), VIA)

    def just_answered(self) -> tuple[int, str] | None:
        """Return (reminder, answer) of the last SAID_S seconds here, for the page to confirm; else None."""
        if self._said is None or self.clock.monotonic_s() - self._said[2] > SAID_S:
            return None
        return self._said[:2]

    def headache_marks(self, first: dt.date, last: dt.date) -> list[dt.datetime]:
        """Return the moments, in these days, at which the wearer marked a headache at the clip's button."""
        return headache_marks(self.store, first, last, self.zone())

    async def buzz(self) -> bool:
        """Have the clip buzz, to be found. Return False without a link. Raises PoiseError."""
        client = self.runner.client if self.runner else None
        if client is None:
            return False
        await client.request("buzz", pattern="find_me", reminder_id=0)
        return True

    # --- pushed updates

    @property
    def is_seen(self) -> bool:
        """True if Today is on somebody's screen."""
        return bool(self._frames)

    def watch_motion(self, callback: Callable[[Frame], None]) -> Callable[[], None]:
        """Call back with each motion frame until the returned function is called.

        The clip sends frames only while watched.
        """
        return self._frames.join(callback)

    def watch_live(self, callback: Callable[["Live"], None]) -> Callable[[], None]:
        """Call back with each change of `live` until the returned function is called."""
        return self._changes.join(callback)

    def _subscribe_motion(self, tell: Callable[[Frame], None]) -> Callable[[], None]:
        return self.runner.subscribe_motion(tell, MOTION_HZ) if self.runner else _nothing

    def _subscribe_live(self, tell: Callable[["Live"], None]) -> Callable[[], None]:
        return self.runner.subscribe(tell, motion=False) if self.runner else _nothing


_shown: list[PageContext] = []
_ways: list[Callable[[], PageContext | None]] = []


def context() -> PageContext:
    """Return the context of the page that is being drawn, else the one that all pages use now."""
    for way in _ways:
        if (found := way()) is not None:
            return found
    return _shown[-1]


def add_way(way: Callable[[], PageContext | None]) -> None:
    """Ask `way` for the context of the current page first: where each page shows another patient."""
    if way not in _ways:
        _ways.append(way)


def show(working_with: PageContext) -> None:
    """Set the context that the pages use from now on."""
    _shown[:] = [working_with]


class TodayWay:
    """Reminders on Today. The page shows `Live.reminder` while somebody has it open."""

    name = "dashboard"

    def __init__(self, context: PageContext) -> None:
        self._context = context

    async def notify(self, notice: Notice) -> None:
        """Do nothing: the page shows the reminder by itself. Raises PoiseError NO_DATA while nobody sees the page."""
        del notice
        if not self._context.is_seen:
            raise PoiseError(
                Reason.NO_DATA, _("Today is open on no screen."), _("`poise dashboard` opens it.")
            )

    async def withdraw(self, reminder_id: int) -> None:
        """Do nothing: the page follows `Live.reminder`."""


def _nothing() -> None:
    pass
