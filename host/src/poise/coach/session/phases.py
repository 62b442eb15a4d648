"""The phases of a session, step by step. Pure functions of the state.

A phase takes the state, the milliseconds since the last step, and what the latest motion frame showed.
"""

from collections.abc import Callable, Mapping

from ...sensing.judge import Seen
from ...sensing.names import fault_names, is_still, near_start_cdeg
from ...sensing.quality import Hold
from ...sensing.repetitions import COUNTED, ENDED
from . import counting
from .cues import Cue, Phase
from .state import SessionState

# Faults that keep a repetition from counting. The wearer hears of the first one found.
NOT_COUNTED_FAULTS = ("other_way", "too_small", "too_fast", "too_long")


def _ready(state: SessionState, dt_ms: int, seen: Seen) -> None:
    del dt_ms, seen
    if state.in_phase_ms < state.pace.ready:
        return
    if state.judge:
        state.go(Phase.NEUTRAL)
        state.say(Cue.HOLD_STILL, movement=state.block.movement)
    else:
        call(state)


def _neutral(state: SessionState, dt_ms: int, seen: Seen) -> None:
    del dt_ms, seen
    judge = state.judge
    if judge is None or judge.started:
        call(state)
    elif state.in_phase_ms > state.pace.stuck:
        state.in_phase_ms = 0
        if any(one.cue is Cue.STUCK for one in state.last):
            judge.interrupt(elsewhere=True)  # after one cue, the neutral is where the wearer rests
        state.say(Cue.STUCK)


def call(state: SessionState) -> None:
    """Call for the next repetition."""
    state.go(Phase.OUT)
    state.waits = False
    state.holding_ms = state.outside_ms = state.furthest_cdeg = state.no_further_ms = 0
    if state.judge and not state.mid_hold:
        state.judge.aim_again()
    state.mid_hold = False
    state.say(Cue.GO_OUT, rep=state.rep + 1)


def _out(state: SessionState, dt_ms: int, seen: Seen) -> None:
    judge, block = state.judge, state.block
    if judge is None or block.times_only:
        if state.in_phase_ms >= state.pace.out:
            _hold_or_back(state)
        return
    if hold := judge.exercise.hold:
        # A still hold begins by itself after the time to take the position; a band begins on entry.
        if is_still(block.movement):
            if state.in_phase_ms >= state.pace.out:
                hold.restart()
                _hold_or_back(state)
        elif hold.inside:
            _hold_or_back(state)
        return
    if _ended(state, seen):
        return
    angle = judge.angle_cdeg
    if judge.hold and judge.hold.inside:
        _hold_or_back(state)
    elif judge.entered and _stays(state, angle, dt_ms):
        _at_own_end(state, angle)
    elif not judge.hold and block.aimed and angle >= (judge.target_cdeg or 0):
        _turn_back(state)


def _stays(state: SessionState, angle: int, dt_ms: int) -> bool:
    """True if the angle has not grown by a degree for `stay`, or for `reached` near the target."""
    if angle > state.furthest_cdeg + 100:
        state.furthest_cdeg, state.no_further_ms = angle, 0
        return False
    state.no_further_ms += dt_ms
    judge = state.judge
    reached = judge and state.block.aimed and angle * 10 >= (judge.target_cdeg or 0) * 9
    return state.no_further_ms >= (state.pace.reached if reached else state.pace.stay)


def _at_own_end(state: SessionState, angle: int) -> None:
    """The wearer goes no further today: hold here, or come back."""
    judge = state.judge
    if judge and judge.hold and angle * 10 >= state.furthest_cdeg * 8:
        judge.settle_for(angle)
    else:
        _turn_back(state)


def _hold_or_back(state: SessionState) -> None:
    if not state.block.hold_ms and not (state.judge and state.judge.hold):
        _turn_back(state)
        return
    if state.judge and state.judge.hold and not state.block.times_only:
        state.holding_ms = state.judge.hold.total_ms
    state.go(Phase.HOLD)
    state.say(Cue.TARGET)


def _turn_back(state: SessionState) -> None:
    state.go(Phase.BACK)
    state.say(Cue.COME_BACK)


