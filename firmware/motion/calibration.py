"""Calibration: a still, upright pose of five seconds becomes the wearer's zero."""

import math

HOLD_MS = 5_000  # so long the pose is held
GIVE_UP_MS = 20_000  # so long a still pose is waited for
SPREAD_CDEG = 100  # standard deviation of the pose
UPRIGHT_COS_Q14 = 10_531  # cos 50 degrees: further off, the clip is not on as its mount says
GYRO_CDPS = 1_000  # rate that breaks the pose
ACC_MG = 100  # deviation of the specific force that breaks it
NORM_MG = (850, 1_150)  # the length of gravity; beyond, the sensor is wrong
FAULT_MS = 2_000
_SAME_POSE_Q14 = 858  # 3 degrees off the pose's start: another pose


def angle_cdeg(a, b):
    """Angle between two vectors of one length unit, 0.01 degrees."""
    dot = a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
    x = a[1] * b[2] - a[2] * b[1]
    y = a[2] * b[0] - a[0] * b[2]
    z = a[0] * b[1] - a[1] * b[0]
    sine = math.sqrt(float(x) * x + float(y) * y + float(z) * z)
    return int(math.degrees(math.atan2(sine, dot)) * 100 + 0.5)


class Calibration:
    """One attempt. `mount_up_q14` is where up should roughly be in the sensor frame.

    After "accepted": `up_q14` (mean of the pose) and `spread_cdeg`.
    """

    def __init__(self, mount_up_q14):
        self._mount_up = mount_up_q14
        self.up_q14 = (0, 0, 0)
        self.spread_cdeg = 0
        self._waited_ms = 0
        self._fault_ms = 0
        self._begin((0, 0, 0))

    def step(self, dt_ms, up_q14, gyro_rms_cdps, acc_deviation_mg, acc_norm_mg):
        """Take one burst's results; None while it goes on, then the wire's name of the outcome."""
        self._waited_ms += dt_ms
        if NORM_MG[0] <= acc_norm_mg <= NORM_MG[1]:
            self._fault_ms = 0
        elif gyro_rms_cdps < GYRO_CDPS:
            # Still, and yet gravity has the wrong length.
            self._fault_ms += dt_ms
            if self._fault_ms >= FAULT_MS:
                return "sensor_fault"
        if self._fault_ms or gyro_rms_cdps > GYRO_CDPS or acc_deviation_mg > ACC_MG:
            self._begin(up_q14)
        else:
            self._gather(dt_ms, up_q14)
        if self._held_ms >= HOLD_MS:
            return self._judge(up_q14)
        return "moving" if self._waited_ms >= GIVE_UP_MS else None

    def _begin(self, up_q14):
        self._first = up_q14
        self._sum = [0, 0, 0]
        self._squares = 0
        self._count = 0
        self._held_ms = 0

    def _gather(self, dt_ms, up_q14):
        if any(abs(up_q14[i] - self._first[i]) > _SAME_POSE_Q14 for i in range(3)):
            self._begin(up_q14)
        for i in range(3):
            off = up_q14[i] - self._first[i]
            self._sum[i] += off
            self._squares += off * off
        self._count += 1
        self._held_ms += dt_ms

    def _judge(self, up_q14):
        mean = [s / self._count for s in self._sum]
        variance = self._squares / self._count - sum(m * m for m in mean)
        self.spread_cdeg = int(math.degrees(math.sqrt(max(0.0, variance)) / 16384) * 100 + 0.5)
        if self.spread_cdeg >= SPREAD_CDEG:
            self._begin(up_q14)
            return "moving" if self._waited_ms >= GIVE_UP_MS else None
        up = [self._first[i] + mean[i] for i in range(3)]
        length = math.sqrt(sum(v * v for v in up))
        self.up_q14 = tuple(round(v * 16384 / length) for v in up)
        upright = sum(self.up_q14[i] * self._mount_up[i] for i in range(3)) >> 14
        return "accepted" if upright >= UPRIGHT_COS_Q14 else "tilted"
