"""The reminder that waits on Today, the next one, and why none is shown."""

from dataclasses import dataclass

from nicegui import ui

from ..coach.plan.outlook import ended
from ..coach.reminders.choice import How
from ..coach.reminders.pause import Pause
from ..history.reminder_choice import reminder_choice
from ..language import _, formats
from ..notify import Notice
from ..words import reminders, strings
from .context import context
from .layout import follow_stops
from .parts import button, card, el, empty, link, message
from .pausepart import choose_pause, paused

_OPEN_MS = 4 * 3600 * 1000  # an older reminder is not shown
_NOW = 0  # in place of the next reminder's moment: it waits for a good one


@ui.refreshable
def reminder() -> None:
    """Draw the card of what waits."""
    now = waits()
    if now.pause:
        paused(now.pause, reminder.refresh)
        return
    if now.reminder is None:
        _next(now)
        return
    notice = now.reminder

    def answer(word: str) -> None:
        context().answer(notice.reminder_id, word)
        reminder.refresh()

    with card(strings.REMINDER, "accent"):
        with el("div", role="status"):
            el("p", notice.title, "lead")
            if notice.text and notice.text != notice.title:
                el("p", notice.text)
        with el("div", classes="row"):
            button(strings.REMINDER_DONE, lambda: answer("done"), "primary", id="done")
            button(strings.REMINDER_LATER, lambda: answer("snoozed"), id="later")
            button(strings.REMINDER_SKIP, lambda: answer("skipped"), id="skip-it")
        link(strings.REMINDER_START, "/exercise")
        choose_pause(notice.reminder_id, reminder.refresh)


follow_stops(lambda: reminder.refresh())


def _next(now: "Waits") -> None:
    with card(strings.NEXT):
        if now.answer:
            message(strings.ANSWERED[now.answer])
        if not now.has_plan:
            empty(strings.NEXT_NO_PLAN, strings.NEXT_NO_PLAN_DO)
            return
        if now.is_stopped:
            el("p", strings.NEXT_HOLD, "lead")
            return
        el("p", _when(now.next_utc_ms), "lead")
        if now.why_not:
            el("p", now.why_not)
            return
        plan = context().plan()
        over = plan is not None and ended(plan, context().today())
        el("p", strings.NEXT_ENDED if over else strings.NEXT_NOTE, "muted")
        choose_pause(None, reminder.refresh)


def _when(moment: int | None) -> str:
    if moment is None:
        return strings.NEXT_NONE
    return formats.moment(context().local(moment)) if moment != _NOW else strings.NEXT_NOW


@dataclass(frozen=True)
class Waits:
    """What waits. `reminder`: the open one; `next_utc_ms`: of the next one, or _NOW.

    `answer`: that of a moment ago, until the next reminder; else "". `why_not`: for which none is shown now; else "".
    """

    reminder: Notice | None
    has_plan: bool
    is_stopped: bool
    next_utc_ms: int | None
    answer: str
    why_not: str
    pause: Pause | None


def waits() -> Waits:
    """Return what waits now."""
    found, said = _open_reminder(), context().just_answered()
    if found is not None and said is not None and found.reminder_id == said[0]:
        found = None  # its answer is on its way to the store
    has_plan = context().plan() is not None
    word = said[1] if said is not None and found is None else ""
    coming, stopped = context().next_reminder_utc_ms(), bool(context().holds())
    if coming is not None and coming <= context().clock.utc_ms():
        coming = _NOW  # the moment goes on with the clock, and each would be a change
    return Waits(found, has_plan, stopped, coming, word, _why_not(), context().pause())


def _why_not() -> str:
    live = context().live
    if live and live.waits_because:
        return reminders.WAITS.format(_(live.waits_because))
    none = reminder_choice(context().store).how is How.NONE
    return reminders.NONE_CHOSEN if none else ""


def _open_reminder() -> Notice | None:
    """Return the reminder that waits for an answer; None without one."""
    live = context().live
    if context().holds():
        return None  # during a stop the page offers no reminder, even one shown before
    if live and live.reminder:
        return live.reminder
    plan, now = context().plan(), context().clock.utc_ms()
    if live or plan is None:
        return None
    for row in reversed(context().store.reminders.history(now - _OPEN_MS)):
        if row.silent or row.answer == "snoozed":
            continue
        named = [plan.exercise(name) for name in row.exercise_ids.split("+")]
        exercises = [each for each in named if each]
        if row.answer or not exercises:
            return None
        title = ", ".join(each.shown_name for each in exercises)
        return Notice(row.reminder_id, title, ", ".join(each.dose for each in exercises))
    return None
