"""Fading of reminders: all moments at first, fewer as the habit holds, all again on relapse. Pure.

Prompts lose their effect (HeartSteps: +66 % at first, +14 % on average over six weeks; Klasnja 2019), and
exercises done unprompted are a habit. When the patient ignores prompts, Poise halves them instead of repeating
them louder (unanswered.py). The figures are the plan's `[reminders]`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from ..adherence import Tally, counted, percent
from ..plan.moments import lot
from ..plan.rules import ReminderRules
from . import unanswered
from .choice import PLANNED, SELDOM_PCT, Choice, How
from .unanswered import Done


class Shown(unanswered.Shown, Protocol):
    """The fields that fading reads of a reminder: `store.reminders.ReminderRow` has them. Times: UTC milliseconds."""

    @property
    def due_utc_ms(self) -> int:
        """Prescribed moment of the reminder."""
        ...

    @property
    def cause(self) -> str:
        """One of "clock", "dose", "diary"."""
        ...


@dataclass(frozen=True)
class Dosage:
    """The share of prescribed moments with a reminder, and the share of these that are silent probes, in percent."""

    shown_pct: int = 100
    probe_pct: int = 0


FULL = Dosage()


def is_in(due_utc_ms: int, dosage: Dosage) -> bool:
    """True if this moment gets a reminder. The draw is random over moments, and always the same for one moment."""
    return lot(due_utc_ms, "shown") < dosage.shown_pct


def dosage(
    rules: ReminderRules,
    tallies: Sequence[Tally],
    history: Sequence[Shown],
    now_utc_ms: int,
    done: Done = (),
    choice: Choice = PLANNED,
) -> Dosage:
    """Return today's dosage.

    `tallies`: every day since the plan began except today, oldest first; excused days are left out.
    `history`: the reminders of exercises of the last `unanswered.HISTORY_DAYS`, oldest first. `done`: the sessions of
    those days.
    """
    most = SELDOM_PCT if choice.how is How.SELDOM else 100
    if not rules.fade:
        return Dosage(most)
    days = counted(tallies)
    weeks = [days[at : at + 7] for at in range(0, len(days) - 6, 7)]
    shown = FULL.shown_pct
    for week in weeks[rules.full_weeks - 1 :] if len(weeks) >= rules.full_weeks else []:
        shown = _after(rules, shown, percent(week))
    last = percent(days[-7:])
    if last is not None and last < rules.relapse_pct:
        shown = FULL.shown_pct
    shown = min(shown, most) >> unanswered.halvings(rules, history, now_utc_ms, done, choice)
    settled = len(weeks) >= rules.full_weeks
    return Dosage(shown, rules.probe_pct if settled else 0)


def _after(rules: ReminderRules, shown: int, done_pct: float | None) -> int:
    """Return the share shown after a week with this adherence."""
    if done_pct is None:
        return shown
    if done_pct < rules.relapse_pct:
        return 100
    if done_pct >= rules.target_pct:
        return max(rules.floor_pct, shown - rules.fade_step_pct)
    return shown
