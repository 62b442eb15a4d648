"""The patient's own in the store: nothing is changed in place, the newest counts, an old store is brought along."""

import datetime as dt
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command

from poise.store import Store
from poise.store import engine as db
from poise.store.migrate import config
from tests.support.patient_rows import DAY, UTC, entry, session


def test_of_a_day_the_newest_entry_counts_and_each_is_kept(store: Store):
    first = entry(headache=True, headache_nrs=4, medication=("triptan",))
    second = entry(headache=False, note="it was the day before", entered_utc_ms=UTC + 1)
    store.diary.put(first)
    store.diary.put(entry(DAY + dt.timedelta(1), neck_nrs=0))
    store.diary.put(second)
    assert store.diary.days(DAY, DAY) == [second]
    assert store.diary.changes(DAY) == [first, second]
    assert [row.day.day for row in store.diary.days(DAY, DAY + dt.timedelta(5))] == [20, 21]


def test_sessions_come_back_as_they_were_kept(store: Store):
    number = store.sessions.add(**session())
    store.sessions.add(**session(started_utc_ms=UTC + 1000))
    rows = store.sessions.history(UTC, UTC + 1000)
    assert [row.session_id for row in rows] == [number]
    assert {key: getattr(rows[0], key) for key in session()} == session()
    assert len(store.sessions.history()) == 2


def test_the_newest_reference_of_an_exercise_at_a_site(store: Store):
    store.references.add("nod", "head", "T", UTC, {"peak_cdeg": 1000})
    store.references.add("nod", "head", "T", UTC + 1, {"peak_cdeg": 1100})
    store.references.add("nod", "collar", "T", UTC + 2, {"peak_cdeg": 5})
    found = store.references.latest("nod", "head")
    assert found is not None
    assert found.measures == {"peak_cdeg": 1100}
    assert store.references.latest("flexion", "head") is None
    assert len(store.references.history()) == 3


def test_a_removed_treatment_is_kept_but_not_shown(store: Store):
    number = store.treatments.add(DAY, "visit", "first", UTC)
    assert store.treatments.remove(number, UTC + 1)
    assert not store.treatments.remove(number, UTC + 2)
    assert store.treatments.between(DAY, DAY) == []


def test_a_corrected_score_replaces_that_of_the_same_day(store: Store):
    store.outcomes.add(DAY, "ndi", 20, {}, "T", UTC)
    store.outcomes.add(DAY, "ndi", 21, {}, "T", UTC + 1)
    store.outcomes.add(DAY, "psfs", 4, {"read": 4}, "T", UTC)
    assert [(row.measure, row.score) for row in store.outcomes.history()] == [
        ("ndi", 21.0),
        ("psfs", 4.0),
    ]
    assert len(store.outcomes.history("psfs")) == 1


@pytest.mark.parametrize(
    ("after_ms", "taken"), [(0, True), (10_000, True), (10_001, False), (-1, False)]
)
def test_a_stop_can_be_taken_back_at_once_and_never_later(store: Store, after_ms, taken):
    number = store.holds.raise_("pain", "7", "dashboard", UTC)
    assert not store.holds.take_back(number + 1, 10_000, UTC)
    assert store.holds.take_back(number, 10_000, UTC + after_ms) is taken
    (hold,) = store.holds.history()
    assert (hold.taken_back, hold.reason, hold.detail) == (taken, "pain", "7")
    assert bool(store.holds.open()) is not taken
    assert not store.holds.take_back(number, 10_000, UTC) if taken else True
    assert store.holds.clear(number, "T", "", UTC + 20_000) is not taken


def test_a_session_that_was_noted_by_mistake_is_kept_and_not_counted(store: Store):
    first, second = (store.sessions.add(**session()) for _ in range(2))
    assert store.sessions.remove(second, UTC + 1)
    assert not store.sessions.remove(second, UTC + 2)
    assert [row.session_id for row in store.sessions.history()] == [first]
    assert store.sessions.one(second) is None and store.sessions.one(first) is not None


def test_a_stop_is_open_until_it_is_cleared_once(store: Store):
    number = store.holds.raise_("pain", "7", "dashboard", UTC)
    assert [hold.hold_id for hold in store.holds.open()] == [number]
    assert store.holds.clear(number, "T. Therapist", "seen", UTC + 1)
    assert not store.holds.clear(number, "somebody else", "", UTC + 2)
    assert not store.holds.clear(number + 1, "T. Therapist", "", UTC + 2)
    assert store.holds.open() == []
    hold = store.holds.history()[0]
    assert (hold.cleared_by, hold.cleared_utc_ms, hold.clear_note) == (
        "T. Therapist",
        UTC + 1,
        "seen",
    )


def test_a_mark_of_a_nudge_can_be_taken_back(store: Store):
    from poise.wire import codec

    clip = "0011223344556677"
    store.records.import_raw(
        clip, codec.pack_record("button", 1, 1, 5, {"press": "short"}), "ble", UTC
    )
    store.nudge_marks.put(clip, 1, "wrong", UTC)
    assert store.nudge_marks.all(clip) == {1: "wrong"}
    store.nudge_marks.put(clip, 1, "", UTC)
    assert store.nudge_marks.all(clip) == {}
    store.nudge_marks.put(clip, 1, "wrong", UTC)
    assert store.clips.erase(clip) == 1


def test_a_reminder_says_why_it_came_and_whether_it_was_shown(store: Store):
    store.reminders.fired("nod", UTC, UTC)
    store.reminders.fired("nod", UTC, UTC + 1, "dose", silent=True)
    assert [(row.cause, row.silent) for row in store.reminders.history()] == [
        ("clock", False),
        ("dose", True),
    ]


def test_a_store_of_the_first_schema_is_brought_along(tmp_path: Path):
    path = tmp_path / "old.db"
    database = db.Database(db.make_engine(sa.URL.create("sqlite", database=str(path))))
    with database.write() as connection:
        made = config()
        made.attributes["connection"] = connection
        command.upgrade(made, "0001")
        connection.exec_driver_sql(
            "INSERT INTO reminders (exercise_ids, due_utc_ms, fired_utc_ms) VALUES ('nod', 1, 2)"
        )
        connection.exec_driver_sql("INSERT INTO answers VALUES (1, 'done', 3, 'desktop', 0)")
    database.engine.dispose()
    with Store.open(path) as store:
        row = store.reminders.history()[0]
        assert (row.exercise_ids, row.cause, row.silent, row.answer) == (
            "nod",
            "clock",
            False,
            "done",
        )


def test_the_newest_choice_counts_and_earlier_ones_are_kept(store: Store):
    assert store.preferences.chosen("reminders") is None
    for value in ("seldom", "none"):
        store.preferences.choose("reminders", value, "dashboard", UTC)
    store.preferences.choose("reminder_sound", "on", "terminal", UTC + 1)
    chosen = store.preferences.chosen("reminders")
    assert chosen and (chosen.value, chosen.via, chosen.chosen_utc_ms) == ("none", "dashboard", UTC)
    assert [row.value for row in store.preferences.history("reminders")] == ["seldom", "none"]
