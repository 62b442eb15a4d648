"""Neutral between repetitions: people come back near where they started, not to it.

Angles are 0.01 degrees in the movement's direction, from the start unless a name says otherwise.
"""

SHIFT_CDEG = 2_000  # most that neutral moves from the start: beyond, the wearer sits in another way
REST_CDPS = 400  # a slower head is at rest; at a desk people are above 330 half of the time
REST_MS = 300  # time at rest that gives neutral a new place
DRIFT_CDPS = 100  # greatest drift rate of rotation since neutral's last place
DRIFT_MS = 500  # time at rest from which an offset counts as drift, or as the wearer's way back
_CAP_MS = 1 << 29


class Centre:
    """Place of neutral, `cdeg` from the start. It moves when the head rests near it, or turns near it.

    Both angles count from neutral: beyond `exit_cdeg` the head has left it, beyond `entry_cdeg` a repetition is under
    way. `drifts`: the angle is a rotation, which has no gravity to hold on to.

    `nearest`: the head is as near neutral as it has been since the last repetition. `low_cdeg`: the lowest angle from
    neutral since then. `returned_cdeg`: where the head came back to, from the start: moving neutral does not change it.
    """

    def __init__(self, exit_cdeg: int, entry_cdeg: int, *, drifts: bool) -> None:
        self.drifts = drifts
        self._exit_cdeg = exit_cdeg
        self._entry_cdeg = entry_cdeg
        self.rest_ms = 0
        self.returned_cdeg = 0
        self._elapsed_ms = 0
        self.restart()

    def restart(self) -> None:
        """Put neutral back to the start."""
        self.cdeg = 0
        self._since_ms = 0  # since neutral's last place
        self.begin(0)

    def begin(self, along_cdeg: int) -> None:
        """Begin the time between two repetitions at this angle from the start."""
        self.low_cdeg = along_cdeg - self.cdeg
        self.nearest = True
        self.returned_cdeg = along_cdeg
        self._near_cdeg = abs(self.low_cdeg)
        self._rested = False

    def pass_time(self, dt_ms: int, rate_cdps: int) -> None:
        """Note how long the head has been at rest."""
        self.rest_ms = min(self.rest_ms + dt_ms, _CAP_MS) if rate_cdps < REST_CDPS else 0
        self._since_ms = min(self._since_ms + dt_ms, _CAP_MS)
        self._elapsed_ms = min(self._elapsed_ms + dt_ms, _CAP_MS)

    def wait(self, along_cdeg: int) -> None:
        """Take one burst between two repetitions. Neutral follows a head at rest near it, and one back to the start."""
        off = along_cdeg - self.cdeg
        rests = self.rest_ms >= REST_MS
        self._note_return(along_cdeg, rests=rests)
        self.nearest = True
        if rests and abs(off) <= self.reach_cdeg:
            self.move_to(along_cdeg)
        elif off < 0 < self.cdeg:
            self.move_to(max(0, along_cdeg))
        else:
            self.nearest = abs(off) <= self._near_cdeg
            self._near_cdeg = min(self._near_cdeg, abs(off))
            self.low_cdeg = min(self.low_cdeg, off)

    def leave(self) -> None:
        """A repetition begins: neutral is where the head turned, if it turned within the exit angle."""
        if 0 < self.low_cdeg <= self._exit_cdeg:
            self.move_to(self.cdeg + self.low_cdeg)

    def move_to(self, along_cdeg: int) -> None:
        """Put neutral at this angle from the start, or as near to it as it may go."""
        # Rotation may have drifted all the time.
        limit = SHIFT_CDEG + (self._elapsed_ms // 1_000 * DRIFT_CDPS if self.drifts else 0)
        self.cdeg = min(limit, max(-limit, along_cdeg))
        self.low_cdeg = along_cdeg - self.cdeg
        self._near_cdeg = abs(self.low_cdeg)
        self._since_ms = 0

    @property
    def reach_cdeg(self) -> int:
        """Greatest angle from neutral at which a head at rest is at neutral."""
        if not self.drifts or self.rest_ms < DRIFT_MS:
            return self._exit_cdeg
        drift = self._since_ms * DRIFT_CDPS // 1_000
        return min(self._entry_cdeg, self._exit_cdeg + drift)

    def _note_return(self, along_cdeg: int, *, rests: bool) -> None:
        if rests:
            self.returned_cdeg = along_cdeg
            self._rested = True
        elif not self._rested:
            self.returned_cdeg = min(self.returned_cdeg, along_cdeg)
