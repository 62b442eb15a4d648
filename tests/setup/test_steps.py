"""Which step comes next follows from what is so: no step remembers anything."""

import itertools
from dataclasses import fields

import pytest

from poise.setup.steps import NEEDED, Facts, State, Step, done, missing, progress
from poise.words import setup as words

ALL = Facts(**{each.name: True for each in fields(Facts)})
# The facts of a first run, as they come.
STORY = [
    (Facts(), "now waits waits open open waits"),
    (Facts(heard=True), "done now waits open open waits"),
    (Facts(heard=True, paired=True), "done done now open open open"),
    (Facts(paired=True, calibrated=True), "done done done now open open"),
    (Facts(paired=True, calibrated=True, planned=True), "done done done done now open"),
    (Facts(paired=True, calibrated=True, planned=True, at_login=True), "done done done done done now"),
    (ALL, "done done done done done done"),
]  # fmt: skip


@pytest.mark.parametrize(("facts", "states"), STORY)
def test_the_first_run(facts: Facts, states: str) -> None:
    assert " ".join(progress(facts).values()) == states


def test_a_step_that_is_left_gives_way_and_is_done_when_its_fact_comes() -> None:
    facts = Facts(paired=True)
    assert " ".join(progress(facts, {Step.UPRIGHT}).values()) == "done done later now open open"
    came = progress(Facts(paired=True, calibrated=True), {Step.UPRIGHT})
    assert came[Step.UPRIGHT] is State.DONE
    # What waits for an earlier step can't be taken up, left or not.
    assert progress(Facts(), set(Step))[Step.PAIR] is State.WAITS


def test_whatever_is_so_at_most_one_step_is_next_and_none_waits_for_nothing() -> None:
    names = [each.name for each in fields(Facts)]
    for values in itertools.product((False, True), repeat=len(names)):
        facts = Facts(**dict(zip(names, values, strict=True)))
        states = progress(facts)
        assert list(states) == list(Step)
        todo = [each for each in states.values() if each not in (State.DONE, State.WAITS)]
        assert todo == ([State.NOW] + [State.OPEN] * (len(todo) - 1) if todo else [])
        assert set(missing(facts)) == NEEDED - done(facts)
        assert (State.WAITS in states.values()) <= (not facts.paired)


def test_every_step_and_state_has_words() -> None:
    assert words.NAMES.keys() == set(Step) and words.STATES.keys() == set(State)
