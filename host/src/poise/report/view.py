"""A report in words: every label and formatted number, the same for PDF and HTML. Pure."""

import datetime as dt
from dataclasses import asdict
from typing import Any

from ..timebase.clock import possible
from ..words.classes import ANGLE_CLASSES, IN_DOUBT
from .model import Report
from .rows import exercises, quality, share

NOT_A_DIAGNOSIS = (
    "This is a training log and reminder. It does not diagnose or treat headache, cannot tell whether a symptom is"
    " serious, and does not replace your clinician. Prototype: not a cleared or CE-marked medical device."
)
_SITES = {
    "collar": (
        "Clip on the collar",
        "It measures the tilt of the collar and upper back from the wearer's own start position. That is not neck"
        " flexion, and not the position of the head.",
        "Tilt of the collar follows the upper back: looking down with a still trunk hardly shows, and slumping shows"
        " without looking down.",
    ),
    "head": (
        "Clip on the head",
        "It measures the tilt of the head from the wearer's own start position, against gravity. That is neck flexion"
        " only while the trunk is still and upright.",
        "Tilt of the head contains that of the trunk: leaning forward as a whole looks like looking down.",
    ),
    "unknown": (
        "Wear site not set",
        "It measures the tilt of whatever the clip was on, from its own start position.",
        "Without a wear site nobody can tell which part of the body tilted.",
    ),
}
_LIMITS = (
    "Angles refer to the start position taken when the clip was put on. A clip that slips shifts all that follow.",
    "No tilt and no duration on this page marks a posture as good, bad, safe or harmful.",
    "Nothing here measures muscles, force, load, discs, damage or headache.",
    "Sensed: the clip followed the movement. Self-reported: the wearer’s word. Not worn does not mean not done.",
)
_STATES = {
    "neutral": "worn, near neutral",
    "flexed": "worn, bent forward",
    "moving": "worn, moving",
    "uncalibrated": "no start position taken yet",
    "not_worn": "not worn",
    "off": "clip off, or not recorded",
}


def view(report: Report) -> dict[str, Any]:
    """Return the contents of the page as JSON values: text as it is printed, bars as parts of 1."""
    site, measures, limit = _SITES[report.site]
    period = report.period
    return {
        "title": _dates(period.first, period.last),
        "people": _people(report),
        "site": site,
        "measures": measures,
        "zone": f"Times and days in {_zone(report)}.",
        "figures": _figures(report),
        "classes": _classes(report),
        "classes_note": _classes_note(report),
        "states": _states(report),
        "states_note": f"Shares of all {report.period_min / 60:.0f} h of the period.",
        "parts": _parts(report),
        "parts_title": {"day": "Day by day", "week": "Week by week", "month": "Month by month"}[
            period.unit()
        ],
        "exercises": exercises(report),
        "exercises_note": "Of what was prescribed and had come, by the plan in force then; with or without a reminder.",
        "quality": quality(report),
        "limits": [limit, *_LIMITS],
        "diagnosis": NOT_A_DIAGNOSIS,
        "made": _made(report),
    }


def numbers(report: Report) -> dict[str, Any]:
    """Return the report's numbers as JSON values, for scripts."""
    found = asdict(
        report, dict_factory=lambda items: {k: v for k, v in items if k not in ("plan", "period")}
    )
    period = report.period
    return {
        "from": period.first.isoformat(),
        "to": period.last.isoformat(),
        "time_zone": _zone(report),
        "plan": report.plan.mark if report.plan else None,
        "plan_version": report.plan.version if report.plan else None,
        **found,
        "measures": _SITES[report.site][1],
        "note": NOT_A_DIAGNOSIS,
    }


def duration(minutes: float) -> str:
    """Return minutes as text in hours and minutes, such as "1 h 05 min"."""
    whole = round(minutes)
    if whole == 0:
        return "0 min" if minutes == 0 else "under 1 min"
    hours, rest = divmod(whole, 60)
    if not hours:
        return f"{rest} min"
    return f"{hours} h {rest:02d} min"


def _dates(first: dt.date, last: dt.date) -> str:
    end = f"{last.day} {last:%B %Y}"
    if first == last:
        return end
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day} – {end}"
    begin = f"{first.day} {first:%B}" + ("" if first.year == last.year else f" {first.year}")
    return f"{begin} – {end}"


