"""The nudge ledger: each nudge with the wearer's response, and the share of false alarms. Pure.

Corrected: another posture, or movement, before the next nudge and within CORRECTED_MS. Snoozed: a short press of the
button within SNOOZED_MS. Ignored: neither. Marked wrong: the wearer said so, whatever followed. Only marked nudges
count as false alarms, since nobody but the wearer can tell.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import sqrt
from typing import Any, Protocol

from ..timebase.calendar import local_date

CORRECTED_MS = 120_000  # a later change is no response to the buzz
SNOOZED_MS = 60_000
_BETTER = {"neutral", "moving"}
_Z95 = 1.96


class Event(Protocol):
    """The fields that the ledger reads of an event: `store.records.Event` has them."""

    @property
    def seq(self) -> int:
        """Number of the event in the clip's log."""
        ...

    @property
    def boot(self) -> int:
        """Number of the clip's boot."""
        ...

    @property
    def t_ms(self) -> int:
        """Milliseconds since that boot."""
        ...

    @property
    def utc_ms(self) -> int | None:
        """UTC milliseconds; None when the clip's clock was not known."""
        ...

    @property
    def kind(self) -> str:
        """Kind of the event, such as "nudge", "posture" or "button"."""
        ...

    @property
    def fields(self) -> Mapping[str, Any]:
        """Values of the event by name."""
        ...


@dataclass(frozen=True)
class Entry:
    """One nudge.

    `outcome`: corrected, snoozed, ignored, not_worn. `after_s`: seconds from buzz to outcome, None if ignored.
    """

    seq: int
    utc_ms: int | None
    site: str
    flexion_deg: float
    held_s: float
    outcome: str
    after_s: float | None
    wrong: bool


def ledger(events: Iterable[Event], marks: Mapping[int, str]) -> list[Entry]:
    """Return an entry for each nudge among the events of one clip, in the log's order. `marks`: seq -> "wrong"."""
    listed = list(events)
    return [
        _entry(event, listed[place + 1 :], marks)
        for place, event in enumerate(listed)
        if event.kind == "nudge"
    ]


def _entry(nudge: Event, later: list[Event], marks: Mapping[int, str]) -> Entry:
    outcome, after_s = _what_followed(nudge, later)
    return Entry(
        seq=nudge.seq,
        utc_ms=nudge.utc_ms,
        site=nudge.fields["site"],
        flexion_deg=nudge.fields["flexion_cdeg"] / 100,
        held_s=nudge.fields["held_ms"] / 1000,
        outcome=outcome,
        after_s=after_s,
        wrong=marks.get(nudge.seq) == "wrong",
    )


def _what_followed(nudge: Event, later: list[Event]) -> tuple[str, float | None]:
    for event in later:
        after_ms = event.t_ms - nudge.t_ms
        if event.boot != nudge.boot or event.kind == "nudge" or after_ms > CORRECTED_MS:
            break
        if event.kind == "button" and event.fields["press"] == "short" and after_ms <= SNOOZED_MS:
            return "snoozed", after_ms / 1000
        if event.kind == "posture" and event.fields["state"] in _BETTER:
            return "corrected", after_ms / 1000
        if event.kind == "posture" and event.fields["state"] in ("not_worn", "off"):
            return "not_worn", after_ms / 1000
    return "ignored", None


@dataclass(frozen=True)
class Week:
    """Nudges of one week from its Monday.

    `wrong_low_pct`, `wrong_high_pct`: 95 % interval of the share marked wrong.
    """

    monday: dt.date
    nudges: int
    corrected: int
    snoozed: int
    ignored: int
    wrong: int
    wrong_low_pct: float
    wrong_high_pct: float


def weeks(entries: Iterable[Entry], zone: dt.tzinfo) -> list[Week]:
    """Return the nudges by week, oldest first, without nudges of an unknown time."""
    found: dict[dt.date, list[Entry]] = {}
    for entry in entries:
        if entry.utc_ms is None:
            continue
        day = local_date(entry.utc_ms, zone)
        found.setdefault(day - dt.timedelta(day.weekday()), []).append(entry)
    return [_week(monday, found[monday]) for monday in sorted(found)]


def _week(monday: dt.date, entries: list[Entry]) -> Week:
    wrong = sum(entry.wrong for entry in entries)
    low, high = wilson_pct(wrong, len(entries))
    count = {
        name: sum(entry.outcome == name for entry in entries)
        for name in ("corrected", "snoozed", "ignored")
    }
    return Week(monday, len(entries), **count, wrong=wrong, wrong_low_pct=low, wrong_high_pct=high)


def wilson_pct(count: int, n: int) -> tuple[float, float]:
    """Return the 95 % interval of a share in percent (Wilson, J. Am. Stat. Assoc. 22:209, 1927); 0 to 100 for n = 0."""
    if not n:
        return 0.0, 100.0
    p, z2 = count / n, _Z95 * _Z95
    middle = (p + z2 / (2 * n)) / (1 + z2 / n)
    half = _Z95 * sqrt(p * (1 - p) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    return 100 * max(0.0, middle - half), 100 * min(1.0, middle + half)
