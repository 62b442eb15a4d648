"""What is told at one moment is shown together: the last cue does not hide an advice that came with it."""

import pytest

from poise.cli import guiding
from poise.coach.plan.prescription import Prescription
from poise.coach.session.cues import Cue, Phase, Told, View
from poise.coach.session.session import Session
from poise.words import strings
from poise.words.session import advice, words
from tests.support.exercise_gym import gym, look_down

ASKED = Prescription("row", "Row", (), "unknown", reps=2)


def after(before: int | None, pain: int | None) -> Session:
    place = gym(ASKED, angles=False)
    place.begin(before or 0)
    place.until_phase(Phase.REPS_DONE)
    place.session.answer_reps(2)
    place.hear(place.session.answer_pain(pain))
    return place.session


@pytest.mark.parametrize(
    ("before", "pain", "rise"),
    [(1, 4, 3), (2, 4, 2), (0, 5, 5), (2, 3, 0), (4, 1, 0), (2, None, 0)],
)
def test_a_rise_in_pain_is_told_in_the_end(before, pain, rise):
    session = after(before, pain)
    cues = [one.cue for one in session.view().told]
    assert (Cue.PAIN_ROSE in cues) is bool(rise)
    assert cues[-1] is Cue.SESSION_DONE
    assert advice(session.result) == (f"The pain is up by {rise}. " if rise else "") + (
        "Tell your therapist when that stays for a day." if rise else ""
    )


def test_a_stop_needs_no_such_advice():
    assert advice(after(2, 8).result) == ""


@pytest.mark.parametrize("plain", [False, True])
def test_the_terminals_summary_tells_it_too(capsys: pytest.CaptureFixture, plain: bool):
    session = after(1, 4)

    class Runner:
        result, source = session.result, session.source

    if plain:
        for one in session.view().told:
            guiding.Lines().hear(one)
    guiding.summarise(Runner(), ASKED, 1)  # pyright: ignore[reportArgumentType] (what it reads)
    assert capsys.readouterr().out.count("The pain is up by 3") == 1


@pytest.mark.parametrize(
    ("told", "text"),
    [
        (["counted", "compensated", "set_done"], "compensated set_done"),
        (["hold_done", "counted", "come_back"], "counted"),
        (["back_again", "hold_still"], "back_again"),
        (["go_out"], ""),
    ],
)
def test_what_is_told_together_is_shown_together(told: list[str], text: str):
    values: dict[str, int | str] = {"set": 1, "sets": 2}
    view = View(Phase.OUT, told=tuple(Told(Cue(name), values) for name in told), reps_done=1)
    wanted = " ".join(strings.EX_CUES[name].format(**values) for name in text.split())
    assert words(view)["cue"] == wanted


def test_what_was_not_seen_to_the_end_is_said():
    place = gym(look_down(), flexion=41.0)
    place.begin()
    place.run(1.5)
    place.session.pause()
    place.hear(place.session.resume())
    assert strings.EX_NOT_COUNTED["not_seen"] in words(place.session.view())["cue"]


def test_with_moderate_pain_do_less_stays_until_the_first_repetition():
    place = gym(look_down(), flexion=41.0)
    place.begin(pain=4)
    assert words(place.session.view())["cue"] == strings.EX_CUES["pain_moderate"]
    place.until(lambda: place.session.result.reps_done + len(place.session.result.reps) > 0)
    place.until_phase(Phase.OUT)
    assert words(place.session.view())["cue"] != strings.EX_CUES["pain_moderate"]
