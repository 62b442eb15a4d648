"""Names of records and states for users. Neutral words: no posture is good or bad."""

from typing import Any

from ..language import _, ngettext, wording
from ..wire import rows
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

# Causes of a start, faults, and reasons for a gap in the log.
CODES = {
    code: code.replace("_", " ") for name in ("reset", "fault", "gap") for code in rows.ENUMS[name]
}


def measure(site: str) -> str:
    """Return the name of the angle at this site. A single clip does not measure neck flexion."""
    return _(MEASURES.get(site, "tilt"))


def _degrees(fields: dict[str, Any], key: str) -> str:
    return f"{fields[key] / 100:.0f}°"


def _minutes(value_ms: int) -> str:
    return f"{value_ms // 60_000} min {value_ms // 1000 % 60:02d} s"


def sentence(kind: str, fields: dict[str, Any]) -> str:
    """Return one record as a short sentence."""
    if kind == "posture":
        return _("{now} (after {time} {before})").format(
            now=_(STATES[fields["state"]]),
            time=_minutes(fields["lasted_ms"]),
            before=_(STATES[fields["previous"]]),
        )
    if kind == "sustained":
        return _("held at {angle} for {time}").format(
            angle=_degrees(fields, "flexion_cdeg"), time=_minutes(fields["held_ms"])
        )
    if kind == "nudge":
        return _("buzz: a good moment to move ({hour} left this hour, {day} today)").format(
            hour=fields["left_hour"], day=fields["left_day"]
        )
    if kind == "nod":
        return _("nod of {angle}").format(angle=_degrees(fields, "peak_cdeg"))
    if kind == "calibration":
        return _calibration(fields)
    if kind == "fit":
        return _fit(fields)
    if kind == "activity":
        return _("{now} (after {time} {before})").format(
            now=_(ACTIVITIES[fields["activity"]]),
            time=_minutes(fields["lasted_ms"]),
            before=_(ACTIVITIES[fields["previous"]]),
        )
    if kind == "button":
        return _(PRESSES[fields["press"]])
    if kind == "mark":
        return _("marked at the clip: a headache")
    if kind == "reminder":
        return _("reminder {number}: {answer}").format(
            number=fields["reminder_id"], answer=_answer(fields)
        )
    return _technical(kind, fields)


def _answer(fields: dict[str, Any]) -> str:
    if fields["answer"] != "none":
        return _(ANSWERS[fields["answer"]])
    return _("not buzzed, the clip is not worn") if fields["pattern"] == "off" else _("buzzed")


def _calibration(fields: dict[str, Any]) -> str:
    if fields["result"] == "accepted":
        return _("start position taken, quality {share} %").format(share=fields["quality_pct"])
    return _("start position not taken: {why}").format(why=_(REFUSALS[fields["result"]][0]))


def _fit(fields: dict[str, Any]) -> str:
    if fields["fit"] == "shifted":
        shift = _degrees(fields, "shift_cdeg")
        return _(
            "the clip has shifted by {angle}: sit upright, press its button, hold still"
        ).format(angle=shift)
    if fields["fit"] == "turned":
        return _("the clip was turned: take the start position anew (long press, then two nods)")
    if fields["fit"] == "checking":
        return _("how the clip sits is being checked: no buzzes until it is known")
    return _("the clip sits as at its start position")


POWER = {
    "live": "at full rate",
    "saver": "saves its battery",
    "no_radio": "battery low: Bluetooth is off, USB works",
    "no_buzz": "battery very low: no buzzes",
    "log_only": "battery nearly empty: it only keeps the log",
}
UPDATES = {
    "started": "an update has begun",
    "installed": "an update is installed and on trial",
    "kept": "the update runs well and is kept",
    "reverted": "the update did not run well: the firmware before it is back",
    "refused": "an update was refused: its signature or a file is not right",
    "rekeyed": "an update has replaced the keys that this clip trusts",
}
_OF_NO_SLOT = ("rekeyed",)
BONDS = {
    "made": "a new host was paired",
    "refused": "a host was refused: nobody held the button",
    "forgotten": "a host was forgotten",
}
PRESSES = {press: f"button: {press} press" for press in rows.ENUMS["press"]}
ANSWERS = {answer: answer for answer in rows.ENUMS["answer"]}
_MORE = {
    "quiet": lambda fields: f"{fields['minutes']} min {_(STATES[fields['state']])}",
    "block": lambda fields: _("a part of the log begins, plan {mark}").format(
        mark=mark_of(fields["plan_version"])
    ),
    "accelerometer": lambda fields: ngettext(
        "the clip corrects its accelerometer by {offsets} mg, learnt from {count} pose at rest",
        "the clip corrects its accelerometer by {offsets} mg, learnt from {count} poses at rest",
        fields["poses"],
    ).format(
        offsets=", ".join(f"{fields[f'{axis}_offset_mg']:+d}" for axis in "xyz"),
        count=fields["poses"],
    ),
    "power": lambda fields: f"{_(POWER[fields['power']])} ({_battery(fields['battery_pct'])})",
    "bond": lambda fields: _(BONDS[fields["bond"]]),
    "update": lambda fields: _update(fields["result"], fields["slot"]),
}


def _update(result: str, slot: str) -> str:
    what = _(UPDATES[result])
    return what if result in _OF_NO_SLOT else _("{what} (slot {slot})").format(what=what, slot=slot)


def _battery(pct: int) -> str:
    return _("battery not known") if pct == UNKNOWN_PCT else f"{pct} %"


def _technical(kind: str, fields: dict[str, Any]) -> str:
    if kind == "boot":
        return _("clip started ({cause})").format(cause=_(CODES[fields["cause"]]))
    if kind == "fault":
        return _("fault: {fault} ({detail})").format(
            fault=_(CODES[fields["fault"]]), detail=fields["detail"]
        )
    if kind == "gap":
        return _("records {first} to {last} are gone: {why}").format(
            first=fields["first_seq"], last=fields["last_seq"], why=_(CODES[fields["reason"]])
        )
    if kind == "crash":
        return _("the firmware crashed and restarted")
    if kind == "setting":
        return _("setting {name} = {value}").format(
            name=fields["key"].replace("_", " "), value=fields["value"]
        )
    if kind in _MORE:
        return _MORE[kind](fields)
    if kind == "minute":
        return _("minute: {state}, median {angle}°").format(
            state=_(STATES[fields["state"]]), angle=fields["p50_deg"]
        )
    return kind


wording.translate(__name__)
