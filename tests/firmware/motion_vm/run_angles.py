"""In the VM: a file of raw samples through the real filter.

argv: output file, rate_hz, samples a burst, seconds until the upright is taken, samples of the clip, samples of the
trunk's clip or nothing. The output: per burst, int32, its milliseconds, flexion, lateral flexion, rotation and rate
of the clip, and the same of the trunk's.
"""

import sys
from array import array

from motion.attitude import Attitude

target, rate_hz, burst, upright_s = sys.argv[1:5]
rate_hz, burst = int(rate_hz), int(burst)
sources = [open(name, "rb") for name in sys.argv[5:]]  # noqa: SIM115  # the VM ends with the script
filters = [Attitude(rate_hz, 4096, 1000 / 35) for _ in sources]
samples = array("h", bytes(12 * burst))
row = array("i", (0 for _ in range(9)))
upright_at = int(upright_s) * rate_hz // burst
number = 0
with open(target, "wb") as out:
    while True:
        whole = True
        for place, f in enumerate(filters):
            whole = sources[place].readinto(samples) == 12 * burst and whole
            f.update(samples, burst)
        if not whole:
            break
        number += 1
        if number == upright_at:
            for f in filters:
                f.set_upright(f.up_q14)
        if number <= upright_at:
            continue
        dt_ms = number * burst * 1000 // rate_hz - (number - 1) * burst * 1000 // rate_hz
        row[0] = dt_ms
        for i, f in enumerate(filters):
            row[1 + 4 * i] = f.flexion_cdeg
            row[2 + 4 * i] = f.lateral_cdeg
            row[3 + 4 * i] = f.rotation_cdeg
            row[4 + 4 * i] = f.gyro_rms_cdps
        out.write(row)
print("done")
