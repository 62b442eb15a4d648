"""A report in words: every label and formatted number, the same for PDF and HTML. Pure."""

from dataclasses import asdict
from typing import Any

from .. import language
from ..language import formats
from ..words import report as words
from .details import details, moment, zone_name
from .first_page import figures, first_page
from .model import Report
from .papers import paper_here


def view(report: Report, paper: str | None = None) -> dict[str, Any]:
    """Return the contents of the pages as JSON values: text as it is printed, bars as parts of 1.

    `paper`: one of `papers.PAPERS`; None: that of the language's region.
    """
    site, measures, limit = words.SITES[report.site]
    period = report.period
    title = formats.span(period.first, period.last)
    tag = language.current()
    about = [words.SINCE_VISIT] if report.since_visit else []
    if report.worn_min:
        about += [f"{site}.", measures]
    return {
        "lang": tag,
        "paper": paper or paper_here(),
        "kind": words.KIND,
        "document": words.DOCUMENT.format(title),
        "title": title,
        "people": _people(report),
        "about": about,
        "zone": words.ZONE.format(zone_name(report)),
        "figures": figures(report),
        "first": first_page(report),
        "limits_title": words.LIMITS_HEAD,
        "limits": [*([limit] if report.worn_min else []), *words.LIMITS[1:]],
        "diagnosis": words.NOT_A_DIAGNOSIS,
        "made": _made(report),
        "details_title": words.DETAILS,
        "details": details(report),
    }


def numbers(report: Report) -> dict[str, Any]:
    """Return the report's numbers as JSON values, for scripts: always in English."""
    with language.speaking(language.ENGLISH):
        return _numbers(report)


def _numbers(report: Report) -> dict[str, Any]:
    found = asdict(
        report, dict_factory=lambda items: {k: v for k, v in items if k not in ("plan", "zone")}
    )
    del found["period"]
    period = report.period
    return {
        "from": period.first.isoformat(),
        "to": period.last.isoformat(),
        "days": period.days,
        "time_zone": zone_name(report),
        "plan": report.plan.mark if report.plan else None,
        "plan_version": report.plan.version if report.plan else None,
        "clip_id": report.source.clip_id,
        "firmware": report.source.firmware,
        **found,
        "measures": words.SITES[report.site][1],
        "note": words.NOT_A_DIAGNOSIS,
    }


def _made(report: Report) -> str:
    found = report.source
    until = found.clip_until_utc_ms
    return words.MADE.format(
        when=moment(report.made_utc_ms, report.period.zone),
        software=found.software,
        clip=found.clip_id or "–",
        firmware=found.firmware or "–",
        clip_until="–" if until is None else moment(until, report.period.zone),
        diary_until="–" if found.diary_until is None else formats.long_date(found.diary_until),
    )


def _people(report: Report) -> list[list[str]]:
    plan = report.plan
    patient = [[words.PATIENT, report.patient]] if report.patient else []
    if plan is None:
        return [*patient, [words.PLAN, words.PLAN_NONE]]
    return [
        [words.PATIENT, plan.patient],
        [words.THERAPIST, plan.therapist],
        [words.PLAN, words.PLAN_VERSION.format(mark=plan.mark, version=plan.version)],
    ]
