"""Attitude from IMU samples in 32-bit integers: the two viper kernels of a burst. `motion.bias` follows them.

The filter is BasicVQF's (D. Laidig, T. Seel, Information Fusion 91, 2023): the specific force is
low-passed in a nearly inertial frame that the gyroscope carries along. Here that frame's contents
are kept in sensor axes instead: the filter's two state vectors are turned back by each sample's
rotation, which is the same thing, needs no quaternion that could drift off the unit sphere, and
forgets rounding errors within the low-pass's time constant.

Per sample, with w the rotation of the sample (gyroscope minus bias, rad) and x the specific force:
    theta2 = w.w;  s = w sin(theta)/theta;  m = s / (1 + cos(theta))
    gravity, slope <- v - s x v + m x (s x v)             (exact rotation by -w)
    slope   += gain (x - gravity - sqrt(2) slope)         (2nd-order Butterworth, gain = corner / rate)
    gravity += gain slope
For the first START_SAMPLES, gravity is the running mean of x instead, as in VQF.
A saturated accelerometer sample is left out; after a saturated gyroscope sample gravity is averaged anew, as at the
start but with what was known weighing as BRIDGE_SAMPLES.

Formats (Qn: value = integer / 2**n), ranges and bounds. QW is `design.angle_bits`, 14..22.
    samples      int16 LSB: ax, ay, az, gx, gy, gz
    w            Q(QW) rad, |w| <= 2**14 + 2**10 an axis (BIAS_LIMIT <= 2**26); what its rounding
                 leaves over waits in RESIDUE, so slow rotations lose nothing
    GYRO_GAIN    Q(QW+16) rad/LSB, 2**14..2**15; gyro * gain <= 2**30
    BIAS, RESIDUE  Q(QW+16) rad a sample; |BIAS| <= BIAS_LIMIT, |RESIDUE| <= 2**15
    theta2       Q16, <= 1.35**2 (design raises beyond): <= 119,439; sin and cos by series
    s, m         Q(QW), |s| <= |w|, |m| <= 0.8 |s|
    GRAVITY, SLOPE  Q27 g, clamped to +-4 g = 2**29 an axis after each sample; rotated < 2**29.8
    v in s x v   Q13, <= 2**15 an axis: |s x v| <= |s||v| <= 1.15e9 < 2**31
    s x v in m x (s x v)  Q14, <= 2**17.1 an axis: product <= 1.3e9 < 2**31
    x            Q14 g, <= 16.5 g = 2**18.1;  ACC_GAIN 2**14..2**15 over 2**ACC_SHIFT
    x - gravity - sqrt(2) slope  Q14, <= 2**19.1; FILTER_GAIN 2**10..2**11: product < 2**30.1
    ROTATION     Q(QW) rad, kept within half a turn
    UP           Q14, unit vector; |UP| = 16384 +- 2
    *_CDEG       0.01 degrees: FLEXION, ROTATION -18000..18000, LATERAL -9000..9000, INCLINATION 0..18000
    GYRO_RMS_CDPS  0.01 degrees/s, to sqrt(3) full scale; bias removed
    ACC_DEVIATION_MG  0.001 g: mean over the burst of |x - gravity| summed over the axes
    ACC_NORM_MG  0.001 g: length of the burst's mean specific force
    SUM_RATE     Q(QW+11), 32 samples <= 2**30.1
    SUM_RATE_SQUARE  Q(2QW-4), 32 samples <= 1.9e9
Saturated samples (int16 at its ends) are counted and flagged as well; nothing wraps.

64-bit VMs load ptr32 unsigned and do not wrap: state is sign-extended by (v ^ top) - top with
top = 1 << 31 made at run time, the identity on 32 bits.
"""

import micropython
from micropython import const

# Repeated from motion.layout (`const` folds only within one file).
_GRAVITY = const(0)
_SLOPE = const(3)
_RESIDUE = const(6)
_BIAS = const(9)
_ROTATION = const(15)
_COUNT = const(16)
_UP = const(18)
_FLEXION_CDEG = const(21)
_ROTATION_CDEG = const(24)
_GYRO_RMS_CDPS = const(25)
_ACC_DEVIATION_MG = const(26)
_ACC_NORM_MG = const(27)
_FLAGS = const(28)
_SATURATED = const(29)
_SUM_RATE = const(30)
_SUM_ACC = const(33)
_SUM_RATE_SQUARE = const(36)
_SUM_DEVIATION = const(37)
_SAMPLES = const(38)
_CORDIC = const(39)

