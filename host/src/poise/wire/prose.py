"""What the messages, records, fields and enumerations mean: the host-only half of the table.

`docs/SPEC.md` is made from this and from `table.py` (`python -m poise.wire.spec`); a test holds it current
and another refuses a row of the table without its prose. Not on the clip.
"""

MESSAGES = {
    "hello": "Opens a link: the host says which wire definition it speaks. Answered by `identity`, also when the "
    "hashes differ, so that the host can name both; every request but an update's is then refused with "
    "`wrong_version`. These never change between versions: `hello`, an update's three requests, `ok` and `error`.",
    "status_get": "Asks for `status`.",
    "time_set": "Says what the time was when the clip's clock stood at `at_ms`; a `clock` record of the moment of its"
    " arrival. Answered by `ok`, or `bad_field` for a moment that is to come or more than a minute past.",
    "log_read": "Asks for records from `from_seq` on; `max_count` 0 means all. The clip streams `log_data`, then "
    "`log_end`. With `follow` 1 every later record follows at once, until `log_stop`, the next `log_read` or the "
    "link's end. Answered by `ok` (value: records available).",
    "log_ack": "Confirms what the host has committed: all records sent on this link since the last acknowledgement, "
    "`count` of them, with the CRC-32 over their bytes, so that `next_seq` is the first one missing.",
    "log_stop": "Ends `log_read` and following. Answered by `ok`.",
    "setting_get": "Reads one setting. Answered by `ok` (value).",
    "setting_set": "Changes one setting, stored before it is answered; becomes a `setting` record.",
    "calibrate": "Takes the wearer's upright, a still pose, then, at scope `full`, the axis of two nods. "
    "Answered by `ok`; the outcome comes as a `calibration` record.",
    "buzz": "Buzzes a pattern; with a `reminder_id` other than 0 it becomes a `reminder` record and the button "
    "answers it. The patterns of an exercise session, `pace_out` and after, also keep the clip's own nudges back for "
    "the next 60 s: a host that is gone leaves nothing silenced.",
    "motion_stream": "Starts `motion` frames at this rate; 0 stops them.",
    "bond_list": "Answered by `bonds`.",
    "bond_forget": "Forgets one host, or all with a `peer` of zeros. Answered by `ok`: how many are left.",
    "update_begin": "A signed bundle of this size, or statements of other keys, will follow; the clip stops "
    "measuring until it restarts. Answered by `ok`: how many bytes of it are there.",
    "update_data": "The next bytes of the bundle. Answered by `ok`: how many are there now.",
    "update_end": "All was sent: the clip checks the last file, keeps the slot for the next start and restarts.",
    "goodbye": "This host has all it wants and ends the link now: the clip saves power at once. A host that "
    "stays on the link needs the clip, and keeps it live. Answered by `ok`.",
    "timetable_set": "The next bytes of a [timetable](#timetable), a file of `total` bytes, in parts that fit the "
    "link, the first at offset 0. Once it is whole it replaces the one before. Answered by `ok`: how many bytes are "
    "there now, and at the end the timetable's identity; or `bad_field` for bytes that do not fit: begin again.",
    "timetable_get": "Asks which timetable is in force. Answered by `ok`: its identity (the file's CRC-32 as int32), 0 "
    "without one.",
    "owner_set": "Tells the clip whose it is: its patient's pseudonym and the number of this hand-out; zeros for "
    "nobody. Stored before it is answered. The log and the settings stay.",
    "letter_get": "Asks for `letter`: what is there, and its bytes from `offset` on, as many as fit the link. A letter "
    "is a file of opaque bytes that the clip carries between a patient and a clinic: docs/developers/letters.md.",
    "letter_set": "The next bytes of a letter of `size` bytes, at most 24,000 to the clinic and 14,000 to the patient, "
    "in parts that fit the link, the first at offset 0. Once it is whole it replaces the one before; if the link ends "
    "earlier, that one stays. One letter is written at a time. Answered by `ok`: how many bytes are there now; or "
    "`bad_field` for bytes that do not fit, or at the end for another CRC-32: begin again.",
    "wipe": "Wipes the clip for its next wearer: log, bonds, start position, owner, timetable and settings. By USB, or "
    "within a minute after its wearer held the button. `next_seq` is the first record that the host does not have, and "
    "`lost` the number of records that may be lost: the clip refuses with `ack_mismatch`, their number as the detail, "
    "while it has more. Answered by `ok` once the wipe is promised on flash; the clip restarts and wipes itself before "
    "it reads anything. The log's numbers go on, and none repeats.",
    "baud_set": "Changes the rate of the serial line, in bits a second, after the reply, which still has the old one. "
    "Up to 921,600. The clip goes back to 115,200 by itself: at bytes that are no frame, and after 5 s without a frame "
    "in which it sends nothing either. Answered by `ok` (value: the rate); `not_on_this_link` where no serial line is.",
    "repl": "Leaves to the MicroPython prompt. USB only, for developers.",
    "identity": "Answers `hello`: who the clip is, what its log holds, whose it is by the last "
    "`owner_set` (zeros for nobody), and its board. It only ever grows at its end: a host takes what is missing in an "
    "older one as zeros.",
    "status": "Answers `status_get`.",
    "ok": "Done. `value` depends on the request, 0 where there is nothing to say.",
    "error": "Refused. `detail` depends on the code: of `bad_update` an [update_refusal](#enum-update_refusal), of "
    "`ack_mismatch` to a `wipe` the records that the host does not have, else the offending field's place, or 0.",
    "bonds": "The hosts that may connect: 7 bytes each, address type and address.",
    "letter": "Answers `letter_get`: size and CRC-32 as `letter_set` gave them, zeros without a letter. "
    "Behind the letter's end there is no data.",
    "log_data": "Whole records, back to back, as they stand on flash.",
    "log_end": "All that was asked for has been sent: how many records, the CRC-32 over their bytes, and the first "
    "sequence number not sent. `following` 1: later records will follow.",
    "motion": "The live angle. `overruns` counts IMU FIFO overruns since the boot, modulo 65536.",
}

