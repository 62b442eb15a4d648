"""Benchmark of a store on a PostgreSQL server beside one in a file: import, report, copies, and several desks at once.

The server is Debian's, on this machine, safe from power cuts as SQLite's file is; over a network each statement takes
its way there and back longer.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from poise.demo.history import CLIP_ID, History
from poise.store import Store
from poise.timebase.clock import SystemClock
from tests.support.postgres import NoServer, running

from .table import Row
from .years import TIMES, grow

_YEAR = "a year"
_CHUNK = 20_000  # records of one import
_DESKS, _WRITES = 4, 100
_RUNS = 3


def rows() -> list[Row]:
    """Return a row for each task; none where no server can run."""
    try:
        with running(safe=True) as server, tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            year = _year(folder)
            file, url = folder / "file" / "poise.db", server.database()
            moved, back = server.database(), folder / "back.db"
            with Store.open_whole(moved) as store:
                move_s = _s(lambda: store.bring(year, folder))
                back_s = _s(lambda: store.copy_to(back))
            copy_s = _s(lambda: _copied(year, folder / "copy.db"))
            return [
                _row(f"import of {_YEAR}", _imported(year, url), _imported(year, file), "≤ 3 s"),
                *(
                    _row(
                        f"`poise {words}`, {_YEAR}",
                        _command_s(words, moved),
                        _command_s(words, year),
                    )
                    for words in ("report --json", "insight", "events --since 7d")
                ),
                _row(f"{_DESKS * _WRITES} writes by {_DESKS} desks", _written(url), _written(file)),
                _row(f"a file into a database, compared, {_YEAR}", move_s, copy_s),
                _row(f"`poise backup` to a file, compared, {_YEAR}", back_s, copy_s),
            ]
    except NoServer:
        return []


def _row(what: str, server_s: float, file_s: float, goal: str = "") -> Row:
    ratio = server_s / file_s
    return Row(f"PostgreSQL: {what}", f"{server_s:.2f} s", f"SQLite {file_s:.2f} s", ratio, goal)


def _year(folder: Path) -> Path:
    with Store.open(folder / "short" / "poise.db") as store:
        History(store, SystemClock().utc_ms()).write()
    year = folder / "year" / "poise.db"
    grow(folder / "short" / "poise.db", year, TIMES[_YEAR])
    return year


def _imported(year: Path, place: Path | str) -> float:
    """Import a year's log in parts; return the seconds."""
    with Store.open(year) as store:
        raws = [raw for _, raw in sorted(store.records.raws(CLIP_ID))]
    parts = [b"".join(raws[at : at + _CHUNK]) for at in range(0, len(raws), _CHUNK)]
    with Store.open(place) as store:
        return _s(lambda: [store.records.import_raw(CLIP_ID, part, "usb", 0) for part in parts])


def _written(place: Path | str) -> float:
    """Let desks write at once, each by a connection of its own; return the seconds."""

    def desk(_number: int) -> None:
        with Store.open(place) as store:
            for count in range(_WRITES):
                store.preferences.choose("reminders", f"{count}", "bench", count)

    with ThreadPoolExecutor(_DESKS) as pool:
        return _s(lambda: list(pool.map(desk, range(_DESKS))))


def _copied(path: Path, target: Path) -> None:
    with Store.open(path) as store:
        store.copy_to(target)


def _command_s(words: str, place: Path | str) -> float:
    environment = {**os.environ, "POISE_STORE": str(place)}
    if isinstance(place, Path):
        environment = {**os.environ, "POISE_DATA": str(place.parent)}
        environment.pop("POISE_STORE", None)
    command = [sys.executable, "-m", "poise", *words.split()]
    run = lambda: subprocess.run(command, env=environment, capture_output=True, check=True)  # noqa: E731
    return min(_s(run) for _ in range(_RUNS))


def _s(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
