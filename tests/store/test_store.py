"""The store: each record once, all or nothing, and clear errors."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from zlib import crc32

import pytest
import sqlalchemy as sa

from poise.errors import PoiseError, Reason
from poise.store import Store, log_file
from poise.store.imports import decode_file
from poise.wire import codec

CLIP = "0011223344556677"
UTC = 1_790_000_000_000
MINUTE = {name: 0 for name, _, _ in codec.record_layout("minute").fields} | {
    "neutral_s": 60,
    "under_10_s": 60,
}


def button(seq: int, boot: int = 1, press: str = "short") -> bytes:
    return codec.pack_record("button", seq, boot, seq * 1000, {"press": press})


def clock(seq: int, t_ms: int, utc_ms: int, boot: int = 1) -> bytes:
    return codec.pack_record("clock", seq, boot, t_ms, {"utc_ms": utc_ms, "uncertainty_ms": 20})


def test_each_record_is_stored_once_whichever_way_it_comes(store: Store):
    raw = b"".join(button(seq) for seq in range(10))
    assert store.records.import_raw(CLIP, raw[: len(raw) // 2], "ble", UTC).new == 5
    done = store.records.import_raw(CLIP, raw, "usb", UTC)
    assert (done.new, done.duplicate, done.next_seq) == (5, 5, 10)
    assert b"".join(record for _, record in store.records.raws(CLIP)) == raw
    assert store.records.delivered_by(CLIP, "ble") == list(range(5))
    assert store.records.delivered_by(CLIP, "usb") == list(range(10))


def test_a_hole_is_asked_for_again_and_a_known_gap_is_not(store: Store):
    store.records.import_raw(CLIP, button(0) + button(1) + button(4), "ble", UTC)
    assert store.records.next_seq(CLIP) == 2
    assert store.records.next_seq(CLIP, oldest_seq=4) == 5
    gap = {"first_seq": 2, "last_seq": 3, "reason": "oldest_dropped"}
    store.records.import_raw(CLIP, codec.pack_record("gap", 5, 1, 9, gap), "ble", UTC)
    assert store.records.next_seq(CLIP) == 6


def test_a_clip_s_numbers_begin_at_one(store: Store):
    assert store.records.next_seq(CLIP) == 1
    assert store.records.import_raw(CLIP, button(1) + button(2), "ble", UTC).next_seq == 3


def test_a_damaged_record_refuses_the_whole_chunk(store: Store):
    raw = bytearray(button(0) + button(1))
    raw[-1] ^= 1
    with pytest.raises(PoiseError) as caught:
        store.records.import_raw(CLIP, bytes(raw), "ble", UTC)
    assert caught.value.reason is Reason.BAD_LOG
    assert f"byte {len(button(0))}" in str(caught.value)
    assert store.records.count(CLIP) == 0


def test_a_damaged_file_gives_its_intact_part(store: Store, tmp_path: Path):
    path = tmp_path / "a.log"
    path.write_bytes(button(0) + button(1)[:-3])
    done = store.records.import_file(CLIP, log_file.read(path), UTC)
    assert done.imported.new == 1
    assert done.damage and f"byte {len(button(0))}" in done.damage


def test_a_flipped_bit_of_a_file_costs_at_most_one_record(tmp_path: Path):
    told = log_file.LogHead(CLIP, "P-017", "0.1.0", "00" * 8, UTC)
    minute = codec.pack_record("minute", 5, 1, 60_000, MINUTE)
    records = [clock(1, 0, UTC), button(2), button(3, press="long"), clock(4, 9, UTC), minute]
    whole = log_file.head(told) + b"".join(records)
    path, raw = tmp_path / "a.log", bytearray()
    for bit in range(8 * (len(whole) - len(b"".join(records))), 8 * len(whole)):
        raw = bytearray(whole)
        raw[bit // 8] ^= 1 << bit % 8
        path.write_bytes(raw)
        rows, damage = decode_file(log_file.read(path))
        found = [row[5] for row in rows.records]
        assert len(found) == len(records) - 1 and set(found) < set(records), bit
        assert damage and "left out" in damage
    path.write_bytes(bytes(raw))
    with Store.open("sqlite://") as store:
        done = store.records.import_file(CLIP, log_file.read(path), UTC)
        assert (done.imported.new, store.records.next_seq(CLIP)) == (4, 5)


def test_a_file_tells_whose_records_it_holds():
    told = log_file.LogHead(CLIP, "Pätient 17", "0.1.0", "ab" * 8, UTC)
    raw = log_file.head(told) + button(1)
    read = log_file.told_by(raw)
    assert read and (read.clip_id, read.patient, read.written_utc_ms) == (CLIP, told.patient, UTC)
    assert raw[read.length :] == button(1)
    for place in range(read.length):
        broken = bytearray(raw)
        broken[place] ^= 4
        assert log_file.told_by(bytes(broken)) is None
    assert log_file.told_by(button(1)) is None and log_file.told_by(b"") is None


def test_a_contradiction_is_refused(store: Store):
    store.records.import_raw(CLIP, button(0), "ble", UTC)
    with pytest.raises(PoiseError, match="Record 0"):
        store.records.import_raw(CLIP, button(1) + button(0, press="long"), "ble", UTC)
    assert store.records.count(CLIP) == 1


def test_a_minute_of_an_unknown_state_is_refused(store: Store):
    raw = bytearray(codec.pack_record("minute", 1, 1, 60_000, MINUTE))
    raw[codec.RECORD_HEAD] = 99
    with pytest.raises(PoiseError, match=r"minute\.state") as caught:
        store.records.import_raw(CLIP, with_checksum(raw), "ble", UTC)
    assert caught.value.reason is Reason.BAD_LOG
    assert store.records.count(CLIP) == 0


def with_checksum(record: bytearray) -> bytes:
    return bytes(record[:-4]) + crc32(record[:-4]).to_bytes(4, "little")


def test_times_that_cannot_be_do_not_break_the_store(store: Store):
    """The checksums fit: a host with a wild clock gave the clip such a time, or the clip's memory failed."""
    late = codec.pack_record("button", 3, 1, 2**63, {"press": "short"})
    with pytest.raises(PoiseError, match="record 3: no clip runs for") as caught:
        store.records.import_raw(CLIP, late, "ble", UTC)
    assert caught.value.reason is Reason.BAD_LOG
    store.records.import_raw(CLIP, clock(1, 0, 2**64 - 1) + button(2), "ble", UTC)
    assert [(e.seq, e.utc_ms) for e in store.records.events(CLIP)] == [(1, None), (2, None)]
    assert store.records.events(CLIP)[0].fields["utc_ms"] == 2**64 - 1


