"""A server: what it refuses is told, it may go away and come back, logins have what they need, and stores move."""

import os
import re
import signal
import sqlite3
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine

from poise import cli
from poise.errors import PoiseError, Reason
from poise.store import Store, imports, schema
from tests.support import patient_acts
from tests.support import store_sample as sample
from tests.support.peer import CLIP_ID
from tests.support.postgres import Server
from tests.support.wear_day import Clip, running, until

pytestmark = pytest.mark.postgres
DOCS = Path(__file__).parents[2] / "docs/therapists/several-desks.md"
UTC = sample.NOW
NAMED = re.compile(r"```sql\n-- (.+?)\n(.*?)```", re.DOTALL)


def statements(of: str) -> list[str]:
    """The SQL of the documentation that this one has to run, a statement each."""
    (text,) = [sql for who, sql in NAMED.findall(DOCS.read_text(encoding="utf-8")) if who == of]
    return [each for each in re.sub(r"--.*", "", text).split(";") if each.strip()]


# --- rights


@pytest.fixture
def clinic(postgres: Server) -> Iterator[Callable[[str], str]]:
    """A database as the documentation sets it up; its URL for each login."""
    postgres.sql(*statements("administrator"), *statements("each therapist"))
    with Store.open(postgres.url("poise", "poise_owner")):
        pass
    owner = sa.create_engine(postgres.url("poise", "poise_owner"), isolation_level="AUTOCOMMIT")
    with owner.connect() as connection:
        for each in statements("owner"):
            connection.exec_driver_sql(each)
    owner.dispose()
    yield lambda user: postgres.url("poise", user)
    postgres.sql(
        "DROP DATABASE poise WITH (FORCE)",
        *(f"DROP ROLE {role}" for role in ("anna", "poise_desk", "poise_owner")),
    )


def test_a_desk_has_what_it_needs_and_no_more(clinic: Callable[[str], str]):
    with Store.open(clinic("anna")) as store:
        sample.fill(store, days=1)
        for number, write in enumerate(patient_acts.WRITES * 3):
            write(store, sample.CLIP, number)
        patient_acts.read_all(store)
        for other in (
            "DROP TABLE plans", "ALTER TABLE plans ADD COLUMN a int", "CREATE TABLE a (b int)",
            "DELETE FROM plans", "UPDATE diary_entries SET note = ''", "TRUNCATE records",
            "UPDATE alembic_version SET version_num = '0001'",
        ):  # fmt: skip
            with (
                pytest.raises(PoiseError, match="Your login may not") as refused,
                store._database.write() as connection,
            ):
                connection.exec_driver_sql(other)
            assert refused.value.reason is Reason.STORE_UNWRITABLE
            assert "several-desks.md" in refused.value.hint


# --- what a server refuses


def test_a_server_that_refuses_says_why(postgres: Server, tmp_path: Path):
    url = postgres.database()
    refusals = {
        postgres.url("no_such"): "does not exist",
        url.replace("poise@", "nobody:hunter2@"): "role .nobody. does not exist",
        url.replace(str(postgres.folder), str(tmp_path)): "No such file or directory",
        "postgresql+psycopg://anna:hunter2@127.0.0.1:1/poise": "refused",
    }
    for place, why in refusals.items():
        with pytest.raises(PoiseError, match=why) as refused:
            Store.open(place)
        assert refused.value.reason is Reason.STORE_UNWRITABLE
        assert "hunter2" not in refused.value.told and "\n" not in refused.value.told
    with Store.open(url) as store:
        for put in (
            lambda: store.preferences.choose("x" * 41, "", "t", UTC),
            lambda: store.plans.put("a\0", "T", 1),
        ):
            with pytest.raises(PoiseError, match="can't keep that") as refused:
                put()
            assert refused.value.reason is Reason.BAD_INPUT


def test_a_database_of_another_program_is_left_alone(postgres: Server):
    url = postgres.database(empty=True)
    postgres.sql("CREATE TABLE other (a int)", database=sa.make_url(url).database or "")
    with pytest.raises(PoiseError, match="not one of Poise") as refused:
        Store.open(url)
    assert refused.value.reason is Reason.STORE_BROKEN


def test_another_desk_that_holds_the_store_is_told(postgres: Server):
    url = postgres.database()
    with Store.open(url) as store, Store.open(url) as other:
        database = other._database
        database._writer = database._writer.execution_options(poise_wait_s=0.05)
        with store._database.write() as held:
            held.execute(sa.update(schema.patients).values(pseudonym="P-1"))
            with pytest.raises(PoiseError, match="Another desk has held") as refused:
                other.plans.put("a = 1", "T", UTC)
            assert other.patient.pseudonym == ""  # who reads waits for nobody
        assert refused.value.reason is Reason.STORE_UNWRITABLE
        assert other.patient.pseudonym == "P-1" and store.plans.current() is None


