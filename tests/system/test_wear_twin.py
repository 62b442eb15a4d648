"""`poise wear` as a process on the twin: one of it, the clip lent to others, and a short day with every fault."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from poise.cli import EXIT_STATUS
from poise.clip.transport.bumble.host import close_hosts
from poise.demo.hosts import let_host_in
from poise.errors import Reason
from poise.twin.process import TwinProcess
from poise.wear.lock import Single, holder
from tests.conftest import WITHIN_S, vm_or_skip
from tests.torture.wear import soak

pytestmark = [pytest.mark.system, pytest.mark.vm]


class Desk:
    """`poise` on one data folder and one twin."""

    def __init__(self, twin: TwinProcess, data: Path) -> None:
        self._twin = twin
        self.data = data

    async def start(self, *words: str) -> asyncio.subprocess.Process:
        kept = {key: value for key, value in os.environ.items() if not key.startswith("POISE_")}
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "poise", "--data", str(self.data)),
            *("--twin", str(self._twin.folder), *words),
            env={**kept, "DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent/bus"},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )

    async def run(self, *words: str) -> tuple[int, str, str]:
        process = await self.start(*words)
        out, err = await asyncio.wait_for(process.communicate(), WITHIN_S)
        return process.returncode or 0, out.decode(), err.decode()

    async def live(self) -> dict:
        status, out, err = await self.run("wear", "--status", "--json")
        assert status == 0, err
        return json.loads(out)

    async def until(self, true) -> dict:
        found = {}
        for _ in range(60):
            if true(found := await self.live()):
                return found
            await asyncio.sleep(0.2)
        raise AssertionError(found)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    vm_or_skip(64)
    async with TwinProcess(tmp_path / "clip", scenario="still", speed=1) as twin:
        await let_host_in(twin)
        await close_hosts()
        (tmp_path / "data").mkdir()
        yield Desk(twin, tmp_path / "data")


async def test_one_runner_that_lends_its_clip(desk: Desk) -> None:
    assert (await desk.run("wear", "--status"))[0] == EXIT_STATUS[Reason.NO_DATA]
    first = await desk.start("wear", "--service", "--no-dashboard")
    try:
        for _ in range(100):
            if (holder(desk.data) or {}).get("socket"):
                break
            await asyncio.sleep(0.1)
        live = await desk.until(lambda found: found.get("connections"))
        assert live["pid"] == first.pid and live["battery_pct"] is not None
        status, _, err = await desk.run("wear", "--plain")
        assert status == EXIT_STATUS[Reason.ALREADY_RUNS]
        assert f"process {first.pid}, the service" in err and "--stop" in err
        # Another command gets it, and it is had back afterwards.
        status, out, err = await desk.run("status", "--json")
        assert status == 0, err
        assert json.loads(out)["clip_id"] == live["clip_id"]
        live = await desk.until(lambda found: found["connections"] == 2)
        assert live["lent_to"] == ""
        # One that dies with it as well.
        other = await desk.start("calibrate")
        await desk.until(lambda found: found["lent_to"] == "poise calibrate")
        other.kill()
        await other.communicate()
        await desk.until(lambda found: found["connections"] == 3 and found["lent_to"] == "")
        assert (await desk.run("wear", "--stop"))[0] == 0
        assert await asyncio.wait_for(first.wait(), WITHIN_S) == 0
        _, log = await first.communicate()
        assert "lent to poise status" in log.decode() and "Traceback" not in log.decode()
    finally:
        if first.returncode is None:
            first.kill()
            await first.wait()
    assert holder(desk.data) is None and not (desk.data / "wear.sock").exists()


async def test_a_crash_lets_the_lock_go_and_a_service_waits_for_its_turn(desk: Desk) -> None:
    with Single(desk.data, how="a test").held():
        waiting = await desk.start("wear", "--service", "--no-dashboard", "--seconds", "30")
        assert waiting.stderr is not None
        line = await asyncio.wait_for(waiting.stderr.readline(), WITHIN_S)
        assert "waits: `poise wear` runs already" in line.decode()
    for _ in range(150):
        if (holder(desk.data) or {}).get("pid") == waiting.pid:
            break
        await asyncio.sleep(0.1)
    else:
        raise AssertionError("it did not take its turn")
    os.kill(waiting.pid, signal.SIGKILL)
    await waiting.communicate()
    assert holder(desk.data) is None
    with Single(desk.data, how="the next").held():
        assert (holder(desk.data) or {})["how"] == "the next"


async def test_a_short_day_with_every_fault(tmp_path: Path) -> None:
    """The long one is in `make torture`."""
    vm_or_skip(64)
    counts = await soak(tmp_path, hours=1.25, seed=11, quick=True)
    assert (counts["lost"], counts["doubled"]) == (0, 0)
    faults = ("drops", "out_of_range", "clip_restarts", "kills", "adapter_gone", "store_busy")
    assert all(counts[fault] == 1 for fault in faults)
    assert counts["records"] > 50
