"""Watch over a session's angles: lost, found again, from neutral after unseen time. Pure functions of the state."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ...sensing.judge import Seen
from . import counting, phases
from .cues import Cue, Phase
from .state import SessionState, timed

STALL_MS = 1_500  # without a frame for this time, the link is lost


def look(state: SessionState, frame: Mapping[str, Any]) -> Seen:
    """Give the frame to the judge where the phase needs angles. Returns what the judge saw."""
    judge = state.judge
    if judge is None or state.phase is Phase.PAUSED:
        return Seen()
    if watches(state.phase) or state.phase is Phase.LOST:
        return judge.step(frame)
    return Seen()


def watches(phase: Phase) -> bool:
    """True if this phase follows the angles."""
    return phase in (Phase.NEUTRAL, Phase.OUT, Phase.HOLD, Phase.BACK)


def watch(state: SessionState, t_ms: int, seen: Seen, *, believed: bool) -> None:
    """Go to LOST when angles are invalid, or missing for STALL_MS; leave LOST when valid angles arrive again."""
    if state.judge is None or not (watches(state.phase) or state.phase is Phase.LOST):
        state.frame_ms = t_ms
        return
    if believed or state.frame_ms is None:
        state.frame_ms = t_ms
    if seen.dropped:
        counting.drop(state)
    if state.phase is Phase.LOST:
        if believed:
            _found(state)
        elif seen.why:
            state.lost_why = seen.why
        return
    if seen.gap:
        note_hold(state)
        from_neutral(state)
    elif t_ms - state.frame_ms > STALL_MS:
        _lose(state, seen.why or "link")


def note_hold(state: SessionState) -> None:
    """Remember that a hold is under way, so that its clock can go on."""
    if state.phase is Phase.HOLD and state.judge and state.judge.exercise.hold:
        state.mid_hold = True


def _lose(state: SessionState, why: str) -> None:
    """Stop every clock: no valid angle arrives. `why`: link, not_worn, uncalibrated."""
    note_hold(state)
    state.resumes_at, state.lost_why = state.phase, why
    state.result.lost += 1
    state.phase = Phase.LOST
    state.say(Cue.LOST, why=why)


def _found(state: SessionState) -> None:
    """Go on when frames arrive again: at the same place if none is missing, else from neutral."""
    state.say(Cue.BACK_AGAIN)
    if state.judge and state.judge.started:
        state.phase, state.lost_why, state.mid_hold = state.resumes_at, "", False
    else:
        from_neutral(state)


def go_timed(state: SessionState) -> None:
    """Give the angles up: the timer guides the rest of this set and the sets after it. What was counted stays."""
    if state.judge and state.judge.interrupt(elsewhere=True):
        counting.drop(state)
    rest = [timed(each) for each in state.blocks[state.place + 1 :]]
    now = state.block
    if state.rep < now.reps:
        counting.keep_smoothness(state)
        now = replace(timed(now), source="partly" if state.rep else "self_reported")
        state.judge = None
    state.blocks = (*state.blocks[: state.place], now, *rest)
    state.lost_why, state.mid_hold, state.frame_ms = "", False, state.t_ms
    phases.advance(state)


def from_neutral(state: SessionState, *, elsewhere: bool = False) -> None:
    """Start again from neutral after unseen time. `elsewhere`: the wearer may sit in another way."""
    state.lost_why = ""
    state.frame_ms = state.t_ms
    if state.judge is None:
        phases.call(state)
        return
    if state.judge.interrupt(elsewhere=elsewhere):
        counting.drop(state)
    state.go(Phase.NEUTRAL)
    state.say(Cue.HOLD_STILL, movement=state.block.movement)
