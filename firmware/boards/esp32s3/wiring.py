"""A XIAO ESP32-S3 with an IMU: its pins, and what its chip does in its own way. hardware/ shows how it is wired."""

import esp32
from machine import Pin
from micropython import const

NAME = "esp32s3"
BATTERY_DIVIDER_X1000 = 2000  # two equal resistors, to be soldered: the module has none

SDA = const(5)
SCL = const(6)
IMU_INT1 = const(4)  # for the sensor's interrupt, which nothing reads yet
HAPTIC = const(9)
BUTTON = const(2)  # to ground, pulled up; of GPIO 0 to 21, which can wake the chip
BATTERY = const(1)  # of ADC1: ADC2 does not measure while the radio is on
CHARGING = const(7)  # a transistor that USB power switches: docs/makers/hardware.md


def wake_by(button: Pin) -> None:
    """Let the button wake the chip from its next light sleep.

    Afterwards the button's pad belongs to the RTC.
    """
    esp32.wake_on_ext0(button, esp32.WAKEUP_ALL_LOW)


def set_baud(baud: int) -> None:
    """Do nothing: USB is MicroPython's own port, which runs at USB's rate whatever a host asks for."""
