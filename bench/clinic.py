"""Benchmark of the clinic's pages over 1,000 patients: `python -m bench.clinic [--patients N]`.

Every patient has the demo's ninety days of plan, diary, reminders, exercises, visits and stops. WHOLE_LOGS of them have
the log of all these days, too (11 MB each), the others that of the last few: the list reads of each log its newest
record alone, and a visit reads one patient's.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa

from poise.demo.history import DAYS, History
from poise.store import Store, parts, schema, seals
from poise.timebase.clock import SystemClock

from .best import page_s
from .table import Row, markdown

PATIENTS = 1_000
WHOLE_LOGS = 50
GOALS_S = {"list of patients": 0.3, "a patient's visit": 0.5}
_RUNS = 5
_APART = 100_000  # numbers of one patient's rows from the next one's
_LAST_PARTS = 2
_OF_CLIP = (schema.clips, schema.records, schema.minutes, schema.clock_pairs, schema.log_parts)
_OF_PATIENT = (
    schema.plans,
    schema.diary_entries,
    schema.reminders,
    schema.answers,
    schema.exercise_sessions,
    schema.treatments,
    schema.holds,
    schema.clearances,
)


def rows(patients: int = PATIENTS) -> list[Row]:
    """Return the best of a few runs with a warm file cache, beside a store of one patient."""
    with tempfile.TemporaryDirectory(prefix="poise-bench-") as name:
        path = Path(name) / "poise.db"
        now = SystemClock().utc_ms()
        with Store.open(path) as store:
            History(store, now).write()
            store.patients.name(store.patient_id, "P-0001")
        with Store.open(path) as store:
            base = _page_times(store, 1)
        multiply(path, patients)
        began = time.perf_counter()
        with Store.open_whole(path) as store:
            opened_s = time.perf_counter() - began
            found = _page_times(store, patients // 2)
        size = path.stat().st_size / 1e6
    beside = f"{patients} patients × {DAYS} days ({size:.0f} MB)"
    told = [
        Row(
            f"clinic: {what}, {beside}", f"{found[what]:.2f} s",
            f"one patient {base[what]:.2f} s", found[what] / base[what], f"≤ {goal} s",
        )
        for what, goal in GOALS_S.items()
    ]  # fmt: skip
    return [*told, Row(f"clinic: open the store, {beside}", f"{opened_s:.2f} s")]


def multiply(path: Path, patients: int) -> None:
    """Copy the store's one patient until there are so many."""
    with Store.open(path) as store:
        with store._database.read() as connection:
            last_part = connection.scalar(sa.select(sa.func.max(schema.log_parts.c.part))) or 0
        # With their numbers as they are, the seals would be counted for each row.
        with store._database.write() as connection:
            for name in connection.exec_driver_sql(
                "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'seal_%'"
            ).scalars():
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
            for number in range(2, patients + 1):
                whole = number <= WHOLE_LOGS or number == patients // 2
                first = 0 if whole else last_part - _LAST_PARTS
                connection.exec_driver_sql(
                    "INSERT INTO patients VALUES (?, ?, 1, NULL)", (number, f"P-{number:04}")
                )
                for statement in _copies(number, first * parts.SIZE, first):
                    connection.exec_driver_sql(statement)
            seals.install(connection)


def _copies(number: int, first_seq: int, first_part: int) -> Iterator[str]:
    for table in (*_OF_CLIP, *_OF_PATIENT):
        columns = {column.name: _shifted(column.name, number) for column in table.c}
        where = "patient_id = 1"
        if "seq" in columns:
            where += f" AND seq >= {first_seq}"
        elif "part" in columns:
            where += f" AND part >= {first_part}"
        put, taken = ", ".join(columns), ", ".join(columns.values())
        yield f"INSERT INTO {table.name} ({put}) SELECT {taken} FROM {table.name} WHERE {where}"


def _shifted(column: str, number: int) -> str:
    if column == "patient_id":
        return str(number)
    if column == "clip_id":
        return f"printf('%016x', {number})"
    if column == "plan_id":
        return f"plan_id + {number * _APART}"
    if column.endswith("_id") and column not in ("exercise_id",):
        return f"{column} + {number * _APART}"
    return column


def _page_times(store: Store, patient_id: int) -> dict[str, float]:
    """Measure the pages as a browser asks for them, without the guard in between."""
    from starlette.testclient import TestClient

    from poise.dashboard.clinic.context import ClinicDesk
    from poise.dashboard.clinic.site import application
    from poise.words import clinic as words

    with TestClient(application(ClinicDesk(store, SystemClock()))) as client:
        return {
            "list of patients": page_s(client, "/clinic", words.SEARCH, _RUNS),
            "a patient's visit": page_s(
                client, f"/clinic/patient/{patient_id}", words.TIME_LINE, _RUNS
            ),
        }


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m bench.clinic", description=__doc__)
    parser.add_argument("--patients", type=int, default=PATIENTS)
    sys.stdout.write(markdown(rows(parser.parse_args().patients)) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
