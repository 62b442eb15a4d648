"""One exercise of a plan. The library fills the fields that the plan leaves out. Pure."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from ...language import N_, _, ngettext
from ...sensing.movements import MOVEMENTS
from . import library, times
from .check import Checker, as_list, as_table
from .days import DAYS, FIRST_DAY, LAST_DAY, MAX_EVERY_DAYS, is_on
from .times import Anchor, Times
from .toml_lines import Path

MAX_NOD_LEVEL = 4
MAX_REST_S = 600
VARIABLES = ("hold_s", "reps", "sets", "load")  # progression may change one of these at a time

_KEYS = {
    "id", "use", "name", "instructions", "reps", "sets", "hold_s", "movement", "target_deg", "level", "steps",
    "days", "every_days", "starts", "ends", "side", "rest_s", "load", "precaution", *times.KEYS,
}  # fmt: skip
EACH = "each"
SIDES = {"left": N_("left side"), "right": N_("right side"), EACH: N_("each side")}


@dataclass(frozen=True)
class Exercise:
    """One exercise and its dose. `starts` and `ends` are included; None is open.

    `days`: 0 is Monday. `every_days` 2: `starts` and every second day after it, whatever `days` says; 0: `days`
    applies.

    `library`: its id in library.toml, "" for a free-form exercise. `movements`: done one after the other, the dose
    for each; empty: timed only. `target_deg` 0: none. `level`: of a nod, 0 to 4. `steps`: the variables that
    progression may change.

    `side`: left, right, each, or "" where the plan names none. `rest_s`: between sets, seconds; 0: the guidance's own.
    `load`: a weight or a band, in the therapist's words. `precaution`: what to take care of; "" for none.
    """

    id: str
    name: str
    instructions: str
    reps: int
    sets: int
    hold_s: int
    due: Times
    days: frozenset[int]
    starts: dt.date | None
    ends: dt.date | None
    library: str = ""
    movements: tuple[str, ...] = ()
    target_deg: int = 0
    level: int = 0
    steps: tuple[str, ...] = VARIABLES[:3]
    every_days: int = 0
    side: str = ""
    rest_s: int = 0
    load: str = ""
    precaution: str = ""

    @property
    def anchors(self) -> tuple[Anchor, ...]:
        """The moments of a day on which it is due; none for an exercise as needed."""
        return self.due.anchors

    def is_on(self, day: dt.date) -> bool:
        """True if the exercise is prescribed on this day."""
        return is_on(self, day)

    @property
    def movement(self) -> str:
        """The first movement; "" when there is none."""
        return self.movements[0] if self.movements else ""

    @property
    def dose(self) -> str:
        """The dose in words, such as "2 × 10 repetitions, hold 5 s"."""
        count = ngettext("{count} repetition", "{count} repetitions", self.reps)
        if self.is_each_side:
            count = ngettext(
                "{count} repetition each side", "{count} repetitions each side", self.reps
            )
        sets = f"{self.sets} × " if self.sets > 1 else ""
        parts = [f"{sets}{count.format(count=self.reps)}"]
        if self.side and not self.is_each_side:
            parts.append(_(SIDES[self.side]))
        if self.hold_s:
            parts.append(_("hold {seconds} s").format(seconds=self.hold_s))
        if self.rest_s and self.sets > 1:
            parts.append(_("rest {seconds} s between sets").format(seconds=self.rest_s))
        if self.load:
            parts.append(_("with {load}").format(load=self.load))
        return ", ".join(parts)

    @property
    def ways(self) -> tuple[str, ...]:
        """What one set consists of."""
        return ways(self.movements, self.side)

    @property
    def work_s(self) -> int:
        """Seconds of work in one session, at a second for a repetition without a hold; without rests."""
        return self.sets * self.reps * max(self.hold_s, 1) * len(self.ways)

    @property
    def is_each_side(self) -> bool:
        """True if the dose is for the left side and for the right one."""
        return self.side == EACH or (not self.side and len(self.movements) > 1)

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
    side = _side(check, at, data)
    return Exercise(
        id=check.identifier(at, data, "id"),
        name=check.text(at, data, "name", 60),
        instructions=check.text(at, data, "instructions", 500, default="", lines=True),
        reps=check.integer(at, data, "reps", 1, 100),
        sets=check.integer(at, data, "sets", 1, 10, default=1),
        hold_s=check.integer(at, data, "hold_s", 0, 120, default=0),
        due=times.read(check, at, data),
        days=frozenset(DAYS.index(day) for day in days),
        starts=starts,
        ends=ends,
        library=data.get("use", ""),
        movements=_movements(check, at, data, side),
        target_deg=check.integer(at, data, "target_deg", 0, 90, default=0),
        level=check.integer(at, data, "level", 0, MAX_NOD_LEVEL, default=0),
        steps=_steps(check, at, data),
        every_days=_every_days(check, at, data),
        side=side,
        rest_s=check.integer(at, data, "rest_s", 0, MAX_REST_S, default=0),
        load=check.text(at, data, "load", 40, default=""),
        precaution=check.text(at, data, "precaution", 200, default="", lines=True),
    )


def ways(movements: tuple[str, ...], side: str) -> tuple[str, ...]:
    """Return what one set consists of: each movement ("": the clip senses none), twice if it is for both sides."""
    found = movements or ("",)
    return found * 2 if side == EACH and len(found) == 1 else found


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


def _side(check: Checker, at: Path, data: dict[str, Any]) -> str:
    side = check.text(at, data, "side", 30, default="")
    if side and side not in SIDES:
        check.fault((*at, "side"), _("must be one of: {names}").format(names=", ".join(SIDES)))
        return ""
    return side


def _movements(check: Checker, at: Path, data: dict[str, Any], side: str) -> tuple[str, ...]:
    given = data.get("movement", [])
    listed = [given] if isinstance(given, str) else as_list(given)
    known = MOVEMENTS
    if listed is None or len(listed) > 2 or not all(m in known for m in listed):
        check.fault(
            (*at, "movement"), _("must be one or two of: {names}").format(names=", ".join(known))
        )
        return ()
    if side == EACH and len(listed) == 1 and listed[0].endswith("_left"):
        return listed[0], listed[0].removesuffix("_left") + "_right"
    if side in ("", EACH):
        return tuple(listed)
    other = "_right" if side == "left" else "_left"
    kept = tuple(movement for movement in listed if not movement.endswith(other))
    if listed and not kept:
        check.fault((*at, "side"), _("the movement here is of the other side"))
    return kept


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
