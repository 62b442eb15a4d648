"""View of a session for a page. Pure."""

from dataclasses import replace

from .cues import Phase, View
from .state import Core


def view_of(session: Core) -> View:
    """Return the view of this moment."""
    block, judge, asked = session.block, session.judge, session.prescription
    shown = View(
        phase=session.phase,
        exercise_id=asked.exercise_id,
        name=asked.name,
        movement=block.movement,
        standing=session.standing,
        limits=block.limits,
        judged=block.judged is not None and not block.times_only,
        reps_done=session.reps_done,
        reps_prescribed=asked.reps_prescribed,
        set_number=block.set_number,
        sets=asked.sets,
        left_ms=_left_ms(session),
        hold_ms=block.hold_ms,
        told=session.last,
        pain_before=session.result.pain_before,
        pain_after=session.result.pain_after,
        lost_why=session.lost_why,
    )
    if judge is None or not judge.started:
        return shown
    band, target = judge.band_cdeg, judge.target_cdeg
    return replace(
        shown,
        angle_deg=None if session.phase is Phase.LOST else judge.angle_cdeg / 100,
        target_deg=target / 100 if target is not None and block.aimed else None,
        band_deg=(band[0] / 100, band[1] / 100) if band else None,
        inside=bool(judge.hold and judge.hold.inside),
    )


def _left_ms(session: Core) -> int:
    """Return the milliseconds left of the clock that runs, or that stands while the session is paused or lost."""
    stands = session.phase in (Phase.PAUSED, Phase.LOST)
    phase = session.resumes_at if stands else session.phase
    if phase is Phase.READY:
        return max(0, session.pace.ready - session.in_phase_ms)
    if phase is Phase.REST:
        return max(0, session.rest_ms() - session.in_phase_ms)
    if phase is not Phase.HOLD:
        return 0
    judge = session.judge
    hold = judge.hold if judge and not session.block.times_only else None
    target_ms = hold.target_ms if hold else session.block.hold_ms
    return max(0, target_ms - session.holding_ms)