RECORDS = {
    "boot": "The clip has started.",
    "clock": "The host gave the time: at this record's `t_ms` it was `utc_ms`.",
    "calibration": "A calibration has ended. `up` is gravity's opposite in the sensor frame, `right` the wearer's "
    "right; `shift` is the angle to the upright before.",
    "minute": "Exposure in the minute that ends at `t_ms`: seconds in each angle class (of the worn, calibrated "
    "seconds), seconds in each state (together 60), percentiles of flexion, longest time in one class of bout.",
    "posture": "The state changed; `lasted_ms` is how long the previous one was.",
    "sustained": "Flexion was held past its limit (ISO 11226 holding time, or the therapist's setting).",
    "nudge": "The clip buzzed for a sustained posture; what is left of the hour's and the day's budget.",
    "nod": "A nod: flexion beyond the entry angle and back.",
    "button": "The wearer pressed the button.",
    "fault": "Something is wrong with the clip; `detail` is a count or a register's value.",
    "gap": "Records `first_seq` to `last_seq` are gone, and why. Never silent.",
    "reminder": "A reminder was shown, by a host's buzz (answer `none`) or by the clip's timetable, or the wearer "
    "answered it at the clip.",
    "setting": "A setting changed.",
    "fit": "Whether the clip sits as it was calibrated, found at a donning or later.",
    "activity": "What the wearer does has changed; `lasted_ms` is how long the previous one lasted. Between still and "
    "moving in one place no record is written: `previous` then says still.",
    "block": "Each segment of the log begins with one, so that it can be read without the others: the last clock pair "
    "(`pair_boot` 0: none yet) and the plan.",
    "quiet": "So many minutes, the last of which ends at `t_ms`, were spent wholly in this state: in place of as many "
    "`minute` records.",
    "power": "The clip spends its battery in another way from now on.",
    "bond": "A host was paired, refused or forgotten.",
    "update": "What became of a firmware update, and the slot it is about.",
    "mark": "The wearer marked this moment: pressed the button twice while no reminder was open.",
    "accelerometer": "The clip corrects its accelerometer by these numbers from now on, learnt from poses at rest: it "
    "measures (1 + scale) times the true force, plus the offset. A calibration refers to the last such record.",
    "crash": "The firmware ended by an exception; the end of its traceback.",
}

