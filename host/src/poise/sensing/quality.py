"""Quality of an exercise beside its count: holds, range of motion, smoothness.

All figures compare a person with the same person. Smoothness has no norm: slow movements are uneven
in healthy people too (J. Biomech. 2025, 112448), so only the same movement at the same pace is compared.
"""

GRACE_MS = 500  # longest time outside the band with the hold's clock running
PASS_MS = 1_000  # in a shorter time, grace included, the head only passed through the band
_CAP_MS = 1 << 29

# Events of `Hold.step`.
DONE = 16  # the target seconds are reached; once
INTERRUPTED = 32  # outside the band for longer than the grace; once each time

CHANGE_CDEG = 1_000  # least change reported: natural variation over weeks is 12 to 20 degrees
TREND_SESSIONS = 3

PACE_PCT = 20
_WINDOW_MS = 70  # averaging time of speed, so that the burst rate does not matter
_MIN_SWING_CDPS = 300
_MAX_MS = 20_000


class Hold:
    """Clock of the time from `low_cdeg` to `high_cdeg`, both included. `target_ms`: 1 s to 300 s.

    `total_ms` (the clock), `longest_ms` (without interruption), `interruptions`, `done`, `inside`,
    `mean_rate_cdps` (mean rate of rotation while the clock ran).

    Raises ValueError for another time or an empty band.
    """

    def __init__(self, low_cdeg: int, high_cdeg: int, target_ms: int) -> None:
        if low_cdeg >= high_cdeg or not 1_000 <= target_ms <= 300_000:
            raise ValueError("hold: low below high, and 1 to 300 s")
        self.low_cdeg = low_cdeg
        self.high_cdeg = high_cdeg
        self.target_ms = target_ms
        self.restart()

    def restart(self) -> None:
        """Forget the last hold and wait for the next one."""
        self.total_ms = self.longest_ms = self.interruptions = 0
        self.done = self.inside = self.running = False
        self._unbroken_ms = self._outside_ms = 0
        self._moved_cdeg = self._part = 0

    def drop(self) -> None:
        """Stop the clock while the angle is unknown. A pass shorter than PASS_MS does not count."""
        if self._unbroken_ms < PASS_MS:
            self.total_ms -= self._unbroken_ms
        self.running = self.inside = False
        self._unbroken_ms = self._outside_ms = 0

    def step(self, dt_ms: int, angle_cdeg: int, rate_cdps: int) -> int:
        """Take one burst; return DONE, INTERRUPTED, or 0."""
        self.inside = self.low_cdeg <= angle_cdeg <= self.high_cdeg
        if self.inside:
            self.running = True
            self._outside_ms = 0
        elif self.running:
            self._outside_ms += dt_ms
            if self._outside_ms > GRACE_MS:
                return self._interrupt()
        if not self.running:
            return 0
        self.total_ms = min(self.total_ms + dt_ms, _CAP_MS)
        self._unbroken_ms = min(self._unbroken_ms + dt_ms, _CAP_MS)
        if self._unbroken_ms > PASS_MS:
            self.longest_ms = max(self.longest_ms, self._unbroken_ms)
        self._add_way(dt_ms, rate_cdps)
        if self.done or self.total_ms < self.target_ms:
            return 0
        self.done = True
        return DONE

    def _interrupt(self) -> int:
        self.running = False
        unbroken_ms, self._unbroken_ms = self._unbroken_ms, 0
        if unbroken_ms < PASS_MS:
            self.total_ms -= unbroken_ms
            return 0
        if self.done:
            return 0  # the end of the hold, not a break in it
        self.interruptions += 1
        return INTERRUPTED

    def _add_way(self, dt_ms: int, rate_cdps: int) -> None:
        if self._moved_cdeg > 1 << 25:
            return  # 335,000 degrees: no hold of 300 s has them
        self._part += min(rate_cdps, 200_000) * min(dt_ms, 1_000)
        self._moved_cdeg += self._part // 1_000
        self._part %= 1_000

    @property
    def mean_rate_cdps(self) -> int:
        """Mean rate of rotation while the clock ran, 0.01 degrees/s."""
        return self._moved_cdeg * 10 // max(1, self.total_ms // 100)


def trend_cdeg(sessions_cdeg: list[int]) -> int:
    """Return the change over sessions (oldest first, at most 1,000) by a straight line, 0.01 degrees.

    Returns 0 with fewer than three sessions, or below 10 degrees.
    """
    n = len(sessions_cdeg)
    if n < TREND_SESSIONS:
        return 0
    rise = squares = 0
    for i, value in enumerate(sessions_cdeg):
        place = 2 * i - n + 1
        rise += place * value
        squares += place * place
    change = 2 * (n - 1) * rise // squares
    return change if abs(change) >= CHANGE_CDEG else 0


class Smoothness:
    """Smoothness of the repetitions so far: peaks of speed, and the head's path beside the shortest path.

    A smooth repetition has two peaks of speed (out, back) and a path of 1,000 permille. Number of
    velocity peaks and its kin: Front. Neurol. 9:615, 2018. A tremor also lengthens the path.
    """

    def __init__(self) -> None:
        self.count = 0
        self._peaks = self._way_permille = self._duration_ms = 0
        self.begin()

    def begin(self) -> None:
        """Begin a repetition."""
        self.peaks = 0
        self._ms = self._way = self._fastest = 0
        self._window_way = self._window_ms = 0
        self._turn = 0
        self._falling = False

    def step(self, dt_ms: int, rate_cdps: int) -> None:
        """Take one burst of the repetition under way."""
        if self._ms > _MAX_MS:
            return
        self._ms += dt_ms
        self._window_way += min(rate_cdps, 200_000) * min(dt_ms, 1_000) // 100
        self._window_ms += dt_ms
        if self._window_ms < _WINDOW_MS:
            return
        self._way += self._window_way // 10
        self._swing(self._window_way * 10 // self._window_ms * 10)
        self._window_way = self._window_ms = 0

    def _swing(self, speed: int) -> None:
        """Count a peak of speed: a rise before it and a fall after it, each of a quarter of the fastest speed."""
        self._fastest = max(self._fastest, speed)
        swing = max(_MIN_SWING_CDPS, self._fastest >> 2)
        if self._falling:
            self._turn = min(self._turn, speed)
            if speed - self._turn > swing:
                self._falling = False
                self._turn = speed
            return
        self._turn = max(self._turn, speed)
        if self._turn - speed > swing:
            self._falling = True
            self._turn = speed
            self.peaks += 1

    def end(self, peak_cdeg: int, exit_cdeg: int) -> None:
        """Include a repetition that counts. It went from the exit angle to the peak and back."""
        if self.count >= 1_000:
            return
        if not self._falling and self._turn > self._fastest >> 2:
            self.peaks += 1  # at the exit angle the head still moves: the fall comes after the end
        way = 2 * max(100, peak_cdeg - exit_cdeg)
        self.count += 1
        self._peaks += self.peaks
        self._way_permille += min(100_000, self._way * 100 // max(1, way // 10))
        self._duration_ms += self._ms

    @property
    def peaks_x10(self) -> int:
        """Mean number of speed peaks of a repetition, in tenths."""
        return self._peaks * 10 // max(1, self.count)

    @property
    def way_permille(self) -> int:
        """Mean length of the head's path beside the path straight out and back, permille."""
        return self._way_permille // max(1, self.count)

    @property
    def duration_ms(self) -> int:
        """Mean duration of a repetition, milliseconds: the pace."""
        return self._duration_ms // max(1, self.count)
