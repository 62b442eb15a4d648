"""Two twins on one wearer, one radio, crystals that drift apart: neck flexion against the wearer's truth."""

import asyncio
import csv
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest

from poise.aio import end
from poise.clip.client import ClipClient
from poise.clip.transport.ble import BleTransport, scan
from poise.clip.transport.bumble.host import close_hosts
from poise.errors import PoiseError, Reason
from poise.twin.process import TwinProcess
from poise.twin.two_clips import EPOCH_UTC_MS
from poise.twin.world.crystals import CRYSTALS
from poise.twin.world.two_segment import TwoSegmentWearer
from poise.two_clips import angles
from poise.two_clips.runner import PairRunner
from tests.conftest import WITHIN_S, vm_or_skip
from tests.support.command import environment

pytestmark = [pytest.mark.system, pytest.mark.vm]

SPEED = 2.0
HEAD, COLLAR = "1901", "1902"
STARTS_MOVING_S = 40.0  # of the story
DROP_S = 47.0  # the collar's link is lost, between two movements
RMSE_DEG, COVERED = 2.0, 0.9


@pytest.fixture
async def twins(tmp_path: Path) -> AsyncIterator[TwinProcess]:
    vm_or_skip(64)
    async with TwinProcess(tmp_path / "twins", pair=True, speed=SPEED) as running:
        await running.hold_button()
        yield running
        await close_hosts()


def runner_of(twins: TwinProcess, *sites: tuple[str, str | None], calibrate: bool) -> PairRunner:
    def connect(name: str) -> ClipClient:
        link = BleTransport(name, twins.info["hci"], find_s=5.0, keys=twins.bonds, pair=True)
        return ClipClient(link, twins.clock)

    return PairRunner(connect, sites, twins.clock, calibrate=calibrate)


def story_s(twins: TwinProcess) -> float:
    return twins.clock.now_us() / 1e6


async def run_until(twins: TwinProcess, running: asyncio.Future, until_s: float) -> None:
    while story_s(twins) < until_s:
        await asyncio.wait((running,), timeout=0.05)
        if running.done():
            running.result()


def errors(found: angles.Neck) -> tuple[np.ndarray, np.ndarray]:
    """(error of the flexion, of the lateral flexion) against the truth, where it is known."""
    wearer = TwoSegmentWearer()
    truth = [wearer.truth((t_ms - EPOCH_UTC_MS) / 1000) for t_ms in found.t_utc_ms]
    flexion = found.flexion.deg - np.array([one.flexion_deg for one in truth])
    lateral = found.lateral.deg - np.array([one.lateral_deg for one in truth])
    return flexion[found.both], lateral[found.both]


def check_clocks(runner: PairRunner) -> None:
    """Each measured clock is within what it states of the clip's true one, on a busy machine too."""
    for worn in runner.clips:
        crystal = CRYSTALS[worn.site]
        rate = 1 + crystal.error_ppm * 1e-6
        assert worn.pairs
        for pair in worn.pairs:
            true_utc_ms = EPOCH_UTC_MS + crystal.start_s * 1000 + pair.t_ms / rate
            assert abs(pair.utc_ms - true_utc_ms) <= pair.uncertainty_ms, (worn.site, pair)


async def test_neck_flexion_of_two_clips(twins: TwinProcess, tmp_path: Path) -> None:
    heard: set[str] = set()
    async with asyncio.timeout(WITHIN_S):
        while heard != {f"Poise {HEAD}", f"Poise {COLLAR}"}:
            heard |= {clip.name for clip in await scan(1.5, twins.info["hci"])}

    # Fresh from the factory both say that they are at the collar.
    with pytest.raises(PoiseError, match="not one head and one collar") as refused:
        await runner_of(twins, (HEAD, None), (COLLAR, None), calibrate=False).run()
    assert refused.value.reason is Reason.BAD_INPUT
    assert "--calibrate" in refused.value.hint

    with pytest.raises(PoiseError, match="the same clip"):
        runner_of(twins, (HEAD, None), (f"Poise {HEAD}", None), calibrate=False)

    runner = runner_of(twins, (HEAD, "head"), (COLLAR, "collar"), calibrate=True)
    running = asyncio.ensure_future(runner.run())
    readings = []
    try:
        await run_until(twins, running, STARTS_MOVING_S)
        readings.append(runner.reading())
        await run_until(twins, running, DROP_S)
        twins.info["control"] = twins.info["clips"]["collar"]["control"]
        await twins.command("radio", disconnect=True)
        await run_until(twins, running, twins.info["duration_s"])
        readings.append(runner.reading())
    finally:
        await end(running)

    found = runner.aligned()
    assert found is not None
    flexion, lateral = errors(found)
    covered = [
        float((np.abs(error) <= angle.error_deg[found.both]).mean())
        for error, angle in ((flexion, found.flexion), (lateral, found.lateral))
    ]
    rmse = float(np.sqrt(np.mean(flexion**2)))
    said = (
        f"RMSE {rmse:.2f} of {len(flexion)}, bias {flexion.mean():+.2f}, within the error {covered}"
    )
    print(said)
    check_clocks(runner)
    assert len(flexion) > 500
    assert rmse < RMSE_DEG, said
    assert min(covered) >= COVERED, said
    assert all(reading is not None and reading.error_deg < 3 for reading in readings)

    # The movements do not contradict the clocks.
    lag = runner.lag()
    assert lag is not None
    assert not lag.disagrees(runner.clock_uncertainty_ms())

    # The lost link: said, come back, and nothing made up for it.
    collar = runner.worn_at("collar")
    assert collar is not None
    assert (collar.links_lost, collar.link) == (1, "connected")
    after = found.t_utc_ms > EPOCH_UTC_MS + (DROP_S - 0.5) * 1000
    hole = found.t_utc_ms[after & ~found.both]
    assert len(hole) > 3
    assert np.isnan(found.flexion.deg[~found.both]).all()

    exposed = angles.exposure(found)
    assert exposed.valid_min < exposed.recorded_min
    assert exposed.valid_min == pytest.approx(len(flexion) / 25 / 60, rel=0.1)
    assert exposed.class_min["under_45"] > 0

    await check_the_command(twins, tmp_path)


async def check_the_command(twins: TwinProcess, tmp_path: Path) -> None:
    """`poise neck` finds both by a scan, knows them by their sites, and writes the series."""
    await close_hosts()
    out = tmp_path / "neck.csv"
    told = await asyncio.to_thread(
        subprocess.run,
        [
            *(sys.executable, "-m", "poise", "--twin", str(twins.folder)),
            *("neck", "--seconds", "6", "--json", "--out", str(out)),
        ],
        capture_output=True,
        text=True,
        timeout=WITHIN_S,
        check=False,
        env=environment(tmp_path / "data"),
    )
    assert told.returncode == 0, told.stderr
    summary = json.loads(told.stdout)
    assert (summary["head"][-4:], summary["trunk"][-4:]) == (HEAD, COLLAR)
    assert summary["valid_min"] > 0
    with out.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == summary["samples"]
    assert float(rows[-5]["neck_flexion_error_deg"]) > float(rows[-5]["term_filter_deg"]) > 0


def test_an_endless_speed_is_refused(tmp_path: Path) -> None:
    vm_or_skip(64)
    done = subprocess.run(
        [
            *(sys.executable, "-m", "poise.twin", "--dir", str(tmp_path)),
            *("--pair", "--speed", "inf"),
        ],
        capture_output=True,
        text=True,
        timeout=WITHIN_S,
        check=False,
    )
    assert done.returncode == 1
    assert "not endless" in done.stderr
