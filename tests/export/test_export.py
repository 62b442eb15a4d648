"""Each export, read back by a reader that Poise did not write it with."""

import base64
import csv
import datetime as dt
import io
import json
import re
import zipfile
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pyarrow.parquet as parquet_reader
import pyrage as pyrage_module
import pytest
import sqlalchemy as sa
from dateutil.rrule import rrulestr
from fhirclient.models.bundle import Bundle

from poise.coach.plan.moments import occurrences
from poise.coach.plan.plan import parse_plan
from poise.errors import PoiseError, Reason
from poise.export import archive, codes, csv_files, fhir, ical, parquet
from poise.export.collect import Exported, collect
from poise.export.columns import TABLES, TYPES
from poise.history.plan_in_force import plan_in_force
from poise.report.model import collect as report
from poise.store import Store, schema
from poise.store.diary import DiaryRow
from poise.wire import codec
from tests.support import store_sample as sample

BERLIN = ZoneInfo("Europe/Berlin")
pyrage: Any = pyrage_module  # it tells no types
NOTE = '=SUM(A1), "quoted", Grüße\nand a second line'


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory):
    with Store.open(tmp_path_factory.mktemp("export") / "poise.db") as opened:
        opened.patients.add("P-017", 1)
        sample.fill(opened)
        day = dt.date(2026, 11, 17)
        opened.diary.put(DiaryRow(day, None, 7, None, ("triptan", "simple"), NOTE, sample.NOW, True, "t"))  # fmt: skip
        opened.outcomes.add(day, "hit6", 61.5, {}, "T", sample.NOW)
        opened.holds.raise_("red_flag", "new dizziness", "t", sample.NOW)
        opened.patients.add("P-other", 1)
        opened.of("P-other").plans.put("other = 1", "T", 1)
        yield opened


@pytest.fixture(scope="module")
def exported(store: Store) -> Exported:
    return collect(store, sample.NOW, BERLIN)


def read(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode(), newline="")))


def test_csv_is_read_back_and_every_column_is_in_the_dictionary(store: Store, exported: Exported):
    files = csv_files.files(exported)
    told = {(row["table"], row["column"]): row for row in read(files["dictionary.csv"])}
    for table in TABLES:
        rows = read(files[f"{table.name}.csv"])
        assert len(rows) == len(exported.rows[table.name]) > 0, table.name
        for name in rows[0]:
            about = told[table.name, name]
            assert about["type"] in TYPES and about["meaning"] and about["table_meaning"]
        for row in rows:
            for name in (name for name in row if name.endswith("_utc") and row[name]):
                local = dt.datetime.fromisoformat(row[name.replace("_utc", "_local")])
                assert local == dt.datetime.fromisoformat(row[name])
                assert local.utcoffset() == local.astimezone(BERLIN).utcoffset()
    (last,) = (row for row in read(files["diary.csv"]) if row["day"] == "2026-11-17")
    assert last["note"] == "'" + NOTE  # no spreadsheet takes it for a formula
    assert (last["headache"], last["headache_nrs"], last["neck_nrs"]) == ("", "7", "")
    days = read(files["exposure_days.csv"])
    first, last_day = (dt.date.fromisoformat(days[at]["day"]) for at in (0, -1))
    found = report(store, sample.CLIP, first, last_day, sample.NOW)
    assert sum(float(row["worn_min"]) for row in days) == pytest.approx(found.worn_min)
    assert "other = 1" not in files["plans.csv"].decode()


def test_parquet_holds_the_same_by_another_engine(exported: Exported, tmp_path: Path):
    csvs = csv_files.files(exported)
    for name, data in parquet.files(exported).items():
        path = tmp_path / name
        path.write_bytes(data)
        rows: Any = duckdb.sql(f"SELECT * FROM '{path}'")
        expected = read(csvs[name.replace(".parquet", ".csv")])
        assert rows.columns == list(expected[0])
        for got, wanted in zip(rows.fetchall(), expected, strict=True):
            cells = [text.removeprefix("'") for text in wanted.values()]
            assert [_as_csv(value) for value in got] == cells
        fields = parquet_reader.read_schema(path)
        assert all(field.metadata[b"meaning"] for field in fields)
        units = {field.name: field.metadata[b"unit"].decode() for field in fields}
        assert units.get("p50_deg", "deg") == "deg"


