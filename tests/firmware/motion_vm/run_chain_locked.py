"""In the VM: the chain of a burst with the heap locked; an allocation raises MemoryError."""

from array import array

import micropython
from motion.attitude import Attitude
from motion.chain import NOD, Chain

SETTINGS = {
    "site": 1, "nudge_enabled": 1, "flexed_threshold_cdeg": 2000, "hysteresis_cdeg": 500, "hold_limit_ms": 60_000,
    "refractory_s": 60, "nudges_per_hour": 3, "nudges_per_day": 10, "snooze_s": 60, "nod_enabled": 1,
}  # fmt: skip
ACROSS, ALONG = 2600, 3168  # y and z of 1 g at 50 degrees forward


def burst(y, z, pitch_lsb):
    # A little noise, so that it counts as worn.
    values = []
    for n in range(16):
        values += [n & 3, y + (n & 7) * 12, z, pitch_lsb + 20 * (n & 1), 0, 0]
    return array("h", values)


upright, bent = burst(4098, 0, 0), burst(ACROSS, ALONG, 0)
down, up = (
    burst(3500, 1700, -1860),
    burst(3500, 1700, 1860),
)  # 65 degrees/s for 10 bursts: 50 degrees
chain = Chain(Attitude(208, 4098, 1000 / 35), SETTINGS)
chain.calibrated = True


def day(bits):
    for n in range(4000):
        phase = n % 1400
        samples = upright if phase < 400 else bent
        if n >= 2800:
            samples = upright
            if 50 <= phase % 100 < 54:
                samples = down
            if 56 <= phase % 100 < 60:
                samples = up
        bits |= chain.step(77, samples, 16)
    return bits


seen = 0  # a new name would allocate
micropython.heap_lock()
seen = day(0)
micropython.heap_unlock()
assert seen == 7 | NOD, seen
print("no allocation")