def test_many_gaps_side_by_side():
    raw = b"".join(
        codec.pack_record(
            "gap", 5000 + n, 1, 9, {"first_seq": n, "last_seq": n, "reason": "torn_record"}
        )
        for n in range(1, 2000)
    )
    with Store.open("sqlite://") as store:
        assert store.records.import_raw(CLIP, raw, "ble", UTC).next_seq == 2000


def test_events_have_their_utc_and_fields(store: Store):
    raw = (
        clock(0, 0, UTC)
        + button(1)
        + codec.pack_record("minute", 2, 1, 60_000, MINUTE)
        + button(3, boot=9)
    )
    store.records.import_raw(CLIP, raw, "ble", UTC)
    events = store.records.events(CLIP)
    assert [(e.kind, e.utc_ms) for e in events] == [
        ("clock", UTC),
        ("button", UTC + 1000),
        ("button", None),
    ]
    assert events[0].fields == {"utc_ms": UTC, "uncertainty_ms": 20}
    assert [e.seq for e in store.records.events(CLIP, UTC + 1, UTC + 9999)] == [1]
    columns = store.minutes.columns(CLIP)
    assert columns["utc_ms"].tolist() == [UTC + 60_000]
    assert columns["neutral_s"].tolist() == [60]


def test_a_reminder_has_one_answer_and_a_plan_its_history(store: Store):
    number = store.reminders.fired("nod", UTC, UTC + 5)
    assert store.reminders.answered(number, "done", UTC + 9, "desktop")
    assert not store.reminders.answered(number, "skipped", UTC + 10, "clip")
    assert not store.reminders.answered(99, "done", UTC + 10, "clip")
    (row,) = store.reminders.history()
    assert (row.answer, row.via, row.due_utc_ms) == ("done", "desktop", UTC)
    first = store.plans.put("a = 1", "T", UTC)
    assert store.plans.put("a = 1", "T", UTC + 1) == first
    store.plans.put("a = 2", "T", UTC + 2)
    assert [version.text for version in store.plans.history()] == ["a = 2", "a = 1"]


