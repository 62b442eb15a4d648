"""Recordings as text: our own format, and the exports of phones and loggers (docs/developers/recordings.md)."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from . import csvtimes
from .csvcolumns import RAW, SENSORS, UNITS, Column, describe, groups, is_header, named, wanted_text
from .csvtable import Head, read_head, read_rows
from .rates import joined
from .regular import regular
from .samples import Array, Reading, Samples, bad
from .scale import G_M_S2

_TIME = "t_s"
_LENGTH_G = {"g": 1.0, "m_s2": G_M_S2, "mg": 1000.0}
_NEAR = 0.2  # of gravity's length
_ALONE = 0.2  # of a file's rows: if more have one sensor only, the two sensors take turns
_KNOWN = {  # units that a recorder's headings do not state
    "Sensor Logger": {"acc": "m_s2", "gyr": "rad_s"},
    "Xsens or Movella DOT": {"acc": "m_s2", "gyr": "dps", "time": "us"},
    "Physics Toolbox": {"acc": "g", "gyr": "rad_s", "time": "s"},
}


@dataclass(frozen=True)
class _Table:
    """A file with its columns. `recorder`: the recorder that exported it, if the headings tell."""

    path: Path
    head: Head
    columns: list[Column]
    recorder: str | None

    def unit(self, what: str) -> str | None:
        return _KNOWN[self.recorder].get(what) if self.recorder else None


def load_csv(path: Path, reading: Reading) -> Samples:
    """Return accelerometer and gyroscope of one file, or of two (`reading.gyr`), regular; (N, 6) m/s² and rad/s.

    Raises PoiseError (BAD_INPUT) that names the line at fault, or the option that says what can't be known.
    """
    table = _table(path)
    if reading.gyr is not None:
        acc, origin_s = _read(table, reading, ("acc",), None)
        gyr, _ = _read(_table(reading.gyr), reading, ("gyr",), origin_s)
        return joined(regular(acc, reading), regular(gyr, reading))
    found, _ = _read(table, reading, ("acc", "gyr"), None)
    there: NDArray[np.bool_] = np.all(np.isfinite(found.values).reshape(-1, 2, 3), axis=2)
    acc_there, gyr_there = there[:, 0], there[:, 1]
    alone = there & ~there[:, ::-1]
    if alone.sum(axis=0).min() <= _ALONE * len(found):
        return regular(found, reading)
    turns = [
        replace(part, values=part.values[:, k : k + 3], measured=3)
        for part, k in ((found.rows(acc_there), 0), (found.rows(gyr_there), 3))
    ]
    return joined(*(regular(part, reading) for part in turns))


def _table(path: Path) -> _Table:
    if not path.is_file():
        raise bad(path, "no such file", "Name a recording, .csv or .txt.")
    head = read_head(path, is_header)
    if head is None:
        needs = f"line 1: the header needs three columns {wanted_text('acc')}, and three {wanted_text('gyr')}"
        raise bad(path, f"{needs}; none of its first lines names a sensor's axes")
    # The row that names the most units.
    rows = [describe(head.cells, row) for row in head.meta] or [describe(head.cells)]
    columns = max(rows, key=lambda row: sum(column.unit is not None for column in row))
    names = [column.name for column in columns if column.kind != "other"]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise bad(path, f"line {head.line}: two columns '{min(twice)}'")
    return _Table(path, head, columns, _recorder(head, columns))


def _recorder(head: Head, columns: list[Column]) -> str | None:
    names = {column.name for column in columns}
    if "DeviceTag" in head.preamble:
        return "Xsens or Movella DOT"
    if {"time", "seconds_elapsed", "x", "y", "z"} <= names:
        return "Sensor Logger"
    return "Physics Toolbox" if any(column.stem == "gf" for column in columns) else None


# --- the sensors' columns


def _columns(table: _Table, reading: Reading, sensor: str, alone: bool) -> list[Column]:
    """Return x, y, z of the sensor. `alone`: the file has only this sensor. Raises PoiseError (BAD_INPUT)."""
    option = reading.acc_columns if sensor == "acc" else reading.gyr_columns
    if option:
        return named(table.path, table.columns, f"--{sensor}-columns", option)
    name = table.path.name.lower()
    plain_is = sensor if alone else next((found for found in ("gyr", "acc") if found in name), None)
    found = groups(table.columns, sensor, plain_is)
    if len(found) > 1:
        found = _preferred(found)
    if len(found) > 1:
        these = " or ".join("/".join(column.name for column in triple) for triple in found)
        hint = f"Say which with --{sensor}-columns X,Y,Z."
        raise bad(table.path, f"it has more than one {SENSORS[sensor]}: {these}", hint)
    if not found:
        raise _absent(table, sensor, plain_is)
    if len({column.unit for column in found[0]}) > 1:
        raise _needs(table, sensor)
    return found[0]


def _preferred(found: list[list[Column]]) -> list[list[Column]]:
    """Return the preferred triples: calibrated before raw, Shimmer's low-noise accelerometer, gravity included, own
    rate."""
    calibrated = [triple for triple in found if triple[0].unit != RAW] or found
    for mark in ("accelln", "gf", "gyr"):
        marked = [triple for triple in calibrated if mark in triple[0].stem]
        if len(marked) == 1:
            return marked
    return calibrated


def _needs(table: _Table, sensor: str) -> Exception:
    line = f"line {table.head.line}"
    return bad(
        table.path, f"{line}: the header needs three columns {wanted_text(sensor)}, of one unit"
    )


def _absent(table: _Table, sensor: str, plain_is: str | None) -> Exception:
    if any(column.kind == sensor for column in table.columns):
        return _needs(table, sensor)
    if sensor == "acc":
        plain = any(column.kind == "plain" for column in table.columns)
        if plain and plain_is is None:
            return bad(
                table.path,
                "whose axes its columns x, y, z are is not said",
                "Name the files: --acc FILE --gyr FILE.",
            )
        if plain_is == "gyr" or groups(table.columns, "gyr", None):
            return bad(
                table.path,
                "it has no accelerometer with gravity in it",
                "Record it (not the linear or user acceleration); name a file of its own with --acc.",
            )
        return _needs(table, sensor)
    others = (path.name for path in table.path.parent.glob("*") if path != table.path)
    beside = sorted(name for name in others if "gyr" in name.lower())
    there = f" (beside it stands {beside[0]})" if beside else ""
    return bad(
        table.path,
        "it has no gyroscope, and the angle needs one",
        f"Name the gyroscope's file with --gyr FILE{there}.",
    )


# --- their samples


def _read(
    table: _Table, reading: Reading, sensors: tuple[str, ...], origin_s: float | None
) -> tuple[Samples, float | None]:
    """Return the samples in m/s² and rad/s as they stand, and the origin of their times if these are dates."""
    triples = [_columns(table, reading, sensor, len(sensors) == 1) for sensor in sensors]
    time = _time_column(table, reading, both=reading.gyr is not None)
    aside = ""
    if time is not None and reading.rate_hz is not None and not _unit_known(table, reading, time):
        aside, time = f"its column '{time.name}' of times is left aside", None
    text = time is not None and not _is_number(table.head, time)
    places = [column.place for triple in triples for column in triple]
    if time is not None and not text:
        places.append(time.place)
    lines, rows, texts, cut_off = read_rows(
        table.path, table.head, places, time.place if time is not None and text else None
    )
    t_s, said, dated = None, [], False
    if time is not None:
        t_s, words = _seconds(table, reading, time, rows[:, -1], texts, lines)
        dated = text or "1970" in words
        said = [f"time '{time.name}' as {words}"]
    elif aside:
        said = [aside]
    if dated and t_s is not None:
        origin_s = float(t_s[np.isfinite(t_s)][0]) if origin_s is None else origin_s
        t_s = t_s - origin_s
        whose = "the accelerometer's" if sensors == ("gyr",) else "the"
        said[0] += f", counted from {whose} first sample"
    values = rows[:, : 3 * len(sensors)]
    for index, (sensor, triple) in enumerate(zip(sensors, triples, strict=True)):
        part = values[:, 3 * index : 3 * index + 3]
        factor, words = _factor(table, reading, sensor, triple, part)
        part *= factor
        said.insert(index, f"{SENSORS[sensor]} {'/'.join(c.name for c in triple)} {words}")
    own = not aside and all(
        c.name == f"{c.stem}_{c.axis}_{c.unit}" for triple in triples for c in triple
    )
    own = own and (time is None or time.name == _TIME) and not reading.flip_acc
    start = f"{table.path.name} is read as {table.recorder or 'a table'}: " if not own else ""
    notes = () if own else (start + "; ".join(said),)
    if cut_off:
        notes = (*notes, f"{table.path.name}: its last line is cut off, and left out")

    def line(index: int) -> str:
        return f"line {lines[index]:.0f}"

    return Samples(table.path, values, t_s, line, 3 * len(sensors), notes=notes), origin_s


def _factor(
    table: _Table, reading: Reading, sensor: str, triple: list[Column], values: Array
) -> tuple[float, str]:
    """Return (factor to m/s² or rad/s with the sign, the reason in words)."""
    given = reading.acc_unit if sensor == "acc" else reading.gyr_unit
    unit, why = given, "as given"
    if unit is None:
        unit, why = triple[0].unit, "as its heading says"
    if unit == RAW:
        raise bad(
            table.path,
            f"its {SENSORS[sensor]} has the converter's counts, no unit",
            f"Export it calibrated, or give --{sensor}-unit.",
        )
    if unit is None:
        unit, why = table.unit(sensor), "as that recorder's are"
    if unit is None and sensor == "acc":
        unit, why = _by_gravity(values), "by gravity's length"
    if unit not in UNITS[sensor]:
        raise bad(
            table.path,
            f"the unit of its {SENSORS[sensor]} ({triple[0].name}, ...) is not said",
            f"Give --{sensor}-unit {', '.join(UNITS[sensor])}.",
        )
    sign = -1 if sensor == "acc" and reading.flip_acc else 1
    words = f"in {unit} {why}"
    if sensor == "acc" and triple[0].stem == "accelerometeracceleration":
        sign = -sign
        words += ", of the other sign as an iPhone gives it"
    if sensor == "acc" and reading.flip_acc:
        words += ", its sign turned round"
    return sign * UNITS[sensor][unit], words


def _by_gravity(values: Array) -> str | None:
    """Return the unit in which most samples are as long as gravity; None if there is none."""
    lengths = np.linalg.norm(values[np.isfinite(values).all(axis=1)], axis=1)
    lengths = lengths[lengths > 0]  # most samples may be a broken sensor's zeros
    length = float(np.median(lengths)) if len(lengths) else 0.0
    return next((unit for unit, g in _LENGTH_G.items() if abs(length / g - 1) < _NEAR), None)


# --- their times


def _is_number(head: Head, column: Column) -> bool:
    cell = head.first[column.place].strip().strip('"') if column.place < len(head.first) else ""
    try:
        float(cell.replace(",", ".") if head.decimal_comma else cell)
    except ValueError:
        return False
    return True


def _time_column(table: _Table, reading: Reading, both: bool) -> Column | None:
    """Return the column of times to use, None if there is none.

    `both`: there are two files, whose times since their own start may differ.
    """
    named_time = reading.time_column
    if named_time:
        found = next((c for c in table.columns if c.name == named_time.strip()), None)
        if found is None:
            have = ", ".join(c.name for c in table.columns if c.name)
            raise bad(table.path, f"--time-column: no column '{named_time}'", f"It has {have}.")
        return found

    def rank(column: Column) -> tuple[int, int]:
        dated = not _is_number(table.head, column) or _is_date(table.head, column)
        known = dated or column.unit is not None
        return (not known, (not dated) if both else dated)

    times = [c for c in table.columns if c.kind == "time"]
    own = [c for c in times if c.name == _TIME]
    usable = [c for c in times if _is_number(table.head, c) or _has_text(table.head, c)]
    return own[0] if own else min(usable, key=rank) if usable else None


def _unit_known(table: _Table, reading: Reading, time: Column) -> bool:
    if time.unit or reading.time_unit or table.unit("time") or not _is_number(table.head, time):
        return True
    return _is_date(table.head, time)


def _is_date(head: Head, column: Column) -> bool:
    """True if the column's first time may be a date since 1970."""
    cell = head.first[column.place].strip().strip('"')
    value = float(cell.replace(",", ".") if head.decimal_comma else cell)
    return csvtimes.epoch_unit(np.array([value])) is not None


def _has_text(head: Head, column: Column) -> bool:
    return column.place < len(head.first) and csvtimes.is_readable(head.first[column.place])


def _seconds(
    table: _Table, reading: Reading, time: Column, numbers: Array, texts: list[str], lines: Array
) -> tuple[Array, str]:
    if texts:
        return csvtimes.of_texts(table.path, time.name, texts, [int(n) for n in lines])
    unit = reading.time_unit or time.unit
    known = numbers[np.isfinite(numbers)]
    if unit is None and not (len(known) and csvtimes.epoch_unit(known)):
        unit = table.unit("time")
    if unit is not None and unit not in csvtimes.UNITS:
        raise bad(table.path, f"--time-unit {unit}", f"Units of time: {', '.join(csvtimes.UNITS)}.")
    return csvtimes.of_numbers(table.path, time.name, numbers, unit)
