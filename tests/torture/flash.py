"""Ctrl-C, a killed host and a power cut at every message of a flashing, each mended by the same command again.

`python -m tests.torture.flash`: every message; `--how`, `--every` and `--jobs` say which, and how many at once. A case
begins with a virtual board as it was before the flashing, so each is a whole run of the real esptool.
"""

import argparse
import contextlib
import math
import os
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from poise.errors import PoiseError
from poise.flash.filesystem import entries
from poise.flash.micropython import write_image
from poise.twin.bootloader.board import cut_at
from tests.conftest import WITHIN_S
from tests.support.rom_bench import (
    CLIP,
    FILES_AT,
    FILES_BYTES,
    FIRMWARE,
    RomBench,
    files_part,
    twin_image,
    whole,
)

HOWS = ("Ctrl-C", "kill", "cut")


@dataclass(frozen=True)
class Case:
    """One break. `clip`: of a clip's update, else of a blank board. `message`: in which it breaks, from 1 on."""

    how: str
    clip: bool
    message: int

    @property
    def kind(self) -> str:
        """What is broken off."""
        return "update of a clip" if self.clip else "blank board"


@dataclass(frozen=True)
class Ended:
    """How a case ended. `by_itself`: the run that was broken into went on to its end. `wrong`: "" if it was mended."""

    case: Case
    by_itself: bool
    wrong: str = ""


def main() -> int:
    """Run the cases and print a table. Return the exit status: 1 if the same command did not mend one."""
    parser = argparse.ArgumentParser(prog="python -m tests.torture.flash", description=__doc__)
    parser.add_argument("--how", choices=HOWS, action="append", help="only this; may be repeated")
    parser.add_argument("--every", type=int, default=1, help="each N-th message only")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="cases at once")
    given = parser.parse_args()
    start_s = time.monotonic()
    totals = {clip: _messages(clip) for clip in (False, True)}
    cases = [
        Case(how, clip, message)
        for clip, total in totals.items()
        for message in _spread(total, given.every)
        for how in given.how or HOWS
    ]
    told: dict[tuple[str, str], Counter[str]] = {}
    wrong = []
    with ProcessPoolExecutor(given.jobs, mp_context=get_context("spawn")) as pool:
        for done in as_completed(pool.submit(run, case) for case in cases):
            ended = done.result()
            row = told.setdefault((ended.case.kind, ended.case.how), Counter())
            row["messages"] += 1
            row["by itself" if ended.by_itself else "by the same command"] += not ended.wrong
            if ended.wrong:
                wrong.append(ended)
                print(f"{ended.case}: {ended.wrong}", flush=True)
    print("\n".join(_table(told)))
    print(f"{len(cases)} cases, {len(wrong)} not mended, {time.monotonic() - start_s:.0f} s")
    return 1 if wrong else 0


def _table(told: dict[tuple[str, str], Counter[str]]) -> Iterator[str]:
    columns = ("messages", "by itself", "by the same command")
    yield f"| on | broken off by | {' | '.join(columns)} |"
    yield "|---|---|" + "---|" * len(columns)
    for (kind, how), row in sorted(told.items()):
        yield f"| {kind} | {how} | {' | '.join(str(row[name]) for name in columns)} |"


def run(case: Case) -> Ended:
    """Break a flashing off, give the same command again, and look at all of the flash."""
    with tempfile.TemporaryDirectory(prefix="poise-torture-") as name:
        folder = Path(name)
        host = (
            _Host(folder) if case.how == "kill" else None
        )  # before the board's threads: it is a fork
        with _bench(folder, case.clip) as bench:
            before = bench.flash[FILES_AT:] if case.clip else b""
            if host:
                by_itself = host.killed_at(bench, case.message)
            else:
                by_itself = _BREAKS[case.how](bench, folder, case.message)
            bench.board.rom.on_message = None
            if case.clip and bench.flash[FILES_AT:] != before:
                return Ended(case, by_itself, "a file of the clip has changed")
            try:
                _flash(bench, folder)
            except PoiseError as error:
                return Ended(case, by_itself, error.told)
            return Ended(case, by_itself, _fault(bench, folder, case.clip))


def _fault(bench: RomBench, folder: Path, clip: bool) -> str:
    """Return what is wrong on a board that should be whole, "" if nothing is."""
    if not bench.holds(*whole(twin_image(folder))):
        return "MicroPython is not whole"
    if bench.last_start() != FILES_BYTES // 4096:
        return f"it started with {bench.started[-1]} blocks of files"
    wanted = CLIP if clip else FIRMWARE
    found = entries(lambda at, size: bench.board.flash.read(FILES_AT + at, size), FILES_BYTES)
    sizes = {each.path: each.size for each in found}
    return "" if sizes == {path: len(data) for path, data in wanted.items()} else f"files {sizes}"


def _bench(folder: Path, clip: bool) -> RomBench:
    bench = RomBench(folder / "board")
    if clip:
        bench.put(*whole(twin_image(folder, "1.27.0")), files_part(CLIP))
    return bench


def _messages(clip: bool) -> int:
    """Return the number of messages of a flashing that nobody breaks off."""
    with tempfile.TemporaryDirectory() as name, _bench(Path(name), clip) as bench:
        _flash(bench, Path(name))
        return bench.board.rom.messages


def _flash(bench: RomBench, folder: Path) -> None:
    _write(bench.port, folder)


def _write(port: str, folder: Path) -> None:
    write_image(
        port,
        twin_image(folder),
        files=lambda _board: FIRMWARE,
        tell=lambda _line: None,
    )


def _spread(total: int, every: int) -> list[int]:
    """All numbers from 1 to `total`, or each N-th, far apart in turn: what is wrong somewhere shows early."""
    stride = next(n for n in range(int(total * 0.62), total) if math.gcd(n, total) == 1)
    return [1 + n * stride % total for n in range(total)][::every]


# --- the breaks: each returns True if the run went on to its end


def _cut(bench: RomBench, folder: Path, message: int) -> bool:
    cut_at(bench.board, message)
    try:
        _flash(bench, folder)
    except PoiseError:
        return False
    return True


def _ctrl_c(bench: RomBench, folder: Path, message: int) -> bool:
    sent = threading.Event()
    main_thread = threading.main_thread().ident
    assert main_thread is not None

    def look(_name: str, number: int) -> None:
        if number == message:
            sent.set()
            signal.pthread_kill(main_thread, signal.SIGINT)

    bench.board.rom.on_message = look
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        _flash(bench, folder)
        sent.wait(WITHIN_S)  # the host does not wait for an answer to the last message
    except (KeyboardInterrupt, PoiseError):
        return False
    return True


class _Host:
    """A process of its own that flashes, once it is told the port. A fork, since another start takes a second."""

    def __init__(self, folder: Path) -> None:
        there, self._port = os.pipe()
        self._pid = os.fork()
        if self._pid:
            os.close(there)
            return
        status = 1
        with contextlib.suppress(PoiseError):
            _write(os.read(there, 4096).decode(), folder)
            status = 0
        os._exit(status)

    def killed_at(self, bench: RomBench, message: int) -> bool:
        """Flash, and be killed in this message."""
        cut_at(bench.board, message, kills_host=self._pid)
        os.write(self._port, bench.port.encode())
        os.close(self._port)
        return os.waitpid(self._pid, 0)[1] == 0


_BREAKS = {"Ctrl-C": _ctrl_c, "cut": _cut}


if __name__ == "__main__":
    os.environ.setdefault("PYTHONPATH", os.pathsep.join(sys.path))
    sys.exit(main())
