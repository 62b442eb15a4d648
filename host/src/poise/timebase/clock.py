"""Time as an argument: the machine's clock, or the twin's virtual one, behind one Protocol."""

import asyncio
import time
from typing import Protocol

# Poise did not exist before, and a machine that has lost the time says 1970 or 2000: such a time is none. The firmware
# refuses the same (firmware/app/clip.py).
FIRST_UTC_MS = 1_704_067_200_000  # 2024-01-01
END_UTC_MS = 4_102_444_800_000  # 2100-01-01


def possible(utc_ms: int) -> bool:
    """Whether that can be a time of Poise, and not that of a clock which has lost it."""
    return FIRST_UTC_MS <= utc_ms < END_UTC_MS


class Clock(Protocol):
    """What every part of the host that needs time is given."""

    def utc_ms(self) -> int:
        """Milliseconds since 1970-01-01 UTC."""
        ...

    def monotonic_s(self) -> float:
        """Seconds since some moment, never set; while the computer sleeps it may stand."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Return after this many seconds of this clock."""
        ...


class SystemClock:
    """The machine's own clock."""

    def utc_ms(self) -> int:
        """Milliseconds since 1970-01-01 UTC."""
        return time.time_ns() // 1_000_000

    def monotonic_s(self) -> float:
        """Seconds since some moment."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Return after this many seconds."""
        await asyncio.sleep(seconds)
