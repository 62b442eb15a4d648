"""A signed update on the twin: sent by the real host over a real link, checked by the clip, kept or taken back."""

import ast
import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from poise.build import signed, trust
from poise.build.bundle import slot_files, stage
from poise.build.keys import public_bytes
from poise.clip import update as send
from poise.clip.client import ClipClient
from poise.clip.reconnect import INTERRUPTED
from poise.clip.transport.ble import BleTransport
from poise.clip.transport.serial import SerialTransport
from poise.demo.hosts import let_host_in
from poise.errors import PoiseError, Reason
from poise.twin.device import TwinDevice, TwinOptions
from poise.twin.process import TwinProcess
from poise.twin.world.scenario import load
from poise.wire import VERSION as NOW
from poise.wire import codec
from tests.conftest import WITHIN_S, vm_or_skip
from tests.support.twin_client import client_of, records

pytestmark = pytest.mark.system

SPEED, SENDING_SPEED = 20, 4


@pytest.fixture(scope="module")
def key():
    return Ed25519PrivateKey.generate()


@pytest.fixture
async def device(tmp_path: Path, key):
    """A running twin that trusts `key`."""
    vm = vm_or_skip(64)
    staged = stage("twin", tmp_path / "firmware")
    (staged / "key").write_bytes(trust.first(key).on_clip)
    made = TwinDevice(TwinOptions(tmp_path, staged, vm, load("still"), speed=SPEED))
    await made.start()
    yield made
    await made.stop()


def bundle(
    key, build: int, change: dict[str, tuple[str, str]] | None = None, board="esp32"
) -> bytes:
    """The firmware's sources with texts replaced: path -> (what, by what). Half as long, without their docstrings."""
    files = slot_files("twin", None)
    for path, (old, new) in (change or {}).items():
        assert files[path].count(old.encode()) == 1, path
        files[path] = files[path].replace(old.encode(), new.encode())
    lean = {path: _lean(source) for path, source in files.items()}
    return signed.make(lean, "0.2.0", build, board, key)


def _lean(source: bytes) -> bytes:
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0] if node.body else None
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                node.body[0] = ast.Pass()
    return ast.unparse(tree).encode()


NEXT = "99.0.0"
VERSION = {"wire/__init__.py": (f'VERSION = "{NOW}"', f'VERSION = "{NEXT}"')}


async def updated(
    device: TwinDevice, data: bytes, tell: Callable[[int, int], None] = lambda _there, _total: None
) -> None:
    client = await client_of(device)
    client.reply_s = send.REPLY_S
    # The host lives in real time: at 20 a busy machine's pauses would be an update of more than 15 minutes.
    device.clock.set_speed(SENDING_SPEED)
    try:
        await send.send(client, data, tell)
    finally:
        device.clock.set_speed(SPEED)
        await client.close()


async def told(device: TwinDevice) -> tuple[str, str, list[str]]:
    """(firmware, slot, what the log says of updates)."""
    client = await client_of(device)
    assert client.identity
    results = [f"{one['result']} {one['slot']}" for one in await records(client, "update")]
    slot = (await client.status())["slot"]
    await client.close()
    return client.identity.firmware, slot, results


async def boots(device: TwinDevice, count: int) -> None:
    async with asyncio.timeout(WITHIN_S):
        while len(device.boots) < count:
            await asyncio.sleep(0.05)


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


async def test_a_clip_of_another_version_takes_an_update(device: TwinDevice, key):
    """Whoever installs the newer Poise first has a clip that it cannot read. The update mends that."""
    await updated(device, bundle(key, 2, OTHER_WIRE))
    await boots(device, 2)
    client, error = await refused(device)
    assert error.reason is Reason.WRONG_VERSION and "poise update" in error.hint
    await device.clock.sleep(75)  # it is kept
    client.any_version = True
    clip = await client.open()
    assert not clip.agrees and clip.board == "esp32"
    with pytest.raises(PoiseError) as failure:
        await client.status()
    assert failure.value.reason is Reason.REFUSED
    client.reply_s = send.REPLY_S
    device.clock.set_speed(SENDING_SPEED)
    await send.send(client, bundle(key, 3), lambda _there, _total: None)
    device.clock.set_speed(SPEED)
    await client.close()
    await boots(device, 3)
    firmware, slot, results = await told(device)
    assert (firmware, slot, results[-1]) == (NOW, "a", "installed a")


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
