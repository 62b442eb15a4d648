"""Calibration: a still pose becomes the wearer's upright, and two nods give the axis of flexion.

So the clip may sit any way round: its axes on the wearer need not be known. An IMU cannot detect a wearer who lies on
the back and nods; only an earlier calibration with the clip the same way round can.
"""

import math

from motion.nodaxis import NodAxis
from motion.placement import STILL_CDPS
from motion.vectors import angle_cdeg, unit_q14

HOLD_MS = 5_000  # the pose is held this long
GIVE_UP_MS = 20_000  # time limit for a still pose, and then for two nods
SPREAD_CDEG = 100  # standard deviation of the pose
# A tremor of the head goes to and fro 4 to 8 times a second, a degree and more: its mean over two or three swings is
# still. Steps turn the head in the mean of this time as well (13 to 32 degrees/s in eight walking people).
MEAN_MS = 380
MEAN_CDPS = 600  # a higher mean rate breaks the pose
SHAKEN_CDPS = 6_000  # a higher rate within a burst breaks it, too
SHAKEN_MG = 450  # and so does a larger deviation of the specific force
NORM_MG = (850, 1_150)  # the length of gravity; beyond, the sensor is wrong
FAULT_MS = 2_000
LEAN_CDEG = 2_000  # the nods' axis off the horizontal: the pose was not upright sideways
UNEVEN_CDEG = 1_500  # between the axes of the two nods
SAME_WAY_CDEG = 3_000  # right axes closer than this: the clip sits the same way round as before
TILTED_CDEG = 5_000  # off the upright before, if it sits the same way round: lying, or bent double
NODS_APART_MS = 8_000  # two nods further apart are not one answer
# A nod shakes the clip as its turning about the neck does, and hardly more: who stands up or sits down bends as far and
# as fast, but the whole body goes up or down.
JOLT_MG = 60
LEVER_M = 0.15  # the clip from the joint, at most
_SAME_POSE_Q14 = 858  # 3 degrees off the pose's start: another pose


