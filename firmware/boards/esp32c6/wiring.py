"""A XIAO ESP32-C6 with an IMU: its pins, and what its chip does in its own way. hardware/ shows how it is wired."""

import esp32
from machine import Pin
from micropython import const

NAME = "esp32c6"
BATTERY_DIVIDER_X1000 = 2000  # two equal resistors, to be soldered: the module has none

SDA = const(22)
SCL = const(23)
IMU_INT1 = const(2)  # for the sensor's interrupt, which nothing reads yet
HAPTIC = const(18)
BUTTON = const(1)  # to ground, pulled up; of GPIO 0 to 7, which can wake the chip
BATTERY = const(0)  # ADC1, the only one
CHARGING = const(21)  # a transistor that USB power switches: docs/makers/hardware.md

_ANTENNA_SWITCH = const(3)  # low: the switch has power, and takes the antenna on the module

Pin(_ANTENNA_SWITCH, Pin.OUT, value=0)


def wake_by(button: Pin) -> None:
    """Let the button wake the chip from its next light sleep.

    Afterwards the button's pad belongs to the low-power domain.
    """
    esp32.wake_on_ext1((button,), esp32.WAKEUP_ALL_LOW)


def set_baud(baud: int) -> None:
    """Do nothing: USB is in the chip, and runs at USB's rate whatever a host asks for."""
