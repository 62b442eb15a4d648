# Runs in MicroPython: how long the attitude kernels take over a file of samples; prints ns a sample, the best of three.
#
# Arguments: samples file, rate in µHz, LSB per g, µdps per LSB, samples a burst.
import sys
import time
from array import array

from motion.attitude import Attitude

rate_uhz, acc_lsb, gyr_udps, burst = [int(text) for text in sys.argv[2:]]
with open(sys.argv[1], "rb") as data:
    raw = data.read()
bursts = [array("h", raw[i : i + 12 * burst]) for i in range(0, len(raw), 12 * burst)]
best = None
for _turn in range(3):
    attitude = Attitude(rate_uhz / 1_000_000, acc_lsb, 1_000_000 / gyr_udps)
    update = attitude.update
    start = time.ticks_us()
    for samples in bursts:
        update(samples, len(samples) // 6)
    took = time.ticks_diff(time.ticks_us(), start)
    best = took if best is None else min(best, took)
sys.stdout.write(str(best * 1000 * 12 / len(raw)) + "\n")
