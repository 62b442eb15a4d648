"""Coefficients of the attitude kernel: designed in floating point, converted to integers once.

Runs on the clip at start-up and on the host. A value that would not fit the Q formats of `motion.kernels` raises
`DesignError`; nothing is clipped to fit.
"""

import math
from array import array

from motion import layout

GRAVITY_TAU_S = 3.0  # time constant of the gravity low-pass (VQF's default for the accelerometer)
# The bias estimate's variance, in (0.01 °/s)², as VQF's defaults have it (biasSigmaInit, biasSigmaMotion,
# biasSigmaRest, biasForgettingTime): 0.5 °/s at first, 0.1 °/s where motion keeps it, 0.03 °/s at rest,
# growing by 3 a second. VQF's grow by 1: a bias that drifts is found in 58 s instead of 100.
BIAS_VARIANCE_START = 2_500
BIAS_VARIANCE_MOTION = 100
BIAS_VARIANCE_REST = 9
BIAS_VARIANCE_RISE = 3
BIAS_TAU_S = 100.0  # time constant of the estimate in motion at BIAS_VARIANCE_MOTION
MEAN_TAU_S = 0.3  # of the slow mean of the rate
REST_S = 1.5  # stillness this long counts as rest (VQF's restMinT)
REST_SPREAD_DPS = 2.0  # rate's deviation within a burst (VQF's restThGyr)
REST_DRIFT_DPS = 0.5  # burst mean against the slow mean of the rate
REST_DEVIATION_MG = 60  # specific force against the low-passed one, sum over the axes
# A gyroscope at its end of scale leaves the attitude unknown: the old attitude then weighs as this much new data.
BRIDGE_S = 0.1
BIAS_LIMIT_DPS = 12.0  # a gyroscope that is further off is a fault (`drivers.health`)

MIN_RATE_HZ = 26
MAX_RATE_HZ = 833
MAX_ACC_G = 16.5  # largest full scale for which the filter's bounds are proven
MAX_STEP_RAD = 1.35  # largest rotation in one sample for which the series for sine and cosine hold
# Right, forward, up of the wearer in the axes of a clip worn at the back: x, -z, y.
CLIP_AXES_Q14 = (16384, 0, 0, 0, 0, -16384, 0, 16384, 0)
_SQRT2 = math.sqrt(2.0)


class DesignError(ValueError):
    """A coefficient does not fit its integer format. The message names the coefficient and the reason."""


def to_fixed(value: "float", frac_bits: int, bits: int, name: str) -> int:
    """Return `value` as a signed integer of at most `bits` bits with `frac_bits` fractional bits.

    Raises:
        DesignError: the rounded value needs more bits.
    """
    fixed = math.floor(value * 2.0**frac_bits + 0.5)
    if not -(1 << (bits - 1)) <= fixed < 1 << (bits - 1):
        raise DesignError("{}: {} does not fit Q{} in {} bits".format(name, value, frac_bits, bits))
    return fixed


def normalised(value: "float", bits: int, name: str) -> "tuple[int, int]":
    """Return `value` > 0 as (mantissa, shift): mantissa / 2**shift, mantissa in [2**(bits-1), 2**bits).

    Raises:
        DesignError: `value` is not positive or the shift would leave 0..30.
    """
    if not value > 0:
        raise DesignError("{}: {} is not positive".format(name, value))
    shift = 0
    while shift < 31 and value * 2.0**shift < 1 << (bits - 1):
        shift += 1
    mantissa = math.floor(value * 2.0**shift + 0.5)
    if mantissa == 1 << bits:
        mantissa, shift = mantissa >> 1, shift - 1
    if shift > 30 or shift < 0 or mantissa >= 1 << bits:
        raise DesignError("{}: {} cannot be scaled to {} bits".format(name, value, bits))
    return mantissa, shift


def angle_bits(rate_hz: int, gyr_lsb_per_dps: float) -> int:
    """Return QW, the fractional bits of a rotation per sample in radians: as many as fit 14 bits at full scale."""
    step_rad = math.radians(1.0 / gyr_lsb_per_dps) / rate_hz
    bits = 24
    while step_rad * 2.0**bits > 0.5:
        bits -= 1
    return bits


def _check_ranges(rate_hz: int, acc_lsb_per_g: int, gyr_lsb_per_dps: float) -> None:
    if not MIN_RATE_HZ <= rate_hz <= MAX_RATE_HZ:
        raise DesignError("rate_hz: {} is not in {}..{}".format(rate_hz, MIN_RATE_HZ, MAX_RATE_HZ))
    if 32768 / acc_lsb_per_g > MAX_ACC_G:
        raise DesignError("acc_lsb_per_g: full scale is above {} g".format(MAX_ACC_G))
    spin_rad = math.radians(32768 / gyr_lsb_per_dps) / rate_hz * math.sqrt(3.0)
    if spin_rad > MAX_STEP_RAD:
        raise DesignError(
            "rate_hz: at {} Hz a full-scale spin turns {:.2f} rad a sample, more than {}".format(
                rate_hz, spin_rad, MAX_STEP_RAD
            )
        )


