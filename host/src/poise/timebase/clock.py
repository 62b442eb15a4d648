"""Interface of a clock, for the computer's clock and the twin's virtual one."""

import asyncio
import time
from typing import Protocol

# A time before this is invalid: Poise did not exist, and a computer that has lost the time shows 1970 or 2000. The
# firmware refuses the same times (firmware/app/requests.py).
FIRST_UTC_MS = 1_704_067_200_000  # 2024-01-01
END_UTC_MS = 4_102_444_800_000  # 2100-01-01


def possible(utc_ms: int) -> bool:
    """Return whether `utc_ms` is a possible time: from FIRST_UTC_MS until before END_UTC_MS."""
    return FIRST_UTC_MS <= utc_ms < END_UTC_MS


class Clock(Protocol):
    """A clock. Every part of the host that needs time takes one as an argument."""

    def utc_ms(self) -> int:
        """Return the milliseconds since 1970-01-01 UTC."""
        ...

    def monotonic_s(self) -> float:
        """Return the seconds since a fixed moment. Nobody sets this clock; it may stop while the computer sleeps."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Return after this many seconds of this clock."""
        ...


class SystemClock:
    """The computer's own clock."""

    def utc_ms(self) -> int:
        """Return the milliseconds since 1970-01-01 UTC."""
        return time.time_ns() // 1_000_000

    def monotonic_s(self) -> float:
        """Return the seconds since a fixed moment."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Return after this many seconds."""
        await asyncio.sleep(seconds)
