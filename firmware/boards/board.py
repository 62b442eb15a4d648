"""The clip's board: buses, pins, sleep, clocks and resets, the same on every ESP32 chip.

`wiring` is the board's own module, in boards/<name>: the only place with pin numbers, and with what only its chip does.
Each name of either that the firmware uses is one of this module.
"""

from errno import EIO
from struct import pack
import sys
import time

import esp32
import vfs
import machine
from machine import ADC, I2C, PWM, Pin, WDT
from wiring import BATTERY, BUTTON, CHARGING, HAPTIC, SCL, SDA, wake_by
from wiring import BATTERY_DIVIDER_X1000 as BATTERY_DIVIDER_X1000
from wiring import NAME as NAME
from wiring import set_baud as set_baud

IMU_ADDRESSES = (0x6A, 0x6B, 0x68, 0x69)  # drivers.search knows which chip has which

WAITING_MHZ = 80  # the slowest clock at which the radio works
WORKING_MHZ = 160  # sooner asleep again: less charge for the same work

_EPOCH_S = 946_684_800 if time.gmtime(0)[0] == 2000 else 0  # UTC seconds at the port's epoch

_RESET_CAUSES = {
    machine.PWRON_RESET: "power_on",
    machine.HARD_RESET: "reset",
    machine.SOFT_RESET: "reset",
    machine.WDT_RESET: "watchdog",
    machine.DEEPSLEEP_RESET: "wake",
}


class _Flash:
    """The file system's partition. It returns an error code where the port's own would raise.

    An exception would skip littlefs' own clean-up, and its list of open files would point to memory that is freed.
    """

    def __init__(self) -> None:
        found = esp32.Partition.find(esp32.Partition.TYPE_DATA, label="vfs")
        self._partition = found[0]

    def readblocks(self, block: int, buf: "Buffer", offset: int = 0) -> int:
        try:
            self._partition.readblocks(block, buf, offset)
        except OSError:
            return -EIO
        return 0

    def writeblocks(self, block: int, buf: "Buffer", offset: int = 0) -> int:
        try:
            self._partition.writeblocks(block, buf, offset)
        except OSError:
            return -EIO
        return 0

    def ioctl(self, op: int, arg: int) -> int:
        try:
            return self._partition.ioctl(op, arg)
        except OSError:
            return -EIO


def guard_flash() -> None:
    """Mount the file system again through `_Flash`, so that it survives a failing flash."""
    vfs.umount("/")
    vfs.mount(vfs.VfsLfs2(_Flash()), "/")  # pyright: ignore[reportArgumentType]


def i2c() -> "I2C":
    """The I2C bus of the IMU, at 400 kHz."""
    return I2C(0, sda=Pin(SDA), scl=Pin(SCL), freq=400_000)


def haptic_pwm() -> "PWM":
    """The PWM of the motor's transistor, off. Without a duty, the PWM would begin at half of its period."""
    return PWM(Pin(HAPTIC), freq=20_000, duty_u16=0)


def button_pin() -> "Pin":
    """The button's pin: low while pressed."""
    return Pin(BUTTON, Pin.IN, Pin.PULL_UP)


def battery_adc() -> "ADC":
    """The ADC that measures the cell behind the divider."""
    return ADC(Pin(BATTERY), atten=ADC.ATTN_11DB)


def charging_pin() -> "Pin":
    """The pin that is low while USB power is there: the charger's own pin is not wired (docs/makers/hardware.md)."""
    return Pin(CHARGING, Pin.IN, Pin.PULL_UP)


def filesystem_root() -> str:
    """Path of the folder with the log and the settings."""
    return "/"


def unique_id() -> bytes:
    """8 bytes, the same for life: the chip's MAC address as an EUI-64."""
    mac = machine.unique_id()
    return mac[:3] + b"\xff\xfe" + mac[3:]


def reset_cause() -> str:
    """Return the reason why the chip started: a name of wire ENUMS "reset".

    The port gives a panic the cause of a reset; only the byte that `reset` leaves tells them apart.
    """
    cause = machine.reset_cause()
    if cause == machine.HARD_RESET and machine.RTC().memory()[:1] != b"s":
        return "panic"
    return _RESET_CAUSES.get(cause, "unknown")


def watchdog(timeout_ms: int) -> "WDT":
    """Return a watchdog that restarts the chip after `timeout_ms` without `feed`. A second call changes the time."""
    return WDT(timeout=timeout_ms)


def keep_time(utc_ms: int, t_ms: int, uncertainty_ms: int) -> None:
    """Set the RTC, which runs on through resets and deep sleep, and keep all three values beside it.

    A loss of power clears both.
    """
    year, month, day, hour, minute, second, weekday = time.gmtime(utc_ms // 1000 - _EPOCH_S)[:7]
    rtc = machine.RTC()
    rtc.datetime((year, month, day, weekday, hour, minute, second, utc_ms % 1000 * 1000))
    rtc.memory(b"n" + pack("<QQH", utc_ms, t_ms, uncertainty_ms))


def kept_time() -> "tuple[int, bytes] | None":
    """Return (UTC in milliseconds, bytes kept by `keep_time`), or None after a loss of power or if nothing was kept."""
    rest = machine.RTC().memory()[1:]
    return (time.time_ns() // 1_000_000 + _EPOCH_S * 1000, rest) if rest else None


def light_sleep(ms: int) -> None:
    """Sleep for at most `ms`; the button wakes the chip. The radio must be off.

    Afterwards the button's edges went unnoticed: take `button_pin` anew and read it.
    """
    wake_by(button_pin())
    machine.lightsleep(ms)


def set_clock(waits: bool) -> None:
    """Slow the processor while it mostly `waits` awake, as with the radio on; else run it fast, to sleep the sooner.

    Both clocks are of one PLL, and leave bus, UART and motor as they are.
    """
    hertz = (WAITING_MHZ if waits else WORKING_MHZ) * 1_000_000
    if machine.freq() != hertz:
        machine.freq(hertz)


def system_heap() -> "tuple[int, int]":
    """(free bytes, largest free block) of ESP-IDF's heap, from which the radio takes its memory."""
    free = block = 0
    for _, free_here, block_here, _ in esp32.idf_heap_info(esp32.HEAP_DATA):
        free += free_here
        block = max(block, block_here)
    return free, block


def reset() -> None:
    """Restart the chip. A byte beside the time says that this restart was requested."""
    rtc = machine.RTC()
    rtc.memory(b"r" + rtc.memory()[1:])
    machine.reset()


def stdio() -> "tuple[Stream, Stream]":
    """Return (readable, writable): the binary streams of USB."""
    return sys.stdin.buffer, sys.stdout.buffer  # pyright: ignore[reportReturnType] (the stubs have no `readinto`)
