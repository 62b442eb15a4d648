"""The Bluetooth transport where something is wrong: no adapter, nobody there, a stranger. Clips are in tests/system."""

import asyncio
import random
import sys
from collections.abc import AsyncIterator

import pytest
from bumble import hci
from bumble.core import UUID, AdvertisingData
from bumble.device import Device, DeviceConfiguration
from bumble.gatt import Characteristic, Service
from bumble.host import Host
from bumble.transport.common import AsyncPipeSink

from poise.clip.transport import ble
from poise.clip.transport.bumble.host import PatientHost, close_hosts
from poise.errors import PoiseError, Reason
from poise.twin.radio.controller import RadioController
from poise.twin.radio.link import RadioLink
from poise.twin.radio.port import HostPort
from poise.wire import uuids

ADDRESS = "02:00:00:00:00:01"


class Air:
    """A virtual radio for hosts at `hci`, and what is on it."""

    def __init__(self, link: RadioLink, name: str) -> None:
        self.link = link
        self.hci = name

    async def stranger(self, name: str, service: str) -> None:
        """A peripheral that advertises `service`, which has nothing of Poise's inside."""
        controller = RadioController(
            "stranger", self.link, hci.Address(ADDRESS, hci.Address.PUBLIC_DEVICE_ADDRESS)
        )
        device = Device(
            config=DeviceConfiguration(), host=Host(controller, AsyncPipeSink(controller))
        )
        readable = Characteristic(
            "2A37", Characteristic.Properties.READ, Characteristic.READABLE, b"60"
        )
        device.add_service(Service(UUID(service), [readable]))
        await device.power_on()
        data = AdvertisingData(
            [
                (AdvertisingData.COMPLETE_LOCAL_NAME, name.encode()),
                (
                    AdvertisingData.COMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS,
                    bytes(UUID(service)),
                ),
            ]
        )
        await device.start_advertising(
            advertising_data=bytes(data),
            own_address_type=hci.OwnAddressType.PUBLIC,
            advertising_interval_min=50,
            advertising_interval_max=50,
        )


@pytest.fixture
async def air() -> AsyncIterator[Air]:
    link = RadioLink(random.Random(1))
    port = HostPort(link)
    yield Air(link, await port.start())
    await close_hosts()
    await port.stop()


async def refusal(work) -> PoiseError:
    with pytest.raises(PoiseError) as failure:
        await work
    assert failure.value.hint
    return failure.value


@pytest.mark.skipif(sys.platform != "linux", reason="takes D-Bus away, which only Linux has")
async def test_no_adapter_is_told_with_the_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("POISE_HCI", raising=False)
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent/bus")
    for work in (ble.scan(0.1), ble.BleTransport(find_s=0.1).connect()):
        error = await refusal(work)
        assert error.reason is Reason.NO_ADAPTER
        assert "Switch Bluetooth on" in error.hint


async def test_a_virtual_radio_that_is_gone_is_told() -> None:
    assert (await refusal(ble.scan(0.1, "tcp-client:127.0.0.1:1"))).reason is Reason.NO_ADAPTER
    await close_hosts()


async def test_nobody_there(air: Air) -> None:
    assert await ble.scan(0.2, air.hci) == []
    error = await refusal(ble.BleTransport(hci=air.hci, find_s=0.3).connect())
    assert error.reason is Reason.NO_CLIP
    assert "no clip 'AB12'" in str(await refusal(ble.BleTransport("AB12", air.hci, 0.3).connect()))


async def test_strangers_are_not_listed_and_not_taken_for_a_clip(air: Air) -> None:
    await air.stranger("Heart 7", "0000180d-0000-1000-8000-00805f9b34fb")
    assert await ble.scan(0.5, air.hci) == []
    assert (
        await refusal(ble.BleTransport(hci=air.hci, find_s=0.5).connect())
    ).reason is Reason.NO_CLIP
    transport = ble.BleTransport("Heart 7", air.hci, 5.0)
    error = await refusal(transport.connect())
    assert error.reason is Reason.FOREIGN_DEVICE
    assert "Heart 7 is not a Poise clip" in str(error)
    assert (await refusal(transport.send(b"\x02\x01"))).reason is Reason.LINK_LOST


async def test_a_device_that_only_claims_to_be_a_clip(air: Air) -> None:
    await air.stranger("Poise 0000", uuids.POISE_SERVICE)
    (found,) = await ble.scan(0.5, air.hci)
    assert found.name == "Poise 0000"
    error = await refusal(ble.BleTransport(hci=air.hci, find_s=5.0).connect())
    assert error.reason is Reason.FOREIGN_DEVICE


async def test_a_strangers_name_cannot_command_the_terminal(air: Air) -> None:
    await air.stranger("Poise\x1b[2J\r", uuids.POISE_SERVICE)
    (found,) = await ble.scan(0.5, air.hci)
    assert found.name == "Poise\\u001b[2J\\u000d"
    error = await refusal(ble.BleTransport(hci=air.hci, find_s=5.0).connect())
    assert str(error).isprintable() and "Poise\\u001b[2J\\u000d" in str(error)


async def test_an_answer_for_which_nobody_waits_any_more_is_no_error() -> None:
    """Whoever gave up the moment before has not cleared the command yet. Bumble printed a traceback."""
    host = PatientHost()
    host.pending_command = hci.HCI_Reset_Command()
    host.pending_response = asyncio.get_running_loop().create_future()
    host.pending_response.cancel()
    answer = hci.HCI_Command_Status_Event(
        status=0, num_hci_command_packets=1, command_opcode=hci.HCI_RESET_COMMAND
    )
    host.on_command_processed(answer)
    assert host.pending_response.cancelled()
