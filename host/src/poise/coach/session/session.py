"""One exercise session as a state machine: pain, neutral, repetitions at their pace, holds, rests, pain again.

Pure: time is an argument, angles come as motion frames, cues go out as data (cues.py, which describes each phase).
Rules that nothing turns off: pain of 6 or more prevents the start, and ends the session; "I feel unwell" ends it at any
moment; no cue asks for a faster or a further movement; a repetition that the clip did not sense does not count.
"""

from collections.abc import Mapping
from typing import Any

from ...sensing.judge import Seen
from .. import safety
from ..plan.prescription import Prescription
from . import counting, watching
from .cues import Cue, Phase, Told, View
from .phases import STEPS
from .result import Result
from .state import Pace, started
from .view import view_of
from .watching import STALL_MS

__all__ = ["STALL_MS", "Pace", "Session"]

TICK_CAP_MS = 1_000  # most time per step: sleep of the computer is no exercise


class Session:
    """One session of a `Prescription`. Call `step` 10 times a second or more, with each motion frame as it comes.

    Without `angles` (no clip) the whole session is timed and self-reported. `pace` has the pauses between the parts;
    None takes the usual ones. `state` is for this package alone.
    """

    def __init__(
        self, prescription: Prescription, *, angles: bool = True, pace: Pace | None = None
    ) -> None:
        self.state = started(prescription, angles=angles, pace=pace or Pace())
        if prescription.for_reference:
            counting.begin_block(self.state)

    @property
    def prescription(self) -> Prescription:
        """The exercise and its dose."""
        return self.state.prescription

    @property
    def phase(self) -> Phase:
        """The present phase."""
        return self.state.phase

    @property
    def result(self) -> Result:
        """Repetitions and answers so far; complete in the phase DONE."""
        return self.state.result

    @property
    def hold_reason(self) -> str:
        """Why the programme goes on hold: "pain" or "unwell"; "" until then."""
        return self.state.hold_reason

    @property
    def source(self) -> str:
        """Source of the result: sensed, partly, self_reported."""
        return self.state.source

    @property
    def limits(self) -> str:
        """In a few words, which part of the present movement the clip senses and which not."""
        return self.state.block.limits

    @property
    def over(self) -> bool:
        """True if the session asks and counts nothing more."""
        return self.state.over

    @property
    def active(self) -> bool:
        """True if the exercise itself is under way, or paused."""
        return self.state.active

    @property
    def reps_done(self) -> int:
        """Repetitions done so far in the whole session."""
        return self.state.reps_done

    def count_up(self) -> None:
        """Raise `result.reps_done` to the repetitions counted so far, unless the wearer gave the number."""
        counting.count_up(self.state)

    # --- answers and commands of the wearer

    def answer_pain(self, pain: int | None) -> list[Told]:
        """Take the pain, 0 to 10, before or after; None, only after: not answered. Raises ValueError out of range."""
        if pain is not None and not 0 <= pain <= 10:
            raise ValueError("pain is 0 to 10")
        if self.state.phase is Phase.PAIN_BEFORE and pain is not None:
            self.state.result.pain_before = pain
            if safety.stops_for_pain(pain):
                return self._stop_for_pain(pain)
            self.state.go(Phase.READY)
            counting.begin_block(self.state)
            return self.state.flush([Told(Cue.PAIN_MODERATE)] if safety.is_moderate(pain) else [])
        if self.state.phase is Phase.PAIN_AFTER:
            return self._after(pain)
        return []

    def _after(self, pain: int | None) -> list[Told]:
        self.state.result.pain_after = pain
        if pain is not None and safety.stops_for_pain(pain):
            return self._stop_for_pain(pain)
        before = self.state.result.pain_before
        said: list[Told] = []
        if safety.pain_rise(before, pain):
            said.append(Told(Cue.PAIN_ROSE, {"before": before or 0, "after": pain or 0}))
        self.state.go(Phase.DONE)
        return self.state.flush([*said, Told(Cue.SESSION_DONE)])

    def _stop_for_pain(self, pain: int) -> list[Told]:
        return self._stop("pain", "stopped_pain", Told(Cue.STOPPED_PAIN, {"pain": pain}))

    def _stop(self, reason: str, outcome: str, told: Told) -> list[Told]:
        self.state.stopped_in = (
            self.state.phase,
            self.state.in_phase_ms,
            self.state.result.outcome,
        )
        self.state.result.outcome, self.state.hold_reason = outcome, reason
        self.state.go(Phase.SAFETY)
        return self.state.flush([told])

    def answer_reps(self, count: int) -> list[Told]:
        """Take the number of repetitions that no sensor counted.

        Raises ValueError below 0 and beyond the prescribed number.
        """
        if self.state.phase is not Phase.REPS_DONE:
            return []
        judged = self.state.reps_judged
        most = self.state.prescription.reps_prescribed - judged
        if not 0 <= count <= most:
            raise ValueError(f"0 to {most}")
        self.state.result.reps_done = judged + count
        self.state.result.reported = True
        counting.finish(self.state)
        return self.state.flush()

    def pause(self) -> None:
        """Stop every clock until `resume`."""
        if self.state.active and self.state.phase is not Phase.PAUSED:
            watching.note_hold(self.state)
            self.state.resumes_at = (
                self.state.resumes_at if self.state.phase is Phase.LOST else self.state.phase
            )
            self.state.phase = Phase.PAUSED

    def resume(self) -> list[Told]:
        """Go on after a pause; with judged angles from neutral."""
        if self.state.phase is not Phase.PAUSED:
            return []
        if watching.watches(self.state.resumes_at):
            watching.from_neutral(self.state, elsewhere=True)
        else:
            self.state.phase = self.state.resumes_at
        return self.state.flush()

    def go_timed(self) -> list[Told]:
        """Go on with the timer while no angles arrive. A reference recording needs them, so it waits on."""
        if self.state.phase is Phase.LOST and not self.state.prescription.for_reference:
            watching.go_timed(self.state)
        return self.state.flush()

    def stop(self) -> list[Told]:
        """End the exercise: done repetitions count, and the session asks for the pain.

        Before the start it ends at once.
        """
        if self.state.phase is Phase.PAIN_BEFORE:
            self.state.go(Phase.DONE)
        elif self.state.active:
            counting.end_work(self.state)
        return self.state.flush()

    def unwell(self) -> list[Told]:
        """End everything at any moment, because the wearer feels unwell."""
        if self.state.phase is Phase.SAFETY:
            return []
        counting.count_up(self.state)
        return self._stop("unwell", "stopped_flag", Told(Cue.STOPPED_UNWELL))

    def take_back(self) -> list[Told]:
        """Take back a mis-tapped stop: the session asks its question again, or waits, paused.

        The result keeps the stop.
        """
        if self.state.phase is not Phase.SAFETY:
            return []
        self.state.phase, self.state.in_phase_ms, self.state.result.outcome = self.state.stopped_in
        mistaken: dict[str, int | str] = {"reason": self.state.hold_reason}
        if self.state.hold_reason == "pain" and self.state.phase is Phase.PAIN_BEFORE:
            mistaken["pain"], self.state.result.pain_before = (
                self.state.result.pain_before or 0,
                None,
            )
        elif self.state.hold_reason == "pain":
            mistaken["pain"], self.state.result.pain_after = self.state.result.pain_after or 0, None
        self.state.result.taken_back.append(mistaken)
        self.state.hold_reason = ""
        self.pause()
        return self.state.flush([Told(Cue.STOP_TAKEN_BACK)])

    # --- time and angles

    def step(self, t_ms: int, frame: Mapping[str, Any] | None = None) -> list[Told]:
        """Advance to `t_ms` (rising milliseconds of the host, any origin) with a motion frame or None.

        Returns the cues.
        """
        dt_ms = 0 if self.state.t_ms is None else max(0, min(TICK_CAP_MS, t_ms - self.state.t_ms))
        self.state.t_ms = t_ms
        if not self.state.active:
            return self.state.flush()
        seen = watching.look(self.state, frame) if frame is not None else Seen()
        watching.watch(self.state, t_ms, seen, believed=frame is not None and not seen.why)
        if self.state.phase not in (Phase.PAUSED, Phase.LOST):
            self.state.in_phase_ms += dt_ms
            STEPS[self.state.phase](self.state, dt_ms, seen)
        return self.state.flush()

    def view(self) -> View:
        """Return the view that a page shows now."""
        return view_of(self.state)
