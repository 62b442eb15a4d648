"""The charts as SVG: colours from the style sheet, text escaped, each with a sentence about its contents. Pure.

Each function returns markup for `parts.drawn`; the page puts the same numbers beside it as a table.
"""

import datetime as dt
import math
from collections.abc import Sequence

import numpy as np

from ..words import strings
from .parts import text

LONG, SHORT = 940.0, 440.0  # widths: whole page, half page
LEFT, RIGHT, BOTTOM = 44.0, 12.0, 22.0
_DATE = 62.0  # width of a date


def _plot(width: float, height: float, label: str, body: str) -> str:
    return f'<svg viewBox="0 0 {width:.0f} {height:.0f}" role="img" aria-label="{text(label)}">{body}</svg>'


def _places(count: int, across: float) -> tuple[np.ndarray, float]:
    """Return the left edges of `count` columns, and their width."""
    step = (across - LEFT - RIGHT) / max(count, 1)
    return LEFT + step * np.arange(count), min(step * 0.8, 26.0)


def _dates(dates: Sequence[dt.date], y: float, across: float) -> str:
    """Return dates below their columns, as many as there is room for."""
    places, width = _places(len(dates), across)
    every = max(1, math.ceil(len(dates) * _DATE / across))
    last = across - _DATE / 2
    shown = [(places[n] + width / 2, dates[n]) for n in range(0, len(dates), every)]
    return "".join(
        f'<text x="{x:.1f}" y="{y:.0f}" text-anchor="middle">{strings.short_date(day)}</text>'
        for x, day in shown
        if x <= last
    )


def _scale(
    top: float, bottom: float, marks: Sequence[tuple[float, str]], most: float, across: float
) -> str:
    """Return horizontal lines with their values at the left."""
    out = []
    for value, words in marks:
        y = bottom - (bottom - top) * value / most
        out.append(f'<path class="axis" d="M{LEFT},{y:.1f} H{across - RIGHT}"/>')
        out.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{text(words)}</text>')
    return "".join(out)


def _rect(x: float, y: float, width: float, height: float, kind: str) -> str:
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
    places, width = _places(len(dates), LONG)
    top, bottom, low, high = 10.0, 190.0, 214.0, 262.0
    most = max(8.0, *hours) if hours else 8.0
    out = [_scale(top, bottom, [(0, "0 %"), (50, "50 %"), (100, "100 %")], 100, LONG)]
    out.append(_scale(low, high, [(0, "0 h"), (most, f"{most:.0f} h")], most, LONG))
    for place, share, worn in zip(places, shares, hours, strict=True):
        y = bottom
        for number, part in enumerate(share or (), 1):
            tall = (bottom - top) * part
            y -= tall
            out.append(_rect(place, y, width, tall, f"f{number}"))
        tall = (high - low) * worn / most
        out.append(_rect(place, high - tall, width, tall, "fn"))
    out.append(_dates(dates, high + 18, LONG))
    return _plot(LONG, high + BOTTOM + 4, label, "".join(out))


def weeks(
    mondays: Sequence[dt.date], done: Sequence[Sequence[int]], prescribed: Sequence[int], label: str
) -> str:
    """Return times done by source, one column a week, in an outline of those prescribed.

    `done`: sensed, partly, reported.
    """
    places, width = _places(len(mondays), SHORT)
    top, bottom = 10.0, 170.0
    most = max([4, *prescribed])
    out = [
        _scale(
            top, bottom, [(0, "0"), (most / 2, f"{most / 2:.0f}"), (most, f"{most}")], most, SHORT
        )
    ]
    for place, parts, wanted in zip(places, done, prescribed, strict=True):
        tall = (bottom - top) * wanted / most
        out.append(_rect(place, bottom - tall, width, tall, "fn"))
        y = bottom
        for kind, count in zip(("f5", "f3", "f2"), parts, strict=True):
            tall = (bottom - top) * count / most
            y -= tall
            out.append(_rect(place, y, width, tall, kind))
    out.append(_dates(mondays, bottom + 18, SHORT))
    return _plot(SHORT, bottom + BOTTOM + 4, label, "".join(out))


def diary(
    dates: Sequence[dt.date],
    headache: np.ndarray,
    neck_nrs: np.ndarray,
    marks: Sequence[tuple[dt.date, str]],
    label: str,
) -> str:
    """Return neck pain as a line with gaps at days without an answer, headache days as dots, treatments as marks."""
    places, width = _places(len(dates), SHORT)
    middle = places + width / 2
    top, bottom = 30.0, 150.0
    out = [_scale(top, bottom, [(0, "0"), (5, "5"), (10, "10")], 10, SHORT)]
    for run in _runs(np.isfinite(neck_nrs)):
        points = " ".join(
            f"{middle[n]:.1f},{bottom - (bottom - top) * neck_nrs[n] / 10:.1f}" for n in run
        )
        out.append(f'<polyline class="line" points="{points}"/>')
        if len(run) == 1:
            out.append(
                f'<circle class="f4" cx="{middle[run[0]]:.1f}" cy="{points.split(",")[1]}" r="2.5"/>'
            )
    for n, value in enumerate(headache):
        if value == 1:
            out.append(f'<circle class="fw" cx="{middle[n]:.1f}" cy="172" r="3.5"/>')
        elif value == 0:
            out.append(f'<circle class="fn" cx="{middle[n]:.1f}" cy="172" r="2"/>')
    index = {day: n for n, day in enumerate(dates)}
    for day, words in marks:
        if day in index:
            x = middle[index[day]]
            out.append(f'<path class="axis" d="M{x:.1f},22 V{bottom}"/>')
            anchor = "end" if x > SHORT * 0.8 else "start"
            out.append(f'<text x="{x:.1f}" y="16" text-anchor="{anchor}">{text(words)}</text>')
    out.append(_dates(dates, 198, SHORT))
    return _plot(SHORT, 204, label, "".join(out))


def _runs(told: np.ndarray) -> list[list[int]]:
    """Return the stretches of days in a row."""
    found: list[list[int]] = []
    for n in np.flatnonzero(told).tolist():
        if found and found[-1][-1] == n - 1:
            found[-1].append(n)
        else:
            found.append([n])
    return found
