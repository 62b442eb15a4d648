"""Copies of the store and the way back: never over newer data, never under another program, all of it or nothing."""

import datetime as dt
import json
import shutil
import sqlite3
import sys
from pathlib import Path

import pytest

from poise.cli.context import keep_daily
from poise.errors import PoiseError, Reason
from poise.store import Store, copies, witness
from poise.store import engine as db
from poise.store.diary import DiaryRow
from poise.store.examine import examine
from poise.store.restore import restore
from poise.wire import codec
from tests.support import store_sample as sample
from tests.support.store_sample import CLIP, NOW, flipped

TODAY = dt.date(2026, 11, 18)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    with Store.open(folder / "poise.db") as store:
        sample.fill(store, days=2)
    return folder


@pytest.fixture
def path(made: Path, tmp_path: Path) -> Path:
    """Of a store with something in every table, and yesterday's copy."""
    shutil.copytree(made, tmp_path / "data")
    found = tmp_path / "data/poise.db"
    copies.daily(found, TODAY - dt.timedelta(1))
    return found


def write(path: Path, note: str) -> None:
    with Store.open(path) as store:
        store.diary.put(DiaryRow(TODAY, True, 6, 2, (), note, NOW, False, "terminal"))


def notes(path: Path) -> list[str]:
    with Store.open(path) as store:
        return [row.note for row in store.diary.days(TODAY - dt.timedelta(30), TODAY)]


def records(path: Path) -> int:
    with Store.open(path) as store:
        return store.records.count(CLIP)


# --- copies


def test_a_copy_is_one_whole_file_for_its_owner_alone(path: Path, tmp_path: Path):
    with Store.open(path) as store:  # others may have it open
        store.diary.put(DiaryRow(TODAY, True, 6, 2, (), "in the journal", NOW, False, "terminal"))
        found = copies.copy(path, tmp_path / "out/copy.db")
    assert [file.name for file in (tmp_path / "out").iterdir()] == ["copy.db"]
    assert (tmp_path / "out/copy.db").stat().st_mode & 0o777 == 0o600
    assert not found.faults and found.counts["diary_entries"] == 3
    assert notes(tmp_path / "out/copy.db")[-1] == "in the journal"


def test_seven_days_are_kept_and_no_day_without_news(path: Path):
    for day in range(9):
        write(path, f"day {day}")
        assert copies.daily(path, TODAY + dt.timedelta(day))
        assert copies.daily(path, TODAY + dt.timedelta(day)) is None
    kept = [file.name for file in copies.known(path)]
    assert kept == [f"poise-{TODAY + dt.timedelta(n)}.db" for n in range(8, 1, -1)]
    assert copies.daily(path, TODAY + dt.timedelta(50)) is None  # nothing is new
    assert [file.name for file in copies.known(path)] == kept


def test_a_full_disk_leaves_no_half_copy(path: Path, monkeypatch: pytest.MonkeyPatch):
    before = sorted(file.name for file in path.parent.rglob("*"))

    class Small(sqlite3.Connection):
        def backup(self, target, **_more):
            target.execute("PRAGMA max_page_count = 20")
            target.executescript("CREATE TABLE a (b); INSERT INTO a VALUES (zeroblob(1000000))")

    real = sqlite3.connect
    monkeypatch.setattr(copies.sqlite3, "connect", lambda *a, **k: real(*a, **k, factory=Small))
    with pytest.raises(PoiseError) as caught:
        copies.copy(path, path.with_name("new.db"))
    assert caught.value.reason is Reason.STORE_FULL
    assert sorted(file.name for file in path.parent.rglob("*")) == before


def test_a_command_that_writes_leaves_the_days_copy(poise, tmp_path: Path):
    assert poise("plan", "show").returncode != 0
    assert not (tmp_path / "data/copies").exists()
    file = tmp_path / "plan.toml"
    file.write_text(poise("plan", "example").stdout, encoding="utf-8")
    assert poise("plan", "set", str(file), "--by", "A. Therapist").returncode == 0
    (copied,) = (tmp_path / "data/copies").iterdir()
    with Store.open(copied) as store:
        assert store.plans.current()


