"""Rest and the gyroscope's bias in 32-bit integers: three viper kernels, once a burst after those of `motion.kernels`.

The bias is estimated by Kalman's filter with the covariance of the three axes, as VQF does (D. Laidig, T. Seel,
Information Fusion 91, 2023). The covariance remembers what was seen: a bias about the vertical shows only once the head
has bent, and is then learnt at once. The sources are two:

In motion the low-passed specific force would turn in the frame that a biased gyroscope carries along: up x slope is
the bias's horizontal part over the filter's corner.

At rest it is the mean rate of a window, less the rotation that the specific force shows over the same window. VQF takes
all of the rate for bias; but someone who sits still sways and leans by less than a degree a second, which would then be
learnt as bias and tilt the result by degrees. Window ends are slow means of the force, and the angle is made as late as
they are; a lean below the sensors' noise counts as none. Rotation about the vertical shows in no accelerometer.

Formats, ranges and bounds beyond those of `motion.kernels`:
    MEAN         Q(QW+16) rad a sample, of the rate with its bias
    COVARIANCE   Q12 (0.01 degrees/s)**2, variances 0..10,240,000; in Q2, C: each variance, and so each length of C x
                 for a unit x, is at most 10,000. Its leak pulls a variance that nothing is measured of towards 2**13
    FOUND        in motion Q14, < 2**13.3; C FOUND <= 2**26.6; (C FOUND / 2**7) (n BIAS_GAIN / 2**5) < 2**30.6
    UNSEEN       C UP / 2**14 <= 10,000; (C C - UNSEEN UNSEEN) / 2**8 n VARIANCE_FALL < 2**30.6
                 C rise < 2**26.7; C WINDOW_SAMPLES REST_GAIN < 2**30.5
    share        Q14, of the way from the bias to what was measured, or from a slow mean to the value; < 2**14
    FORCE, FORCE_BEFORE  Q18 g, <= 2**22.1; at rest the steps are clamped to 2**16, the lean to 2**12 in Q14
    WINDOW, WINDOW_MEAN  Q(QW+8) rad; a window of REST_SAMPLES + 32 at twice BIAS_LIMIT: < 2**30
    innovation   clamped to BIAS_LIMIT <= 2**26: (innovation / 2**10) share < 2**30
"""

import micropython
from micropython import const

# Repeated from motion.layout (`const` folds only within one file).
_SLOPE = const(3)
_BIAS = const(9)
_MEAN = const(12)
_ROTATION = const(15)
_COUNT = const(16)
_REST = const(17)
_UP = const(18)
_ACC_DEVIATION_MG = const(26)
_SUM_RATE = const(30)
_SUM_ACC = const(33)
_SUM_RATE_SQUARE = const(36)
_SAMPLES = const(38)
_FORCE = const(45)
_FORCE_BEFORE = const(48)
_WINDOW = const(51)
_WINDOW_MEAN = const(54)
_WINDOW_SAMPLES = const(57)
_COVARIANCE = const(58)
_COVARIANCE_Q2 = const(67)
_FOUND = const(76)
_UNSEEN = const(79)

_START_SAMPLES = const(5)
_CROSS_SHIFT = const(7)
_REST_SAMPLES = const(12)
_REST_VARIANCE = const(13)
_REST_DRIFT = const(14)
_REST_DEVIATION_MG = const(15)
_BIAS_LIMIT = const(16)
_BIAS_GAIN = const(17)
_BIAS_SHIFT = const(18)
_VARIANCE_RISE = const(44)
_VARIANCE_FALL = const(45)
_VARIANCE_FALL_SHIFT = const(46)
_REST_GAIN = const(47)
_MEAN_GAIN = const(48)

_VARIANCE_START = const(10_240_000)  # Q12: 2,500
_VARIANCE_LEAK = const(13)  # unseen, a variance comes to rest at 2**13, Q2: 0.45 degrees/s
_MG = const(262)  # Q18: 0.001 g
_MOTION = const(1)  # what the bias is learnt from: the slope of gravity,
_WINDOW_END = const(2)  # the rate of a window at rest,
_NONE = const(3)  # or nothing, while a window goes on
_OFF = const(10)  # gravity that is off by more than 25 degrees is no matter of the bias
_LEAN_NOISE = const(400)  # Q18: 1.5 mg, which a sensor's noise explains
_LEAN_CLAMP = const(65536)  # Q18: a quarter of g


