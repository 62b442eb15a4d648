"""Days and time zones: this computer's zone, the day of a time, the time at which a day begins."""

import contextlib
import datetime as dt
import os
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dateutil.tz import tzlocal


def local_zone() -> dt.tzinfo:
    """Return this computer's time zone with its rules, since its offset from UTC changes over the year."""
    with contextlib.suppress(OSError, ValueError, ZoneInfoNotFoundError):
        name = os.environ.get("TZ", "").removeprefix(":")
        return ZoneInfo(name or os.path.realpath("/etc/localtime").partition("zoneinfo/")[2])
    return tzlocal()


def local_date(utc_ms: int, zone: dt.tzinfo) -> dt.date:
    """Return the day of this time in `zone`."""
    return dt.datetime.fromtimestamp(utc_ms / 1000, zone).date()


def day_begins_utc_ms(day: dt.date, zone: dt.tzinfo) -> int:
    """Return the UTC in milliseconds at which this day begins in `zone`."""
    return round(dt.datetime.combine(day, dt.time(), zone).timestamp() * 1000)
