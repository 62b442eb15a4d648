"""Who gets at the clip: real stacks at both ends, the firmware's own bonds on its own flash."""

import asyncio
import json
import shutil
from pathlib import Path

import pytest
from bleak import BleakClient
from typer.testing import CliRunner

from poise.build.bundle import stage
from poise.clip.client import ClipClient
from poise.clip.transport.ble import BleTransport
from poise.clip.transport.bumble.host import close_hosts
from poise.clip.transport.serial import SerialTransport
from poise.errors import PoiseError, Reason
from poise.twin.device import TwinDevice, TwinOptions
from poise.twin.process import TwinProcess
from poise.twin.world.scenario import load
from poise.wire import codec
from tests.conftest import WITHIN_S, vm_or_skip

pytestmark = pytest.mark.system


def host(
    twin: TwinProcess, name: str = "bonds", *, pair: bool = True, anew: bool = False
) -> ClipClient:
    """A host with pairings of its own, in a file of this name."""
    keys = twin.folder / f"{name}.json"
    transport = BleTransport(hci=twin.info["hci"], find_s=5.0, keys=keys, pair=pair, anew=anew)
    return ClipClient(transport, twin.clock)


async def connects(client: ClipClient) -> bool:
    """Whether the clip lets this host in and answers it."""
    try:
        async with asyncio.timeout(WITHIN_S):
            await client.open()
    except PoiseError as error:
        assert error.reason in (Reason.NOT_PAIRED, Reason.LINK_LOST), error
        return False
    assert (await client.status())["bonds"] > 0
    await client.close()
    return True


async def by_usb(twin: TwinProcess, **request) -> tuple[int, list[str]]:
    """(hosts the clip knows, what its log says of pairings)."""
    client = ClipClient(SerialTransport(twin.info["usb"]), twin.clock)
    identity = await client.open()
    try:
        if request:
            await client.request("bond_forget", **request)
        raw = bytearray()
        await client.read_log(identity.oldest_seq, raw.extend)
        known = len((await client.request("bond_list"))["peers"]) // 7
    finally:
        await client.close()
    told, at = [], 0
    while at < len(raw):
        record, at = codec.parse_record(bytes(raw), at)
        if record["kind"] == "bond":
            told.append(record["bond"])
    return known, told


@pytest.fixture
async def twin(tmp_path):
    vm_or_skip(64)
    async with TwinProcess(tmp_path, scenario="still", speed=20) as running:
        yield running
        await close_hosts()


async def test_only_while_the_wearer_lets_it(twin: TwinProcess):
    assert not await connects(host(twin))
    assert await by_usb(twin) == (0, ["refused"])
    await twin.hold_button()
    assert not await connects(host(twin, pair=False))  # nobody is paired who has not asked for it
    assert await connects(host(twin))
    assert await connects(host(twin, pair=False))  # by its bond
    await twin.clock.sleep(62)
    assert await connects(host(twin))
    assert not await connects(host(twin, "stranger"))  # the minute is over
    assert await connects(host(twin))  # and a stranger's try has changed nothing
    known, told = await by_usb(twin)
    assert (known, told[0], set(told[1:])) == (1, "refused", {"made", "refused"})


@pytest.mark.parametrize(("drops", "reason"), [(1, None), (2, Reason.NOT_PAIRED)])
async def test_a_link_that_is_lost_in_its_beginning(
    twin: TwinProcess, drops: int, reason: Reason | None
):
    """Once may be the radio; a clip that does not know the key does it each time."""
    await twin.hold_button()
    assert await connects(host(twin))
    client = host(twin, pair=False)
    transport = client.transport
    assert isinstance(transport, BleTransport)
    become_secure = transport._become_secure

    async def after_a_drop(client: BleakClient) -> None:
        nonlocal drops
        if drops:
            drops -= 1
            await twin.command("radio", disconnect=True)
        await become_secure(client)

    transport._become_secure = after_a_drop
    if reason is None:
        await client.open()
        assert (await client.status())["bonds"] == 1
    else:
        with pytest.raises(PoiseError) as failure:
            await client.open()
        assert failure.value.reason is reason
    await client.close()


async def test_bonds_survive_a_power_cut_and_are_forgotten_on_request(twin: TwinProcess):
    await twin.hold_button()
    assert await connects(host(twin))
    await twin.command("power_cut", off_s=1.0)
    await twin.clock.sleep(20)
    assert await connects(host(twin))
    assert (await by_usb(twin, peer=bytes(7)))[0] == 0
    assert not await connects(host(twin))
    await twin.hold_button()
    assert not await connects(host(twin))  # its old key is refused, and not replaced unasked
    assert await connects(host(twin, anew=True))


