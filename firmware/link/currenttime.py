"""Conversion of the Current Time characteristic (0x2A2B) into a message. Loaded when a host writes it.

Source: Current Time Service 1.1; GATT Specification Supplement 3.60.
"""

from struct import unpack_from

from wire import codec
from wire.errors import WireError

TIME_UNCERTAINTY_MS = 1000  # the characteristic says nothing about transport delay


def time_message(data: bytes) -> "bytes | None":
    """Return a time_set message from the Current Time characteristic (UTC), or None if it is no valid time."""
    if len(data) < 9:
        return None
    year, month, day, hour, minute, second, _weekday, parts = unpack_from("<HBBBBBBB", data)
    if year < 1970 or not 1 <= month <= 12:
        return None
    days_in_month = _days(year + month // 12, month % 12 + 1, 1) - _days(year, month, 1)
    if not 1 <= day <= days_in_month:
        return None
    if hour > 23 or minute > 59 or second > 59:
        return None
    seconds = ((_days(year, month, day) * 24 + hour) * 60 + minute) * 60 + second
    utc_ms = seconds * 1000 + parts * 1000 // 256
    try:
        return codec.pack("time_set", 0, utc_ms=utc_ms, uncertainty_ms=TIME_UNCERTAINTY_MS, at_ms=0)
    except WireError:
        return None


def _days(year: int, month: int, day: int) -> int:
    """Return the days since 1970-01-01 in the Gregorian calendar. Years begin in March here, so February comes last.

    Written out because MicroPython's own epoch is 2000 on the ESP32 and 1970 on the twin.
    """
    if month < 3:
        year -= 1
        month += 12
    leap_days = year // 4 - year // 100 + year // 400
    return 365 * year + leap_days + (153 * (month - 3) + 2) // 5 + day - 719_469
