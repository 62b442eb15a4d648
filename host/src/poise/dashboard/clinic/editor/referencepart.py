"""Reference repetitions of one exercise: what is recorded, and how to record them with the therapist."""

from ....coach.plan.exercise import Exercise
from ....coach.plan.prescription import for_reference, prescribe
from ....errors import PoiseError
from ....language import formats
from ....words import editor as words
from ....words import strings
from ...parts import el, link
from ..layout import address_of
from .editing import Editing

SITE = "head"  # where a clip measures repetitions


def show_reference(editing: Editing, exercise_id: str) -> None:
    """Draw what is known of this exercise's reference; nothing before the exercise is in force."""
    exercise = editing.before.exercise(exercise_id) if editing.before else None
    if exercise is None:
        return
    with el("div", classes="row"):
        with el("div"):
            el("p", words.REFERENCE, "strong small")
            el("p", _told(editing, exercise), "small muted")
        if _is_seen(editing, exercise):
            label = words.REFERENCE_RECORD_LABEL.format(name=exercise.shown_name)
            patient_id = editing.here.store.patient_id
            to = address_of(patient_id, f"/reference/{exercise_id}")
            link(words.REFERENCE_RECORD, to, "button quiet", aria_label=label)


def _is_seen(editing: Editing, exercise: Exercise) -> bool:
    """True if a clip at the head measures repetitions of this exercise."""
    try:
        for_reference(prescribe(editing.before, exercise, SITE))
    except PoiseError:
        return False
    return True


def _told(editing: Editing, exercise: Exercise) -> str:
    if not _is_seen(editing, exercise):
        return words.REFERENCE_UNSEEN
    known = editing.here.store.references.latest(exercise.id, SITE)
    if known is None:
        return words.REFERENCE_NONE
    day = formats.long_date(editing.here.local(known.when_utc_ms).date())
    site = strings.CLIP_SITES.get(known.site, known.site)
    return words.REFERENCE_KEPT.format(day=day, who=known.who, site=site)
