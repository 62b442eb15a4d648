"""The clip's Bluetooth transport, from advertisement to reconnect, over the virtual radio."""

import asyncio
import struct

import pytest
from bleak import BleakClient, BleakScanner
from bleak.exc import BleakGATTProtocolError
from bleak.uuids import normalize_uuid_16

from poise.clip.transport.bumble.backend import BumbleClient
from poise.wire import codec, uuids
from tests.conftest import WITHIN_S

from .conftest import NAME, RadioBench

pytestmark = [pytest.mark.system, pytest.mark.vm]

STREAM = 300
UNPAIRED = 5  # ATT's "insufficient authentication", NimBLE's answer to a host without a key


@pytest.fixture
def script() -> str:
    return "echo_link.py"


async def replies(client: BleakClient) -> asyncio.Queue[bytes]:
    queue: asyncio.Queue[bytes] = asyncio.Queue()
    await client.start_notify(
        uuids.CONTROL, lambda _characteristic, data: queue.put_nowait(bytes(data))
    )
    return queue


async def test_it_is_found_by_its_service(bench: RadioBench) -> None:
    found = await BleakScanner.discover(
        1.0,
        return_adv=True,
        service_uuids=[uuids.POISE_SERVICE],
        **bench.scanner,
    )
    ((_device, data),) = found.values()
    assert data.local_name == NAME


async def test_standard_services_say_what_it_is(bench: RadioBench) -> None:
    async with BleakClient(await bench.find(), backend=BumbleClient, hci=bench.hci) as client:
        await client.pair()
        read = client.read_gatt_char
        assert await read(normalize_uuid_16(uuids.MANUFACTURER_NAME)) == b"Poise"
        assert await read(normalize_uuid_16(uuids.FIRMWARE_REVISION)) == b"1.2.3"
        assert await read(uuids.CLIP_ID) == bytes(range(8))


async def test_handles_begin_where_nimbles_do(bench: RadioBench) -> None:
    async with BleakClient(await bench.find(), backend=BumbleClient, hci=bench.hci) as client:
        services = [(service.handle, service.uuid[4:8]) for service in client.services]
        assert services[:3] == [(1, "1800"), (6, "1801"), (10, "180a")]
        changed = client.services.get_characteristic(normalize_uuid_16(0x2A05))
        assert changed and changed.properties == ["indicate"]


async def test_every_reply_is_indicated_and_a_reconnect_begins_anew(bench: RadioBench) -> None:
    for _ in range(3):
        gone = asyncio.Event()
        device = await bench.find()
        async with BleakClient(
            device, lambda _client, g=gone: g.set(), backend=BumbleClient, hci=bench.hci
        ) as client:
            await client.pair()
            queue = await replies(client)
            for size in (1, 60, 244):
                await client.write_gatt_char(uuids.CONTROL, b"x" * size, response=True)
                assert await asyncio.wait_for(queue.get(), WITHIN_S) == b"x" * size
                assert await asyncio.wait_for(queue.get(), WITHIN_S) == b"\x01"  # one host attached
            bench.radio.disconnect()
            await asyncio.wait_for(gone.wait(), WITHIN_S)


@pytest.mark.parametrize("slot_ms", [0.0, 1.0])
async def test_a_stream_is_whole_at_any_pace(bench: RadioBench, slot_ms: float) -> None:
    async with BleakClient(await bench.find(), backend=BumbleClient, hci=bench.hci) as client:
        await client.pair()
        await replies(client)
        logs: list[bytes] = []
        event: asyncio.Queue[bytes] = asyncio.Queue()
        motion: asyncio.Queue[bytes] = asyncio.Queue()
        await client.start_notify(uuids.LOG, lambda _c, data: logs.append(bytes(data)))
        await client.start_notify(uuids.EVENTS, lambda _c, data: event.put_nowait(bytes(data)))
        await client.start_notify(uuids.MOTION, lambda _c, data: motion.put_nowait(bytes(data)))
        bench.radio.set_pacing(slot_ms)
        await client.write_gatt_char(uuids.CONTROL, b"stream", response=True)
        assert await asyncio.wait_for(event.get(), WITHIN_S) == b"streamed"
        assert [int.from_bytes(data[:2], "little") for data in logs] == list(range(STREAM))
        assert {len(data) for data in logs} == {client.mtu_size - 3}
        if not slot_ms:  # a paced link may well have no buffer left for it
            assert await asyncio.wait_for(motion.get(), WITHIN_S) == b"motion"


async def test_current_time_sets_the_clock(bench: RadioBench) -> None:
    async with BleakClient(await bench.find(), backend=BumbleClient, hci=bench.hci) as client:
        await client.pair()
        queue = await replies(client)
        characteristic = normalize_uuid_16(uuids.CURRENT_TIME_CHARACTERISTIC)
        # 2024-02-29 12:34:56.5 UTC, a Thursday
        time = struct.pack("<HBBBBBBBB", 2024, 2, 29, 12, 34, 56, 4, 128, 0)
        await client.write_gatt_char(characteristic, time, response=True)
        for bad in (b"", time[:5], struct.pack("<HBBBBBBBB", 2024, 13, 1, 0, 0, 0, 0, 0, 0)):
            await client.write_gatt_char(characteristic, bad, response=True)
        await client.write_gatt_char(uuids.CONTROL, b"times", response=True)
        name, _request, fields = codec.unpack(await asyncio.wait_for(queue.get(), WITHIN_S))
        assert (name, fields["utc_ms"]) == ("time_set", 1_709_210_096_500)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(queue.get(), 0.3)


async def test_without_pairing_there_are_a_name_and_a_battery(bench: RadioBench) -> None:
    """Every characteristic, read and written by a stranger."""
    open_to_all = {normalize_uuid_16(number) for number in (uuids.BATTERY_LEVEL, 0x2A00, 0x2A01)}
    readable, refused = set(), 0
    async with BleakClient(await bench.find(), backend=BumbleClient, hci=bench.hci) as client:
        for service in client.services:
            for characteristic in service.characteristics:
                if "read" in characteristic.properties:
                    try:
                        await client.read_gatt_char(characteristic)
                        readable.add(characteristic.uuid)
                    except BleakGATTProtocolError as error:
                        assert error.code == UNPAIRED
                        refused += 1
                if "write" in characteristic.properties:
                    with pytest.raises(BleakGATTProtocolError) as error:
                        await client.write_gatt_char(characteristic, b"stream", response=True)
                    assert error.value.code == UNPAIRED
                    refused += 1
        assert readable == open_to_all
        assert refused == 6  # who made it, what it is, its firmware, its id; time and control
        queue = await replies(client)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(queue.get(), 0.3)