def test_the_page_names_every_table():
    page = Path(__file__).parents[2].joinpath("docs/therapists/exchange.md").read_text("utf-8")
    assert all(f"| `{table.name}` |" in page for table in TABLES)


def _as_csv(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat(timespec="milliseconds")
    return "" if value is None else str(value)


# Required value sets of FHIR R4B: (type, element) -> codes. Neither library holds them.
REQUIRED = {
    ("Bundle", "type"): "document message transaction transaction-response batch batch-response "
    "history searchset collection",
    ("CodeSystem", "status"): "draft active retired unknown",
    ("CodeSystem", "content"): "not-present example fragment complete supplement",
    ("Device", "status"): "active inactive entered-in-error unknown",
    ("CarePlan", "status"): "draft active on-hold revoked completed entered-in-error unknown",
    ("CarePlan", "intent"): "proposal plan order option",
    ("ServiceRequest", "status"): "draft active on-hold revoked completed entered-in-error unknown",
    ("ServiceRequest", "intent"): "proposal plan directive order original-order reflex-order "
    "filler-order instance-order option",
    ("Observation", "status"): "registered preliminary final amended corrected cancelled entered-in-error unknown",
    ("QuestionnaireResponse", "status"): "in-progress completed amended entered-in-error stopped",
    ("MedicationStatement", "status"): "active completed entered-in-error intended stopped on-hold unknown not-taken",
    ("Flag", "status"): "active inactive entered-in-error",
}  # fmt: skip
VERIFIED = {
    codes.LOINC: {"72514-3", "82237-9", "73985-4", "55411-3"},
    codes.SNOMED: {"229065009"},
    codes.UCUM: {"{score}", "deg", "min", "s", "1"},
    codes.OWN: set(codes.OWN_CODES),
}


def parts(node: Any):
    if isinstance(node, dict):
        yield node
        for each in node.values():
            yield from parts(each)
    elif isinstance(node, list):
        for each in node:
            yield from parts(each)


def test_the_health_record_is_read_by_another_library(store: Store, exported: Exported):
    held = plan_in_force(store)
    assert held
    told = json.loads(fhir.bundle(exported, held.plan))
    read_back = Bundle(told, strict=True)  # types, required elements, names: of HL7's own models
    assert read_back.entry
    resources = [entry["resource"] for entry in told["entry"]]
    urls = {entry["fullUrl"] for entry in told["entry"]}
    assert len(urls) == len(resources)
    for resource in [told, *resources]:
        kind = resource["resourceType"]
        wanted = {name: told for (of, name), told in REQUIRED.items() if of == kind}
        assert all(resource[name] in known.split() for name, known in wanted.items())
        assert kind == "Patient" or wanted, kind
    for node in parts(told):
        target = node.get("reference")  # of an activity it is an object of its own
        assert not isinstance(target, str) or target in urls
        if "system" in node and "code" in node:
            assert node["code"] in VERIFIED[node["system"]], node
    kinds = [resource["resourceType"] for resource in resources]
    assert kinds.count("ServiceRequest") == len(held.plan.current)
    assert kinds.count("QuestionnaireResponse") == len(exported.rows["diary"])
    assert kinds.count("Flag") == 2 and "Condition" not in kinds
    timing = next(r for r in resources if r["resourceType"] == "ServiceRequest")["occurrenceTiming"]
    assert timing["repeat"]["periodUnit"] == "d" and timing["repeat"]["timeOfDay"]
    tilts = [r for r in resources if r.get("code", {}).get("text") == codes.OWN_CODES["segment-tilt"]]  # fmt: skip
    assert len(tilts) == len(exported.rows["exposure_days"])
    assert {tilt["bodySite"]["text"] for tilt in tilts} == {"collar"}


@pytest.mark.parametrize("start", [dt.date(2026, 10, 19), dt.date(2027, 3, 22)])
def test_the_calendar_keeps_its_times_when_the_clocks_change(store: Store, start: dt.date):
    current = store.plans.current()
    assert current
    text = current.text + ""
    plan = parse_plan(text)
    data = ical.calendar(plan, current.when_utc_ms, start).decode()
    lines = re.sub(r"\r\n[ \t]", "", data).split("\r\n")
    assert "BEGIN:VTIMEZONE" in lines and len(max(data.split("\r\n"), key=len)) <= 75
    found: set[int] = set()
    begin = dt.datetime.combine(start, dt.time(), plan.timezone)
    end = begin + dt.timedelta(14)
    for event in "\n".join(lines).split("BEGIN:VEVENT")[1:]:
        ((zone, first),) = re.findall(r"DTSTART;TZID=([^:]+):(\w+)", event)
        (rule,) = re.findall(r"RRULE:(.+)", event)
        at = dt.datetime.strptime(first, "%Y%m%dT%H%M%S").replace(tzinfo=ZoneInfo(zone))
        times = rrulestr(rule, dtstart=at).between(begin, end, inc=True)
        found |= {round(one.timestamp() * 1000) for one in times}
    wanted = occurrences(plan, round(begin.timestamp() * 1000) - 1, round(end.timestamp() * 1000))
    assert found == {one.due_utc_ms for one in wanted} and len(found) >= 14


def test_everything_of_the_patient_and_of_nobody_else_comes_back_equal(store: Store):
    key = pyrage.x25519.Identity.generate()
    sealed = archive.encrypted(archive.everything(store, sample.NOW), str(key.to_public()), "")
    assert b"P-017" not in sealed and sample.CLIP.encode() not in sealed
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(sealed[:-1] + bytes((sealed[-1] ^ 1,)), [key])
    packed = zipfile.ZipFile(io.BytesIO(pyrage.decrypt(sealed, [key])))
    about = json.loads(packed.read("about.json"))
    with store.database.read() as connection:
        for table in schema.metadata.sorted_tables:
            if "patient_id" not in table.c:
                continue
            query = sa.select(table).where(table.c.patient_id == store.patient_id)
            wanted = [dict(row) for row in connection.execute(query).mappings()]
            got = [json.loads(line) for line in packed.read(f"tables/{table.name}.jsonl").splitlines()]  # fmt: skip
            assert len(got) == len(wanted) == about["rows"][table.name]
            assert sorted(map(_typed(table), got), key=_order) == sorted(wanted, key=_order)
    log = packed.read(f"logs/{sample.CLIP}.log")
    assert log == b"".join(raw for _, raw in store.records.raws(sample.CLIP))
    assert codec.parse_record(log, 0)[0]["kind"] == "clock"
    assert packed.read("plans/1.toml").decode() == store.plans.history()[-1].text
    assert not any(b"P-other" in packed.read(name) for name in packed.namelist())
    words = archive.encrypted(b"x", "", "some words")
    assert pyrage.passphrase.decrypt(words, "some words") == b"x"
    for recipient, phrase in (("", ""), ("age1nonsense", ""), (str(key.to_public()), "both")):
        with pytest.raises(PoiseError) as refused:
            archive.encrypted(b"x", recipient, phrase)
        assert refused.value.reason is Reason.BAD_INPUT


def _order(row: dict[str, Any]) -> str:
    return json.dumps(row, default=str, sort_keys=True)


def _typed(table: sa.Table):
    def row(plain: dict[str, Any]) -> dict[str, Any]:
        for column in table.c:
            value = plain[column.name]
            if isinstance(column.type, sa.LargeBinary):
                plain[column.name] = base64.b64decode(value)
            elif isinstance(column.type, sa.Date):
                plain[column.name] = dt.date.fromisoformat(value)
        return plain

    return row
