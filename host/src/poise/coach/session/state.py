"""Mutable state of an exercise session: current block, repetition count, queued cues. Pure."""

from dataclasses import dataclass, replace
from typing import Any

from ...sensing.judge import Judge
from ..plan.prescription import Block, Prescription
from .cues import Cue, Phase, Told
from .result import Result


@dataclass(frozen=True)
class Pace:
    """Times of the guidance, milliseconds; all design choices [D]."""

    ready: int = 5_000
    out: int = 3_000  # timed movements: the way out, and the way back
    between: int = 1_200  # from one repetition to the call for the next
    stay: int = 1_500  # no further for this time: the repetition's far end
    reached: int = 400  # the same, from nine tenths of the way to the target on
    rest: int = 30_000  # between sets
    side: int = 8_000  # from one movement to the other
    outside: int = 700  # out of the band, until the cue
    stuck: int = 15_000  # without a neutral, until the cue


class Core:
    """The state that the phases and the wearer's answers change."""

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
        self._stopped_in = (self.phase, 0, "partly")  # phase, time in the phase (ms), outcome
        self._t_ms: int | None = None
        self._frame_ms: int | None = None  # when the last believable frame came
        self.in_phase_ms = 0
        self._place = 0
        self.judge: Judge | None = None
        self._rep = 0  # repetitions done in this block
        self.resumes_at = Phase.READY  # after PAUSED or LOST
        self.lost_why = ""
        self._told: list[Told] = []
        self.last: tuple[Told, ...] = ()  # the latest cues, all of one moment
        self.holding_ms = 0  # of the repetition under way, by the timer
        self._outside_ms = 0
        self._waits = False  # between two repetitions
        self._furthest = 0
        self._no_further_ms = 0
        self._mid_hold = False  # a hold was under way when the angles were lost: its clock goes on
        if prescription.for_reference:
            self._begin_block()

    @property
    def standing(self) -> str:
        """Source of the result: sensed, partly, self_reported."""
        found = {each.standing for each in self._blocks}
        return found.pop() if len(found) == 1 else "partly"

    @property
    def limits(self) -> str:
        """In a few words, which part of the present movement the clip senses and which not."""
        return self.block.limits

    @property
    def block(self) -> Block:
        """The set under way, or the last one."""
        return self._blocks[min(self._place, len(self._blocks) - 1)]

    @property
    def over(self) -> bool:
        """True if the session asks and counts nothing more."""
        return self.phase in (Phase.DONE, Phase.SAFETY)

    @property
    def active(self) -> bool:
        """True if the exercise itself is under way, or paused."""
        asked = (Phase.PAIN_BEFORE, Phase.REPS_DONE, Phase.PAIN_AFTER)
        return not self.over and self.phase not in asked

    @property
    def reps_done(self) -> int:
        """Repetitions done so far in the whole session."""
        return max(self.result.reps_done, len(self.result.reps))

    # --- counting

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
            one["sign_ms"] = judge.hold.total_ms  # time with a sensed part of the movement
        self.result.reps.append(one)

    def _not_counted(self, why: str, detail: dict[str, Any]) -> None:
        block = self.block
        one = {"movement": block.movement, "set": block.set_number, "why": why, **detail}
        self.result.not_counted.append(one)
        self._say(Cue.NOT_COUNTED, fault=why)

    def _drop(self) -> None:
        self.result.dropped += 1
        self._not_counted("not_seen", {})

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
        """Raise `result.reps_done` to the repetitions counted so far, unless the wearer gave the number."""
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
            self.last = tuple(told)
        return told

    def rest_ms(self) -> int:
        """Return the length of the present rest, milliseconds."""
        same = self._blocks[self._place].set_number == self._blocks[self._place - 1].set_number
        return self.pace.side if same else self.pace.rest


def _timed(block: Block) -> Block:
    limits = "timed: no clip is connected" if block.movement else block.limits
    return replace(block, judged=None, standing="self_reported", limits=limits)
