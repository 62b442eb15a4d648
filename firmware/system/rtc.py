"""The time that the board kept over a restart, and its uncertainty.

An ESP32's RTC counts on through every reset but power-on (ESP-IDF, "System Time"). While the chip runs, its crystal
keeps the time. Over a restart that the firmware requests, and in deep sleep, the RTC's oscillator keeps it; ESP-IDF's
shutdown handler `esp_sync_timekeeping_timers` sets it by the crystal just before. A watchdog or a panic skips that
handler: then the oscillator's time since the start before counts.

Loaded at the start, then unloaded.
"""

import struct

KEPT = "<QQH"  # kept by `board.keep_time`: UTC and the boot's milliseconds at the setting, and the uncertainty
CRYSTAL_PPM = 100
# The RTC's RC oscillator is measured against the crystal at each start and then changes with the temperature; ESP-IDF
# gives no bound, users measured half an hour in ten hours of deep sleep.
OSCILLATOR_PPM = 50_000
RESTART_MS = 3000  # the loader and the start of the firmware
READ_MS = 2  # the oscillator's step is 7 us; both readings are cut off to milliseconds
_MAX_MS = 65_535  # the largest uncertainty that a record can hold


def kept_time(kept: "tuple[int, bytes] | None", cause: str) -> "tuple[int, int] | None":
    """Return (UTC, uncertainty), both in milliseconds; None if the time is lost or too uncertain to record.

    `kept`: the result of `board.kept_time`, or None. `cause`: of this start (wire ENUMS "reset").
    """
    size = struct.calcsize(KEPT)
    if not kept or cause not in ("reset", "panic", "watchdog", "wake") or len(kept[1]) < size:
        return None
    utc_ms, rest = kept
    set_utc_ms, t_ms, unsure_ms = struct.unpack(KEPT, rest[:size])
    age_ms = utc_ms - set_utc_ms
    if age_ms < 0:
        return None
    if cause == "wake":
        by_oscillator_ms = age_ms
    elif cause == "reset":  # requested by the firmware
        by_oscillator_ms = RESTART_MS
    else:
        by_oscillator_ms = t_ms + age_ms
    unsure_ms += READ_MS + age_ms * CRYSTAL_PPM // 1_000_000
    unsure_ms += by_oscillator_ms * OSCILLATOR_PPM // 1_000_000
    return (utc_ms, unsure_ms) if unsure_ms <= _MAX_MS else None
