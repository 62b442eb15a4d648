"""Axis of a quick movement there and back, such as a nod, in the clip's frame. Integers, nothing allocated."""

from array import array

QUIET_CDPS = 800  # slower than this on every axis: nothing is under way
ENTRY_DDEG = 80  # a tenth of a degree
LARGEST_DDEG = 600
LONGEST_MS = 4_000
_MS_CDPS_PER_DDEG = 10_000
_CAP = 60_000_000  # 600 degrees: nine squares still are a small integer


class NodAxis:
    """Detects movements there and back. `axis`: rotation from start to peak, three integers of 0.1 degree.

    `axis` and `fastest_cdps`, the highest rate about one axis, are valid after `step` has returned True. `axis` is
    right-handed about the sensor's axes: a nod forward turns about the wearer's left.
    """

    def __init__(self) -> None:
        self.axis = array("i", (0, 0, 0))
        self.fastest_cdps = self._fastest_cdps = 0
        self._turn = array("i", (0, 0, 0))  # cdps ms
        self._square = 0  # of the largest turn, 0.01 square degrees
        self._since_ms = 0
        self._returning = False  # the rest of the way back, after `step` has told it

    def step(self, dt_ms: int, x_cdps: int, y_cdps: int, z_cdps: int) -> bool:
        """Take one burst's mean rate; return True when a movement there and back has just ended."""
        rate_cdps = max(abs(x_cdps), abs(y_cdps), abs(z_cdps))
        quiet = rate_cdps < QUIET_CDPS
        if self._returning:
            axis = self.axis
            # Else the last third of a wide nod would be a movement of its own, the other way.
            if not quiet and x_cdps * axis[0] + y_cdps * axis[1] + z_cdps * axis[2] < 0:
                return False
            self._returning = False
        turn = self._turn
        turn[0] = _sum(turn[0], x_cdps * dt_ms)
        turn[1] = _sum(turn[1], y_cdps * dt_ms)
        turn[2] = _sum(turn[2], z_cdps * dt_ms)
        self._fastest_cdps = max(self._fastest_cdps, rate_cdps)
        if not self._square:
            if quiet:
                self._clear()
            else:
                self._follow()
            return False
        self._since_ms += dt_ms
        self._follow()
        # Back: a third of the way out is left, a ninth of its square.
        back = self._length_square() * 9 < self._square
        if self._since_ms > LONGEST_MS or self._square > LARGEST_DDEG * LARGEST_DDEG:
            self._clear()
            return False
        if back:
            self.fastest_cdps = self._fastest_cdps
            self._returning = True
            self._clear()
        return back

    @property
    def resting(self) -> bool:
        """True if no movement is under way."""
        return not (self._square or self._fastest_cdps)

    def _follow(self) -> None:
        square = self._length_square()
        if square <= self._square or square < ENTRY_DDEG * ENTRY_DDEG:
            return
        self._square = square
        for i in range(3):
            self.axis[i] = self._turn[i] // _MS_CDPS_PER_DDEG

    def _length_square(self) -> int:
        x = self._turn[0] // _MS_CDPS_PER_DDEG
        y = self._turn[1] // _MS_CDPS_PER_DDEG
        z = self._turn[2] // _MS_CDPS_PER_DDEG
        return x * x + y * y + z * z

    def _clear(self) -> None:
        for i in range(3):
            self._turn[i] = 0
        self._square = self._since_ms = self._fastest_cdps = 0


def _sum(value: int, step: int) -> int:
    value += step
    if value > _CAP:
        return _CAP
    return -_CAP if value < -_CAP else value
