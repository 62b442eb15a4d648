"""Patients share a store and nothing else: each one reads what a store of one's own would hold."""

import datetime as dt
import re
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from poise.errors import PoiseError, Reason
from poise.store import Store, engine, migrate, schema, seals, witness
from poise.store.clips import Owner
from poise.store.salvage import rescue
from poise.wire import codec
from tests.support import store_sample as sample
from tests.support.patient_acts import CLIPS, DAY, LATER, UTC, WRITES, read_all, record
from tests.support.postgres import Server

from .conftest import Place

NOBODY = Owner(0, "")
NAMES = ("P-1", "P-2", "P-3")
OWNED = sorted(table.name for table in schema.metadata.sorted_tables if "patient_id" in table.c)


ACTS = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, len(WRITES) - 1), st.integers(0, 40)), max_size=25
)


@settings(max_examples=6)
@given(ACTS)
def test_each_patient_reads_what_a_store_of_ones_own_would_hold(acts: list[tuple[int, int, int]]):
    are_apart("sqlite://", acts)


@pytest.mark.postgres
@settings(max_examples=4)
@given(acts=ACTS)
def test_each_patient_reads_on_a_server_what_a_store_of_ones_own_would_hold(
    postgres: Server, acts: list[tuple[int, int, int]]
):
    are_apart(postgres.database(), acts)


def are_apart(place: str, acts: list[tuple[int, int, int]]) -> None:
    with Store.open(place) as shared, watched(shared):
        for name in NAMES:
            shared.patients.add(name, UTC)
        stores = [shared.of(name) for name in NAMES]
        for who, what, number in acts:
            WRITES[what](stores[who], CLIPS[who], number)
        told = [read_all(store) for store in stores]
        rows = listed(shared)
    for who in range(len(NAMES)):
        with Store.open("sqlite://") as own:
            for what, number in ((what, number) for one, what, number in acts if one == who):
                WRITES[what](own, CLIPS[who], number)
            assert told[who] == read_all(own)
            assert rows[who] == listed(own)[0]


def listed(store: Store) -> list[dict[str, Any]]:
    """The list of patients, which alone reads several together, without their numbers and names."""
    rows = store.roster.rows(DAY + dt.timedelta(days=9), 30)
    unnamed = {"patient_id", "pseudonym"}
    return [{k: v for k, v in vars(row).items() if k not in unnamed} for row in rows]


class watched:
    """Fails at a statement that reads or writes a patient's table and names no patient."""

    def __init__(self, store: Store) -> None:
        self.engine = store._database.engine

    def __enter__(self) -> None:
        event.listen(self.engine, "before_cursor_execute", self.look)

    def __exit__(self, *_: object) -> None:
        event.remove(self.engine, "before_cursor_execute", self.look)

    def look(self, _c: Any, _cursor: Any, statement: str, *_: object) -> None:
        named = set(re.findall(r"(?:FROM|JOIN|INTO|UPDATE)\s+\"?(\w+)", statement))
        if named & (set(OWNED) - {"patients"}):
            assert "patient_id" in statement, statement


def test_the_watch_sees_a_query_without_a_patient():
    with Store.open("sqlite://") as store, watched(store), pytest.raises(AssertionError):
        store._database.engine.connect().exec_driver_sql("SELECT note FROM diary_entries")


@pytest.fixture
def two(place: Place) -> Iterator[tuple[Store, Store]]:
    with Store.open(place) as first:
        yield _two(first)


def _two(first: Store) -> tuple[Store, Store]:
    sample.fill(first, days=2)
    first.patients.name(first.patient_id, "P-1")
    first.patients.add("P-2", UTC)
    return first, first.of("P-2")


def test_another_patients_numbers_do_nothing(two: tuple[Store, Store]):
    first, second = two
    before = read_all(first)
    reminder = first.reminders.history()[0].reminder_id
    session = first.sessions.history()[0].session_id
    hold = first.holds.raise_("unwell", "", "t", UTC)
    treatment = first.treatments.between(DAY, DAY + dt.timedelta(days=99))[0].treatment_id
    before = read_all(first)
    assert not second.reminders.answered(reminder, "skipped", 1, "t")
    second.reminders.shown(reminder, 1)
    second.reminders.unshown(reminder, 1)
    assert second.sessions.one(session) is None and not second.sessions.remove(session, 1)
    assert not second.holds.clear(hold, "T", "", 1) and not second.holds.take_back(hold, 9, UTC)
    assert not second.treatments.remove(treatment, 1)
    assert second.clips.erase(sample.CLIP) == 0
    assert read_all(first) == before


