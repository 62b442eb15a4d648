"""Traces as CSV: a header that names every column with its unit, then a sample a line."""

import math
from collections.abc import Iterable
from itertools import islice
from pathlib import Path

import numpy as np

from ..textfile import encoding_of
from .scale import G_M_S2
from .trace import Array, Trace, bad, check_finite, rate_of

_TIME = "t_s"
_UNITS = {"acc": {"m_s2": 1.0, "g": G_M_S2}, "gyr": {"rad_s": 1.0, "dps": math.radians(1.0)}}
_CHUNK = 50_000  # lines read at once


def load_csv(path: Path, option_hz: float | None) -> Trace:
    """Columns in any order, others are left aside: t_s (or --rate), acc_{x,y,z}_{m_s2|g}, gyr_{x,y,z}_{rad_s|dps}.

    Raises PoiseError (BAD_INPUT) that names the line at fault.
    """
    try:
        with path.open("rb") as file:
            encoding = encoding_of(file.read(4))
        with path.open(encoding=encoding) as file:
            header = [name.strip("\ufeff \t\r\n") for name in file.readline().split(",")]
            places, factors = _columns(path, header)
            rows = _rows(path, file, places, len(header))
    except UnicodeDecodeError:
        raise bad(path, "it is not text in UTF-8 or UTF-16") from None
    numbers, values = rows[:, 0].astype(int), rows[:, 1:]

    def line(index: int) -> str:
        return f"line {numbers[index]}"

    t_s = values[:, 0] if _TIME in header else None
    sensors = values[:, -6:] * factors
    check_finite(path, values, "a value", line)
    rate_hz = rate_of(path, t_s, None, option_hz, line)
    if t_s is None:
        t_s = np.arange(len(values)) / rate_hz
    return Trace(path.name, sensors[:, :3], sensors[:, 3:], rate_hz, t_s)


def _columns(path: Path, header: list[str]) -> tuple[list[int], Array]:
    """Places of t_s (where there is one) and the six axes in the header; the axes' factors to m/s² and rad/s."""
    twice = {name for name in header if name and header.count(name) > 1}
    if twice:
        raise bad(path, f"line 1: two columns '{min(twice)}'")
    places = [header.index(_TIME)] if _TIME in header else []
    factors: list[float] = []
    for sensor, units in _UNITS.items():
        found = [
            unit for unit in units if all(f"{sensor}_{axis}_{unit}" in header for axis in "xyz")
        ]
        if len(found) != 1:
            wanted = " or ".join(f"{sensor}_x_{unit}, ..." for unit in units)
            raise bad(path, f"line 1: the header needs three columns {wanted}, of one unit")
        places += [header.index(f"{sensor}_{axis}_{found[0]}") for axis in "xyz"]
        factors += [units[found[0]]] * 3
    return places, np.array(factors)


def _rows(path: Path, file: Iterable[str], places: list[int], width: int) -> Array:
    """(N, 1 + places): the line's number, then its values. Blank lines are left aside."""
    parts: list[Array] = []
    numbered = ((n, line) for n, line in enumerate(file, start=2) if line.strip())
    while chunk := list(islice(numbered, _CHUNK)):
        try:
            lines = [line for _, line in chunk]
            values = np.loadtxt(lines, delimiter=",", comments=None, usecols=places, ndmin=2)
        except ValueError:
            values = np.array([_values(path, n, line, places, width) for n, line in chunk])
        numbers = np.array([[float(n)] for n, _ in chunk])
        parts.append(np.hstack([numbers, values]))
    if not parts:
        raise bad(path, "no samples after the header")
    return np.vstack(parts)


def _values(path: Path, number: int, line: str, places: list[int], width: int) -> list[float]:
    """The line's values. Raises PoiseError (BAD_INPUT) that says what is wrong with it."""
    cells = line.split(",")
    if len(cells) != width:
        raise bad(path, f"line {number}: {len(cells)} values under {width} columns")
    try:
        return [float(cells[place]) for place in places]
    except ValueError:
        raise bad(path, f"line {number}: a value is no number") from None
