"""A recorder's column of times, in seconds: by its stated unit, or by numbers that are dates in one unit only."""

import re
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from .samples import Array, bad

UNITS = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9}
_WORDS = {"s": "seconds", "ms": "milliseconds", "us": "microseconds", "ns": "nanoseconds"}
# 2001 to 2100, as seconds since 1970: a number is such a date in one unit only.
_EPOCH_S = (9.8e8, 4.1e9)
_WRAP = 2.0**32
_PLAUSIBLE_HZ = (4, 2_000)
_ISO = re.compile(r"^(\d{4})[-/](\d{1,2})[-/](\d{1,2})[T _](\d{1,2}:\d{2}:\d{2})(?:[.:,](\d+))?")
_CLOCK = re.compile(
    r"(\d{1,2}):(\d{2}):(\d{2})(?:[.:,](\d+))?\s*([AaPp][Mm])?\s*(?:Z|[+-]\d{2}:?\d{2})?$"
)
_HALF_DAY_S = 43_200


def of_numbers(path: Path, name: str, values: Array, unit: str | None) -> tuple[Array, str]:
    """Return (seconds (n,), the interpretation in words). `values` (n,) may have NaN. `unit`: None to find it.

    Raises PoiseError (BAD_INPUT) if the unit cannot be determined.
    """
    known = values[np.isfinite(values)]
    if not len(known):
        raise bad(
            path, f"its column '{name}' has no times", "Give --rate, or another --time-column."
        )
    values, wrapped = _unwrapped(values)
    dated = epoch_unit(known)
    unit = unit or dated
    if unit is None:
        raise bad(
            path,
            f"no rate of its samples: the unit of its column '{name}' is not said{_would(known)}",
            "Give --time-unit s, ms, us or ns, or --rate in samples a second.",
        )
    since = " since 1970" if unit == dated else ""
    counter = ", where its counter of 32 bits begins anew it goes on" if wrapped else ""
    return values * UNITS[unit], f"{_WORDS[unit]}{since}{counter}"


def is_readable(cell: str) -> bool:
    """True if the text is a date with a time of day, or a time of day."""
    return _dated(cell.strip()) is not None or _of_day(cell) is not None


def _unwrapped(values: Array) -> tuple[Array, bool]:
    """Return the values of a 32-bit counter without wraps, and True if it had wrapped."""
    back = np.diff(values) < -0.9 * _WRAP
    if not back.any() or np.nanmax(values) >= _WRAP:
        return values, False
    return values + np.append(0, np.cumsum(back)) * _WRAP, True


def epoch_unit(known: Array) -> str | None:
    """Return the unit in which the times are dates of this century with plausible steps; None for other times."""
    low, high = _EPOCH_S
    step = _step(known)
    for unit, factor in UNITS.items():
        if low < float(known[0]) * factor < high and 0 <= step * factor <= 1 / _PLAUSIBLE_HZ[0]:
            return unit
    return None


def _step(known: Array) -> float:
    steps = np.diff(known)
    return float(np.median(steps)) if len(steps) else 0.0


def _would(known: Array) -> str:
    """Return the units that would give a plausible rate, in brackets; "" if none would."""
    step = _step(known)
    if step <= 0:
        return ""
    rates = {unit: 1 / (step * factor) for unit, factor in UNITS.items()}
    low, high = _PLAUSIBLE_HZ
    would = [f"{unit} would make {hz:.4g} Hz" for unit, hz in rates.items() if low <= hz <= high]
    return f" ({', '.join(would)})" if would else ""


def of_texts(path: Path, name: str, cells: list[str], place: list[int]) -> tuple[Array, str]:
    """Return (seconds, interpretation) of dates with times of day, or of times of day. `place`: line numbers.

    Raises PoiseError (BAD_INPUT) for a cell that is no time.
    """
    seconds = np.empty(len(cells))
    with_date = bool(cells) and _dated(cells[0]) is not None
    for index, cell in enumerate(cells):
        found = _dated(cell) if with_date else _of_day(cell)
        if found is None:
            raise bad(
                path,
                f"line {place[index]}: '{cell[:40]}' under '{name}' is no time that can be read",
                "Give --rate in samples a second, or another --time-column.",
            )
        seconds[index] = found
    if with_date:
        return seconds, "dates and times"
    days = np.cumsum(np.append(0, np.diff(seconds) < -_HALF_DAY_S))
    return seconds + days * 86_400, "times of day"


def _dated(cell: str) -> float | None:
    match = _ISO.match(cell)
    if match is None:
        return None
    year, month, day, clock, part = match.groups()
    try:
        base = datetime(int(year), int(month), int(day), *map(int, clock.split(":")), tzinfo=UTC)
    except ValueError:
        return None
    return base.timestamp() + float(f"0.{part or 0}")


def _of_day(cell: str) -> float | None:
    match = _CLOCK.search(cell.strip())
    if match is None:
        return None
    hour, minute, second, part, half = match.groups()
    hours = int(hour) % 12 + (12 if half and half.lower() == "pm" else 0) if half else int(hour)
    return hours * 3600 + int(minute) * 60 + int(second) + float(f"0.{part or 0}")
