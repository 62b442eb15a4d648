"""A clip whose accelerometer is off learns it in a day's poses, and knows it after a restart."""

import asyncio
import contextlib
from pathlib import Path

from poise.build.bundle import stage
from poise.clip.client import ClipClient
from poise.errors import PoiseError
from poise.twin.device import TwinDevice, TwinOptions
from poise.twin.world.scenario import load
from tests.conftest import WITHIN_S, vm_or_skip
from tests.support.twin_client import client_of, records

SPEED = 20  # once it is calibrated: until then a busy machine has two minutes
OFFSET_MG = (0.0, 50.0, 80.0)
POSES = (20, 35, 50, -8, 62)
STORY = '[[segment]]\nname = "upright"\nduration_s = 120\n' + "".join(
    f'[[segment]]\nname = "bent"\nduration_s = 12\nflexion_deg = {at}\n' for at in POSES
) + '[[segment]]\nname = "bent by 45"\nduration_s = 3000\nflexion_deg = 45\n'  # fmt: skip


async def calibrated(client: ClipClient) -> None:
    async with asyncio.timeout(WITHIN_S):
        while not await records(client, "calibration"):
            with contextlib.suppress(PoiseError):  # the sensor has not begun, or it goes on
                await client.request("calibrate", site="head", scope="upright")
            await asyncio.sleep(0.5)
    assert (await records(client, "calibration"))[0]["result"] == "accepted"


async def bent_deg(client: ClipClient) -> float:
    """Flexion, over some seconds of sway."""
    found = []
    for _ in range(8):
        found.append((await client.status())["flexion_cdeg"] / 100)
        await asyncio.sleep(0.1)
    return sum(found) / len(found)


async def test_an_offset_is_learnt_and_kept(tmp_path: Path) -> None:
    story = tmp_path / "story.toml"
    story.write_text(STORY)
    vm = vm_or_skip(64)
    staged = stage("twin", tmp_path / "firmware")
    device = TwinDevice(TwinOptions(tmp_path, staged, vm, load(str(story))))
    device.imu.acc_bias_mg[:] = OFFSET_MG
    await device.start()
    try:
        client = await client_of(device)
        await calibrated(client)
        device.clock.set_speed(SPEED)
        while device.clock.now_us() < 220e6:
            await asyncio.sleep(0.1)
        learnt = (await records(client, "accelerometer"))[-1]
        for axis, true_mg in zip("xyz", OFFSET_MG, strict=True):
            assert abs(learnt[f"{axis}_offset_mg"] - true_mg) < 12
        assert abs(await bent_deg(client) - 45) < 1.5  # sway and slump included
        await client.close()
        device.power_cut(0.5)
        while len(device.boots) < 2:
            await asyncio.sleep(0.05)
        client = await client_of(device)
        await device.clock.sleep(10)
        assert abs(await bent_deg(client) - 45) < 1.5
        await client.close()
    finally:
        await device.stop()