def test_the_schema_and_the_migrations_agree(
    store: Store, request: pytest.FixtureRequest, tmp_path: Path
):
    from alembic import command
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext
    from alembic.script import ScriptDirectory

    from poise.store import engine, migrate, schema

    script = ScriptDirectory.from_config(migrate.config())
    assert script.get_current_head() == schema.HEAD
    url = engine.file_url(tmp_path / "migrated.db")
    if store._database.is_server:
        url = sa.make_url(request.getfixturevalue("postgres").database(empty=True))
    migrated = engine.Database(engine.make_engine(url))
    with migrated.migration() as connection:
        made = migrate.config()
        made.attributes["connection"] = connection
        command.upgrade(made, "head")
    tables = {}
    for database in (migrated, store._database):
        with database.engine.connect() as connection:
            assert compare_metadata(MigrationContext.configure(connection), schema.metadata) == []
            tables[database] = structure(connection)
    migrated.engine.dispose()
    assert tables[migrated] == tables[store._database]


def structure(connection: sa.Connection) -> dict[str, object]:
    """Columns, keys, references and indexes of each table, without their order."""
    look, found = sa.inspect(connection), {}
    for name in look.get_table_names():
        columns = [(c["name"], str(c["type"]), c["nullable"]) for c in look.get_columns(name)]
        found[name] = (
            sorted(columns),
            look.get_pk_constraint(name),
            sorted(map(str, look.get_foreign_keys(name))),
            sorted(map(str, look.get_unique_constraints(name))),
            sorted(map(str, look.get_indexes(name))),
        )
    return found


def test_erasing_a_clip_leaves_nothing_of_it(store: Store):
    store.records.import_raw(CLIP, clock(0, 0, UTC) + button(1), "ble", UTC)
    assert store.clips.erase(CLIP) == 2
    assert store.clips.ids() == []


def reason_of(path: Path | str) -> Reason:
    with pytest.raises(PoiseError) as caught:
        Store.open(path)
    assert "\n" not in str(caught.value)
    return caught.value.reason


def test_a_file_that_is_no_database(tmp_path: Path):
    (tmp_path / "poise.db").write_bytes(b"hello" * 1000)
    assert reason_of(tmp_path / "poise.db") is Reason.STORE_BROKEN


def test_a_newer_schema_and_a_foreign_database(tmp_path: Path):
    Store.open(tmp_path / "poise.db").close()
    connection = sqlite3.connect(tmp_path / "poise.db")
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.commit()
    connection.close()
    assert reason_of(tmp_path / "poise.db") is Reason.STORE_BROKEN
    connection = sqlite3.connect(tmp_path / "other.db")
    connection.execute("CREATE TABLE a (b)")
    connection.close()
    assert reason_of(tmp_path / "other.db") is Reason.STORE_BROKEN


def test_a_folder_that_cannot_be(tmp_path: Path):
    (tmp_path / "file").touch()
    assert reason_of(tmp_path / "file" / "poise.db") is Reason.STORE_UNWRITABLE


def test_a_full_disk_keeps_what_was_there(tmp_path: Path):
    with Store.open(tmp_path / "poise.db") as store:
        _fill_the_disk(store)


