"""The ESP32 board's keeping of the time, on a machine module that has only an RTC."""

import sys
import time


class Rtc:
    """As the ESP32 port's: one for all, a date and time, and bytes beside it."""

    now = None
    kept = b""

    def datetime(self, parts):
        Rtc.now = parts

    def memory(self, data=None):
        if data is not None:
            Rtc.kept = bytes(data)
        return Rtc.kept


class Machine:
    """What board.py takes from `machine`."""

    RTC = Rtc
    ADC = I2C = PWM = UART = Pin = WDT = None
    PWRON_RESET, HARD_RESET, WDT_RESET, DEEPSLEEP_RESET, SOFT_RESET = range(1, 6)

    cause = 2

    @staticmethod
    def reset_cause():
        return Machine.cause

    @staticmethod
    def reset():
        print("reset")


sys.modules["machine"] = Machine
sys.modules["esp32"] = Machine
import board
from system import rtc

print(board.kept_time())
for utc_ms in (1_709_210_096_512, 1_790_000_000_000, 2_145_916_799_999):
    board.keep_time(utc_ms, 1234, 50)
    parts = Rtc.now
    print(list(parts[:3]), list(parts[4:]), time.mktime(parts[:3] + parts[4:7] + (0, 0)) * 1000)
    print(rtc.struct.unpack(rtc.KEPT, Rtc.kept[1:]) == (utc_ms, 1234, 50))
board.keep_time(time.time_ns() // 1_000_000, 5000, 50)
utc_ms, rest = board.kept_time()
print(abs(utc_ms - time.time_ns() // 1_000_000) < 1000, len(rest))
print(board.reset_cause())  # nothing asked for it
board.reset()
print(Rtc.kept[:1], rtc.kept_time(board.kept_time(), "reset") is not None)
Rtc.kept = b"s" + Rtc.kept[1:]  # as main.py notes it in the next start
print(board.reset_cause())