def test_backup_and_restore_as_commands(poise, made: Path, tmp_path: Path):
    shutil.copytree(made, tmp_path / "data")
    out = tmp_path / "out.db"
    told = json.loads(poise("backup", str(out), "--json").stdout)
    assert told["counts"]["diary_entries"] == 2
    again = poise("backup", str(out))
    assert again.returncode == 28 and "there already" in again.stderr
    assert poise("restore", str(out)).returncode == 29  # as new as the copy
    flipped(b"note of day 1", b"vote of day 1")(tmp_path / "data/poise.db")
    assert poise("diary", "list").returncode == 23
    assert "diary_entries" in poise("doctor").stdout
    done = poise("restore", str(out))
    assert done.returncode == 0, done.stderr
    assert str(out) in done.stdout and "diary entries" in done.stdout
    assert poise("diary", "list").returncode == 0
    assert "whole" in poise("doctor").stdout
    poise("backup")
    assert "by-hand" in poise("restore", "--list").stdout


# --- the way back


def test_a_damaged_store_gives_what_is_whole_in_it(path: Path):
    with Store.open(path) as store:
        seq = store.records.next_seq(CLIP)
        raw = codec.pack_record("button", seq, 1, NOW - sample.FIRST, {"press": "short"})
        store.records.import_raw(CLIP, raw, "usb", NOW)
        number = store.reminders.fired("nod", NOW, NOW)
        store.reminders.answered(number, "done", NOW, "clip")
    write(path, "after the copy")
    before = records(path)
    flipped(b"note of day 1", b"vote of day 1")(path)
    done = restore(path, None, "then")
    assert done.source == copies.known(path)[-1]
    assert (done.rescued.records, done.rescued.left) == (1, ["diary_entries"])
    assert set(done.rescued.tables) == {"reminders", "answers"}
    assert notes(path) == ["note of day 0", "note of day 1"]  # the copy's: the table was not whole
    assert records(path) == before
    with Store.open(path) as store:
        assert store.reminders.history()[-1].via == "clip" and not store.faults()
    aside = path.with_name("poise-replaced-then.db")
    assert done.aside == aside and b"vote of day 1" in aside.read_bytes()


def test_a_damaged_record_goes_and_the_newer_diary_stays(path: Path):
    write(path, "after the copy")
    raw = sample.log(2)[100]
    flipped(raw[20:40], b"\x01" * 8)(path)
    done = restore(path, None, "then")
    assert not done.rescued.left and done.rescued.tables == ["diary_entries"]
    assert notes(path)[-1] == "after the copy"
    assert records(path) == len(sample.log(2))


def test_without_any_copy_what_is_whole_is_brought_over(path: Path):
    shutil.rmtree(copies.folder_of(path))
    raw = sample.log(2)[100]
    flipped(raw[20:40], b"\x01" * 8)(path)
    done = restore(path, None, "then")
    assert done.source is None and records(path) == len(sample.log(2)) - 1
    assert notes(path) == ["note of day 0", "note of day 1"]
    with Store.open(path) as store:
        assert store.records.next_seq(CLIP) == 101  # the clip is asked for it again
        assert store.sessions.history() and store.plans.current() and store.nudge_marks.all(CLIP)


@pytest.mark.parametrize("content", [None, b"", b"no database" * 900])
def test_a_store_that_is_gone_comes_back(path: Path, content: bytes | None):
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(PoiseError) as caught:
        Store.open(path)
    assert caught.value.reason is Reason.STORE_BROKEN and "poise restore" in caught.value.hint
    restore(path, None, "then")
    assert notes(path) == ["note of day 0", "note of day 1"]


def test_nothing_newer_is_lost(path: Path):
    write(path, "after the copy")
    with pytest.raises(PoiseError, match="lacks 1 diary entries") as caught:
        restore(path, None, "then")
    assert caught.value.reason is Reason.BAD_INPUT and "--replace" in caught.value.hint
    assert notes(path)[-1] == "after the copy"
    done = restore(path, None, "then", replace=True)
    assert notes(path) == ["note of day 0", "note of day 1"]
    assert done.aside is not None and notes(done.aside)[-1] == "after the copy"
    write(path, "life goes on")
    assert notes(path)[-1] == "life goes on"


def test_another_patients_store_is_asked_about(path: Path, tmp_path: Path):
    with Store.open(tmp_path / "other/poise.db") as store:
        sample.fill(store, days=1)
    with pytest.raises(PoiseError, match="not a copy of it"):
        restore(path, tmp_path / "other/poise.db", "then")
    restore(path, tmp_path / "other/poise.db", "then", replace=True)
    assert notes(path) == ["note of day 0"]


