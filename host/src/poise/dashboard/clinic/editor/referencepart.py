"""Reference repetitions of one exercise: what is recorded, and how to record them with the therapist."""

from ....coach.plan.plan import Plan
from ....coach.plan.prescription import for_reference, prescribe
from ....errors import PoiseError
from ....language import formats
from ....words import editor as words
from ....words import strings
from ...parts import el
from .editing import Editing

SITE = "head"  # where a clip measures repetitions


def show_reference(editing: Editing, exercise_id: str) -> None:
    """Draw what is known of this exercise's reference; nothing before it is in force."""
    plan = editing.before
    if plan is None or plan.exercise(exercise_id) is None:
        return
    with el("div"):
        el("p", words.REFERENCE, "strong small")
        el("p", _told(editing, plan, exercise_id), "small muted")


def _told(editing: Editing, plan: Plan, exercise_id: str) -> str:
    exercise = plan.exercise(exercise_id)
    assert exercise is not None, "the plan has it"
    try:
        for_reference(prescribe(plan, exercise, SITE))
    except PoiseError:
        return words.REFERENCE_UNSEEN
    known = editing.here.store.references.latest(exercise_id, SITE)
    command = f"poise exercise {exercise_id} --reference NAME"
    if known is None:
        return f"{words.REFERENCE_NONE}. {words.REFERENCE_DO.format(command=command)}"
    day = formats.long_date(editing.here.local(known.when_utc_ms).date())
    site = strings.CLIP_SITES.get(known.site, known.site)
    return words.REFERENCE_KEPT.format(day=day, who=known.who, site=site)
