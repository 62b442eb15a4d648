"""The charts as SVG: colours from the style sheet, text escaped, each with a sentence about its contents. Pure.

Each function returns markup for `parts.drawn`; the page puts the same numbers beside it as a table.
"""

import datetime as dt
import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ..insight.diary_weeks import DiaryWeek
from ..language import formats
from ..words import strings
from .parts import text

LEFT, BOTTOM = 50.0, 22.0
_DATE = 62.0  # width of a date
_DAYS = 7


@dataclass(frozen=True)
class Sheet:
    """Width of a drawing, and its right margin. With room at the right the scale stands at both ends."""

    across: float
    right: float


LONG, SHORT = Sheet(940.0, LEFT), Sheet(440.0, _DATE / 2)  # whole page, half page


def plot(sheet: Sheet, height: float, label: str, body: str) -> str:
    """Return the drawing around `body`; `label` is a sentence about its contents."""
    return (
        f'<svg viewBox="0 0 {sheet.across:.0f} {height:.0f}" role="img" aria-label="{text(label)}">'
        f"{body}</svg>"
    )


def columns_of(count: int, sheet: Sheet) -> tuple[np.ndarray, float]:
    """Return the left edges of `count` columns, and their width."""
    step = (sheet.across - LEFT - sheet.right) / max(count, 1)
    return LEFT + step * np.arange(count), min(step * 0.8, 26.0)


def title_above(words: str, y: float, sheet: Sheet) -> str:
    """Return what a scale counts, above it: at the newest day's end where the drawing may scroll."""
    at = f'x="{LEFT}"'
    if sheet is LONG:
        at = f'x="{sheet.across - sheet.right}" text-anchor="end"'
    return f'<text class="title" {at} y="{y:.0f}">{text(words)}</text>'


def dates_below(dates: Sequence[dt.date], y: float, sheet: Sheet) -> str:
    """Return dates below their columns, as many as there is room for; the newest has one."""
    places, width = columns_of(len(dates), sheet)
    every = max(1, math.ceil(len(dates) * _DATE / (sheet.across - LEFT - sheet.right)))
    shown = [(places[n] + width / 2, dates[n]) for n in range(len(dates) - 1, -1, -every)]
    return "".join(
        f'<text x="{x:.1f}" y="{y:.0f}" text-anchor="middle">{formats.short_date(day)}</text>'
        for x, day in reversed(shown)
    )


def scale_lines(
    top: float, bottom: float, marks: Sequence[tuple[float, str]], most: float, sheet: Sheet
) -> str:
    """Return horizontal lines with their values at the left, and at the right if there is room."""
    out = []
    end = sheet.across - sheet.right
    for value, words in marks:
        y = bottom - (bottom - top) * value / most
        out.append(f'<path class="axis" d="M{LEFT},{y:.1f} H{end}"/>')
        out.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{text(words)}</text>')
        if sheet.right >= LEFT:
            out.append(f'<text x="{end + 8}" y="{y + 4:.1f}">{text(words)}</text>')
    return "".join(out)


def rect(x: float, y: float, width: float, height: float, kind: str) -> str:
    """Return a rectangle; `kind` is its class in the style sheet."""
    return (
        f'<rect class="{kind}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"/>'
    )


def stacked_days(
    dates: Sequence[dt.date],
    shares: Sequence[Sequence[float] | None],
    hours: Sequence[float],
    label: str,
) -> str:
    """Return shares by class, one column a day, above the hours worn.

    `shares`: six that add up to 1, None for no data.
    """
    places, width = columns_of(len(dates), LONG)
    top, bottom, low, high = 26.0, 206.0, 246.0, 294.0
    most = max(8.0, *hours) if hours else 8.0
    out = [
        title_above(strings.TRENDS_SHARE_AXIS, 12, LONG),
        title_above(strings.TRENDS_HOURS_AXIS, low - 14, LONG),
    ]
    out.append(scale_lines(top, bottom, [(0, "0 %"), (50, "50 %"), (100, "100 %")], 100, LONG))
    out.append(scale_lines(low, high, [(0, "0 h"), (most, f"{most:.0f} h")], most, LONG))
    for place, share, worn in zip(places, shares, hours, strict=True):
        y = bottom
        for number, part in enumerate(share or (), 1):
            tall = (bottom - top) * part
            y -= tall
            out.append(rect(place, y, width, tall, f"f{number}"))
        tall = (high - low) * worn / most
        out.append(rect(place, high - tall, width, tall, "fn"))
    out.append(dates_below(dates, high + 18, LONG))
    return plot(LONG, high + BOTTOM + 4, label, "".join(out))


