"""The board's pins: button, motor, battery, charger, and the edges that the firmware listens to.

A pad belongs to the GPIO matrix or, after a sleep that it may end (`ext0`), to the RTC. There it reads as 0 and has no
edges until the firmware gives the pin a mode again. Edges in light sleep are not latched.
"""

import errno
import struct
from dataclasses import dataclass

from ..machine.hub import Hub

BUTTON, HAPTIC, BATTERY, CHARGING, IMU_INT1 = 32, 25, 35, 33, 27
EVENT_PIN, EVENT_WOKE = 0x20, 0x21
PARTS = ("i2c", "adc", "pwm")  # parts that can fail, in the order of machine.py
_RISING, _FALLING = 1, 2


@dataclass(frozen=True)
class Pulse:
    """A run of the motor: its start, strength and duration so far."""

    at_us: int
    freq_hz: int
    duty_u16: int
    lasted_us: int


class Pins:
    """Levels of the board's pins. The twin sets the inputs; outputs are recorded.

    `battery_uv`: voltage at the ADC's pin in microvolts, half of the cell's.
    """

    def __init__(self, hub: Hub, battery_uv: int = 1_950_000) -> None:
        self._hub = hub
        self.battery_uv = battery_uv
        self._levels = {BUTTON: 1, CHARGING: 1, IMU_INT1: 0}
        self._triggers: dict[int, int] = {}
        self._pressed_until_us = 0
        self._pulse: tuple[int, int, int] | None = None
        self.pulses: list[Pulse] = []
        self.failing: set[str] = set()  # of PARTS
        self._wake: tuple[int, int] | None = None  # pin and level of ext0
        self._of_the_rtc: set[int] = set()  # pads
        self._asleep = False
        hub.register(0x20, self._set)
        hub.register(0x21, self._get)
        hub.register(0x22, self._pwm)
        hub.register(0x23, self._adc)
        hub.register(0x24, self._irq)
        hub.register(0x25, self._mode)
        hub.register(0x26, self._part)
        hub.register(0x27, self._wake_on)

    def motor_strength(self) -> float:
        """Return the motor's present strength, 0 to 1."""
        return self._pulse[2] / 0xFFFF if self._pulse else 0.0

    def reset(self) -> None:
        """Reset the pins at a restart: nobody listens, the motor stops, all pads are the GPIO matrix's."""
        self._triggers.clear()
        self._wake = None
        self._of_the_rtc.clear()
        self._asleep = False
        self._end_pulse()

    def drive(self, pin: int, level: int) -> None:
        """Set an input from outside. An edge that the firmware listens to becomes an event."""
        before, self._levels[pin] = self._levels.get(pin, 0), level
        if self._asleep:
            self._end_sleep()
            return
        edge = _RISING if level else _FALLING
        if before != level and pin not in self._of_the_rtc and self._triggers.get(pin, 0) & edge:
            self._hub.post(EVENT_PIN, bytes((pin,)))

    def sleep(self, payload: bytes) -> bytes:
        """Answer a request: light sleep begins (1) or ends (0)."""
        self._asleep = bool(payload[0])
        if self._asleep and self._wake:
            self._of_the_rtc.add(self._wake[0])
            self._end_sleep()
        return b""

    def _end_sleep(self) -> None:
        """End the sleep if the pin that may end it has its level."""
        if self._wake and self._levels.get(self._wake[0], 0) == self._wake[1]:
            self._hub.post(EVENT_WOKE)

    def press(self, duration_us: int) -> None:
        """Press the button now, for `duration_us`. Of presses that overlap, the last one's end releases it."""
        end_us = self._hub.clock.now_us() + duration_us
        self._pressed_until_us = max(self._pressed_until_us, end_us)
        self.drive(BUTTON, 0)
        self._hub.at(end_us, self._release)

    def _release(self) -> None:
        if self._hub.clock.now_us() >= self._pressed_until_us:
            self.drive(BUTTON, 1)

    def _set(self, payload: bytes) -> bytes:
        self._levels[payload[0]] = payload[1]
        return b""

    def _get(self, payload: bytes) -> bytes:
        pin = payload[0]
        return bytes((0 if pin in self._of_the_rtc else self._levels.get(pin, 0),))

    def _mode(self, payload: bytes) -> bytes:
        """Answer a request with number, mode and pull: give the pad to the GPIO matrix."""
        self._of_the_rtc.discard(payload[0])
        return b""

    def _wake_on(self, payload: bytes) -> bytes:
        self._wake = payload[0], payload[1]
        return b""

    def _part(self, payload: bytes) -> bytes:
        if PARTS[payload[0]] in self.failing:
            raise OSError(errno.EIO, f"{PARTS[payload[0]]} fails")
        return b""

    def _adc(self, payload: bytes) -> bytes:
        return struct.pack("<I", self.battery_uv if payload[0] == BATTERY else 0)

    def _irq(self, payload: bytes) -> bytes:
        self._triggers[payload[0]] = payload[1]
        return b""

    def _pwm(self, payload: bytes) -> bytes:
        pin, freq_hz, duty = struct.unpack("<BIH", payload)
        if pin == HAPTIC:
            self._end_pulse()
            if duty:
                self._pulse = (self._hub.clock.now_us(), freq_hz, duty)
        return b""

    def _end_pulse(self) -> None:
        if self._pulse:
            at_us, freq_hz, duty = self._pulse
            self.pulses.append(Pulse(at_us, freq_hz, duty, self._hub.clock.now_us() - at_us))
            self._pulse = None
