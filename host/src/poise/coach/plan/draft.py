"""A draft of a plan: tables that a therapist changes field by field, checked as the file is, and written as one. Pure.

A draft may have faults; a plan has none. Nothing here decides a dose: an exercise of the library comes with the
library's own, and every change is the therapist's.
"""

import datetime as dt
import re
import tomllib
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from itertools import count
from typing import Any

from . import library
from .check import Fault, as_list, as_table
from .plan import Plan, faults_of, parse_plan
from .toml_lines import Path
from .toml_text import written

Tables = dict[str, Any]
_WHOLE = re.compile(r"-?\d{1,9}")
_TEXTS = frozenset(
    {"patient", "therapist", "timezone", "name", "instructions", "load", "precaution", "goal", "habit", "time",
     "side", "id", "use", "diary"}
)  # fmt: skip
_DATES = frozenset({"starts", "ends", "ended"})


@dataclass(frozen=True)
class Draft:
    """A plan that is being written. `data`: its tables as tomllib reads them; changes make a new draft."""

    data: Tables

    @property
    def text(self) -> str:
        """The draft as a plan file."""
        return written(self.data)

    @property
    def exercises(self) -> list[Tables]:
        """The exercises' tables."""
        return _tables(self.data, "exercises")

    @property
    def phases(self) -> list[Tables]:
        """The phases' tables."""
        return _tables(self.data, "phases")

    @property
    def faults(self) -> list[Fault]:
        """What keeps the draft from being a plan, each fault with the path of its field."""
        return faults_of(self.data)

    def plan(self) -> Plan:
        """Return the draft as a plan. Raises PoiseError BAD_PLAN while it has faults."""
        return parse_plan(self.text)

    def value(self, path: Path, default: Any = None) -> Any:
        """Return the value at this path; `default` where the draft has none."""
        found: Any = self.data
        for part in path:
            if isinstance(part, int):
                listed = as_list(found) or []
                found = listed[part] if part < len(listed) else None
            else:
                found = (as_table(found) or {}).get(part)
        return default if found is None else found

    def id_of(self, place: int) -> str:
        """Return the id of the exercise at this place."""
        table = self.exercises[place]
        return str(table.get("id") or table.get("use") or "")

    # --- changes

    def put(self, path: Path, value: Any) -> "Draft":
        """Return the draft with this value; None leaves the field out, so that its default holds."""
        return self._changed(lambda data: _put(data, path, value))

    def typed(self, path: Path, text: str) -> "Draft":
        """Return the draft with what somebody typed into a field.

        Text that is no number or date where one is wanted stays text, so that the check says what is allowed.
        """
        return self.put(path, typed(str(path[-1]), text))

    def add(self, use: str = "", name: str = "") -> "Draft":
        """Return the draft with one exercise more: the library's `use`, or an own one of this name."""
        wanted = use or "own"
        taken = {self.id_of(place) for place in range(len(self.exercises))}
        found = next(
            f"{wanted}-{n}" if n > 1 else wanted for n in count(1) if _free(wanted, n, taken)
        )
        if not use:
            table: Tables = {"id": found, "name": name, "reps": 1}
        else:
            known = library.entry(use)
            own: Tables = {} if found == use else {"id": found}
            table = {"use": use, **own, "reps": known.reps}
            if known.hold_s:
                table["hold_s"] = known.hold_s
        table["times"] = ["08:00"]
        return self._changed(lambda data: data.setdefault("exercises", []).append(table))

    def remove(self, place: int) -> "Draft":
        """Return the draft without the exercise at this place. Phases no longer name it."""
        gone = self.id_of(place)

        def change(data: Tables) -> None:
            del data["exercises"][place]
            for phase in _tables(data, "phases"):
                phase["exercises"] = [each for each in phase.get("exercises", []) if each != gone]

        return self._changed(change)

    def move(self, place: int, by: int) -> "Draft":
        """Return the draft with the exercise `by` places further down; at an end it stays."""
        to = min(max(place + by, 0), len(self.exercises) - 1)

        def change(data: Tables) -> None:
            data["exercises"].insert(to, data["exercises"].pop(place))

        return self._changed(change)

    def phase_of(self, place: int) -> int:
        """Return the number of the phase that names this exercise, from 1; 0: every phase has it."""
        wanted = self.id_of(place)
        named = (
            n for n, phase in enumerate(self.phases, 1) if wanted in phase.get("exercises", [])
        )
        return next(named, 0)

    def put_in_phase(self, place: int, number: int) -> "Draft":
        """Return the draft with this exercise in one phase alone; 0: in every phase."""
        wanted = self.id_of(place)

        def change(data: Tables) -> None:
            for n, phase in enumerate(_tables(data, "phases"), 1):
                named = [each for each in phase.get("exercises", []) if each != wanted]
                phase["exercises"] = [*named, wanted] if n == number else named

        return self._changed(change)

    def add_phase(self, name: str) -> "Draft":
        """Return the draft with one phase more."""
        table: Tables = {"name": name, "weeks": 6, "exercises": []}
        return self._changed(lambda data: data.setdefault("phases", []).append(table))

    def remove_phase(self, number: int) -> "Draft":
        """Return the draft without this phase, from 1. Its exercises then belong to every phase."""

        def change(data: Tables) -> None:
            del data["phases"][number - 1]
            left = len(data["phases"])
            if not left:
                del data["phases"]
            if data.get("phase", 1) > max(left, 1):
                data["phase"] = max(left, 1)

        return self._changed(change)

    def _changed(self, change: Callable[[Tables], Any]) -> "Draft":
        data = deepcopy(self.data)
        change(data)
        return Draft(data)


def empty(patient: str, therapist: str, timezone: str) -> Draft:
    """Return a draft without exercises. `timezone`: an IANA name."""
    return Draft({"patient": patient, "therapist": therapist, "version": 1, "timezone": timezone})


def of_text(text: str) -> Draft:
    """Return the draft of a plan file, without its comments. Raises PoiseError BAD_PLAN for one with faults."""
    parse_plan(text)
    return Draft(tomllib.loads(text))


def next_of(text: str) -> Draft:
    """Return the draft of the plan in force with the version that comes next. Raises PoiseError BAD_PLAN."""
    draft = of_text(text)
    return draft.put(("version",), draft.data["version"] + 1)


def typed(key: str, text: str) -> Any:
    """Return the value that text typed into the field `key` means; None for none."""
    text = text.strip() if key != "instructions" else text
    if not text.strip():
        return None
    if key in _DATES:
        try:
            return dt.date.fromisoformat(text)
        except ValueError:
            return text
    if key in _TEXTS or not _WHOLE.fullmatch(text):
        return text
    return int(text)


def _free(wanted: str, number: int, taken: set[str]) -> bool:
    return (f"{wanted}-{number}" if number > 1 else wanted) not in taken


def _tables(data: Mapping[str, Any], key: str) -> list[Tables]:
    found = as_list(data.get(key, [])) or []
    return [table for each in found if (table := as_table(each)) is not None]


def _put(data: Any, path: Path, value: Any) -> None:
    for part in path[:-1]:
        data = data.setdefault(part, {}) if isinstance(part, str) else data[part]
    if value is None:
        data.pop(path[-1], None)
    else:
        data[path[-1]] = value
