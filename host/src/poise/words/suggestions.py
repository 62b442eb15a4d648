"""Words of what the plan's rules suggest: `poise plan suggest` and the visit have the same."""

from ..coach.plan.plan import Exercise
from ..coach.progression import Suggestion
from ..language import _, wording

KINDS = {
    "advance": "a step up",
    "regress": "a step back",
    "pause": "a pause, and a talk with the patient",
    "review": "a review",
    "graduate": "the end of the programme, tapering off",
}
VARIABLES = {"hold_s": "hold in seconds", "reps": "repetitions", "sets": "sets"}
KEEP = "keep"


def line(name: str, found: Suggestion | None, exercise: Exercise | None) -> str:
    """Return a suggestion in words; None: carry on. `name`: of the exercise, or of the programme."""
    if found is None:
        return _("{name}: {suggestion}.").format(name=name, suggestion=_(KEEP))
    kind = _(KINDS[found.kind])
    if found.change and exercise is not None:
        key, value = found.change
        return _("{name}: {suggestion}: {variable} from {before} to {after}.").format(
            name=name,
            suggestion=kind,
            variable=_(VARIABLES[key]),
            before=getattr(exercise, key),
            after=value,
        )
    if found.kind in ("advance", "regress"):
        return _(
            "{name}: {suggestion}: nothing in the plan is left to change; another exercise, or its load."
        ).format(name=name, suggestion=kind)
    return _("{name}: {suggestion}.").format(name=name, suggestion=kind)


wording.translate(__name__)
