"""A plan, and a clock put to an hour of its day."""

import datetime as dt

from poise.timebase.clock import SystemClock
from tests.support.plans import exercise, plan_text, table

TEXT = plan_text(
    table("reminders", diary="20:00", probe_pct=50),
    exercise(use="nod", times=["08:00", "12:00"]),
    quiet=("22:00", "06:00"),
)
DAY = dt.date(2026, 6, 1)


def at(hour: int, minute: int = 0, days: int = 0) -> int:
    moment = dt.datetime.combine(DAY, dt.time(hour, minute), dt.UTC) + dt.timedelta(days)
    return int(moment.timestamp() * 1000)


class Clock(SystemClock):
    def __init__(self) -> None:
        self.now = at(8)

    def utc_ms(self) -> int:
        return self.now

    def monotonic_s(self) -> float:
        return self.now / 1000
