"""Parts of the reminder policy's decision, for tests that ask for one part of many moments."""

from collections.abc import Iterable, Sequence

from poise.coach.plan.plan import Plan
from poise.coach.reminders.facts import (
    NOTHING,
    UNKNOWN,
    DayFacts,
    Reminder,
    Shown,
    Snapshot,
    Wearer,
)
from poise.coach.reminders.policy import decide


def due(
    plan: Plan,
    history: Sequence[Shown],
    now_utc_ms: int,
    wearer: Wearer = UNKNOWN,
    nudges_utc_ms: Iterable[int] = (),
    facts: DayFacts = NOTHING,
) -> Reminder | None:
    """The reminder to show at this moment."""
    seen = Snapshot(plan, now_utc_ms, wearer, history, list(nudges_utc_ms), facts)
    decision = decide(seen)
    assert (decision.due is None) is (decision.why_not is not None)
    return decision.due


def next_due(plan: Plan, history: Sequence[Shown], now_utc_ms: int) -> int | None:
    """The moment of the next reminder, UTC milliseconds."""
    return decide(Snapshot(plan, now_utc_ms, history=history)).next_utc_ms
