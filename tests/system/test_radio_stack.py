"""The twin's stack is as unkind as NimBLE: what a wrong handler does to it, and what the clip's own does not."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from bleak import BleakClient, BleakScanner
from bleak.exc import BleakError
from bumble import hci
from bumble.core import UUID
from bumble.device import Device, DeviceConfiguration, Peer
from bumble.keys import MemoryKeyStore
from bumble.pairing import PairingConfig
from bumble.transport import open_transport

from poise.clip.transport.bumble.backend import BumbleClient
from poise.wire import uuids
from tests.conftest import WITHIN_S

from .conftest import NAME, RadioBench

pytestmark = [pytest.mark.system, pytest.mark.vm]


@pytest.fixture
def handler() -> str:
    """What the handler of unkind.py does."""
    return "nothing wrong"


@pytest.fixture
def script(handler: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("POISE_HANDLER", handler)
    return "unkind.py"


async def echo(client: BleakClient, data: bytes) -> bytes | None:
    """What comes back within half a second."""
    queue: asyncio.Queue[bytes] = asyncio.Queue()
    await client.start_notify(uuids.CONTROL, lambda _c, told: queue.put_nowait(bytes(told)))
    await client.write_gatt_char(uuids.CONTROL, data, response=True)
    try:
        return await asyncio.wait_for(queue.get(), 0.5)
    except TimeoutError:
        return None
    finally:
        await client.stop_notify(uuids.CONTROL)


async def seen(bench: RadioBench) -> bool:
    return bool(await BleakScanner.find_device_by_name(NAME, timeout=1, **bench.scanner))


async def pair_twice(bench: RadioBench) -> None:
    """A host pairs, forgets its key and pairs again."""
    for _ in range(2):
        async with BleakClient(await bench.find(), backend=BumbleClient, hci=bench.hci) as client:
            await asyncio.wait_for(client.pair(), WITHIN_S)
            await client.unpair()


async def test_a_handler_that_lets_the_stack_out(bench: RadioBench) -> None:
    await pair_twice(bench)
    assert not bench.radio.hung and await seen(bench)


@pytest.mark.parametrize("handler", ["refuses to delete", "always says deleted"])
async def test_a_handler_that_never_lets_the_stack_out(bench: RadioBench) -> None:
    with pytest.raises((BleakError, TimeoutError)):
        await pair_twice(bench)
    assert bench.radio.hung and not await seen(bench)
    await bench.vm.stop()
    await bench.radio.power_cycle()
    await bench.vm.start()
    assert not bench.radio.hung and await bench.find()


@pytest.mark.parametrize("handler", ["raises"])
async def test_a_handler_that_raises_is_lost(bench: RadioBench) -> None:
    async with BleakClient(await bench.find(), backend=BumbleClient, hci=bench.hci) as client:
        assert [await echo(client, b"x") for _ in range(2)] == [None, None]
    assert not await seen(bench)  # nobody advertises again: its handler did


@pytest.mark.parametrize("handler", ["writes flash"])
async def test_flash_in_the_handler_is_counted(bench: RadioBench) -> None:
    async with BleakClient(await bench.find(), backend=BumbleClient, hci=bench.hci) as client:
        assert await echo(client, b"x") == b"x"
    assert bench.radio.flash_in_irqs == 1


async def test_a_radio_that_does_not_start(bench: RadioBench) -> None:
    await bench.vm.stop()
    await bench.radio.power_cycle()
    bench.radio.set_broken(True)
    await bench.vm.start()
    assert not await seen(bench)


@asynccontextmanager
async def private_host(bench: RadioBench) -> AsyncIterator[Device]:
    """A host whose address changes, as a phone's does: its identity is told in pairing alone."""
    config = DeviceConfiguration(
        name="phone",
        address=hci.Address("C0:11:22:33:44:55"),
        irk=bytes(range(16)),
        le_privacy_enabled=True,
        le_rpa_timeout=0,
    )
    async with await open_transport(bench.hci) as transport:
        device = Device.from_config_with_hci(config, transport.source, transport.sink)
        device.keystore = MemoryKeyStore()
        device.pairing_config_factory = lambda _connection: PairingConfig(
            mitm=False, identity_address_type=PairingConfig.AddressType.RANDOM
        )
        await device.power_on()
        yield device
        await device.power_off()


class TestTheClipsOwnHandler:
    """BleLink and Pairing with bonds in a file."""

    @pytest.fixture
    def windows(self) -> int:
        """Radio windows before the first host comes."""
        return 0

    @pytest.fixture
    def script(self, windows: int, monkeypatch: pytest.MonkeyPatch) -> str:
        monkeypatch.setenv("POISE_WINDOWS", str(windows))
        return "echo_link.py"

    async def test_a_host_that_pairs_again(self, bench: RadioBench) -> None:
        await pair_twice(bench)
        assert not bench.radio.hung and await seen(bench)

    @pytest.mark.parametrize("windows", [20])
    async def test_radio_windows_note_nothing(self, bench: RadioBench) -> None:
        async with BleakClient(await bench.find(), backend=BumbleClient, hci=bench.hci) as client:
            await client.pair()
            queue: asyncio.Queue[bytes] = asyncio.Queue()
            await client.start_notify(uuids.CONTROL, lambda _c, told: queue.put_nowait(bytes(told)))
            await client.write_gatt_char(uuids.CONTROL, b"news", response=True)
            assert (
                await asyncio.wait_for(queue.get(), WITHIN_S) == b"made"
            )  # this host, and no other

    @pytest.mark.parametrize("resolves", [False, True], ids=["esp32", "others"])
    async def test_a_host_with_a_private_address_is_known_after_a_restart(
        self, bench: RadioBench, resolves: bool
    ) -> None:
        bench.radio.set_resolving(resolves)
        address = (await bench.find()).address
        seen_from = set()
        async with private_host(bench) as device:
            for number in range(3):
                seen_from.add(str(device.random_address))
                link = await device.connect(
                    hci.Address(address, hci.AddressType.PUBLIC_DEVICE),
                    own_address_type=hci.OwnAddressType.RANDOM,
                )
                if number == 0:
                    await link.pair()
                else:
                    await link.encrypt()
                async with Peer(link) as peer:
                    (found,) = peer.get_characteristics_by_uuid(UUID(uuids.CLIP_ID))
                    assert await found.read_value() == bytes(range(8)), number
                await link.disconnect()
                await device.update_rpa()
                await bench.vm.stop()
                await bench.radio.power_cycle()
                await bench.vm.start()
                await bench.find()
        assert len(seen_from) == 3
