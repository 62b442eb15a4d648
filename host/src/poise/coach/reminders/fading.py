"""How many prescribed moments get a reminder: all at first, fewer as the habit holds, all again on relapse. Pure.

Prompts wear off and tire (HeartSteps: +66 % at first, +14 % on average over six weeks; Klasnja 2019), and what is done
unprompted is a habit. Ignored prompts are halved, not repeated louder. The figures are the plan's `[reminders]`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Protocol

from ..adherence import Tally, counted, percent
from ..plan.moments import DAY_MS, lot
from ..plan.rules import ReminderRules

IGNORED_DAYS = 3
IGNORED_LEAST = 4  # reminders in those days, for the share of the ignored ones to mean something
_Z95 = 1.96


class Shown(Protocol):
    """What is needed of `store.reminders.ReminderRow`."""

    @property
    def fired_utc_ms(self) -> int: ...
    @property
    def due_utc_ms(self) -> int: ...
    @property
    def cause(self) -> str: ...
    @property
    def silent(self) -> bool: ...
    @property
    def answer(self) -> str | None: ...


@dataclass(frozen=True)
class Dosage:
    """How many of the prescribed moments are shown, and how many of those are silent probes, in percent."""

    shown_pct: int = 100
    probe_pct: int = 0


FULL = Dosage()


def is_in(due_utc_ms: int, dosage: Dosage) -> bool:
    """Whether this moment is one of those that are shown; which ones varies, and is the same whenever it is asked."""
    return lot(due_utc_ms, "shown") < dosage.shown_pct


def dosage(
    rules: ReminderRules,
    tallies: Sequence[Tally],
    history: Sequence[Shown],
    now_utc_ms: int,
) -> Dosage:
    """What holds today. `tallies`: of every day since the plan began, but today, oldest first; excused days count for
    nothing. `history`: at least the reminders of the last three days.
    """
    if not rules.fade:
        return Dosage()
    days = counted(tallies)
    weeks = [days[at : at + 7] for at in range(0, len(days) - 6, 7)]
    shown = 100
    for week in weeks[rules.full_weeks - 1 :] if len(weeks) >= rules.full_weeks else []:
        shown = _after(rules, shown, percent(week))
    last = percent(days[-7:]) if len(days) >= 7 else None
    if last is not None and last < rules.relapse_pct:
        shown = 100
    if _is_ignored(rules, history, now_utc_ms):
        shown //= 2
    settled = len(weeks) >= rules.full_weeks
    return Dosage(shown, rules.probe_pct if settled else 0)


def _after(rules: ReminderRules, shown: int, done_pct: float | None) -> int:
    """The share shown after a week in which so much was done."""
    if done_pct is None:
        return shown
    if done_pct < rules.relapse_pct:
        return 100
    if done_pct >= rules.target_pct:
        return max(rules.floor_pct, shown - rules.fade_step_pct)
    return shown


def _is_ignored(rules: ReminderRules, history: Sequence[Shown], now_utc_ms: int) -> bool:
    since = now_utc_ms - IGNORED_DAYS * DAY_MS
    recent = [
        one
        for one in history
        if since <= one.fired_utc_ms < now_utc_ms - DAY_MS // 24 and not one.silent
    ]
    if len(recent) < IGNORED_LEAST:
        return False
    ignored = sum(1 for one in recent if one.answer is None)
    return 100 * ignored > rules.ignored_pct * len(recent)


@dataclass(frozen=True)
class Effect:
    """What reminders seem to do for this person: done after a shown and after a silent moment, and their difference.

    `low` and `high`: 95 % interval of the difference, in percentage points (Agresti and Caffo, Am. Stat. 54:280, 2000).
    """

    shown: int
    shown_done: int
    silent: int
    silent_done: int
    difference_pct: float
    low_pct: float
    high_pct: float


def effect(moments: Sequence[tuple[bool, bool]], least: int = 10) -> Effect | None:
    """From (silent, done) of each prescribed moment that was drawn for; None with under `least` of either kind."""
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
        len(shown), sum(shown), len(silent), sum(silent),
        100 * plain, 100 * max(-1.0, p - q - half), 100 * min(1.0, p - q + half),
    )  # fmt: skip
