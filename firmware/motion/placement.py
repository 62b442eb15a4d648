"""The clip's fit compared with its calibration, checked at each donning and while it is worn. Nothing allocated.

Gravity: if the wearer holds still and up is within 5 degrees of the upright, the clip fits. After 10 s of stillness in
all without that, it has shifted (or the wearer has slumped since the donning: sitting up then makes it fit).

Later it has shifted to a side if the still moments lie 8 degrees aside in the mean of some nine minutes: people lean so
far for a while, but to either side. The clip does not notice a shift forward, because a slump looks the same.

While the wearer sits upright, gravity does not show that the clip was turned about the vertical, but bends do: they
lead aside of the calibration's forward. Their axial mean, the mean of the doubled angles, tells it once several bends
agree, and takes it back (Mardia and Jupp, Directional Statistics, 2000, section 1.1).
"""

# States; the names are the wire's.
UNKNOWN = "unknown"  # there is no calibration to compare with
CHECKING = "checking"  # put on a short while ago; no nudges yet
FITS = "fits"  # gravity is where the calibration has it
SHIFTED = "shifted"  # the wearer holds still and gravity is elsewhere; no nudges
TURNED = (
    "turned"  # bends lead aside; no nudges until they lead forward again, or it is calibrated anew
)

STILL_CDPS = 1_000
STILL_MG = 100
HOLD_MS = 3_000  # stillness near the upright
SHIFTED_MS = 10_000  # stillness elsewhere, in all
BENDS = 5  # at least so many that agree,
BEND_S = 60  # of each of which no more still seconds count
_BENT_Q14 = 14_849  # cosine of 25 degrees: less of a bend may lead anywhere
_ENDED_Q14 = 15_396  # of 20 degrees: the bend is over
_LIES_Q14 = 8_192  # of 60 degrees: beyond it, people lie
# An angle is between a bend and the calibration's forward. At 90 degrees it is a lean to the side, which people do as
# well; a clip that is turned so far does not stay on.
_TURNED_COS2_PCT = 56  # of twice 28 degrees: the mean lies beyond
_SIDE_COS2_PCT = -64  # of twice 65 degrees: and not beyond this
_FITS_COS2_PCT = 81  # of twice 18 degrees: the mean is back within
_AGREEMENT_PCT = 80  # length of the mean of unit vectors: angles that spread by about 19 degrees
_FORGET_BITS = 8  # a second of a bend counts for about 256 further ones
_NEAR_SQUARE = 510_800  # half the chord of 5 degrees in Q14, squared
_SIDE_Q14 = 2_280  # sine of 8 degrees
_SIDE_BITS = 9  # the mean's time constant: 512 still seconds


