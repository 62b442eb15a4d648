"""One exercise of a plan. The library fills the fields that the plan leaves out. Pure."""

import datetime as dt
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from ...language import _, ngettext
from ...sensing.movements import MOVEMENTS
from . import library
from .check import Checker, as_list, as_table
from .days import DAYS, FIRST_DAY, LAST_DAY, MAX_EVERY_DAYS, is_on
from .toml_lines import Path

MAX_TIMES_A_DAY = 6
MIN_APART_MIN = 30
MAX_NOD_LEVEL = 4
VARIABLES = ("hold_s", "reps", "sets", "load")  # progression may change one of these at a time

_KEYS = {
    "id", "use", "name", "instructions", "reps", "sets", "hold_s", "movement", "target_deg", "level", "steps",
    "times", "anchors", "days", "every_days", "starts", "ends",
}  # fmt: skip


@dataclass(frozen=True)
class Anchor:
    """A time of day and the habit it belongs to, such as "after breakfast"; "" without a habit."""

    time: dt.time
    habit: str


@dataclass(frozen=True)
class Exercise:
    """One exercise and its dose. `starts` and `ends` are included; None is open.

    `days`: 0 is Monday. `every_days` 2: `starts` and every second day after it, whatever `days` says; 0: `days`
    applies.

    `library`: its id in library.toml, "" for a free-form exercise. `movements`: done one after the other, the dose
    for each; empty: timed only. `target_deg` 0: none. `level`: of a nod, 0 to 4. `steps`: the variables that
    progression may change.
    """

    id: str
    name: str
    instructions: str
    reps: int
    sets: int
    hold_s: int
    anchors: tuple[Anchor, ...]
    days: frozenset[int]
    starts: dt.date | None
    ends: dt.date | None
    library: str = ""
    movements: tuple[str, ...] = ()
    target_deg: int = 0
    level: int = 0
    steps: tuple[str, ...] = VARIABLES[:3]
    every_days: int = 0

    def is_on(self, day: dt.date) -> bool:
        """True if the exercise is prescribed on this day."""
        return is_on(self, day)

    def times_on(self, day: dt.date) -> int:
        """Return how many times the exercise is prescribed on this day."""
        return len(self.anchors) if self.is_on(day) else 0

    @property
    def movement(self) -> str:
        """The first movement; "" when there is none."""
        return self.movements[0] if self.movements else ""

    @property
    def dose(self) -> str:
        """The dose in words, such as "2 × 10 repetitions, hold 5 s"."""
        count = ngettext("{count} repetition", "{count} repetitions", self.reps)
        if len(self.movements) > 1:
            count = ngettext(
                "{count} repetition each side", "{count} repetitions each side", self.reps
            )
        sets = f"{self.sets} × " if self.sets > 1 else ""
        hold = ", " + _("hold {seconds} s").format(seconds=self.hold_s) if self.hold_s else ""
        return f"{sets}{count.format(count=self.reps)}{hold}"

    @property
    def shown_name(self) -> str:
        """The name as a user reads it: in the current language if it is the library's."""
        return library.in_language(self.name) if self.library else self.name

    @property
    def shown_instructions(self) -> str:
        """The instructions as a user reads them: in the current language if they are the library's."""
        return library.in_language(self.instructions) if self.library else self.instructions


def exercise(check: Checker, place: int, data: Any) -> Exercise:
    """Read and check the exercise at this place of the plan's list."""
    at: Path = ("exercises", place)
    data = check.table(at, data)
    check.known(at, data, _KEYS)
    data = _with_library(check, at, data)
    days = check.choices(at, data, "days", DAYS)
    starts, ends = _date(check, at, data, "starts"), _date(check, at, data, "ends")
    if starts and ends and ends < starts:
        check.fault(
            (*at, "ends"), _("{ends} is before starts {starts}").format(ends=ends, starts=starts)
        )
    return Exercise(
        id=check.identifier(at, data, "id"),
        name=check.text(at, data, "name", 60),
        instructions=check.text(at, data, "instructions", 500, default="", lines=True),
        reps=check.integer(at, data, "reps", 1, 100),
        sets=check.integer(at, data, "sets", 1, 10, default=1),
        hold_s=check.integer(at, data, "hold_s", 0, 120, default=0),
        anchors=_anchors(check, at, data),
        days=frozenset(DAYS.index(day) for day in days),
        starts=starts,
        ends=ends,
        library=data.get("use", ""),
        movements=_movements(check, at, data),
        target_deg=check.integer(at, data, "target_deg", 0, 90, default=0),
        level=check.integer(at, data, "level", 0, MAX_NOD_LEVEL, default=0),
        steps=_steps(check, at, data),
        every_days=_every_days(check, at, data),
    )


