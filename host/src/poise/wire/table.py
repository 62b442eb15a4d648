"""The message table: every request, reply, stream frame and log record, with fields and formats.

A field is `name:format[=enumeration]`; formats are `struct` codes of fixed size (little-endian,
unpadded), `Ns` for N bytes padded with zeros, or `*` for all the remaining bytes (last field only).
The unit of a field is the suffix of its name (`_ms`, `_cdeg`, ...); `prose.UNITS` lists them.
Everything else derives from here: packing, parsing, `docs/SPEC.md`, the fuzz tests and the hash
that both ends compare when they connect. It is text, searched when needed, because tuples and
strings of their own would cost the clip twice the heap; `rows.py` has it as tuples for the host.
`prose.py` says what the fields mean. Both are on the host only.
"""

# Code, name, kind, fields; a row begins with its code. A request (host to clip) is answered by exactly one reply with
# the same request id; a stream comes unasked or follows a request, and is not answered.
# `hello`, `update_begin`, `update_data`, `update_end`, `ok` and `error` never change, and `identity`, like each
# enumeration, only grows at its end: so hosts and clips of all versions know each other's, and can update.
MESSAGES = """
0x01 hello request wire_hash:8s host_name:20s
0x02 status_get request
0x03 time_set request utc_ms:Q uncertainty_ms:H at_ms:Q
0x04 log_read request from_seq:I max_count:I follow:B
0x05 log_ack request next_seq:I count:I crc32:I
0x06 log_stop request
0x07 setting_get request key:B=setting
0x08 setting_set request key:B=setting value:i
0x09 calibrate request site:B=site scope:B=scope
0x0A buzz request pattern:B=pattern reminder_id:I
0x0B motion_stream request rate_hz:B
0x0C repl request
0x0D bond_list request
0x0E bond_forget request peer:7s
0x0F update_begin request size:I
0x10 update_data request offset:I data:*
0x11 update_end request
0x12 goodbye request
0x13 timetable_set request total:H offset:H data:*
0x14 timetable_get request
0x15 owner_set request assignment:I patient:24s
0x16 letter_get request letter:B offset:I
0x17 letter_set request letter:B size:I crc32:I offset:I data:*
0x30 wipe request next_seq:I lost:I
0x38 baud_set request baud:I
0x41 identity reply wire_hash:8s clip_id:8s firmware:12s boot:H t_ms:Q oldest_seq:I next_seq:I
  assignment:I patient:24s board:12s
0x42 status reply state:B=state site:B=site battery_pct:B charging:B t_ms:Q utc_known:B
  oldest_seq:I next_seq:I acked_seq:I heap_free_bytes:I fifo_overruns:I faults:I bad_frames:I
  nudges_today:H flexion_cdeg:h activity:B=activity fit:B=fit quality_pct:B imu:B=imu
  safe_mode:B power:B=power bonds:B slot:B=slot heap_used_bytes:I system_free_bytes:I
  system_block_bytes:I window_every_ms:I away_every_ms:I away_after_ms:I
0x43 ok reply t_ms:Q value:i
0x44 error reply code:B=error detail:i
0x45 bonds reply peers:*
0x46 letter reply size:I crc32:I data:*
0x81 log_data stream records:*
0x82 log_end stream next_seq:I count:I crc32:I following:B
0x83 motion stream sequence:H t_ms:Q flexion_cdeg:h lateral_cdeg:h inclination_cdeg:h
  rotation_cdeg:h state:B=state overruns:H
"""

