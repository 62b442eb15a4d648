"""MicroPython's `machine` on the twin: the calls of the ESP32 port that the firmware uses, sent down the pipe.

It copies the port's traps: a pin stays with the RTC after a sleep until it gets a mode, a PWM begins at half of its
period, a panic looks like a reset, and an ADC without a calibration raises when it is read.
"""

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
_OP_PIN_MODE = const(0x25)
_OP_PART = const(0x26)  # part u8: raises the errno with which it fails
_OP_INFO = const(0x30)
_OP_RESET = const(0x31)
_OP_WDT = const(0x32)
_OP_LIGHT_SLEEP = const(0x33)
_OP_RTC = const(0x34)
_OP_FREQ = const(0x36)  # MHz u16
_OP_BAUD = const(0x37)  # of UART 0, u32
_EVENT_PIN = const(0x20)
_PART_I2C = b"\x00"
_PART_ADC = b"\x01"
_PART_PWM = b"\x02"
_READ_HEAD_BITS = const(
    30
)  # I2C at 400 kHz, 2.5 us a bit: three bytes of addresses, starts and stop,
_WRITE_HEAD_BITS = const(11)  # or one
_COMPUTING_US = const(
    17
)  # for each byte of a burst: 483,000 instructions for 16 samples, 125 a microsecond at 160 MHz
_ESP_ERR_INVALID_ARG = const(-258)

_info = _twin.call(_OP_INFO)  # unique id, 6 bytes; reset cause


def unique_id():
    """The MAC address: 6 bytes."""
    return _info[:6]


def reset_cause():
    """Return the number of the reset cause. A panic is a HARD_RESET, too."""
    return _info[6]


def freq(hertz: "int | None" = None):
    """Return the processor's clock in hertz, or set it. The bus, the flash and the radio keep their own."""
    if hertz is None:
        return _twin.Cpu.mhz * 1_000_000
    mhz = hertz // 1_000_000
    if mhz not in (20, 40, 80, 160, 240):
        raise ValueError("frequency must be 20MHz, 40MHz, 80Mhz, 160MHz or 240MHz")
    _twin.Cpu.mhz = mhz
    _twin.call(_OP_FREQ, pack("<H", mhz))
    return None


def reset() -> None:
    """Restart the chip. Raises SystemExit and does not return."""
    _twin.call(_OP_RESET)
    raise SystemExit


def lightsleep(time_ms: "int | None" = None) -> None:
    """Sleep until `time_ms` is over or the pin of `esp32.wake_on_ext0` has its level. Edges go unnoticed."""
    _twin.call(_OP_LIGHT_SLEEP, b"\x01")
    _twin.wait(time_ms and time_ms * 1000)
    _twin.call(_OP_LIGHT_SLEEP, b"\x00")


class RTC:
    """The clock that runs on through resets, with 2 KiB of memory beside it. A power cut clears both."""

    def datetime(self, parts) -> None:
        """Set the clock to UTC `parts`: year, month, day, weekday, hours, minutes, seconds, microseconds."""
        year, month, day, _weekday, hour, minute, second, micros = parts
        _twin.call(
            _OP_RTC, b"\x01" + pack("<HBBBBBI", year, month, day, hour, minute, second, micros)
        )

    def memory(self, data: "bytes | None" = None):
        """Return the kept bytes, or keep `data`."""
        if data is None:
            return _twin.call(_OP_RTC, b"\x02")
        _twin.call(_OP_RTC, b"\x03" + bytes(data))
        return None


class Pin:
    """A GPIO."""

    IN = 1
    PULL_UP = 2
    IRQ_RISING = 1
    IRQ_FALLING = 2

    _handlers = {}

    def __init__(self, number: int, mode: int = -1, pull=-1, *, value=None) -> None:
        self.number = number
        if value is not None:
            self.value(value)
        if mode != -1:
            _twin.call(_OP_PIN_MODE, bytes((number, mode, 0 if pull == -1 else pull)))

    def value(self, level: "int | None" = None):
        """Return the level, or set it to `level`."""
        if level is None:
            return _twin.call(_OP_PIN_GET, bytes((self.number,)))[0]
        _twin.call(_OP_PIN_SET, bytes((self.number, 1 if level else 0)))
        return None

    def irq(
        self, handler: "Callable | None" = None, trigger: int = IRQ_RISING | IRQ_FALLING
    ) -> None:
        """Call `handler(pin)` at the edges of `trigger`."""
        Pin._handlers[self.number] = (handler, self)
        _twin.call(_OP_PIN_IRQ, bytes((self.number, trigger if handler else 0)))


