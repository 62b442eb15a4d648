"""The prescription of one exercise session: the plan's dose, the site, and what the clip can judge there. Pure.

The numbers marked [D] are design choices that a therapist confirms (docs/patients/exercise-sessions.md).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ...errors import PoiseError, Reason
from ...language import N_, _
from ...sensing import movements
from . import library
from .exercise import Exercise, ways
from .plan import Plan

REFERENCE_REPS = 5  # asked for in a recording with the therapist; MIN_REFERENCE_REPS are enough
MIN_REFERENCE_REPS = 3
UNAIMED_CDEG = 2_000  # [D] without target and reference: marks a repetition's begin and end
STRETCH_CDEG = 3_500  # [D] end posture where none is prescribed: 30 to 45 degrees is usual
MIN_AIM_CDEG = 1_000
TIMED_HOLDS = ("chin_tuck",)  # the clip senses a sign of the movement, but cannot measure the hold


@dataclass(frozen=True)
class Prescription:
    """One exercise at one site. `movements`: one after the other, `sets` × `reps` of each; empty: timed only.

    `reference`: figures of the repetitions recorded with the therapist, by movement (session/reference.py); empty:
    none. `max_a_day`: the plan's most sessions a day; 0: no limit. `target_deg` 0: none. `side` and
    `rest_s` as in Exercise.
    """

    exercise_id: str
    name: str
    movements: tuple[str, ...] = ()
    site: str = "unknown"
    reps: int = 1
    sets: int = 1
    hold_s: int = 0
    target_deg: int = 0
    level: int = 0
    instructions: str = ""
    plan_id: int | None = None
    max_a_day: int = 0
    reference: Mapping[str, Mapping[str, Any]] = field(default_factory=dict[str, Mapping[str, Any]])
    for_reference: bool = False
    side: str = ""
    rest_s: int = 0

    @property
    def shown_name(self) -> str:
        """The name as a user reads it: in the current language if it is the library's."""
        return library.in_language(self.name)

    @property
    def ways(self) -> tuple[str, ...]:
        """What one set consists of."""
        return ways(self.movements, self.side)

    @property
    def reps_prescribed(self) -> int:
        """Repetitions of the whole session: both sides, all sets."""
        return self.reps * self.sets * len(self.ways)

    @property
    def blocks(self) -> tuple["Block", ...]:
        """The session's sets in order: all movements and sides of the first set, then of the second."""
        sides = _sides(self.ways)
        return tuple(
            replace(block(self, movement, number), side=side)
            for number in range(1, self.sets + 1)
            for movement, side in zip(self.ways, sides, strict=True)
        )

    @property
    def source(self) -> str:
        """Source of the whole result: sensed, partly, self_reported."""
        found = {each.source for each in self.blocks}
        return found.pop() if len(found) == 1 else "partly"


@dataclass(frozen=True)
class Block:
    """One set of one movement. `judged`: arguments of `sensing.exercise.Exercise`; None: timer and self-report.

    `times_only`: the timer counts, although angles come (they are kept as a sign). `aimed`: there is a target.
    """

    movement: str
    set_number: int
    reps: int
    hold_ms: int
    source: str
    limits: str
    judged: Mapping[str, Any] | None
    aimed: bool = False
    times_only: bool = False
    side: str = ""  # left or right, where the movement's name does not say it


def _sides(ways: tuple[str, ...]) -> tuple[str, ...]:
    """Return the side of each of `ways` that comes twice: the left one first."""
    return ("left", "right") if len(ways) == 2 and ways[0] == ways[1] else ("",) * len(ways)


def prescribe(
    plan: Plan | None,
    exercise: Exercise,
    site: str,
    plan_id: int | None = None,
    reference: Mapping[str, Any] | None = None,
) -> Prescription:
    """Return a plan's exercise for a clip at this site.

    `plan`: it limits the sessions a day; None sets no limit. `plan_id`: its row in the store. `reference`: measures of
    the newest `store.references` row; None before one is recorded.
    """
    most = max(plan.progression.max_sessions_a_day, len(exercise.anchors)) if plan else 0
    return Prescription(
        exercise_id=exercise.id,
        name=exercise.name,
        movements=exercise.movements,
        site=site,
        reps=exercise.reps,
        sets=exercise.sets,
        hold_s=exercise.hold_s,
        target_deg=exercise.target_deg,
        level=exercise.level,
        instructions=exercise.instructions,
        plan_id=plan_id,
        max_a_day=most,
        reference=(reference or {}).get("movements", {}),
        side=exercise.side,
        rest_s=exercise.rest_s,
    )


