"""Ports: the right to open them and the rule that gives it, who is on them, and a board without a port."""

import re
from pathlib import Path

import pytest

from poise.clip.transport.ports import DRIVERS, RULE_PATH, VENDORS, Port, udev_rule
from poise.clip.usb_clips import OnPort
from poise.doctor.usb import usb
from poise.errors import PoiseError, Reason
from poise.words import doctor as words

PORT = Port("/dev/ttyACM0", "Espressif: USB JTAG", "Espressif")


def test_without_the_right_the_rule_is_the_cure(tmp_path: Path):
    (found,) = usb([PORT], [], "linux", tmp_path, may_open=lambda _: False)
    assert not found.ok and RULE_PATH in found.cure and "poise install --udev" in found.cure
    rule = tmp_path / RULE_PATH.lstrip("/")
    rule.parent.mkdir(parents=True)
    rule.touch()
    (found,) = usb([PORT], [], "linux", tmp_path, may_open=lambda _: False)
    assert "install --udev" not in found.cure and "unplug" in found.cure.lower()
    (found,) = usb([PORT], [], "darwin", tmp_path, may_open=lambda _: False)
    assert found.cure == words.USB_GROUP_CURE


def test_the_rule_has_every_vendor_and_comes_before_the_seats():
    rows = [line for line in udev_rule().splitlines() if not line.startswith("#")]
    key = r'[A-Z]+(?:\{\w+\})?(?:==|\+=|=)"[^"]*"'
    assert all(re.fullmatch(rf"{key}(?:, {key})*", row) for row in rows)
    assert re.findall(r'idVendor}=="(\w{4})"', udev_rule()) == [f"{v:04x}" for v in VENDORS]
    number = re.match(r"(\d+)-", Path(RULE_PATH).name)
    assert number and int(number[1]) < 73  # 73-seat-late.rules makes the right
    assert set(DRIVERS) == set(VENDORS)


def test_a_port_tells_who_is_on_it(tmp_path: Path):
    other = Port("/dev/ttyUSB1", "WCH: USB Serial", "WCH")
    strange = OnPort(PORT.device, None, PoiseError(Reason.WRONG_VERSION, "other", "Update."))
    silent = OnPort(other.device, None, PoiseError(Reason.TIMEOUT, "silent", "Wait."))
    clip, free = usb([PORT, other], [strange, silent], "linux", tmp_path, may_open=lambda _: True)
    assert (clip.ok, clip.facts["state"]) == (True, "clip")
    assert (free.facts["state"], free.facts["reason"]) == ("no-clip", "timeout")


@pytest.mark.parametrize("vendor", VENDORS)
def test_a_board_without_a_port_names_its_driver(tmp_path: Path, vendor: int):
    device = tmp_path / "sys/bus/usb/devices/1-2"
    device.mkdir(parents=True)
    (device / "idVendor").write_text(f"{vendor:04x}\n")
    (found,) = usb([], [], "linux", tmp_path)
    assert DRIVERS[vendor] in found.cure and VENDORS[vendor] in found.text
    (device / "1-2:1.0").mkdir()
    (device / "1-2:1.0/ttyUSB0").mkdir()
    (found,) = usb([], [], "linux", tmp_path)
    assert found.text == words.USB_NONE
