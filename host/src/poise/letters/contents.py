"""What letters hold: the columns of each table, and the checks of what came. Pure.

A table travels as rows without names, in the order of its columns; days as ISO text, times in UTC milliseconds. A
signature says who wrote a letter, not that it makes sense: every value is checked before any is taken.
"""

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from ..coach.diary import MEDICATION
from ..coach.measures import MEASURES
from ..coach.safety import REASONS
from .envelope import LATEST_UTC_MS, MOST_NUMBER, damaged

Check = Callable[[Any], Any]
_MOST_ROWS = 20_000
_DAYS = (dt.date(1900, 1, 1), dt.date(2099, 12, 31))  # a page reckons with the days around
_NO_TEXT = re.compile("[\0\ud800-\udfff]")  # what a database does not take


def _fail(value: Any) -> Any:
    raise ValueError(f"not expected: {value!r:.40}")


def _text(most: int) -> Check:
    def check(value: Any) -> str:
        good = isinstance(value, str) and len(value) <= most and not _NO_TEXT.search(value)
        return value if good else _fail(value)

    return check


def _whole(low: int, high: int) -> Check:
    return lambda value: value if type(value) is int and low <= value <= high else _fail(value)


def _number(value: Any) -> float:
    return float(value) if type(value) in (int, float) and abs(value) < 1e6 else _fail(value)


def _truth(value: Any) -> bool:
    return value if isinstance(value, bool) else _fail(value)


def _one_of(known: Iterable[str]) -> Check:
    names = frozenset(known)
    return lambda value: value if isinstance(value, str) and value in names else _fail(value)


def _some_of(known: Iterable[str]) -> Check:
    one = _one_of(known)
    return lambda value: [one(each) for each in value] if isinstance(value, list) else _fail(value)


def _maybe(check: Check) -> Check:
    return lambda value: None if value is None else check(value)


def _day(value: Any) -> dt.date:
    day = dt.date.fromisoformat(value) if isinstance(value, str) else _fail(value)
    return day if _DAYS[0] <= day <= _DAYS[1] else _fail(value)


_UTC_MS = _whole(0, LATEST_UTC_MS)
_NUMBER = _whole(0, MOST_NUMBER)
_COUNT = _whole(0, 100_000)
_NRS = _maybe(_whole(0, 10))
_NAME, _NOTE, _HASH = _text(200), _text(2_000), _text(64)

# Table -> its columns, in order. Names as those of the store's rows.
TABLES: dict[str, dict[str, Check]] = {
    "diary": {
        "day": _day,
        "headache": _maybe(_truth),
        "headache_nrs": _NRS,
        "neck_nrs": _NRS,
        "medication": _some_of(MEDICATION),
        "note": _NOTE,
        "entered_utc_ms": _UTC_MS,
        "backfilled": _truth,
        "via": _text(20),
    },
    "sessions": {
        "exercise_id": _text(40),
        "started_utc_ms": _UTC_MS,
        "ended_utc_ms": _UTC_MS,
        "source": _one_of(("sensed", "partly", "self_reported")),
        "site": _text(12),
        "outcome": _one_of(("done", "partly", "stopped_pain", "stopped_flag")),
        "reps_prescribed": _COUNT,
        "reps_done": _COUNT,
        "hold_prescribed_s": _COUNT,
        "hold_done_s": _COUNT,
        "pain_before": _NRS,
        "pain_after": _NRS,
        "via": _text(20),
        "entered_utc_ms": _UTC_MS,
        "removed_utc_ms": _maybe(_UTC_MS),
        "plan": _maybe(_HASH),
    },
    "answers": {
        "exercise_ids": _NAME,
        "due_utc_ms": _UTC_MS,
        "fired_utc_ms": _UTC_MS,
        "cause": _one_of(("clock", "dose")),
        "silent": _truth,
        "answer": _maybe(_one_of(("done", "snoozed", "skipped"))),
        "answered_utc_ms": _maybe(_UTC_MS),
        "via": _maybe(_text(20)),
        "snooze_min": _maybe(_COUNT),
    },
    "stops": {
        "raised_utc_ms": _UTC_MS,
        "reason": _one_of(REASONS),
        "detail": _NOTE,
        "via": _text(20),
        "cleared_utc_ms": _maybe(_UTC_MS),
        "cleared_by": _maybe(_NAME),
        "clear_note": _maybe(_NOTE),
    },
    "scores": {
        "day": _day,
        "measure": _one_of(MEASURES),
        "score": _number,
        "who": _NAME,
        "entered_utc_ms": _UTC_MS,
    },
    "plans": {"content_hash": _HASH, "who": _NAME, "when_utc_ms": _UTC_MS},
}
TO_CLINIC = tuple(TABLES)
CLEARANCES: dict[str, Check] = {
    "raised_utc_ms": _UTC_MS,
    "reason": _one_of(REASONS),
    "cleared_utc_ms": _UTC_MS,
    "who": _NAME,
    "note": _NOTE,
}
# Open stops that the clinic knows of. What was said of them stays with who said it: a first letter is open.
CLINIC_STOPS: dict[str, Check] = {"raised_utc_ms": _UTC_MS, "reason": _one_of(REASONS)}
_PLAN: dict[str, Check] = {"text": _text(200_000), "who": _NAME}
_OF_PATIENT: dict[str, Check] = {
    "ack": _NUMBER,
    "since_utc_ms": _UTC_MS,
    "left_out": _whole(0, 10_000_000),
}
_OF_CLINIC: dict[str, Check] = {
    "ack": _NUMBER,
    "visit": _maybe(_day),
    "note": _NOTE,
}