def design(rate_hz: int, acc_lsb_per_g: int, gyr_lsb_per_dps: float) -> "IntBuffer":
    """Return the COEFF array('i') for a sampling rate and sensor scale; the upright pose is the default mounting's.

    Args:
        rate_hz: samples a second, 26 to 833.
        acc_lsb_per_g: LSB per standard gravity, at most 16.5 g full scale.
        gyr_lsb_per_dps: LSB per degree a second.

    Raises:
        DesignError: the combination would overflow a format.
    """
    _check_ranges(rate_hz, acc_lsb_per_g, gyr_lsb_per_dps)
    qw = angle_bits(rate_hz, gyr_lsb_per_dps)
    if not 14 <= qw <= 22:
        raise DesignError("angle: Q{} is outside Q14..Q22".format(qw))
    coeff = array("i", (0 for _ in range(layout.COEFF_SIZE)))
    step_rad = math.radians(1.0 / gyr_lsb_per_dps) / rate_hz
    coeff[layout.GYRO_GAIN] = to_fixed(step_rad, qw + 16, 17, "GYRO_GAIN")
    if coeff[layout.GYRO_GAIN] > 1 << 15:
        raise DesignError("GYRO_GAIN: needs more than 15 bits")
    coeff[layout.ACC_GAIN], coeff[layout.ACC_SHIFT] = normalised(
        2.0**14 / acc_lsb_per_g, 15, "ACC_GAIN"
    )
    coeff[layout.ANGLE_SHIFT] = 2 * qw - 16
    coeff[layout.CROSS_SHIFT] = qw - 14
    coeff[layout.CROSS2_SHIFT] = qw - 13
    coeff[layout.TURN] = to_fixed(2 * math.pi, qw, 31, "TURN")
    _design_filter(coeff, rate_hz, qw)
    _design_rest(coeff, rate_hz, qw)
    for i in range(9):
        coeff[layout.UPRIGHT + i] = CLIP_AXES_Q14[i]
    for i in range(16):
        coeff[layout.ATAN + i] = to_fixed(math.degrees(math.atan(2.0**-i)) * 100, 8, 24, "ATAN")
    return coeff


def _design_filter(coeff: "IntBuffer", rate_hz: int, qw: int) -> None:
    corner = _SQRT2 / GRAVITY_TAU_S / rate_hz  # rad a sample
    coeff[layout.FILTER_GAIN], shift = normalised(corner, 11, "FILTER_GAIN")
    # The product of gain and a Q14 value is shifted to Q27.
    coeff[layout.FILTER_SHIFT] = shift - 13
    if coeff[layout.FILTER_SHIFT] < 0:
        raise DesignError("FILTER_GAIN: the rate is too low for Q27")
    coeff[layout.START_SAMPLES] = to_fixed(GRAVITY_TAU_S * rate_hz, 0, 16, "START_SAMPLES")
    coeff[layout.BRIDGE_SAMPLES] = to_fixed(BRIDGE_S * rate_hz, 0, 16, "BRIDGE_SAMPLES")
    # up x slope (Q14) times the corner is the bias in rad a sample; its unit is 2**-(qw + 16).
    # At BIAS_VARIANCE_MOTION, Q2, and with 12 bits taken off on the way.
    gain = corner * 2.0 ** (qw + 2) / (BIAS_TAU_S * rate_hz)
    gain *= 2.0**12 / (4 * BIAS_VARIANCE_MOTION)
    coeff[layout.BIAS_GAIN], coeff[layout.BIAS_SHIFT] = normalised(gain, 11, "BIAS_GAIN")


def _design_rest(coeff: "IntBuffer", rate_hz: int, qw: int) -> None:
    unit_dps = math.degrees(2.0**-qw) * rate_hz
    coeff[layout.RMS_GAIN], coeff[layout.RMS_SHIFT] = normalised(unit_dps * 100, 15, "RMS_GAIN")
    coeff[layout.REST_SAMPLES] = to_fixed(REST_S * rate_hz, 0, 16, "REST_SAMPLES")
    coeff[layout.REST_VARIANCE] = to_fixed(
        (REST_SPREAD_DPS / unit_dps) ** 2, 0, 30, "REST_VARIANCE"
    )
    coeff[layout.REST_DRIFT] = to_fixed(REST_DRIFT_DPS / unit_dps, 16, 28, "REST_DRIFT")
    coeff[layout.REST_DEVIATION_MG] = REST_DEVIATION_MG
    coeff[layout.MEAN_GAIN] = to_fixed(1 / (MEAN_TAU_S * rate_hz), 16, 15, "MEAN_GAIN")
    _design_variance(coeff, rate_hz)
    coeff[layout.BIAS_LIMIT] = to_fixed(BIAS_LIMIT_DPS / unit_dps, 16, 28, "BIAS_LIMIT")


def _design_variance(coeff: "IntBuffer", rate_hz: int) -> None:
    # Kalman's filter for a constant that wanders: rise with time, fall by the square over the motion's.
    coeff[layout.VARIANCE_RISE] = to_fixed(BIAS_VARIANCE_RISE / rate_hz, 20, 18, "VARIANCE_RISE")
    rest = 1 / (4 * BIAS_VARIANCE_REST**2 * rate_hz)  # a sample, of a Q2 variance
    coeff[layout.REST_GAIN] = to_fixed(rest, 24, 12, "REST_GAIN")
    # From the square of a Q2 value, 8 bits taken off, to Q12.
    fall = 2.0 ** (12 - 4 + 8) / (BIAS_VARIANCE_MOTION**2 * rate_hz)
    mantissa, shift = normalised(fall, 7, "VARIANCE_FALL")
    coeff[layout.VARIANCE_FALL], coeff[layout.VARIANCE_FALL_SHIFT] = mantissa, shift
