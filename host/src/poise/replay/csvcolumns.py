"""The columns of a recorder's table by sensor and unit, from their names or else from the options."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from .samples import bad
from .scale import G_M_S2

# Unit -> factor to m/s² and rad/s.
ACC_UNITS = {"m_s2": 1.0, "g": G_M_S2, "mg": G_M_S2 / 1000}
GYR_UNITS = {"rad_s": 1.0, "dps": math.radians(1.0), "mdps": math.radians(1e-3)}
UNITS = {"acc": ACC_UNITS, "gyr": GYR_UNITS}
SENSORS = {"acc": "accelerometer", "gyr": "gyroscope"}
# Unit as recorders write it, without blanks and multiplication signs -> our name.
_SPELLED = {
    "g": "g", "gs": "g", "gforce": "g", "mg": "mg", "milli-g": "mg",
    "m/s^2": "m_s2", "m/s2": "m_s2", "m/s²": "m_s2", "m/(s^2)": "m_s2", "m/s/s": "m_s2", "ms^-2": "m_s2",
    "ms-2": "m_s2", "m/s**2": "m_s2", "m/sec^2": "m_s2", "mps2": "m_s2", "m_s2": "m_s2", "ms2": "m_s2", "m/s¬≤": "m_s2",
    "rad/s": "rad_s", "rad/sec": "rad_s", "rads/s": "rad_s", "rad*s^-1": "rad_s", "rads^-1": "rad_s", "rad_s": "rad_s",
    "rads": "rad_s", "radps": "rad_s",
    "deg/s": "dps", "deg/sec": "dps", "degrees/s": "dps", "°/s": "dps", "º/s": "dps", "dps": "dps", "d/s": "dps",
    "deg_s": "dps", "degs": "dps", "°/sec": "dps", "mdps": "mdps", "mdeg/s": "mdps",
    "s": "s", "sec": "s", "second": "s", "seconds": "s", "ms": "ms", "msec": "ms", "milliseconds": "ms", "millis": "ms",
    "us": "us", "µs": "us", "μs": "us", "microseconds": "us", "ns": "ns", "nanoseconds": "ns",
}  # fmt: skip
RAW = "raw"  # the converter's counts
_RAW = {"lsb", "raw", "counts", "count", "nounits", "adc"}
_BRACKET = re.compile(r"^(.*?)\s*[(\[]\s*(.+?)\s*[)\]]\s*$")
_SUFFIX = re.compile(r"^(.*[xyz])_(m_s2|mps2|ms2|mg|g|rad_s|rads|radps|dps|deg_s|degs|mdps)$")
_OTHER = re.compile(
    r"lin|free|user|grav|mag|orient|euler|quat|tilt|roll|pitch|yaw|attitude|vector|angle"
)
_GYRO = re.compile(r"gyr|rotationrate|angularvel|angularrate|angvel|rotrate")
_GYRO_STEMS = {"w", "g", "omega", "as", "rot", "rotation", "angular"}
_ACC_STEMS = {"a", "gf", "gforce"}
_TIME = re.compile(r"time|epoch|epoc|elapsed|millis|micros|seconds|datetime")
_TIME_STEMS = {"t", "ts", "ms", "us", "ns", "date", "sec", "secs"}
_NO_TIME = re.compile(r"timezone|packet|counter|uncertainty")
_IN_UNIT = re.compile(
    r"(?:_|\bin\s+|-|\s)(ns|us|ms|s|sec|seconds|millis|milliseconds)\b|(seconds|millis)_"
)


@dataclass(frozen=True)
class Column:
    """One column. `stem`: its name's letters without axis and unit; `unit`: ours, None if the table does not say."""

    place: int
    name: str
    stem: str
    axis: str
    unit: str | None
    kind: str  # "acc", "gyr", "plain" (three axes of something), "time" or "other"


def describe(cells: Sequence[str], units: Sequence[str] = ()) -> list[Column]:
    """Return the columns under these headings. `units`: the row of units, if there is one."""
    return [
        _column(place, cell, units[place] if place < len(units) else "")
        for place, cell in enumerate(cells)
    ]


