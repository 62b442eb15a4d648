"""Days and zones: this machine's zone, the day of a moment, the moment at which a day begins."""

import contextlib
import datetime as dt
import os
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dateutil.tz import tzlocal


def local_zone() -> dt.tzinfo:
    """This machine's time zone with its rules: the offset of today is not that of every day."""
    with contextlib.suppress(OSError, ValueError, ZoneInfoNotFoundError):
        name = os.environ.get("TZ", "").removeprefix(":")
        return ZoneInfo(name or os.path.realpath("/etc/localtime").partition("zoneinfo/")[2])
    return tzlocal()


def local_date(utc_ms: int, zone: dt.tzinfo) -> dt.date:
    """Day of this moment in `zone`."""
    return dt.datetime.fromtimestamp(utc_ms / 1000, zone).date()


def day_begins_utc_ms(day: dt.date, zone: dt.tzinfo) -> int:
    """UTC in milliseconds at which this day begins in `zone`."""
    return round(dt.datetime.combine(day, dt.time(), zone).timestamp() * 1000)
