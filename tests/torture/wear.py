"""Days of `poise wear` on the twin, as fast as the two can, with faults: nothing lost or doubled, reminders on time.

The runner is a process of its own, as a service starts it; its adapter is a proxy that can be pulled out.
"""

import asyncio
import contextlib
import json
import os
import random
import re
import signal
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from poise.clip.transport.bumble.host import close_hosts
from poise.coach.plan.moments import occurrences
from poise.coach.plan.plan import Plan, parse_plan
from poise.demo.audit import audit
from poise.demo.hosts import let_host_in
from poise.errors import PoiseError
from poise.store import Store
from poise.twin.chips.flash_dump import dump, records_in
from poise.twin.process import TwinProcess
from tests.conftest import vm_or_skip
from tests.support.plans import exercise, plan_text

SPEED = 200
HOUR_MS = 3_600_000
SHOWN_WITHIN_MS = (
    75 * 60_000
)  # an hour for a receptive moment, and faults that last minutes of the twin's time
_SETTLE_S = 60.0
PLAN = plan_text(
    exercise(id="nod", name="Nod", reps=10, times=["09:00", "12:30", "15:00", "18:00", "20:30"]),
    quiet=("22:00", "07:00"),
)


class Adapter:
    """A radio that can be pulled out: between the runner and the twin's, named in `twin.json` in its place."""

    def __init__(self, twin: TwinProcess) -> None:
        _, self._host, port = twin.info["hci"].split(":")
        self._port = int(port)
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._listens_at = 0
        self._told = twin.folder / "twin.json"

    async def plug_in(self) -> None:
        """There from now on."""
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", self._listens_at)
        self._listens_at = self._server.sockets[0].getsockname()[1]
        info = json.loads(self._told.read_text())
        self._told.write_text(
            json.dumps({**info, "hci": f"tcp-client:127.0.0.1:{self._listens_at}"})
        )

    async def pull_out(self) -> None:
        """Gone."""
        assert self._server is not None
        self._server.close()
        for writer in list(self._writers):
            writer.transport.abort()
        await asyncio.sleep(0)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(self._host, self._port)
        self._writers |= {writer, back}
        ways = [
            asyncio.ensure_future(_copy(reader, back)),
            asyncio.ensure_future(_copy(there, writer)),
        ]
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for way in ways:
            way.cancel()
        for end in (writer, back):
            self._writers.discard(end)
            end.close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()


