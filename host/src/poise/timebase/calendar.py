"""This machine's time zone."""

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
