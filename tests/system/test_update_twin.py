"""A signed update on the twin: sent by the real host over a real link, checked by the clip, kept or taken back."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from poise.build import signed, trust
from poise.build.bundle import slot_files
from poise.build.keys import public_bytes
from poise.clip import update as send
from poise.clip.client import ClipClient
from poise.clip.transport.ble import BleTransport
from poise.demo.hosts import let_host_in
from poise.twin.device import TwinDevice
from poise.twin.process import TwinProcess
from poise.wire import VERSION as NOW
from tests.conftest import vm_or_skip
from tests.support.twin_client import client_of
from tests.support.update_twin import NEXT, VERSION, boots, bundle, told, updated

pytestmark = pytest.mark.system


async def test_there_and_back_and_kept(device: TwinDevice, key):
    """The first bundle brings another signing key, which signs the second."""
    assert (await told(device))[:2] == (NOW, "a")
    client = await client_of(device)
    await client.request("setting_set", key="snooze_s", value=1234)
    assert client.identity and (client.identity.assignment, client.identity.patient) == (0, "")
    await client.request("owner_set", assignment=2**32 - 1, patient="Pät-017")
    await client.close()
    daily = Ed25519PrivateKey.generate()
    keys = trust.changed(trust.first(key), key, public_bytes(key), public_bytes(daily))
    await updated(device, signed.sign(signed.read(bundle(key, 2, VERSION)), daily, keys))
    await boots(device, 2)
    assert await told(device) == (NEXT, "b", ["started b", "rekeyed b", "installed b"])
    assert (device.options.staged / "key").read_bytes() == keys.on_clip
    await device.clock.sleep(75)
    assert (await told(device))[2][-1] == "kept b"
    await updated(
        device, keys.changes + bundle(daily, 3)
    )  # that statement again, and a bundle by the new key
    await boots(device, 3)
    firmware, slot, results = await told(device)
    assert (firmware, slot, results[-1]) == (NOW, "a", "installed a")
    client = await client_of(device)
    assert (await client.request("setting_get", key="snooze_s"))["value"] == 1234
    assert client.identity and client.identity.assignment == 2**32 - 1
    assert client.identity.patient == "Pät-017"
    await client.close()


@pytest.mark.parametrize(
    "fault",
    [
        {"app/clip.py": ("PAIRING_MS = 60_000\n", "raise ImportError\n")},
        {"app/equip.py": ("clip.haptic = Haptic(", "raise ValueError\n    clip.haptic = Haptic(")},
        {"app/tasks.py": ("        watchdog.feed()\n", "        pass\n")},
    ],
    ids=["does not load", "crashes", "hangs"],
)
async def test_what_does_not_run_well_is_taken_back(device: TwinDevice, key, fault):
    await updated(device, bundle(key, 2, fault))
    await boots(device, 5)  # three starts on trial, and the one before is back
    firmware, slot, results = await told(device)
    assert (firmware, slot) == (NOW, "a")
    assert results[:2] == ["started b", "installed b"] and results[-1] == "reverted a"
    client = await client_of(device)
    assert (await client.status())["safe_mode"] == 0
    await client.close()
    await device.clock.sleep(75)  # nothing is on trial that could be kept
    assert (await told(device))[2][2:] == ["reverted a"]


async def test_by_bluetooth_on_32_bits(tmp_path: Path, key):
    """Compiled, over the radio, and with less heap than it has elsewhere: the measuring's room is there at once."""
    vm = vm_or_skip(32)
    data = signed.make(slot_files("twin", vm.arch), NOW, 7, "esp32", key, vm.arch)
    async with TwinProcess(
        tmp_path / "twin", scenario="still", speed=20, vm=32, heap="130k", compiled=True
    ) as twin:
        (tmp_path / "twin/firmware/key").write_bytes(trust.first(key).on_clip)
        await let_host_in(twin)
        link = BleTransport(hci=twin.info["hci"], keys=twin.bonds)
        client = ClipClient(link, twin.clock, reply_s=send.REPLY_S)
        await client.open()
        await send.send(client, data, lambda _there, _total: None)
        await client.close()
        await twin.clock.sleep(20)
        client = ClipClient(
            BleTransport(hci=twin.info["hci"], keys=twin.bonds), twin.clock, reply_s=20
        )
        await client.open()
        status = await client.status()
        await client.close()
    assert (status["slot"], status["safe_mode"], status["bonds"]) == ("b", 0, 1)
