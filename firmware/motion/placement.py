"""The clip's fit compared with its calibration, checked at each donning and then by nods. Nothing allocated.

Gravity: if the wearer holds still and up is within 5 degrees of the zero, the clip fits. After 10 s of stillness in all
without that, it has shifted (or the wearer has slumped since the donning: sitting up then makes it fit). Nods: after
three in a row about another axis than the calibration's, the clip was turned about the vertical, which gravity cannot
show.
"""

# States; the names are the wire's.
UNKNOWN = "unknown"  # there is no calibration to compare with
CHECKING = "checking"  # put on a short while ago; no nudges yet
FITS = "fits"  # gravity is where the calibration has it
SHIFTED = "shifted"  # the wearer holds still and gravity is elsewhere; no nudges
TURNED = "turned"  # nods are about another axis; no nudges until it is calibrated anew

STILL_CDPS = 1_000
STILL_MG = 100
HOLD_MS = 3_000  # stillness near the zero
SHIFTED_MS = 10_000  # stillness elsewhere, in all
NODS = 3  # in a row
_NEAR_SQUARE = 510_800  # half the chord of 5 degrees in Q14, squared
_NOD_COS_PCT = 82  # 35 degrees between a nod's axis and the calibration's
_LEVEL_COS_PCT = (
    35  # a nod's axis is within 20 degrees of the horizontal: a turn of the head is not a nod
)


class Placement:
    """State of the fit: `state` is current after each `step`. `up_q14`, `right_q14`: the calibration's, three Q14
    integers."""

    def __init__(self) -> None:
        self.state = UNKNOWN
        self._up = self._right = (0, 0, 0)
        self._near_ms = 0
        self._far_ms = 0
        self._strange = 0  # nods in a row about another axis

    def calibrated(self, up_q14: "Vector", right_q14: "Vector", checked: bool) -> None:
        """Compare with this calibration from now on. `checked`: it was taken just now, so the clip fits."""
        self._up = up_q14
        self._right = right_q14
        self.donned()
        if checked:
            self.state = FITS

    def forget(self) -> None:
        """Forget the calibration: the fit is unknown."""
        self.state = UNKNOWN

    def donned(self) -> None:
        """Check the fit again, because the clip was put on."""
        self._near_ms = self._far_ms = self._strange = 0
        self.state = CHECKING

    def step(
        self,
        dt_ms: int,
        x_q14: int,
        y_q14: int,
        z_q14: int,
        gyro_rms_cdps: int,
        acc_deviation_mg: int,
    ):
        """Take one burst's up vector and movement; return True when `state` has changed."""
        if self.state is not CHECKING and self.state is not SHIFTED:
            return False
        if gyro_rms_cdps > STILL_CDPS or acc_deviation_mg > STILL_MG:
            self._near_ms = 0
            return False
        x = (x_q14 - self._up[0]) >> 1
        y = (y_q14 - self._up[1]) >> 1
        z = (z_q14 - self._up[2]) >> 1
        if x * x + y * y + z * z <= _NEAR_SQUARE:
            self._near_ms += dt_ms
            return self._near_ms >= HOLD_MS and self._become(FITS)
        self._near_ms = 0
        self._far_ms = min(self._far_ms + dt_ms, SHIFTED_MS)
        return self._far_ms >= SHIFTED_MS and self._become(SHIFTED)

    def nod(self, axis_ddeg, x_q14: int, y_q14: int, z_q14: int):
        """Take a movement there and back; return True when `state` has changed.

        `axis_ddeg`: its axis, three integers of 0.1 degree; `x_q14`, `y_q14`, `z_q14`: the up vector.
        """
        if self.state is UNKNOWN or self.state is TURNED:
            return False
        length = _length(axis_ddeg[0], axis_ddeg[1], axis_ddeg[2])
        upright = axis_ddeg[0] * x_q14 + axis_ddeg[1] * y_q14 + axis_ddeg[2] * z_q14
        if abs(upright >> 14) * 100 > length * _LEVEL_COS_PCT:
            return False
        right = self._right
        along = axis_ddeg[0] * right[0] + axis_ddeg[1] * right[1] + axis_ddeg[2] * right[2]
        # Back as well as forward: the axis counts, not the sense.
        if abs(along >> 14) * 100 >= length * _NOD_COS_PCT:
            self._strange = 0
            return False
        self._strange += 1
        return self._strange >= NODS and self._become(TURNED)

    def _become(self, state: str) -> bool:
        if state is self.state:
            return False
        self.state = state
        return True


def _length(x: int, y: int, z: int):
    """Return the length of a vector of integers up to 600, rounded down."""
    square = x * x + y * y + z * z
    root = 0
    bit = 1 << 9
    while bit:
        if (root + bit) * (root + bit) <= square:
            root += bit
        bit >>= 1
    return root
