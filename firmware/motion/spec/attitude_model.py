"""The attitude kernels in plain Python: the readable, checked specification. Not on the clip.

Every operation is done on `I32`, which raises `OverflowError` as soon as a result leaves 32 bits.
`AttitudeModel` and the viper kernels agree in every word of the state after every burst. Formats: `motion.kernels`,
`motion.bias`.
"""

from motion import layout as L
from motion.spec.bias_model import rest_and_bias
from motion.spec.int32 import I32, clamp, cross, dot, isqrt, rounded, saturated, scaled_length

SQRT2_Q13 = 11585
FOUR_G_Q27 = 1 << 29
FOUR_G_Q14 = 1 << 16


class AttitudeModel:
    """The filter's state as a list of integers, in the order of `motion.layout`."""

    def __init__(self, coeff: "IntBuffer") -> None:
        self.coeff = [I32(c) for c in coeff]
        self.state = [I32(0) for _ in range(L.STATE_SIZE)]

    def vector(self, index: int) -> "list[I32]":
        """Return three words of the state from `index` on."""
        return self.state[index : index + 3]

    def store(self, index: int, vector: "Sequence[I32]") -> None:
        """Write three words of the state from `index` on."""
        self.state[index : index + 3] = vector

    def burst(self, samples: "Sequence[Sequence[int]]") -> int:
        """Take one burst: rows of six int16. Gives the same result as the four kernels in turn; returns the flags."""
        for index in (L.SUM_RATE, L.SUM_ACC):
            self.store(index, [I32(0)] * 3)
        for index in (L.SUM_RATE_SQUARE, L.SUM_DEVIATION, L.FLAGS):
            self.state[index] = I32(0)
        self.state[L.SAMPLES] = I32(len(samples))
        for row in samples:
            row = [I32(int(v)) for v in row]
            self._flag_saturation(row)
            s, m = self._rotation(row[3:])
            for index in (L.GRAVITY, L.SLOPE):
                self.store(index, self._turned_back(self.vector(index), s, m))
            self._filter(row[:3], hit=saturated(row[:3]))
        self._wrap_rotation()
        self._outputs()
        rest_and_bias(self)
        return self.state[L.FLAGS]

    def _flag(self, bit: int) -> None:
        self.state[L.FLAGS] = I32(self.state[L.FLAGS] | bit)

    def _flag_saturation(self, row: "list[I32]") -> None:
        if saturated(row[:3]):
            self._flag(L.FLAG_ACC_SATURATED)
        if saturated(row[3:]):
            self._flag(L.FLAG_GYRO_SATURATED)
            self.state[L.COUNT] = min(self.state[L.COUNT], self.coeff[L.BRIDGE_SAMPLES])
            self.store(L.SLOPE, [I32(0)] * 3)
        if saturated(row):
            self.state[L.SATURATED] += 1

    def _rotation(self, gyro: "list[I32]") -> "tuple[list[I32], list[I32]]":
        """Return (s, m) of this sample: the rotation times sinc, and s over 1 + cos."""
        c, state = self.coeff, self.state
        w = []
        for i in range(3):
            exact = gyro[i] * c[L.GYRO_GAIN] - state[L.BIAS + i]
            state[L.SUM_RATE + i] += exact >> 5
            due = state[L.RESIDUE + i] + exact
            w.append(rounded(due, 16))
            state[L.RESIDUE + i] = due - (w[i] << 16)
        state[L.ROTATION] += dot(w, self.vector(L.UP)) >> 14
        square = dot(w, w)
        state[L.SUM_RATE_SQUARE] += square >> 4
        square = square >> c[L.ANGLE_SHIFT]  # theta**2 in Q16
        sixth = (square * 10923) >> 16
        sinc = 65536 - ((sixth * (65536 - ((square * 3277) >> 16))) >> 16)
        half = 32768 + (((square >> 3) * (65536 + sixth)) >> 16)
        s = [rounded(v * sinc, 16) for v in w]
        return s, [rounded(v * half, 16) for v in s]

    def _turned_back(self, v: "list[I32]", s: "list[I32]", m: "list[I32]") -> "list[I32]":
        """Return v - s x v + m x (s x v): the vector in the axes of a sensor that has turned by s."""
        first = cross(s, [rounded(x, 14) for x in v], self.coeff[L.CROSS_SHIFT])
        second = cross(m, [x >> 13 for x in first], self.coeff[L.CROSS2_SHIFT])
        return [v[i] - first[i] + second[i] for i in range(3)]

    def _filter(self, acc: "list[I32]", hit: bool) -> None:
        c, state = self.coeff, self.state
        starting = state[L.COUNT] < c[L.START_SAMPLES]
        if starting and not hit:
            state[L.COUNT] += 1
        for i in range(3):
            force = rounded(acc[i] * c[L.ACC_GAIN], c[L.ACC_SHIFT])
            state[L.SUM_ACC + i] += force
            error = force - rounded(state[L.GRAVITY + i], 13)
            state[L.SUM_DEVIATION] += abs(error)
            if hit:  # at its end of scale: the sample is left out
                pass
            elif starting:
                step = (clamp(error, FOUR_G_Q14) << 11) // state[L.COUNT]
                state[L.GRAVITY + i] += step << 2
            else:
                error = error - rounded(rounded(state[L.SLOPE + i], 13) * SQRT2_Q13, 13)
                self._advance(L.SLOPE + i, error)
                self._advance(L.GRAVITY + i, rounded(state[L.SLOPE + i], 13))
            self._bound(L.GRAVITY + i)

    def _advance(self, index: int, rate: "I32") -> None:
        self.state[index] += (rate * self.coeff[L.FILTER_GAIN]) >> self.coeff[L.FILTER_SHIFT]
        if index >= L.SLOPE:
            self._bound(index)

    def _bound(self, index: int) -> None:
        bounded = clamp(self.state[index], FOUR_G_Q27)
        if bounded != self.state[index]:
            self._flag(L.FLAG_CLAMPED)
        self.state[index] = bounded

    def _wrap_rotation(self) -> None:
        turn = self.coeff[L.TURN]
        while self.state[L.ROTATION] > turn >> 1:
            self.state[L.ROTATION] -= turn
        while self.state[L.ROTATION] < -(turn >> 1):
            self.state[L.ROTATION] += turn

    def _outputs(self) -> None:
        c, state = self.coeff, self.state
        n = state[L.SAMPLES]
        rms = isqrt((state[L.SUM_RATE_SQUARE] // n) << 4)
        state[L.GYRO_RMS_CDPS] = (rms * c[L.RMS_GAIN]) >> c[L.RMS_SHIFT]
        state[L.ACC_DEVIATION_MG] = ((state[L.SUM_DEVIATION] // n) * 1000) >> 14
        _, length, shift = scaled_length([v // n for v in self.vector(L.SUM_ACC)])
        state[L.ACC_NORM_MG] = (length * 1000) >> (14 - shift)
        small, length, _ = scaled_length([rounded(v, 13) for v in self.vector(L.GRAVITY)])
        if length < 1638:
            self._flag(L.FLAG_NO_GRAVITY)
            return
        up = [((v << 14) + (length >> 1)) // length for v in small]
        self.store(L.UP, up)
        axes = [c[L.UPRIGHT + 3 * i : L.UPRIGHT + 3 * i + 3] for i in range(3)]
        right, forward, above = [rounded(dot(up, axis), 14) for axis in axes]
        self._angle(0, above, -forward)
        self._angle(1, isqrt(forward * forward + above * above), -right)
        self._angle(2, above, isqrt(forward * forward + right * right))
        turned = state[L.ROTATION] >> c[L.CROSS2_SHIFT]
        state[L.ROTATION_CDEG] = -rounded(turned * 22918, 15)

    def _angle(self, job: int, x: "I32", y: "I32") -> None:
        """Write atan2(y, x) in cdeg, by CORDIC, into the word that `job` selects; keep the inputs as the kernel
        does."""
        self.state[L.CORDIC + 2 * job : L.CORDIC + 2 * job + 2] = [x, y]
        x, y = x << 12, y << 12
        angle = I32(0)
        if x < 0:
            angle = I32(18000 << 8 if y >= 0 else -(18000 << 8))
            x, y = -x, -y
        for i in range(16):
            towards = 1 if y > 0 else -1
            x, y = x + towards * (y >> i), y - towards * (x >> i)
            angle += towards * self.coeff[L.ATAN + i]
        self.state[L.FLEXION_CDEG + job] = rounded(angle, 8)
