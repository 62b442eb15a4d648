"""Health watch over a sensor's samples: a sensor that answers can still be broken. Pure: time is an argument."""

import micropython
from array import array
from micropython import const

_WITHIN_MS = const(900)  # with bursts of up to 80 ms, a fault is reported within a second
_RAIL = const(32_760)  # |LSB| at the end of scale
_JUMP = const(32_768)  # LSB between two samples of an axis: half of the scale
_LEAST_MG = const(700)  # a sensor's gravity: datasheets allow 3 % of scale and 80 mg an axis
_MOST_MG = const(1_300)
_QUIET_CDPS = const(2_000)  # runners and falls have other lengths, and turn faster
# A rate across gravity turns the force. A hard bend of a road, which holds it aslant, looks like a turn of 8 degrees.
_STEADY_MG = const(40)  # the force stays this near to where it was, on each axis
_TURNED_MG = const(180)  # but the rates say: this far away, or 10.5 degrees
_SPIN_CDPS = const(10_000)  # faster, the force is no gravity any more
_CDEG_PER_RADIAN = const(5_730)
_JUMP_WEIGHT = const(
    8
)  # one jump outweighs this many good samples; more frequent jumps are not motion

# Slots of the state: six values each, but JUMPS.
_LAST = const(0)  # the last sample
_SAME = const(6)  # samples in a row that were equal
_CHANGES = const(
    12
)  # changes ever seen, _ALIVE at most: the first sample differs from the zeros of a restart
_RAILED = const(18)  # samples in a row at an end of scale
_JUMPS = const(24)  # rises by a jump, falls with every sample
_SLOTS = const(25)
_ALIVE = const(2)


@micropython.viper
def _watch(samples: ptr16, n: int, state: ptr32):  # noqa: ANN202 (viper has no type for None)
    """Takes `n` samples of six int16 into the state."""
    at = 0
    for _ in range(n):
        jump = 0
        for axis in range(6):
            # As 0..65535, so that a 64-bit VM, which loads ptr32 unsigned, sees no negative number.
            value = samples[at + axis] ^ 0x8000
            step = value - state[_LAST + axis]
            if step:
                state[_SAME + axis] = 0
                if state[_CHANGES + axis] < _ALIVE:
                    state[_CHANGES + axis] = state[_CHANGES + axis] + 1
            else:
                state[_SAME + axis] = state[_SAME + axis] + 1
            if step > _JUMP or step < -_JUMP:
                jump = 1
            if value >= 0x8000 + _RAIL or value <= 0x8000 - _RAIL:
                state[_RAILED + axis] = state[_RAILED + axis] + 1
            else:
                state[_RAILED + axis] = 0
            state[_LAST + axis] = value
        if jump:
            state[_JUMPS] = state[_JUMPS] + _JUMP_WEIGHT
        elif state[_JUMPS] > 0:
            state[_JUMPS] = state[_JUMPS] - 1
        at += 6


class Health:
    """One sensor's health at `rate_hz` samples a second."""

    def __init__(self, rate_hz: int) -> None:
        self._limit = rate_hz * _WITHIN_MS // 1000  # samples
        self._state = array("i", [0] * _SLOTS)
        self._force_mg = array("i", (0, 0, 0))  # when it was last new
        self._turned_cdeg = array("i", (0, 0, 0))  # since then, as the rates say
        self.restart()

    def restart(self) -> None:
        """Forget the earlier samples, because the sensor was started anew; but not which axes have ever changed."""
        state = self._state
        for slot in range(_SLOTS):
            alive = _CHANGES <= slot < _RAILED and state[slot] == _ALIVE
            state[slot] = _ALIVE if alive else 0
        self._silent_ms = self._weightless_ms = self._steady_ms = 0
        for axis in range(3):
            self._force_mg[axis] = self._turned_cdeg[axis] = 0

    def step(self, dt_ms: int, n: int, samples: "IntBuffer") -> "str | None":
        """Return the fault that `n` samples show, `dt_ms` after the last step; 0 samples: none came, or the bus failed.

        None, or a name of wire ENUMS "fault":
            "imu_missing": no samples for a second.
            "imu_stuck": the three values of an axis group stood still for a second, or those of one axis that had
                changed before. A real sensor has noise.
            "imu_noisy": jumps over half of the scale in more than one sample in eight, or an axis at its end of scale
                for a second. A knock or a violent shake does neither.
        Allocates nothing.
        """
        if n <= 0:
            self._silent_ms += dt_ms
            return "imu_missing" if self._silent_ms >= _WITHIN_MS else None
        self._silent_ms = 0
        _watch(samples, n, self._state)
        state = self._state
        limit = self._limit
        for first in (_SAME, _SAME + 3):
            if state[first] >= limit and state[first + 1] >= limit and state[first + 2] >= limit:
                return "imu_stuck"
        if state[_JUMPS] >= limit:
            return "imu_noisy"
        for axis in range(6):
            if state[_RAILED + axis] >= limit:
                return "imu_noisy"
            if state[_SAME + axis] >= limit and state[_CHANGES + axis] == _ALIVE:
                return "imu_stuck"
        return None

    def weigh(self, dt_ms: int, angles: "Attitude") -> "str | None":
        """Return the fault that a burst's outcome shows, `dt_ms` after the last one. Allocates nothing.

        None, or a name of wire ENUMS "fault":
            "imu_no_gravity": a sensor that hardly turns has had no gravity for a second.
            "imu_biased": for a second the rates turned gravity away, and it stayed where it was: the gyroscope's bias
                is beyond what the filter learns.
        """
        norm_mg, rms_cdps = angles.acc_norm_mg, angles.gyro_rms_cdps
        if not _LEAST_MG <= norm_mg <= _MOST_MG and rms_cdps <= _QUIET_CDPS:
            self._weightless_ms += dt_ms
            return "imu_no_gravity" if self._weightless_ms >= _WITHIN_MS else None
        self._weightless_ms = 0
        return "imu_biased" if self._contradicts(dt_ms, angles, rms_cdps) else None

    def _contradicts(self, dt_ms: int, angles: "Attitude", rms_cdps: int) -> bool:
        force, turned = self._force_mg, self._turned_cdeg
        steady = rms_cdps < _SPIN_CDPS and self._steady_ms < _WITHIN_MS
        for axis in range(3):
            if abs(angles.acc_mg(axis) - force[axis]) > _STEADY_MG:
                steady = False
        if not steady:
            self._steady_ms = 0
            for axis in range(3):
                force[axis] = angles.acc_mg(axis)
                turned[axis] = 0
            return False
        self._steady_ms += dt_ms
        for axis in range(3):
            turned[axis] += angles.rate_cdps(axis) * min(dt_ms, _WITHIN_MS) // 1_000
        if self._steady_ms < _WITHIN_MS:
            return False
        square = 0
        for axis in range(3):
            one, other = (axis + 1) % 3, (axis + 2) % 3
            away_mg = (turned[one] * force[other] - turned[other] * force[one]) // _CDEG_PER_RADIAN
            square += away_mg * away_mg
        return square > _TURNED_MG * _TURNED_MG
