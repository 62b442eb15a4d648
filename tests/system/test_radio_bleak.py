"""Stock bleak, through the Bumble backend, against a peripheral in a MicroPython VM."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest
from bleak import BleakClient, BleakScanner
from bleak.exc import (
    BleakBluetoothNotAvailableError,
    BleakDeviceNotFoundError,
    BleakError,
    BleakGATTProtocolError,
)

from poise.clip.transport.bumble.backend import BumbleClient, BumbleScanner
from poise.clip.transport.bumble.host import HCI_VARIABLE
from poise.wire import uuids
from tests.conftest import WITHIN_S

from .conftest import BURST, NAME, RadioBench, burst

pytestmark = [pytest.mark.system, pytest.mark.vm]

ECHO, IDENTITY = uuids.CONTROL, uuids.CLIP_ID


@contextlib.asynccontextmanager
async def connected(bench: RadioBench, **options: Any) -> AsyncIterator[BleakClient]:
    device = await bench.find()
    async with BleakClient(device, backend=BumbleClient, hci=bench.hci, **options) as client:
        yield client


async def echoes(client: BleakClient) -> asyncio.Queue[bytearray]:
    queue: asyncio.Queue[bytearray] = asyncio.Queue()
    await client.start_notify(ECHO, lambda _characteristic, data: queue.put_nowait(data))
    return queue


async def test_scan_finds_name_and_the_uuid_of_the_scan_response(bench: RadioBench) -> None:
    found = await BleakScanner.discover(
        0.5,
        return_adv=True,
        service_uuids=[uuids.POISE_SERVICE],
        **bench.scanner,
    )
    ((device, data),) = found.values()
    assert device.name == data.local_name == NAME
    assert data.service_uuids == [uuids.POISE_SERVICE]
    assert -80 < data.rssi < -30


async def test_a_uuid_that_nobody_advertises_finds_nothing(bench: RadioBench) -> None:
    found = await BleakScanner.discover(0.3, service_uuids=[uuids.EVENTS], **bench.scanner)
    assert not found


async def test_advertisements_keep_their_interval(
    bench: RadioBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []
    loop = asyncio.get_running_loop()
    call_later = loop.call_later

    def noted(delay: float, callback, *given, **named):
        if callback.__name__ == "_on_timer_fired":
            waits.append(delay)
        return call_later(delay, callback, *given, **named)

    monkeypatch.setattr(loop, "call_later", noted)
    seen = asyncio.Semaphore(0)
    async with BleakScanner(
        lambda _device, _data: seen.release(), backend=BumbleScanner, hci=bench.hci
    ):
        for _ in range(20):
            await asyncio.wait_for(seen.acquire(), WITHIN_S)
    # 50 ms and up to 10 ms of random delay; units of a millisecond would give 80 ms and more.
    assert len(waits) >= 19 and 0.050 <= min(waits) < max(waits) <= 0.060


async def test_read_write_and_echo(bench: RadioBench) -> None:
    async with connected(bench) as client:
        assert client.mtu_size == 247
        assert client.name == NAME
        assert await client.read_gatt_char(IDENTITY) == bytes(range(1, 9))
        queue = await echoes(client)
        for text in (b"a", bytes(range(1, 201)), b"end"):
            await client.write_gatt_char(ECHO, text, response=True)
            data = await asyncio.wait_for(queue.get(), WITHIN_S)
            assert type(data) is bytearray
            assert data == text


async def test_a_burst_arrives_in_order_and_whole(bench: RadioBench) -> None:
    async with connected(bench) as client:
        assert await burst(client) == list(range(BURST))


async def test_full_transmit_buffers_are_told_and_nothing_is_lost(bench: RadioBench) -> None:
    async with connected(bench) as client:
        queue = await echoes(client)
        # Slower than the VM sends, however little of the processor it gets.
        bench.radio.set_pacing(10.0)
        numbers = await burst(client)
        bench.radio.set_pacing(0)
        await client.write_gatt_char(ECHO, b"stats", response=True)
        refused = int.from_bytes((await asyncio.wait_for(queue.get(), WITHIN_S))[:2], "little")
        assert refused > 0
        assert numbers == list(range(BURST))


async def test_indication_is_confirmed_to_the_device(bench: RadioBench) -> None:
    async with connected(bench) as client:
        queue = await echoes(client)
        await client.write_gatt_char(ECHO, b"indicate", response=True)
        # The device notifies this when interrupt 20 has told it of the confirmation.
        assert await asyncio.wait_for(queue.get(), WITHIN_S) == b"confirmed"


async def test_refusals_are_protocol_errors(bench: RadioBench) -> None:
    async with connected(bench) as client:
        for _ in range(2):
            await client.read_gatt_char(IDENTITY)
        with pytest.raises(BleakGATTProtocolError) as refused:
            await client.read_gatt_char(IDENTITY)  # by the firmware, in its read interrupt
        assert refused.value.code == 0x03
        with pytest.raises(BleakGATTProtocolError) as forbidden:
            await client.write_gatt_char(IDENTITY, b"x", response=True)
        assert forbidden.value.code == 0x03


async def test_disconnect_in_the_write_interrupt_drops_the_response(bench: RadioBench) -> None:
    gone = asyncio.Event()
    async with connected(bench, disconnected_callback=lambda _client: gone.set()) as client:
        with pytest.raises(BleakError):
            await client.write_gatt_char(ECHO, b"leave", response=True)
        await asyncio.wait_for(gone.wait(), WITHIN_S)
        assert not client.is_connected


async def test_radio_loss_and_reconnect(bench: RadioBench) -> None:
    for _ in range(3):
        gone = asyncio.Event()
        async with connected(bench, disconnected_callback=lambda _c, g=gone: g.set()) as client:
            queue = await echoes(client)
            await client.write_gatt_char(ECHO, b"here", response=True)
            assert await asyncio.wait_for(queue.get(), WITHIN_S) == b"here"
            bench.radio.disconnect()
            await asyncio.wait_for(gone.wait(), WITHIN_S)
            with pytest.raises(BleakError):
                await client.write_gatt_char(ECHO, b"gone", response=True)


async def test_a_request_under_way_ends_with_the_link(bench: RadioBench) -> None:
    async with connected(bench) as client:
        bench.radio.set_delay(500)
        loop = asyncio.get_running_loop()
        loop.call_later(0.1, bench.radio.disconnect)
        started = loop.time()
        requests = [client.read_gatt_char(IDENTITY) for _ in range(3)]
        for result in await asyncio.gather(*requests, return_exceptions=True):
            assert isinstance(result, BleakError)
        assert loop.time() - started < 2


async def test_an_absent_device_times_out_and_the_radio_is_free_again(bench: RadioBench) -> None:
    device = await bench.find()
    await bench.vm.stop()
    await bench.radio.power_cycle()
    for target in (device, device.address, "02:00:00:00:00:99"):
        client = BleakClient(target, timeout=0.5, backend=BumbleClient, hci=bench.hci)
        with pytest.raises(BleakDeviceNotFoundError):
            await client.connect()
    await bench.vm.start()
    async with connected(bench) as client:
        assert await client.read_gatt_char(IDENTITY) == bytes(range(1, 9))


async def test_giving_up_on_a_connection_leaves_the_radio_free(bench: RadioBench) -> None:
    device = await bench.find()
    await bench.radio.down(0.7)
    client = BleakClient(device, timeout=10, backend=BumbleClient, hci=bench.hci)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await client.connect()
    async with connected(bench) as again:
        assert again.is_connected


async def test_no_controller_is_a_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(HCI_VARIABLE, raising=False)
    with pytest.raises(BleakBluetoothNotAvailableError, match=HCI_VARIABLE):
        await BleakScanner.discover(0.1, backend=BumbleScanner)
    with pytest.raises(BleakBluetoothNotAvailableError, match="cannot open"):
        nobody: dict[str, Any] = {"backend": BumbleScanner, "hci": "tcp-client:127.0.0.1:1"}
        await BleakScanner.discover(0.1, **nobody)
