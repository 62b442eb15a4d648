"""The built-in exercises (library.toml), their drawings, and what a clip can judge of each. Reads only its own files.

Which exercise and dose are right for somebody is the therapist's to say: nothing here does.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from ...errors import PoiseError, Reason
from ...sensing import movements


@dataclass(frozen=True)
class LibraryExercise:
    """One exercise. `movements`: done one after the other, the dose for each; empty: no clip sees anything of it.

    `phase`: 1 precision at low load, 2 co-ordination and posture, 3 strength and endurance. `hold_s` 0: no hold.
    `target_deg` 0: none. `picture`: what the drawing shows, in words. `evidence`: where the dose comes from.
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
    """Every built-in exercise by its id, in the order of the file."""
    text = files("poise.coach.plan").joinpath("library.toml").read_text(encoding="utf-8")
    return {key: _entry(key, row) for key, row in tomllib.loads(text).items()}


def entry(exercise_id: str) -> LibraryExercise:
    """The built-in exercise with this id. Raises PoiseError BAD_INPUT."""
    found = library().get(exercise_id)
    if found is None:
        raise PoiseError(
            Reason.BAD_INPUT,
            f"no exercise '{exercise_id}' in the library",
            f"There are {', '.join(library())}.",
        )
    return found


def drawing_svg(exercise_id: str) -> str:
    """The drawing of a built-in exercise, an SVG in the colour of the text around it. Raises PoiseError."""
    name = f"{entry(exercise_id).id}.svg"
    return files("poise.coach.plan").joinpath("drawings", name).read_text(encoding="utf-8")


def standing(movement: str, site: str) -> str:
    """What a clip at "head", "collar" or "head+trunk" makes of a movement: sensed, partly, self_reported."""
    if not movement:
        return "self_reported"
    return movements.standing(movement, site if site in movements.SITES else "collar")


def limits(movement: str, site: str) -> str:
    """In a few words, what the clip sees of it there and what not."""
    if not movement:
        return "timed; the clip sees nothing of it"
    return movements.limits(movement, site if site in movements.SITES else "collar")


def _entry(key: str, row: dict) -> LibraryExercise:
    return LibraryExercise(
        id=key,
        name=row["name"],
        phase=row["phase"],
        movements=tuple(row["movement"]),
        reps=row["reps"],
        hold_s=row.get("hold_s", 0),
        target_deg=row.get("target_deg", 0),
        instructions=row["instructions"].strip(),
        picture=row["picture"],
        evidence=row["evidence"],
    )
