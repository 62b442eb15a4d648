"""Scenarios for the twin: the wearer's movements and the button's presses. By name, or from a TOML file."""

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TypeVar

from ...errors import PoiseError, Reason
from ...files.text import read_text
from .script import ACTIVITIES, Segment

_T = TypeVar("_T")
CALIBRATE_S = 3.3  # a long press


@dataclass(frozen=True)
class Press:
    """A press of the button at `at_s` of the story, for `for_s` seconds."""

    at_s: float
    for_s: float = 0.15


@dataclass(frozen=True)
class Scenario:
    """A story. `presses` in order of time."""

    name: str
    script: tuple[Segment, ...]
    presses: tuple[Press, ...] = ()

    @property
    def duration_s(self) -> float:
        """Length of the story in virtual seconds."""
        return sum(segment.duration_s for segment in self.script)


def _upright(seconds: float, name: str = "sits upright") -> Segment:
    return Segment(name, seconds)


def _desk(
    name: str, seconds: float, flexion_deg: float = 0.0, rotation_deg: float = 0.0, **more: float
) -> Segment:
    return Segment(name, seconds, flexion_deg, rotation_deg=rotation_deg, activity="desk", **more)


def _nods(count: int) -> tuple[Segment, ...]:
    down_up = (Segment("nods", 0.8, flexion_deg=22, move_s=0.7), Segment("nods", 1.2, move_s=0.7))
    return down_up * count


_START = (_upright(24, "sits upright for the start position"), *_nods(2))
_CALIBRATION = (Press(4.0, CALIBRATE_S),)
# A new host may pair from here on; the calibration comes after it, and not just when a burst of samples is read.
_PAIRING_AND_CALIBRATION = (Press(1.0, 7.0), Press(10.04, CALIBRATE_S))


def _demo() -> Scenario:
    script = (
        *_START,
        _desk("works", 40),
        _desk("looks at the screen", 40, flexion_deg=9, rotation_deg=12),
        _desk("slumps", 290, flexion_deg=33, move_s=4),
        _upright(12, "straightens"),
        *_nods(3),
        _desk("works", 110),
        Segment("walks", 30, flexion_deg=4, activity="walk"),
        _desk("sits down again", 90),
    )
    return Scenario("demo", script, _PAIRING_AND_CALIBRATION)


def _hour_of_work(n: int) -> tuple[Segment, ...]:
    """Return an hour in which posture varies. `n` shifts the angles, so that no two hours are the same."""
    return (
        _desk("reads", 900, flexion_deg=12 + n % 4),
        _desk("writes", 600, flexion_deg=18, lateral_deg=4, rotation_deg=10),
        _desk("looks at the phone", 420, flexion_deg=34 + n % 7, move_s=2),
        _upright(60, "stretches up"),
        *_nods(2),
        Segment("walks", 240, flexion_deg=3, activity="walk"),
        _desk("talks", 900, flexion_deg=5, rotation_deg=-15),
        _desk("reads", 476, flexion_deg=22),
    )


def _hour() -> Scenario:
    return Scenario("hour", (*_START, *_hour_of_work(0)), _CALIBRATION)


def _day() -> Scenario:
    hours = [segment for n in range(15) for segment in _hour_of_work(n)]
    off = Segment("takes the clip off", 3572, flexion_deg=80, activity="table")
    return Scenario("day", (*_START, *hours, off), _CALIBRATION)


def _company() -> Scenario:
    """Return a story for the live view: something moves in every half minute, for a working day."""
    cycle = (
        _desk("works", 20),
        _desk("looks at the screen", 25, flexion_deg=9, rotation_deg=12),
        _desk("reads", 35, flexion_deg=17),
        _desk("looks at the phone", 25, flexion_deg=31, move_s=2),
        _upright(10, "straightens"),
        *_nods(2),
        _desk("turns to a colleague", 20, rotation_deg=-40, move_s=1.5),
        _desk("slumps", 40, flexion_deg=26, move_s=4),
        Segment("stretches to one side", 6, lateral_deg=22, move_s=2),
        Segment("stretches to the other", 6, lateral_deg=-22, move_s=2),
    )
    # A calibration that begins in the first minute finds a pose and two nods.
    start = (_upright(14, "sits upright for the start position"), *_nods(2))
    return Scenario("company", (*start * 4, *cycle * 150))


def _still() -> Scenario:
    return Scenario("still", (_upright(600),), _CALIBRATION)


def _bench() -> Scenario:
    return Scenario("bench", (Segment("lies on the bench", 3600, activity="table"),))


NAMED = {
    "demo": _demo,
    "hour": _hour,
    "day": _day,
    "still": _still,
    "company": _company,
    "bench": _bench,
}


def load(name_or_path: str) -> Scenario:
    """Return a named story, or one from a TOML file with [[segment]] and [[press]] tables.

    Raises PoiseError (BAD_INPUT) that names the fault.
    """
    if name_or_path in NAMED:
        return NAMED[name_or_path]()
    path = Path(name_or_path)
    if not path.is_file():
        known = ", ".join(sorted(NAMED))
        raise PoiseError(
            Reason.BAD_INPUT,
            f"no scenario '{name_or_path}'",
            f"Use one of {known}, or a TOML file.",
        )
    try:
        data = tomllib.loads(read_text(path))
    except tomllib.TOMLDecodeError as error:
        raise _bad(path, str(error)) from None
    script = tuple(_segment(path, n, row) for n, row in enumerate(_rows(path, data, "segment"), 1))
    if not script:
        raise _bad(path, "it has no [[segment]]")
    presses = tuple(
        _row(path, f"press {n}", Press, row) for n, row in enumerate(_rows(path, data, "press"), 1)
    )
    return Scenario(path.stem, script, tuple(sorted(presses, key=lambda press: press.at_s)))


def _rows(path: Path, data: dict, key: str) -> list[dict]:
    rows = data.get(key, [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise _bad(path, f"'{key}' is not a list of [[{key}]] tables")
    return rows


def _segment(path: Path, number: int, row: dict) -> Segment:
    segment = _row(path, f"segment {number}", Segment, row)
    if segment.activity not in ACTIVITIES:
        raise _bad(
            path,
            f"segment {number}: activity '{segment.activity}' is none of {', '.join(ACTIVITIES)}",
        )
    if segment.duration_s <= 0 or segment.move_s <= 0:
        raise _bad(path, f"segment {number}: durations are above 0")
    return segment


def _row(path: Path, what: str, kind: type[_T], row: dict) -> _T:
    known = {field.name: field for field in fields(kind)}  # type: ignore[arg-type]
    for key, value in row.items():
        if key not in known:
            raise _bad(path, f"{what}: no field '{key}'")
        text = key in ("name", "activity")
        if isinstance(value, bool) or not isinstance(value, str if text else int | float):
            raise _bad(path, f"{what}: {key} is not {'text' if text else 'a number'}")
    try:
        return kind(**row)
    except TypeError:
        raise _bad(path, f"{what}: a field is missing") from None


def _bad(path: Path, what: str) -> PoiseError:
    return PoiseError(
        Reason.BAD_INPUT, f"{path.name}: {what}", "See the scenarios in docs/developers/twin.md."
    )
