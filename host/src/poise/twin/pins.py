"""The board's pins: button, motor, battery, charger, and the edges that the firmware listens to."""

import struct
from dataclasses import dataclass

from .hub import Hub

BUTTON, HAPTIC, BATTERY, CHARGING, IMU_INT1 = 32, 25, 35, 33, 27
EVENT_PIN = 0x20
_RISING, _FALLING = 1, 2


@dataclass(frozen=True)
class Pulse:
    """What the motor did: from when, how strong, how long so far."""

    at_us: int
    freq_hz: int
    duty_u16: int
    lasted_us: int


class Pins:
    """Levels of the inputs are set by the twin; outputs are recorded."""

    def __init__(self, hub: Hub, battery_uv: int = 1_950_000) -> None:
        self._hub = hub
        self.battery_uv = battery_uv  # behind the divider of two
        self._levels = {BUTTON: 1, CHARGING: 1, IMU_INT1: 0}
        self._triggers: dict[int, int] = {}
        self._pulse: tuple[int, int, int] | None = None
        self.pulses: list[Pulse] = []
        hub.register(0x20, self._set)
        hub.register(0x21, self._get)
        hub.register(0x22, self._pwm)
        hub.register(0x23, self._adc)
        hub.register(0x24, self._irq)

    def reset(self) -> None:
        """The chip restarts: nobody listens, the motor stops."""
        self._triggers.clear()
        self._end_pulse()

    def drive(self, pin: int, level: int) -> None:
        """Something outside sets an input; an edge that the firmware listens to becomes an event."""
        before, self._levels[pin] = self._levels.get(pin, 0), level
        edge = _RISING if level else _FALLING
        if before != level and self._triggers.get(pin, 0) & edge:
            self._hub.post(EVENT_PIN, bytes((pin,)))

    def press(self, duration_us: int) -> None:
        """The button is pressed now, for so long."""
        self.drive(BUTTON, 0)
        self._hub.at(self._hub.clock.now_us() + duration_us, lambda: self.drive(BUTTON, 1))

    def _set(self, payload: bytes) -> bytes:
        self._levels[payload[0]] = payload[1]
        return b""

    def _get(self, payload: bytes) -> bytes:
        return bytes((self._levels.get(payload[0], 0),))

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
