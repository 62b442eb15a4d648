"""The plan's alerts and the check-ins after a programme: each says its count, from the therapist's number on."""

import datetime as dt
from dataclasses import dataclass

import pytest

from poise.coach import taper
from poise.coach.adherence import Tally
from poise.coach.plan import draft as drafts
from poise.insight.alerts import alerts

DAY = dt.timedelta(1)
TODAY = dt.date(2026, 11, 30)
DRAFT = drafts.empty("P-017", "T. Adler", "Europe/Berlin").add("nod")


@dataclass(frozen=True)
class Entry:
    day: dt.date
    headache: bool | None = None
    headache_nrs: int | None = None
    neck_nrs: int | None = None
    medication: tuple[str, ...] = ()


def told(plan, visits=()) -> dict[str, dict[str, object]]:
    entries = [
        Entry(TODAY - n * DAY, headache=n <= 6, neck_nrs=7 if n == 3 else 2) for n in range(1, 40)
    ]
    # Done five days ago; since then three missed days, and one ill.
    days = [(5, 1, 1, False), (4, 1, 0, False), (3, 1, 0, True), (2, 1, 0, False), (1, 1, 0, False)]
    tallies = [Tally(TODAY - n * DAY, due, done, 0, 0, excused=ill) for n, due, done, ill in days]
    found = alerts(plan, TODAY, TODAY - 7 * DAY, entries=entries, tallies=tallies, visits=visits)
    return {flag.kind: dict(flag.fields) for flag in found}


@pytest.mark.parametrize(
    ("key", "count", "kind"),
    [
        ("neck_pain", 7, "alert_pain"),
        ("missed_days", 3, "alert_missed"),
        ("headache_days", 6, "alert_headache"),
    ],
)
def test_an_alert_comes_from_its_number_on_and_never_by_itself(key: str, count: int, kind: str):
    assert told(DRAFT.plan()) == {}
    at = told(DRAFT.put(("alerts", key), count).plan())
    assert list(at) == [kind] and count in at[kind].values()
    assert told(DRAFT.put(("alerts", key), count + 1).plan()) == {}


def test_a_check_in_is_open_from_its_day_until_a_visit():
    month = dt.date(2026, 10, 30)
    assert told(taper.ended(DRAFT, month + DAY).plan()) == {"check_in": {"day": TODAY}}
    plan = taper.ended(
        DRAFT, dt.date(2026, 8, 20)
    ).plan()  # check-ins on 20 September and 20 November
    assert told(plan, [dt.date(2026, 10, 1)]) == {"check_in": {"day": dt.date(2026, 11, 20)}}
    assert told(plan, [dt.date(2026, 11, 21)]) == {}
    assert told(taper.ended(DRAFT, TODAY).plan()) == {}
