"""MicroPython's `machine` on the twin: the calls of the ESP32 port that the firmware uses, down the pipe."""

from micropython import const
import _twin
from struct import pack, pack_into, unpack

PWRON_RESET = 1
HARD_RESET = 2
WDT_RESET = 3
DEEPSLEEP_RESET = 4
SOFT_RESET = 5

_OP_I2C_READ = const(0x02)
_OP_I2C_WRITE = const(0x03)
_OP_PIN_SET = const(0x20)
_OP_PIN_GET = const(0x21)
_OP_PWM = const(0x22)
_OP_ADC = const(0x23)
_OP_PIN_IRQ = const(0x24)
_OP_INFO = const(0x30)
_OP_RESET = const(0x31)
_OP_WDT = const(0x32)
_OP_LIGHT_SLEEP = const(0x33)
_EVENT_PIN = const(0x20)

_info = _twin.call(_OP_INFO)  # unique id, 6 bytes; reset cause


def unique_id():
    """The MAC address: 6 bytes."""
    return _info[:6]


def reset_cause():
    """Why the chip started."""
    return _info[6]


def reset():
    """Starts the chip anew; does not return."""
    _twin.call(_OP_RESET)
    raise SystemExit


def lightsleep(time_ms=None):
    """Sleeps until the time is over or an event comes, such as an edge that a pin's handler waits for."""
    _twin.call(_OP_LIGHT_SLEEP, b"\x01")
    _twin.wait(time_ms and time_ms * 1000)
    _twin.call(_OP_LIGHT_SLEEP, b"\x00")


class Pin:
    """A GPIO."""

    IN = 1
    OUT = 3
    PULL_DOWN = 1
    PULL_UP = 2
    IRQ_RISING = 1
    IRQ_FALLING = 2

    _handlers = {}

    def __init__(self, number, mode=-1, pull=-1, *, value=None):
        self.number = number
        if value is not None:
            self.value(value)

    def value(self, level=None):
        """The level, or sets it."""
        if level is None:
            return _twin.call(_OP_PIN_GET, bytes((self.number,)))[0]
        _twin.call(_OP_PIN_SET, bytes((self.number, 1 if level else 0)))
        return None

    def irq(self, handler=None, trigger=IRQ_RISING | IRQ_FALLING):
        """Calls `handler(pin)` at these edges."""
        Pin._handlers[self.number] = (handler, self)
        _twin.call(_OP_PIN_IRQ, bytes((self.number, trigger if handler else 0)))


def _on_edge(payload):
    handler, pin = Pin._handlers[payload[0]]
    if handler:
        handler(pin)


_twin.on(_EVENT_PIN, _on_edge)


class I2C:
    """The one bus. Reading a register allocates nothing."""

    def __init__(self, bus, *, scl=None, sda=None, freq=400000, timeout=50000):
        self._read = _twin.request(_OP_I2C_READ, bytes(4))

    def readfrom_mem_into(self, address, register, buf, *, addrsize=8):
        read = self._read
        size = len(buf)
        read[3] = address
        read[4] = register
        read[5] = size & 0xFF
        read[6] = size >> 8
        _twin.exchange_into(read, buf)

    def writeto_mem(self, address, register, buf, *, addrsize=8):
        _twin.call(_OP_I2C_WRITE, bytes((address, register)) + buf)


class PWM:
    """A pin's pulse width."""

    def __init__(self, pin, *, freq=None, duty_u16=None):
        self._pin = pin.number
        self._freq = freq or 5000
        self._duty = duty_u16 or 0
        if freq or duty_u16:
            self._set()

    def freq(self, hertz=None):
        if hertz is None:
            return self._freq
        self._freq = hertz
        self._set()
        return None

    def duty_u16(self, duty=None):
        if duty is None:
            return self._duty
        self._duty = duty
        self._set()
        return None

    def _set(self):
        message = bytearray(7)
        pack_into("<BIH", message, 0, self._pin, self._freq, self._duty)
        _twin.call(_OP_PWM, message)


class ADC:
    """An analogue input."""

    ATTN_0DB = 0
    ATTN_2_5DB = 1
    ATTN_6DB = 2
    ATTN_11DB = 3

    def __init__(self, pin, *, atten=ATTN_0DB):
        self._pin = pin.number

    def read_uv(self):
        """Microvolts at the pin."""
        return unpack("<I", _twin.call(_OP_ADC, bytes((self._pin,))))[0]


class WDT:
    """Watchdog: without `feed` for `timeout` virtual milliseconds the chip restarts."""

    def __init__(self, id=0, timeout=5000):
        self._message = pack("<I", timeout)
        self.feed()

    def feed(self):
        _twin.call(_OP_WDT, self._message)
