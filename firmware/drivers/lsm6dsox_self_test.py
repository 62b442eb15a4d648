"""Self-test of an LSM6DSOX: limits of DS12814 4.1 "Vst" (absolute change of the output), procedure of application note
AN5272.
"""

from drivers.imu import ImuError
from drivers.lsm6dsox import BDU_IF_INC, CTRL1_XL, CTRL2_G, CTRL3_C, CTRL5_C
from drivers.self_test import moved, pushed
from micropython import const

_STATUS = const(0x1E)  # 9.27: GDA bit 1, XLDA bit 0
_OUTX_L_G = const(0x22)  # 9.29
_OUTX_L_A = const(0x28)  # 9.32
_SETTLE_MS = const(100)
_SAMPLES = const(5)
_ACC = (CTRL1_XL, 0x38, 0x01, _OUTX_L_A, 0x01, 122, 50_000, 1_700_000, 82)
_GYR = (CTRL2_G, 0x5C, 0x04, _OUTX_L_G, 0x02, 70, 150_000, 700_000, 14)
# control register, its value (52 Hz ±4 g; 208 Hz ±2000 dps), CTRL5_C to push the mass positively, first output
# register, data-ready bit, LSB in µg or mdps, least and largest change in the same unit, LSB that rest may change by
# (10 mg; 1 dps)


def check_lsm6dsox(imu: "Imu", sleep_ms: "SleepMs", strict: bool = False) -> None:
    """See `drivers.self_test.self_test`. Takes half a second."""
    imu._write(CTRL3_C, BDU_IF_INC)
    for control, mode, push, out, ready, unit, low, high, still in (_ACC, _GYR):
        imu._write(control, mode)
        sleep_ms(_SETTLE_MS)
        window = ("<3h", out, _STATUS, ready, _SAMPLES)
        rest, sums = pushed(imu, (CTRL5_C, push, 0x00, _SETTLE_MS), window, sleep_ms)
        changes = [change * unit // _SAMPLES for change in sums]
        wrong = [change for change in changes if not low <= change <= high]
        if wrong and not strict and moved(imu, rest, window, still, sleep_ms):
            wrong = []
        imu._write(control, 0x00)
        if wrong:
            raise ImuError("imu_self_test", wrong[0] // 1000)
