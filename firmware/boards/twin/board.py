"""The twin's board: the ESP32's pins, with the file system mounted beside the machine's own."""

from micropython import const
import sys
from struct import pack, unpack
import vfs

import _twin
import machine
from esp32 import Partition
from machine import ADC, I2C, PWM, Pin, WDT

NAME = "twin"
IMU_ADDRESSES = (0x6A, 0x6B, 0x68, 0x69)
BATTERY_DIVIDER_X1000 = 2000

_SDA = const(21)
_SCL = const(22)
_IMU_INT1 = const(27)
_HAPTIC = const(25)
_BUTTON = const(32)
_BATTERY = const(35)
_CHARGING = const(33)
_OP_RTC = const(0x34)

_ROOT = "/flash"
_RESET_CAUSES = {
    machine.PWRON_RESET: "power_on",
    machine.HARD_RESET: "reset",
    machine.SOFT_RESET: "reset",
    machine.WDT_RESET: "watchdog",
    machine.DEEPSLEEP_RESET: "wake",
}


def _mount():
    partition = Partition.find(Partition.TYPE_DATA, label="vfs")[0]
    first = bytearray(64)
    partition.readblocks(0, first)
    # As the ESP32's own start does: a blank flash is formatted, anything else is mounted or is an error.
    if first == b"\xff" * len(first):
        vfs.VfsLfs2.mkfs(partition)
    vfs.mount(vfs.VfsLfs2(partition), _ROOT)


_mount()


def i2c():
    """The IMU's bus."""
    return I2C(0, sda=Pin(_SDA), scl=Pin(_SCL), freq=400_000)


def imu_irq_pin():
    """INT1 of the IMU: high from the FIFO's watermark on."""
    return Pin(_IMU_INT1, Pin.IN)


def haptic_pwm():
    """The motor's transistor."""
    return PWM(Pin(_HAPTIC))


def button_pin():
    """Low while pressed."""
    return Pin(_BUTTON, Pin.IN, Pin.PULL_UP)


def battery_adc():
    """The cell behind the divider."""
    return ADC(Pin(_BATTERY), atten=ADC.ATTN_11DB)


def charging_pin():
    """Low while the charger works."""
    return Pin(_CHARGING, Pin.IN, Pin.PULL_UP)


def filesystem_root():
    """Where the log and the settings stand."""
    return _ROOT


def unique_id():
    """8 bytes, the same for life: the chip's MAC address as an EUI-64."""
    mac = machine.unique_id()
    return mac[:3] + b"\xff\xfe" + mac[3:]


def reset_cause():
    """Why the chip started: a name of wire ENUMS "reset"."""
    return _RESET_CAUSES.get(machine.reset_cause(), "unknown")


def watchdog(timeout_ms):
    """Restarts the chip when it is not fed (`feed`) for so long; called again, it takes the new time."""
    return WDT(timeout=timeout_ms)


def keep_time(utc_ms, t_ms, uncertainty_ms):
    """Sets the clock that runs on through resets; all three are kept beside it. A power cut loses it all."""
    _twin.call(_OP_RTC, pack("<QQH", utc_ms, t_ms, uncertainty_ms))


def kept_time():
    """(UTC in milliseconds, what was kept beside it); None when nothing was, or the power was lost."""
    kept = _twin.call(_OP_RTC)
    return (unpack("<Q", kept[:8])[0], kept[8:]) if kept else None


def light_sleep(ms):
    """Sleeps at most so long; the button wakes. The radio has to be off."""
    machine.lightsleep(ms)


def reset():
    """Starts the chip again; the other end notes beside the kept time that it was asked for."""
    machine.reset()


def stdio():
    """(readable, writable) binary streams of USB."""
    return sys.stdin.buffer, sys.stdout.buffer
