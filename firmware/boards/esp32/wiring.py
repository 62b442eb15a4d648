"""The ESP32 board with an IMU, as wired in hardware/: its pins, and what its chip does in its own way."""

import esp32
from machine import UART, Pin
from micropython import const

NAME = "esp32"
BATTERY_DIVIDER_X1000 = 2000  # two equal resistors

SDA = const(26)
SCL = const(4)
IMU_INT1 = const(27)  # for the sensor's interrupt, which nothing reads yet
HAPTIC = const(25)
BUTTON = const(32)  # to ground, pulled up; can wake the chip
BATTERY = const(35)
CHARGING = const(33)  # a transistor that USB power switches: docs/makers/hardware.md


def wake_by(button: Pin) -> None:
    """Let the button wake the chip from its next light sleep.

    Afterwards the button's pad belongs to the RTC.
    """
    esp32.wake_on_ext0(button, esp32.WAKEUP_ALL_LOW)


def set_baud(baud: int) -> None:
    """Set the rate of USB's UART, in bits a second, once it has sent what it holds.

    The port lets UART 0 keep its driver, and so `stdio` stays as it is (ports/esp32/machine_uart.c).
    """
    UART(0, baudrate=baud)
