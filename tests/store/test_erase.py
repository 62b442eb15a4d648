"""Everything of one patient goes: no file of the folder holds a word of it, and the others have what they had."""

import json
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from poise.errors import PoiseError, Reason
from poise.store import Store, copies, schema, witness
from poise.store.erase import erase
from poise.store.restore import restore
from poise.wire import codec
from tests.support import store_sample as sample

UTC = 1_795_000_000_000
GONE, STAYS = "P-gone-017", "P-stays-099"
CLIPS = {GONE: "00aa11bb22cc33dd", STAYS: "99ee88ff77aa66bb"}
# Their rows derive from the log.
OF_LOG = {"patients", "clips", "records", "minutes", "clock_pairs", "gaps", "log_parts", "audit"}


def plant(store: Store, mark: str) -> set[str]:
    """Put a text that nobody else has into every column of the patient that can hold one; return the texts."""
    clip = CLIPS[store.patient.pseudonym]
    told = {store.patient.pseudonym, clip, f"trace-{mark}"}
    head = {"utc_ms": UTC, "uncertainty_ms": 20}
    raw = codec.pack_record("clock", 1, 1, 0, head)
    raw += codec.pack_record("crash", 2, 1, 5, {"text": f"trace-{mark}".encode()})
    raw += codec.pack_record("minute", 3, 1, 60_000, sample.ZERO)
    raw += codec.pack_record("gap", 4, 1, 60_000, {"first_seq": 9, "last_seq": 9, "reason": "torn_record"})  # fmt: skip
    store.records.import_raw(clip, raw, "usb", UTC)
    store.audit.put("exported", UTC, f"audit-{mark}")
    told.add(f"audit-{mark}")
    with store._database.write() as connection:
        numbers: dict[str, int] = {}
        for table in schema.metadata.sorted_tables:
            if table.name in OF_LOG or "patient_id" not in table.c:
                continue
            values = {column.key: value(table, column, mark, told) for column in table.c}
            values |= {"patient_id": store.patient_id}
            for key in values.keys() & {"plan_id", "hold_id", "reminder_id"}:
                values[key] = numbers.get(key)
            if "clip_id" in values:
                values |= {"clip_id": clip, "seq": 3}
            values = {key: each for key, each in values.items() if each is not None}
            done = connection.execute(sa.insert(table).values(values))
            key = next(iter(table.primary_key)).key
            if done.inserted_primary_key and key.endswith("_id"):
                numbers[key] = done.inserted_primary_key[0]
    return told


def value(table: sa.Table, column: sa.Column[Any], mark: str, told: set[str]) -> Any:
    if column.primary_key and isinstance(column.type, sa.Integer):
        return None
    length = getattr(column.type, "length", None) or 400
    text = f"{mark}.{table.name}.{column.name}.{'x' * 300}"[:length]
    if isinstance(column.type, sa.String):
        told.add(text)
        return text
    if isinstance(column.type, sa.JSON):
        told.add(text)
        return {"words": [text]}
    return {sa.Date: sample.dt.date(2026, 11, 1), sa.Boolean: True}.get(type(column.type), 1)


def rows_of_others(path: Path) -> dict[str, list[Any]]:
    """Every row that is not the patient's who goes, as SQLite holds it."""
    with sqlite3.connect(path) as connection:
        gone = connection.execute(
            "SELECT patient_id FROM patients WHERE pseudonym = ?", (GONE,)
        ).fetchone() or (-1,)
        return {
            table.name: sorted(
                connection.execute(f"SELECT * FROM {table.name} WHERE patient_id != ?", gone),
                key=repr,
            )
            for table in schema.metadata.sorted_tables
            if "patient_id" in table.c and table is not schema.audit
        }


