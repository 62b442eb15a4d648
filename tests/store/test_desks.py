"""Several desks on one server at once: each record once, no update lost, one migrates, and nothing is half done."""

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from sqlalchemy import event

from poise.errors import PoiseError, Reason
from poise.store import Store, engine, migrate, parts, schema
from tests.conftest import WITHIN_S
from tests.support import store_sample as sample
from tests.support.postgres import Server

pytestmark = pytest.mark.postgres
DESKS = 4
UTC = sample.NOW


def at_once(works: list[Callable[[], Any]]) -> list[Any]:
    """What these return that begin at the same moment, each in a thread. An error of one is the caller's."""
    ready = threading.Barrier(len(works))

    def begin(work: Callable[[], Any]) -> Any:
        ready.wait(WITHIN_S)
        return work()

    with ThreadPoolExecutor(len(works)) as pool:
        return [done.result(WITHIN_S) for done in [pool.submit(begin, work) for work in works]]


def test_what_desks_do_at_once_is_done_once(postgres: Server):
    url, raw = postgres.database(), sample.log(3)
    with Store.open(url) as first:
        hold = first.holds.raise_("pain", "6", "t", UTC)
        shown = first.reminders.fired("nod", UTC, UTC)
        before = changes(first)
        writes = [0] * DESKS

        def desk(number: int) -> Counter[str]:
            told: Counter[str] = Counter()
            with Store.open(url) as store:
                for begin in range(0, len(raw), 200):
                    chunk = b"".join(raw[begin : begin + 250])  # what overlaps came already
                    told["new"] += store.records.import_raw(sample.CLIP, chunk, "usb", UTC).new
                    store.plans.put(f"a = {begin // 200 % 3}", f"desk {number}", UTC + begin)
                    writes[number] += 2
                told["cleared"] += store.holds.clear(hold, f"desk {number}", "", UTC)
                store.reminders.answered(shown, "done", UTC + 10 - number, f"desk {number}")
                told[f"moment {store.reminders.reserve([('nod', UTC + 5, 'clock')])}"] += 1
                try:
                    told["added"] += bool(store.patients.add("P-1", UTC))
                except PoiseError as error:
                    assert error.reason is Reason.BAD_INPUT
            return told

        found = sum(at_once([lambda n=n: desk(n) for n in range(DESKS)]), Counter[str]())
        assert found["new"] == len(raw) and found["cleared"] == found["added"] == 1
        assert len([name for name in found if name.startswith("moment")]) == 1
        assert [record for _, record in sorted(first.records.raws(sample.CLIP))] == raw
        assert first.records.next_seq(sample.CLIP) == len(raw) + 1
        assert first.reminders.history()[0].answered_utc_ms == UTC + 10 - (DESKS - 1)
        texts = [version.text for version in first.plans.history()]
        assert all(new != old for new, old in pairwise(texts))
        assert changes(first) >= before + sum(writes) and not first.faults()


def changes(store: Store) -> int:
    with store._database.read() as connection:
        return connection.scalar(sa.select(schema.store_age.c.changes)) or 0


def test_desks_that_begin_at_once_on_an_empty_database_make_one_store(postgres: Server):
    url = postgres.database(empty=True)
    stores = at_once([lambda: Store.open(url)] * DESKS)
    assert [len(store.patients.all()) for store in stores] == [1] * DESKS
    for store in stores:
        store.close()


def test_one_desk_follows_a_patient(postgres: Server):
    url = postgres.database()
    with Store.open(url) as desk, Store.open(url) as other:
        desk.patients.add("P-1", UTC)
        desk.patients.add("P-2", UTC)
        with desk.followed(), other.of("P-2").followed():
            with (
                pytest.raises(PoiseError, match="P-1 at another desk") as refused,
                other.followed(),
            ):
                pass
            assert refused.value.reason is Reason.ALREADY_RUNS
        with pytest.raises(KeyError), desk.followed():
            raise KeyError
        with other.followed():
            pass


# --- migrations


@pytest.fixture
def older(postgres: Server) -> str:
    """A database of an older Poise, with something in it."""
    url = postgres.database(empty=True)
    database = engine.Database(engine.make_engine(sa.make_url(url)))
    with database.migration() as connection:
        made = migrate.config()
        made.attributes["connection"] = connection
        command.upgrade(made, "0004")
        for statement in (
            "INSERT INTO clips VALUES ('0011223344556677', 1, 1)",
            "INSERT INTO plans (content_hash, text, who, when_utc_ms) VALUES ('h', 'a = 1', 'T', 2)",
        ):
            connection.exec_driver_sql(statement)
    database.engine.dispose()
    return url