@micropython.viper
def attitude_rest(state: ptr32, coeff: ptr32) -> int:
    """Detect rest, and follow the window over which the rate at rest is measured. Returns REST."""
    top = 1
    top <<= 31
    n = state[_SAMPLES]
    limit = coeff[_BIAS_LIMIT]
    spread = (state[_SUM_RATE_SQUARE] // n) << 4
    # Gravity as the filter has it is no measure of rest: after a step of the bias it is wrong until rest is seen.
    moving = 1 if state[_ACC_DEVIATION_MG] > coeff[_REST_DEVIATION_MG] * _OFF else 0
    away = 0
    i = 0
    while i < 3:
        force = ((state[_SUM_ACC + i] ^ top) - top) // n << 4
        force -= (state[_FORCE + i] ^ top) - top
        away += force if force >= 0 else 0 - force
        i += 1
    if away > coeff[_REST_DEVIATION_MG] * _MG:
        moving = 1
    # The slow means' share of the way to the new value in this burst: Q14, half at most.
    share = n * coeff[_MEAN_GAIN]
    share = 0x2000 if share > 0x8000 else share >> 2
    i = 0
    while i < 3:
        mean = ((state[_SUM_RATE + i] ^ top) - top) // n
        rate = (mean + 1024) >> 11
        spread -= rate * rate
        total = (mean << 5) + ((state[_BIAS + i] ^ top) - top)
        slow = (state[_MEAN + i] ^ top) - top
        drift = (total >> 1) - (slow >> 1)
        state[_MEAN + i] = slow + ((drift >> 14) * share << 1)
        if drift < 0:
            drift = 0 - drift
        if drift > coeff[_REST_DRIFT] >> 1 or total > limit or total < 0 - limit:
            moving = 1
        i += 1
    if spread > coeff[_REST_VARIANCE]:
        moving = 1
    rest = state[_REST]
    # The window begins when the mean of the force has settled.
    window = state[_WINDOW_SAMPLES] + n
    if moving or rest < coeff[_REST_SAMPLES] >> 2:
        window = 0
    state[_WINDOW_SAMPLES] = window
    late = coeff[_CROSS_SHIFT] + 2
    i = 0
    while i < 3:
        force = ((state[_SUM_ACC + i] ^ top) - top) // n << 4
        turned = 0
        slow = 0
        if moving == 0 and rest:
            before = (state[_FORCE + i] ^ top) - top
            force -= before
            if force > _LEAN_CLAMP:
                force = _LEAN_CLAMP
            if force < 0 - _LEAN_CLAMP:
                force = 0 - _LEAN_CLAMP
            force = before + ((force * share) >> 14)
            turned = (state[_WINDOW + i] ^ top) - top
            turned += ((state[_SUM_RATE + i] ^ top) - top) >> 3
            slow = (state[_WINDOW_MEAN + i] ^ top) - top
            slow += (((turned - slow) >> late) * share) >> (14 - late)
        state[_FORCE + i] = force
        if window == 0:
            state[_FORCE_BEFORE + i] = force
            turned -= slow
            slow = 0
        state[_WINDOW + i] = turned
        state[_WINDOW_MEAN + i] = slow
        i += 1
    rest += n
    if moving:
        rest = 0
    elif rest > 0x100000:
        rest = 0x100000
    state[_REST] = rest
    return rest


@micropython.viper
def attitude_bias(state: ptr32, coeff: ptr32) -> int:
    """Update the gyroscope's bias, after `attitude_rest`: at a window's end, or in motion.

    Returns for `attitude_covariance` what it was learnt from: 0 before there is gravity, _MOTION, _WINDOW_END, or _NONE
    while a window goes on.
    """
    top = 1
    top <<= 31
    n = state[_SAMPLES]
    resting = coeff[_REST_SAMPLES]
    window = state[_WINDOW_SAMPLES]
    source = _MOTION
    if state[_REST] >= resting:
        state[_ROTATION] = 0
        source = _WINDOW_END if window >= resting else _NONE
    elif state[_COUNT] < coeff[_START_SAMPLES]:
        return 0
    if state[_COVARIANCE] == 0:
        state[_COVARIANCE] = state[_COVARIANCE + 4] = state[_COVARIANCE + 8] = _VARIANCE_START
    i = 0
    while i < 9:
        state[_COVARIANCE_Q2 + i] = ((state[_COVARIANCE + i] ^ top) - top) >> 10
        i += 1
    if source == _NONE:
        return source
    # What the source says of each axis: in motion up x slope, at a window's end how far the bias is off.
    i = 0
    while i < 3:
        j = i + 1 if i < 2 else 0
        k = i - 1 if i > 0 else 2
        if source == _MOTION:
            a = (((state[_SLOPE + k] ^ top) - top) + 4096) >> 13
            b = (((state[_SLOPE + j] ^ top) - top) + 4096) >> 13
        else:
            a = ((state[_FORCE + k] ^ top) - top) - ((state[_FORCE_BEFORE + k] ^ top) - top)
            b = ((state[_FORCE + j] ^ top) - top) - ((state[_FORCE_BEFORE + j] ^ top) - top)
            a = 0 if a < _LEAN_NOISE and a > 0 - _LEAN_NOISE else a >> 4
            b = 0 if b < _LEAN_NOISE and b > 0 - _LEAN_NOISE else b >> 4
        a = 4096 if a > 4096 else (0 - 4096 if a < 0 - 4096 else a)
        b = 4096 if b > 4096 else (0 - 4096 if b < 0 - 4096 else b)
        a *= (state[_UP + j] ^ top) - top
        b *= (state[_UP + k] ^ top) - top
        a = (a - b) >> 14
        if source == _WINDOW_END:
            a = ((state[_WINDOW_MEAN + i] ^ top) - top) + (a << (coeff[_CROSS_SHIFT] + 8))
            a = (a // window) << 8
        state[_FOUND + i] = a
        i += 1
    limit = coeff[_BIAS_LIMIT]
    i = 0
    while i < 3:
        if source == _MOTION:
            a = 0
            b = 0
            k = 0
            while k < 3:
                j = (state[_COVARIANCE_Q2 + 3 * i + k] ^ top) - top
                a += j * ((state[_FOUND + k] ^ top) - top)
                b += j * ((state[_UP + k] ^ top) - top)
                k += 1
            state[_UNSEEN + i] = b >> 14
            a = (((a + 64) >> 7) * ((n * coeff[_BIAS_GAIN]) >> 5)) >> coeff[_BIAS_SHIFT]
        else:
            b = state[_COVARIANCE_Q2 + 4 * i] * window * coeff[_REST_GAIN]
            share = 0x4001 - 0x10000000 // (0x4000 + (b >> 10))
            state[_UNSEEN + i] = 0x4000 - share
            a = (state[_FOUND + i] ^ top) - top
            a = limit if a > limit else (0 - limit if a < 0 - limit else a)
            a = (((a + 512) >> 10) * share) >> 4
        a += (state[_BIAS + i] ^ top) - top
        state[_BIAS + i] = limit if a > limit else (0 - limit if a < 0 - limit else a)
        i += 1
    if source == _MOTION:
        return source
    # The next window begins.
    state[_WINDOW_SAMPLES] = 0
    i = 0
    while i < 3:
        state[_FORCE_BEFORE + i] = state[_FORCE + i]
        state[_WINDOW + i] -= state[_WINDOW_MEAN + i]
        state[_WINDOW_MEAN + i] = 0
        i += 1
    return source


@micropython.viper
def attitude_covariance(state: ptr32, coeff: ptr32, source: int) -> int:
    """Update the bias's covariance, after `attitude_bias`: less by what `source` showed, and more with time. Returns
    `source`.
    """
    if source == 0:
        return 0
    top = 1
    top <<= 31
    n = state[_SAMPLES]
    rise = (n * coeff[_VARIANCE_RISE]) >> 8
    i = 0
    while i < 3:
        j = i
        while j < 3:
            value = (state[_COVARIANCE + 3 * i + j] ^ top) - top
            one = (state[_UNSEEN + i] ^ top) - top
            other = (state[_UNSEEN + j] ^ top) - top
            if source == _MOTION:
                seen = 0 - one * other
                k = 0
                while k < 3:
                    a = (state[_COVARIANCE_Q2 + 3 * i + k] ^ top) - top
                    seen += a * ((state[_COVARIANCE_Q2 + 3 * k + j] ^ top) - top)
                    k += 1
                value -= ((seen >> 8) * n * coeff[_VARIANCE_FALL]) >> coeff[_VARIANCE_FALL_SHIFT]
            elif source == _WINDOW_END:
                value = ((value >> 8) * one) >> 6
                if i != j:
                    value = ((value >> 8) * other) >> 6
            a = (state[_COVARIANCE_Q2 + 3 * i + j] ^ top) - top
            value -= (a * rise) >> _VARIANCE_LEAK
            if i == j:
                value += rise
            state[_COVARIANCE + 3 * i + j] = value
            state[_COVARIANCE + 3 * j + i] = value
            j += 1
        i += 1
    return source