FIELDS = {
    "wire_hash": "first 8 bytes of SHA-256 over the table",
    "host_name": "UTF-8, padded with zeros",
    "board": "folder of the board in firmware/boards, padded with zeros",
    "assignment": "number of the hand-out, drawn at random by who hands the clip out",
    "patient": "pseudonym, UTF-8, padded with zeros",
    "utc_ms": "since 1970-01-01 UTC",
    "uncertainty_ms": "how far off that may be",
    "from_seq": "first record wanted",
    "max_count": "at most so many records, 0: all",
    "follow": "1: keep sending what is written later",
    "following": "1: later records will follow",
    "next_seq": "first sequence number after the last record meant",
    "count": "records",
    "crc32": "CRC-32 (IEEE 802.3) over the bytes meant",
    "letter": "0: to the clinic, 1: to the patient",
    "lost": "records that may be lost",
    "key": "which setting",
    "value": "in the unit of the setting's name",
    "site": "where the clip is worn",
    "pattern": "how it buzzes",
    "reminder_id": "the host's number of the reminder, 0: none",
    "rate_hz": "frames a second, 0 to 52",
    "clip_id": "the same on every link and for life",
    "firmware": "version, UTF-8, padded with zeros",
    "boot": "number of the start",
    "t_ms": "since that start",
    "baud": "rate of the serial line in bits a second",
    "at_ms": "since the clip's start, as a reply's `t_ms`; 0: on arrival",
    "oldest_seq": "oldest record in the log",
    "acked_seq": "records before this one were confirmed by a host",
    "state": "state of the wearer",
    "previous": "state before",
    "battery_pct": "255: not known",
    "charging": "1: yes",
    "utc_known": "1: a host gave the time since the start",
    "heap_free_bytes": "MicroPython heap; on an ESP32 with the largest block that it could grow into",
    "heap_used_bytes": "MicroPython heap in use",
    "system_free_bytes": "free in ESP-IDF's heap, from which the radio takes its memory",
    "system_block_bytes": "the largest free block of it",
    "window_every_ms": "while the clip saves power, its radio is on for up to two seconds at each multiple of this on "
    "its clock (`t_ms`); 0: never",
    "away_every_ms": "the same, a multiple of the other, once the last host has been gone for `away_after_ms`",
    "away_after_ms": "after a host's last contact",
    "fifo_overruns": "IMU FIFO overruns since the start",
    "faults": "fault records since the start",
    "bad_frames": "frames and messages refused since the start",
    "nudges_today": "nudges in the last 24 h",
    "nudges": "nudges in this minute",
    "flexion_cdeg": "+ forward, from the wearer's upright",
    "lateral_cdeg": "lateral flexion, + to the right",
    "inclination_cdeg": "from the vertical, 0 to 18000",
    "rotation_cdeg": "short-term, re-zeroed at rest: drifts",
    "sequence": "of the stream, modulo 65536",
    "overruns": "IMU FIFO overruns",
    "records": "whole records",
    "mark": "what of",
    "code": "why",
    "detail": "more about it",
    "cause": "why it started",
    "result": "accepted, or why not",
    "up_x_q14": "sensor x",
    "up_y_q14": "sensor y",
    "up_z_q14": "sensor z",
    "right_x_q14": "sensor x",
    "right_y_q14": "sensor y",
    "right_z_q14": "sensor z",
    "safe_mode": "1: after three crashes in a row the clip speaks USB and Bluetooth and measures nothing; it tries "
    "again after 10 minutes",
    "quality_pct": "of the calibration, 0: none",
    "scope": "how much",
    "fit": "whether it sits as calibrated",
    "activity": "what the wearer does",
    "imu": "the sensor",
    "x_offset_mg": "sensor x",
    "y_offset_mg": "sensor y",
    "z_offset_mg": "sensor z",
    "x_scale_permille": "sensor x",
    "y_scale_permille": "sensor y",
    "z_scale_permille": "sensor z",
    "poses": "that it was learnt from",
    "spread_cdeg": "standard deviation during the pose",
    "shift_cdeg": "from the previous upright",
    "extension_s": "below 0°",
    "under_10_s": "0 to 10°",
    "under_20_s": "10 to 20°",
    "under_30_s": "20 to 30°",
    "under_45_s": "30 to 45°",
    "over_45_s": "45° and more",
    "neutral_s": "in this state",
    "flexed_s": "in this state",
    "moving_s": "in this state",
    "not_worn_s": "in this state",
    "uncalibrated_s": "in this state",
    "off_s": "in this state: the clip was not sampling",
    "p10_deg": "10th percentile of flexion",
    "p50_deg": "median flexion",
    "p90_deg": "90th percentile of flexion",
    "longest_bout_s": "longest uninterrupted flexed time, counted on over minutes",
    "movement_mg": "mean deviation of the specific force",
    "lasted_ms": "time in the previous state",
    "held_ms": "time flexed so far",
    "limit_ms": "the holding time that was passed",
    "left_hour": "nudges left this hour",
    "left_day": "nudges left this day",
    "peak_cdeg": "largest flexion from the start of the nod",
    "duration_ms": "from entry to return",
    "press": "how",
    "fault": "what",
    "first_seq": "first that is missing",
    "last_seq": "last that is missing",
    "reason": "why",
    "answer": "the wearer's",
    "text": "UTF-8",
    "pair_boot": "start in which the host gave the time",
    "pair_t_ms": "when in that start",
    "plan_version": "the setting of that name: the first 28 bits of the SHA-256 of the plan's text; 0: none",
    "minutes": "how many",
    "power": "how the battery is spent",
    "bonds": "hosts that are paired",
    "slot": "the firmware that runs, or is meant",
    "peers": "7 bytes each",
    "peer": "address type and address; zeros: all",
    "bond": "what became of it",
    "size": "bytes of the whole bundle or letter",
    "total": "bytes of the whole file",
    "offset": "bytes before these",
    "data": "the next bytes",
    "kind": "code of the record",
    "length": "bytes of the body",
    "seq": "never repeats over the clip's life",
}

