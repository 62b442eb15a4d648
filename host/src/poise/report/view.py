"""A report in words: every label and formatted number, the same for PDF and HTML. Pure."""

import datetime as dt
import re
from dataclasses import asdict
from typing import Any

from .. import language
from ..language import _, formats, ngettext
from ..timebase.clock import possible
from ..words import classes as class_words
from ..words import report as words
from .model import Report
from .rows import exercises, quality, share


def view(report: Report) -> dict[str, Any]:
    """Return the contents of the page as JSON values: text as it is printed, bars as parts of 1."""
    site, measures, limit = words.SITES[report.site]
    period = report.period
    title = formats.span(period.first, period.last)
    return {
        "lang": language.current(),
        "kind": words.KIND,
        "document": words.DOCUMENT.format(title),
        "title": title,
        "people": _people(report),
        "site": site,
        "measures": measures,
        "zone": words.ZONE.format(_zone(report)),
        "figures": _figures(report),
        "classes_title": words.CLASSES,
        "classes_heads": words.CLASSES_HEADS,
        "classes": _classes(report),
        "classes_note": _classes_note(report),
        "states_title": words.STATES_HEAD,
        "states_heads": words.STATES_HEADS,
        "states": _states(report),
        "states_note": words.STATES_NOTE.format(f"{report.period_min / 60:.0f}"),
        "parts": _parts(report),
        "parts_title": words.PARTS[period.unit()],
        "parts_heads": (words.PARTS_WORN, words.PARTS_BENT),
        # The samples of colours stand among the words.
        "parts_note": re.split(r"(\{bent\}|\{rest\})", words.PARTS_NOTE),
        "exercises_title": words.EXERCISES,
        "exercises": exercises(report),
        "exercises_note": words.EXERCISES_NOTE,
        "quality_title": words.QUALITY,
        "quality": quality(report),
        "limits_title": words.LIMITS_HEAD,
        "limits": [limit, *words.LIMITS],
        "diagnosis": words.NOT_A_DIAGNOSIS,
        "made": _made(report),
    }


def numbers(report: Report) -> dict[str, Any]:
    """Return the report's numbers as JSON values, for scripts: always in English."""
    with language.speaking(language.ENGLISH):
        return _numbers(report)


def _numbers(report: Report) -> dict[str, Any]:
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
        "measures": words.SITES[report.site][1],
        "note": words.NOT_A_DIAGNOSIS,
    }


def duration(minutes: float) -> str:
    """Return minutes as text in hours and minutes, such as "1 h 05 min"."""
    whole = round(minutes)
    if whole == 0:
        return "0 min" if minutes == 0 else _("under 1 min")
    hours, rest = divmod(whole, 60)
    if not hours:
        return f"{rest} min"
    return f"{hours} h {rest:02d} min"


def _people(report: Report) -> list[list[str]]:
    plan = report.plan
    if plan is None:
        return [[words.PLAN, words.PLAN_NONE]]
    return [
        [words.PATIENT, plan.patient],
        [words.THERAPIST, plan.therapist],
        [words.PLAN, words.PLAN_VERSION.format(mark=plan.mark, version=plan.version)],
    ]


def _zone(report: Report) -> str:
    zone = report.period.zone
    moment = dt.datetime.fromtimestamp(report.made_utc_ms / 1000, zone)
    return getattr(zone, "key", None) or f"{moment:%Z (UTC%z)}"


def _degrees(value: float | None) -> str:
    return "–" if value is None else f"{value:.0f}°".replace("-", "−")


def _figures(report: Report) -> list[dict[str, str]]:
    found, days = report.exposure, report.period.days
    spread = words.TILT_NOTE.format(low=_degrees(found.p10_deg), high=_degrees(found.p90_deg))
    bout = (
        duration(found.longest_bout_s / 60) if found.longest_bout_s >= 60 else f"{found.longest_bout_s} s"
    )  # fmt: skip
    return [
        {
            "name": words.WORN,
            "value": duration(report.worn_min),
            "note": ngettext(
                "on {worn} of {count} day, {share} of hours",
                "on {worn} of {count} days, {share} of hours",
                days,
            ).format(
                worn=report.days_worn,
                count=days,
                share=share(_part(report.worn_min, report.period_min)),
            ),
        },
        {
            "name": words.TILT,
            "value": _degrees(found.p50_deg),
            "note": spread if found.p50_deg is not None else words.TILT_NONE,
        },
        {"name": words.LONGEST, "value": bout, "note": words.LONGEST_NOTE},
        {
            "name": words.HELD,
            "value": ngettext("once", "{count} times", report.sustained).format(
                count=report.sustained
            ),
            "note": _buzzes(report.nudges),
        },
    ]


def _buzzes(count: int) -> str:
    if not count:
        return _("no buzz")
    return ngettext("{count} buzz", "{count} buzzes", count).format(count=count)


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
        for key, name in class_words.ANGLE_CLASSES.items()
    ]


def _classes_note(report: Report) -> str:
    found = report.exposure
    notes = [words.CLASSES_NOTE.format(time=duration(found.valid_min))]
    if report.in_doubt_min:
        notes.append(class_words.IN_DOUBT.format(time=duration(report.in_doubt_min)))
    for site, minutes in report.other_sites_min.items():
        notes.append(words.LEFT_OUT[site].format(duration(minutes)))
    return " ".join(notes)


def _states(report: Report) -> list[dict[str, str]]:
    return [
        {
            "name": name,
            "value": duration(report.state_min[key]),
            "share": share(_part(report.state_min[key], report.period_min)),
        }
        for key, name in words.STATES.items()
    ]


def _parts(report: Report) -> list[dict[str, Any]]:
    most = max((part.worn_min for part in report.parts), default=0.0)
    unit = report.period.unit()
    return [
        {
            "name": _label(start, unit),
            "value": duration(part.worn_min),
            "hours": _hours(part.worn_min),
            "said": words.PARTS_BAR.format(
                bent=duration(part.flexed_min), worn=duration(part.worn_min)
            ),
            "bar": part.worn_min / most if most else 0.0,
            "flexed_bar": part.flexed_min / most if most else 0.0,
        }
        for start, part in zip(report.period.starts(), report.parts, strict=True)
    ]


def _label(start: dt.date, unit: str) -> str:
    if unit == "day":
        return formats.day_of_month(start)
    return formats.short_date(start) if unit == "week" else formats.month(start)


def _hours(minutes: float) -> str:
    if not minutes:
        return "–"
    return formats.number(minutes / 60, 1 if minutes < 6000 else 0)


def _made(report: Report) -> str:
    when = words.MADE_UNKNOWN
    if possible(report.made_utc_ms):
        moment = dt.datetime.fromtimestamp(report.made_utc_ms / 1000, report.period.zone)
        when = f"{formats.long_date(moment.date())}, {formats.time(moment)}"
    text = words.MADE_BY_FIRMWARE if report.firmware else words.MADE
    return text.format(when=when, clip=report.clip_id, firmware=report.firmware)
