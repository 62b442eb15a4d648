"""Faults of the virtual radio, and hosts that are killed."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest
from bleak import BleakClient
from bleak.exc import BleakError

from poise.clip.transport.bumble.backend import BumbleClient
from poise.wire import uuids
from tests.conftest import WITHIN_S

from .conftest import BURST, RadioBench, burst

pytestmark = [pytest.mark.system, pytest.mark.vm]

HOST = """
import asyncio, sys
from bleak import BleakClient, BleakScanner
from poise.clip.transport.bumble.backend import BumbleClient, BumbleScanner

async def main():
    device = await BleakScanner.find_device_by_name("Poise TEST", timeout=5, backend=BumbleScanner)
    async with BleakClient(device, backend=BumbleClient) as client:
        await client.read_gatt_char(sys.argv[1])
        print("connected", flush=True)
        await asyncio.sleep(60)

asyncio.run(main())
"""


async def test_a_killed_host_drops_the_link_and_a_new_one_connects(
    bench: RadioBench, tmp_path: Path
) -> None:
    script = tmp_path / "host.py"
    script.write_text(HOST)
    for _ in range(2):
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, str(script), uuids.CLIP_ID),
            env={**os.environ, "POISE_HCI": bench.hci},
            stdout=asyncio.subprocess.PIPE,
        )
        assert process.stdout
        line = await asyncio.wait_for(process.stdout.readline(), WITHIN_S)
        assert line == b"connected\n"
        process.send_signal(signal.SIGKILL)
        await process.wait()
        # Only a peripheral that saw the link drop advertises again.
        await bench.find()
    async with BleakClient(await bench.find(), backend=BumbleClient, hci=bench.hci) as client:
        assert client.is_connected


async def test_loss_and_delay_slow_but_do_not_break(bench: RadioBench) -> None:
    device = await bench.find()
    async with BleakClient(device, backend=BumbleClient, hci=bench.hci) as client:
        bench.radio.set_loss(0.3)
        bench.radio.set_delay(5)
        assert await burst(client) == list(range(BURST))


async def test_delay_is_what_was_asked_for(bench: RadioBench) -> None:
    async with BleakClient(await bench.find(), backend=BumbleClient, hci=bench.hci) as client:
        loop = asyncio.get_running_loop()
        bench.radio.set_delay(50)
        started = loop.time()
        await client.read_gatt_char(uuids.CLIP_ID)
        assert loop.time() - started >= 0.1  # there and back


@pytest.mark.parametrize(("down_s", "survives"), [(0.3, True), (2.0, False)])
async def test_an_outage_ends_a_link_only_beyond_its_supervision_timeout(
    bench: RadioBench, down_s: float, survives: bool
) -> None:
    gone = asyncio.Event()
    client = BleakClient(
        await bench.find(),
        lambda _client: gone.set(),
        backend=BumbleClient,
        hci=bench.hci,
    )
    await client.connect()
    await bench.radio.down(down_s)  # Bumble's hosts ask for a time-out of 0.72 s
    if survives:
        assert len(await client.read_gatt_char(uuids.CLIP_ID)) == 8
        assert not gone.is_set()
    else:
        with pytest.raises(BleakError):
            await client.read_gatt_char(uuids.CLIP_ID)
        await asyncio.wait_for(gone.wait(), WITHIN_S)
    await client.disconnect()


async def test_a_restarted_vm_is_found_again(bench: RadioBench) -> None:
    gone = asyncio.Event()
    client = BleakClient(
        await bench.find(), lambda _client: gone.set(), backend=BumbleClient, hci=bench.hci
    )
    await client.connect()
    await bench.vm.stop()
    await bench.radio.power_cycle()
    await asyncio.wait_for(gone.wait(), WITHIN_S)
    await bench.vm.start()
    async with BleakClient(await bench.find(), backend=BumbleClient, hci=bench.hci) as again:
        assert len(await again.read_gatt_char(uuids.CLIP_ID)) == 8


async def test_pairing_encrypts(bench: RadioBench) -> None:
    async with BleakClient(await bench.find(), backend=BumbleClient, hci=bench.hci) as client:
        await asyncio.wait_for(client.pair(), WITHIN_S)
        assert len(await client.read_gatt_char(uuids.CLIP_ID)) == 8


def test_a_loss_of_everything_is_refused() -> None:
    from poise.twin.radio.radio import Radio

    with pytest.raises(ValueError, match="down"):
        Radio().set_loss(1.0)
