"""The details of a report in words: tilt, days, gaps, scores, and how each number is made. Pure."""

import datetime as dt
import re

from ..coach.adherence import SOURCES
from ..coach.measures import MEASURES, Measure
from ..coach.plan.rules import NRS_ERROR
from ..insight.diary_period import LEAST_LOGGED, LEAST_RATED
from ..language import formats
from ..timebase.clock import possible
from ..words import classes as class_words
from ..words import report as words
from ..words import report_sources as source_words
from .blocks import Block, cell, listed, row, table
from .figures import duration, hours, part, plain, sentences, share
from .first_page import score
from .happened import happened
from .model import Report
from .rows import quality, reminders


def details(report: Report) -> list[list[Block]]:
    """Return the blocks after the first page, in rows of one or two."""
    site = words.SITES[report.site]
    worn = [[_classes(report), _states(report)]] if report.worn_min else []
    chart = [[_parts(report)]] if report.worn_min and len(report.parts) > 1 else []
    events = happened(report)
    beside = [
        row(event.day, cell(event.text), event.who) for event in events
    ]  # fmt: skip
    return [
        *worn,
        *chart,
        *([[_each_exercise(report)]] if report.each_exercise else []),
        [
            table(words.REMINDED, (), reminders(report.reminders)),
            table(words.QUALITY, (), quality(report)),
        ],
        *([[_all_scores(report)]] if report.score_rows else []),
        *([[table(words.HAPPENED_ALL, words.HAPPENED_HEADS, beside, prose=True)]] if beside else []),
        [_making()],
        [_errors()],
        [listed(words.LIMITS_HEAD, [*site[1:], *words.LIMITS])],
        [_source(report)],
    ]  # fmt: skip


# --- the clip's time


def _classes(report: Report) -> Block:
    found = report.exposure
    notes = [words.CLASSES_NOTE.format(time=duration(found.valid_min))]
    if report.in_doubt_min:
        notes.append(class_words.IN_DOUBT.format(time=duration(report.in_doubt_min)))
    for site, minutes in report.other_sites_min.items():
        notes.append(words.LEFT_OUT[site].format(duration(minutes)))
    shares = {key: found.share(key) for key in class_words.ANGLE_CLASSES}
    rows = [
        row(name, share(shares[key]), duration(found.class_min[key]))
        for key, name in class_words.ANGLE_CLASSES.items()
    ]
    bars = [shares[key] or 0.0 for key in shares]
    return table(words.CLASSES, words.CLASSES_HEADS, rows, [sentences(notes)], bars=bars)


def _states(report: Report) -> Block:
    rows = [
        row(name, duration(report.state_min[key]), share(part(report.state_min[key], report.period_min)))
        for key, name in words.STATES.items()
    ]  # fmt: skip
    note = words.STATES_NOTE.format(f"{report.period_min / 60:.0f}")
    return table(words.STATES_HEAD, words.STATES_HEADS, rows, [note])


def _parts(report: Report) -> Block:
    """Return the chart of hours worn by day, week or month. `said`: a bar in words."""
    most = max(one.worn_min for one in report.parts)
    unit = report.period.unit()
    bars = [
        {
            "name": _label(start, unit),
            "hours": hours(one.worn_min),
            "said": words.PARTS_BAR.format(
                bent=duration(one.flexed_min), worn=duration(one.worn_min)
            ),
            "bar": one.worn_min / most,
            "flexed_bar": one.flexed_min / most,
        }
        for start, one in zip(report.period.starts(), report.parts, strict=True)
    ]
    return {
        "kind": "chart",
        "title": words.PARTS[unit],
        "heads": [words.PARTS_HEADS[unit], words.PARTS_WORN, words.PARTS_BENT],
        "bars": bars,
        "alt": "; ".join(f"{bar['name']}: {bar['said']}" for bar in bars),
        # The samples of colours stand among the words.
        "note": re.split(r"(\{bent\}|\{rest\})", words.PARTS_NOTE),
    }


