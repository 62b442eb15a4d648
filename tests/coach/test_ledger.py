"""The nudge ledger: what counts as following a nudge, and the weekly share of wrong ones."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

import pytest

from poise.coach.ledger import ledger, weeks, wilson_pct

UTC = 1_790_000_000_000


@dataclass(frozen=True)
class Event:
    kind: str
    t_ms: int
    fields: dict[str, Any] = field(default_factory=dict)
    seq: int = 0
    boot: int = 1
    utc_ms: int | None = None


def nudge(t_ms: int = 0, seq: int = 1, utc_ms: int | None = UTC) -> Event:
    return Event(
        "nudge",
        t_ms,
        {"site": "head", "flexion_cdeg": 3300, "held_ms": 240_000},
        seq,
        utc_ms=utc_ms,
    )


def posture(t_ms: int, state: str, boot: int = 1) -> Event:
    return Event("posture", t_ms, {"state": state}, boot=boot)


@pytest.mark.parametrize(
    ("later", "outcome", "after_s"),
    [
        ([posture(8_000, "neutral")], "corrected", 8.0),
        ([posture(9_000, "moving")], "corrected", 9.0),
        ([posture(121_000, "neutral")], "ignored", None),
        ([posture(8_000, "neutral", boot=2)], "ignored", None),
        ([nudge(5_000, 2), posture(8_000, "neutral")], "ignored", None),
        (
            [Event("button", 3_000, {"press": "short"}), posture(8_000, "neutral")],
            "snoozed",
            3.0,
        ),
        ([Event("button", 61_000, {"press": "short"})], "ignored", None),
        ([Event("button", 3_000, {"press": "long"})], "ignored", None),
        ([posture(4_000, "not_worn")], "not_worn", 4.0),
        ([], "ignored", None),
    ],
)
def test_what_follows_a_nudge(later, outcome, after_s):
    entry = ledger([nudge(), *later], {})[0]
    assert (entry.outcome, entry.after_s) == (outcome, after_s)
    assert (entry.flexion_deg, entry.held_s, entry.wrong) == (33.0, 240.0, False)


def test_only_the_wearer_says_that_one_was_wrong():
    entries = ledger([nudge(), posture(1_000, "neutral"), nudge(200_000, 2)], {1: "wrong"})
    assert [entry.wrong for entry in entries] == [True, False]


def test_weeks_begin_on_monday_and_unknown_times_are_left_out():
    monday = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
    at = [monday - dt.timedelta(minutes=1), monday, monday + dt.timedelta(days=6)]
    rows = [nudge(0, n, int(when.timestamp() * 1000)) for n, when in enumerate(at)]
    found = weeks(ledger([*rows, nudge(0, 9, None)], {1: "wrong"}), dt.UTC)
    assert [(week.monday.day, week.nudges, week.wrong) for week in found] == [
        (16, 1, 0),
        (23, 2, 1),
    ]
    assert 0 < found[1].wrong_low_pct < 50 < found[1].wrong_high_pct < 100


def test_the_interval_of_a_share():
    assert wilson_pct(0, 0) == (0.0, 100.0)
    low, high = wilson_pct(1, 10)
    assert (round(low, 1), round(high, 1)) == (
        1.8,
        40.4,
    )  # as tables of the Wilson interval have it
