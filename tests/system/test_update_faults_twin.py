"""What an update on the twin meets: another version, refusals, power cuts, a cable that loses frames."""

import asyncio
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from poise.build import signed
from poise.build.bundle import slot_files
from poise.clip import update as send
from poise.clip.client import ClipClient
from poise.clip.reconnect import INTERRUPTED
from poise.clip.transport.serial import SerialTransport
from poise.errors import PoiseError, Reason
from poise.twin.device import TwinDevice
from poise.wire import VERSION as NOW
from poise.wire import codec
from tests.conftest import WITHIN_S
from tests.support.twin_client import client_of
from tests.support.update_twin import (
    NEXT,
    SENDING_SPEED,
    SPEED,
    VERSION,
    boots,
    bundle,
    running,
    told,
    updated,
)

pytestmark = pytest.mark.system


# A table that another version may have: a request more, and an identity that has grown.
OTHER_WIRE = {
    "wire/table.py": (
        "0x11 update_end request\n",
        "0x11 update_end request\n0x7E of_later request\n",
    )
}


async def refused(device: TwinDevice) -> tuple[ClipClient, PoiseError]:
    """A client and what refuses it, once the clip has started."""
    async with asyncio.timeout(WITHIN_S):
        while True:
            client = ClipClient(SerialTransport(device.usb.port), device.clock, reply_s=20)
            try:
                await client.open()
            except PoiseError as error:
                if error.reason not in INTERRUPTED:
                    return client, error
            await client.close()


async def test_a_clip_of_another_version_takes_an_update(tmp_path: Path, key):
    """Whoever installs the newer Poise first has a clip that it cannot read. The update mends that."""
    device = await running(tmp_path, key, OTHER_WIRE)
    client, error = await refused(device)
    assert error.reason is Reason.WRONG_VERSION and "poise update" in error.hint
    client.any_version = True
    clip = await client.open()
    assert not clip.agrees and clip.board == "esp32"
    with pytest.raises(PoiseError) as failure:
        await client.status()
    assert failure.value.reason is Reason.REFUSED
    client.reply_s = send.REPLY_S
    device.clock.set_speed(SENDING_SPEED)
    await send.send(client, bundle(key, 2), lambda _there, _total: None)
    device.clock.set_speed(SPEED)
    await client.close()
    await boots(device, 2)
    firmware, slot, results = await told(device)
    assert (firmware, slot, results[-1]) == (NOW, "b", "installed b")
    await device.stop()


async def refusal(device: TwinDevice, data: bytes) -> str:
    with pytest.raises(PoiseError) as failure:
        await updated(device, data)
    assert failure.value.reason == Reason.REFUSED
    return str(failure.value)


async def test_what_is_not_right_is_refused_and_changes_nothing(device: TwinDevice, key):
    good = bundle(key, 2, VERSION)
    manifest_at = signed.HEAD.size
    cases = {
        "signature": bundle(Ed25519PrivateKey.generate(), 2, VERSION),
        "signature ": good[:manifest_at] + good[manifest_at:].replace(b"poise", b"Poise", 1),
        "damaged": good[:-200] + bytes((good[-200] ^ 1,)) + good[-199:],
        "another board": bundle(key, 2, board="other"),
        "laid out": b"PB9\n" + good[4:],
    }
    count = 1
    for why, data in cases.items():
        assert why.strip() in await refusal(device, data)
        count += 1
        await boots(device, count)
        firmware, slot, results = await told(device)
        assert (firmware, slot) == (NOW, "a")
        assert results[-1] == "refused b"
    await updated(device, bundle(key, 5, VERSION))
    await boots(device, count + 1)
    assert "on trial" in await refusal(device, bundle(key, 6))
    await device.clock.sleep(75)
    assert "older" in await refusal(device, bundle(key, 4))


async def test_without_a_trusted_key_nothing_is_taken(device: TwinDevice, key):
    (device.options.staged / "key").unlink()
    assert "trusts no key" in await refusal(device, bundle(key, 2))
    (device.options.staged / "key").write_bytes(bytes(32))  # a point of small order
    assert "trusts no key" in await refusal(device, bundle(key, 2))
    client = await client_of(device)
    assert (await client.status())["state"] != "off"  # it goes on measuring
    await client.close()


