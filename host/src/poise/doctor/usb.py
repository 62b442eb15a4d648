"""Checks of USB: the serial ports of the usual boards, the right to open them, and boards without a port."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from ..clip.transport.ports import DRIVERS, RULE_PATH, VENDORS, Port
from ..clip.usb_clips import OnPort
from ..setup.findings import Finding
from ..words import doctor as words

_WHAT = "USB"


def may_open(path: str) -> bool:
    """True if this user may read and write the port."""
    return os.access(path, os.R_OK | os.W_OK)


def usb(
    ports: Sequence[Port],
    on_ports: Sequence[OnPort],
    platform: str,
    root: Path,
    may_open: Callable[[str], bool] = may_open,
) -> list[Finding]:
    """Return a finding for each port, or the one that there is none. `on_ports`: what answered there."""
    if ports:
        heard = {each.port: each for each in on_ports}
        return [_port(port, heard.get(port.device), platform, root, may_open) for port in ports]
    vendor = _without_port(root) if platform.startswith("linux") else None
    if vendor is None:
        facts = {"ports": 0}
        return [Finding(_WHAT, False, words.USB_NONE, False, words.USB_NONE_CURE, facts)]
    return [
        Finding(
            _WHAT,
            False,
            words.USB_NO_PORT.format(vendor=VENDORS[vendor]),
            needed=False,
            cure=words.USB_NO_PORT_CURE.format(module=DRIVERS[vendor]),
            facts={"ports": 0, "vendor": VENDORS[vendor]},
        )
    ]


def _port(
    port: Port,
    found: OnPort | None,
    platform: str,
    root: Path,
    may_open: Callable[[str], bool],
) -> Finding:
    if platform != "win32" and not may_open(port.device):
        facts = {"vendor": port.vendor, "state": "denied"}
        told = words.USB_DENIED.format(port=port.device)
        return Finding(_WHAT, False, told, False, _right(port, platform, root), facts)
    if found is not None and found.is_clip:
        facts = {"vendor": port.vendor, "state": "clip"}
        return Finding(_WHAT, True, words.USB_CLIP.format(port=port.device), False, facts=facts)
    reason = found.error.reason.value if found is not None and found.error else ""
    told = f"{port.device}: {port.description}"
    facts = {"vendor": port.vendor, "state": "no-clip", "reason": reason}
    return Finding(_WHAT, True, told, False, facts=facts)


def _right(port: Port, platform: str, root: Path) -> str:
    if not platform.startswith("linux"):
        return words.USB_GROUP_CURE
    if (root / RULE_PATH.lstrip("/")).exists():
        return words.USB_RULE_THERE_CURE.format(group=_group(port.device))
    return words.USB_RULE_CURE.format(rule=RULE_PATH)


def _group(path: str) -> str:
    try:
        return Path(path).group()
    except (OSError, KeyError, NotImplementedError):
        return "dialout"


def _without_port(root: Path) -> int | None:
    """Return the vendor of a USB device that should be a serial port and is none; None if there is none such."""
    for told in sorted((root / "sys/bus/usb/devices").glob("*/idVendor")):
        try:
            vendor = int(told.read_text(), 16)
        except (OSError, ValueError):
            continue  # it has been unplugged
        if vendor in VENDORS and not any(told.parent.glob("*/tty*")):
            return vendor
    return None
