"""Names of records and states for users. Neutral words: no posture is good or bad."""

from typing import Any

from ..wire.plan_mark import mark_of

UNKNOWN_PCT = 255  # battery level not known
MEASURES = {
    "head": "head tilt",
    "collar": "collar tilt",
    "unknown": "tilt",
}
STATES = {
    "off": "clip off",
    "uncalibrated": "waiting for its start position",
    "not_worn": "not worn",
    "moving": "moving",
    "neutral": "near neutral",
    "flexed": "bent forward",
}

# The wearer's activity, as far as the sensor can tell.
ACTIVITIES = {
    "unknown": "not known",
    "not_worn": "not worn",
    "still": "in one place",
    "walking": "walking",
    "vehicle": "in a vehicle",
    "lying": "lying down",
    "exercising": "exercising",
    "moving": "moving about",
    "charging": "charging",
}

# Result of a calibration -> (reason, next step).
REFUSALS = {
    "moving": ("it moved", "Hold still for five seconds, and try again."),
    "tilted": ("too far from upright", "Sit upright, look ahead, and try again."),
    "sensor_fault": ("the sensor failed", "See `poise status`; restart the clip."),
    "cancelled": ("it was cancelled", "Try again."),
    "no_nods": ("no two nods came", "After the three short buzzes nod forward twice, slowly."),
    "uneven_nods": ("the nods went different ways", "Nod straight forward twice, and try again."),
}


def measure(site: str) -> str:
    """Return the name of the angle at this site. A single clip does not measure neck flexion."""
    return MEASURES.get(site, "tilt")


def _degrees(fields: dict[str, Any], key: str) -> str:
    return f"{fields[key] / 100:.0f}°"


def _minutes(value_ms: int) -> str:
    return f"{value_ms // 60_000} min {value_ms // 1000 % 60:02d} s"


def sentence(kind: str, fields: dict[str, Any]) -> str:
    """Return one record as a short sentence."""
    if kind == "posture":
        return f"{STATES[fields['state']]} (after {_minutes(fields['lasted_ms'])} {STATES[fields['previous']]})"
    if kind == "sustained":
        return f"held at {_degrees(fields, 'flexion_cdeg')} for {_minutes(fields['held_ms'])}"
    if kind == "nudge":
        return f"buzz: a good moment to move ({fields['left_hour']} left this hour, {fields['left_day']} today)"
    if kind == "nod":
        return f"nod of {_degrees(fields, 'peak_cdeg')}"
    if kind == "calibration":
        return _calibration(fields)
    if kind == "fit":
        return _fit(fields)
    if kind == "activity":
        before = f"{_minutes(fields['lasted_ms'])} {ACTIVITIES[fields['previous']]}"
        return f"{ACTIVITIES[fields['activity']]} (after {before})"
    if kind == "button":
        return f"button: {fields['press']} press"
    if kind == "mark":
        return "marked at the clip: a headache"
    if kind == "reminder":
        return f"reminder {fields['reminder_id']}: {_answer(fields)}"
    return _technical(kind, fields)


def _answer(fields: dict[str, Any]) -> str:
    if fields["answer"] != "none":
        return fields["answer"]
    return "not buzzed, the clip is not worn" if fields["pattern"] == "off" else "buzzed"


def _calibration(fields: dict[str, Any]) -> str:
    if fields["result"] == "accepted":
        return f"start position taken, quality {fields['quality_pct']} %"
    return f"start position not taken: {REFUSALS[fields['result']][0]}"


def _fit(fields: dict[str, Any]) -> str:
    if fields["fit"] == "shifted":
        shift = _degrees(fields, "shift_cdeg")
        return f"the clip has shifted by {shift}: sit upright, press its button, hold still"
    if fields["fit"] == "turned":
        return "the clip was turned: take the start position anew (long press, then two nods)"
    if fields["fit"] == "checking":
        return "how the clip sits is being checked: no buzzes until it is known"
    return "the clip sits as at its start position"


POWER = {
    "live": "at full rate",
    "saver": "saves its battery",
    "no_radio": "battery low: Bluetooth is off, USB works",
    "no_buzz": "battery very low: no buzzes",
    "log_only": "battery nearly empty: it only keeps the log",
}
_UPDATE = {
    "started": "an update has begun",
    "installed": "an update is installed and on trial",
    "kept": "the update runs well and is kept",
    "reverted": "the update did not run well: the firmware before it is back",
    "refused": "an update was refused: its signature or a file is not right",
}
_MORE = {
    "quiet": lambda fields: f"{fields['minutes']} min {STATES[fields['state']]}",
    "block": lambda fields: f"a part of the log begins, plan {mark_of(fields['plan_version'])}",
    "accelerometer": lambda fields: (
        "the clip corrects its accelerometer by "
        + ", ".join(f"{fields[f'{axis}_offset_mg']:+d}" for axis in "xyz")
        + f" mg, learnt from {fields['poses']} poses at rest"
    ),
    "power": lambda fields: f"{POWER[fields['power']]} ({_battery(fields['battery_pct'])})",
    "bond": lambda fields: {
        "made": "a new host was paired",
        "refused": "a host was refused: nobody held the button",
        "forgotten": "a host was forgotten",
    }[fields["bond"]],
    "update": lambda fields: f"{_UPDATE[fields['result']]} (slot {fields['slot']})",
}


def _battery(pct: int) -> str:
    return "battery not known" if pct == UNKNOWN_PCT else f"{pct} %"


def _technical(kind: str, fields: dict[str, Any]) -> str:
    if kind == "boot":
        return f"clip started ({fields['cause'].replace('_', ' ')})"
    if kind == "fault":
        return f"fault: {fields['fault'].replace('_', ' ')} ({fields['detail']})"
    if kind == "gap":
        why = fields["reason"].replace("_", " ")
        return f"records {fields['first_seq']} to {fields['last_seq']} are gone: {why}"
    if kind == "crash":
        return "the firmware crashed and restarted"
    if kind == "setting":
        return f"setting {fields['key'].replace('_', ' ')} = {fields['value']}"
    if kind in _MORE:
        return _MORE[kind](fields)
    if kind == "minute":
        return f"minute: {STATES[fields['state']]}, median {fields['p50_deg']}°"
    return kind
