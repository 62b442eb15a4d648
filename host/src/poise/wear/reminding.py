"""Display of the reminders that are due, and storage of their answers.

Answers given while the store cannot be written are kept in memory and written later.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..clip.reconnect import STORE_PASSING
from ..coach.plan.plan import Plan
from ..coach.reminders.choice import How
from ..coach.reminders.facts import Decision, Reminder, Snapshot, Why
from ..coach.reminders.policy import decide
from ..errors import PoiseError
from ..history.days import DayFactsReader
from ..history.plan_in_force import PlanFollower
from ..language import N_, _
from ..notify import Fanout, Notice
from ..notify.reasons import BUZZ_ONLY
from ..store import Store
from ..timebase.clock import Clock, possible
from .live import Live

DAY_MS = 24 * 3600 * 1000
_log = logging.getLogger(__name__)
PLAN_EVERY_S = 30.0
CLIP_WAIT_S = (
    180.0  # for news of a clip that may have shown the reminder by itself: two of its radio windows
)
AGAIN_S = 20.0  # pause before a reminder that no way could show is tried again
_DUE = N_("A reminder is due and can't be shown.")
_BUZZED = N_("The clip buzzed for a reminder, and nothing here tells for which.")
_NO_WAY = N_(
    "Run `poise wear` in a terminal, or keep the dashboard's Today open: `poise dashboard`."
)
_WAITING = N_("Nothing is lost: it is tried again and again, and the clip keeps its log meanwhile.")


def store_trouble(error: PoiseError) -> str:
    """Return the warning to show while the store cannot be written."""
    return f"{error.told} {_(_WAITING)}"


def could_not_show(errors: Sequence[PoiseError], what: str = _DUE) -> str:
    """Return the warning to show when no way could show a reminder, or only the clip's buzz could."""
    why = " ".join(error.told for error in errors)
    return f"{_(what)} {why or _(_NO_WAY)}"


def _moment(reminder: Reminder) -> tuple[str, int]:
    return reminder.key, reminder.due_utc_ms


@dataclass
class _Unshown:
    """A reminder that no way could show: its moment, its number in the store (0: none), the time of the next try."""

    moment: tuple[str, int]
    number: int
    again_at_s: float


