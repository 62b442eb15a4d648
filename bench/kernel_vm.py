"""In the VM: the attitude kernels over a file of samples; prints ns a sample, writes up after each burst.

argv: samples file, output file, rate_hz, acc_lsb_per_g, gyr_lsb_per_dps, samples a burst.
"""

import sys
import time
from array import array

from motion import slots
from motion.attitude import Attitude

source, target, rate_hz, acc_lsb, gyr_lsb, burst = sys.argv[1:]
burst = int(burst)
with open(source, "rb") as data:  # noqa: PTH123
    raw = data.read()
bursts = [array("h", raw[i : i + 12 * burst]) for i in range(0, len(raw), 12 * burst)]
best = None
for _turn in range(3):
    attitude = Attitude(float(rate_hz), float(acc_lsb), float(gyr_lsb))
    update = attitude.update
    start = time.ticks_us()
    for samples in bursts:
        update(samples, len(samples) // 6)
    took = time.ticks_diff(time.ticks_us(), start)
    best = took if best is None else min(best, took)

attitude = Attitude(float(rate_hz), float(acc_lsb), float(gyr_lsb))
up = array("i", (0, 0, 0))
with open(target, "wb") as out:  # noqa: PTH123
    for samples in bursts:
        attitude.update(samples, len(samples) // 6)
        for i in range(3):
            up[i] = attitude._state[slots.UP + i]
        out.write(up)
print(best * 1000 * 6 / (len(raw) // 2))