def test_one_desk_migrates_and_the_others_wait(older: str, monkeypatch: pytest.MonkeyPatch):
    ran: list[str] = []
    upgrade = command.upgrade

    def counted(*arguments: Any) -> None:
        ran.append("upgrade")
        upgrade(*arguments)

    monkeypatch.setattr(command, "upgrade", counted)
    stores = at_once([lambda: Store.open(older)] * DESKS)
    assert ran == ["upgrade"]
    for store in stores:
        assert [version.text for version in store.plans.history()] == ["a = 1"]
        store.close()


def test_a_migration_that_fails_leaves_nothing_of_it(
    older: str, postgres: Server, monkeypatch: pytest.MonkeyPatch
):
    name = sa.make_url(older).database or ""
    postgres.sql("CREATE TABLE patients (a int)", database=name)  # in the way of a later step
    with pytest.raises(PoiseError, match="patients"):
        Store.open(older)
    look = sa.create_engine(older)
    with look.connect() as connection:
        assert connection.scalar(sa.text("SELECT version_num FROM alembic_version")) == "0004"
        assert "patient_id" not in {c["name"] for c in sa.inspect(look).get_columns("plans")}
    look.dispose()
    postgres.sql("DROP TABLE patients", database=name)
    with Store.open(older) as store:
        assert store.plans.history() and not store.faults()


def test_a_reader_in_the_way_of_a_migration_only_delays_it(older: str):
    """The reader holds what the migration wants next, and waits for what it has: the server ends one of the two."""
    reader = sa.create_engine(older)
    with reader.connect() as reading:
        # The server looks for deadlocks on behalf of who waits for long; the reader is to be patient.
        reading.exec_driver_sql("SET LOCAL deadlock_timeout = '600s'")
        reading.exec_driver_sql("SELECT 1 FROM plans")
        database = engine.Database(engine.make_engine(sa.make_url(older)))
        reached, begun = threading.Event(), Counter[str]()

        def look(_c: Any, _cursor: Any, statement: str, *_: object) -> None:
            begun["times"] += "CREATE TABLE patients" in statement
            if reached.is_set() or not statement.startswith("ALTER TABLE plans"):
                return
            reached.set()
            with reader.connect() as watching:
                while not watching.scalar(
                    sa.text("SELECT count(*) FROM pg_locks WHERE NOT granted")
                ):
                    watching.rollback()

        event.listen(database.engine, "before_cursor_execute", look)
        with ThreadPoolExecutor(1) as pool:
            done = pool.submit(migrate.upgrade, database)
            assert reached.wait(WITHIN_S)
            reading.exec_driver_sql("SELECT 1 FROM clips")  # until the migration has given way
            reading.rollback()
            done.result(WITHIN_S)
        assert begun["times"] > 1
    with Store.open(older) as store:
        assert store.plans.history() and not store.faults()
    reader.dispose()
    database.engine.dispose()


def test_a_desk_of_before_a_migration_writes_nothing_and_is_told(postgres: Server):
    url = postgres.database()
    name = sa.make_url(url).database or ""
    with Store.open(url) as desk:
        desk.plans.put("a = 1", "T", UTC)
        postgres.sql("UPDATE alembic_version SET version_num = '9999'", database=name)
        with pytest.raises(PoiseError, match="newer Poise") as refused:
            desk.plans.put("a = 2", "T", UTC)
        assert refused.value.reason is Reason.STORE_BROKEN
        assert len(desk.plans.history()) == 1
        postgres.sql("ALTER TABLE plans RENAME COLUMN who TO therapist", database=name)
        with pytest.raises(PoiseError, match="newer Poise"):
            desk.plans.history()
    with pytest.raises(PoiseError, match="newer Poise"):
        Store.open(url)


def test_parts_of_a_log_that_desks_make_are_whole(postgres: Server):
    """Two clips of one patient's, from two desks: neither loses the other's count."""
    url = postgres.database()
    with Store.open(url) as store:
        at_once(
            [
                lambda each=each: store.records.import_raw(sample.CLIP, b"".join(each), "ble", UTC)
                for each in (sample.log(2)[::2], sample.log(2)[1::2])
            ]
        )
        with store._database.read() as connection:
            found = parts.of_clip(connection, store.records._database.clip(sample.CLIP))
        assert sum(sum(part.kinds.values()) for part in found) == len(sample.log(2))
