"""Repetitions of a movement: neutral, beyond the entry angle, back inside the exit angle.

Angles are 0.01 degrees in the movement's direction, from neutral where `centre` has put it unless a name says "from the
start". The numbers are design choices for slow movements to a comfortable range, which a therapist may question; Poise
never asks for fast movements (docs/developers/exercise-judging.md).
"""

from .centre import DRIFT_MS, Centre

ENTRY_PCT = 30  # of the target
EXIT_PCT = 15
ENTRY_CDEG = 800  # at least
EXIT_CDEG = 300  # at least: 5 degrees under the entry, and the neutral's own error
MIN_TARGET_CDEG = 1_000
REACHED_PCT = 90
RETURNED_PCT = 30  # of the peak: a head that turns or rests below it has come back
TURNED_CDEG = 500  # least rise that makes a lowest point a turn
MIN_MS = 800
MAX_MS = 20_000  # and a prescribed hold
FAST_CDPS = 15_000  # patients' deliberately fast turns are near 226 degrees/s: exercises are slower
COMPENSATED_PERMILLE = 300
OTHER_WAY_PERMILLE = 1_000
TRUNK_CDEG = 1_000
PAUSE_CDEG = 100  # a pause: the angle stays this close to where it was
PAUSE_MS = 700
TOP_PCT = 80  # a pause above this part of the peak is a hold at the end, not one mid-way
ANEW_MS = 2_000  # at rest below the entry for this time, the wearer sits in another way
_APPROACH_MS = 2_000  # most time below the entry that belongs to a repetition
_TREMOR_MS = 300  # a shorter way over the exit angle
_TREMOR_CDEG = 400  # and a smaller one is a tremor, not an attempt

# Events of `step`.
COUNTED = 1  # a repetition has ended and counts
ENDED = 2  # a movement has ended and does not count; `faults` says why
OVERDUE = 4  # out for longer than 20 s

# Faults, bits of `faults`.
TOO_SMALL = 1  # never reached the entry
SHORT = 2  # reached the entry and not 90 % of the target
TOO_FAST = 4  # under 0.8 s, or faster than 150 degrees/s
TOO_LONG = 8  # over 20 s
NOT_RETURNED = 16  # went out again without having been at neutral
COMPENSATED = 32  # out of the movement's plane by more than 0.3 of the way in it
TRUNK_MOVED = 64  # the trunk moved by more than 10 degrees; needs a clip there
PAUSED = 128  # stood still mid-way, out or back
OTHER_WAY = 256  # at least as far out of the movement's plane as in it: another movement


