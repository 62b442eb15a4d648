"""Two periods side by side, each value with its error as a line, as SVG. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from ...insight.adherence import Total
from ...insight.diary_period import PER_DAYS, Days, Rating
from ...insight.visit import Figures, Spread
from ...language import formats
from ...words import clinic as words
from ..charts import Sheet, plot
from ..parts import text

_SHEET = Sheet(560.0, 12.0)
_LEFT, _ROW, _TOP = 12.0, 76.0, 4.0
_NRS = 10.0


@dataclass(frozen=True)
class _Value:
    """A value with the ends of its line; None where it is not known."""

    value: float | None
    low: float | None
    high: float | None


def drawing(before: Figures, now: Figures, label: str) -> str:
    """Return each measure on a scale of its own: the period before above, the present one below."""
    rows = _rows(before, now)
    out = [_measure(n, *row) for n, row in enumerate(rows)]
    return plot(_SHEET, _TOP + _ROW * len(rows), label, "".join(out))


def _rows(before: Figures, now: Figures) -> list[tuple[str, float, str, Sequence[_Value]]]:
    hours = [
        each.worn_h.value + (each.worn_h.deviation or 0)
        for each in (before, now)
        if each.worn_h.value
    ]
    was, told = before.diary, now.diary
    return [
        ("headache", float(PER_DAYS), "", [_rate(was.headache), _rate(told.headache)]),
        ("headache_nrs", _NRS, "", [_rated(was.headache_nrs), _rated(told.headache_nrs)]),
        ("neck_nrs", _NRS, "", [_rated(was.neck_nrs), _rated(told.neck_nrs)]),
        ("done", 100.0, " %", [_done(before.exercises), _done(now.exercises)]),
        ("worn", float(round(max([8.0, *hours]) + 1)), " h", [_of(before.worn_h), _of(now.worn_h)]),
        ("flexed", 100.0, " %", [_of(before.flexed_share, 100), _of(now.flexed_share, 100)]),
    ]


def _rate(found: Days) -> _Value:
    return _Value(found.per_28, found.low, found.high)


def _rated(found: Rating) -> _Value:
    alone = found.low is None or found.high is None
    return _Value(found.median, *((found.median,) * 2 if alone else (found.low, found.high)))


def _done(found: Total) -> _Value:
    return _Value(found.done_pct, *(found.interval_pct or (None, None)))


def _of(found: Spread, factor: float = 1.0) -> _Value:
    if found.value is None:
        return _Value(None, None, None)
    half = found.deviation or 0.0
    return _Value(
        factor * found.value, factor * max(0.0, found.value - half), factor * (found.value + half)
    )


def _measure(n: int, name: str, most: float, unit: str, pair: Sequence[_Value]) -> str:
    top = _TOP + n * _ROW
    across = _SHEET.across - _SHEET.right - _LEFT
    axis = top + 54
    out = [
        f'<text class="title" x="{_LEFT:.0f}" y="{top + 16:.0f}">{text(words.MEASURES[name])}</text>',
        f'<path class="axis" d="M{_LEFT:.0f},{axis:.0f} h{across:.0f}"/>',
        f'<text x="{_LEFT:.0f}" y="{axis + 14:.0f}">0</text>',
        f'<text x="{_LEFT + across:.0f}" y="{axis + 14:.0f}" text-anchor="end">'
        f"{text(formats.number(most) + unit)}</text>",
    ]
    for place, (value, kind) in enumerate(zip(pair, ("before", "now"), strict=True)):
        y = top + 30 + 14 * place
        if value.value is None or value.low is None or value.high is None:
            out.append(f'<text x="{_LEFT:.0f}" y="{y + 4:.0f}">{words.DASH}</text>')
            continue
        x, low, high = (
            _LEFT + across * min(each, most) / most for each in (value.value, value.low, value.high)
        )
        out.append(
            f'<path class="error {kind}" d="M{low:.1f},{y - 5:.0f} v10 M{low:.1f},{y:.0f} H{high:.1f} m0,-5 v10"/>'
        )
        out.append(f'<circle class="value {kind}" cx="{x:.1f}" cy="{y:.0f}" r="5"/>')
    return "".join(out)
