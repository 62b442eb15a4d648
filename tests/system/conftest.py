"""A radio with a VM's peripheral on it, for the tests of the radio alone; a twin that takes updates."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from bleak import BleakClient, BleakScanner
from bleak.backends.device import BLEDevice
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from poise.clip.transport.bumble.backend import BumbleScanner
from poise.clip.transport.bumble.host import close_hosts
from poise.twin.device import TwinDevice
from poise.twin.machine.clock import ClockWriter
from poise.twin.machine.hub import Hub
from poise.twin.radio.radio import Radio
from poise.wire import uuids
from tests.conftest import WITHIN_S, vm_or_skip
from tests.support.update_twin import running

from .radio_bench import BenchVm

HERE = Path(__file__).parent
FIRMWARE = HERE.parents[1] / "firmware"
NAME = "Poise TEST"
BURST = 500


@dataclass
class RadioBench:
    """Radio, hub and the VM behind them; `hci` is what hosts open."""

    radio: Radio
    hub: Hub
    vm: BenchVm
    hci: str

    @property
    def scanner(self) -> dict[str, Any]:
        """Arguments that have bleak scan with Bumble here. Its class methods' types know no `hci`."""
        return {"backend": BumbleScanner, "hci": self.hci}

    async def find(self, timeout_s: float = 5.0) -> BLEDevice:
        """The peripheral, from a scan."""
        device = await BleakScanner.find_device_by_name(NAME, timeout=timeout_s, **self.scanner)
        assert device is not None
        return device


@pytest.fixture
def script() -> str:
    """The script of radio_vm that the VM runs."""
    return "peripheral.py"


@pytest.fixture
async def bench(
    tmp_path: Path, script: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[RadioBench]:
    """A radio with the script's peripheral on it."""
    monkeypatch.setenv("POISE_BONDS", str(tmp_path / "bonds"))
    found = vm_or_skip(64)
    clock = ClockWriter(tmp_path / "clock", speed=1.0, epoch_utc_ms=0)
    hub, radio = Hub(clock), Radio()
    hci = await radio.start(hub, seed=1)
    path = [FIRMWARE / "boards" / "twin", FIRMWARE, HERE.parents[1] / "host" / "src" / "poise"]
    vm = BenchVm(hub, list(found.argv), HERE / "radio_vm" / script, path)
    await vm.start()
    yield RadioBench(radio, hub, vm, hci)
    await close_hosts()
    await vm.stop()
    await radio.stop()
    clock.close()


async def burst(client: BleakClient) -> list[int]:
    """The numbers of the notifications that the peripheral sends on request, as they came."""
    numbers: list[int] = []
    whole = asyncio.Event()

    def collect(_characteristic: object, data: bytearray) -> None:
        assert len(data) == 200
        numbers.append(int.from_bytes(data[:2], "little"))
        if len(numbers) == BURST:
            whole.set()

    await client.start_notify(uuids.LOG, collect)
    await client.write_gatt_char(uuids.CONTROL, b"burst", response=True)
    await asyncio.wait_for(whole.wait(), WITHIN_S)
    return numbers


@pytest.fixture(scope="module")
def key() -> Ed25519PrivateKey:
    """The key whose bundles `device` takes."""
    return Ed25519PrivateKey.generate()


@pytest.fixture
async def device(tmp_path: Path, key: Ed25519PrivateKey) -> AsyncIterator[TwinDevice]:
    """A running twin that trusts `key`."""
    made = await running(tmp_path, key)
    yield made
    await made.stop()