def _column(place: int, cell: str, under: str) -> Column:
    name, unit = cell.strip().lower(), None
    if match := _BRACKET.match(name):
        name, unit = match[1], _unit(match[2])
    elif match := _SUFFIX.match(name):
        name, unit = match[1], _SPELLED[match[2]]
    unit = unit or _unit(under)
    letters = re.sub(r"[^a-z]", "", re.sub(r"uncal(ibrated)?|_cal\b", "", name))
    bare = re.sub(r"[_\s-](ns|us|ms|s)$", "", name)
    if (
        letters in _TIME_STEMS
        or bare in _TIME_STEMS
        or (_TIME.search(letters) and not _NO_TIME.search(letters))
    ):
        if unit is None and (spelled := _IN_UNIT.search(cell.strip().lower())):
            unit = _SPELLED[spelled[1] or spelled[2]]
        return Column(place, cell.strip(), letters, "", unit, "time")
    for stem, axis in _splits(letters):
        kind = _kind(stem)
        unit = RAW if "raw" in stem else unit
        if kind is not None:
            return Column(place, cell.strip(), stem, axis, unit, kind)
    return Column(place, cell.strip(), letters, "", unit, "other")


def _unit(text: str) -> str | None:
    plain = re.sub(r"\s|·", "", text.lower())
    return RAW if plain in _RAW else _SPELLED.get(plain)


def _splits(letters: str) -> list[tuple[str, str]]:
    """Return the possible (stem, axis) of a name: the axis stands last, before "axis", or first."""
    found = []
    if letters.endswith("axis") and letters[-5:-4] in ("x", "y", "z"):
        found.append((letters[:-5], letters[-5]))
    if letters[-1:] in ("x", "y", "z"):
        found.append((letters[:-1], letters[-1]))
    if letters[:1] in ("x", "y", "z"):
        found.append((letters[1:].removeprefix("axis"), letters[0]))
    return found


def _kind(stem: str) -> str | None:
    if not stem:
        return "plain"
    if _OTHER.search(stem) and not _GYRO.search(stem):
        return None
    if _GYRO.search(stem) or stem in _GYRO_STEMS:
        return "gyr"
    return "acc" if "acc" in stem or stem in _ACC_STEMS else None


def is_header(cells: list[str]) -> bool:
    """True if the cells are a table's headings: at least two axes of a sensor."""
    known = [column for column in describe(cells) if column.kind in UNITS or column.kind == "plain"]
    return len({column.axis for column in known}) >= 2


def groups(columns: list[Column], sensor: str, plain_is: str | None) -> list[list[Column]]:
    """Return this sensor's triples of columns x, y, z.

    `plain_is`: the sensor that owns columns named by their axes only, None if not known.
    """
    stems: dict[str, dict[str, Column]] = {}
    for column in columns:
        by_unit = column.kind == "plain" and column.unit in UNITS[sensor]
        bare = column.kind == "plain" and column.unit is None and plain_is == sensor
        if column.kind == sensor or by_unit or bare:
            stems.setdefault(column.stem, {}).setdefault(column.axis, column)
    return [[axes[axis] for axis in "xyz"] for axes in stems.values() if len(axes) == 3]


def named(path: Path, columns: list[Column], option: str, names: str) -> list[Column]:
    """Return the three columns with these comma-separated names. Raises PoiseError (BAD_INPUT) for a missing one."""
    wanted = [name.strip() for name in names.split(",")]
    by_name = {column.name: column for column in columns}
    absent = [name for name in wanted if name not in by_name]
    if absent or len(wanted) != 3:
        have = ", ".join(column.name for column in columns if column.name)
        what = f"no column '{absent[0]}'" if absent else f"{len(wanted)} names"
        raise bad(path, f"{option}: {what}", f"Name x, y and z of: {have}.")
    return [by_name[name] for name in wanted]


def wanted_text(sensor: str) -> str:
    """Return the headings of a sensor's columns in our own format."""
    first, second, *_ = UNITS[sensor]
    return f"{sensor}_x_{first}, ... or {sensor}_x_{second}, ..."