def made(folder: Path, mark: str) -> tuple[Path, set[str]]:
    """A store of two patients with two copies, of which one has the patient under an earlier pseudonym."""
    path = folder / "data" / "poise.db"
    with Store.open(path) as store:
        store.patients.add(GONE, UTC)
        store.patients.add(STAYS, UTC)
        told = plant(store.of(GONE), mark)
        plant(store.of(STAYS), "others")
        store.patients.name(store.patient_id, "P-before-16")
        copies.copy(path, copies.folder_of(path) / "poise-2026-11-17.db")
        store.patients.name(store.patient_id, GONE)
        copies.copy(path, copies.folder_of(path) / "poise-2026-11-18.db")
        shutil.copy(path, path.with_name("poise-replaced-x.db"))  # put aside, with its journal
        shutil.copy(f"{path}-wal", path.with_name("poise-replaced-x.db-wal"))
    return path, told | {"P-before-16"}


def holding(folder: Path, told: set[str]) -> list[tuple[str, str]]:
    return [
        (file.name, text)
        for file in folder.rglob("*")
        if file.is_file()
        for text in told
        if text.encode() in file.read_bytes()
        or json.dumps(text)[1:-1].encode() in file.read_bytes()
    ]


@settings(
    max_examples=2,
    phases=[Phase.explicit, Phase.generate],
)
@given(mark=st.text("äß€abcdefghjk0123456789", min_size=7, max_size=12).map("Zq{}".format))
def test_nothing_of_the_patient_is_left_in_any_file(
    tmp_path_factory: pytest.TempPathFactory, mark: str
):
    path, told = made(tmp_path_factory.mktemp("erase"), mark)
    assert {name for name, _ in holding(path.parent, told)} >= {
        "poise.db", "poise-2026-11-17.db", "poise-2026-11-18.db",
    }  # fmt: skip
    files = [path, *copies.known(path), path.with_name("poise-replaced-x.db")]
    before = [rows_of_others(file) for file in files[:1]]
    done = erase(path, GONE.lower(), UTC)
    assert not done.left and not done.removed and len(done.rewritten) == 3
    assert holding(path.parent, told) == []
    counts = done.traces.counts()
    assert counts["record"] == 4 and counts["text"] > 15 and counts["clip"] == 1
    for file in files:
        assert rows_of_others(file) == before[0], file
    with Store.open(path) as store:
        assert [one.pseudonym for one in store.patients.all()] == [STAYS] and not store.faults()
        acts = [(row.act, row.patient, row.detail) for row in store.audit.everybody()]
        assert ("exported", "", "") in acts and ("exported", STAYS, "audit-others") in acts
        assert [act for act, patient, _ in acts if act == "erased" and not patient] == ["erased"]
    witness.path_of(path).unlink()
    path.write_bytes(b"damage" * 1000)
    assert restore(path, None, "now").source == copies.folder_of(path) / "poise-2026-11-18.db"
    with Store.open(path) as store:  # the copies are still a net for the others
        assert store.patient.pseudonym == STAYS and store.records.count(CLIPS[STAYS]) == 4


def test_what_poise_did_not_clean_is_named(tmp_path: Path):
    path, _ = made(tmp_path, "someword")
    copies.folder_of(path).joinpath("poise-2026-11-16.db").write_bytes(b"SQLite format 3\0" + bytes(9))  # fmt: skip
    path.with_name("note.txt").write_text(f"a line\n{GONE} called\n")
    done = erase(path, GONE, UTC)
    assert [file.name for file in done.removed] == ["poise-2026-11-16.db"]
    assert [(one.path.name, one.left) for one in done.left] == [("note.txt", [GONE.encode()])]
    assert {one.path.name for one in done.searched} >= {"poise.db", "poise.db-witness", "note.txt"}


def test_the_only_patient_and_an_open_store(tmp_path: Path):
    path = tmp_path / "poise.db"
    with Store.open(path) as store:
        sample.fill(store, days=1)
        store.patients.name(store.patient_id, "P-1")
        witness_before = witness.read(path)
        with pytest.raises(PoiseError) as refused:
            erase(path, "P-2", UTC)
        assert refused.value.reason in (Reason.NO_PATIENT, Reason.ALREADY_RUNS)
    done = erase(path, "P-1", UTC)
    assert not done.left and b"P-1" in done.traces.short and done.rows["minutes"] == 300
    now = witness.read(path)
    assert witness_before and now and now.changes > witness_before.changes
    with Store.open(path) as store:
        assert store.patient.pseudonym == "" and store.clips.ids() == [] and not store.faults()
