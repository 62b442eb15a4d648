"""The clip's own reminders and the computer's store: what either has shown, the other does not show again."""

from pathlib import Path

import pytest

from poise.coach.plan.plan import parse_plan
from poise.coach.reminders.facts import Snapshot, Why
from poise.coach.reminders.policy import decide
from poise.store import Store
from poise.wear.timetable import keys_of
from tests.support.day_plan import at
from tests.support.timetable_story import PLAN, Lives, file_of, written

pytestmark = pytest.mark.vm

CLIP = "0011223344556677"


@pytest.fixture
def live(run_script, tmp_path) -> Lives:
    return Lives(run_script, tmp_path)


@pytest.fixture
def store(tmp_path: Path):
    with Store.open(tmp_path / "poise.db") as opened:
        yield opened


def numbers(store: Store, made) -> dict:
    keys = keys_of(made)
    return dict(zip(keys, store.reminders.reserve(keys), strict=True))


def told(store: Store) -> list[tuple[int, int, str | None]]:
    """(moment, minutes until it was shown, answer) of each reminder that was shown."""
    return [
        (row.due_utc_ms, (row.fired_utc_ms - row.due_utc_ms) // 60_000, row.answer)
        for row in store.reminders.history()
    ]


def waits(store: Store, now: int) -> Why | None:
    """Why the computer shows nothing."""
    return decide(Snapshot(parse_plan(PLAN), now, history=store.reminders.history())).why_not


def test_the_computer_was_off_all_day(live: Lives, store: Store):
    made = written()
    live(
        (at(12, 16), "press", "short"),
        (at(18, 16), "press", "double"),
        (at(18, 50), "press", "long"),
        until=at(21),
        numbers=numbers(store, made),
    )
    for _ in range(2):  # the same records again change nothing
        store.records.import_raw(CLIP, live.log, "usb", at(21))
        assert told(store) == [
            (at(8), 15, None),
            (at(8), 60, None),
            (at(12), 15, "done"),
            (at(18), 15, "snoozed"),
            (at(18), 41, "skipped"),
        ]
    assert waits(store, at(21)) is Why.NOT_YET
    later = written(history=store.reminders.history(), now=at(21))
    assert later.last and later.last.again_utc_ms is None
    assert min(one.due_utc_ms for one in later.moments) == at(8, days=1)


def test_the_host_died_before_the_clip_confirmed_and_showed_the_next_one_itself(
    live: Lives, store: Store
):
    """Its numbers were reserved first: another start takes the same ones, and finds what the clip shows by them."""
    made = written()
    before = numbers(store, made)
    assert numbers(store, made) == before and store.reminders.is_reserved(at(8))
    assert file_of(made, before) == file_of(written(now=at(6, 5)), numbers(store, made))
    shown = store.reminders.fired("nod", at(12), at(12, 1))
    assert shown == before["nod", at(12), "clock"]
    live(
        (at(8, 20), "press", "short"),
        (at(12, 1), "buzz", shown),
        (at(12, 5), "press", "short"),
        until=at(13),
        numbers=before,
    )
    store.records.import_raw(CLIP, live.log, "usb", at(13))
    assert told(store) == [(at(8), 15, "done"), (at(12), 1, "done")]
    assert not store.reminders.is_reserved(at(8)) and store.reminders.is_reserved(at(18))


def test_both_showed_it_while_apart_and_it_is_one_reminder(live: Lives, store: Store):
    made = written()
    reserved = numbers(store, made)
    store.reminders.fired("nod", at(8), at(8, 2))  # on the screen; the clip is away with its wearer
    store.reminders.fired("nod", at(8), at(8, 58))
    live((at(9, 10), "press", "short"), until=at(10), numbers=reserved)
    store.records.import_raw(CLIP, live.log, "usb", at(10))
    assert told(store) == [(at(8), 2, None), (at(8), 58, "done")]
    assert waits(store, at(10)) is Why.NOT_YET


def test_a_week_without_any_host_is_kept_by_its_days(live: Lives, store: Store):
    made = written()
    live(
        (at(8, 40), "skip", 5 * 86_400),
        (at(12, 20, days=5), "press", "short"),
        until=at(13, days=5),
        numbers=numbers(store, made),
    )
    store.records.import_raw(CLIP, live.log, "usb", at(13, days=5))
    shown = told(store)
    assert shown[0][0] == at(8) and shown[-1] == (at(12, days=5), 15, "done")
    assert {moment for moment, _, _ in shown[1:]} == {at(8, days=5), at(12, days=5)}
    assert waits(store, at(13, days=5)) is Why.NOT_YET