def for_reference(prescription: Prescription) -> Prescription:
    """Return the same exercise as 5 slow repetitions to record with the therapist.

    Raises PoiseError BAD_INPUT for a movement or a site at which no repetition is sensed.
    """
    kinds = {movements.MOVEMENTS[movement][0] for movement in prescription.movements}
    if not kinds or kinds - {movements.REPETITIONS, movements.LEVEL, movements.HOLD}:
        raise PoiseError(
            Reason.BAD_INPUT,
            _("of '{name}' no sensor measures repetitions").format(name=prescription.name),
            _(
                "References are for movements that the clip senses: `poise exercise --list` says which."
            ),
        )
    # The nod is self-reported only as long as this recording is missing.
    waits_for_this = movements.LEVEL in kinds and prescription.site == "head"
    if prescription.source == "self_reported" and not waits_for_this:
        raise PoiseError(
            Reason.BAD_INPUT,
            _("with the clip at site '{site}' nothing is sensed of '{name}'").format(
                site=prescription.site, name=prescription.name
            ),
            _("Wear the clip at the head: `poise calibrate --site head`."),
        )
    return replace(
        prescription,
        reps=REFERENCE_REPS,
        sets=1,
        hold_s=0,
        max_a_day=0,
        reference={},
        for_reference=True,
    )


def block(prescription: Prescription, movement: str, number: int) -> Block:
    """Return one set of one movement, with the limits of its judgement."""
    hold_ms = prescription.hold_s * 1_000
    source = library.source(movement, prescription.site)
    limits = library.limits(movement, prescription.site)
    judged: dict[str, Any] | None = None
    aimed = False
    if source != "self_reported":
        judged, aimed = _judged(prescription, movement, hold_ms)
        if judged is None:
            source = "self_reported"
            limits = N_("timed: your own full nod is not recorded yet")
    return Block(
        movement=movement,
        set_number=number,
        reps=prescription.reps,
        hold_ms=hold_ms,
        source=source,
        limits=limits,
        judged=judged,
        aimed=aimed,
        times_only=movement in TIMED_HOLDS,
    )


def _judged(
    prescription: Prescription, movement: str, hold_ms: int
) -> tuple[dict[str, Any] | None, bool]:
    """Return the arguments of `sensing.exercise.Exercise`, and True if there is a target to reach."""
    kind = movements.MOVEMENTS[movement][0]
    base = {"movement": movement, "site": prescription.site}
    known = prescription.reference.get(movement, {})
    if prescription.for_reference and kind != movements.REPETITIONS:
        # A reference is a repetition out and back: a full nod, or the way into a stretch.
        return {**base, "movement": _way(movement), "target_cdeg": MIN_AIM_CDEG}, False
    if kind == movements.REPETITIONS:
        aim_cdeg = prescription.target_deg * 100 or int(known.get("peak_cdeg", 0))
        aimed = aim_cdeg >= MIN_AIM_CDEG and not prescription.for_reference
        target = aim_cdeg if aim_cdeg >= MIN_AIM_CDEG else UNAIMED_CDEG
        return {**base, "target_cdeg": target, "hold_ms": hold_ms}, aimed
    held = {**base, "hold_ms": max(1_000, hold_ms)}
    if kind == movements.LEVEL:
        full = int(known.get("peak_cdeg", 0))
        return (
            {**held, "full_nod_cdeg": full, "level": prescription.level} if full else None
        ), True
    if movement.startswith("stretch_"):
        end = prescription.target_deg * 100 or int(known.get("peak_cdeg", 0)) or STRETCH_CDEG
        return {**held, "target_cdeg": max(end, 2 * movements.STRETCH_CDEG)}, True
    return held, True


def _way(movement: str) -> str:
    """Return the plain movement that leads into a hold: same axis, same direction."""
    _, axis, sign = movements.MOVEMENTS[movement][:3]
    return next(
        name
        for name, row in movements.MOVEMENTS.items()
        if row[0] == movements.REPETITIONS and row[1] == axis and row[2] == sign
    )