def title(data: Any) -> str:
    """Return the name of the exercise or the phase in this table; "" without one."""
    table = as_table(data) or {}
    known = library.library().get(str(table.get("use", "")))
    names = (table.get("name"), known.name if known else None, table.get("id"), table.get("use"))
    return next((name for name in names if isinstance(name, str) and name.strip()), "")


def _with_library(check: Checker, at: Path, data: dict[str, Any]) -> dict[str, Any]:
    """Fill missing fields from the library. `use` is "" when the library does not have that exercise."""
    name = data.get("use", "")
    if not name:
        return {**data, "use": ""}
    known = library.library()
    if not isinstance(name, str) or name not in known:
        check.fault(
            (*at, "use"), _("not in the library; there are: {names}").format(names=", ".join(known))
        )
        return {"id": "unknown", "name": "unknown", "reps": 1, **data, "use": ""}
    found = known[name]
    given = {
        "id": found.id,
        "name": found.name,
        "instructions": found.instructions,
        "reps": found.reps,
        "hold_s": found.hold_s,
        "movement": list(found.movements),
        "target_deg": found.target_deg,
    }
    return {**given, **data}


def _movements(check: Checker, at: Path, data: dict[str, Any]) -> tuple[str, ...]:
    given = data.get("movement", [])
    listed = [given] if isinstance(given, str) else as_list(given)
    known = MOVEMENTS
    if listed is None or len(listed) > 2 or not all(m in known for m in listed):
        check.fault(
            (*at, "movement"), _("must be one or two of: {names}").format(names=", ".join(known))
        )
        return ()
    return tuple(listed)


def _every_days(check: Checker, at: Path, data: dict[str, Any]) -> int:
    if "every_days" not in data:
        return 0
    if "days" in data:
        check.fault((*at, "every_days"), _("cannot stand beside `days`; leave one of them out"))
    return check.integer(at, data, "every_days", 1, MAX_EVERY_DAYS)


def _date(check: Checker, at: Path, data: dict[str, Any], key: str) -> dt.date | None:
    found = check.date(at, data, key)
    if found and not FIRST_DAY <= found <= LAST_DAY:
        what = _("{day} is out of reach; allowed are {first} to {last}")
        check.fault((*at, key), what.format(day=found, first=FIRST_DAY, last=LAST_DAY))
        return None
    return found


def _steps(check: Checker, at: Path, data: dict[str, Any]) -> tuple[str, ...]:
    given = as_list(data.get("steps", list(VARIABLES[:3])))
    if given is not None and all(item in VARIABLES for item in given):
        return tuple(dict.fromkeys(given))
    check.fault(
        (*at, "steps"), _("must be a list of some of: {names}").format(names=", ".join(VARIABLES))
    )
    return ()


def _anchors(check: Checker, at: Path, data: dict[str, Any]) -> tuple[Anchor, ...]:
    found = [Anchor(time, "") for time in check.times(at, data, "times", default=[])]
    listed = data.get("anchors", [])
    tables = as_list(listed)
    for item in [listed] if tables is None else tables:
        anchor = check.table((*at, "anchors"), item)
        check.known((*at, "anchors"), anchor, {"habit", "time"})
        time = check.time((*at, "anchors"), anchor.get("time"))
        found.append(Anchor(time, check.text((*at, "anchors"), anchor, "habit", 60)))
    if not found and not check.has_fault((*at, "times")):
        check.fault(
            (*at, "times"),
            _('missing; give times of day, such as times = ["08:00"], or anchors'),
        )
    if len(found) > MAX_TIMES_A_DAY:
        check.fault(
            (*at, "times"),
            _("{count} times a day are more than {most}; allowed are 1 to {most}").format(
                count=len(found), most=MAX_TIMES_A_DAY
            ),
        )
    found.sort(key=lambda anchor: anchor.time)
    for a, b in pairwise(found):
        if minutes(b.time) - minutes(a.time) < MIN_APART_MIN:
            check.fault(
                (*at, "times"),
                _("{one} and {other} are less than {least} min apart").format(
                    one=f"{a.time:%H:%M}", other=f"{b.time:%H:%M}", least=MIN_APART_MIN
                ),
            )
    return tuple(found)


def minutes(time: dt.time) -> int:
    """Return the minutes since midnight."""
    return time.hour * 60 + time.minute
