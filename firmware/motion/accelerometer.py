"""The accelerometer's offset and scale error: taken off each sample; and the poses at rest from which it is learnt.

`motion.poses` keeps the poses and finds the error.
"""

from array import array

import micropython

MOST_POSES = 12
NONE = tuple([0] * 6)
_POSE_MS = 3_000  # its mean is the pose
_QUIET_MG = 50  # the force stays this near to where it was: a head is never quite at rest,
_QUIET_CDPS = 1_000  # and nods and sways
_ANOTHER_MG = 100  # this far away, on an axis, a pose is not the one just seen


@micropython.viper
def take_off(samples: ptr16, n: int, error: ptr32):  # noqa: ANN201 (viper has no type for None)
    """Take an error off `n` samples in place: three offsets in LSB and three scales in Q15, each plus 32,768.

    A sample in the outer eighth of the range stays as it is: the filter knows one at the end of scale by its value,
    and beyond seven eighths no error matters.
    """
    axis = 0
    end = 6 * n
    while axis < 3:
        offset = error[axis]
        scale = error[axis + 3] - 0x8000
        at = axis
        while at < end:
            x = samples[at]
            if (x + 0x7000) & 0xFFFF < 0xE000:
                x = (x ^ 0x8000) - offset
                samples[at] = x - ((x * scale) >> 15)
            at += 6
        axis += 1


def true(force: "Ints", error: "Ints", one_g: int = 16_384) -> "tuple[int, ...]":
    """Return a measured force without the error of `Accelerometer`. `one_g`: 1 g in the unit of both, Q14 or mg."""
    return tuple(
        (force[i] - error[i] * one_g // 1_000) * (1_000 - error[3 + i]) // 1_000 for i in range(3)
    )


def measured(force: "Ints", error: "Ints", one_g: int = 16_384) -> "tuple[int, ...]":
    """Return what a sensor with this error measures of a true force. `one_g` as for `true`."""
    return tuple(
        force[i] * 1_000 // (1_000 - error[3 + i]) + error[i] * one_g // 1_000 for i in range(3)
    )


class Accelerometer:
    """One sensor's `error`, three offsets in mg and three scales in permille, and the `poses` behind it.

    What is measured is (1 + scale) times the true force, plus the offset. `pose_mg`: a pose just seen, without the
    error as it is known; `due`: `motion.poses.learn` has not looked at it yet. `poses`: three integers in mg for each,
    as they were measured. `unsaved`: there is something new to keep over a restart.
    """

    def __init__(self) -> None:
        self.error = NONE
        self.poses = array("h")
        self.pose_mg = array("i", (0, 0, 0))
        self.due = self.unsaved = False
        self._lsb = array("i", (0 for _ in range(6)))
        self._first = array("i", (0, 0, 0))
        self._sum = array("i", (0, 0, 0))
        self._ms = 0

    def take_off(self, samples: "IntBuffer", n: int, acc_lsb_per_g: int) -> None:
        """Correct `n` samples of six int16 in place, before the filter gets them."""
        error, lsb = self.error, self._lsb
        if error is NONE:
            return
        for axis in range(3):
            lsb[axis] = 0x8000 + error[axis] * acc_lsb_per_g // 1_000
            lsb[3 + axis] = 0x8000 + error[3 + axis] * 32_768 // 1_000
        take_off(samples, n, lsb)

    def step(self, dt_ms: int, angles: "Attitude") -> None:
        """Take a burst's `Attitude`, made from corrected samples. Allocates nothing."""
        first, total = self._first, self._sum
        quiet = 0 < self._ms < _POSE_MS and angles.gyro_rms_cdps < _QUIET_CDPS
        for axis in range(3):
            if abs(angles.acc_mg(axis) - first[axis]) > _QUIET_MG:
                quiet = False
        if not quiet:
            for axis in range(3):
                first[axis] = angles.acc_mg(axis)
                total[axis] = 0
            self._ms = 0
        dt_ms = min(dt_ms, 1_000)
        self._ms += dt_ms
        for axis in range(3):
            total[axis] += angles.acc_mg(axis) * dt_ms
        if self._ms >= _POSE_MS and not self.due:
            self._see()

    def _see(self) -> None:
        pose = self.pose_mg
        for axis in range(3):
            self._sum[axis] //= self._ms
            if abs(self._sum[axis] - pose[axis]) > _ANOTHER_MG:
                self.due = True
        if self.due:
            for axis in range(3):
                pose[axis] = self._sum[axis]
