"""MicroPython's `time` on the twin's virtual clock. Ticks wrap at 2**30, as on the ESP32."""

from micropython import const
from _twin import Ticks, now_us, sleep_us, spend
from utime import gmtime, localtime, mktime  # noqa: F401 (part of the module)

_PERIOD = const(0x40000000)
_HALF = const(0x20000000)


def ticks_ms():
    """Milliseconds, wrapping at 2**30."""
    spend()
    return Ticks.ms


def ticks_us():
    """Microseconds, wrapping at 2**30."""
    spend()
    return Ticks.us


ticks_cpu = ticks_us


def ticks_add(ticks, delta):
    """`ticks` moved by `delta`."""
    return (ticks + delta) & (_PERIOD - 1)


def ticks_diff(end, start):
    """Signed difference of two readings."""
    return ((end - start + _HALF) & (_PERIOD - 1)) - _HALF


def sleep_ms(ms):
    """Lets so many milliseconds pass."""
    sleep_us(ms * 1000)


def sleep(seconds):
    """Lets so many seconds pass."""
    sleep_us(int(seconds * 1_000_000))


def time():
    """Seconds since the start: nobody has told the chip the date."""
    return now_us() // 1_000_000


def time_ns():
    """Nanoseconds since the start."""
    return now_us() * 1000
