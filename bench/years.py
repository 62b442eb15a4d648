"""Benchmark over years of data: commands and pages over the demo's ninety days, and over multiples of them."""

import datetime as dt
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import sqlalchemy as sa

from poise.demo.history import CLIP_ID, DAYS, History
from poise.store import Store, schema
from poise.timebase.calendar import local_date, local_zone
from poise.timebase.clock import SystemClock
from poise.wire import codec
from poise.words import strings

from .best import best_s, page_s
from .table import Row

TIMES = {"a year": 4, "five years": 20}  # multiples of DAYS
GOALS_S = {
    "events --since 7d": 1,
    "insight": 2,
    "report --pdf": 2,
    "page Today": 1,
    "page Trends": 2,
}
_RUNS = 3
_DAY_MS = 86_400_000
_CHUNK = 20_000
_YEAR = dt.timedelta(364)
_APART = 100_000  # numbers of one turn's rows from the next one's
_PATIENTS = (
    schema.plans,
    schema.diary_entries,
    schema.reminders,
    schema.answers,
    schema.exercise_sessions,
    schema.treatments,
)


def rows() -> list[Row]:
    """Return the best of a few runs with a warm file cache."""
    with tempfile.TemporaryDirectory(prefix="poise-bench-") as name:
        folder = Path(name)
        now = SystemClock().utc_ms()
        short = folder / "short"
        with Store.open(short / "poise.db") as store:
            History(store, now).write()
        base = _measure(short)
        found = []
        for words, times in TIMES.items():
            long = folder / str(times)
            grow(short / "poise.db", long / "poise.db", times)
            size = (long / "poise.db").stat().st_size / 1e6
            for what, took in _measure(long).items():
                goal = f"≤ {GOALS_S[what]} s" if GOALS_S[what] and words == "five years" else ""
                named = what if what.startswith("page") else f"`poise {what}`"
                found.append(
                    Row(
                        f"{named}, {words} ({size:.0f} MB)", f"{took:.2f} s",
                        f"the demo's {DAYS} days {base[what]:.2f} s", took / base[what], goal,
                    )
                )  # fmt: skip
        return found


def grow(source: Path, target: Path, times: int) -> None:
    """Repeat the days of `source` `times` over into `target`. The last repetition keeps its dates; the life grows with
    the days."""
    with Store.open(source) as short, Store.open(target) as long:
        raws = sorted(short.records.raws(CLIP_ID))
        span_ms = DAYS * _DAY_MS
        held: list[bytes] = []
        for turn in range(times):
            for seq, raw in raws:
                record, _ = codec.parse_record(raw)
                if record["kind"] == "boot" and turn:
                    continue
                held.append(
                    _moved(
                        record, seq + turn * len(raws), turn * span_ms, (turn + 1 - times) * span_ms
                    )
                )
                if len(held) == _CHUNK:
                    long.records.import_raw(CLIP_ID, b"".join(held), "ble", 0)
                    held.clear()
        long.records.import_raw(CLIP_ID, b"".join(held), "ble", 0)
        with long._database.write() as connection:
            connection.exec_driver_sql("COMMIT")  # a database is attached outside of transactions
            connection.exec_driver_sql("ATTACH ? AS short", (str(source),))
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            for turn in range(times):
                for statement in _copied(turn, times - 1 - turn):
                    connection.exec_driver_sql(statement)


def _moved(record: dict, seq: int, by_ms: int, utc_by_ms: int) -> bytes:
    kind, boot, t_ms = record.pop("kind"), record.pop("boot"), record.pop("t_ms")
    del record["seq"]
    if kind == "clock":
        record["utc_ms"] += utc_by_ms
    return codec.pack_record(kind, seq, boot, t_ms + by_ms, record)


def _copied(turn: int, back: int) -> list[str]:
    """Return statements that copy the patient's entries, `back` times DAYS earlier."""
    out = []
    for table in _PATIENTS:
        columns = {column.name: _shifted(table, column.name, turn, back) for column in table.c}
        put = ", ".join(columns)
        out.append(
            f"INSERT INTO {table.name} ({put}) SELECT {', '.join(columns.values())} FROM short.{table.name}"
        )
    return out


def _shifted(table: sa.Table, column: str, turn: int, back: int) -> str:
    if column == "day":
        return f"date(day, '-{back * DAYS} days')"
    if column.endswith("_utc_ms"):
        return f"{column} - {back * DAYS * _DAY_MS}"
    if column == "plan_id" and table is not schema.plans:
        return "NULL"
    numbered = column.endswith("_id") and column not in ("exercise_id", "patient_id")
    return f"{column} + {turn * _APART}" if numbered else column


def _measure(folder: Path) -> dict[str, float]:
    return {
        **{
            what: best_s(lambda what=what: _run(folder, what), _RUNS)
            for what in GOALS_S
            if "page" not in what
        },
        **_pages(folder),
    }


def _run(folder: Path, command: str) -> None:
    poise = [sys.executable, "-m", "poise", "--data", str(folder), *command.split()]
    if command.startswith("report"):  # of a year, however long the store is
        poise += ["--from", str(local_date(SystemClock().utc_ms(), local_zone()) - _YEAR)]
    subprocess.run(poise, capture_output=True, check=True)


def _pages(folder: Path) -> dict[str, float]:
    """Measure the pages in a process of its own: NiceGUI serves one store in its life."""
    command = [sys.executable, "-m", "bench.years", str(folder)]
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    return json.loads(done.stdout)


def _page_times(folder: Path) -> dict[str, float]:
    """Measure the pages as a browser asks for them, without the guard in between."""
    from starlette.testclient import TestClient

    from poise.dashboard.context import PageContext
    from poise.dashboard.site import application

    with (
        Store.open(folder / "poise.db") as store,
        TestClient(application(PageContext(store, SystemClock()))) as client,
    ):
        return {
            "page Today": page_s(client, "/", strings.WORN, _RUNS),
            "page Trends": page_s(client, "/trends", strings.TRENDS_EVA, _RUNS),
        }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(_page_times(Path(sys.argv[1]))))