async def test_a_host_that_is_forgotten_is_cut_off(twin: TwinProcess):
    await twin.hold_button()
    client = host(twin)
    await client.open()
    peer = (await client.request("bond_list"))["peers"]
    assert len(peer) == 7
    await client.request("bond_forget", peer=peer)
    with pytest.raises(PoiseError):
        for _ in range(50):
            await client.status()
            await asyncio.sleep(0.1)
    await client.close()


async def test_who_takes_a_bonded_hosts_address_gets_nothing(twin: TwinProcess):
    await twin.hold_button()
    assert await connects(host(twin))
    await twin.clock.sleep(62)
    shutil.copy(twin.folder / "bonds.address", twin.folder / "thief.address")
    assert not await connects(host(twin, "thief"))
    assert await by_usb(twin) == (1, ["made", "refused"])  # and the stack got out of its loop
    assert await connects(host(twin))


async def loses_its_keys(twin: TwinProcess) -> bytes:
    """The host forgets the clip, and keeps its address; what it knew."""
    await close_hosts()
    keys = (twin.folder / "bonds.json").read_bytes()
    (twin.folder / "bonds.json").unlink()
    return keys


async def test_a_known_host_pairs_again_only_while_the_wearer_lets_it(twin: TwinProcess):
    """While it may not, the host's stack is told of success: then the link drops, and the old bond is still there."""
    await twin.hold_button()
    assert await connects(host(twin))
    await loses_its_keys(twin)
    assert await connects(host(twin))
    await twin.clock.sleep(62)
    keys = await loses_its_keys(twin)
    assert not await connects(host(twin))
    await close_hosts()
    (twin.folder / "bonds.json").write_bytes(keys)
    assert await connects(host(twin, pair=False))
    assert await by_usb(twin) == (1, ["made", "made", "refused"])


async def test_pairing_leaves_the_flash_alone_in_interrupts(tmp_path: Path):
    """NimBLE's task, in which the handler runs, has no stack for the file system."""
    staged = stage("twin", tmp_path / "firmware")
    device = TwinDevice(TwinOptions(tmp_path, staged, vm_or_skip(64), load("still"), speed=20))
    await device.start()
    try:
        await device.clock.sleep(30)
        device.pins.press(7_000_000)
        await device.clock.sleep(7)
        for name in ("one", "two"):
            transport = BleTransport(hci=device.radio.hci, keys=tmp_path / name, pair=True)
            client = ClipClient(transport, device.clock)
            async with asyncio.timeout(WITHIN_S):
                await client.open()
                await client.close()
        assert device.radio.flash_in_irqs == 0 and not device.radio.hung
    finally:
        await close_hosts()
        await device.stop()


async def test_the_fifth_host_takes_the_first_ones_place(twin: TwinProcess):
    for number in range(5):
        await twin.hold_button()
        assert await connects(host(twin, f"host{number}")), number
    assert (await by_usb(twin))[0] == 4
    assert not await connects(host(twin, "host0"))
    for number in range(1, 5):
        assert await connects(host(twin, f"host{number}")), number


async def test_a_stranger_cannot_hold_the_only_link(twin: TwinProcess):
    await twin.hold_button()
    assert await connects(host(twin))

    from poise.clip.transport.ble import find
    from poise.clip.transport.bumble.backend import BumbleClient

    found = await find(None, 5.0, twin.info["hci"], twin.folder / "stranger.json")
    gone = asyncio.Event()
    stranger = BleakClient(
        found.device,
        lambda _client: gone.set(),
        backend=BumbleClient,
        hci=twin.info["hci"],
        keys=twin.folder / "stranger.json",
    )
    await stranger.connect()
    await asyncio.wait_for(gone.wait(), WITHIN_S)  # 30 virtual seconds
    assert await connects(host(twin))


async def test_the_command_pairs_lists_and_forgets(twin: TwinProcess, monkeypatch):
    from poise.cli.pair import app

    monkeypatch.setenv("POISE_TWIN", str(twin.folder))
    from poise.cli import context

    context.twin.cache_clear()

    def run(*arguments: str) -> str:
        done = CliRunner().invoke(app, arguments)
        assert done.exit_code == 0, (done.output, done.exception)
        return done.output

    assert "Paired with clip" in await asyncio.to_thread(run)
    (peer,) = json.loads(await asyncio.to_thread(run, "--list", "--json"))
    assert await asyncio.to_thread(run, "--forget", peer, "--usb", "--json") == "[]\n"
    assert not await connects(host(twin))
    context.twin.cache_clear()
    bonds = Path(twin.folder / "bonds.json")
    assert not bonds.exists() or oct(bonds.stat().st_mode)[-3:] == "600"  # noqa: ASYNC240
