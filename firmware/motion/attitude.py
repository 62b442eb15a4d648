"""Attitude of the clip and the wearer's angles, from bursts of raw IMU samples."""

from array import array

from motion import layout
from motion.bias import attitude_bias, attitude_covariance, attitude_rest
from motion.kernels import attitude_burst, attitude_outputs
from system.unload import unload

# The wearer's right, up and back along the sensor's axes, +-1..3 for x, y, z: the default mounting
# has the clip at the back of the collar or headband, its z axis pointing away from the wearer.
MOUNT_BACK = (1, 2, 3)


def _axis(number: int) -> "list[int]":
    vector = [0, 0, 0]
    vector[abs(number) - 1] = 16384 if number > 0 else -16384
    return vector


def _cross(a: "Vector", b: "Vector") -> "list[int]":
    """a x b of Q14 unit vectors, Q14."""
    return [
        (a[(i + 1) % 3] * b[(i + 2) % 3] - a[(i + 2) % 3] * b[(i + 1) % 3] + 8192) >> 14
        for i in range(3)
    ]


def _unit(vector: "Vector") -> "list[int]":
    norm = (vector[0] ** 2 + vector[1] ** 2 + vector[2] ** 2) ** 0.5
    if norm < 4096:
        raise ValueError("the axis is too close to up")
    return [round(v * 16384 / norm) for v in vector]


def _designed(rates_hz: "Ints", acc_lsb_per_g: int, gyr_lsb_per_dps: float) -> "list[IntBuffer]":
    # Needed once, and 7 KB: unloaded to free the heap.
    from motion import design as module

    found = [module.design(rate_hz, acc_lsb_per_g, gyr_lsb_per_dps) for rate_hz in rates_hz]
    unload("motion.design")
    return found


