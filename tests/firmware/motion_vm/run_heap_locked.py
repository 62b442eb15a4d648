"""In the VM: the sampling path's motion code with the heap locked; an allocation raises MemoryError."""

from array import array

import micropython
from motion.attitude import Attitude
from motion.exposure import Exposure
from motion.nod import Nod
from motion.posture import Posture
from motion.worn import Worn

SETTINGS = {
    "site": 1, "nudge_enabled": 1, "flexed_threshold_cdeg": 2000, "hysteresis_cdeg": 500,
    "hold_limit_ms": 0, "refractory_s": 60, "nudges_per_hour": 3, "nudges_per_day": 10, "snooze_s": 60,
}  # fmt: skip

attitude = Attitude(208, 4096, 1000 / 35)
samples = array("h", (0, 4096, 0, 5, -3, 2) * 32)
wear, posture, exposure, nod = Worn(), Posture(SETTINGS), Exposure(), Nod()
bits = nods = 0
micropython.heap_lock()
for burst in range(12_000):
    attitude.update(samples, 32 if burst % 50 == 0 else 16)
    flexion = attitude.flexion_cdeg + (4000 if burst % 9000 > 100 else 0)
    flexion += 1500 if burst % 300 < 8 else 0
    rate = attitude.gyro_rms_cdps + 100
    worn = wear.step(77, rate, attitude.acc_deviation_mg, attitude.inclination_cdeg)
    bits |= posture.step(77, flexion, rate, attitude.acc_deviation_mg, True, worn)
    exposure.step(77, posture.state, flexion, attitude.acc_deviation_mg)
    nods += nod.step(77, flexion)
micropython.heap_unlock()
assert bits == 7, bits
assert nods > 10, nods
print("no allocation")