class Repetitions:
    """Counter of repetitions. After COUNTED or ENDED the fields describe the repetition that has ended.

    `target_cdeg`: the prescribed angle, 10 degrees or more, else ValueError. `hold_ms`: of a hold at its end. `drifts`:
    the angle is a rotation, whose start drifts away.

    `count`, and of the last: `way_cdeg` (peak from neutral), `peak_cdeg` (the peak as `told_cdeg` has it),
    `across_cdeg` (out-of-plane peak), `compensation_permille`, `duration_ms` = `out_ms` (to 94 % of the peak) +
    `top_ms` + `back_ms`, `timed_ms` (of it, what the longest time limits), `pause_ms` (longest stop mid-way),
    `unreturned` (times it went out again without neutral), `reached`, `faults`.
    """

    def __init__(self, target_cdeg: int, hold_ms: int = 0, *, drifts: bool = False) -> None:
        if target_cdeg < MIN_TARGET_CDEG:
            raise ValueError("target_cdeg: under 10 degrees nothing can be counted")
        self.target_cdeg = target_cdeg
        self.entry_cdeg = max(ENTRY_CDEG, target_cdeg * ENTRY_PCT // 100)
        self.exit_cdeg = max(EXIT_CDEG, target_cdeg * EXIT_PCT // 100)
        self.centre = Centre(self.exit_cdeg, self.entry_cdeg, drifts=drifts)
        self._attempt_cdeg = self.exit_cdeg + ((self.entry_cdeg - self.exit_cdeg) >> 2)
        self._turned_cdeg = max(TURNED_CDEG, self.exit_cdeg)
        self._hold_ms = hold_ms
        self.max_ms = MAX_MS + hold_ms
        self.count = 0
        self.reached = False
        self.compensation_permille = 0
        self.back_ms = 0
        self.away = False  # outside the exit angle; `entered`: and has been beyond the entry
        self._carried_ms = 0  # since the lowest point, after a turn there
        self._clear()

    def drop(self, *, restart: bool = False) -> None:
        """Forget the repetition under way: its end was not seen. `restart`: neutral is the start again."""
        self.away = False
        self._carried_ms = 0
        self._clear()
        if restart:
            self.centre.restart()
        else:
            self.centre.begin(self.centre.cdeg)

    def _clear(self) -> None:
        self.way_cdeg = self.peak_cdeg = self.across_cdeg = self.faults = 0
        self.duration_ms = self.out_ms = self.top_ms = self.pause_ms = self.unreturned = 0
        self.entered = False
        self._mark = 0  # the peak when `out_ms` was last taken
        self._near_ms = 0  # when the angle was last near the peak
        self._turn = 0  # highest on a way out, lowest on a way back
        self._falling = False
        self._anchor = 0
        self._still_ms = 0
        self._top_at = self._top_pause_ms = 0
        self._low = 0  # lowest since the peak
        self._since_low_ms = 0
        self._held_from = self._held_ms = 0

    def told_cdeg(self, along_cdeg: int) -> int:
        """Return the angle to show to the wearer, for an angle from the start.

        It is the greater of the angles from neutral and from the start, so that no wearer has to go further because
        neutral has moved. The start of a rotation drifts away: there it is the angle from neutral.
        """
        from_neutral = along_cdeg - self.centre.cdeg
        return from_neutral if self.centre.drifts else max(along_cdeg, from_neutral)

    def step(
        self, dt_ms: int, along_cdeg: int, across_cdeg: int, rate_cdps: int, trunk_cdeg: int = 0
    ) -> int:
        """Take one burst; return event bits, 0 for none.

        Args:
            along_cdeg: angle from the start in the movement's direction.
            across_cdeg: the greater of the other two angles from neutral, without sign.
            rate_cdps: rate of rotation, RMS over the burst.
            trunk_cdeg: the trunk's tilt from its neutral, without sign; 0 without a clip there.
        """
        self.centre.pass_time(dt_ms, rate_cdps)
        if not self.away and not self._begins(along_cdeg):
            return 0
        along = along_cdeg - self.centre.cdeg
        self._time(dt_ms, along)
        self.across_cdeg = max(self.across_cdeg, across_cdeg)
        if rate_cdps > FAST_CDPS:
            self.faults |= TOO_FAST
        if trunk_cdeg > TRUNK_CDEG:
            self.faults |= TRUNK_MOVED
        self._reversal(along)
        self._pause(dt_ms, along)
        self._hold(dt_ms, along)
        if along <= self.exit_cdeg:
            return self._end(along_cdeg)
        if self._is_back(along):
            return self._end_at_low(along_cdeg, along)
        if self.entered and self.timed_ms > self.max_ms and not self.faults & TOO_LONG:
            self.faults |= TOO_LONG
            return OVERDUE
        return 0

    def _begins(self, along_cdeg: int) -> bool:
        """True if a repetition begins: out by the exit angle from the lowest point since the last one."""
        centre = self.centre
        carried_ms, self._carried_ms = self._carried_ms, 0
        centre.wait(along_cdeg)
        if along_cdeg - centre.cdeg <= self.exit_cdeg + max(0, centre.low_cdeg):
            return False
        centre.leave()
        self.away = True
        self._clear()
        self.duration_ms = carried_ms
        return True

    def _is_back(self, along: int) -> bool:
        """True if the head turned or rests so near neutral, outside the exit angle, that it has come back."""
        rest_ms = self.centre.rest_ms
        if not self.entered:
            return rest_ms >= ANEW_MS
        near = max(self.way_cdeg * RETURNED_PCT // 100, self.centre.reach_cdeg)
        if self._low > near:
            return False
        return along - self._low > self._turned_cdeg or rest_ms >= DRIFT_MS

    @property
    def at_low(self) -> bool:
        """True if the head is as near neutral as it has been since the last repetition, or since the peak."""
        return self._since_low_ms == 0 if self.away else self.centre.nearest

    @property
    def timed_ms(self) -> int:
        """Time that the longest time limits: all but the hold at the peak, if one is prescribed."""
        return self.duration_ms - (self._held_ms if self._hold_ms else 0)

    def _time(self, dt_ms: int, along: int) -> None:
        self.duration_ms = min(self.duration_ms + dt_ms, 1 << 29)
        if not self.entered:
            self.duration_ms = min(self.duration_ms, _APPROACH_MS)
            self.entered = along > self.entry_cdeg
        self._since_low_ms += dt_ms
        if along > self.way_cdeg or along < self._low:
            self._low, self._since_low_ms = along, 0
        self.way_cdeg = max(self.way_cdeg, along)
        if self.way_cdeg > self._mark + max(100, self._mark >> 4):
            self._mark = self.way_cdeg
            self.out_ms = self.duration_ms
        if along >= self.way_cdeg - (self.way_cdeg >> 4):
            self._near_ms = self.duration_ms

    def _reversal(self, along: int) -> None:
        if self._falling:
            self._turn = min(self._turn, along)
            if along - self._turn > self.entry_cdeg:
                self._falling = False
                self._turn = along
                self.unreturned += 1
                self.faults |= NOT_RETURNED
            return
        self._turn = max(self._turn, along)
        if self._turn - along > self.entry_cdeg:
            self._falling = True
            self._turn = along

    def _pause(self, dt_ms: int, along: int) -> None:
        if abs(along - self._anchor) > PAUSE_CDEG:
            self._still_ms = 0
            self._anchor = along
        else:
            self._still_ms = min(self._still_ms + dt_ms, 1 << 29)
        # When the peak rises later, a stop near the old peak was mid-way.
        if self._top_at * 100 < self.way_cdeg * TOP_PCT:
            self.pause_ms = max(self.pause_ms, self._top_pause_ms)
            self._top_pause_ms = 0
        if self._still_ms < PAUSE_MS:
            return
        if self._anchor * 100 < self.way_cdeg * RETURNED_PCT:
            return  # the end of the repetition
        if self._anchor * 100 < self.way_cdeg * TOP_PCT:
            self.pause_ms = max(self.pause_ms, self._still_ms)
            return
        self._top_at = self._anchor
        self._top_pause_ms = max(self._top_pause_ms, self._still_ms)

    def _hold(self, dt_ms: int, along: int) -> None:
        """Sum the time at the peak. When the peak rises later, the time before was on the way."""
        if self._held_from * 100 < self.way_cdeg * TOP_PCT:
            self._held_from, self._held_ms = along, 0
        elif along * 100 >= self.way_cdeg * TOP_PCT:
            self._held_ms += dt_ms

    def _end_at_low(self, along_cdeg: int, along: int) -> int:
        """End the repetition where the head turned, or where it rests. The next one begins there."""
        turned = self.entered and along - self._low > self._turned_cdeg
        low_cdeg = self.centre.cdeg + self._low if turned else along_cdeg
        self.duration_ms -= self._since_low_ms
        events = self._end(low_cdeg)
        self.centre.move_to(low_cdeg)
        self.centre.nearest = not turned
        self._carried_ms = self._since_low_ms if turned else 0
        return events

    def _end(self, along_cdeg: int) -> int:
        self.away = False
        if not self.entered and not self._is_attempt():
            return 0  # a shift of posture, or a tremor
        self.top_ms = max(0, self._near_ms - self.out_ms)
        self.back_ms = self.duration_ms - max(self._near_ms, self.out_ms)
        self.compensation_permille = self.across_cdeg * 1_000 // self.way_cdeg
        self.peak_cdeg = self.told_cdeg(self.centre.cdeg + self.way_cdeg)
        self.reached = self.peak_cdeg * 100 >= self.target_cdeg * REACHED_PCT
        self.centre.begin(along_cdeg)
        counts = self._judge()
        self.count += counts
        return COUNTED if counts else ENDED

    def _is_attempt(self) -> bool:
        trembles = self.duration_ms < _TREMOR_MS and self.way_cdeg < self.exit_cdeg + _TREMOR_CDEG
        return self.way_cdeg >= self._attempt_cdeg and not trembles

    def _judge(self) -> bool:
        """Set the faults of a movement that has ended; return True if it counts."""
        if not self.entered:
            self.faults |= TOO_SMALL
        elif not self.reached:
            self.faults |= SHORT
        if self.duration_ms < MIN_MS:
            self.faults |= TOO_FAST
        if self.pause_ms:
            self.faults |= PAUSED
        other_way = self.compensation_permille >= OTHER_WAY_PERMILLE
        if other_way:
            self.faults |= OTHER_WAY
        elif self.compensation_permille > COMPENSATED_PERMILLE:
            self.faults |= COMPENSATED
        in_time = self.duration_ms >= MIN_MS and not self.faults & TOO_LONG
        return self.entered and in_time and not other_way
