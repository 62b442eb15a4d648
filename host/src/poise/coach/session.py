"""One exercise session as a state machine: pain, the start, repetitions with their pace, holds, rests, pain again.

Pure: time is an argument, angles come as motion frames, cues go out as data (cues.py). Phases are told there, each with
what is true in it. Rules that nothing turns off: pain of 6 or more does not start, and ends; "I feel unwell" ends it at
any moment; a fast or a further movement is never asked for; what was not seen is not counted.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from . import safety
from .cues import Cue, Phase, Told, View
from .judge import Judge, Seen
from .kernel import COUNTED, ENDED, fault_names, is_still, near_start_cdeg
from .prescription import Block, Prescription
from .sessionresult import Result
from .sessionview import view_of

MODERATE_PAIN = 4  # 4 and 5: do less
STALL_MS = 1_500  # no frame for so long: the link has gone
TICK_CAP_MS = 1_000  # a computer that slept has not exercised


@dataclass(frozen=True)
class Pace:
    """Times of the guidance, milliseconds; all design choices [D]."""

    ready: int = 5_000
    out: int = 3_000  # timed movements: the way out, and the way back
    between: int = 1_200  # from one repetition to the call for the next
    stay: int = 1_500  # no further for so long: that is this repetition's end
    reached: int = 400  # the same, nine tenths of the way to the target
    rest: int = 30_000  # between sets
    side: int = 8_000  # from one movement to the other
    outside: int = 700  # out of the band for so long before it is told
    stuck: int = 15_000  # no neutral for so long before it is told


class Session:
    """One session of a `Prescription`. Call `step` 10 times a second or more, with each motion frame as it comes.

    `phase`, `result`, `view()`; `hold_reason` "" until the programme has to be put on hold ("pain", "unwell").
    Without `angles` (no clip) everything is timed and self-reported.
    """

    def __init__(
        self, prescription: Prescription, *, angles: bool = True, pace: Pace | None = None
    ) -> None:
        self.prescription = prescription
        self.pace = pace or Pace()
        self._blocks = prescription.blocks
        if not angles:
            self._blocks = tuple(_timed(each) for each in self._blocks)
        self.phase = Phase.READY if prescription.for_reference else Phase.PAIN_BEFORE
        self.result = Result()
        self.hold_reason = ""
        self._t_ms: int | None = None
        self._frame_ms: int | None = None  # when the last believable frame came
        self.in_phase_ms = 0
        self._place = 0
        self.judge: Judge | None = None
        self._rep = 0  # done, in this block
        self.resumes_at = Phase.READY  # after PAUSED or LOST
        self.lost_why = ""
        self._told: list[Told] = []
        self.last: Told | None = None
        self.holding_ms = 0  # of the repetition under way, by the timer
        self._outside_ms = 0
        self._waits = False  # between two repetitions
        self._furthest = 0
        self._no_further_ms = 0
        self._mid_hold = False  # a hold was under way when nothing could be seen: its clock goes on
        if prescription.for_reference:
            self._begin_block()

    # --- what a wearer says

    @property
    def standing(self) -> str:
        """What the result is worth: sensed, partly, self_reported; the wearer's word alone is self_reported."""
        found = {each.standing for each in self._blocks}
        return found.pop() if len(found) == 1 else "partly"

    @property
    def limits(self) -> str:
        """In a few words, what of the present movement is seen, and what not."""
        return self.block.limits

    @property
    def block(self) -> Block:
        """The set that is under way, or the last one."""
        return self._blocks[min(self._place, len(self._blocks) - 1)]

    @property
    def over(self) -> bool:
        """Nothing more is asked or counted."""
        return self.phase in (Phase.DONE, Phase.SAFETY)

    @property
    def active(self) -> bool:
        """The exercise itself is under way, or paused."""
        asked = (Phase.PAIN_BEFORE, Phase.REPS_DONE, Phase.PAIN_AFTER)
        return not self.over and self.phase not in asked

    def answer_pain(self, pain: int | None) -> list[Told]:
        """Pain, 0 to 10, before or after; None, only after: not told. Raises ValueError out of range."""
        if pain is not None and not 0 <= pain <= 10:
            raise ValueError("pain is 0 to 10")
        if self.phase is Phase.PAIN_BEFORE and pain is not None:
            self.result.pain_before = pain
            if safety.stops_for_pain(pain):
                return self._stop_for_pain(pain)
            self._go(Phase.READY)
            self._begin_block()
            return self._flush([Told(Cue.PAIN_MODERATE)] if pain >= MODERATE_PAIN else [])
        if self.phase is Phase.PAIN_AFTER:
            return self._after(pain)
        return []

    def _after(self, pain: int | None) -> list[Told]:
        self.result.pain_after = pain
        if pain is not None and safety.stops_for_pain(pain):
            return self._stop_for_pain(pain)
        before = self.result.pain_before
        said = []
        if pain is not None and before is not None and pain - before >= safety.PAIN_RISE:
            said.append(Told(Cue.PAIN_ROSE, {"before": before, "after": pain}))
        self._go(Phase.DONE)
        return self._flush([*said, Told(Cue.SESSION_DONE)])

    def _stop_for_pain(self, pain: int) -> list[Told]:
        self.result.outcome = "stopped_pain"
        self.hold_reason = "pain"
        self._go(Phase.SAFETY)
        return self._flush([Told(Cue.STOPPED_PAIN, {"pain": pain})])

    def answer_reps(self, count: int) -> list[Told]:
        """How many were done, of what nobody saw. Raises ValueError beyond what is prescribed and below 0."""
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
        """Every clock stands until `resume`."""
        if self.active and self.phase is not Phase.PAUSED:
            self._note_hold()
            self.resumes_at = self.resumes_at if self.phase is Phase.LOST else self.phase
            self.phase = Phase.PAUSED

    def resume(self) -> list[Told]:
        """Goes on; where angles are judged, from neutral."""
        if self.phase is not Phase.PAUSED:
            return []
        if self._watches(self.resumes_at):
            self._from_neutral(elsewhere=True)
        else:
            self.phase = self.resumes_at
        return self._flush()

    def stop(self) -> list[Told]:
        """Ends the exercise; what was done counts, and the pain is asked. Before it began: ends at once."""
        if self.phase is Phase.PAIN_BEFORE:
            self._go(Phase.DONE)
        elif self.active:
            self._end_work()
        return self._flush()

    def unwell(self) -> list[Told]:
        """I feel unwell: ends everything, at any moment."""
        if self.phase is Phase.SAFETY:
            return []
        self.count_up()
        self.result.outcome = "stopped_flag"
        self.hold_reason = "unwell"
        self._go(Phase.SAFETY)
        return self._flush([Told(Cue.STOPPED_UNWELL)])

    # --- time and angles

    def step(self, t_ms: int, frame: Mapping[str, Any] | None = None) -> list[Told]:
        """This host's time (rising milliseconds, from anywhere) and a motion frame, or None; the cues it brings."""
        dt_ms = 0 if self._t_ms is None else max(0, min(TICK_CAP_MS, t_ms - self._t_ms))
        self._t_ms = t_ms
        if not self.active:
            return self._flush()
        seen = self._look(frame) if frame is not None else Seen()
        self._watch_link(t_ms, frame is not None and not seen.why, seen)
        if self.phase not in (Phase.PAUSED, Phase.LOST):
            self.in_phase_ms += dt_ms
            self._steps[self.phase](self, dt_ms, seen)
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
        """LOST as soon as the angle cannot be believed, or has not come for STALL_MS; back when it comes again."""
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
        """Frames come again; when none is missing it goes on where it was."""
        self._say(Cue.BACK_AGAIN)
        if self.judge and self.judge.started:
            self.phase, self.lost_why, self._mid_hold = self.resumes_at, "", False
        else:
            self._from_neutral()

    def _from_neutral(self, *, elsewhere: bool = False) -> None:
        """Nobody knows what happened meanwhile: on from neutral; `elsewhere`: the wearer may sit in another way."""
        self.lost_why = ""
        self._frame_ms = self._t_ms
        if self.judge is None:
            self._call()
            return
        if self.judge.interrupt(elsewhere=elsewhere):
            self._drop()
        self._go(Phase.NEUTRAL)
        self._say(Cue.HOLD_STILL, movement=self.block.movement)

    def _drop(self) -> None:
        self.result.dropped += 1
        self._not_counted("not_seen", {})

    # --- the phases

    def _ready(self, dt_ms: int, seen: Seen) -> None:
        del dt_ms, seen
        if self.in_phase_ms < self.pace.ready:
            return
        if self.judge:
            self._go(Phase.NEUTRAL)
            self._say(Cue.HOLD_STILL, movement=self.block.movement)
        else:
            self._call()

    def _neutral(self, dt_ms: int, seen: Seen) -> None:
        del dt_ms, seen
        judge = self.judge
        if judge is None or judge.started:
            self._call()
        elif self.in_phase_ms > self.pace.stuck:
            self.in_phase_ms = 0
            if self.last and self.last.cue is Cue.STUCK:
                judge.interrupt(elsewhere=True)  # told once: then it is where the wearer rests
            self._say(Cue.STUCK)

    def _call(self) -> None:
        """The next repetition."""
        self._go(Phase.OUT)
        self._waits = False
        self.holding_ms = self._outside_ms = self._furthest = self._no_further_ms = 0
        if self.judge and not self._mid_hold:
            self.judge.aim_again()
        self._mid_hold = False
        self._say(Cue.GO_OUT, rep=self._rep + 1)

    def _out(self, dt_ms: int, seen: Seen) -> None:
        judge, block = self.judge, self.block
        if judge is None or block.times_only:
            if self.in_phase_ms >= self.pace.out:
                self._hold_or_back()
            return
        if judge.exercise.hold:
            # Stillness begins by itself, after the time to take it up; a band is gone into.
            if is_still(block.movement):
                if self.in_phase_ms >= self.pace.out:
                    judge.hold.restart()
                    self._hold_or_back()
            elif judge.hold.inside:
                self._hold_or_back()
            return
        if self._ended(seen):
            return
        angle = judge.angle_cdeg
        if judge.hold and judge.hold.inside:
            self._hold_or_back()
        elif judge.entered and self._stays(angle, dt_ms):
            self._at_own_end(angle)
        elif not judge.hold and block.aimed and angle >= (judge.target_cdeg or 0):
            self._turn_back()

    def _stays(self, angle: int, dt_ms: int) -> bool:
        """No further, by a degree, for `stay`."""
        if angle > self._furthest + 100:
            self._furthest, self._no_further_ms = angle, 0
            return False
        self._no_further_ms += dt_ms
        judge = self.judge
        reached = judge and self.block.aimed and angle * 10 >= (judge.target_cdeg or 0) * 9
        return self._no_further_ms >= (self.pace.reached if reached else self.pace.stay)

    def _at_own_end(self, angle: int) -> None:
        """This far and no further today: the hold is held here, or it is time to come back."""
        judge = self.judge
        if judge and judge.hold and angle * 10 >= self._furthest * 8:
            judge.settle_for(angle)
        else:
            self._turn_back()

    def _hold_or_back(self) -> None:
        if not self.block.hold_ms and not (self.judge and self.judge.hold):
            self._turn_back()
            return
        if self.judge and self.judge.hold and not self.block.times_only:
            self.holding_ms = self.judge.hold.total_ms
        self._go(Phase.HOLD)
        self._say(Cue.TARGET)

    def _turn_back(self) -> None:
        self._go(Phase.BACK)
        self._say(Cue.COME_BACK)

    def _hold(self, dt_ms: int, seen: Seen) -> None:
        judge, block = self.judge, self.block
        if judge is None or block.times_only:
            self.holding_ms += dt_ms
            if self.holding_ms >= block.hold_ms:
                self._held()
            return
        if self._ended(seen):
            return
        hold = judge.hold
        self.holding_ms = hold.total_ms
        if hold.inside:
            self._outside_ms = 0
        else:
            before, self._outside_ms = self._outside_ms, self._outside_ms + dt_ms
            if before < self.pace.outside <= self._outside_ms:
                self._say(Cue.OUT_OF_BAND)
        if hold.done:
            self._held()

    def _held(self) -> None:
        self._say(Cue.HOLD_DONE, held_ms=self.holding_ms)
        judge = self.judge
        if judge and judge.exercise.hold and not self.block.times_only:
            self._count_hold()
        self._turn_back()

    def _count_hold(self) -> None:
        judge = self.judge
        assert judge is not None
        hold = judge.hold
        self._count(
            {
                "held_ms": min(hold.total_ms, hold.target_ms),
                "longest_ms": hold.longest_ms,
                "interruptions": hold.interruptions,
                "mean_rate_cdps": hold.mean_rate_cdps,
            }
        )

    def _back(self, dt_ms: int, seen: Seen) -> None:
        judge, block = self.judge, self.block
        if judge is None or block.times_only:
            if self.in_phase_ms >= self.pace.out:
                self._count_timed()
                self._next()
            return
        if judge.exercise.hold:
            if near_start_cdeg(block.movement, judge.band_cdeg) >= judge.angle_cdeg:
                self._wait(dt_ms)
            return
        if self._ended(seen):
            return
        if self._waits and judge.entered:
            self._call()  # without being asked: the wearer's own pace
        elif not judge.away:
            self._wait(dt_ms)

    def _wait(self, dt_ms: int) -> None:
        if not self._waits:
            self._waits, self._no_further_ms = True, 0
        self._no_further_ms += dt_ms
        if self._no_further_ms >= self.pace.between:
            self._next()

    def _rest(self, dt_ms: int, seen: Seen) -> None:
        del dt_ms, seen
        if self.in_phase_ms >= self.rest_ms():
            self._begin_block()
            self._go(Phase.READY)

    _steps: ClassVar = {
        Phase.READY: _ready,
        Phase.NEUTRAL: _neutral,
        Phase.OUT: _out,
        Phase.HOLD: _hold,
        Phase.BACK: _back,
        Phase.REST: _rest,
    }

    # --- repetitions

    def _ended(self, seen: Seen) -> bool:
        """A repetition has come back to neutral, whatever it was asked for: it is counted, or told why not."""
        judge = self.judge
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
            self._count(detail)
            self._form(told, faults)
        else:
            reasons = [name for name in ("too_small", "too_fast", "too_long") if name in faults]
            self._not_counted(reasons[0] if reasons else "not_seen", detail)
        if self._rep >= self.block.reps:
            self._next()
            return True
        if self.phase is not Phase.BACK:
            self._go(Phase.BACK)
        self._waits = False
        return True

    def _form(self, told: Mapping[str, int], faults: list[str]) -> None:
        if "compensated" in faults:
            self._say(Cue.COMPENSATED)
        if "trunk_moved" in faults:
            self._say(Cue.TRUNK_MOVED)
        if "too_fast" in faults:
            self._say(Cue.TOO_FAST)
        if "short" in faults and self.block.aimed:
            self._say(Cue.SHORT, peak_cdeg=told["peak_cdeg"])

    def _count(self, detail: dict[str, Any]) -> None:
        block = self.block
        self._rep += 1
        one = {"movement": block.movement, "set": block.set_number, "timed": False, **detail}
        self.result.reps.append(one)
        values = {key: one[key] for key in ("peak_cdeg", "duration_ms") if key in one}
        self._say(Cue.COUNTED, rep=self._rep, **values)

    def _count_timed(self) -> None:
        block, judge = self.block, self.judge
        self._rep += 1
        one = {"movement": block.movement, "set": block.set_number, "timed": True}
        one["held_ms"] = self.holding_ms
        if judge and judge.hold:
            one["sign_ms"] = judge.hold.total_ms  # so long a part of the movement was seen
        self.result.reps.append(one)

    def _not_counted(self, why: str, detail: dict[str, Any]) -> None:
        block = self.block
        one = {"movement": block.movement, "set": block.set_number, "why": why, **detail}
        self.result.not_counted.append(one)
        self._say(Cue.NOT_COUNTED, fault=why)

    def _next(self) -> None:
        if self._rep < self.block.reps:
            self._call()
            return
        block = self.block
        self._keep_smoothness()
        self._place += 1
        if self._place >= len(self._blocks):
            self._end_work()
            return
        self._say(Cue.SET_DONE, set=block.set_number, sets=self.prescription.sets)
        self.judge = None
        self._go(Phase.REST)

    def _begin_block(self) -> None:
        block = self.block
        self._rep = 0
        self.judge = Judge(block.judged) if block.judged is not None else None
        self.resumes_at = Phase.READY
        self._say(Cue.GET_READY, movement=block.movement)

    def _keep_smoothness(self) -> None:
        smooth = self.judge.exercise.smoothness if self.judge else None
        if smooth and smooth.count:
            self.result.smoothness[self.block.movement] = {
                "count": smooth.count,
                "peaks_x10": smooth.peaks_x10,
                "way_permille": smooth.way_permille,
                "duration_ms": smooth.duration_ms,
            }

    # --- the end

    def _end_work(self) -> None:
        self._keep_smoothness()
        timed = any(each.judged is None or each.times_only for each in self._blocks)
        self.count_up()
        if timed and not self.prescription.for_reference:
            self._go(Phase.REPS_DONE)
        else:
            self._finish()

    def _finish(self) -> None:
        done = self.result.reps_done >= self.prescription.reps_prescribed
        self.result.outcome = "done" if done else "partly"
        if self.prescription.for_reference:
            self._go(Phase.DONE)
            self._say(Cue.SESSION_DONE)
        else:
            self._go(Phase.PAIN_AFTER)

    def count_up(self) -> None:
        """Brings `result.reps_done` up to what was counted so far."""
        if not self.result.reported:
            self.result.reps_done = len(self.result.reps)

    def _go(self, phase: Phase) -> None:
        self.phase = phase
        self.in_phase_ms = 0

    def _say(self, cue: Cue, **values: int | str) -> None:
        self._told.append(Told(cue, values))

    def _flush(self, more: list[Told] | None = None) -> list[Told]:
        told, self._told = [*self._told, *(more or [])], []
        if told:
            self.last = told[-1]
        return told

    @property
    def reps_done(self) -> int:
        """So far, of the whole session."""
        return max(self.result.reps_done, len(self.result.reps))

    def rest_ms(self) -> int:
        """How long the present rest takes."""
        same = self._blocks[self._place].set_number == self._blocks[self._place - 1].set_number
        return self.pace.side if same else self.pace.rest

    def view(self) -> View:
        """What a page shows now."""
        return view_of(self)


def _timed(block: Block) -> Block:
    limits = "timed: no clip is connected" if block.movement else block.limits
    return replace(block, judged=None, standing="self_reported", limits=limits)