def _people(report: Report) -> list[list[str]]:
    if report.plan is None:
        return [["Plan", "none set"]]
    return [
        ["Patient", report.plan.patient],
        ["Therapist", report.plan.therapist],
        ["Plan", f"{report.plan.mark} (version {report.plan.version})"],
    ]


def _zone(report: Report) -> str:
    zone = report.period.zone
    moment = dt.datetime.fromtimestamp(report.made_utc_ms / 1000, zone)
    return getattr(zone, "key", None) or f"{moment:%Z (UTC%z)}"


def _degrees(value: float | None) -> str:
    return "–" if value is None else f"{value:.0f}°".replace("-", "−")


def _figures(report: Report) -> list[dict[str, str]]:
    found = report.exposure
    days = "1 day" if report.period.days == 1 else f"{report.period.days} days"
    spread = f"P10 {_degrees(found.p10_deg)}, P90 {_degrees(found.p90_deg)}"
    bout = (
        duration(found.longest_bout_s / 60) if found.longest_bout_s >= 60 else f"{found.longest_bout_s} s"
    )  # fmt: skip
    return [
        {
            "name": "Worn",
            "value": duration(report.worn_min),
            "note": f"on {report.days_worn} of {days}, {share(_part(report.worn_min, report.period_min))} of hours",
        },
        {
            "name": "Middle tilt (P50)",
            "value": _degrees(found.p50_deg),
            "note": spread if found.p50_deg is not None else "nothing measured",
        },
        {"name": "Longest time bent forward", "value": bout, "note": "without a break"},
        {
            "name": "Held past the set limit",
            "value": _times(report.sustained),
            "note": _buzzes(report.nudges),
        },
    ]


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _buzzes(count: int) -> str:
    return "no buzz" if not count else "1 buzz" if count == 1 else f"{count} buzzes"


def _part(value: float, whole: float) -> float | None:
    return value / whole if whole else None


def _classes(report: Report) -> list[dict[str, Any]]:
    found = report.exposure
    return [
        {
            "name": name,
            "value": duration(found.class_min[key]),
            "share": share(found.share(key)),
            "bar": found.share(key) or 0.0,
        }
        for key, name in ANGLE_CLASSES.items()
    ]


def _classes_note(report: Report) -> str:
    found = report.exposure
    note = (
        f"Of {duration(found.valid_min)} worn with a start position."
        " P10, P50, P90: of all that time, read off these shares."
    )
    if report.in_doubt_min:
        note += f" {IN_DOUBT.format(time=duration(report.in_doubt_min))}"
    for site, minutes in report.other_sites_min.items():
        note += f" Left out: {duration(minutes)} with the {_SITES[site][0].lower()}."
    return note


def _states(report: Report) -> list[dict[str, str]]:
    return [
        {
            "name": name,
            "value": duration(report.state_min[key]),
            "share": share(_part(report.state_min[key], report.period_min)),
        }
        for key, name in _STATES.items()
    ]


def _parts(report: Report) -> list[dict[str, Any]]:
    most = max((part.worn_min for part in report.parts), default=0.0)
    return [
        {
            "name": part.label,
            "value": duration(part.worn_min),
            "hours": _hours(part.worn_min),
            "flexed": duration(part.flexed_min),
            "bar": part.worn_min / most if most else 0.0,
            "flexed_bar": part.flexed_min / most if most else 0.0,
        }
        for part in report.parts
    ]


def _hours(minutes: float) -> str:
    if not minutes:
        return "–"
    return f"{minutes / 60:.1f}" if minutes < 6000 else f"{minutes / 60:.0f}"


def _made(report: Report) -> str:
    firmware = f", firmware {report.firmware}" if report.firmware else ""
    when = "at a time that this machine does not know"
    if possible(report.made_utc_ms):
        moment = dt.datetime.fromtimestamp(report.made_utc_ms / 1000, report.period.zone)
        when = f"{moment:%Y-%m-%d %H:%M}"
    return f"Made {when} by Poise. Clip {report.clip_id}{firmware}."