def _hold(state: SessionState, dt_ms: int, seen: Seen) -> None:
    judge, block = state.judge, state.block
    hold = judge.hold if judge else None
    if hold is None or block.times_only:
        state.holding_ms += dt_ms
        if state.holding_ms >= block.hold_ms:
            _held(state)
        return
    if _ended(state, seen):
        return
    state.holding_ms = hold.total_ms
    if hold.inside:
        state.outside_ms = 0
    else:
        before, state.outside_ms = state.outside_ms, state.outside_ms + dt_ms
        if before < state.pace.outside <= state.outside_ms:
            state.say(Cue.OUT_OF_BAND)
    if hold.done:
        _held(state)


def _held(state: SessionState) -> None:
    state.say(Cue.HOLD_DONE, held_ms=state.holding_ms)
    hold = state.judge.exercise.hold if state.judge else None
    if hold and not state.block.times_only:
        _count_hold(state, hold)
    _turn_back(state)


def _count_hold(state: SessionState, hold: Hold) -> None:
    counting.count(
        state,
        {
            "held_ms": min(hold.total_ms, hold.target_ms),
            "longest_ms": hold.longest_ms,
            "interruptions": hold.interruptions,
            "mean_rate_cdps": hold.mean_rate_cdps,
        },
    )


def _back(state: SessionState, dt_ms: int, seen: Seen) -> None:
    judge, block = state.judge, state.block
    if judge is None or block.times_only:
        if state.in_phase_ms >= state.pace.out:
            counting.count_timed(state)
            advance(state)
        return
    if judge.exercise.hold:
        if near_start_cdeg(block.movement, judge.band_cdeg) >= judge.angle_cdeg:
            _wait(state, dt_ms)
        return
    if _ended(state, seen):
        return
    if state.waits and judge.entered:
        call(state)  # the wearer begins unasked, at an own pace
    elif not judge.away:
        _wait(state, dt_ms)


def _wait(state: SessionState, dt_ms: int) -> None:
    if not state.waits:
        state.waits, state.no_further_ms = True, 0
    state.no_further_ms += dt_ms
    if state.no_further_ms >= state.pace.between:
        advance(state)


def _rest(state: SessionState, dt_ms: int, seen: Seen) -> None:
    del dt_ms, seen
    if state.in_phase_ms >= state.rest_ms():
        counting.begin_block(state)
        state.go(Phase.READY)


def _ended(state: SessionState, seen: Seen) -> bool:
    """True if a repetition has come back to neutral. Counts it, or tells why it does not count."""
    judge = state.judge
    if judge is None or not seen.events & (COUNTED | ENDED):
        return False
    told = judge.repetition()
    faults = fault_names(told["faults"])
    detail = {**told, "faults": faults}
    if judge.hold:
        held = judge.hold
        detail["held_ms"] = min(held.total_ms, held.target_ms)
        detail["interruptions"] = held.interruptions
    if seen.events & COUNTED:
        counting.count(state, detail)
        _form(state, told, faults)
    else:
        reasons = [name for name in NOT_COUNTED_FAULTS if name in faults]
        counting.not_counted(state, reasons[0] if reasons else "not_seen", detail)
    if state.rep >= state.block.reps:
        advance(state)
        return True
    if state.phase is not Phase.BACK:
        state.go(Phase.BACK)
    # The next one may begin at once, when the wearer turns short of the start.
    state.waits, state.no_further_ms = True, 0
    return True


def _form(state: SessionState, told: Mapping[str, int], faults: list[str]) -> None:
    if "compensated" in faults:
        state.say(Cue.COMPENSATED)
    if "trunk_moved" in faults:
        state.say(Cue.TRUNK_MOVED)
    if "too_fast" in faults:
        state.say(Cue.TOO_FAST)
    if "short" in faults and state.block.aimed:
        state.say(Cue.SHORT, peak_cdeg=told["peak_cdeg"])


def advance(state: SessionState) -> None:
    """Call for the next repetition, or go on to the next set or the end."""
    if state.rep < state.block.reps:
        call(state)
        return
    block = state.block
    counting.keep_smoothness(state)
    state.place += 1
    if state.place >= len(state.blocks):
        counting.end_work(state)
        return
    state.say(Cue.SET_DONE, set=block.set_number, sets=state.prescription.sets)
    state.judge = None
    state.go(Phase.REST)


STEPS: dict[Phase, Callable[[SessionState, int, Seen], None]] = {
    Phase.READY: _ready,
    Phase.NEUTRAL: _neutral,
    Phase.OUT: _out,
    Phase.HOLD: _hold,
    Phase.BACK: _back,
    Phase.REST: _rest,
}
