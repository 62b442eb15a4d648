"""Meter of the twin's use of current, in virtual time: it watches the pipe between the VM and the world.

Nothing asks the chips: each request that was carried out and each posted event passes here once (`Hub`). The VM's
processor is infinitely fast in virtual time, so there is no time of computing; `poise.power` estimates it.
"""

import struct
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from typing import Any

# Operations and events of the pipe: those of machine.py, esp32.py and bluetooth.py in firmware/boards/twin.
_I2C_READ, _I2C_WRITE = 0x02, 0x03
_FLASH_PROGRAM, _FLASH_ERASE = 0x11, 0x12
_PWM = 0x22
OP_LIGHT_SLEEP = 0x33  # on u8
OP_FREQ = 0x36  # MHz u16
_RADIO_ACTIVE, _ADVERTISE, _READ, _WRITE, _NOTIFY, _INDICATE = 0x40, 0x43, 0x46, 0x47, 0x48, 0x49
_EVENT_RADIO = 0x40
_CONNECTED, _DISCONNECTED, _WRITTEN = 1, 2, 3
_ASK = 2  # payload of _RADIO_ACTIVE that changes nothing

# I2C at 400 kHz (NXP UM10204): 9 bits a byte. A read has the address twice and the register before the data, a write
# the address once; start, repeated start and stop take about a bit each.
_I2C_BIT_US = 2.5
_READ_HEAD_BITS, _WRITE_HEAD_BITS = 3 * 9 + 3, 2 * 9 + 2
BURST_BYTES = 12  # a read this long is of the FIFO: the smallest sample of any chip; register reads are shorter

_DUTY_FULL = 0xFFFF
_START_MHZ = 160  # MicroPython's image for the ESP32
_ADVERTISING_DELAY_US = (
    5_000  # mean of the random delay of 0 to 10 ms: Core 5.4 Vol 6 Part B 4.4.2.2.1
)


@dataclass
class Counts:
    """Counts since some moment. Times in virtual microseconds.

    `wakes`: number of times that the processor went on after a wait; `light_sleeps`: those that ended a light sleep.
    `slow_clock_us`: the time with the processor's clock below the one of the start. `adverts`: advertising events.
    `motor_us` is weighted by duty. `radio_us` is the time with the radio switched on, advertising, connected or not.
    Packets and bytes are of attribute values: no acknowledgements, no setting up of the link.
    """

    uptime_us: int = 0
    slow_clock_us: int = 0
    light_sleep_us: int = 0
    light_sleeps: int = 0
    wakes: int = 0
    i2c_transfers: int = 0
    i2c_bytes: int = 0
    i2c_us: float = 0.0
    bursts: int = 0
    burst_bytes: int = 0
    flash_reads: int = 0
    flash_read_bytes: int = 0
    flash_programs: int = 0
    flash_program_bytes: int = 0
    flash_erases: int = 0
    motor_us: float = 0.0
    radio_starts: int = 0
    radio_us: int = 0
    advertising_us: int = 0
    adverts: float = 0.0
    connections: int = 0
    connected_us: int = 0
    ble_sent: int = 0
    ble_sent_bytes: int = 0
    ble_received: int = 0
    ble_received_bytes: int = 0