def test_a_clip_of_another_is_asked_about_and_handed_on(two: tuple[Store, Store]):
    first, second = two
    raw = sample.log(3)
    late = b"".join(raw[len(sample.log(2)) :])
    for take in (
        lambda: second.records.import_raw(sample.CLIP, late, "usb", UTC),
        lambda: second.clips.meet(sample.CLIP, NOBODY, UTC),
    ):
        with pytest.raises(PoiseError) as refused:
            take()
        assert refused.value.reason is Reason.OTHER_PATIENT and "P-1" in str(refused.value)
    with pytest.raises(PoiseError) as refused:
        first.records.import_raw(CLIPS[1], record(1, 1), "usb", UTC)
    assert refused.value.reason is Reason.OTHER_PATIENT and sample.CLIP in str(refused.value)
    held = first.records.count(sample.CLIP)
    second.clips.give(sample.CLIP, UTC, 5)
    assert second.records.next_seq(sample.CLIP) == held + 1
    done = second.records.import_raw(sample.CLIP, b"".join(raw), "usb", UTC)
    assert done.new == len(raw) - held  # what came before stays with the first
    assert first.records.count(sample.CLIP) == held
    with pytest.raises(PoiseError):
        first.records.import_raw(sample.CLIP, late, "usb", UTC)
    first.records.import_raw(CLIPS[1], record(1, 1), "usb", UTC)  # the first has no clip now
    assert not first.faults()


def test_a_clip_that_says_whose_it_is(new_place: Callable[[], Place]):
    with Store.open(new_place()) as clinic, Store.open(new_place()) as home:
        clinic.patients.add("P-017", UTC)
        assert (
            clinic.clips.meet(CLIPS[0], NOBODY, UTC) is None
        )  # the first clip, handed out by nobody
        clinic.clips.give(CLIPS[0], UTC, 42)
        told = clinic.clips.meet(CLIPS[0], NOBODY, UTC)
        assert told == Owner(42, "P-017") and told is not None
        assert clinic.clips.meet(CLIPS[0], NOBODY, UTC) == told  # until the clip has it
        clinic.clips.told(CLIPS[0], told)
        assert clinic.clips.meet(CLIPS[0], told, UTC) is None
        assert clinic.clips.meet(CLIPS[0], NOBODY, UTC) == told  # it was wiped
        assert home.clips.meet(CLIPS[0], told, UTC) is None  # a new store takes over whose it is
        assert home.patient.pseudonym == "P-017" and home.clips.meet(CLIPS[0], told, UTC) is None
        for store, says in ((home, Owner(43, "P-099")), (clinic, Owner(43, "P-017"))):
            with pytest.raises(PoiseError) as refused:
                store.clips.meet(CLIPS[0], says, UTC)
            assert refused.value.reason is Reason.OTHER_PATIENT
        home.clips.give(CLIPS[0], UTC, 44)  # the user says so
        assert home.clips.meet(CLIPS[0], Owner(43, "P-099"), UTC) == Owner(44, "P-017")


def test_a_clip_that_comes_back_brings_nothing_of_who_had_it_between(two: tuple[Store, Store]):
    first, second = two
    seq = first.records.next_seq(sample.CLIP)
    between = b"".join(record(seq + n, 1) for n in range(5))
    second.clips.give(sample.CLIP, UTC, 1)
    second.records.import_raw(sample.CLIP, between, "usb", UTC)
    first.clips.give(sample.CLIP, UTC, 2)
    assert first.records.next_seq(sample.CLIP) == seq + 5
    done = first.records.import_raw(sample.CLIP, between + record(seq + 5, 1), "usb", UTC)
    assert done.new == 1 and second.records.count(sample.CLIP) == 5
    assert (done.next_seq, first.records.next_seq(sample.CLIP)) == (seq + 6, seq + 6)


def test_who_has_which_clip_outlives_a_rescue(tmp_path: Path):
    first = Store.open(tmp_path / "poise.db")
    two = _two(first)
    second = two[1]
    seq = first.records.next_seq(sample.CLIP)
    second.clips.give(sample.CLIP, UTC, 1)
    second.records.import_raw(sample.CLIP, record(seq, 1), "usb", UTC)
    first.clips.give(CLIPS[1], UTC, 2)  # nothing is logged with it yet
    before = [(store.clips.history(), store.records.next_seq(sample.CLIP)) for store in two]
    first.close()
    fresh = tmp_path / "fresh.db"
    with Store.open(fresh):
        pass
    witness.path_of(fresh).unlink()
    assert not rescue(tmp_path / "poise.db", fresh).left
    with Store.open(fresh, "P-1") as one:
        again = [(s.clips.history(), s.records.next_seq(sample.CLIP)) for s in (one, one.of("P-2"))]
    assert again == before


def test_a_clip_that_was_given_back_and_comes_again_is_had(store: Store):
    store.patients.add("P-017", UTC)
    store.clips.give(CLIPS[0], UTC, 1)
    assert store.clips.take_back(CLIPS[0], UTC)
    store.clips.told(CLIPS[0], Owner(1, "P-017"))
    assert store.clips.meet(CLIPS[0], Owner(1, "p-017"), UTC) is None