class Attitude:
    """The filter's state and its results; see `motion.kernels` for formats and bounds.

    Args:
        rate_hz: samples a second, 26 to 833.
        acc_lsb_per_g: accelerometer LSB per standard gravity.
        gyr_lsb_per_dps: gyroscope LSB per degree a second.
        slow_hz: another rate that `retune` may change to and from; 0: none.
        mount: sensor axes (+-1, +-2, +-3) that point to the wearer's right, up and back.

    Raises:
        DesignError: the rate and scales overflow a format.
        ValueError: the mount is not a right-handed set of axes.
    """

    def __init__(
        self,
        rate_hz: int,
        acc_lsb_per_g: int,
        gyr_lsb_per_dps: float,
        mount: "Ints" = MOUNT_BACK,
        slow_hz: int = 0,
    ) -> None:
        right, up, back = [_axis(number) for number in mount]
        if _cross(right, up) != back:
            raise ValueError("mount: right, up, back must be a right-handed set of axes")
        self.rate_hz = rate_hz
        self.acc_lsb_per_g = acc_lsb_per_g
        self._right = right
        self.mount_right_q14 = tuple(right)
        self.mount_up_q14 = tuple(up)  # up if the clip sits as its mount says
        self._other_hz = slow_hz
        rates_hz = (rate_hz, slow_hz) if slow_hz else (rate_hz,)
        self._coeff, *self._other = _designed(rates_hz, acc_lsb_per_g, gyr_lsb_per_dps)
        self._state = array("i", (0 for _ in range(layout.STATE_SIZE)))
        self.set_upright(up)

    def update(self, samples: "IntBuffer", n: int) -> int:
        """Take `n` samples, at most `layout.MAX_BURST`, of six int16 (ax, ay, az, gx, gy, gz) each; return FLAG_* bits.

        Allocates nothing. More samples would overflow the kernel's sums: ValueError.
        """
        if n <= 0:
            return 0
        if n > layout.MAX_BURST:
            raise ValueError
        attitude_burst(self._state, self._coeff, samples, n)
        flags = attitude_outputs(self._state, self._coeff)
        attitude_rest(self._state, self._coeff)
        source = attitude_bias(self._state, self._coeff)
        attitude_covariance(self._state, self._coeff, source)
        return flags

    def retune(self) -> None:
        """Go on at the other rate of the same sensor. Gravity, bias, upright and readiness are carried over."""
        from motion.retune import carry_over

        carry_over(self._state, self._coeff, self._other[0])
        unload("motion.retune")
        self._coeff, self._other[0] = self._other[0], self._coeff
        self.rate_hz, self._other_hz = self._other_hz, self.rate_hz

    def restart(self) -> None:
        """Forget gravity (after a gap in the samples); the bias estimate and counters stay."""
        for index in range(layout.GRAVITY, layout.BIAS):
            self._state[index] = 0
        self._state[layout.COUNT] = 0
        self._state[layout.REST] = 0

    def up(self, axis: int) -> int:
        """Component `axis` (0, 1, 2) of `up_q14`; allocates nothing."""
        return self._state[layout.UP + axis]

    def set_upright(self, up_q14: "Vector", right_q14: "Vector | None" = None) -> "list[int]":
        """Set the wearer's axes at the upright: up, and right made square to it (sensor frame, Q14). Without
        `right_q14`, right is the mount's. Return the nine numbers of right, forward and up.

        Raises:
            ValueError: the two are less than about 15 degrees apart, as of a clip that is worn on its side.
        """
        right_q14 = right_q14 or self._right
        up = _unit(up_q14)
        along = (right_q14[0] * up[0] + right_q14[1] * up[1] + right_q14[2] * up[2]) >> 14
        right = _unit([right_q14[i] - (along * up[i] >> 14) for i in range(3)])
        axes = right + _cross(up, right) + up
        for i in range(9):
            self._coeff[layout.UPRIGHT + i] = axes[i]
        return axes

    def turn_force(self, turned: "Callable[[Vector], Vector]") -> None:
        """Take up what a new correction of the samples makes of gravity: `turned(force)`, three integers in Q14 g."""
        for slot, bits in ((layout.GRAVITY, 13), (layout.FORCE, 4)):
            force = [self._state[slot + i] >> bits for i in range(3)]
            for i, value in enumerate(turned(force)):
                self._state[slot + i] = value << bits

    @property
    def up_q14(self) -> "Vector":
        """Unit up vector in the sensor frame, three Q14 integers. Allocates the tuple."""
        return (self._state[layout.UP], self._state[layout.UP + 1], self._state[layout.UP + 2])

    @property
    def flexion_cdeg(self) -> int:
        """Flexion from the upright in hundredths of a degree, + forward."""
        return self._state[layout.FLEXION_CDEG]

    @property
    def lateral_cdeg(self) -> int:
        """Lateral flexion from the upright in hundredths of a degree, + to the right."""
        return self._state[layout.LATERAL_CDEG]

    @property
    def inclination_cdeg(self) -> int:
        """Angle between up at the upright and up now, 0 to 18000 hundredths of a degree."""
        return self._state[layout.INCLINATION_CDEG]

    @property
    def rotation_cdeg(self) -> int:
        """Rotation about the vertical since the last rest in hundredths of a degree, + to the right. It drifts."""
        return self._state[layout.ROTATION_CDEG]

    @property
    def gyro_rms_cdps(self) -> int:
        """RMS rate of rotation over the last burst, 0.01 degrees/s."""
        return self._state[layout.GYRO_RMS_CDPS]

    def rate_cdps(self, axis: int) -> int:
        """Mean rate about sensor axis 0, 1 or 2 over the last burst, bias removed, 0.01 degrees/s."""
        mean = self._state[layout.SUM_RATE + axis] // self._state[layout.SAMPLES]
        return ((mean >> 12) * self._coeff[layout.RMS_GAIN]) >> (self._coeff[layout.RMS_SHIFT] - 1)

    @property
    def acc_deviation_mg(self) -> int:
        """Mean deviation of the specific force from gravity over the last burst, mg."""
        return self._state[layout.ACC_DEVIATION_MG]

    def acc_mg(self, axis: int) -> int:
        """Mean specific force along sensor axis 0, 1 or 2 over the last burst, mg."""
        return self._state[layout.SUM_ACC + axis] // self._state[layout.SAMPLES] * 1000 >> 14

    @property
    def acc_norm_mg(self) -> int:
        """Length of the last burst's mean specific force, mg."""
        return self._state[layout.ACC_NORM_MG]

    def force_mg(self, lsb: int) -> int:
        """Return the milli-g of 0 to 32,767 LSB of the accelerometer."""
        coeff = self._coeff
        return (lsb * coeff[layout.ACC_GAIN] >> coeff[layout.ACC_SHIFT]) * 1000 >> 14

    @property
    def rest_ms(self) -> int:
        """Time since the last movement in ms; 0 while something moves."""
        return self._state[layout.REST] * 1000 // self.rate_hz

    @property
    def saturated(self) -> int:
        """Number of saturated samples since the start."""
        return self._state[layout.SATURATED]

    @property
    def ready(self) -> bool:
        """True once the start-up mean is over and the angles are valid."""
        return self._state[layout.COUNT] >= self._coeff[layout.START_SAMPLES]
