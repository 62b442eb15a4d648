"""The visit's time line as SVG: exposure, exercises, headache, medicine and events under one another. Pure.

Colours come from the style sheet, text is escaped. The page has the same numbers as a table beside it.
"""

import datetime as dt
from collections.abc import Iterator, Sequence

import numpy as np

from ...history.visit import DayRow
from ...insight.classes import CLASSES, flexed
from ...language import formats
from ...words import clinic as words
from ..charts import (
    LEFT,
    LONG,
    columns_of,
    dates_below,
    plot,
    rect,
    scale_lines,
    title_above,
)
from ..parts import text

_PAUSED = ("ill", "away")
_LABEL_ROWS, _LABEL_HIGH, _LETTER = 3, 16.0, 6.6  # px of a letter at the drawing's size of type
_TOP = 22.0  # of the events' labels
_NRS = 10
# Lane -> (top, bottom) of its columns.
_LANES = {
    "exposure": (104.0, 204.0),
    "worn": (232.0, 268.0),
    "exercises": (296.0, 336.0),
    "headache": (364.0, 414.0),
    "medicine": (442.0, 458.0),
}
_BOTTOM = 458.0


def drawing(rows: Sequence[DayRow], label: str) -> str:
    """Return the time line of these days, one column a day."""
    places, width = columns_of(len(rows), LONG)
    step = (LONG.across - LEFT - LONG.right) / max(len(rows), 1)
    out = [
        *_paused(rows, places, step),
        *_titles(rows),
        *(
            part
            for row, place in zip(rows, places.tolist(), strict=True)
            for part in _day(row, place, width, rows)
        ),
        *_events(rows, places + width / 2),
        dates_below([row.day for row in rows], _BOTTOM + 18, LONG),
    ]
    return plot(LONG, _BOTTOM + 26, label, "".join(out))


def _titles(rows: Sequence[DayRow]) -> Iterator[str]:
    for name, (top, bottom) in _LANES.items():
        yield title_above(words.LANES[name], top - 8, LONG)
        most = _most(name, rows)
        if name == "exposure":
            marks = [(0.0, "0 %"), (50.0, "50 %"), (100.0, "100 %")]
        elif name == "worn":
            marks = [(0.0, "0 h"), (most, f"{most:.0f} h")]
        elif name == "medicine":
            marks = [(0.0, "")]
        else:
            marks = [(0.0, "0"), (most, f"{most:.0f}")]
        yield scale_lines(top, bottom, marks, most, LONG)


def _most(name: str, rows: Sequence[DayRow]) -> float:
    """Return the value at a lane's top."""
    if name == "worn":
        return max([8.0, *(row.exposure.worn_min / 60 for row in rows if row.exposure)])
    if name == "exercises":
        return max([2.0, *(float(row.tally.prescribed) for row in rows if row.tally)])
    return {"exposure": 100.0, "headache": float(_NRS), "medicine": 1.0}[name]


def _day(row: DayRow, place: float, width: float, rows: Sequence[DayRow]) -> Iterator[str]:
    exposure, tally, entry = row.exposure, row.tally, row.entry
    if exposure is not None:
        if exposure.class_share is not None:
            parts = [exposure.class_share[name] for name in CLASSES]
            yield from _stacked(
                "exposure", place, width, [100 * part for part in parts], 100.0, _CLASSES
            )
        yield _column("worn", place, width, exposure.worn_min / 60, _most("worn", rows), "fn")
    if tally is not None and not tally.excused:
        most = _most("exercises", rows)
        yield _column("exercises", place, width, tally.prescribed, most, "fn")
        done = (tally.sensed, tally.partly, tally.self_reported)
        yield from _stacked("exercises", place, width, done, most, ("f5", "f3", "f2"))
    if entry is not None and entry.headache is not None:
        # A headache without a rating is drawn at half the height; the table says that it has none.
        nrs = _NRS / 2 if entry.headache_nrs is None else entry.headache_nrs
        tall, kind = (max(nrs, 1), "fw") if entry.headache else (0.6, "fn")
        yield _column("headache", place, width, tall, _NRS, kind)
    if entry is not None and entry.medication:
        yield _column("medicine", place, width, 1, 1, "fm")


_CLASSES = tuple(f"f{number}" for number in range(1, len(CLASSES) + 1))


def _column(
    lane: str, place: float, width: float, value: float, most: float, kind: str, above: float = 0.0
) -> str:
    top, bottom = _LANES[lane]
    tall = (bottom - top) * value / most
    low = bottom - (bottom - top) * above / most
    return rect(place, low - tall, width, tall, kind)