ENUMS = {
    "state": "What is true of the wearer now; a minute is always exactly one of these.",
    "site": "Where the clip is worn: it decides what the angle means.",
    "reset": "Why the clip started.",
    "calibration": "Outcome of a calibration.",
    "scope": "What a calibration takes: the pose and the nods, or the pose alone.",
    "fit": "Whether the clip sits as it was calibrated.",
    "activity": "What the wearer does, as far as the IMU can tell.",
    "imu": "The sensor that was found.",
    "press": "Button press.",
    "fault": "What is wrong.",
    "gap": "Why records are missing.",
    "pattern": "Buzz pattern; the last seven belong to an exercise session, and `session` is not felt.",
    "answer": "What became of a reminder. `none`: a host showed it by a buzz, and there is no answer yet. `done`, "
    "`snoozed`, `skipped`: the wearer's answer. By the clip's timetable: `shown`, `again` (unanswered or snoozed "
    "before), `silent` (a probe, on purpose not shown). `ended`: the timetable is too old, and nothing more is shown.",
    "setting": "Settings of the clip. `at_once_records`: with bit n, a record with the code n opens a radio window at "
    "once for the hosts that listen for it, while the clip saves power.",
    "error": "Why a request was refused.",
    "power": "How the clip spends its battery.",
    "bond": "What became of a pairing.",
    "slot": "Where a firmware stands.",
    "update": "What became of an update.",
    "mark": "What the wearer marks with a double press.",
    "update_refusal": "Why an update is refused: `detail` of the error `bad_update`. After `order` it goes on, after "
    "any other it has ended.",
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