def _fill_the_disk(store: Store) -> None:
    store.records.import_raw(CLIP, button(0), "ble", UTC)
    with store._database.engine.connect() as connection:
        # SQLite's own limit gives the same error as the disk's, from the same place.
        connection.exec_driver_sql("PRAGMA max_page_count = 1")
    with pytest.raises(PoiseError) as caught:
        store.records.import_raw(
            CLIP, b"".join(button(seq) for seq in range(1, 20_000)), "ble", UTC
        )
    assert caught.value.reason is Reason.STORE_FULL
    assert store.records.count(CLIP) == 1


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs root, to become nobody"
)
def test_a_read_only_store(tmp_path: Path):
    Store.open(tmp_path / "poise.db").close()
    for folder in (tmp_path, *list(tmp_path.parents)[:2]):
        folder.chmod(0o755)
    code = f"""
import os
from poise.store import Store, log_file
from poise.store.imports import decode_file
import poise.store.migrate
os.setuid(65534)
from poise.errors import PoiseError
try:
    store = Store.open({str(tmp_path / "poise.db")!r})
    store.plans.put("a", "b", 1)
except PoiseError as error:
    print(error.reason)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "store-unwritable"


@pytest.mark.skipif(os.name != "posix", reason="rights as POSIX has them")
def test_a_new_store_is_for_its_owner_alone(tmp_path: Path):
    before = os.umask(0o022)
    try:
        with Store.open(tmp_path / "data" / "poise.db") as opened:
            opened.records.import_raw(CLIP, button(1), "ble", UTC)
            files = list((tmp_path / "data").iterdir())
            assert {path.suffix for path in files} >= {".db", ".db-wal"}
            assert {oct(path.stat().st_mode & 0o777) for path in files} == {"0o600"}
        assert oct((tmp_path / "data").stat().st_mode & 0o777) == "0o700"
    finally:
        os.umask(before)


@pytest.mark.skipif(os.name != "posix", reason="rights as POSIX has them")
def test_rights_that_a_user_gave_stay(tmp_path: Path):
    path = tmp_path / "poise.db"
    Store.open(path).close()
    path.chmod(0o640)
    Store.open(path).close()
    assert oct(path.stat().st_mode & 0o777) == "0o640"


@pytest.mark.parametrize(
    "text", [b"\x1b]0;owned\x07", b"a\r\nb", "caf\u009b2J".encode(), b"\xff\xfe"]
)
def test_a_clips_text_holds_no_control_characters(store: Store, text: bytes):
    store.records.import_raw(CLIP, codec.pack_record("crash", 1, 1, 1, {"text": text}), "ble", UTC)
    (event,) = store.records.events(CLIP)
    assert event.fields["text"] == text.hex()


def test_a_crash_is_told_in_its_lines(store: Store):
    told = 'Traceback (most recent call last):\n  File "clip.py", line 3\nValueError: x\n'
    raw = codec.pack_record("crash", 1, 1, 1, {"text": told.encode()})
    store.records.import_raw(CLIP, raw, "ble", UTC)
    (event,) = store.records.events(CLIP)
    assert event.fields["text"] == told


def test_a_clips_text_is_data_to_the_database(store: Store):
    text = b"'; DROP TABLE records; --"
    store.records.import_raw(CLIP, codec.pack_record("crash", 1, 1, 1, {"text": text}), "ble", UTC)
    hostile = "x' OR '1'='1"
    assert store.records.count(hostile) == 0 and store.clips.erase(hostile) == 0
    (event,) = store.records.events(CLIP)
    assert event.fields["text"] == text.decode()


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+psycopg://user:hunter2@127.0.0.1:1/poise",
        "postgresql://user:hunter2@:x/",
        "none+known://user:hunter2@host/name",
    ],
)
def test_a_servers_password_is_not_told(url: str):
    with pytest.raises(PoiseError) as failure:
        Store.open(url)
    assert "hunter2" not in f"{failure.value} {failure.value.hint}"


def test_a_store_in_memory_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with Store.open("sqlite://") as store:
        store.holds.raise_("unwell", "", "terminal", 1)
        assert store.path is None
    assert not list(tmp_path.iterdir())