_GYRO_GAIN = const(0)
_ACC_GAIN = const(1)
_ACC_SHIFT = const(2)
_FILTER_GAIN = const(3)
_FILTER_SHIFT = const(4)
_START_SAMPLES = const(5)
_ANGLE_SHIFT = const(6)
_CROSS_SHIFT = const(7)
_CROSS2_SHIFT = const(8)
_TURN = const(9)
_RMS_GAIN = const(10)
_RMS_SHIFT = const(11)
_UPRIGHT = const(19)
_ATAN = const(28)
_BRIDGE_SAMPLES = const(49)

_FLAG_ACC_SATURATED = const(1)
_FLAG_GYRO_SATURATED = const(2)
_FLAG_NO_GRAVITY = const(4)
_FLAG_CLAMPED = const(8)

_CLAMP = const(0x20000000)  # 4 g in Q27
_CLAMP_LOW = const(-0x20000000)
_START_CLAMP = const(65536)  # 4 g in Q14
_SQRT2_Q13 = const(11585)


@micropython.viper
def attitude_burst(state: ptr32, coeff: ptr32, samples: ptr16, n: int) -> int:
    """Carry the filter over `n` samples (1..32) of six int16 each; returns the burst's FLAG_* bits.

    Formats and bounds: the module's docstring. Follow it by `attitude_outputs`.
    """
    top = 1
    top <<= 31
    gx = (state[_GRAVITY] ^ top) - top
    gy = (state[_GRAVITY + 1] ^ top) - top
    gz = (state[_GRAVITY + 2] ^ top) - top
    vx = (state[_SLOPE] ^ top) - top
    vy = (state[_SLOPE + 1] ^ top) - top
    vz = (state[_SLOPE + 2] ^ top) - top
    rx = (state[_RESIDUE] ^ top) - top
    ry = (state[_RESIDUE + 1] ^ top) - top
    rz = (state[_RESIDUE + 2] ^ top) - top
    bx = (state[_BIAS] ^ top) - top
    by = (state[_BIAS + 1] ^ top) - top
    bz = (state[_BIAS + 2] ^ top) - top
    ux = (state[_UP] ^ top) - top
    uy = (state[_UP + 1] ^ top) - top
    uz = (state[_UP + 2] ^ top) - top
    turned = (state[_ROTATION] ^ top) - top
    count = state[_COUNT]
    gyro_gain = coeff[_GYRO_GAIN]
    acc_gain = coeff[_ACC_GAIN]
    acc_shift = coeff[_ACC_SHIFT]
    acc_half = (1 << acc_shift) >> 1
    gain = coeff[_FILTER_GAIN]
    gain_shift = coeff[_FILTER_SHIFT]
    start = coeff[_START_SAMPLES]
    bridge = coeff[_BRIDGE_SAMPLES]
    angle_shift = coeff[_ANGLE_SHIFT]
    cross_shift = coeff[_CROSS_SHIFT]
    cross2_shift = coeff[_CROSS2_SHIFT]
    sum_wx = 0
    sum_wy = 0
    sum_wz = 0
    sum_ax = 0
    sum_ay = 0
    sum_az = 0
    sum_square = 0
    sum_deviation = 0
    flags = 0
    saturated = 0
    i = 0
    end = n * 6
    while i < end:
        ax = (samples[i] ^ 0x8000) - 0x8000
        ay = (samples[i + 1] ^ 0x8000) - 0x8000
        az = (samples[i + 2] ^ 0x8000) - 0x8000
        wx = (samples[i + 3] ^ 0x8000) - 0x8000
        wy = (samples[i + 4] ^ 0x8000) - 0x8000
        wz = (samples[i + 5] ^ 0x8000) - 0x8000
        i += 6
        # Saturation: the sensor's ends of scale; at most one count a sample.
        hit = 0
        if ax >= 32767 or ax <= -32768:
            hit = _FLAG_ACC_SATURATED
        if ay >= 32767 or ay <= -32768:
            hit = _FLAG_ACC_SATURATED
        if az >= 32767 or az <= -32768:
            hit = _FLAG_ACC_SATURATED
        if wx >= 32767 or wx <= -32768:
            hit |= _FLAG_GYRO_SATURATED
        if wy >= 32767 or wy <= -32768:
            hit |= _FLAG_GYRO_SATURATED
        if wz >= 32767 or wz <= -32768:
            hit |= _FLAG_GYRO_SATURATED
        if hit:
            flags |= hit
            saturated += 1
            if hit & _FLAG_GYRO_SATURATED:
                # The angle turned is not known: gravity is averaged anew.
                if count > bridge:
                    count = bridge
                vx = 0
                vy = 0
                vz = 0
        # Rotation of this sample: bias off, rounded to Q(QW), the rest carried.
        wx = wx * gyro_gain - bx
        sum_wx += wx >> 5
        rx += wx
        wx = (rx + 32768) >> 16
        rx -= wx << 16
        wy = wy * gyro_gain - by
        sum_wy += wy >> 5
        ry += wy
        wy = (ry + 32768) >> 16
        ry -= wy << 16
        wz = wz * gyro_gain - bz
        sum_wz += wz >> 5
        rz += wz
        wz = (rz + 32768) >> 16
        rz -= wz << 16
        turned += (wx * ux + wy * uy + wz * uz) >> 14
        square = wx * wx + wy * wy + wz * wz
        sum_square += square >> 4
        square >>= angle_shift
        sixth = (square * 10923) >> 16
        sinc = 65536 - ((sixth * (65536 - ((square * 3277) >> 16))) >> 16)
        half = 32768 + (((square >> 3) * (65536 + sixth)) >> 16)
        wx = (wx * sinc + 32768) >> 16
        wy = (wy * sinc + 32768) >> 16
        wz = (wz * sinc + 32768) >> 16
        mx = (wx * half + 32768) >> 16
        my = (wy * half + 32768) >> 16
        mz = (wz * half + 32768) >> 16
        # Turn gravity back into the new sensor axes.
        px = (gx + 8192) >> 14
        py = (gy + 8192) >> 14
        pz = (gz + 8192) >> 14
        cx = (wy * pz - wz * py) >> cross_shift
        cy = (wz * px - wx * pz) >> cross_shift
        cz = (wx * py - wy * px) >> cross_shift
        gx -= cx
        gy -= cy
        gz -= cz
        cx >>= 13
        cy >>= 13
        cz >>= 13
        gx += (my * cz - mz * cy) >> cross2_shift
        gy += (mz * cx - mx * cz) >> cross2_shift
        gz += (mx * cy - my * cx) >> cross2_shift
        # Turn slope back into the new sensor axes.
        px = (vx + 8192) >> 14
        py = (vy + 8192) >> 14
        pz = (vz + 8192) >> 14
        cx = (wy * pz - wz * py) >> cross_shift
        cy = (wz * px - wx * pz) >> cross_shift
        cz = (wx * py - wy * px) >> cross_shift
        vx -= cx
        vy -= cy
        vz -= cz
        cx >>= 13
        cy >>= 13
        cz >>= 13
        vx += (my * cz - mz * cy) >> cross2_shift
        vy += (mz * cx - mx * cz) >> cross2_shift
        vz += (mx * cy - my * cx) >> cross2_shift
        # Specific force in Q14 and its deviation from gravity.
        ax = (ax * acc_gain + acc_half) >> acc_shift
        sum_ax += ax
        ax -= (gx + 4096) >> 13
        sum_deviation += ax if ax >= 0 else 0 - ax
        ay = (ay * acc_gain + acc_half) >> acc_shift
        sum_ay += ay
        ay -= (gy + 4096) >> 13
        sum_deviation += ay if ay >= 0 else 0 - ay
        az = (az * acc_gain + acc_half) >> acc_shift
        sum_az += az
        az -= (gz + 4096) >> 13
        sum_deviation += az if az >= 0 else 0 - az
        if hit & _FLAG_ACC_SATURATED:
            hit = 0  # bridged: gravity is turned, and the sample is left out
        elif count < start:
            # Running mean of the specific force until there is something to low-pass.
            count += 1
            if ax > _START_CLAMP:
                ax = _START_CLAMP
            if ax < 0 - _START_CLAMP:
                ax = 0 - _START_CLAMP
            gx += ((ax << 11) // count) << 2
            if ay > _START_CLAMP:
                ay = _START_CLAMP
            if ay < 0 - _START_CLAMP:
                ay = 0 - _START_CLAMP
            gy += ((ay << 11) // count) << 2
            if az > _START_CLAMP:
                az = _START_CLAMP
            if az < 0 - _START_CLAMP:
                az = 0 - _START_CLAMP
            gz += ((az << 11) // count) << 2
        else:
            ax -= (((vx + 4096) >> 13) * _SQRT2_Q13 + 4096) >> 13
            vx += (ax * gain) >> gain_shift
            if vx > _CLAMP:
                vx = _CLAMP
                flags |= _FLAG_CLAMPED
            if vx < _CLAMP_LOW:
                vx = _CLAMP_LOW
                flags |= _FLAG_CLAMPED
            gx += (((vx + 4096) >> 13) * gain) >> gain_shift
            ay -= (((vy + 4096) >> 13) * _SQRT2_Q13 + 4096) >> 13
            vy += (ay * gain) >> gain_shift
            if vy > _CLAMP:
                vy = _CLAMP
                flags |= _FLAG_CLAMPED
            if vy < _CLAMP_LOW:
                vy = _CLAMP_LOW
                flags |= _FLAG_CLAMPED
            gy += (((vy + 4096) >> 13) * gain) >> gain_shift
            az -= (((vz + 4096) >> 13) * _SQRT2_Q13 + 4096) >> 13
            vz += (az * gain) >> gain_shift
            if vz > _CLAMP:
                vz = _CLAMP
                flags |= _FLAG_CLAMPED
            if vz < _CLAMP_LOW:
                vz = _CLAMP_LOW
                flags |= _FLAG_CLAMPED
            gz += (((vz + 4096) >> 13) * gain) >> gain_shift
        if gx > _CLAMP:
            gx = _CLAMP
            flags |= _FLAG_CLAMPED
        if gx < _CLAMP_LOW:
            gx = _CLAMP_LOW
            flags |= _FLAG_CLAMPED
        if gy > _CLAMP:
            gy = _CLAMP
            flags |= _FLAG_CLAMPED
        if gy < _CLAMP_LOW:
            gy = _CLAMP_LOW
            flags |= _FLAG_CLAMPED
        if gz > _CLAMP:
            gz = _CLAMP
            flags |= _FLAG_CLAMPED
        if gz < _CLAMP_LOW:
            gz = _CLAMP_LOW
            flags |= _FLAG_CLAMPED
    state[_GRAVITY] = gx
    state[_GRAVITY + 1] = gy
    state[_GRAVITY + 2] = gz
    state[_SLOPE] = vx
    state[_SLOPE + 1] = vy
    state[_SLOPE + 2] = vz
    state[_RESIDUE] = rx
    state[_RESIDUE + 1] = ry
    state[_RESIDUE + 2] = rz
    state[_SUM_RATE] = sum_wx
    state[_SUM_RATE + 1] = sum_wy
    state[_SUM_RATE + 2] = sum_wz
    state[_SUM_ACC] = sum_ax
    state[_SUM_ACC + 1] = sum_ay
    state[_SUM_ACC + 2] = sum_az
    # Within half a turn.
    turn = coeff[_TURN]
    while turned > turn >> 1:
        turned -= turn
    while turned < 0 - (turn >> 1):
        turned += turn
    state[_ROTATION] = turned
    state[_COUNT] = count
    state[_SUM_RATE_SQUARE] = sum_square
    state[_SUM_DEVIATION] = sum_deviation
    state[_SAMPLES] = n
    state[_FLAGS] = flags
    state[_SATURATED] += saturated
    return flags


@micropython.viper
def isqrt(value: int) -> int:
    """Return the floor of the square root of 0 <= value < 2**30."""
    root = 0
    bit = 1 << 28
    while bit:
        trial = root + bit
        root >>= 1
        if value >= trial:
            value -= trial
            root += bit
        bit >>= 2
    return root


@micropython.viper
def attitude_outputs(state: ptr32, coeff: ptr32) -> int:
    """Compute the results of the burst from `attitude_burst`: up, angles, movement. Returns FLAG_* bits."""
    top = 1
    top <<= 31
    n = state[_SAMPLES]
    rms = int(isqrt((state[_SUM_RATE_SQUARE] // n) << 4))
    state[_GYRO_RMS_CDPS] = (rms * coeff[_RMS_GAIN]) >> coeff[_RMS_SHIFT]
    state[_ACC_DEVIATION_MG] = ((state[_SUM_DEVIATION] // n) * 1000) >> 14
    # Two lengths: of the mean specific force, then of gravity; squares must fit 30 bits together.
    x = ((state[_SUM_ACC] ^ top) - top) // n
    y = ((state[_SUM_ACC + 1] ^ top) - top) // n
    z = ((state[_SUM_ACC + 2] ^ top) - top) // n
    length = 0
    job = 0
    while job < 2:
        big = x if x >= 0 else 0 - x
        other = y if y >= 0 else 0 - y
        if other > big:
            big = other
        other = z if z >= 0 else 0 - z
        if other > big:
            big = other
        shift = 0
        while big >> shift > 18900:
            shift += 1
        x >>= shift
        y >>= shift
        z >>= shift
        length = int(isqrt(x * x + y * y + z * z))
        if job == 0:
            state[_ACC_NORM_MG] = (length * 1000) >> (14 - shift)
            x = (((state[_GRAVITY] ^ top) - top) + 4096) >> 13
            y = (((state[_GRAVITY + 1] ^ top) - top) + 4096) >> 13
            z = (((state[_GRAVITY + 2] ^ top) - top) + 4096) >> 13
        job += 1
    if length < 1638:
        state[_FLAGS] |= _FLAG_NO_GRAVITY
        return state[_FLAGS]
    half = length >> 1
    x = ((x << 14) + half) // length
    y = ((y << 14) + half) // length
    z = ((z << 14) + half) // length
    state[_UP] = x
    state[_UP + 1] = y
    state[_UP + 2] = z
    # Up in the wearer's frame: right, forward, up of the upright.
    i = 0
    right = 0
    forward = 0
    dot = 0
    while i < 9:
        dot = x * ((coeff[_UPRIGHT + i] ^ top) - top)
        dot += y * ((coeff[_UPRIGHT + i + 1] ^ top) - top)
        dot += z * ((coeff[_UPRIGHT + i + 2] ^ top) - top)
        dot = (dot + 8192) >> 14
        if i == 0:
            right = dot
        elif i == 3:
            forward = dot
        i += 3
    # dot is now the component along the upright's up.
    state[_CORDIC] = dot
    state[_CORDIC + 1] = 0 - forward
    state[_CORDIC + 2] = int(isqrt(forward * forward + dot * dot))
    state[_CORDIC + 3] = 0 - right
    state[_CORDIC + 4] = dot
    state[_CORDIC + 5] = int(isqrt(forward * forward + right * right))
    job = 0
    while job < 3:
        x = ((state[_CORDIC + job * 2] ^ top) - top) << 12
        y = ((state[_CORDIC + job * 2 + 1] ^ top) - top) << 12
        angle = 0
        if x < 0:
            angle = 4608000 if y >= 0 else 0 - 4608000
            x = 0 - x
            y = 0 - y
        i = 0
        while i < 16:
            step = x >> i
            if y > 0:
                x += y >> i
                y -= step
                angle += coeff[_ATAN + i]
            else:
                x -= y >> i
                y += step
                angle -= coeff[_ATAN + i]
            i += 1
        state[_FLEXION_CDEG + job] = (angle + 128) >> 8
        job += 1
    turned = ((state[_ROTATION] ^ top) - top) >> coeff[_CROSS2_SHIFT]
    # + to the right: clockwise seen from above, against the right hand's sense about up.
    state[_ROTATION_CDEG] = 0 - ((turned * 22918 + 16384) >> 15)
    return state[_FLAGS]