def _label(start: dt.date, unit: str) -> str:
    if unit == "day":
        return formats.day_of_month(start)
    return formats.short_date(start) if unit == "week" else formats.month(start)


def _each_exercise(report: Report) -> Block:
    """Return done of prescribed for each exercise. One that the plan in force lacks stands by its id."""
    rows = []
    for exercise_id, found in report.each_exercise.items():
        known = report.plan.exercise(exercise_id) if report.plan else None
        name = known.shown_name if known else exercise_id
        sources = [str(getattr(found, key)) for key in SOURCES]
        rows.append(row(name, str(found.prescribed), str(found.done), *sources))
    heads = (*words.EXERCISES_HEADS, *(words.SOURCES[key] for key in SOURCES))
    return table(words.EXERCISES_EACH, heads, rows)


# --- scores and sources


def _all_scores(report: Report) -> Block:
    rows = [
        row(formats.long_date(one.day), words.MEASURES[one.measure], score(one.score), one.who)
        for one in report.score_rows
    ]
    return table(words.SCORES_ALL, words.SCORES_ALL_HEADS, rows, prose=True)


def _making() -> Block:
    known = {"logged": LEAST_LOGGED, "rated": LEAST_RATED, "nrs_error": plain(NRS_ERROR)}
    rows = [row(name, text.format(**known)) for name, text in source_words.MAKING_ROWS]
    return table(source_words.MAKING, source_words.MAKING_HEADS, rows, prose=True)


def _errors() -> Block:
    rows = [row(words.MEASURES[key], *_error_cells(measure)) for key, measure in MEASURES.items()]
    return table(source_words.ERRORS, source_words.ERRORS_HEADS, rows, prose=True)


def _error_cells(measure: Measure) -> list[list[str]]:
    if measure.rates_change:
        return [cell(source_words.ERROR_NOT_COMPARED), cell("–")]
    pairs = (
        (measure.error, measure.error_source),
        (measure.meaningful, measure.meaningful_source),
    )
    return [
        cell(source_words.ERROR_NONE) if value is None else cell(plain(value), source)
        for value, source in pairs
    ]


def _source(report: Report) -> Block:
    found, plan, zone = report.source, report.plan, report.period.zone
    until = found.clip_until_utc_ms
    rows = [
        row(source_words.SOURCE_CLIP, found.clip_id or source_words.SOURCE_CLIP_NONE),
        row(source_words.SOURCE_FIRMWARE, found.firmware or "–"),
        row(
            source_words.SOURCE_PLAN,
            words.PLAN_VERSION.format(mark=plan.mark, version=plan.version) if plan else words.PLAN_NONE,
        ),
        row(source_words.SOURCE_SOFTWARE, f"Poise {found.software}"),
        row(source_words.SOURCE_CLIP_UNTIL, "–" if until is None else moment(until, zone)),
        row(
            source_words.SOURCE_DIARY_UNTIL,
            "–" if found.diary_until is None else formats.long_date(found.diary_until),
        ),
        row(source_words.SOURCE_PERIOD, str(report.period.days)),
        row(source_words.SOURCE_ZONE, zone_name(report)),
    ]  # fmt: skip
    return table(source_words.SOURCE, (), rows, prose=True)


def moment(utc_ms: int, zone: dt.tzinfo) -> str:
    """Return day and time in the report's zone."""
    if not possible(utc_ms):
        return words.MADE_UNKNOWN
    at = dt.datetime.fromtimestamp(utc_ms / 1000, zone)
    return f"{formats.long_date(at.date())}, {formats.time(at)}"


def zone_name(report: Report) -> str:
    """Return the name of the time zone in which the report's days are."""
    zone = report.period.zone
    at = dt.datetime.fromtimestamp(report.made_utc_ms / 1000, zone)
    return getattr(zone, "key", None) or f"{at:%Z (UTC%z)}"