def test_a_pseudonym_that_a_clip_may_have_cut_names_nobody(store: Store):
    assert store.clips.meet(CLIPS[0], Owner(9, "Patient-of-the-clinic-01"), UTC) is None
    assert store.patient.pseudonym == "" and store.clips.ids() == [CLIPS[0]]


def test_a_long_pseudonym_is_cut_on_the_clip_alone(store: Store):
    store.patients.add("P\u00e4tientin Nummer siebzehn", UTC)
    store.clips.meet(CLIPS[0], NOBODY, UTC)
    store.clips.give(CLIPS[0], UTC, 1)
    told = store.clips.meet(CLIPS[0], NOBODY, UTC)
    assert told and len(told.patient.encode()) <= 24 and store.patient.pseudonym != told.patient
    codec.pack("owner_set", 1, assignment=told.assignment, patient=told.patient)


def test_a_patient_is_named_where_there_are_several(place: Place):
    path = place
    with Store.open(path) as store:
        assert store.patient.pseudonym == ""
        assert store.patients.add("P-1", UTC).patient_id == store.patient_id  # it is the first one
        second = store.patients.add("P-2", UTC)
    for wrong in (None, "P-9"):
        with pytest.raises(PoiseError) as refused:
            Store.open(path, wrong)
        assert refused.value.reason is Reason.NO_PATIENT
    with Store.open(path, "p-2") as store:
        assert store.patient == second
        store.patients.archive(second.patient_id, UTC)
        for taken in ("p-1", "", "x" * 101, "a\nb\x07"):
            with pytest.raises(PoiseError):
                store.patients.add(taken, UTC)
    with Store.open(path) as store:
        assert store.patient.pseudonym == "P-1"


def of_before(path: Path, new: Path) -> None:
    """Makes the store `path` as Poise did before there were patients (revision 0004), with the rows of `new`."""
    database = engine.Database(engine.make_engine(engine.file_url(path)))
    with database.migration() as connection:
        made = migrate.config()
        made.attributes["connection"] = connection
        command.upgrade(made, "0004")
    with database.engine.connect() as connection:
        raw = connection.connection.driver_connection
        assert isinstance(raw, sqlite3.Connection)
        raw.execute("PRAGMA foreign_keys = OFF")
        raw.execute("ATTACH ? AS new", (str(new),))
        for name in (name for name in OWNED if name not in ("patients", "audit")):
            names = ", ".join(
                f'"{row[1]}"' for row in raw.execute(f"PRAGMA main.table_info({name})")
            )
            if not names:  # there was no such table then
                continue
            raw.execute(f"INSERT INTO main.{name} ({names}) SELECT {names} FROM new.{name}")
        raw.execute("INSERT INTO main.store_age SELECT * FROM new.store_age")
        for (name,) in raw.execute(
            "SELECT name FROM new.seals WHERE name NOT IN ('patients', 'audit')"
        ).fetchall():
            columns = ", ".join(row[1] for row in raw.execute(f"PRAGMA main.table_info({name})"))
            if not columns:
                continue
            rows, total = seals._of(connection, f"main.{name}", columns)
            raw.execute("INSERT INTO main.seals VALUES (?, ?, ?, ?)", (name, columns, rows, total))
        connection.commit()
        raw.execute("DETACH new")
    database.engine.dispose()


@pytest.fixture
def older(tmp_path: Path) -> tuple[Path, Path]:
    """A store of before, and one of now with the same rows."""
    path, new = tmp_path / "poise.db", tmp_path / "new.db"
    with Store.open(new) as store:
        sample.fill(store, days=2)
    of_before(path, new)
    return path, new


def test_a_store_of_an_older_poise_belongs_to_its_one_patient(older: tuple[Path, Path]):
    path, new = older
    with Store.open(path) as migrated, Store.open(new) as store:
        told, known = read_all(migrated), read_all(store)
        assert {**told, **dict.fromkeys(LATER)} == {**known, **dict.fromkeys(LATER)}
        assert migrated.records.count(sample.CLIP) == store.records.count(sample.CLIP) > 0
        assert not migrated.faults()


def test_a_damaged_store_of_an_older_poise_gives_what_is_whole(older: tuple[Path, Path]):
    path, new = older
    sample.flipped(b"note of day 1", b"vote of day 1")(path)
    fresh = path.with_name("fresh.db")
    with Store.open(fresh):
        pass
    witness.path_of(fresh).unlink()  # the new store takes over the old one's id
    done = rescue(path, fresh)
    assert done.records and "diary_entries" in done.left
    assert {"plans", "exercise_sessions", "outcomes", "holds", "answers"} <= set(done.tables)
    with Store.open(fresh) as rescued, Store.open(new) as store:
        told, known = read_all(rescued), read_all(store)
        for name in ("plans", "sessions", "outcomes", "holds", "reminders"):
            assert told[name] == known[name], name
        assert rescued.records.raws(sample.CLIP) == store.records.raws(sample.CLIP)
