"""A XIAO ESP32-C3 with an IMU: its pins, and what its chip does in its own way. hardware/ shows how it is wired."""

import esp32
from machine import Pin
from micropython import const

NAME = "esp32c3"
BATTERY_DIVIDER_X1000 = 2000  # two equal resistors, to be soldered: the module has none

# GPIO 2, 8 and 9 choose how the chip starts, so none of them is used.
SDA = const(6)
SCL = const(7)
IMU_INT1 = const(5)  # for the sensor's interrupt, which nothing reads yet
HAPTIC = const(10)
BUTTON = const(4)  # to ground, pulled up; of GPIO 0 to 5, which can wake the chip
BATTERY = const(3)  # of ADC1: ADC2 of this chip is not to be trusted (Espressif's errata)
CHARGING = const(20)  # a transistor that USB power switches: docs/makers/hardware.md


def wake_by(button: Pin) -> None:
    """Let the button wake the chip from its next light sleep.

    Waking by the level makes the pin's interrupt one of level, and it would come again and again while the button is
    down: so there is none until `button_pin` is taken anew.
    """
    button.irq(None)
    esp32.wake_on_gpio((button,), esp32.WAKEUP_ALL_LOW)


def set_baud(baud: int) -> None:
    """Do nothing: USB is in the chip, and runs at USB's rate whatever a host asks for."""