@pytest.mark.parametrize("holder", ["reader", "writer"])
def test_another_program_that_has_it_open(path: Path, holder: str):
    import subprocess
    import sys

    code = (
        "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('SELECT count(*) FROM plans').fetchall();"
        "sys.argv[2] == 'writer' and c.execute('BEGIN IMMEDIATE'); print('open', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", code, str(path), holder]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout and other.stdin and other.stdout.readline() == b"open\n"
        before = path.read_bytes()
        with pytest.raises(PoiseError) as caught:
            restore(path, None, "then", replace=True)
        assert caught.value.reason is Reason.ALREADY_RUNS
        assert path.read_bytes() == before
        other.stdin.close()
    assert restore(path, None, "then", replace=True).aside


def damaged_text(path: Path) -> None:
    flipped(b"note of day 1", b"vote of day 1")(path)


def damaged_record(path: Path) -> None:
    flipped(sample.log(2)[100][20:40], b"\x01" * 8)(path)


def newer(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.commit()
    connection.close()


@pytest.mark.parametrize(
    "damage",
    [damaged_text, damaged_record, newer, sample.foreign, sample.cut(0.5), sample.cut(0), lambda p: p.unlink(),
     lambda p: p.write_text("hello")],
)  # fmt: skip
def test_a_backup_that_is_none_changes_nothing(path: Path, tmp_path: Path, damage):
    file = tmp_path / "backup.db"
    copies.copy(path, file)
    damage(file)
    before = {each: each.read_bytes() for each in path.parent.rglob("*") if each.is_file()}
    with pytest.raises(PoiseError) as caught:
        restore(path, file, "then", replace=True)
    assert caught.value.reason in (Reason.BAD_INPUT, Reason.STORE_BROKEN)
    assert caught.value.hint
    after = {each: each.read_bytes() for each in path.parent.rglob("*") if each.is_file()}
    assert {k: v for k, v in after.items() if k.suffix == ".db"} == {
        k: v for k, v in before.items() if k.suffix == ".db"
    }


def test_a_damaged_copy_is_passed_over(path: Path):
    write(path, "day two")
    copies.daily(path, TODAY)
    damaged_text(copies.known(path)[0])
    path.unlink()
    done = restore(path, None, "then")
    assert done.source is not None and done.source.name == f"poise-{TODAY - dt.timedelta(1)}.db"


def test_a_full_disk_leaves_the_store_as_it_is(path: Path, monkeypatch: pytest.MonkeyPatch):
    def full(_path: Path, new: Path) -> None:
        raise db.full(new.parent)

    monkeypatch.setattr(copies, "take", full)
    before = path.read_bytes()
    with pytest.raises(PoiseError) as caught:
        restore(path, None, "then", replace=True)
    assert caught.value.reason is Reason.STORE_FULL
    assert path.read_bytes() == before and not list(path.parent.glob("*-new-*"))


def test_a_copy_of_the_schema_before_comes_along(tmp_path: Path):
    """Somebody's own copy of poise.db, from before there were seals."""
    import sqlalchemy as sa
    from alembic import command

    from poise.store.migrate import config

    old = tmp_path / "old.db"
    database = db.Database(db.make_engine(sa.URL.create("sqlite", database=str(old))))
    raw = sample.log(1)[0]
    with database.write() as connection:
        made = config()
        made.attributes["connection"] = connection
        command.upgrade(made, "0002")
        connection.exec_driver_sql(f"INSERT INTO clips VALUES ('{CLIP}', 1, 2)")
        connection.exec_driver_sql(
            "INSERT INTO records VALUES (1, ?, 1, 1, 0, 'clock', NULL, ?, 1, 1)", (CLIP, raw)
        )
    database.engine.dispose()
    path = tmp_path / "data/poise.db"
    path.parent.mkdir()
    restore(path, old, "then")
    assert records(path) == 1 and not examine(path).faults
    assert witness.read(path)


def test_a_copy_that_fails_ends_nothing_where_there_is_no_standard_error(
    path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A service on Windows has none."""

    def full(*_given: object) -> None:
        raise PoiseError(Reason.STORE_FULL, "The disk is full", "Make room.")

    monkeypatch.setattr(copies, "daily", full)
    with Store.open(path) as store:
        keep_daily(store, changed=False)
        assert "The disk is full. Make room." in capsys.readouterr().err
        monkeypatch.setattr(sys, "stderr", None)
        keep_daily(store, changed=False)
