"""A wearer's weeks as raw log records, for the report's tests: made up, but consistent with itself."""

import datetime as dt
import random
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from poise.store import Store
from poise.wire import codec

CLIP = "24a160fffe0c11e5"
ZONE = ZoneInfo("Europe/Berlin")
_ZERO = {name: 0 for name, _, _ in codec.record_layout("minute").fields}


def utc_ms(text: str, zone: dt.tzinfo = ZONE) -> int:
    """UTC milliseconds of a local time such as 2026-11-02T08:00."""
    return round(dt.datetime.fromisoformat(text).replace(tzinfo=zone).timestamp() * 1000)


@dataclass
class Log:
    """Raw records of one boot that began at `boot_utc_ms`."""

    boot_utc_ms: int
    raw: bytes = b""
    seq: int = 1
    parts: list[bytes] = field(default_factory=list)

    def add(self, kind: str, at_utc_ms: int, **fields: Any) -> None:
        """One record."""
        self.parts.append(
            codec.pack_record(kind, self.seq, 1, at_utc_ms - self.boot_utc_ms, fields)
        )
        self.seq += 1

    def minute(self, end_utc_ms: int, site: str, **fields: int) -> None:
        """One minute; fields that are not named are 0."""
        self.add("minute", end_utc_ms, **{**_ZERO, "site": site, **fields})

    def clock(self, at_utc_ms: int, uncertainty_ms: int = 30) -> None:
        """The host gave the time."""
        self.add("clock", at_utc_ms, utc_ms=at_utc_ms, uncertainty_ms=uncertainty_ms)

    def store(self, store: Store) -> None:
        """Import everything."""
        store.records.import_raw(CLIP, b"".join(self.parts), "usb", self.boot_utc_ms)


def worn_minute(rng: random.Random, tired: float) -> dict[str, int]:
    """A minute at a desk: more time bent the more tired."""
    median = int(rng.gauss(7 + 14 * tired, 6))
    bounds = (0, 10, 20, 30, 45)
    names = ("extension_s", "under_10_s", "under_20_s", "under_30_s", "under_45_s", "over_45_s")
    spent = dict.fromkeys(names, 0)
    for _ in range(60):
        angle = rng.gauss(median, 6)
        spent[names[sum(angle >= bound for bound in bounds)]] += 1
    flexed = spent["under_30_s"] + spent["under_45_s"] + spent["over_45_s"]
    moving = rng.randrange(0, 61 - flexed) // 3
    return spent | {
        "flexed_s": flexed, "moving_s": moving, "neutral_s": 60 - flexed - moving, "p10_deg": median - 6,
        "p50_deg": median, "p90_deg": median + 8, "longest_bout_s": flexed * rng.randrange(1, 8),
    }  # fmt: skip


def weeks(first: str, days: int, site: str = "collar", seed: int = 1) -> Log:
    """Working days from 8:40 to about 17:00, with sustained tilts, buzzes, and what goes wrong now and then."""
    rng = random.Random(seed)
    start = utc_ms(first + "T07:00")
    log = Log(start)
    log.add("boot", start, cause="power_on", firmware="0.1.0", wire_hash=bytes(8))
    for place in range(days):
        day = dt.date.fromisoformat(first) + dt.timedelta(days=place)
        if day.weekday() >= 5 or place == 9:
            continue
        _working_day(log, rng, day, site)
        if place == 3:
            log.add("fault", utc_ms(f"{day}T16:00"), fault="fifo_overrun", detail=12)
    return log


def _working_day(log: Log, rng: random.Random, day: dt.date, site: str) -> None:
    begin = utc_ms(f"{day}T08:40")
    log.clock(begin)
    log.add("calibration", begin + 9_000, site=site, result="accepted", up_x_q14=0, up_y_q14=16384, up_z_q14=0,
            right_x_q14=16384, right_y_q14=0, right_z_q14=0,
            spread_cdeg=40, shift_cdeg=120, quality_pct=90)  # fmt: skip
    for minute in range(1, rng.randrange(380, 520)):
        end = begin + minute * 60_000
        if 200 < minute < 245:
            log.minute(end, site, not_worn_s=60, state=2)
            continue
        fields = worn_minute(rng, minute / 500)
        if fields["flexed_s"] > 45 and rng.random() < 0.12:
            log.add(
                "sustained",
                end - 10,
                site=site,
                flexion_cdeg=2800,
                held_ms=240_000,
                limit_ms=240_000,
            )
            if rng.random() < 0.6:
                log.add(
                    "nudge",
                    end - 5,
                    site=site,
                    flexion_cdeg=2800,
                    held_ms=240_000,
                    left_hour=2,
                    left_day=9,
                )
                fields["nudges"] = 1
        log.minute(end, site, **fields)


def reminders(store: Store, first: str, days: int, seed: int = 2) -> None:
    """Two prescribed times a day, answered as people do."""
    rng = random.Random(seed)
    for place in range(days):
        day = dt.date.fromisoformat(first) + dt.timedelta(days=place)
        for time in ("08:00", "19:30"):
            due = utc_ms(f"{day}T{time}")
            number = store.reminders.fired("nod+shoulder-blades", due, due + 60_000)
            answer = rng.choices(["done", "snoozed", "skipped", None], [6, 2, 1, 2])[0]
            if answer:
                store.reminders.answered(number, answer, due + 120_000, "desktop")
            if answer == "snoozed":
                again = store.reminders.fired("nod+shoulder-blades", due, due + 1_900_000)
                store.reminders.answered(again, "done", due + 1_950_000, "desktop")
