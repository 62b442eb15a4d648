"""The steps from a new computer to the first reminder, and which of them are done. Pure.

No step has a memory of its own where a fact tells: a clip that was paired in a terminal is paired here too.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum


class Step(StrEnum):
    """The steps, in their order."""

    FIND = "find"
    PAIR = "pair"
    UPRIGHT = "upright"
    PLAN = "plan"
    REMIND = "remind"
    BUZZ = "buzz"


class State(StrEnum):
    """How a step is."""

    DONE = "done"
    NOW = "now"  # the first step that can be done
    OPEN = "open"
    LATER = "later"  # the user leaves it for later
    WAITS = "waits"  # for an earlier step


@dataclass(frozen=True)
class Facts:
    """What is known of this computer and its clip."""

    heard: bool = False  # a clip advertised in this run
    paired: bool = False  # a clip has let this computer in
    connected: bool = False
    calibrated: bool = False  # the clip has a start position, or had one
    planned: bool = False  # a plan is in force
    at_login: bool = False  # Poise starts at each login
    buzzed: bool = False  # the wearer felt the clip in this run


# Steps without which no reminder comes at its time. A buzz only shows that it would be felt.
NEEDED = frozenset(Step) - {Step.BUZZ}


def done(facts: Facts) -> frozenset[Step]:
    """Return the steps that are done."""
    told = {
        Step.FIND: facts.heard or facts.paired,
        Step.PAIR: facts.paired,
        Step.UPRIGHT: facts.calibrated,
        Step.PLAN: facts.planned,
        Step.REMIND: facts.at_login,
        Step.BUZZ: facts.buzzed,
    }
    return frozenset(step for step, is_done in told.items() if is_done)


def missing(facts: Facts) -> list[Step]:
    """Return the needed steps that are not done, in their order."""
    return [step for step in Step if step in NEEDED - done(facts)]


def progress(facts: Facts, left: Collection[Step] = ()) -> dict[Step, State]:
    """Return the state of each step, in their order. `left`: steps that the user leaves for later.

    At most one step is NOW: the first that is neither done nor left, and waits for no other.
    """
    ready = {
        Step.PAIR: facts.heard or facts.paired,
        Step.UPRIGHT: facts.paired,
        Step.BUZZ: facts.paired,
    }
    finished = done(facts)
    states: dict[Step, State] = {}
    for step in Step:
        if step in finished:
            states[step] = State.DONE
        elif not ready.get(step, True):
            states[step] = State.WAITS
        elif step in left:
            states[step] = State.LATER
        else:
            states[step] = State.OPEN if State.NOW in states.values() else State.NOW
    return states
