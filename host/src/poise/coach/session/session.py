"""One exercise session as a state machine: pain, zero, repetitions at their pace, holds, rests, pain again.

Pure: time is an argument, angles come as motion frames, cues go out as data (cues.py, which describes each phase).
Rules that nothing turns off: pain of 6 or more prevents the start, and ends the session; "I feel unwell" ends it at any
moment; no cue asks for a faster or a further movement; a repetition that the clip did not sense does not count.
"""

from collections.abc import Mapping
from typing import Any

from ...sensing.judge import Seen
from .. import safety
from .cues import Cue, Phase, Told, View
from .phases import Phases
from .state import Pace
from .view import view_of

__all__ = ["STALL_MS", "Pace", "Session"]

STALL_MS = 1_500  # without a frame for this time, the link is lost
TICK_CAP_MS = 1_000  # most time per step: sleep of the computer is no exercise


class Session(Phases):
    """One session of a `Prescription`. Call `step` 10 times a second or more, with each motion frame as it comes.

    `phase`, `result`, `view()`; `hold_reason`: "" until the programme goes on hold ("pain", "unwell").
    Without `angles` (no clip) the whole session is timed and self-reported.
    """

    # --- answers and commands of the wearer

    def answer_pain(self, pain: int | None) -> list[Told]:
        """Take the pain, 0 to 10, before or after; None, only after: not answered. Raises ValueError out of range."""
        if pain is not None and not 0 <= pain <= 10:
            raise ValueError("pain is 0 to 10")
        if self.phase is Phase.PAIN_BEFORE and pain is not None:
            self.result.pain_before = pain
            if safety.stops_for_pain(pain):
                return self._stop_for_pain(pain)
            self._go(Phase.READY)
            self._begin_block()
            return self._flush([Told(Cue.PAIN_MODERATE)] if safety.is_moderate(pain) else [])
        if self.phase is Phase.PAIN_AFTER:
            return self._after(pain)
        return []

    def _after(self, pain: int | None) -> list[Told]:
        self.result.pain_after = pain
        if pain is not None and safety.stops_for_pain(pain):
            return self._stop_for_pain(pain)
        before = self.result.pain_before
        said = []
        if safety.pain_rise(before, pain):
            said.append(Told(Cue.PAIN_ROSE, {"before": before or 0, "after": pain or 0}))
        self._go(Phase.DONE)
        return self._flush([*said, Told(Cue.SESSION_DONE)])

    def _stop_for_pain(self, pain: int) -> list[Told]:
        return self._stop("pain", "stopped_pain", Told(Cue.STOPPED_PAIN, {"pain": pain}))

    def _stop(self, reason: str, outcome: str, told: Told) -> list[Told]:
        self._stopped_in = (self.phase, self.in_phase_ms, self.result.outcome)
        self.result.outcome, self.hold_reason = outcome, reason
        self._go(Phase.SAFETY)
        return self._flush([told])

    def answer_reps(self, count: int) -> list[Told]:
        """Take the number of repetitions that no sensor counted.

        Raises ValueError below 0 and beyond the prescribed number.
        """
        if self.phase is not Phase.REPS_DONE:
            return []
        judged = sum(1 for one in self.result.reps if not one["timed"])
        most = self.prescription.reps_prescribed - judged
        if not 0 <= count <= most:
            raise ValueError(f"0 to {most}")
        self.result.reps_done = judged + count
        self.result.reported = True
        self._finish()
        return self._flush()

    def pause(self) -> None:
        """Stop every clock until `resume`."""
        if self.active and self.phase is not Phase.PAUSED:
            self._note_hold()
            self.resumes_at = self.resumes_at if self.phase is Phase.LOST else self.phase
            self.phase = Phase.PAUSED

    def resume(self) -> list[Told]:
        """Go on after a pause; with judged angles from neutral."""
        if self.phase is not Phase.PAUSED:
            return []
        if self._watches(self.resumes_at):
            self._from_neutral(elsewhere=True)
        else:
            self.phase = self.resumes_at
        return self._flush()

    def stop(self) -> list[Told]:
        """End the exercise: done repetitions count, and the session asks for the pain.

        Before the start it ends at once.
        """
        if self.phase is Phase.PAIN_BEFORE:
            self._go(Phase.DONE)
        elif self.active:
            self._end_work()
        return self._flush()

    def unwell(self) -> list[Told]:
        """End everything at any moment, because the wearer feels unwell."""
        if self.phase is Phase.SAFETY:
            return []
        self.count_up()
        return self._stop("unwell", "stopped_flag", Told(Cue.STOPPED_UNWELL))

    def take_back(self) -> list[Told]:
        """Take back a mis-tapped stop: the session asks its question again, or waits, paused.

        The result keeps the stop.
        """
        if self.phase is not Phase.SAFETY:
            return []
        self.phase, self.in_phase_ms, self.result.outcome = self._stopped_in
        mistaken: dict[str, int | str] = {"reason": self.hold_reason}
        if self.hold_reason == "pain" and self.phase is Phase.PAIN_BEFORE:
            mistaken["pain"], self.result.pain_before = self.result.pain_before or 0, None
        elif self.hold_reason == "pain":
            mistaken["pain"], self.result.pain_after = self.result.pain_after or 0, None
        self.result.taken_back.append(mistaken)
        self.hold_reason = ""
        self.pause()
        return self._flush([Told(Cue.STOP_TAKEN_BACK)])

    # --- time and angles

    def step(self, t_ms: int, frame: Mapping[str, Any] | None = None) -> list[Told]:
        """Advance to `t_ms` (rising milliseconds of the host, any origin) with a motion frame or None.

        Returns the cues.
        """
        dt_ms = 0 if self._t_ms is None else max(0, min(TICK_CAP_MS, t_ms - self._t_ms))
        self._t_ms = t_ms
        if not self.active:
            return self._flush()
        seen = self._look(frame) if frame is not None else Seen()
        self._watch_link(t_ms, frame is not None and not seen.why, seen)
        if self.phase not in (Phase.PAUSED, Phase.LOST):
            self.in_phase_ms += dt_ms
            self.steps[self.phase](self, dt_ms, seen)
        return self._flush()

    def _look(self, frame: Mapping[str, Any]) -> Seen:
        judge = self.judge
        if judge is None or self.phase is Phase.PAUSED:
            return Seen()
        if self._watches(self.phase) or self.phase is Phase.LOST:
            return judge.step(frame)
        return Seen()

    @staticmethod
    def _watches(phase: Phase) -> bool:
        return phase in (Phase.NEUTRAL, Phase.OUT, Phase.HOLD, Phase.BACK)

    def _watch_link(self, t_ms: int, believed: bool, seen: Seen) -> None:
        """Go to LOST when angles are invalid, or missing for STALL_MS; leave LOST when valid angles arrive again."""
        if self.judge is None or not (self._watches(self.phase) or self.phase is Phase.LOST):
            self._frame_ms = t_ms
            return
        if believed or self._frame_ms is None:
            self._frame_ms = t_ms
        if seen.dropped:
            self._drop()
        if self.phase is Phase.LOST:
            if believed:
                self._found()
            elif seen.why:
                self.lost_why = seen.why
            return
        if seen.gap:
            self._note_hold()
            self._from_neutral()
        elif t_ms - self._frame_ms > STALL_MS:
            self._lose(seen.why or "link")

    def _note_hold(self) -> None:
        if self.phase is Phase.HOLD and self.judge and self.judge.exercise.hold:
            self._mid_hold = True

    def _lose(self, why: str) -> None:
        self._note_hold()
        self.resumes_at, self.lost_why = self.phase, why
        self.result.lost += 1
        self.phase = Phase.LOST
        self._say(Cue.LOST, why=why)

    def _found(self) -> None:
        """Go on when frames arrive again: at the same place if none is missing, else from neutral."""
        self._say(Cue.BACK_AGAIN)
        if self.judge and self.judge.started:
            self.phase, self.lost_why, self._mid_hold = self.resumes_at, "", False
        else:
            self._from_neutral()

    def _from_neutral(self, *, elsewhere: bool = False) -> None:
        """Start again from neutral after unseen time. `elsewhere`: the wearer may sit in another way."""
        self.lost_why = ""
        self._frame_ms = self._t_ms
        if self.judge is None:
            self._call()
            return
        if self.judge.interrupt(elsewhere=elsewhere):
            self._drop()
        self._go(Phase.NEUTRAL)
        self._say(Cue.HOLD_STILL, movement=self.block.movement)

    def view(self) -> View:
        """Return the view that a page shows now."""
        return view_of(self)