def _on_edge(payload: "Buffer") -> None:
    handler, pin = Pin._handlers[payload[0]]
    if handler:
        handler(pin)


_twin.on(_EVENT_PIN, _on_edge)


class I2C:
    """The chip's one I2C bus. Reading a register allocates nothing."""

    def __init__(
        self, bus: int, *, scl=None, sda=None, freq: int = 400000, timeout: int = 50000
    ) -> None:
        _twin.call(_OP_PART, _PART_I2C)
        self._read = _twin.request(_OP_I2C_READ, bytes(4))

    def readfrom_mem_into(self, address: int, register: int, buf: "Buffer") -> None:
        """Fill `buf` from the register `register` of the chip at `address`. Raises OSError."""
        read = self._read
        size = len(buf)
        read[3] = address
        read[4] = register
        read[5] = size & 0xFF
        read[6] = size >> 8
        _twin.exchange_into(read, buf)
        _twin.busy((_READ_HEAD_BITS + 9 * size) * 5 // 2)
        _twin.compute(size * _COMPUTING_US)

    def writeto(self, address: int, buf: "Buffer", stop=True):
        """Write `buf` to the chip at `address`; return its length. Raises OSError."""
        _twin.call(_OP_I2C_WRITE, bytes((address,)) + bytes(buf))
        _twin.busy((_WRITE_HEAD_BITS + 9 * len(buf)) * 5 // 2)
        return len(buf)


class PWM:
    """A pin's pulse-width modulation. It begins at once: at 5 kHz, and at half of the period unless `duty_u16` is
    given."""

    def __init__(self, pin, *, freq: int = 5000, duty_u16: int = 32_768) -> None:
        _twin.call(_OP_PART, _PART_PWM)
        self._pin = pin.number
        self._freq = freq
        self._duty = duty_u16
        self._set()

    def freq(self, hertz: "int | None" = None):
        """Return the frequency in hertz, or set it."""
        if hertz is None:
            return self._freq
        self._freq = hertz
        self._set()
        return None

    def duty_u16(self, duty: "int | None" = None):
        """Return the duty, 0 to 65535, or set it."""
        if duty is None:
            return self._duty
        self._duty = duty
        self._set()
        return None

    def _set(self) -> None:
        message = bytearray(7)
        pack_into("<BIH", message, 0, self._pin, self._freq, self._duty)
        _twin.call(_OP_PWM, message)


class UART:
    """UART 0, which carries the prompt: only its rate can be set. What it holds is sent first."""

    def __init__(self, number: int, *, baudrate: int) -> None:
        if number:
            raise ValueError("the twin has UART 0 only")
        _twin.call(_OP_BAUD, pack("<I", baudrate))


class ADC:
    """An analogue input."""

    ATTN_11DB = 3

    def __init__(self, pin, *, atten: int) -> None:
        self._pin = pin.number

    def read_uv(self):
        """Microvolts at the pin. Raises OSError on a chip whose fuses hold no calibration."""
        try:
            _twin.call(_OP_PART, _PART_ADC)
        except OSError:
            raise OSError(_ESP_ERR_INVALID_ARG, "ESP_ERR_INVALID_ARG") from None
        return unpack("<I", _twin.call(_OP_ADC, bytes((self._pin,))))[0]


class WDT:
    """The watchdog: it restarts the chip after `timeout` virtual milliseconds without `feed`."""

    def __init__(self, id: int = 0, timeout: int = 5000) -> None:
        self._message = pack("<I", timeout)
        self.feed()

    def feed(self) -> None:
        """Start the timeout anew."""
        _twin.call(_OP_WDT, self._message)