async def test_a_host_that_goes_on_after_a_refusal_does_not_crash_the_clip(device: TwinDevice, key):
    """Three such crashes, and it was in safe mode. A piece of no update does not stop the measuring either."""
    data = bundle(key, 2, VERSION)
    data = data[:10] + bytes((data[10] ^ 1,)) + data[11:]
    for count in range(1, 4):
        client = await client_of(device)
        client.reply_s = send.REPLY_S
        for name in ("update_data", "update_end"):
            with pytest.raises(PoiseError):
                await client.request(
                    name, **({"offset": 0, "data": b"x"} if "data" in name else {})
                )
        assert (await client.status())["state"] != "off"
        with pytest.raises(PoiseError):
            await send.send(client, data, lambda _there, _total: None)
        for _ in range(2):
            with pytest.raises(PoiseError) as failure:
                await client.request("update_end")
            if failure.value.reason != Reason.REFUSED:
                break  # it has restarted by now
        await client.close()
        await boots(device, count + 1)
    client = await client_of(device)
    assert (await client.status())["safe_mode"] == 0
    assert not any(device.options.folder.rglob("b.manifest"))
    await client.close()
    assert (await told(device))[2] == ["started b", "refused b"] * 3


@pytest.mark.parametrize("cut_at", [3, 150])
async def test_power_cut_in_an_update(device: TwinDevice, key, cut_at: int):
    """At some message of the transfer the power is gone: the old firmware starts, and the update can be made again."""
    sent = 0

    def cut(_there: int, _total: int) -> None:
        nonlocal sent
        sent += 1
        if sent == cut_at:
            device.power_cut(0.5)

    with pytest.raises(PoiseError, match="the clip has restarted"):
        await updated(device, bundle(key, 2, VERSION), cut)
    assert sent == cut_at
    await boots(device, 2)
    assert (await told(device))[:2] == (NOW, "a")
    await updated(device, bundle(key, 2, VERSION))
    await boots(device, 3)
    assert (await told(device))[:2] == (NEXT, "b")


class Slow:
    """A clip that reads its input for only 10 ms of each 100: garbage, flash and signatures keep it from more."""

    def __init__(self, device: TwinDevice) -> None:
        uart = device.usb.uart
        assert uart
        self._uart, self._before = uart, uart.lost_bytes
        uart.deafen(90_000, 100_000)

    @property
    def lost_bytes(self) -> int:
        return self._uart.lost_bytes - self._before


async def test_a_busy_clip_on_the_cable_loses_nothing(device: TwinDevice, key):
    """The port's ring holds 260 bytes: what is under way to the clip fits it."""
    data = signed.make(slot_files("twin", device.options.vm.arch), NOW, 7, "esp32", key)
    client = await client_of(device)
    client.reply_s = send.REPLY_S
    slow = Slow(device)
    await send.send(client, data, lambda _there, _total: None)
    await client.close()
    assert slow.lost_bytes == 0
    await boots(device, 2)
    assert (await told(device))[1] == "b"


async def test_frames_as_long_as_a_message_do_not_fit_the_ring(
    device: TwinDevice, key, monkeypatch
):
    """Those of 512 bytes, as they were sent before, lose bytes on such a clip, each time: the update gives up."""
    client = await client_of(device)
    monkeypatch.setattr(client.transport, "max_payload", codec.MAX_PAYLOAD)
    client.reply_s = 0.5
    slow = Slow(device)
    with pytest.raises(PoiseError) as failure:
        await send.send(client, bundle(key, 2), lambda _there, _total: None)
    await client.close()
    assert failure.value.reason == Reason.TIMEOUT
    assert slow.lost_bytes > 4 * 200


async def test_an_update_goes_on_after_what_the_cable_has_lost(device: TwinDevice, key):
    data = signed.make(slot_files("twin", device.options.vm.arch), NOW, 7, "esp32", key)
    client = await client_of(device)
    client.reply_s = 2.0
    deliver, sent = client.transport.send, 0

    async def disturbed(payload: bytes) -> None:
        nonlocal sent
        sent += 1
        device.usb.cut = sent in (10, 40, 41, 80)
        await deliver(payload)

    client.transport.send = disturbed
    await send.send(client, data, lambda _there, _total: None)
    await client.close()
    await boots(device, 2)
    assert (await told(device))[1] == "b"
