"""View of a session for a page. Pure."""

from dataclasses import replace

from .cues import Phase, View
from .state import SessionState


def view_of(state: SessionState) -> View:
    """Return the view of this moment."""
    block, judge, asked = state.block, state.judge, state.prescription
    shown = View(
        phase=state.phase,
        exercise_id=asked.exercise_id,
        name=asked.name,
        movement=block.movement,
        side=block.side,
        source=state.source,
        limits=block.limits,
        judged=block.judged is not None and not block.times_only,
        reps_done=state.reps_done,
        reps_judged=state.reps_judged,
        reps_prescribed=asked.reps_prescribed,
        set_number=block.set_number,
        sets=asked.sets,
        left_ms=_left_ms(state),
        hold_ms=block.hold_ms,
        told=state.last,
        pain_before=state.result.pain_before,
        pain_after=state.result.pain_after,
        lost_why=state.lost_why,
    )
    if judge is None or not judge.started:
        return shown
    band, target = judge.band_cdeg, judge.target_cdeg
    return replace(
        shown,
        angle_deg=None if state.phase is Phase.LOST else judge.angle_cdeg / 100,
        target_deg=target / 100 if target is not None and block.aimed else None,
        band_deg=(band[0] / 100, band[1] / 100) if band else None,
        inside=bool(judge.hold and judge.hold.inside),
    )


def _left_ms(state: SessionState) -> int:
    """Return the milliseconds left of the clock that runs, or that stands while the session is paused or lost."""
    stands = state.phase in (Phase.PAUSED, Phase.LOST)
    phase = state.resumes_at if stands else state.phase
    if phase is Phase.READY:
        return max(0, state.pace.ready - state.in_phase_ms)
    if phase is Phase.REST:
        return max(0, state.rest_ms() - state.in_phase_ms)
    if phase is not Phase.HOLD:
        return 0
    judge = state.judge
    hold = judge.hold if judge and not state.block.times_only else None
    target_ms = hold.target_ms if hold else state.block.hold_ms
    return max(0, target_ms - state.holding_ms)
