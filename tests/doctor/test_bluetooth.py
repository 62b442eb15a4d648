"""What BlueZ and the kernel tell of Bluetooth, each with its own cure; asked of a service on a real bus."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from poise.doctor import bluetooth
from poise.words import doctor as words
from tests.conftest import WITHIN_S

NONE = (False, False)


def objects(*, powered: bool = True, version: str = "054E", adapters: int = 1) -> dict[str, Any]:
    held = {"Powered": powered, "Modalias": f"usb:v1D6Bp0246d{version}"}
    return {"/org/bluez": {"org.bluez.AgentManager1": {}}} | {
        f"/org/bluez/hci{n}": {"org.bluez.Adapter1": held} for n in range(adapters)
    }


@pytest.mark.parametrize(
    ("told", "blocked", "state", "cure"),
    [
        (objects(), (False, True), "switch", words.BLUETOOTH_SWITCH_CURE),
        (objects(adapters=0), (True, False), "blocked", words.BLUETOOTH_BLOCKED_CURE),
        (objects(adapters=0), NONE, "none", words.BLUETOOTH_NONE_CURE),
        (objects(powered=False), NONE, "off", words.BLUETOOTH_OFF_CURE),
        (objects(version="0536"), NONE, "old", words.BLUETOOTH_OLD_CURE),
    ],
    ids=lambda value: value if isinstance(value, str) and " " not in value else "",
)
def test_each_state_has_its_cure(told: Any, blocked: tuple[bool, bool], state: str, cure: str):
    found = bluetooth.of_objects(told, blocked)
    assert (found.ok, found.cure, found.facts["state"]) == (False, cure, state)


def test_one_adapter_that_is_on_is_enough():
    told = objects(powered=False) | {"/org/bluez/hci9": objects()["/org/bluez/hci0"]}
    found = bluetooth.of_objects(told, NONE)
    assert found.ok and found.facts == {"adapters": 2, "bluez": "5.78"}


def test_the_kernels_blocks_are_read(tmp_path: Path):
    for name, kind, soft, hard in (("0", "wlan", "1", "1"), ("1", "bluetooth", "1", "0")):
        folder = tmp_path / "sys/class/rfkill" / f"rfkill{name}"
        folder.mkdir(parents=True)
        for file, text in (("type", kind), ("soft", soft), ("hard", hard)):
            (folder / file).write_text(text + "\n")
    assert bluetooth.blocks(tmp_path) == (True, False)
    assert bluetooth.blocks(tmp_path / "nowhere") == (False, False)


# A BlueZ of our own: none of the real one's hardware is here. What is asked of it goes over a real bus.
_BLUEZ = r"""
import asyncio, os, sys
from pathlib import Path
os.environ["DBUS_SYSTEM_BUS_ADDRESS"] = os.environ["DBUS_SESSION_BUS_ADDRESS"]
from dbus_fast import PropertyAccess
from dbus_fast.aio import MessageBus
from dbus_fast.service import ServiceInterface, dbus_property
from poise.doctor import bluetooth

class Adapter(ServiceInterface):  # dbus_fast itself answers GetManagedObjects
    def __init__(self):
        super().__init__("org.bluez.Adapter1")
        self.on = False
    @dbus_property(access=PropertyAccess.READ)
    def Powered(self) -> "b":
        return self.on
    @dbus_property(access=PropertyAccess.READ)
    def Modalias(self) -> "s":
        return "usb:v1D6Bp0246d0542"

async def tell(**more):
    found = await bluetooth.adapter(Path("/nowhere"), **more)
    print(found.facts.get("state", "works"), found.facts.get("bluez", ""), flush=True)

async def main():
    await tell(has_program=False)
    await tell(has_program=True)
    bus, adapter = await MessageBus().connect(), Adapter()
    await bus.request_name("org.bluez")
    await tell()
    bus.export("/org/bluez/hci0", adapter)
    await tell()
    adapter.on = True
    await tell()
    os.environ["DBUS_SYSTEM_BUS_ADDRESS"] = "unix:path=/nonexistent/bus"
    await tell()
    bus.disconnect()

asyncio.run(main())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="BlueZ is Linux's")
def test_a_service_on_a_bus_is_asked():
    if not shutil.which("dbus-run-session") and not os.environ.get("CI"):
        pytest.skip("needs dbus-run-session (Debian: dbus)")
    done = subprocess.run(
        ["dbus-run-session", "--", sys.executable, "-c", _BLUEZ],
        capture_output=True,
        text=True,
        timeout=WITHIN_S,
    )
    assert done.returncode == 0, done.stderr
    assert [line.strip() for line in done.stdout.splitlines()] == [
        "absent",
        "stopped",
        "none",
        "off 5.66",
        "works 5.66",
        "no-bus",
    ]