class Reminding:
    """Shows one patient's reminders and keeps the answers. Calls `changed` when `live` has changed.

    `plan`: the plan to follow; None follows the store's plan as it changes.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        live: Live,
        plan: Plan | None,
        changed: Callable[[], None],
    ) -> None:
        self._store = store
        self._clock = clock
        self._live = live
        self.plan = plan
        self._plan_id: int = 0
        self._plans = None if plan else PlanFollower(store)
        self._facts = DayFactsReader(store, clock)
        self._plan_looked_at_s: float | None = None
        self._changed = changed
        self._unkept: deque[tuple[int, str, int, str]] = deque()
        self._keeping = asyncio.Lock()
        self._looking = asyncio.Lock()  # two looks at a time would show one reminder twice
        self._unshown: _Unshown | None = None
        self._why_not: Why | None = None  # as last logged
        self.seen: Snapshot | None = None  # of the last look
        # Returns True if the connected clip has told all that it knows.
        self.clip_is_heard: Callable[[], bool] = lambda: False
        self._waiting: tuple[tuple[str, int], float] | None = None  # a moment, since when it waits
        self.fanout = Fanout(self.answered)
        self._background: set[asyncio.Future[None]] = set()

    async def look(self) -> None:
        """Write the waiting answers, then show the reminder that is due now, if any.

        A store that cannot be written for now becomes a warning in `live`. Other errors raise PoiseError.
        """
        async with self._looking:
            try:
                await self._look()
                self._live.warn("reminders", "")
            except PoiseError as error:
                if error.reason not in STORE_PASSING:
                    raise
                self._live.warn("reminders", store_trouble(error))

    async def _look(self) -> None:
        await self.keep_answers()
        self._follow_plan()
        now = self._clock.utc_ms()
        if self.plan is not None and possible(now):  # without a valid time no reminder is due
            seen = self.seen = self._snapshot(self.plan, now)
            await self._act(seen, decide(seen))

    async def take_up_plan(self) -> None:
        """Look as `look` does, with the plan that the store has now. Raises PoiseError."""
        self._plan_looked_at_s = None
        await self.look()

    def _follow_plan(self) -> None:
        """Read the plan from the store every PLAN_EVERY_S, because a therapist may change it while the runner runs."""
        now_s = self._clock.monotonic_s()
        looked_s = self._plan_looked_at_s
        if self._plans is None or (looked_s is not None and now_s - looked_s < PLAN_EVERY_S):
            return
        self._plan_looked_at_s = now_s
        held = self._plans.look()
        if held is not None:
            if held.plan_id != self._plan_id:
                _log.info("plan %d is in force", held.plan_id)
            self.plan, self._plan_id = held.plan, held.plan_id

    def _snapshot(self, plan: Plan, now: int) -> Snapshot:
        return Snapshot(
            plan=plan,
            now_utc_ms=now,
            wearer=self._live.wearer,
            history=self._store.reminders.history(now - DAY_MS),
            nudges_utc_ms=self._nudges(now),
            facts=self._facts.look(plan, self._plan_id, now),
        )

    async def _act(self, seen: Snapshot, decision: Decision) -> None:
        live = self._live
        self._log_change(seen, decision)
        live.on_hold, live.next_reminder_utc_ms = seen.facts.stopped, decision.next_utc_ms
        if live.on_hold and live.reminder is not None:  # a stop withdraws what is shown
            shown, live.reminder = live.reminder, None
            await self.fanout.withdraw(shown.reminder_id)
            self._changed()
        if decision.due is not None:
            buzz_only = seen.facts.choice.how is How.BUZZ
            await self._show(decision.due, seen.now_utc_ms, buzz_only=buzz_only)
        elif decision.why_not is Why.NOT_YET:
            self._is_well()
        else:
            live.warn("unshown", "")
            live.waits_because = ""

    def _log_change(self, seen: Snapshot, decision: Decision) -> None:
        """Log a hold that begins or ends, and another reason for which no reminder is shown."""
        if seen.facts.stopped != self._live.on_hold:
            _log.info(
                "the programme is %s", "stopped" if seen.facts.stopped else "no longer stopped"
            )
        if decision.why_not is not self._why_not:
            self._why_not = decision.why_not
            if decision.why_not is not None:
                _log.info("no reminder: %s", decision.why_not.value)

    async def _show(self, reminder: Reminder, now: int, *, buzz_only: bool) -> None:
        """Store the reminder, then show it.

        If the store cannot be written, raise PoiseError before anything is shown; the reminder stays due.
        """
        if self._unshown is not None and self._clock.monotonic_s() < self._unshown.again_at_s:
            return
        if self._waits_for_clip(reminder):
            return
        if (
            reminder.silent and await self.fanout.is_held()
        ):  # a probe stands for one that would be shown
            self._try_again(reminder, 0)
            return
        known = None if reminder.silent else self._number_of(reminder)
        number = known or await asyncio.to_thread(self._fired, reminder, now)
        if reminder.silent:
            _log.info("reminder %d (%s): silent probe", number, reminder.cause)
            return
        notice = Notice(number, reminder.title, reminder.text)
        errors = await self.fanout.notify(notice, buzz_only=buzz_only)
        if not self.fanout.was_shown:
            _log.info("reminder %d (%s): no way could show it", number, reminder.cause)
            self._live.waits_because = self.fanout.held.why or (BUZZ_ONLY if buzz_only else "")
            await self._could_not(reminder, number, errors, None if known else now)
            return
        if known:
            await asyncio.to_thread(self._store.reminders.shown, number, now)
        if self.fanout.shows(number):  # not answered meanwhile
            self._live.reminder = notice
        self._is_well()
        if not self.fanout.is_named:
            self._live.warn("unshown", could_not_show(errors, _BUZZED))
        failed = "; ".join(error.reason.name for error in errors)
        _log.info(
            "reminder %d (%s) is shown; failed ways: %s", number, reminder.cause, failed or "none"
        )
        self._live.reminders_fired += 1
        self._changed()

    def _waits_for_clip(self, reminder: Reminder) -> bool:
        """True while the clip may have shown this moment and can't tell, for CLIP_WAIT_S at most."""
        now_s = self._clock.monotonic_s()
        carried = not self.clip_is_heard() and self._store.reminders.is_reserved(
            reminder.due_utc_ms, reminder.cause
        )
        if not carried:
            self._waiting = None
            return False
        if self._waiting is None or self._waiting[0] != _moment(reminder):
            self._waiting = (_moment(reminder), now_s)
            _log.info("a reminder waits for news of the clip")
        return now_s - self._waiting[1] < CLIP_WAIT_S

    def _number_of(self, reminder: Reminder) -> int | None:
        """Return the stored number of a reminder that no way could show, so that one moment is one reminder."""
        last = self._unshown
        return last.number if last and last.moment == _moment(reminder) else None

    def _fired(self, reminder: Reminder, now: int) -> int:
        return self._store.reminders.fired(
            reminder.key, reminder.due_utc_ms, now, reminder.cause, silent=reminder.silent
        )

    async def _could_not(
        self,
        reminder: Reminder,
        number: int,
        errors: Sequence[PoiseError],
        first_utc_ms: int | None,
    ) -> None:
        """Note that no way could show the reminder.

        It counts neither as shown nor as unanswered, and is tried again while it is due.
        """
        self._try_again(reminder, number)
        if not self._live.waits_because:  # it is no fault, and the reminder itself comes later
            self._live.warn("unshown", could_not_show(errors))
        self._changed()
        if first_utc_ms is not None:
            await asyncio.to_thread(self._store.reminders.unshown, number, first_utc_ms)

    def _try_again(self, reminder: Reminder, number: int) -> None:
        again_at_s = self._clock.monotonic_s() + AGAIN_S
        self._unshown = _Unshown(_moment(reminder), number, again_at_s)

    def _is_well(self) -> None:
        self._unshown = None
        self._live.waits_because = ""
        if self._live.reminder is None or self.fanout.is_named:
            self._live.warn("unshown", "")

    def _nudges(self, now: int) -> list[int]:
        if not self._live.clip_id:
            return []
        events = self._store.records.events(self._live.clip_id, now - DAY_MS, now, ("nudge",))
        return [event.utc_ms for event in events if event.utc_ms is not None]

    # --- answers

    def answered(self, reminder_id: int, answer: str, via: str) -> None:
        """Take an answer given now and store it in the background. This is the fanout's callback."""
        self._unkept.append((reminder_id, answer, self._clock.utc_ms(), via))
        task = asyncio.ensure_future(self._keep_quietly())
        self._background.add(task)  # kept from the garbage collector
        task.add_done_callback(self._background.discard)

    async def _keep_quietly(self) -> None:
        try:
            await self.keep_answers()
        except PoiseError as error:  # `look` tries again
            self._live.warn("reminders", store_trouble(error))

    async def keep_answers(self) -> None:
        """Write the waiting answers to the store, in order.

        Raises PoiseError STORE_*; the answers not yet written stay for the next call.
        """
        async with self._keeping:
            while self._unkept:
                reminder_id, answer, _, via = self._unkept[0]
                is_first = await asyncio.to_thread(self._store.reminders.answered, *self._unkept[0])
                self._unkept.popleft()
                if is_first:
                    await self.settled(reminder_id, answer, via)

    async def settled(self, reminder_id: int, answer: str, via: str) -> None:
        """Note that the store has this reminder's answer, and withdraw the reminder."""
        _log.info("reminder %d: %s (%s)", reminder_id, answer, via)
        self._live.reminders_answered += 1
        self._live.last_answer = f"{answer} ({via})"
        shown = self._live.reminder
        if shown is not None and shown.reminder_id == reminder_id:
            self._live.reminder = None
        await self.fanout.withdraw(reminder_id)
        self._changed()
