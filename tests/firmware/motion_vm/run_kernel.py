"""In the VM: run the kernel over a file of bursts and write its state after each.

argv: samples file, output file, rate_hz, acc_lsb_per_g, gyr_lsb_per_dps, samples a burst.
"""

import sys
from array import array

from motion import layout
from motion.attitude import Attitude

source, target, rate_hz, acc_lsb, gyr_lsb, burst = sys.argv[1:]
burst = int(burst)
attitude = Attitude(float(rate_hz), float(acc_lsb), float(gyr_lsb))
samples = array("h", bytes(12 * burst))
assert len(attitude._state) == layout.STATE_SIZE
with open(source, "rb") as data, open(target, "wb") as out:
    while True:
        got = data.readinto(samples)
        if not got:
            break
        attitude.update(samples, got // 12)
        out.write(attitude._state)
print("done")
