"""Detector of slow repeated head movements, as in exercises: to and fro, alike in range and duration each time."""

TURN_CDEG = 800  # the way back from an extreme that makes it a turning point
SWING_CDEG = 1_500  # between two turning points, at least
HALF_MIN_MS = 500
HALF_MAX_MS = 8_000  # with a hold at the end of the range
TURNS = 5  # turning points in a row: three movements
TURNS_GO_ON = 2
OVER_MS = 12_000  # after the last one
SHAKEN_MG = (
    90  # mean deviation of the specific force; exercises are done sitting or standing quietly
)
_JUMP_CDEG = 150  # largest step of the angle beyond the rate of rotation


class _Axis:
    def __init__(self) -> None:
        self.turns = 0
        self._last = 0
        self._shift = 0  # sum of all jumps, which keeps the angle continuous
        self._extreme = self._turned_at = 0
        self._way = 1
        self._half_ms = 0
        self._swings = [0, 0]  # the last two, 0.01 degrees
        self._halves_ms = [0, 0]

    def step(self, dt_ms: int, angle_cdeg: int, rate_cdps: int) -> bool:
        """Take one angle; return True at a turning point that continues a rhythm."""
        delta = angle_cdeg - self._last
        self._last = angle_cdeg
        if abs(delta) > 2 * rate_cdps * min(dt_ms, 1_000) // 1_000 + _JUMP_CDEG:
            self._shift -= (
                delta  # the filter's own step: of rotation at rest, of all at a calibration
            )
        angle = angle_cdeg + self._shift
        self._half_ms = min(self._half_ms + dt_ms, HALF_MAX_MS + 1)
        if self._half_ms > HALF_MAX_MS:
            self.turns = 0
        if (angle - self._extreme) * self._way >= 0:
            self._extreme = angle
            return False
        if abs(angle - self._extreme) < TURN_CDEG:
            return False
        return self._turn(angle)

    def _turn(self, angle: int) -> bool:
        swing = abs(self._extreme - self._turned_at)
        half_ms = self._half_ms
        self._turned_at, self._extreme = self._extreme, angle
        self._way = -self._way
        self._half_ms = 0
        like = (
            swing >= SWING_CDEG
            and HALF_MIN_MS <= half_ms <= HALF_MAX_MS
            # Out and back may differ: compared with the one before the last.
            and 3 * abs(swing - self._swings[0]) <= swing
            and 3 * abs(half_ms - self._halves_ms[0]) <= max(half_ms, self._halves_ms[0])
        )
        self._swings[0], self._swings[1] = self._swings[1], swing
        self._halves_ms[0], self._halves_ms[1] = self._halves_ms[1], half_ms
        self.turns = min(self.turns + 1, TURNS) if like else 0
        return like


class Rhythm:
    """Rhythm detector over three axes: `going` is current after each `step`."""

    def __init__(self) -> None:
        self.going = False
        self._axes = (_Axis(), _Axis(), _Axis())
        self._since_ms = OVER_MS
        self._shaken = 0  # slow mean of the deviation, mg times 16

    def step(
        self,
        dt_ms: int,
        flexion_cdeg: int,
        lateral_cdeg: int,
        rotation_cdeg: int,
        rate_cdps: int,
        deviation_mg: int,
    ) -> None:
        """Take a burst's angles, RMS rate and deviation of the specific force."""
        self._since_ms = min(self._since_ms + dt_ms, OVER_MS)
        self._shaken += (deviation_mg * 16 - self._shaken) >> 4
        if self._shaken > SHAKEN_MG * 16:
            self._since_ms = OVER_MS
            for axis in self._axes:
                axis.turns = 0
        self._follow(self._axes[0], dt_ms, flexion_cdeg, rate_cdps)
        self._follow(self._axes[1], dt_ms, lateral_cdeg, rate_cdps)
        self._follow(self._axes[2], dt_ms, rotation_cdeg, rate_cdps)
        if self._since_ms >= OVER_MS:
            self.going = False

    def _follow(self, axis: "_Axis", dt_ms: int, angle_cdeg: int, rate_cdps: int) -> None:
        if not axis.step(dt_ms, angle_cdeg, rate_cdps):
            return
        if axis.turns >= (TURNS_GO_ON if self.going else TURNS):
            self.going = True
            self._since_ms = 0
