"""In the VM: an exercise over a file of raw samples, through the real filter, with the heap locked.

argv: output file, Exercise's arguments as a dict literal, rate_hz, samples a burst, seconds until the
zero is taken, samples of the clip, samples of the trunk's clip or nothing. The output: per burst the
int32 angles of the clip and of the trunk's, the events, and the exercise's results.
"""

import sys
from array import array

import exercise_fields as fields
import micropython
from motion.attitude import Attitude
from motion.exercise import Exercise

target, arguments, rate_hz, burst, zero_s = sys.argv[1:6]
rate_hz, burst = int(rate_hz), int(burst)
sources = [open(name, "rb") for name in sys.argv[6:]]  # noqa: SIM115  # the VM ends with the script
filters = [Attitude(rate_hz, 4096, 1000 / 35) for _ in sources]
samples = array("h", bytes(12 * burst))
exercise = Exercise(**eval(arguments))
row = array("i", (0 for _ in range(fields.WIDTH)))
zero_at = int(zero_s) * rate_hz // burst
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
        if number == zero_at:
            for f in filters:
                f.zero(f.up_q14)
        if number <= zero_at:
            continue
        dt_ms = number * burst * 1000 // rate_hz - (number - 1) * burst * 1000 // rate_hz
        row[0] = dt_ms
        for i, f in enumerate(filters):
            row[1 + 4 * i] = f.flexion_cdeg
            row[2 + 4 * i] = f.lateral_cdeg
            row[3 + 4 * i] = f.rotation_cdeg
            row[4 + 4 * i] = f.gyro_rms_cdps
        micropython.heap_lock()
        fields.step(exercise, row)
        micropython.heap_unlock()
        out.write(row)
print("done")