def _stacked(
    lane: str,
    place: float,
    width: float,
    values: Sequence[float],
    most: float,
    kinds: Sequence[str],
) -> Iterator[str]:
    above = 0.0
    for value, kind in zip(values, kinds, strict=True):
        if value:
            yield _column(lane, place, width, value, most, kind, above)
        above += value


def _paused(rows: Sequence[DayRow], places: np.ndarray, step: float) -> Iterator[str]:
    """Return a shade behind the days that count nowhere: ill, away or stopped."""
    top, bottom = _LANES["exposure"][0], _BOTTOM
    for row, place in zip(rows, places.tolist(), strict=True):
        if (row.tally is not None and row.tally.excused) or any(
            mark.kind in _PAUSED for mark in row.marks
        ):
            yield rect(place - step * 0.1, top, step, bottom - top, "paused")


def _events(rows: Sequence[DayRow], middles: np.ndarray) -> Iterator[str]:
    """Return a line for each day with events, and its words where there is room."""
    ends = [LEFT - 60.0] * _LABEL_ROWS  # where the last label of each row ends
    for row, x in zip(rows, middles.tolist(), strict=True):
        named = [words.MARKS[mark.kind] for mark in row.marks if mark.kind not in _PAUSED]
        if not named:
            continue
        label = f"{', '.join(dict.fromkeys(named))}, {formats.short_date(row.day)}"
        kind = "visit" if any(mark.kind == "visit" for mark in row.marks) else "event"
        yield f'<path class="{kind}" d="M{x:.1f},{_TOP + 52:.0f} V{_BOTTOM:.0f}"/>'
        yield f'<circle class="{kind}" cx="{x:.1f}" cy="{_TOP + 52:.0f}" r="4"/>'
        wide = _LETTER * len(label)
        left = min(max(x - wide / 2, 4.0), LONG.across - wide - 4.0)
        free = next((n for n, end in enumerate(ends) if end + 10 < left), None)
        if free is None:
            continue
        ends[free] = left + wide
        y = _TOP + (_LABEL_ROWS - 1 - free) * _LABEL_HIGH
        yield f'<text x="{left + wide / 2:.1f}" y="{y:.0f}" text-anchor="middle">{text(label)}</text>'


def table_lines(rows: Sequence[DayRow]) -> list[list[str]]:
    """Return the same numbers as lines of a table, the newest day first."""
    return [_line(row) for row in reversed(rows)]


def _line(row: DayRow) -> list[str]:
    exposure, tally, entry = row.exposure, row.tally, row.entry
    bent = words.DASH
    if exposure is not None and exposure.class_share is not None:
        bent = f"{100 * flexed(exposure.class_share):.0f} %"
    marks = [
        f"{words.MARKS[mark.kind]} {mark.text}".strip() for mark in row.marks if mark.kind != "stop"
    ]
    marks += [words.MARKS["stop"] for mark in row.marks if mark.kind == "stop"]
    return [
        formats.date(row.day),
        words.hours(exposure.worn_min / 60) if exposure else words.DASH,
        bent,
        f"{tally.done}/{tally.prescribed}" if tally and tally.prescribed else words.DASH,
        words.headache(entry),
        str(entry.neck_nrs) if entry and entry.neck_nrs is not None else words.DASH,
        words.classes(entry.medication) if entry else words.DASH,
        ", ".join(marks),
    ]


def nothing(rows: Sequence[DayRow]) -> bool:
    """Return True if no day has anything to draw."""
    return not any(row.exposure or row.tally or row.entry or row.marks for row in rows)


def widened(
    first: dt.date, last: dt.date, earliest: dt.date, factor: float
) -> tuple[dt.date, dt.date]:
    """Return a stretch that ends on the same day and is `factor` times as long, not before `earliest`."""
    span = max(7, round(((last - first).days + 1) * factor))
    return max(earliest, last - dt.timedelta(span - 1)), last


def moved(
    first: dt.date, last: dt.date, earliest: dt.date, latest: dt.date, part: float
) -> tuple[dt.date, dt.date]:
    """Return the stretch moved by a part of its length (negative: earlier), within the days that there are."""
    span = (last - first).days + 1
    by = round(span * part)
    by = min(max(by, (earliest - first).days), (latest - last).days)
    return first + dt.timedelta(by), last + dt.timedelta(by)
