"""Defaults and ranges of the settings. Loaded at the start and when a setting is changed."""

from wire.table import names

# Name (wire ENUMS "setting", same order) -> default, least, greatest. Reasons: docs/therapists/plan.md.
TABLE = {
    "site": (2, 0, 2),  # wire ENUMS "site": the collar, where a day's breaks are reminded
    "nudge_enabled": (1, 0, 1),
    "flexed_threshold_cdeg": (2000, 500, 9000),
    "hysteresis_cdeg": (500, 100, 2000),
    "hold_limit_ms": (
        0,
        0,
        3_600_000,
    ),  # 0: by site, ISO 11226's holding time at the head, 4 min at the collar
    "refractory_s": (1200, 0, 86_400),
    "nudges_per_hour": (3, 0, 60),
    "nudges_per_day": (10, 0, 200),
    "snooze_s": (3600, 0, 86_400),
    "buzz_strength_pct": (60, 0, 100),
    "plan_version": (0, 0, 0x7FFFFFFF),
    "nod_enabled": (1, 0, 1),
    "saver_after_s": (180, 0, 86_400),  # without a host; 0: never
    "at_once_records": (0, 0, 0x7FFFFFFF),
}
NAMES = tuple(names("setting"))
