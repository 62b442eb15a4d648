"""Check of Bluetooth on Linux, by BlueZ and the kernel: which part is missing, off or blocked."""

import re
import shutil
from pathlib import Path
from typing import Any

from ..notify.ask import call, on_bus
from ..setup.findings import Fact, Finding
from ..words import doctor as words

LEAST_BLUEZ = (5, 55)  # bleak's
_WHAT = "Bluetooth"
_OBJECTS = ("org.bluez", "/", "org.freedesktop.DBus.ObjectManager")
_BUS = ("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus")
_ADAPTER = "org.bluez.Adapter1"
_BY_LINUX = re.compile(r"usb:v1D6Bp0246d05([0-9A-F]{2})", re.IGNORECASE)  # BlueZ 5.N as its own id


async def adapter(root: Path, has_program: bool | None = None) -> Finding:
    """Return how the system's Bluetooth is. `has_program`: bluetoothd is installed; None looks."""
    answered: list[Any] = []

    async def ask(bus: Any) -> str:
        answered.append(await call(bus, _OBJECTS, "GetManagedObjects"))
        return "answered"

    if not await on_bus("SYSTEM", ask):
        return _bad(words.BLUETOOTH_NO_BUS, words.BLUETOOTH_NO_BUS_CURE, "no-bus")
    objects = answered[0]
    if objects is None:
        there = is_installed(root) if has_program is None else has_program
        if there:
            return _bad(words.BLUETOOTH_STOPPED, words.BLUETOOTH_STOPPED_CURE, "stopped")
        return _bad(words.BLUETOOTH_ABSENT, words.BLUETOOTH_ABSENT_CURE, "absent")
    return of_objects(objects, blocks(root))


def is_installed(root: Path) -> bool:
    """True if the Bluetooth service is installed."""
    places = ("usr/libexec/bluetooth/bluetoothd", "usr/lib/bluetooth/bluetoothd")
    return shutil.which("bluetoothctl") is not None or any((root / at).exists() for at in places)


def blocks(root: Path) -> tuple[bool, bool]:
    """Return whether the kernel blocks Bluetooth by (software, a switch): /sys/class/rfkill."""
    soft = hard = False
    for one in (root / "sys/class/rfkill").glob("*"):
        try:
            if (one / "type").read_text().strip() == "bluetooth":
                soft |= (one / "soft").read_text().strip() == "1"
                hard |= (one / "hard").read_text().strip() == "1"
        except OSError:
            continue  # it has been unplugged
    return soft, hard


def of_objects(objects: dict[str, dict[str, Any]], blocked: tuple[bool, bool]) -> Finding:
    """Return how Bluetooth is by BlueZ's objects, path -> interface -> properties, and what the kernel blocks."""
    adapters = [held[_ADAPTER] for _path, held in sorted(objects.items()) if _ADAPTER in held]
    soft, hard = blocked
    version = _version(adapters)
    facts: dict[str, Fact] = {
        "adapters": len(adapters),
        "bluez": ".".join(map(str, version)) if version else "",
    }
    if hard:
        return _bad(words.BLUETOOTH_SWITCH, words.BLUETOOTH_SWITCH_CURE, "switch", facts)
    if soft:
        return _bad(words.BLUETOOTH_BLOCKED, words.BLUETOOTH_BLOCKED_CURE, "blocked", facts)
    if not adapters:
        return _bad(words.BLUETOOTH_NONE, words.BLUETOOTH_NONE_CURE, "none", facts)
    if not any(_plain(each.get("Powered")) for each in adapters):
        return _bad(words.BLUETOOTH_OFF, words.BLUETOOTH_OFF_CURE, "off", facts)
    if version and version < LEAST_BLUEZ:
        least = ".".join(map(str, LEAST_BLUEZ))
        told = words.BLUETOOTH_OLD.format(version=facts["bluez"], least=least)
        return _bad(told, words.BLUETOOTH_OLD_CURE, "old", facts)
    return Finding(
        _WHAT, True, words.BLUETOOTH_BLUEZ.format(version=facts["bluez"] or "?"), facts=facts
    )


def _version(adapters: list[dict[str, Any]]) -> tuple[int, int] | None:
    for each in adapters:
        if match := _BY_LINUX.search(str(_plain(each.get("Modalias")))):
            return 5, int(match[1], 16)
    return None


def _plain(value: Any) -> Any:
    """Return the value without D-Bus's wrapping."""
    return getattr(value, "value", value)


def _bad(text: str, cure: str, state: str, facts: dict[str, Fact] | None = None) -> Finding:
    return Finding(_WHAT, False, text, cure=cure, facts={**(facts or {}), "state": state})
