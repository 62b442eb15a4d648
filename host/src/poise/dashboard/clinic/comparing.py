"""Two periods side by side, each value with its error as a line, as SVG. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from ...insight.visit import DAYS_28, Figures, Spread
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
        each.worn_h.mean + (each.worn_h.deviation or 0)
        for each in (before, now)
        if each.worn_h.mean
    ]
    return [
        ("headache", float(DAYS_28), "", [_rate(before), _rate(now)]),
        ("headache_nrs", _NRS, "", [_of(before.headache_nrs), _of(now.headache_nrs)]),
        ("neck_nrs", _NRS, "", [_of(before.neck_nrs), _of(now.neck_nrs)]),
        ("done", 100.0, " %", [_of(before.done_share, 100), _of(now.done_share, 100)]),
        ("worn", float(round(max([8.0, *hours]) + 1)), " h", [_of(before.worn_h), _of(now.worn_h)]),
        ("flexed", 100.0, " %", [_of(before.flexed_share, 100), _of(now.flexed_share, 100)]),
    ]


def _rate(found: Figures) -> _Value:
    return _Value(found.headache.per_28, found.headache.low, found.headache.high)


def _of(found: Spread, factor: float = 1.0) -> _Value:
    if found.mean is None:
        return _Value(None, None, None)
    half = found.deviation or 0.0
    return _Value(
        factor * found.mean, factor * max(0.0, found.mean - half), factor * (found.mean + half)
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
