"""The built-in exercises (library.toml), their drawings, and the limits of what a clip can judge of each.

This module reads only its own files. The therapist chooses exercise and dose; nothing here does.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from ...errors import PoiseError, Reason
from ...language import N_, _
from ...sensing import movements
from .pain import EFFORT


@dataclass(frozen=True)
class LibraryExercise:
    """One exercise. `movements`: done one after the other, the dose for each; empty: the clip senses none of it.

    `phase`: 1 precision at low load, 2 co-ordination and posture, 3 strength and endurance. `hold_s` 0: no hold.
    `target_deg` 0: none. `picture`: a description of the drawing. `evidence`: the source of the dose.
    """

    id: str
    name: str
    phase: int
    movements: tuple[str, ...]
    reps: int
    hold_s: int
    target_deg: int
    instructions: str
    picture: str
    evidence: str

    @property
    def movement(self) -> str:
        """The first movement; "" when there is none."""
        return self.movements[0] if self.movements else ""


@cache
def library() -> dict[str, LibraryExercise]:
    """Return every built-in exercise by its id, in the order of the file."""
    text = files("poise.coach.plan").joinpath("library.toml").read_text(encoding="utf-8")
    return {key: _entry(key, row) for key, row in tomllib.loads(text).items()}


def entry(exercise_id: str) -> LibraryExercise:
    """Return the built-in exercise with this id. Raises PoiseError BAD_INPUT for an unknown id."""
    found = library().get(exercise_id)
    if found is None:
        raise PoiseError(
            Reason.BAD_INPUT,
            _("no exercise '{name}' in the library").format(name=exercise_id),
            _("There are {names}.").format(names=", ".join(library())),
        )
    return found


def drawing_svg(exercise_id: str) -> str:
    """Return a built-in exercise's drawing as SVG, in the colour of the text around it.

    Raises PoiseError as `entry`.
    """
    name = f"{entry(exercise_id).id}.svg"
    return files("poise.coach.plan").joinpath("drawings", name).read_text(encoding="utf-8")


def source(movement: str, site: str) -> str:
    """Return how a clip at "head", "collar" or "head+trunk" judges a movement: sensed, partly, self_reported.

    Another site counts as the collar. "" (no movement) is self_reported.
    """
    if not movement:
        return "self_reported"
    return movements.source(movement, site if site in movements.SITES else "collar")


def limits(movement: str, site: str) -> str:
    """Return, in a few words, which part of a movement the clip senses at this site and which not.

    In English, since sessions keep it: `_` translates it where it is shown. Another site counts as the collar.
    """
    if not movement:
        return N_("timed; the clip sees nothing of it")
    return movements.limits(movement, site if site in movements.SITES else "collar")


def in_language(text: str) -> str:
    """Return a name or instructions of the library in the current language; a plan's own text stays as it is."""
    own = text.removesuffix(EFFORT).rstrip()
    if own not in _texts():
        return text
    return f"{_(own)} {_(EFFORT)}" if text.endswith(EFFORT) else _(own)


@cache
def _texts() -> frozenset[str]:
    """Return the names, and the instructions without the sentence about effort."""
    found = library().values()
    names = {each.name for each in found}
    return frozenset(names | {each.instructions.removesuffix(EFFORT).rstrip() for each in found})


def _entry(key: str, row: dict[str, Any]) -> LibraryExercise:
    return LibraryExercise(
        id=key,
        name=row["name"],
        phase=row["phase"],
        movements=tuple(row["movement"]),
        reps=row["reps"],
        hold_s=row.get("hold_s", 0),
        target_deg=row.get("target_deg", 0),
        instructions=f"{row['instructions'].strip()} {EFFORT}",
        picture=row["picture"],
        evidence=row["evidence"],
    )