class Meter:
    """Meter of one clip. `now_us`: its virtual clock."""

    def __init__(self, now_us: Callable[[], int]) -> None:
        self._now_us = now_us
        self._total = Counts()
        self._at_boot = Counts()
        self._since_us = 0  # times are counted up to this moment
        self._rests_since_us = 0
        self.boots = 0
        self._off()

    def _off(self) -> None:
        self._running = self._asleep = self._slow_clock = False
        self._radio = self._connected = False
        self._advertising_us = 0  # the interval; 0: no advertising
        self._duties: dict[int, int] = {}  # pin -> duty

    # --- calls of the hub

    def started(self) -> None:
        """Begin to count for a VM that starts."""
        self._settle()
        self._off()
        self._running = True
        self.boots += 1
        self._at_boot = Counts(**asdict(self._total))

    def stopped(self) -> None:
        """Stop counting for the VM that is gone, with everything that it had switched on."""
        self._settle()
        self._off()

    def rests(self) -> None:
        """Take note that the VM begins a wait."""
        self._rests_since_us = self._now_us()

    def woke(self) -> None:
        """Take note that the wait is over. A wait without passing time does not count."""
        self._total.wakes += self._now_us() > self._rests_since_us

    def request(self, op: int, payload: bytes, reply: bytes) -> None:
        """Count a request that was carried out."""
        if op in (_I2C_READ, _I2C_WRITE):
            self._i2c(op, payload, reply)
        elif op == _FLASH_PROGRAM:
            self._total.flash_programs += 1
            self._total.flash_program_bytes += len(payload) - 8
        elif op == _FLASH_ERASE:
            self._total.flash_erases += 1
        elif op == _PWM:
            self._settle()
            pin, _freq, duty = struct.unpack("<BIH", payload)
            self._duties[pin] = duty
        elif op == OP_FREQ:
            self._settle()
            self._slow_clock = int.from_bytes(payload, "little") < _START_MHZ
        elif op >= _RADIO_ACTIVE:
            self._radio_request(op, payload, reply)

    def flash_read(self, count: int, n_bytes: int) -> None:
        """Count the VM's reads of the flash since its last wait: it reads the image itself."""
        self._total.flash_reads += count
        self._total.flash_read_bytes += n_bytes

    def event(self, code: int, payload: bytes) -> None:
        """Count an event of the VM: here, of the radio's own activity."""
        if code != _EVENT_RADIO:
            return
        if payload[0] == _WRITTEN:
            self._total.ble_received += 1
        elif payload[0] in (_CONNECTED, _DISCONNECTED):
            self._settle()
            self._connected = payload[0] == _CONNECTED
            self._total.connections += self._connected
            self._advertising_us = 0  # a connection ends it; the firmware begins it anew

    def light_sleep(self, payload: bytes) -> bytes:
        """Answer a request: light sleep begins (1) or ends (0)."""
        self._settle()
        self._asleep = bool(payload[0])
        self._total.light_sleeps += not self._asleep
        return b""

    # --- requests

    def read(self) -> dict[str, Any]:
        """Return `boots`, and Counts since the last start (`boot`) and since the first (`total`)."""
        self._settle()
        boot = {
            field.name: getattr(self._total, field.name) - getattr(self._at_boot, field.name)
            for field in fields(Counts)
        }
        return {"boots": self.boots, "boot": boot, "total": asdict(self._total)}

    # --- counting

    def _settle(self) -> None:
        """Add the time since the last change to every state that lasted through it."""
        now = self._now_us()
        lasted, self._since_us = now - self._since_us, now
        total = self._total
        total.uptime_us += lasted * self._running
        total.slow_clock_us += lasted * self._slow_clock
        total.light_sleep_us += lasted * self._asleep
        total.radio_us += lasted * self._radio
        if self._advertising_us:
            total.advertising_us += lasted
            total.adverts += lasted / (self._advertising_us + _ADVERTISING_DELAY_US)
        total.connected_us += lasted * self._connected
        total.motor_us += lasted * sum(self._duties.values()) / _DUTY_FULL

    def _i2c(self, op: int, payload: bytes, reply: bytes) -> None:
        size = len(reply) if op == _I2C_READ else len(payload) - 2
        head_bits = _READ_HEAD_BITS if op == _I2C_READ else _WRITE_HEAD_BITS
        total = self._total
        total.i2c_transfers += 1
        total.i2c_bytes += size
        total.i2c_us += (head_bits + 9 * size) * _I2C_BIT_US
        if op == _I2C_READ and size >= BURST_BYTES:
            total.bursts += 1
            total.burst_bytes += size

    def _radio_request(self, op: int, payload: bytes, reply: bytes) -> None:
        total = self._total
        if op == _RADIO_ACTIVE and payload[0] != _ASK:
            self._settle()
            total.radio_starts += bool(payload[0]) and not self._radio
            self._radio = bool(payload[0])
            self._advertising_us *= self._radio
            self._connected = self._connected and self._radio
        elif op == _ADVERTISE:
            self._settle()
            self._advertising_us = int.from_bytes(payload[:4], "little")
        elif op in (_NOTIFY, _INDICATE):
            total.ble_sent += 1
            total.ble_sent_bytes += len(payload) - 5
        elif op == _WRITE and payload[2]:  # a value that subscribers are notified of
            total.ble_sent += self._connected
            total.ble_sent_bytes += (len(payload) - 3) * self._connected
        elif op == _READ:
            total.ble_received_bytes += len(reply)
