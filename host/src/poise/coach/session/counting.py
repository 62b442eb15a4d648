"""Counts of an exercise session: repetitions, sets and the end of the work. Pure functions of the state."""

from typing import Any

from ...sensing.judge import Judge
from .cues import Cue, Phase
from .state import SessionState


def count(state: SessionState, detail: dict[str, Any]) -> None:
    """Count a repetition or a hold that the sensor judged. `detail`: its figures."""
    block = state.block
    state.rep += 1
    one = {"movement": block.movement, "set": block.set_number, "timed": False, **detail}
    state.result.reps.append(one)
    values = {key: one[key] for key in ("peak_cdeg", "duration_ms") if key in one}
    state.say(Cue.COUNTED, rep=state.rep, **values)


def count_timed(state: SessionState) -> None:
    """Count a repetition that only the timer saw."""
    block, judge = state.block, state.judge
    state.rep += 1
    one = {"movement": block.movement, "set": block.set_number, "timed": True}
    one["held_ms"] = state.holding_ms
    if judge and judge.hold:
        one["sign_ms"] = judge.hold.total_ms  # time with a sensed part of the movement
    state.result.reps.append(one)


def not_counted(state: SessionState, why: str, detail: dict[str, Any]) -> None:
    """Keep a repetition that does not count. `why`: too_small, other_way, too_fast, too_long, not_seen."""
    block = state.block
    one = {"movement": block.movement, "set": block.set_number, "why": why, **detail}
    state.result.not_counted.append(one)
    state.say(Cue.NOT_COUNTED, fault=why)


def drop(state: SessionState) -> None:
    """Keep the repetition under way as not seen to its end."""
    state.result.dropped += 1
    not_counted(state, "not_seen", {})


def begin_block(state: SessionState) -> None:
    """Begin the present set with a fresh judge."""
    block = state.block
    state.rep = 0
    state.judge = Judge(block.judged) if block.judged is not None else None
    state.resumes_at = Phase.READY
    state.say(Cue.GET_READY, movement=block.movement)


def keep_smoothness(state: SessionState) -> None:
    """Put the present set's smoothness in the result."""
    smooth = state.judge.exercise.smoothness if state.judge else None
    if smooth and smooth.count:
        state.result.smoothness[state.block.movement] = {
            "count": smooth.count,
            "peaks_x10": smooth.peaks_x10,
            "way_permille": smooth.way_permille,
            "duration_ms": smooth.duration_ms,
        }


def end_work(state: SessionState) -> None:
    """End the exercise: ask for what no sensor counted, or go on to the end."""
    keep_smoothness(state)
    timed = any(each.judged is None or each.times_only for each in state.blocks)
    count_up(state)
    if timed and not state.prescription.for_reference:
        state.go(Phase.REPS_DONE)
    else:
        finish(state)


def finish(state: SessionState) -> None:
    """Set the outcome, and ask for the pain unless the session makes a reference."""
    done = state.result.reps_done >= state.prescription.reps_prescribed
    state.result.outcome = "done" if done else "partly"
    if state.prescription.for_reference:
        state.go(Phase.DONE)
        state.say(Cue.SESSION_DONE)
    else:
        state.go(Phase.PAIN_AFTER)


def count_up(state: SessionState) -> None:
    """Raise `result.reps_done` to the repetitions counted so far, unless the wearer gave the number."""
    if not state.result.reported:
        state.result.reps_done = len(state.result.reps)