class Host:
    """The runner's process; `samples` are (virtual hours, resident KB, processor seconds) of its present life."""

    def __init__(self, twin: TwinProcess, data: Path) -> None:
        self._twin = twin
        self._data = data
        self.log = data / "wear.log"
        self._process: asyncio.subprocess.Process | None = None
        self.samples: list[tuple[float, int, float]] = []
        self.started_s = 0.0

    async def start(self) -> None:
        """As the service does."""
        self.samples, self.started_s = [], time.monotonic()
        kept = {key: value for key, value in os.environ.items() if not key.startswith("POISE_")}
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "poise", "--data", str(self._data), "--twin", str(self._twin.folder)),
            *("wear", "--service", "--no-dashboard", "--log", str(self.log)),
            env={**kept, "DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent/bus"},
            stdin=asyncio.subprocess.DEVNULL,
        )  # fmt: skip

    @property
    def alive(self) -> bool:
        """It has not ended by itself."""
        return self._process is not None and self._process.returncode is None

    async def end(self, sign: signal.Signals) -> int:
        """Its exit status."""
        assert self._process is not None
        if self.alive:
            os.kill(self._process.pid, sign)
        return await asyncio.wait_for(self._process.wait(), 30)

    def sample(self, hours: float) -> None:
        """Notes what it takes."""
        assert self._process is not None
        if not Path(f"/proc/{self._process.pid}/status").exists():
            return
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        rss = re.search(r"VmRSS:\s+(\d+)", status)
        ticks = (
            Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()[11:13]
        )
        if rss:
            self.samples.append(
                (hours, int(rss[1]), sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK"))
            )


async def soak(folder: Path, hours: float, seed: int, *, quick: bool = False) -> dict[str, int]:
    """So many of the wearer's hours. Counts; raises AssertionError for anything lost, doubled or untimely.

    `quick`: each fault once and no more, close together.
    """
    rng = random.Random(seed)
    counts: Counter[str] = Counter()
    data = folder / "host"
    data.mkdir(parents=True)
    async with TwinProcess(folder / "clip", scenario="day", speed=SPEED, seed=seed) as twin:
        await _let_in(twin)
        with Store.open(data / "poise.db") as store:
            store.plans.put(PLAN, "soak", twin.clock.utc_ms())
        adapter, host = Adapter(twin), Host(twin, data)
        await adapter.plug_in()
        begun_ms = twin.clock.utc_ms()
        await host.start()
        try:
            await _live(twin, adapter, host, data, rng, begun_ms, hours, counts, quick)
            counts["took_s"] = int(time.monotonic() - host.started_s)
            _note_memory(host, counts)
            assert await host.end(signal.SIGTERM) == 0
        finally:
            if host.alive:
                await host.end(signal.SIGKILL)
            await adapter.pull_out()
        ended_ms = twin.clock.utc_ms()
        counts["virtual_h"] = int((ended_ms - begun_ms) / HOUR_MS)
        _check_reminders(data, parse_plan(PLAN), begun_ms, ended_ms, counts)
        await _check_records(twin, data, folder, counts)
    return dict(counts)


async def _let_in(twin: TwinProcess) -> None:
    for left in range(9, -1, -1):
        try:
            await let_host_in(twin)
            break
        except PoiseError:
            if not left:
                raise
    await close_hosts()


async def _live(
    twin: TwinProcess, adapter: Adapter, host: Host, data: Path, rng: random.Random,
    begun_ms: int, hours: float, counts: Counter[str], quick: bool,
) -> None:  # fmt: skip
    faults = _faults(twin, adapter, host, data, rng)
    coming = list(faults)
    rng.shuffle(coming)
    # A host that is killed begins its memory anew: in the first quarter only.
    every_h = hours / (len(faults) + 1) if quick else 0.75
    next_h, sampled_h = every_h * 0.5, 0.0
    while (now_h := (twin.clock.utc_ms() - begun_ms) / HOUR_MS) < hours:
        assert host.alive, f"the runner ended by itself: {host.log.read_text()[-2000:]}"
        if now_h - sampled_h >= hours / 100:
            host.sample(now_h)
            sampled_h = now_h
        if now_h >= next_h and coming:
            fault = coming.pop(0)
            next_h = now_h + every_h * rng.uniform(0.6, 1.4)
            counts[fault] += 1
            await faults[fault]()
            if not coming and not quick:
                late = now_h > hours / 4
                coming = [name for name in faults if not (late and name == "kills")]
                rng.shuffle(coming)
        elif rng.random() < 0.01:
            await twin.command("button", press_ms=200)  # an answer, when a reminder is open
        await asyncio.sleep(0.1)
    await _settle(twin, data)
    host.sample(hours)


def _faults(
    twin: TwinProcess, adapter: Adapter, host: Host, data: Path, rng: random.Random
) -> dict[str, Callable[[], Awaitable[None]]]:
    async def drop() -> None:
        await twin.command("radio", disconnect=True)

    async def out_of_range() -> None:
        await twin.command("radio", down_s=rng.uniform(2, 8), disconnect=True)

    async def restart() -> None:
        await twin.command("power_cut", off_s=rng.choice((2.0, 60.0, 1200.0)))

    async def kill() -> None:
        await host.end(signal.SIGKILL)
        await asyncio.sleep(rng.uniform(0, 2))
        await host.start()

    async def no_adapter() -> None:
        await adapter.pull_out()
        await asyncio.sleep(rng.uniform(1, 6))
        await adapter.plug_in()

    async def busy() -> None:
        other = sqlite3.connect(data / "poise.db", isolation_level=None)
        with contextlib.closing(other):
            other.execute("BEGIN IMMEDIATE")
            await asyncio.sleep(rng.uniform(2, 14))  # with more than the 10 s that a writer waits
            other.execute("ROLLBACK")

    return {
        "drops": drop, "out_of_range": out_of_range, "clip_restarts": restart, "kills": kill,
        "adapter_gone": no_adapter, "store_busy": busy,
    }  # fmt: skip


async def _settle(twin: TwinProcess, data: Path) -> None:
    """Until the store has what the clip wrote a moment ago."""
    marker = twin.clock.utc_ms()
    end = time.monotonic() + _SETTLE_S
    while time.monotonic() < end:
        with Store.open(data / "poise.db") as store:
            ids = store.clips.ids()
            newest = store.records.events(ids[0], marker - 600_000, None) if ids else []
        if any(event.utc_ms and event.utc_ms > marker for event in newest):
            return
        await twin.command("button", press_ms=100)
        await asyncio.sleep(0.5)
    raise AssertionError("the runner did not come back to the clip")


def _note_memory(host: Host, counts: Counter[str]) -> None:
    """Of the last life: from its second tenth on, when all is loaded."""
    found = host.samples[len(host.samples) // 10 :]
    if len(found) < 2:
        return
    counts["rss_start_kb"], counts["rss_end_kb"] = found[0][1], found[-1][1]
    mean_h = sum(h for h, _, _ in found) / len(found)
    mean_kb = sum(kb for _, kb, _ in found) / len(found)
    spread = sum((h - mean_h) ** 2 for h, _, _ in found)
    slope = sum((h - mean_h) * (kb - mean_kb) for h, kb, _ in found) / spread if spread else 0.0
    counts["rss_bytes_an_hour"] = round(slope * 1024)
    counts["cpu_s"] = round(found[-1][2])
    counts["life_h"] = round(found[-1][0] - host.samples[0][0])


def _check_reminders(
    data: Path, plan: Plan, begun_ms: int, ended_ms: int, counts: Counter[str]
) -> None:
    with Store.open(data / "poise.db") as store:
        rows = [row for row in store.reminders.history() if not row.silent]
    shown = Counter(row.due_utc_ms for row in rows if row.answer != "snoozed")
    assert all(number <= 2 for number in shown.values()), f"more than once again: {shown}"
    for row in rows:
        hour = row.fired_utc_ms // HOUR_MS % 24
        assert 7 <= hour < 22, f"shown at {hour} h, in the quiet hours"
    wanted = [one.due_utc_ms for one in occurrences(plan, begun_ms, ended_ms - SHOWN_WITHIN_MS)]
    first: dict[int, int] = {}
    for row in rows:
        first.setdefault(row.due_utc_ms, row.fired_utc_ms - row.due_utc_ms)
    late = {due: first.get(due) for due in wanted if not 0 <= first.get(due, -1) <= SHOWN_WITHIN_MS}
    assert not late, f"not shown in time: {late}"
    counts["reminders_due"], counts["reminders_shown"] = len(wanted), len(rows)
    counts["answered"] = sum(1 for row in rows if row.answer)
    counts["latest_min"] = max((first[due] for due in wanted), default=0) // 60_000


async def _check_records(twin: TwinProcess, data: Path, folder: Path, counts: Counter[str]) -> None:
    with contextlib.suppress(OSError):
        await twin.command("quit")
    await asyncio.sleep(0.5)
    dump(vm_or_skip(64), Path(twin.info["flash"]), folder / "dump")
    flash: dict[int, bytes] = records_in(folder / "dump")
    with Store.open(data / "poise.db") as store:
        (clip_id,) = store.clips.ids()
        have: list[tuple[int, bytes]] = store.records.raws(clip_id)
    found: Any = audit(flash, have, [], [], have[-1][0] + 1)
    assert (found.lost, found.duplicated, found.altered) == (0, 0, 0), found
    assert max(flash) - have[-1][0] < 40  # what it wrote since
    counts["records"], counts["lost"], counts["doubled"] = len(have), found.lost, found.duplicated


def day(seed: int, deadline: float) -> dict[str, int]:
    """24 h, which take a quarter of an hour; less when `deadline` (of time.monotonic) is nearer."""
    hours = min(24.0, max(1.0, (deadline - time.monotonic() - 30) * 75 / 3600))
    with tempfile.TemporaryDirectory(prefix="poise-wear-") as name:
        return asyncio.run(soak(Path(name), hours, seed))