Row = dict[str, Any]


def rows_of(columns: Mapping[str, Check], found: Iterable[Mapping[str, Any]]) -> list[list[Any]]:
    """Return the rows as a letter carries them. Other keys of them are left out."""
    return [[_plain(each[name]) for name in columns] for each in found]


def _plain(value: Any) -> Any:
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, str):
        return _NO_TEXT.sub("", value)
    return list(value) if isinstance(value, tuple) else value


def to_clinic(told: Mapping[str, Any]) -> dict[str, Any]:
    """Return the checked contents of a letter to the clinic, its tables as rows with names. Raises LETTER_DAMAGED."""
    found = _checked(told, _OF_PATIENT, {name: TABLES[name] for name in TO_CLINIC}, {})
    days = [row["day"] for row in found["diary"]]
    if len(set(days)) != len(days):
        raise damaged("a day is told twice")
    return found


def to_patient(told: Mapping[str, Any]) -> dict[str, Any]:
    """Return the checked contents of a letter to the patient. Raises PoiseError LETTER_DAMAGED."""
    return _checked(
        told, _OF_CLINIC, {"clearances": CLEARANCES, "stops": CLINIC_STOPS}, {"plan": _PLAN}
    )


def _checked(
    told: Mapping[str, Any],
    fields: Mapping[str, Check],
    tables: Mapping[str, Mapping[str, Check]],
    parts: Mapping[str, Mapping[str, Check]],
) -> dict[str, Any]:
    try:
        if set(told) != {*fields, *tables, *parts}:
            raise ValueError("not the fields of this letter")
        found: dict[str, Any] = {name: check(told[name]) for name, check in fields.items()}
        for name, columns in tables.items():
            found[name] = _rows(columns, told[name])
        for name, columns in parts.items():
            part = told[name]
            found[name] = None if part is None else _row(columns, [part[key] for key in columns])
    except (ValueError, TypeError, KeyError, OverflowError) as error:
        raise damaged(f"{error}") from None
    return found


def _rows(columns: Mapping[str, Check], told: Any) -> list[Row]:
    if not isinstance(told, list) or len(told) > _MOST_ROWS:
        raise ValueError("no table")
    return [_row(columns, each) for each in told]


def _row(columns: Mapping[str, Check], told: Sequence[Any]) -> Row:
    if not isinstance(told, list) or len(told) != len(columns):
        raise ValueError("no row")
    return {name: check(value) for (name, check), value in zip(columns.items(), told, strict=True)}
