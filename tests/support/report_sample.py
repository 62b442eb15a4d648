"""A wearer's weeks as raw log records, for the report's tests: made up, but consistent with itself."""

import datetime as dt
import random
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from poise.store import Store
from poise.store.diary import DiaryRow
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


def with_everything_wrong() -> Log:
    """Four weeks in which each fault, gap, restart and refusal happened, at two more sites besides."""
    log = weeks("2026-10-28", 31, "head")
    at = utc_ms("2026-11-27T17:30")
    for fault in (
        "imu_missing",
        "imu_self_test",
        "fifo_overrun",
        "imu_stuck",
        "flash_write",
        "settings_corrupt",
        "imu_noisy",
    ):
        log.add("fault", at, fault=fault, detail=1)
    for cause in ("reset", "watchdog", "brown_out", "wake", "unknown"):
        log.add("boot", at, cause=cause, firmware="0.1.0-longer", wire_hash=bytes(8))
    for reason in ("oldest_dropped", "torn_record", "flash_full"):
        log.add("gap", at, first_seq=1_000_000, last_seq=1_234_567, reason=reason)
    for result in ("moving", "tilted", "sensor_fault", "cancelled"):
        log.add("calibration", at, site="head", result=result, up_x_q14=0, up_y_q14=0, up_z_q14=0,
                right_x_q14=0, right_y_q14=0, right_z_q14=0, spread_cdeg=1, shift_cdeg=1, quality_pct=0)  # fmt: skip
    log.add("crash", at, text=b"OSError")
    log.add("nod", at, site="head", peak_cdeg=1200, duration_ms=900)
    for place, site in enumerate(("collar", "unknown")):
        log.minute(at + place * 60_000, site, neutral_s=60, under_10_s=60)
    return log


def diary(store: Store, first: str, days: int, every: int = 3, logged: int = 1) -> None:
    """A headache of 4 to 6 on each `every`-th day, neck pain of 3 to 5, and medicine with most headaches.

    Of each seven days the first `logged` are not logged.
    """
    classes = ("simple", "triptan", "combination", "ergot", "opioid")
    begin = dt.date.fromisoformat(first)
    for place in range(days):
        if place % 7 < logged:
            continue
        day, aches = begin + dt.timedelta(days=place), place % every == 0
        taken = (classes[place // every % 5], "simple") if aches else ()
        store.diary.put(
            DiaryRow(
                day=day, headache=aches, headache_nrs=4 + place % 3 if aches else None,
                neck_nrs=3 + place % 3, medication=tuple(dict.fromkeys(taken)), note="",
                entered_utc_ms=utc_ms(f"{day}T20:00"), backfilled=False, via="terminal",
            )
        )  # fmt: skip


def everything(store: Store, plan: str) -> None:
    """A patient of whom there is something to say in each part of the report, and much in most. `plan`: its text.

    The last visit was on 28 October 2026, the last day is 27 November.
    """
    with_everything_wrong().store(store)
    reminders(store, "2026-10-28", 30)
    diary(store, "2026-09-01", 58, every=1)
    diary(store, "2026-10-29", 30, every=2)
    for number in range(3):
        when = utc_ms(f"2026-11-{5 + 8 * number:02d}T10:00")
        store.plans.put(plan + f"\n# {number}\n", "Therapist of the clinic", when)
    for day, kind, text in (
        ("2026-09-01", "visit", "first visit"),
        ("2026-10-28", "visit", "review"),
        (
            "2026-11-04",
            "injection",
            "greater occipital nerve, right, with 40 mg of triamcinolone, at the clinic",
        ),
        (
            "2026-11-09",
            "new_drug",
            "amitriptyline, 10 mg in the evening, by the general practitioner",
        ),
        ("2026-11-12", "ill", ""),
        ("2026-11-13", "ill", ""),
        ("2026-11-20", "other", "massage of the neck and shoulders for half an hour"),
        ("2026-11-21", "away", "without the clip"),
    ):
        store.treatments.add(dt.date.fromisoformat(day), kind, text, utc_ms(f"{day}T10:00"))
    for place, day in enumerate(("2026-09-01", "2026-10-28", "2026-11-26")):
        for measure, score in (("psfs", 3.7 + place), ("ndi", 19 - 4 * place), ("hit6", 64 - place),
                               ("halt", 40 - place), ("pgic", 3 - place)):  # fmt: skip
            store.outcomes.add(dt.date.fromisoformat(day), measure, score, {}, "Therapist", 1)
    stop = store.holds.raise_(
        "pain", "7 of 10 after the nod", "dashboard", utc_ms("2026-11-15T09:00")
    )
    store.holds.clear(stop, "Therapist", "seen", utc_ms("2026-11-17T09:00"))
    store.holds.raise_(
        "red_flag", "numbness of the left arm", "dashboard", utc_ms("2026-11-26T09:00")
    )
