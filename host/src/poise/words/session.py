"""An exercise session in words, for the page and for the terminal. Needs no browser."""

from ..coach import safety
from ..coach.plan import library
from ..coach.plan.exercise import SIDES
from ..coach.session.cues import Cue, Phase, Told, View
from ..coach.session.reference import Beside
from ..coach.session.result import Result
from ..language import _
from ..text import capitalized
from . import strings


def beside_line(one: Beside) -> str:
    """A movement of a session beside its reference, without a judgement."""
    line = strings.EX_BESIDE_LINE.format(
        movement=capitalized(strings.MOVEMENTS[one.movement]),
        peak=one.peak_deg,
        reference=one.reference_deg,
    )
    return f"{line} ({strings.EX_BESIDE_ALIKE})" if one.alike else line


def name(view: View) -> str:
    """Return the exercise's name: in the current language if it is the library's."""
    return library.in_language(view.name)


def words(view: View) -> dict[str, str]:
    """Return the texts that a page shows of this moment, by their place on the page."""
    movement = strings.MOVEMENTS.get(view.movement, view.movement)
    step = strings.EX_PHASES.get(view.phase.value, "").format(movement=movement)
    if step and view.side:
        step = f"{step} ({_(SIDES[view.side])})"
    limits = f" ({_(view.limits)})" if view.limits else ""
    return {
        "step": step,
        "cue": strings.EX_LOST[view.lost_why] if view.phase is Phase.LOST else _cues(view),
        "reps": strings.EX_REPS.format(done=view.reps_done, of=view.reps_prescribed),
        "set": strings.EX_REPS.format(done=view.set_number, of=view.sets),
        "left": str(-(-view.left_ms // 1_000)) if view.left_ms else strings.DASH,
        "source": capitalized(strings.SOURCE[view.source]) + limits,
        "pause": strings.EX_GO_ON if view.phase is Phase.PAUSED else strings.EX_PAUSE,
    }


def _cues(view: View) -> str:
    """Return all cues of the last moment; after moderate pain and before the first repetition the cue to do less."""
    found = [text for one in view.told if (text := cue(one))]
    if len(found) > 1:
        found = [text for text in found if text != strings.EX_CUES["counted"]]
    if not found and not view.reps_done and safety.is_moderate(view.pain_before):
        return strings.EX_CUES["pain_moderate"]
    return " ".join(found)


def advice(result: Result) -> str:
    """Return the advice on a rise of pain after an exercise that did not stop the programme; else ""."""
    rise = safety.pain_rise(result.pain_before, result.pain_after)
    if not rise or result.outcome.startswith("stopped"):
        return ""
    return strings.EX_CUES["pain_rose"].format(rise=rise)


def cue(told: Told) -> str:
    """Return a cue's own text; "" for most cues."""
    values = told.values
    if told.cue is Cue.NOT_COUNTED:
        return strings.EX_NOT_COUNTED.get(str(values["fault"]), "")
    if told.cue is Cue.PAIN_ROSE:
        rise = int(values["after"]) - int(values["before"])
        return strings.EX_CUES["pain_rose"].format(rise=rise)
    return strings.EX_CUES.get(told.cue.value, "").format(**values)
