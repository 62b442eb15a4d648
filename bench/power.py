"""Measurement of the twin's duty cycles for `poise.power`, which fills the tables of docs/makers/power.md.

`python -m bench.power` runs the twin for two minutes; `--fill` only writes the tables anew. Named modes: only those are
measured.
"""

import argparse
import asyncio
import contextlib
import json
import tempfile
from pathlib import Path
from typing import Any

from poise.aio import end
from poise.clip.client import ClipClient
from poise.clip.transport.ble import BleTransport
from poise.clip.transport.serial import SerialTransport
from poise.demo.hosts import let_host_in
from poise.power import report
from poise.power.cycles import ALONE, LIVE, MODES, SAVER
from poise.twin.process import TwinProcess
from poise.wear import MOTION_HZ

ROOT = Path(__file__).parents[1]
KEPT = ROOT / "host/src/poise/power/measured"
DOC = ROOT / "docs/makers/power.md"
SPEED, SECONDS, SETTLES_S = 20, 600, 40
SAVES_S, SAVER_SECONDS = 250, 1200  # four radio windows
SCENARIO = "demo"  # ten minutes and a half: works, slumps, is nudged, walks


async def _until(twin: TwinProcess, virtual_us: float) -> None:
    while twin.clock.now_us() < virtual_us:
        await asyncio.sleep(0.02)


@contextlib.asynccontextmanager
async def _host(twin: TwinProcess):
    """A host that follows the log and takes the motion stream, like `poise wear`."""
    await let_host_in(twin)
    link = BleTransport(hci=twin.info["hci"], find_s=10.0, keys=twin.bonds)
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


def _scenario(mode: str) -> str:
    return "hour" if mode == SAVER else SCENARIO


async def _stay_live(twin: TwinProcess) -> None:
    """Keep the clip live: without a host it would save its battery after three minutes."""
    client = ClipClient(SerialTransport(twin.info["usb"]), twin.clock)
    await client.open()
    await client.request("setting_set", key="saver_after_s", value=0)
    await client.close()


async def measure(folder: Path, mode: str) -> dict[str, Any]:
    """Return the meter's counts in SECONDS of the clip's time, once the clip runs and the host, if any, is
    connected."""
    saver = mode == SAVER
    async with TwinProcess(folder, scenario=_scenario(mode), speed=SPEED) as twin:
        await _until(twin, 2e6)
        if mode == ALONE:
            await _stay_live(twin)
        async with _host(twin) if mode == LIVE else contextlib.nullcontext():
            await _until(twin, (SAVES_S if saver else SETTLES_S) * 1e6)
            before = await twin.command("meter")
            await _until(twin, before["now_us"] + (SAVER_SECONDS if saver else SECONDS) * 1e6)
            after = await twin.command("meter")
    if after["boots"] != 1:
        raise RuntimeError("the clip has restarted meanwhile")
    counts = {name: after["total"][name] - before["total"][name] for name in after["total"]}
    return {
        "scenario": _scenario(mode),
        "speed": SPEED,
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
    parser.add_argument(
        "--fill", action="store_true", help="only the tables of docs/makers/power.md"
    )
    parser.add_argument("modes", nargs="*", metavar="mode", help=f"of {', '.join(MODES)}")
    arguments = parser.parse_args()
    if unknown := set(arguments.modes) - set(MODES):
        parser.error(f"no mode {unknown.pop()}")
    if not arguments.fill:
        asyncio.run(_measure(arguments.modes or [LIVE, ALONE, SAVER]))
    DOC.write_text(report.fill(DOC.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
