"""The message table: every request, reply, stream frame and log record, with fields and formats.

A field is `name:format[=enumeration]`; formats are `struct` codes of fixed size (little-endian,
unpadded), `Ns` for N bytes padded with zeros, or `*` for all the remaining bytes (last field only).
The unit of a field is the suffix of its name (`_ms`, `_cdeg`, ...); `UNITS` lists them.
Everything else derives from here: packing, parsing, `docs/SPEC.md`, the fuzz tests and the hash
that both ends compare when they connect. What the fields mean is told in `prose.py`, which only
the host needs.
"""

# Kinds of message: who sends it and what answers it.
REQUEST = 0  # host to clip; answered by exactly one reply with the same request id
REPLY = 1  # clip to host
STREAM = 2  # clip to host, unasked or following a request; not answered

MESSAGES = (
    # code, kind, name, fields
    (0x01, REQUEST, "hello", "wire_hash:8s host_name:20s"),
    (0x02, REQUEST, "status_get", ""),
    (0x03, REQUEST, "time_set", "utc_ms:Q uncertainty_ms:H"),
    (0x04, REQUEST, "log_read", "from_seq:I max_count:I follow:B"),
    (0x05, REQUEST, "log_ack", "next_seq:I count:I crc32:I"),
    (0x06, REQUEST, "log_stop", ""),
    (0x07, REQUEST, "setting_get", "key:B=setting"),
    (0x08, REQUEST, "setting_set", "key:B=setting value:i"),
    (0x09, REQUEST, "calibrate", "site:B=site"),
    (0x0A, REQUEST, "buzz", "pattern:B=pattern reminder_id:I"),
    (0x0B, REQUEST, "motion_stream", "rate_hz:B"),
    (0x0C, REQUEST, "repl", ""),
    (
        0x41,
        REPLY,
        "identity",
        "wire_hash:8s clip_id:8s firmware:12s boot:H t_ms:Q oldest_seq:I next_seq:I",
    ),
    (
        0x42,
        REPLY,
        "status",
        "state:B=state site:B=site battery_pct:B charging:B t_ms:Q utc_known:B oldest_seq:I next_seq:I acked_seq:I"
        " heap_free_bytes:I fifo_overruns:I faults:I bad_frames:I nudges_today:H flexion_cdeg:h",
    ),
    (0x43, REPLY, "ok", "t_ms:Q value:i"),
    (0x44, REPLY, "error", "code:B=error detail:i"),
    (0x81, STREAM, "log_data", "records:*"),
    (0x82, STREAM, "log_end", "next_seq:I count:I crc32:I following:B"),
    (
        0x83,
        STREAM,
        "motion",
        "sequence:H t_ms:Q flexion_cdeg:h lateral_cdeg:h inclination_cdeg:h rotation_cdeg:h state:B=state"
        " overruns:H",
    ),
)

# Log records. Each stands alone: header, body, CRC-32 over both.
RECORDS = (
    # code, name, body fields
    (0x01, "boot", "cause:B=reset firmware:12s wire_hash:8s"),
    (0x02, "clock", "utc_ms:Q uncertainty_ms:H"),
    (
        0x03,
        "calibration",
        "site:B=site result:B=calibration up_x_q14:h up_y_q14:h up_z_q14:h spread_cdeg:H shift_cdeg:H",
    ),
    (
        0x04,
        "minute",
        "state:B=state site:B=site extension_s:B under_10_s:B under_20_s:B under_30_s:B under_45_s:B over_45_s:B"
        " neutral_s:B flexed_s:B moving_s:B not_worn_s:B uncalibrated_s:B off_s:B p10_deg:b p50_deg:b p90_deg:b"
        " longest_bout_s:H movement_mg:H nudges:B",
    ),
    (0x05, "posture", "state:B=state previous:B=state site:B=site flexion_cdeg:h lasted_ms:I"),
    (0x06, "sustained", "site:B=site flexion_cdeg:h held_ms:I limit_ms:I"),
    (0x07, "nudge", "site:B=site flexion_cdeg:h held_ms:I left_hour:B left_day:B"),
    (0x08, "nod", "site:B=site peak_cdeg:h duration_ms:H"),
    (0x09, "button", "press:B=press"),
    (0x0A, "fault", "fault:B=fault detail:i"),
    (0x0B, "gap", "first_seq:I last_seq:I reason:B=gap"),
    (0x0C, "reminder", "reminder_id:I pattern:B=pattern answer:B=answer"),
    (0x0D, "setting", "key:B=setting value:i"),
    (0x0E, "crash", "text:*"),
)

# A record on flash and inside `log_data`: this header, the body, then its CRC-32.
RECORD_HEADER = "kind:B length:B seq:I boot:H t_ms:Q"

# Enumerations travel as one byte. Appending keeps old logs readable; renumbering does not.
ENUMS = {
    # What is true of the wearer now. A minute is always exactly one of these.
    "state": ("off", "uncalibrated", "not_worn", "moving", "neutral", "flexed"),
    "site": ("unknown", "head", "collar"),
    "reset": ("power_on", "reset", "watchdog", "brown_out", "wake", "unknown"),
    "calibration": ("accepted", "moving", "tilted", "sensor_fault", "cancelled"),
    "press": ("short", "long", "double"),
    "fault": (
        "imu_missing",
        "imu_self_test",
        "fifo_overrun",
        "imu_stuck",
        "flash_write",
        "settings_corrupt",
        "imu_noisy",
    ),
    "gap": ("oldest_dropped", "torn_record", "flash_full"),
    "pattern": ("off", "nudge", "reminder", "calibrated", "refused", "find_me"),
    "answer": ("none", "done", "snoozed", "skipped"),
    "setting": (
        "site",
        "nudge_enabled",
        "flexed_threshold_cdeg",
        "hysteresis_cdeg",
        "hold_limit_ms",
        "refractory_s",
        "nudges_per_hour",
        "nudges_per_day",
        "snooze_s",
        "buzz_strength_pct",
        "plan_version",
        "nod_enabled",
    ),
    "error": (
        "unknown_message",
        "bad_field",
        "wrong_version",
        "not_in_log",
        "busy",
        "ack_mismatch",
        "not_on_this_link",
        "storage",
    ),
}

# Field suffix -> unit in words, for the SPEC.
UNITS = {
    "_ms": "milliseconds",
    "_s": "seconds",
    "_cdeg": "hundredths of a degree",
    "_deg": "degrees",
    "_q14": "Q14 fixed point (1.0 = 16384)",
    "_mg": "thousandths of standard gravity",
    "_pct": "percent",
    "_hz": "hertz",
    "_bytes": "bytes",
    "_seq": "sequence number",
}
