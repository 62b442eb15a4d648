"""The attitude kernels in plain Python: the readable, checked specification. Not on the clip.

Every operation is done on `I32`, which raises `OverflowError` as soon as a result leaves 32 bits.
`Model` and the viper kernels agree in every slot after every burst; formats: `motion.kernels`, `motion.bias`.
"""

from motion import slots as S
from motion.biasmodel import rest_and_bias
from motion.int32 import I32, clamp, cross, dot, isqrt, rounded, saturated, scaled_length

SQRT2_Q13 = 11585
FOUR_G_Q27 = 1 << 29
FOUR_G_Q14 = 1 << 16


class Model:
    """The filter's state as a list of integers, slot by slot as in the kernel."""

    def __init__(self, coeff):
        self.coeff = [I32(c) for c in coeff]
        self.state = [I32(0) for _ in range(S.STATE_SLOTS)]

    def vector(self, slot):
        return self.state[slot : slot + 3]

    def store(self, slot, vector):
        self.state[slot : slot + 3] = vector

    def burst(self, samples):
        """One burst: rows of six int16. Same result as the four kernels in turn; returns flags."""
        for slot in (S.SUM_RATE, S.SUM_ACC):
            self.store(slot, [I32(0)] * 3)
        for slot in (S.SUM_RATE_SQUARE, S.SUM_DEVIATION, S.FLAGS):
            self.state[slot] = I32(0)
        self.state[S.SAMPLES] = I32(len(samples))
        for row in samples:
            row = [I32(int(v)) for v in row]
            self._flag_saturation(row)
            s, m = self._rotation(row[3:])
            for slot in (S.GRAVITY, S.SLOPE):
                self.store(slot, self._turned_back(self.vector(slot), s, m))
            self._filter(row[:3], hit=saturated(row[:3]))
        self._wrap_rotation()
        self._outputs()
        rest_and_bias(self)
        return self.state[S.FLAGS]

    def _flag(self, bit):
        self.state[S.FLAGS] = I32(self.state[S.FLAGS] | bit)

    def _flag_saturation(self, row):
        if saturated(row[:3]):
            self._flag(S.FLAG_ACC_SATURATED)
        if saturated(row[3:]):
            self._flag(S.FLAG_GYRO_SATURATED)
            self.state[S.COUNT] = min(self.state[S.COUNT], self.coeff[S.BRIDGE_SAMPLES])
            self.store(S.SLOPE, [I32(0)] * 3)
        if saturated(row):
            self.state[S.SATURATED] += 1

    def _rotation(self, gyro):
        """(s, m) of this sample: the rotation times sinc, and that over 1 + cos."""
        c, state = self.coeff, self.state
        w = []
        for i in range(3):
            exact = gyro[i] * c[S.GYRO_GAIN] - state[S.BIAS + i]
            state[S.SUM_RATE + i] += exact >> 5
            due = state[S.RESIDUE + i] + exact
            w.append(rounded(due, 16))
            state[S.RESIDUE + i] = due - (w[i] << 16)
        state[S.ROTATION] += dot(w, self.vector(S.UP)) >> 14
        square = dot(w, w)
        state[S.SUM_RATE_SQUARE] += square >> 4
        square = square >> c[S.ANGLE_SHIFT]  # theta**2 in Q16
        sixth = (square * 10923) >> 16
        sinc = 65536 - ((sixth * (65536 - ((square * 3277) >> 16))) >> 16)
        half = 32768 + (((square >> 3) * (65536 + sixth)) >> 16)
        s = [rounded(v * sinc, 16) for v in w]
        return s, [rounded(v * half, 16) for v in s]

    def _turned_back(self, v, s, m):
        """v - s x v + m x (s x v): the vector in the axes of a sensor that has turned by s."""
        first = cross(s, [rounded(x, 14) for x in v], self.coeff[S.CROSS_SHIFT])
        second = cross(m, [x >> 13 for x in first], self.coeff[S.CROSS2_SHIFT])
        return [v[i] - first[i] + second[i] for i in range(3)]

    def _filter(self, acc, hit):
        c, state = self.coeff, self.state
        starting = state[S.COUNT] < c[S.START_SAMPLES]
        if starting and not hit:
            state[S.COUNT] += 1
        for i in range(3):
            force = rounded(acc[i] * c[S.ACC_GAIN], c[S.ACC_SHIFT])
            state[S.SUM_ACC + i] += force
            error = force - rounded(state[S.GRAVITY + i], 13)
            state[S.SUM_DEVIATION] += abs(error)
            if hit:  # at its end of scale: bridged by what is known
                pass
            elif starting:
                step = (clamp(error, FOUR_G_Q14) << 11) // state[S.COUNT]
                state[S.GRAVITY + i] += step << 2
            else:
                error = error - rounded(rounded(state[S.SLOPE + i], 13) * SQRT2_Q13, 13)
                self._advance(S.SLOPE + i, error)
                self._advance(S.GRAVITY + i, rounded(state[S.SLOPE + i], 13))
            self._bound(S.GRAVITY + i)

    def _advance(self, slot, rate):
        self.state[slot] += (rate * self.coeff[S.FILTER_GAIN]) >> self.coeff[S.FILTER_SHIFT]
        if slot >= S.SLOPE:
            self._bound(slot)

    def _bound(self, slot):
        bounded = clamp(self.state[slot], FOUR_G_Q27)
        if bounded != self.state[slot]:
            self._flag(S.FLAG_CLAMPED)
        self.state[slot] = bounded

    def _wrap_rotation(self):
        turn = self.coeff[S.TURN]
        while self.state[S.ROTATION] > turn >> 1:
            self.state[S.ROTATION] -= turn
        while self.state[S.ROTATION] < -(turn >> 1):
            self.state[S.ROTATION] += turn

    def _outputs(self):
        c, state = self.coeff, self.state
        n = state[S.SAMPLES]
        rms = isqrt((state[S.SUM_RATE_SQUARE] // n) << 4)
        state[S.GYRO_RMS_CDPS] = (rms * c[S.RMS_GAIN]) >> c[S.RMS_SHIFT]
        state[S.ACC_DEVIATION_MG] = ((state[S.SUM_DEVIATION] // n) * 1000) >> 14
        _, length, shift = scaled_length([v // n for v in self.vector(S.SUM_ACC)])
        state[S.ACC_NORM_MG] = (length * 1000) >> (14 - shift)
        small, length, _ = scaled_length([rounded(v, 13) for v in self.vector(S.GRAVITY)])
        if length < 1638:
            self._flag(S.FLAG_NO_GRAVITY)
            return
        up = [((v << 14) + (length >> 1)) // length for v in small]
        self.store(S.UP, up)
        axes = [c[S.REFERENCE + 3 * i : S.REFERENCE + 3 * i + 3] for i in range(3)]
        right, forward, above = [rounded(dot(up, axis), 14) for axis in axes]
        self._angle(0, above, -forward)
        self._angle(1, isqrt(forward * forward + above * above), -right)
        self._angle(2, above, isqrt(forward * forward + right * right))
        turned = state[S.ROTATION] >> c[S.CROSS2_SHIFT]
        state[S.ROTATION_CDEG] = -rounded(turned * 22918, 15)

    def _angle(self, job, x, y):
        """atan2(y, x) in cdeg by CORDIC into the job's slot; the inputs are kept as the kernel does."""
        self.state[S.CORDIC + 2 * job : S.CORDIC + 2 * job + 2] = [x, y]
        x, y = x << 12, y << 12
        angle = I32(0)
        if x < 0:
            angle = I32(18000 << 8 if y >= 0 else -(18000 << 8))
            x, y = -x, -y
        for i in range(16):
            towards = 1 if y > 0 else -1
            x, y = x + towards * (y >> i), y - towards * (x >> i)
            angle += towards * self.coeff[S.ATAN + i]
        self.state[S.FLEXION_CDEG + job] = rounded(angle, 8)