class Calibration:
    """One attempt to calibrate. `before`: (up_q14, right_q14) of the calibration in force, or None.

    `full`: two nods follow the pose; otherwise the pose alone, with the right axis of `before`. After "accepted":
    `up_q14`, `right_q14`, `spread_cdeg`, `quality_pct` (50 to 100). `nodding`: the pose is taken, nods are awaited.
    """

    def __init__(self, before: "tuple[Vector, Vector] | None" = None, full: bool = True) -> None:
        if not full and before is None:
            raise ValueError("an upright alone needs the right axis of a calibration before")
        self._before = before
        self._full = full
        self.up_q14 = (0, 0, 0)
        self.right_q14 = (0, 0, 0)
        self.spread_cdeg = 0
        self.quality_pct = 0
        self.nodding = False
        self._waited_ms = 0
        self._fault_ms = 0
        self._nods = NodAxis()
        self._jolt_mg = 0  # how far the force's length leaves the pose's in this movement
        self._axes = []  # nods so far: (axis, ms waited until the nod)
        self._begin()

    def step(
        self,
        dt_ms: int,
        up_q14: "Vector",
        rate_cdps: "Ints",
        gyro_rms_cdps: int,
        acc_deviation_mg: int,
        acc_norm_mg: int,
    ) -> "str | None":
        """Take one burst's results. Return None while the attempt goes on, then the wire's name of the outcome."""
        self._waited_ms += dt_ms
        if self.nodding:
            return self._nod(dt_ms, rate_cdps, acc_norm_mg)
        if NORM_MG[0] <= acc_norm_mg <= NORM_MG[1]:
            self._fault_ms = 0
        elif gyro_rms_cdps < STILL_CDPS:
            # Still, and yet gravity has the wrong length.
            self._fault_ms += dt_ms
            if self._fault_ms >= FAULT_MS:
                return "sensor_fault"
        if self._fault_ms or gyro_rms_cdps > SHAKEN_CDPS or acc_deviation_mg > SHAKEN_MG:
            self._begin()
        else:
            self._least_mg = min(self._least_mg, acc_norm_mg)
            self._most_mg = max(self._most_mg, acc_norm_mg)
            self._gather(dt_ms, up_q14, rate_cdps)
        if self._held_ms >= HOLD_MS and self._take_pose():
            return self._after_pose()
        return "moving" if self._waited_ms >= GIVE_UP_MS else None

    # --- the pose

    def _begin(self) -> None:
        self._first = None  # the pose's first up: the others are offsets from it
        self._sum = [0.0, 0.0, 0.0]
        self._squares = 0.0
        self._count = 0
        self._held_ms = 0
        # The force's length in the pose: a tremor shakes it.
        self._least_mg, self._most_mg = 32_000, 0
        self._begin_mean()

    def _begin_mean(self) -> None:
        self._offs = [0, 0, 0]
        self._turn = [0, 0, 0]  # cdps ms
        self._bursts = self._mean_ms = 0

    def _gather(self, dt_ms: int, up_q14: "Vector", rate_cdps: "Ints") -> None:
        if self._first is None:
            self._first = up_q14
        for i in range(3):
            self._offs[i] += up_q14[i] - self._first[i]
            self._turn[i] += rate_cdps[i] * dt_ms
        self._bursts += 1
        self._mean_ms += dt_ms
        if self._mean_ms < MEAN_MS:
            return
        offs = [off / self._bursts for off in self._offs]
        rates = [turn / self._mean_ms for turn in self._turn]
        held_ms = self._held_ms + self._mean_ms
        if sum(rate * rate for rate in rates) > MEAN_CDPS**2 or any(
            abs(off) > _SAME_POSE_Q14 for off in offs
        ):
            self._begin()
            return
        self._begin_mean()
        for i in range(3):
            self._sum[i] += offs[i]
            self._squares += offs[i] * offs[i]
        self._count += 1
        self._held_ms = held_ms

    def _take_pose(self) -> bool:
        mean = [s / self._count for s in self._sum]
        variance = self._squares / self._count - sum(m * m for m in mean)
        self.spread_cdeg = int(math.degrees(math.sqrt(max(0.0, variance)) / 16384) * 100 + 0.5)
        if self.spread_cdeg >= SPREAD_CDEG:
            self._begin()
            return False
        self.up_q14 = unit_q14([self._first[i] + mean[i] for i in range(3)])
        return True

    def _after_pose(self) -> "str | None":
        if self._full:
            self.nodding = True
            self._waited_ms = 0
            return None
        self.right_q14 = self._before[1]
        return self._accept(0, 0)

    # --- the nods

    def _nod(self, dt_ms: int, rate_cdps: "Ints", acc_norm_mg: int) -> "str | None":
        beyond_mg = max(acc_norm_mg - self._most_mg, self._least_mg - acc_norm_mg)
        self._jolt_mg = max(self._jolt_mg, beyond_mg)
        back = self._nods.step(dt_ms, *rate_cdps)
        nod = back and self._jolt_mg <= jolt_limit_mg(self._nods.axis, self._nods.fastest_cdps)
        if self._nods.resting:
            self._jolt_mg = 0
        if nod:
            self._axes = self._axes[-1:] + [(tuple(self._nods.axis), self._waited_ms)]
            if len(self._axes) == 2:
                result = self._judge_nods()
                if result:
                    return result
        if self._waited_ms < GIVE_UP_MS:
            return None
        return "uneven_nods" if len(self._axes) == 2 else "no_nods"

    def _judge_nods(self) -> "str | None":
        (first, at), (second, again) = self._axes
        uneven = angle_cdeg(first, second)
        if uneven > UNEVEN_CDEG or again - at > NODS_APART_MS:
            return None  # a third may go with the second
        # Forward turns about the wearer's left, as the right hand's rule has it.
        a, b = unit_q14(first), unit_q14(second)
        self.right_q14 = unit_q14([-a[i] - b[i] for i in range(3)])
        lean = abs(9_000 - angle_cdeg(self.right_q14, self.up_q14))
        if lean > LEAN_CDEG:
            return "tilted"
        return self._accept(uneven, lean)

    def _accept(self, uneven_cdeg: int, lean_cdeg: int) -> str:
        if self._before is not None:
            up, right = self._before
            same_way = angle_cdeg(right, self.right_q14) < SAME_WAY_CDEG
            if same_way and angle_cdeg(up, self.up_q14) > TILTED_CDEG:
                return "tilted"
        worst = max(
            self.spread_cdeg / SPREAD_CDEG, uneven_cdeg / UNEVEN_CDEG, lean_cdeg / LEAN_CDEG
        )
        self.quality_pct = 100 - int(50 * worst)
        return "accepted"


def jolt_limit_mg(axis_ddeg: "IntBuffer", fastest_cdps: int) -> float:
    """Return how far the force's length may be off in a nod of this size and highest rate.

    On a minimum-jerk path the acceleration of the angle is 1.64 of the highest rate's square over the size.
    """
    size = math.radians(math.sqrt(sum(part * part for part in axis_ddeg)) / 10)
    square = math.radians(fastest_cdps / 100) ** 2
    return JOLT_MG + LEVER_M * square * (1 + 1.64 / size) * 1000 / 9.81
