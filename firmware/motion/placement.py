"""The clip's fit compared with its calibration, checked at each donning and while it is worn. Nothing allocated.

Gravity: if the wearer holds still and up is within 5 degrees of the upright, the clip fits. After 10 s of stillness in
all without that, it has shifted (or the wearer has slumped since the donning: sitting up then makes it fit).

Later it has shifted to a side if the still moments lie 8 degrees aside in the mean of some nine minutes: people lean so
far for a while, but to either side. To gravity a slip forward is a slump. But a head turns about the neck, which also
accelerates the clip; a clip that slips turns in place. After such a quick turn the fit is checked as at a donning.

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
# A slip is a quick turn forward or back in place. Who turns about a joint, r from the clip, accelerates it by r times
# the change of the rate, which is twice its peak. A head's r was 8 cm or more; here it is under 6.6 cm.
SLIP_MS = 500  # a slower turn accelerates too little to tell
_SLIP_SQUARE = 736_000  # half the chord of 6 degrees in Q14, squared
_SLIP_MOST_SQUARE = 12_570_000  # of 25 degrees: a clip that turns further comes off
_SLIP_SHAKE = 3  # times the acceleration in mg times ms, is less than
_SLIP_PEAK = 7  # times the peak rate in 0.01 degrees/s
# The whole turn is at most two and a half times the tilt that it leaves: else it was also one about the vertical.
_SLIP_PATH = 1_750  # 0.01 degrees/s times ms for one of half the chord


class Placement:
    """State of the fit: `state` is current after each `step`. `axes`: right, forward and up at the upright, Q14."""

    def __init__(self) -> None:
        self.state = UNKNOWN
        self.axes = (0,) * 9
        self._near_ms = 0
        self._far_ms = 0
        self._part_ms = 0
        self._side = 0  # sum of the sines of lateral flexion, Q14
        self._x = self._y = self._z = 0  # up when the clip was still last
        self._turn_ms = self._shaken = self._path = self._peak = 0  # of the turn since then
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
        slipped = self._slip(dt_ms, x_q14, y_q14, z_q14, gyro_rms_cdps, acc_deviation_mg)
        if slipped and self.state is FITS:
            self.donned()
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

    def _slip(self, dt_ms: int, x: int, y: int, z: int, rate_cdps: int, shake_mg: int) -> bool:
        """Return True at the end of a slip. Call for every burst."""
        if rate_cdps > STILL_CDPS:
            self._turn_ms += dt_ms
            if self._turn_ms <= SLIP_MS:
                self._shaken += shake_mg * dt_ms
                self._path += rate_cdps * dt_ms
                self._peak = max(self._peak, rate_cdps)
            return False
        slipped = self._turn_ms <= SLIP_MS and self._shaken * _SLIP_SHAKE < self._peak * _SLIP_PEAK
        slipped = slipped and self._turned(
            (x - self._x) >> 1, (y - self._y) >> 1, (z - self._z) >> 1
        )
        self._x, self._y, self._z = x, y, z
        self._turn_ms = self._shaken = self._path = self._peak = 0
        return slipped

    def _turned(self, x: int, y: int, z: int) -> bool:
        """Return True if this half of a chord is a turn of 6 to 25 degrees, forward or back more than aside."""
        square = x * x + y * y + z * z
        side = self._along(0, x, y, z)
        path = min(self._path // _SLIP_PATH, 16_384)
        least = max(_SLIP_SQUARE, 3 * side * side, path * path)
        return least <= square <= _SLIP_MOST_SQUARE

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