class Placement:
    """State of the fit: `state` is current after each `step`. `axes`: right, forward and up at the upright, Q14."""

    def __init__(self) -> None:
        self.state = UNKNOWN
        self.axes = (0,) * 9
        self._near_ms = 0
        self._far_ms = 0
        self._part_ms = 0
        self._side = 0  # sum of the sines of lateral flexion, Q14
        self._bends = self._bend_s = 0
        self._cos2 = self._sin2 = self._weight = 0  # sums over the doubled angles, Q10

    def calibrated(self, axes_q14: "Vector", checked: bool) -> None:
        """Compare with these axes from now on: right, forward and up, nine Q14 integers. `checked`: they were taken
        just now, so the clip fits."""
        self.axes = axes_q14
        self.donned()
        if checked:
            self.state = FITS

    def forget(self) -> None:
        """Forget the calibration: the fit is unknown."""
        self.state = UNKNOWN

    def donned(self) -> None:
        """Check the fit again, because the clip was put on."""
        self._near_ms = self._far_ms = self._side = 0
        self._bends = self._bend_s = 0
        self._cos2 = self._sin2 = self._weight = 0
        self.state = CHECKING

    def step(
        self,
        dt_ms: int,
        x_q14: int,
        y_q14: int,
        z_q14: int,
        gyro_rms_cdps: int,
        acc_deviation_mg: int,
    ) -> bool:
        """Take one burst's up vector and movement; return True when `state` has changed."""
        still = gyro_rms_cdps <= STILL_CDPS and acc_deviation_mg <= STILL_MG
        self._part_ms += dt_ms
        if self._part_ms >= 1_000:
            self._part_ms -= 1_000
            if self._second(x_q14, y_q14, z_q14, still):
                return True
        if self.state is not CHECKING and self.state is not SHIFTED:
            return False
        if not still:
            self._near_ms = 0
            return False
        x = (x_q14 - self.axes[6]) >> 1
        y = (y_q14 - self.axes[7]) >> 1
        z = (z_q14 - self.axes[8]) >> 1
        if x * x + y * y + z * z <= _NEAR_SQUARE:
            self._near_ms += dt_ms
            if self._near_ms < HOLD_MS:
                return False
            self._side = 0
            return self._become(FITS)
        self._near_ms = 0
        self._far_ms = min(self._far_ms + dt_ms, SHIFTED_MS)
        return self._far_ms >= SHIFTED_MS and self._become(SHIFTED)

    def _second(self, x_q14: int, y_q14: int, z_q14: int, still: bool) -> bool:
        """Let a second pass, which ends with this up vector; return True when `state` has changed."""
        upright = self._along(6, x_q14, y_q14, z_q14)
        if not still or upright < _LIES_Q14 or self.state is CHECKING:
            return False
        side = self._along(0, x_q14, y_q14, z_q14)
        if upright > _ENDED_Q14:
            self._bend_s = 0
        if upright < _BENT_Q14 and self._bend_s < BEND_S:
            self._count(self._along(3, x_q14, y_q14, z_q14) >> 5, side >> 5)
            if self._bends == BENDS and self._judge():
                return True
        return self.state is FITS and self._lean(side)

    def _lean(self, side: int) -> bool:
        self._side += side - (self._side >> _SIDE_BITS)
        return abs(self._side >> _SIDE_BITS) > _SIDE_Q14 and self._become(SHIFTED)

    def _count(self, ahead: int, side: int) -> None:
        """Add a second's direction to the sums, as the doubled angle: to one side ahead is to the other side back."""
        if not self._bend_s:
            self._bends = min(self._bends + 1, BENDS)
        self._bend_s += 1
        square = ahead * ahead + side * side
        self._cos2 += (((ahead * ahead - side * side) << 10) // square) - (
            self._cos2 >> _FORGET_BITS
        )
        self._sin2 += (((2 * ahead * side) << 10) // square) - (self._sin2 >> _FORGET_BITS)
        self._weight += (1 << 10) - (self._weight >> _FORGET_BITS)

    def _judge(self) -> bool:
        cos2 = self._cos2 >> 9
        length = _length(cos2, self._sin2 >> 9)
        if length * 100 < (self._weight >> 9) * _AGREEMENT_PCT:
            return False
        cos2 *= 100
        if self.state is not TURNED:
            turned = length * _SIDE_COS2_PCT < cos2 < length * _TURNED_COS2_PCT
            return turned and self._become(TURNED)
        if cos2 < length * _FITS_COS2_PCT:
            return False
        self.donned()
        return True

    def _along(self, first: int, x_q14: int, y_q14: int, z_q14: int) -> int:
        """Return the part of a vector along the axis that begins at `first`."""
        axes = self.axes
        return (axes[first] * x_q14 + axes[first + 1] * y_q14 + axes[first + 2] * z_q14) >> 14

    def _become(self, state: str) -> bool:
        if state is self.state:
            return False
        self.state = state
        return True


def _length(x: int, y: int) -> int:
    """Return the length of a vector of integers up to 700, rounded down."""
    square = x * x + y * y
    root = 0
    bit = 1 << 9
    while bit:
        if (root + bit) * (root + bit) <= square:
            root += bit
        bit >>= 1
    return root