def weeks(
    mondays: Sequence[dt.date], done: Sequence[Sequence[int]], prescribed: Sequence[int], label: str
) -> str:
    """Return times done by source, one column a week, in an outline of those prescribed.

    `done`: sensed, partly, reported.
    """
    places, width = columns_of(len(mondays), SHORT)
    top, bottom = 28.0, 188.0
    most = max([4, *prescribed])
    out = [
        title_above(strings.TRENDS_TIMES_AXIS, 12, SHORT),
        scale_lines(
            top, bottom, [(0, "0"), (most / 2, f"{most / 2:.0f}"), (most, f"{most}")], most, SHORT
        ),
    ]
    for place, parts, wanted in zip(places, done, prescribed, strict=True):
        tall = (bottom - top) * wanted / most
        out.append(rect(place, bottom - tall, width, tall, "fn"))
        y = bottom
        for kind, count in zip(("f5", "f3", "f2"), parts, strict=True):
            tall = (bottom - top) * count / most
            y -= tall
            out.append(rect(place, y, width, tall, kind))
    out.append(dates_below(mondays, bottom + 18, SHORT))
    return plot(SHORT, bottom + BOTTOM + 4, label, "".join(out))


def diary(
    dates: Sequence[dt.date],
    neck_nrs: np.ndarray,
    weeks: Sequence[DiaryWeek],
    marks: Sequence[tuple[dt.date, str]],
    label: str,
) -> str:
    """Return neck pain as a dot a day and a line of weekly medians, headache days by week, and treatments as marks.

    A column of headache days stands in an outline of the days that were told.
    """
    places, width = columns_of(len(dates), SHORT)
    middle = dict(zip(dates, (places + width / 2).tolist(), strict=True))
    top, bottom, low, high = 44.0, 154.0, 192.0, 240.0
    out = [
        title_above(strings.TRENDS_NECK_AXIS, 12, SHORT),
        title_above(strings.TRENDS_HEADACHE_AXIS, low - 14, SHORT),
    ]
    out.append(scale_lines(top, bottom, [(0, "0"), (5, "5"), (10, "10")], 10, SHORT))
    out.append(scale_lines(low, high, [(0, "0"), (_DAYS, f"{_DAYS}")], _DAYS, SHORT))
    out.extend(_marks(marks, middle, bottom))

    def at(nrs: float) -> float:
        return bottom - (bottom - top) * nrs / 10

    for day, value in zip(dates, neck_nrs, strict=True):
        if math.isfinite(value):
            out.append(f'<circle class="fd" cx="{middle[day]:.1f}" cy="{at(value):.1f}" r="2"/>')
    out.append(_medians(weeks, middle, at))
    day_across = (SHORT.across - LEFT - SHORT.right) / len(dates)
    for week in weeks:
        first, last = _ends(week, middle)
        across = 0.8 * (last - first + day_across)
        left = (first + last - across) / 2
        for count, kind in ((week.headache.logged, "fn"), (week.headache.days, "fw")):
            tall = (high - low) * count / _DAYS
            out.append(rect(left, high - tall, across, tall, kind))
    out.append(dates_below(dates, high + 18, SHORT))
    return plot(SHORT, high + BOTTOM + 4, label, "".join(out))


def _ends(week: DiaryWeek, middle: dict[dt.date, float]) -> tuple[float, float]:
    """Return the places of the week's first and last day among those shown."""
    days = (week.monday + dt.timedelta(n) for n in range(_DAYS))
    found = [middle[day] for day in days if day in middle]
    return found[0], found[-1]


def _medians(
    weeks: Sequence[DiaryWeek], middle: dict[dt.date, float], at: Callable[[float], float]
) -> str:
    """Return the line of the weeks' medians, with a gap where a week has none."""
    out = []
    for _, group in itertools.groupby(weeks, lambda week: week.neck_nrs.median is not None):
        known = [
            (sum(_ends(week, middle)) / 2, at(week.neck_nrs.median))
            for week in group
            if week.neck_nrs.median is not None
        ]
        points = " ".join(f"{x:.1f},{y:.1f}" for x, y in known)
        out.append(f'<polyline class="line" points="{points}"/>' if len(known) > 1 else "")
        out.extend(f'<circle class="fm" cx="{x:.1f}" cy="{y:.1f}" r="3.5"/>' for x, y in known)
    return "".join(out)


def _marks(
    marks: Sequence[tuple[dt.date, str]], middle: dict[dt.date, float], bottom: float
) -> Iterator[str]:
    for day, words in marks:
        if day not in middle:
            continue
        x = middle[day]
        yield f'<path class="axis" d="M{x:.1f},36 V{bottom}"/>'
        anchor = "end" if x > SHORT.across * 0.8 else "start"
        yield f'<text x="{x:.1f}" y="31" text-anchor="{anchor}">{text(words)}</text>'
