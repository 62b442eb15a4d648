"""The merge of another tracker's days into Poise's diary: days that change, days that stay, and the reasons. Pure.

Answers that the patient gave in Poise stay, and so do earlier imports: an import only adds to a day.
A headache day is a calendar day with any headache, so an attack past midnight makes two.
Strength and medicines go to the day on which the attack began, since the file does not say more.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from ..diary import NOTE_LENGTH, Answers
from .rows import Attack

Number = TypeVar("Number", bool, int)  # an answer: yes or no, or 0 to 10
VIA = "import"
_BETWEEN = " | "


class Entry(Answers, Protocol):
    """The answers of a day, with their origin."""

    @property
    def via(self) -> str:
        """Origin of the entry; contains "import" for an imported one."""
        ...


@dataclass(frozen=True)
class Day:
    """The answers of a day's entry. None: not answered."""

    headache: bool | None = None
    headache_nrs: int | None = None
    neck_nrs: int | None = None
    medication: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Change:
    """A day after the import.

    `entry`: None when the import adds nothing. `told`: what is added or left out, in words.
    """

    day: dt.date
    entry: Day | None
    is_new: bool
    via: str
    told: tuple[str, ...]


def by_day(attacks: Iterable[Attack]) -> dict[dt.date, tuple[Day, list[str]]]:
    """Return each day of the file: the strongest headache, all medicine classes, and the parts of its note."""
    found: dict[dt.date, tuple[Day, list[str]]] = {}
    for attack in attacks:
        day = attack.first
        while day <= attack.last:
            began = day == attack.first
            one = Day(
                attack.headache,
                attack.strength if began else None,
                attack.neck if began else None,
                attack.medication if began else (),
            )
            words = attack.words if began else f"since {attack.first}"
            before, parts = found.get(day, (Day(), []))
            if words and words not in parts:
                parts.append(words)
            found[day] = (_joined(before, one), parts)
            day += dt.timedelta(1)
    return dict(sorted(found.items()))


def free_between(days: Mapping[dt.date, object]) -> list[dt.date]:
    """Return the days from the file's first to its last that have no line in the file."""
    if not days:
        return []
    first, last = min(days), max(days)
    every = (first + dt.timedelta(n) for n in range((last - first).days))
    return [day for day in every if day not in days]


def change(day: dt.date, given: Day, parts: Sequence[str], history: Sequence[Entry]) -> Change:
    """Return the change that the file's day makes to Poise's day. `history`: every entry of that day, oldest first."""
    before = history[-1] if history else None
    own = next((row for row in reversed(history) if VIA not in row.via), None)
    known = _day_of(before) if before else Day()
    told: list[str] = []
    headache = _kept(
        "headache", own.headache if own else None, known.headache, given.headache, told
    )
    strongest = given.headache_nrs if headache else None
    entry = Day(
        headache,
        _kept("strength", own.headache_nrs if own else None, known.headache_nrs, strongest, told),
        _kept("neck pain", own.neck_nrs if own else None, known.neck_nrs, given.neck_nrs, told),
        (*known.medication, *_new_classes(given, history)),
        _note(known.note, parts, history, told),
    )
    if entry == known:
        return Change(day, None, False, VIA, tuple(told))
    via = VIA if own is None else f"{own.via}+{VIA}"[:20]
    return Change(day, entry, before is None, via, (*_gained(known, entry), *told))


def _joined(one: Day, other: Day) -> Day:
    return Day(
        _stronger(one.headache, other.headache),
        _stronger(one.headache_nrs, other.headache_nrs),
        _stronger(one.neck_nrs, other.neck_nrs),
        tuple(dict.fromkeys((*one.medication, *other.medication))),
    )


def _stronger(one: Number | None, other: Number | None) -> Number | None:
    return max((value for value in (one, other) if value is not None), default=None)


def _kept(
    name: str, own: Number | None, known: Number | None, given: Number | None, told: list[str]
) -> Number | None:
    """Return the patient's own answer, or else the stronger one. Append to `told` where the file says otherwise."""
    value = own if own is not None else _stronger(known, given)
    if given is not None and value != given:
        told.append(f"{name} stays {_word(value)} (the file: {_word(given)})")
    return value


def _word(value: int | None) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value}/10"


def _new_classes(given: Day, history: Sequence[Entry]) -> list[str]:
    """Return the classes that no entry of this day ever had: a class that the patient removed stays out."""
    seen = {name for row in history for name in row.medication}
    return [name for name in given.medication if name not in seen]


def _note(known: str, parts: Sequence[str], history: Sequence[Entry], told: list[str]) -> str:
    seen = {part for row in history for part in row.note.split(_BETWEEN)}
    fresh = [part for part in parts if part not in seen]
    whole = _BETWEEN.join([*([known] if known else []), *fresh])
    if len(whole) <= NOTE_LENGTH:
        return whole
    # The cut is always in the same place, so a second import of the file changes nothing.
    told.append(f"the note is cut at {NOTE_LENGTH} characters")
    return known if len(known) == NOTE_LENGTH else whole[:NOTE_LENGTH]


def _day_of(row: Entry) -> Day:
    return Day(row.headache, row.headache_nrs, row.neck_nrs, tuple(row.medication), row.note)


def _gained(before: Day, after: Day) -> list[str]:
    found: list[str] = []
    if after.headache != before.headache:
        found.append("headache" if after.headache else "no headache")
    if after.headache_nrs != before.headache_nrs:
        found.append(f"strength {after.headache_nrs}/10")
    if after.neck_nrs != before.neck_nrs:
        found.append(f"neck pain {after.neck_nrs}/10")
    found += [name for name in after.medication if name not in before.medication]
    if after.note != before.note:
        found.append("a note")
    return found
