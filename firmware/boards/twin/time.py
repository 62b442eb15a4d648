"""MicroPython's `time` on the twin's virtual clock. Ticks wrap at 2**30, as on the ESP32."""

from micropython import const
import _twin
import utime
from _twin import Ticks, sleep_us, spend
from struct import unpack

_OP_RTC = const(0x34)
_FROM_1970_S = const(946_684_800)

_PERIOD = const(0x40000000)
_HALF = const(0x20000000)


def ticks_ms() -> int:
    """Milliseconds, wrapping at 2**30."""
    spend()
    return Ticks.ms


def ticks_us():
    """Microseconds, wrapping at 2**30."""
    spend()
    return Ticks.us


ticks_cpu = ticks_us


def ticks_add(ticks: int, delta: int):
    """`ticks` moved by `delta`."""
    return (ticks + delta) & (_PERIOD - 1)


def ticks_diff(end: int, start: int):
    """Signed difference of two tick readings."""
    return ((end - start + _HALF) & (_PERIOD - 1)) - _HALF


def sleep_ms(ms: int) -> None:
    """Let `ms` virtual milliseconds pass."""
    sleep_us(ms * 1000)


def sleep(seconds) -> None:
    """Let `seconds` of virtual time pass."""
    sleep_us(int(seconds * 1_000_000))


def gmtime(seconds=None):
    """UTC as a tuple. Seconds count from 2000-01-01, as on the ESP32 port."""
    return utime.gmtime((time() if seconds is None else seconds) + _FROM_1970_S)


def time():
    """Seconds of the RTC since 2000-01-01."""
    return time_ns() // 1_000_000_000


def time_ns():
    """Nanoseconds of the RTC since 2000-01-01. Until somebody sets it, the RTC counts from power-on."""
    return unpack("<q", _twin.call(_OP_RTC, b"\x00"))[0] * 1000