def test_a_computer_without_the_driver_is_told_which_extra(
    postgres: Server, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(PoiseError, match="driver for postgresql") as refused:
        Store.open(postgres.url("poise"))
    assert refused.value.reason is Reason.MISSING_EXTRA and "[clinic]" in refused.value.hint


def test_a_password_is_given_to_nobody(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(os, "environ", dict(os.environ))
    for url in (
        "postgresql+psycopg://a:hunter2@h/d",
        "postgresql+psycopg://a@h/d?password=hunter2",
    ):
        os.environ["POISE_STORE"] = url
        for words in (
            ("--store", url, "doctor"),
            ("wear", "--install", "--dry-run"),
            ("install", "--dry-run"),
        ):
            with pytest.raises(PoiseError, match="no password") as refused:
                cli.dispatch(list(words))
            assert "hunter2" not in refused.value.told


# --- a server that goes away


async def test_a_server_that_goes_away_and_comes_back_loses_nothing(
    postgres: Server, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("poise.wear.intake.STORE_RETRY_S", 0.1)
    clip = Clip()
    take = imports.store_rows

    def cut(*arguments: Any) -> Any:
        done = take(*arguments)
        postgres.stop(signal.SIGQUIT)  # after the records are in, before they are for good
        monkeypatch.setattr(imports, "store_rows", take)
        return done

    monkeypatch.setattr(imports, "store_rows", cut)
    with Store.open(postgres.database()) as opened:
        async with running(opened, clip.port) as (runner, updates):
            await until(updates, lambda: "store" in runner.live.warnings)
            assert "can't be reached" in runner.live.warnings["store"]
            assert runner.live.connected and "log_ack" not in clip.names()
            postgres.start()
            await until(updates, lambda: runner.live.records == 3)
            await until(updates, lambda: "store" not in runner.live.warnings)
            await runner.caught_up.wait()
        assert "log_ack" in clip.names() and opened.records.count(CLIP_ID.hex()) == 3
    clip.unplug()


# --- commands, and the way from a file to a server and back


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Runs a command in this process over a folder of its own; returns what it prints."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("POISE_")}
    monkeypatch.setattr(os, "environ", {**environment, "POISE_DATA": str(tmp_path / "data")})

    def command(*words: str) -> str:
        os.environ.pop("POISE_STORE", None)
        capsys.readouterr()
        try:
            cli.dispatch([*words])
        except SystemExit as ended:
            assert not ended.code
        return capsys.readouterr().out

    return command


def test_reports_are_the_same_from_a_file_and_a_server(
    run: Callable[..., str], postgres: Server, tmp_path: Path
):
    file, url = tmp_path / "data/poise.db", postgres.database()
    for place in (file, url):
        with Store.open(place) as store:
            sample.fill(store, days=4)
    with time_machine.travel(UTC / 1000, tick=False):
        for words in (
            ("report", "--json"),
            ("insight", "--json"),
            ("insight",),
            ("events",),
            ("plan", "show"),
        ):
            said = run(*words)
            assert len(said) > 100 and run("--store", url, *words) == said, words
        pages = [tmp_path / "file.html", tmp_path / "server.html"]
        run("report", "--out", str(pages[0]))
        run("--store", url, "report", "--out", str(pages[1]))
    assert pages[0].read_bytes() == pages[1].read_bytes() and pages[0].stat().st_size > 5000


def dump(path: Path) -> list[str]:
    """All of a store's file as SQL, but what counts the changes of one place."""
    with sqlite3.connect(path) as connection:
        lines = [line for line in connection.iterdump() if "store_age" not in line]
    connection.close()
    return sorted(line for line in lines if not line.startswith('INSERT INTO "seals"'))


def test_a_store_moves_to_a_server_and_back(
    run: Callable[..., str], postgres: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    with Store.open(tmp_path / "data/poise.db") as store:
        sample.fill(store, days=3)
        store.patients.name(store.patient_id, "P-1")
        store.patients.add("Pätient 2", UTC)
    url, files = postgres.database(), [tmp_path / f"{n}.db" for n in range(3)]
    run("backup", str(files[0]))
    assert "compared row by row" in run("--store", url, "restore", str(files[0]))
    with pytest.raises(PoiseError, match="is not empty"):
        run("--store", url, "restore", str(files[0]))
    run("--store", url, "backup", str(files[1]))
    assert dump(files[1]) == dump(files[0])
    # Another desk writes while a copy is taken: the copy is of the moment at which it began.
    move = imports.bulk
    with Store.open(url, "P-1") as desk:

        def meanwhile(*arguments: Any) -> None:
            monkeypatch.setattr(imports, "bulk", move)
            desk.plans.put("a = 1", "T", UTC)
            assert desk.records.import_raw(sample.CLIP, sample.log(4)[-1], "usb", UTC).new == 1
            assert desk.of("Pätient 2").plans.put("b = 1", "T", UTC).plan_id == 3
            move(*arguments)

        monkeypatch.setattr(imports, "bulk", meanwhile)
        run("--store", url, "backup", str(files[2]))
        assert dump(files[2]) == dump(files[0])
    run("restore", "--replace", str(files[1]))
    assert "P-1" in run("patient", "list")


def test_a_damaged_copy_is_brought_nowhere(postgres: Server, tmp_path: Path):
    with Store.open(tmp_path / "poise.db") as store:
        sample.fill(store, days=1)
    sample.flipped(b"note of day 0", b"vote of day 0")(tmp_path / "poise.db")
    with Store.open_whole(postgres.database()) as store:
        with pytest.raises(PoiseError, match="not whole"):
            store.bring(tmp_path / "poise.db", tmp_path)
        assert store.records.count(sample.CLIP) == 0