# Log records: code, name, body fields. Each stands alone: header, body, CRC-32 over both.
RECORDS = """
0x01 boot cause:B=reset firmware:12s wire_hash:8s
0x02 clock utc_ms:Q uncertainty_ms:H
0x03 calibration site:B=site result:B=calibration up_x_q14:h up_y_q14:h up_z_q14:h right_x_q14:h
  right_y_q14:h right_z_q14:h spread_cdeg:H shift_cdeg:H quality_pct:B
0x04 minute state:B=state site:B=site extension_s:B under_10_s:B under_20_s:B under_30_s:B
  under_45_s:B over_45_s:B neutral_s:B flexed_s:B moving_s:B not_worn_s:B uncalibrated_s:B
  off_s:B p10_deg:b p50_deg:b p90_deg:b longest_bout_s:H movement_mg:H nudges:B
0x05 posture state:B=state previous:B=state site:B=site flexion_cdeg:h lasted_ms:I
0x06 sustained site:B=site flexion_cdeg:h held_ms:I limit_ms:I
0x07 nudge site:B=site flexion_cdeg:h held_ms:I left_hour:B left_day:B
0x08 nod site:B=site peak_cdeg:h duration_ms:H
0x09 button press:B=press
0x0A fault fault:B=fault detail:i
0x0B gap first_seq:I last_seq:I reason:B=gap
0x0C reminder reminder_id:I pattern:B=pattern answer:B=answer
0x0D setting key:B=setting value:i
0x0E crash text:*
0x0F fit site:B=site fit:B=fit shift_cdeg:H
0x10 activity activity:B=activity previous:B=activity lasted_ms:I
0x11 block pair_boot:H pair_t_ms:Q utc_ms:Q uncertainty_ms:H plan_version:I
0x12 quiet state:B=state site:B=site minutes:B
0x13 power power:B=power battery_pct:B
0x14 bond bond:B=bond peer:7s
0x15 update result:B=update slot:B=slot
0x16 mark mark:B=mark
0x17 accelerometer x_offset_mg:h y_offset_mg:h z_offset_mg:h x_scale_permille:h y_scale_permille:h z_scale_permille:h
  poses:B
"""

# A record on flash and inside `log_data`: this header, the body, then its CRC-32.
RECORD_HEADER = "kind:B length:B seq:I boot:H t_ms:Q"

# Enumerations travel as one byte. Appending keeps old logs readable; renumbering does not.
ENUMS = {
    # What is true of the wearer now. A minute is always exactly one of these.
    "state": "off uncalibrated not_worn moving neutral flexed",
    "site": "unknown head collar",
    "reset": "power_on reset watchdog brown_out wake unknown panic",
    "calibration": "accepted moving tilted sensor_fault cancelled no_nods uneven_nods",
    "scope": "full upright",
    # Whether the clip sits as it was calibrated: checked at each donning.
    "fit": "unknown checking fits shifted turned",
    "activity": "unknown not_worn still walking vehicle lying exercising moving charging",
    "imu": "none lsm6dsox icm42688 mpu6050 bmi270",
    "press": "short long double pair",
    "fault": "imu_missing imu_self_test fifo_overrun imu_stuck flash_write settings_corrupt "
    "imu_noisy safe_mode battery_low radio_failed battery_unread bus_failed motor_failed log_failed "
    "button_failed imu_no_gravity imu_biased",
    "gap": "oldest_dropped torn_record flash_full",
    "pattern": "off nudge reminder calibrated refused find_me nod_now refused_moving refused_tilted "
    "refused_nods refused_sensor check_fit pairing paired "
    "pace_out pace_back hold_done set_done session_done easy session",
    "answer": "none done snoozed skipped shown again silent ended",
    "setting": "site nudge_enabled flexed_threshold_cdeg hysteresis_cdeg hold_limit_ms refractory_s "
    "nudges_per_hour nudges_per_day snooze_s buzz_strength_pct plan_version nod_enabled saver_after_s "
    "at_once_records",
    "error": "unknown_message bad_field wrong_version not_in_log busy ack_mismatch "
    "not_on_this_link storage not_paired bad_update",
    # How the clip spends its battery, from the most to the least.
    "power": "live saver no_radio no_buzz log_only",
    "bond": "made refused forgotten",
    "slot": "a b",
    "update": "started installed kept reverted refused rekeyed",
    "mark": "headache",
    # `detail` of the error `bad_update`.
    "update_refusal": "none format signature hash board older no_key order unfinished on_trial memory",
}


def names(enum: str) -> list[str]:
    """Names of an enumeration, in order of their numbers."""
    return ENUMS[enum].split()


def find(rows: str, key: int | str) -> list[str] | None:
    """The words of the row of MESSAGES or RECORDS with this code or name; None if there is none."""
    named = isinstance(key, str)
    at = rows.find(" %s " % key if named else "\n0x%02X " % key)
    if at < 0:
        return None
    start = rows.rfind("\n", 0, at + 1) + 1
    words = rows[start : rows.find("\n0x", start)].split()
    return None if named and words[1] != key else words
