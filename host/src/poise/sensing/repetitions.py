"""Repetitions of a movement: neutral, beyond the entry angle, back inside the exit angle.

Angles are 0.01 degrees from the wearer's neutral, + in the movement's direction. The numbers are
design choices for slow movements to a comfortable range, which a therapist may question; Poise never
asks for fast movements (docs/developers/exercise-judging.md).
"""

ENTRY_PCT = 30  # of the target
EXIT_PCT = 15
ENTRY_CDEG = 800  # at least
EXIT_CDEG = 300  # at least: 5 degrees under the entry, and the zero's own error
MIN_TARGET_CDEG = 1_000
REACHED_PCT = 90
MIN_MS = 800
MAX_MS = 20_000  # and a prescribed hold
FAST_CDPS = 15_000  # patients' deliberately fast turns are near 226 degrees/s: exercises are slower
COMPENSATED_PERMILLE = 300
TRUNK_CDEG = 1_000
PAUSE_CDEG = 100  # a pause: the angle stays this close to where it was
PAUSE_MS = 700
TOP_PCT = 80  # a pause above this part of the peak is a hold at the end, not one mid-way
_APPROACH_MS = 2_000  # most time below the entry that belongs to a repetition

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


class Repetitions:
    """Counter of repetitions. After COUNTED or ENDED the fields describe the repetition that has ended.

    `count`, and of the last: `peak_cdeg`, `across_cdeg` (out-of-plane peak), `compensation_permille`,
    `duration_ms` = `out_ms` (to 94 % of the peak) + `top_ms` + `back_ms`, `pause_ms` (longest stop
    mid-way), `unreturned` (times it went out again without neutral), `reached`, `faults`.
    """

    def __init__(self, target_cdeg: int, hold_ms: int = 0) -> None:
        """`target_cdeg`: the prescribed angle, from 10 degrees on, else ValueError. `hold_ms`: of a hold at its end."""
        if target_cdeg < MIN_TARGET_CDEG:
            raise ValueError("target_cdeg: under 10 degrees nothing can be counted")
        self.target_cdeg = target_cdeg
        self.entry_cdeg = max(ENTRY_CDEG, target_cdeg * ENTRY_PCT // 100)
        self.exit_cdeg = max(EXIT_CDEG, target_cdeg * EXIT_PCT // 100)
        self._attempt_cdeg = self.exit_cdeg + ((self.entry_cdeg - self.exit_cdeg) >> 2)
        self.max_ms = MAX_MS + hold_ms
        self.count = 0
        self.reached = False
        self.compensation_permille = 0
        self.back_ms = 0
        self.away = False  # outside the exit angle; `entered`: and has been beyond the entry
        self._clear()

    def drop(self) -> None:
        """Forget the repetition under way: its end was not seen."""
        self.away = False
        self._clear()

    def _clear(self) -> None:
        self.peak_cdeg = self.across_cdeg = self.faults = 0
        self.duration_ms = self.out_ms = self.top_ms = self.pause_ms = self.unreturned = 0
        self.entered = False
        self._mark = 0  # the peak when `out_ms` was last taken
        self._near_ms = 0  # when the angle was last near the peak
        self._turn = 0  # highest on a way out, lowest on a way back
        self._falling = False
        self._anchor = 0
        self._still_ms = 0
        self._top_at = self._top_pause_ms = 0

    def step(
        self, dt_ms: int, along_cdeg: int, across_cdeg: int, rate_cdps: int, trunk_cdeg: int = 0
    ) -> int:
        """Take one burst; return event bits, 0 for none.

        Args:
            along_cdeg: angle from neutral in the movement's direction.
            across_cdeg: the greater of the other two angles from neutral, without sign.
            rate_cdps: rate of rotation, RMS over the burst.
            trunk_cdeg: the trunk's tilt from its neutral, without sign; 0 without a clip there.
        """
        if not self.away:
            if along_cdeg <= self.exit_cdeg:
                return 0
            self.away = True
            self._clear()
        self._time(dt_ms, along_cdeg)
        self.across_cdeg = max(self.across_cdeg, across_cdeg)
        if rate_cdps > FAST_CDPS:
            self.faults |= TOO_FAST
        if trunk_cdeg > TRUNK_CDEG:
            self.faults |= TRUNK_MOVED
        self._reversal(along_cdeg)
        self._pause(dt_ms, along_cdeg)
        if along_cdeg <= self.exit_cdeg:
            return self._end()
        if self.entered and self.duration_ms > self.max_ms and not self.faults & TOO_LONG:
            self.faults |= TOO_LONG
            return OVERDUE
        return 0

    def _time(self, dt_ms: int, along: int) -> None:
        self.duration_ms = min(self.duration_ms + dt_ms, 1 << 29)
        if not self.entered:
            self.duration_ms = min(self.duration_ms, _APPROACH_MS)
            self.entered = along > self.entry_cdeg
        self.peak_cdeg = max(self.peak_cdeg, along)
        if self.peak_cdeg > self._mark + max(100, self._mark >> 4):
            self._mark = self.peak_cdeg
            self.out_ms = self.duration_ms
        if along >= self.peak_cdeg - (self.peak_cdeg >> 4):
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
        if self._top_at * 100 < self.peak_cdeg * TOP_PCT:
            self.pause_ms = max(self.pause_ms, self._top_pause_ms)
            self._top_pause_ms = 0
        if self._still_ms < PAUSE_MS:
            return
        if self._anchor * 100 < self.peak_cdeg * TOP_PCT:
            self.pause_ms = max(self.pause_ms, self._still_ms)
            return
        self._top_at = self._anchor
        self._top_pause_ms = max(self._top_pause_ms, self._still_ms)

    def _end(self) -> int:
        self.away = False
        if not self.entered and self.peak_cdeg < self._attempt_cdeg:
            return 0  # a shift of posture
        self.top_ms = max(0, self._near_ms - self.out_ms)
        self.back_ms = self.duration_ms - max(self._near_ms, self.out_ms)
        self.compensation_permille = self.across_cdeg * 1_000 // self.peak_cdeg
        self.reached = self.peak_cdeg * 100 >= self.target_cdeg * REACHED_PCT
        counts = self._judge()
        self.count += counts
        return COUNTED if counts else ENDED

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
        if self.compensation_permille > COMPENSATED_PERMILLE:
            self.faults |= COMPENSATED
        in_time = self.duration_ms >= MIN_MS and not self.faults & TOO_LONG
        return self.entered and in_time
