"""Measurement of the twin's duty cycles for `poise.power`, which fills the tables of docs/makers/power.md and
hardware/power.md.

`python -m bench.power` measures all modes in about ten minutes; named modes: only those. `--fill` only writes the
tables anew.
"""

import argparse
import asyncio
import contextlib
import json
import os
import sys
import tempfile
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from poise.aio import end
from poise.clip.client import ClipClient
from poise.clip.transport.ble import BleTransport
from poise.clip.transport.bumble.host import close_hosts
from poise.clip.transport.serial import SerialTransport
from poise.demo.hosts import let_host_in
from poise.power import report
from poise.power.cycles import ALONE, AWAY, LIVE, MODES, NEAR
from poise.twin.process import TwinProcess
from poise.wear import MOTION_HZ

ROOT = Path(__file__).parents[1]
KEPT = ROOT / "host/src/poise/power/measured"
PAGES = (ROOT / "docs/makers/power.md", ROOT / "hardware/power.md")

Host = Callable[[TwinProcess], contextlib.AbstractAsyncContextManager[None]]
Counts = dict[str, float]


@contextlib.asynccontextmanager
async def _looking(twin: TwinProcess) -> AsyncIterator[None]:
    """A host that follows the log and takes the motion stream, as while somebody looks."""
    await let_host_in(twin)
    link = BleTransport(hci=twin.info["hci"], keys=twin.bonds)
    client = ClipClient(link, twin.clock)
    identity = await client.open()
    await client.set_time()
    await client.request("motion_stream", rate_hz=MOTION_HZ)
    following = asyncio.ensure_future(client.follow_log(identity.oldest_seq, lambda _raw: None))
    try:
        yield
    finally:
        await end(following)
        await client.close()


@contextlib.asynccontextmanager
async def _wearing(twin: TwinProcess) -> AsyncIterator[None]:
    """`poise wear` as it runs all day, at which nobody looks."""
    await let_host_in(twin)
    await close_hosts()
    data = twin.folder / "data"
    data.mkdir()
    log = data / "wear.err"
    wear = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "poise", "-v", "--data", str(data), "--twin", str(twin.folder)),
        *("wear", "--service", "--no-dashboard"),
        env={**os.environ, "DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent/bus"},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=log.open("wb"),
    )
    try:
        yield
        if wear.returncode is not None:
            raise RuntimeError(f"poise wear has ended: {log.read_text()[-500:]}")
    finally:
        with contextlib.suppress(ProcessLookupError):
            wear.terminate()
        await wear.wait()


@contextlib.asynccontextmanager
async def _staying_live(twin: TwinProcess) -> AsyncIterator[None]:
    """No host, but the setting that keeps the clip live: without it, it would save its battery after three minutes."""
    client = ClipClient(SerialTransport(twin.info["usb"]), twin.clock)
    await client.open()
    await client.request("setting_set", key="saver_after_s", value=0)
    await client.close()
    yield


@contextlib.asynccontextmanager
async def _nobody(_twin: TwinProcess) -> AsyncIterator[None]:
    yield


@dataclass(frozen=True)
class Run:
    """How a mode is measured: with `host` from `host_s` of the clip's time on, from `settles_s` on, for `lasts_s`.

    `is_it(counts)` is True if the clip was in this mode.
    """

    scenario: str
    host: Host
    host_s: float
    settles_s: float
    lasts_s: float
    speed: float
    is_it: Callable[[Counts], bool]


def _visited(counts: Counts) -> bool:
    minutes = counts["uptime_us"] / 60e6
    return (
        counts["connections"] > 0.7 * minutes and counts["connected_us"] < 0.2 * counts["uptime_us"]
    )


_CALIBRATED_S = 40  # the scenario's own presses and nods are over
RUNS = {
    # Ten minutes and a half: works, slumps, is nudged, walks.
    LIVE: Run(
        "demo", _looking, _CALIBRATED_S, 60, 570, 20, lambda n: n["connected_us"] == n["uptime_us"]
    ),
    ALONE: Run("demo", _staying_live, 2, 60, 570, 20, lambda n: n["radio_us"] == n["uptime_us"]),
    # A clip that has just been paired stays live for four minutes.
    NEAR: Run("hour", _wearing, _CALIBRATED_S, 340, 600, 6, _visited),
    AWAY: Run("hour", _nobody, 2, 250, 1200, 20, lambda n: n["radio_us"] < 0.1 * n["uptime_us"]),
}


async def _until(twin: TwinProcess, virtual_us: float) -> None:
    while twin.clock.now_us() < virtual_us:
        await asyncio.sleep(0.02)


async def measure(folder: Path, mode: str) -> dict[str, Any]:
    """Return the meter's counts in this mode, with the conditions. Raises RuntimeError if it was another mode."""
    run = RUNS[mode]
    async with TwinProcess(folder, scenario=run.scenario, speed=run.speed) as twin:
        await _until(twin, run.host_s * 1e6)
        async with run.host(twin):
            await _until(twin, run.settles_s * 1e6)
            before = await twin.command("meter")
            await _until(twin, before["now_us"] + run.lasts_s * 1e6)
            after = await twin.command("meter")
    if after["boots"] != 1:
        raise RuntimeError("the clip has restarted meanwhile")
    counts = {name: after["total"][name] - before["total"][name] for name in after["total"]}
    if not run.is_it(counts):
        raise RuntimeError(f"the clip was not in the mode {mode!r}: {counts}")
    return {
        "scenario": run.scenario,
        "speed": run.speed,
        "imu": after["imu"],
        "imu_rate_hz": after["imu_rate_hz"],
        "counts": counts,
    }


async def _measure(modes: list[str]) -> None:
    KEPT.mkdir(exist_ok=True)
    for mode in modes:
        with tempfile.TemporaryDirectory() as folder:
            kept = await measure(Path(folder), mode)
        text = json.dumps(kept, indent=1) + "\n"
        (KEPT / f"{mode}.json").write_text(text, encoding="utf-8")


def main() -> None:
    """Measure, unless `--fill` is given, and fill the tables."""
    parser = argparse.ArgumentParser(prog="python -m bench.power", description=__doc__)
    parser.add_argument("--fill", action="store_true", help="only the tables of the pages")
    parser.add_argument("modes", nargs="*", metavar="mode", help=f"of {', '.join(MODES)}")
    arguments = parser.parse_args()
    if unknown := set(arguments.modes) - set(MODES):
        parser.error(f"no mode {unknown.pop()}")
    if not arguments.fill:
        asyncio.run(_measure(arguments.modes or list(MODES)))
    for page in PAGES:
        page.write_text(report.fill(page.read_text(encoding="utf-8")), encoding="utf-8")
    print(report.desk())


if __name__ == "__main__":
    main()
