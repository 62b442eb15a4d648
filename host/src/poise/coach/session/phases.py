"""The phases of a session, step by step, and the count of each repetition. Pure."""

from collections.abc import Mapping
from typing import ClassVar

from ...sensing.judge import Seen
from ...sensing.names import fault_names, is_still, near_start_cdeg
from ...sensing.quality import Hold
from ...sensing.repetitions import COUNTED, ENDED
from .cues import Cue, Phase
from .state import Core


class Phases(Core):
    """One method for each phase. `dt_ms`: time since the last step. `seen`: result of the latest motion frame."""

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
            if any(one.cue is Cue.STUCK for one in self.last):
                judge.interrupt(elsewhere=True)  # after one cue, the zero is where the wearer rests
            self._say(Cue.STUCK)

    def _call(self) -> None:
        """Call for the next repetition."""
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
        if hold := judge.exercise.hold:
            # A still hold begins by itself after the time to take the position; a band begins on entry.
            if is_still(block.movement):
                if self.in_phase_ms >= self.pace.out:
                    hold.restart()
                    self._hold_or_back()
            elif hold.inside:
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
        """True if the angle has not grown by a degree for `stay`, or for `reached` near the target."""
        if angle > self._furthest + 100:
            self._furthest, self._no_further_ms = angle, 0
            return False
        self._no_further_ms += dt_ms
        judge = self.judge
        reached = judge and self.block.aimed and angle * 10 >= (judge.target_cdeg or 0) * 9
        return self._no_further_ms >= (self.pace.reached if reached else self.pace.stay)

    def _at_own_end(self, angle: int) -> None:
        """The wearer goes no further today: hold here, or come back."""
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
        hold = judge.hold if judge else None
        if hold is None or block.times_only:
            self.holding_ms += dt_ms
            if self.holding_ms >= block.hold_ms:
                self._held()
            return
        if self._ended(seen):
            return
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
        hold = self.judge.exercise.hold if self.judge else None
        if hold and not self.block.times_only:
            self._count_hold(hold)
        self._turn_back()

    def _count_hold(self, hold: Hold) -> None:
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
            self._call()  # the wearer begins unasked, at an own pace
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

    steps: ClassVar = {
        Phase.READY: _ready,
        Phase.NEUTRAL: _neutral,
        Phase.OUT: _out,
        Phase.HOLD: _hold,
        Phase.BACK: _back,
        Phase.REST: _rest,
    }

    # --- repetitions

    def _ended(self, seen: Seen) -> bool:
        """True if a repetition has come back to neutral. Counts it, or tells why it does not count."""
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
