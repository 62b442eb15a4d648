"""Fading of reminders: all moments at first, fewer as the habit holds, all again on relapse. Pure.

Prompts lose their effect (HeartSteps: +66 % at first, +14 % on average over six weeks; Klasnja 2019), and
exercises done unprompted are a habit. When the patient ignores prompts, Poise halves them instead of repeating
them louder (unanswered.py). The figures are the plan's `[reminders]`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Protocol

from ..adherence import Tally, counted, percent
from ..plan.moments import lot
from ..plan.rules import ReminderRules
from . import unanswered
from .choice import PLANNED, SELDOM_PCT, Choice, How
from .unanswered import Done

_Z95 = 1.96


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
    shown = 100
    for week in weeks[rules.full_weeks - 1 :] if len(weeks) >= rules.full_weeks else []:
        shown = _after(rules, shown, percent(week))
    last = percent(days[-7:]) if len(days) >= 7 else None
    if last is not None and last < rules.relapse_pct:
        shown = 100
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


@dataclass(frozen=True)
class Effect:
    """The effect of reminders on this person: exercises done after shown and after silent moments.

    `low_pct`, `high_pct`: 95 % interval of the difference, percentage points (Agresti and Caffo, Am. Stat. 54:280,
    2000).
    """

    shown: int
    shown_done: int
    silent: int
    silent_done: int
    difference_pct: float
    low_pct: float
    high_pct: float


def effect(moments: Sequence[tuple[bool, bool]], least: int = 10) -> Effect | None:
    """Return the effect from (silent, done) of each drawn moment; None with fewer than `least` of either kind."""
    silent = [done for was_silent, done in moments if was_silent]
    shown = [done for was_silent, done in moments if not was_silent]
    if min(len(silent), len(shown)) < least:
        return None
    # One success and one failure are added to each: the plain interval is too narrow for so few.
    p, n = (sum(shown) + 1) / (len(shown) + 2), len(shown) + 2
    q, m = (sum(silent) + 1) / (len(silent) + 2), len(silent) + 2
    half = _Z95 * sqrt(p * (1 - p) / n + q * (1 - q) / m)
    plain = sum(shown) / len(shown) - sum(silent) / len(silent)
    return Effect(
        shown=len(shown),
        shown_done=sum(shown),
        silent=len(silent),
        silent_done=sum(silent),
        difference_pct=100 * plain,
        low_pct=100 * max(-1.0, p - q - half),
        high_pct=100 * min(1.0, p - q + half),
    )
