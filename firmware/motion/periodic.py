"""Viper kernels of steps and vibration: how alike a signal is to itself a step later, and how a burst shakes.

Nothing here knows where up is: an error of the attitude or of a gyroscope's bias cannot reach these results.

All arrays hold values of 0 or more, so that 64-bit VMs, which load them unsigned, agree with 32-bit ones; what has a
sign is stored with an offset.
    cells     CELLS x uint16: the length of the specific force every CELL_MS, mg, up to 32,000; a ring
    work      CELLS x uint16: the cells in order, less their mean, clamped to +-CLAMP mg, plus OFFSET
    alike     LAGS + 2 x uint16: correlation with itself each lag later, (r + 1) * 8192, 0..16384; entry 0 is not used
    results   RESULTS x int32, see below
Bounds: a product <= 2000**2 = 2**21.9; sums of 50 <= 2**27.6, twice that < 2**29; the quotient's parts < 2**30.
"""

import micropython
from micropython import const

from motion.kernels import isqrt

# Repeated in motion.gait (`const` folds only within one file).
_CELLS = const(50)  # 4 s
_HALF = const(25)
_SECOND = const(13)
_LAGS = const(14)  # up to 1.12 s
_LEAST_LAG = const(4)  # 0.32 s
_CLAMP = const(2000)
_OFFSET = const(2048)
_DIP = const(1638)  # 0.2: this much lower somewhere before a peak

# Results.
_SPREAD_MG = const(0)  # standard deviation over the last 2 s
_LEAST_SWING_MG = const(1)  # from the lowest to the highest, the lesser of the last two seconds
_SWING_MG = const(2)  # the same of the last second
_RISES = const(3)  # through the mean, in 4 s
_LEAST_OF_THREE_MG = const(4)  # as LEAST_SWING_MG, of three seconds


@micropython.viper
def measure(cells: ptr16, head: int, work: ptr16, results: ptr32) -> int:
    """Put the ring's cells, from `head`, in order into `work`, and their sizes into `results`."""
    total = 0
    i = 0
    while i < _CELLS:
        total += cells[i]
        i += 1
    mean = total // _CELLS
    total = 0  # over the last 2 s
    square = 0
    whole = 0  # square over 4 s
    low = 65535
    high = 0
    before = 65535
    swing = 65535
    i = 0
    while i < _CELLS:
        x = cells[head] - mean
        head += 1
        if head == _CELLS:
            head = 0
        if x > _CLAMP:
            x = _CLAMP
        if x < 0 - _CLAMP:
            x = 0 - _CLAMP
        work[i] = x + _OFFSET
        whole += x * x
        if i >= _HALF:
            total += x + _OFFSET
            square += x * x
        if i == _CELLS - 3 * _SECOND or i == _CELLS - 2 * _SECOND or i == _CELLS - _SECOND:
            before = swing
            swing = high - low
            low = 65535
            high = 0
        if x + _OFFSET < low:
            low = x + _OFFSET
        if x + _OFFSET > high:
            high = x + _OFFSET
        i += 1
    results[_SWING_MG] = high - low
    if high - low < swing:
        swing = high - low
    results[_LEAST_SWING_MG] = swing
    results[_LEAST_OF_THREE_MG] = swing if swing < before else before
    mean = total // _HALF - _OFFSET
    square = square // _HALF - mean * mean
    if square < 0:
        square = 0
    results[_SPREAD_MG] = int(isqrt(square))
    # Rises through the mean; what is smaller than a third of the spread is none.
    band = int(isqrt(whole // _CELLS)) * 10 // 32 + 1
    rises = 0
    below = 0
    i = 0
    while i < _CELLS:
        x = work[i] - _OFFSET
        if x < 0 - band:
            below = 1
        elif x > band and below:
            rises += 1
            below = 0
        i += 1
    results[_RISES] = rises
    return swing


@micropython.viper
def correlate(work: ptr16, alike: ptr16, slow: ptr16):  # noqa: ANN201 (viper has no type for None)
    """Correlate `work` with itself each lag later into `alike`; let `slow` follow by an eighth."""
    energy = 0  # twice that of all cells, less the ends that have no partner
    i = 0
    while i < _CELLS:
        x = work[i] - _OFFSET
        energy += x * x
        i += 1
    energy <<= 1
    lag = 1
    while lag <= _LAGS + 1:
        x = work[lag - 1] - _OFFSET
        energy -= x * x
        x = work[_CELLS - lag] - _OFFSET
        energy -= x * x
        product = 0
        i = lag
        while i < _CELLS:
            product += (work[i] - _OFFSET) * (work[i - lag] - _OFFSET)
            i += 1
        shift = 0
        while energy >> shift >= 0x8000:
            shift += 1
        # r + 1 = (2 product + energy) / energy, and never below 0.
        part = energy >> shift
        value = 8192
        if part:
            value = ((product << 1) + energy) >> shift
            value = (value << 13) // part
            if value > 16384:
                value = 16384
        alike[lag] = value
        slow[lag] = slow[lag] + ((value - slow[lag]) >> 3)
        lag += 1


@micropython.viper
def peak(alike: ptr16) -> int:
    """Return the highest peak at the lag of a step, 0 if there is none: it follows a dip, and both sides are lower."""
    best = 0
    least = 16384
    lag = 1
    while lag <= _LAGS:
        value = alike[lag]
        high = lag >= _LEAST_LAG and value > best and value - least > _DIP
        if high and value >= alike[lag + 1] and value >= alike[lag - 1]:
            best = value
        if value < least:
            least = value
        lag += 1
    return best


@micropython.viper
def shaking(samples: ptr16, n: int) -> int:
    """Return the mean distance of a burst's specific force from its own mean, LSB, summed over the axes."""
    axis = 0
    distance = 0
    end = 6 * n
    while axis < 3:
        total = 0
        i = axis
        while i < end:
            total += samples[i] ^ 0x8000  # 32,768 more, so that none is negative
            i += 6
        mean = (total + (n >> 1)) // n
        i = axis
        while i < end:
            x = (samples[i] ^ 0x8000) - mean
            distance += x if x >= 0 else 0 - x
            i += 6
        axis += 1
    distance //= n
    return distance if distance < 32767 else 32767
