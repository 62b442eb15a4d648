"""An exercise in the clip's angles: the filter's angles become repetitions, holds and their faults.

Pure: time is an argument, and all numbers are integers, as the clip sends them. `movements` says how reliable each
movement's result is.
"""

from . import movements as m
from .centre import SHIFT_CDEG
from .movements import ROTATION
from .quality import Hold, Smoothness
from .repetitions import COUNTED, Repetitions

STARTED = 64  # event of `step`: neutral is taken, the exercise can begin

NEUTRAL_MS = 1_000  # time within NEUTRAL_CDEG that makes the wearer's neutral
NEUTRAL_CDEG = 200
BLOCK_MS = 250  # a trembling head's mean over this time is still
NEAR_CDEG = 300  # greatest difference in tilt between a neutral after a gap and the first one
COUPLED_PCT = 20  # of a healthy lateral flexion: the rotation that comes with it
_JUMP_CDEG = 20  # at rest, a larger step to zero is the filter's own
_REST_CDPS = 400
_TURN_CDEG = 36_000


class Turn:
    """Rotation since the start.

    The filter sets its rotation to 0 at every rest, also in a hold; this class sums across.
    """

    def __init__(self) -> None:
        self.cdeg = 0
        self._last = 0

    def step(self, rotation_cdeg: int, rate_cdps: int) -> int:
        """Take one burst's rotation; return the rotation since the start, 0.01 degrees."""
        moved = rotation_cdeg - self._last
        self._last = rotation_cdeg
        if moved > _TURN_CDEG >> 1:
            moved -= _TURN_CDEG
        elif moved < -(_TURN_CDEG >> 1):
            moved += _TURN_CDEG
        rests = rate_cdps < _REST_CDPS and abs(rotation_cdeg) <= _JUMP_CDEG
        if rests and abs(moved) > _JUMP_CDEG:
            moved = rotation_cdeg
        # More than five turns are no exercise.
        self.cdeg = min(180_000, max(-180_000, self.cdeg + moved))
        return self.cdeg


class Neutral:
    """Angles of a segment from the wearer's own start: `axis[0..2]` flexion, lateral, rotation.

    `before`: an interrupted one. The new one keeps its zero of the tilt, which gravity gives; only rotation gets a
    new zero. `moved`: how far the wearer's neutral had moved from it by then.
    """

    def __init__(
        self, before: "Neutral | None" = None, moved: tuple[int, int, int] = (0, 0, 0)
    ) -> None:
        self.axis = [0, 0, 0]
        self.taken = False
        self._turn = Turn()
        self._zero = [0, 0, 0]
        self._moved = moved
        self._blocks: list[tuple[int, int, int]] = []  # mean angles of the time so far
        self._sum = [0, 0, 0]
        self._samples = self._ms = 0
        self._kept: list[int] | None = None
        if before:
            self._kept = before._zero if before.taken else before._kept
            self._moved = moved if before.taken else before._moved

    def step(
        self, dt_ms: int, flexion_cdeg: int, lateral_cdeg: int, rotation_cdeg: int, rate_cdps: int
    ) -> None:
        """Take one burst's angles. `taken` turns True once the neutral is known."""
        rotation_cdeg = self._turn.step(rotation_cdeg, rate_cdps)
        axis, zero = self.axis, self._zero
        axis[0] = flexion_cdeg - zero[0]
        axis[1] = lateral_cdeg - zero[1]
        axis[2] = rotation_cdeg - zero[2]
        if not self.taken:
            self._settle(dt_ms)

    def _settle(self, dt_ms: int) -> None:
        """Average over BLOCK_MS, because a head sways and trembles, and compare the means."""
        self._ms += dt_ms
        self._samples += 1
        for i in range(3):
            self._sum[i] += self.axis[i]
        if self._ms < BLOCK_MS:
            return
        mean = tuple(one // self._samples for one in self._sum)
        self._blocks.append((mean[0], mean[1], mean[2]))
        self._sum = [0, 0, 0]
        self._samples = self._ms = 0
        if not self._near_kept(mean):
            self._blocks = []
        elif _differ(mean, self._blocks[0]) > NEUTRAL_CDEG:
            self._blocks = self._blocks[-1:]
        if len(self._blocks) >= NEUTRAL_MS // BLOCK_MS:
            self._take()

    def _near_kept(self, mean: tuple[int, ...]) -> bool:
        kept, moved = self._kept, self._moved
        if kept is None:
            return True
        return all(abs(mean[i] - kept[i] - moved[i]) <= NEAR_CDEG for i in range(ROTATION))

    def _take(self) -> None:
        kept, blocks = self._kept, self._blocks
        for i in range(3):
            mean = sum(block[i] for block in blocks) // len(blocks)
            self._zero[i] = kept[i] if kept and i != ROTATION else mean
            self.axis[i] -= self._zero[i]
        self.taken = True


def _differ(one: tuple[int, ...], other: tuple[int, ...]) -> int:
    return max(abs(a - b) for a, b in zip(one, other, strict=True))


class Exercise:
    """One movement at one site: its `repetitions` or its `hold`.

    `target_cdeg`: the prescribed angle of repetitions; the end posture of a stretch, +-10 degrees. `hold_ms`: length of
    a hold, a nod level or stillness; with repetitions, of a hold at the end of each. Only for a nod: `full_nod_cdeg`,
    the person's own full nod, and its `level`, 0 to 4.

    `source` and `limits` (a few words) belong to every result. `smoothness` accompanies repetitions. Before neutral
    (`started`) nothing counts.

    Raises KeyError for no such movement or site. Raises ValueError for an angle or time out of range, and for a
    movement that no clip can sense: that one is timed and self-reported.
    """

    def __init__(
        self,
        movement: str,
        site: str,
        target_cdeg: int = 0,
        hold_ms: int = 0,
        full_nod_cdeg: int = 0,
        level: int = 0,
    ) -> None:
        kind, self._axis, self._sign = m.MOVEMENTS[movement][:3]
        self.movement = movement
        self.site = site
        self.source = m.source(movement, site)
        self.limits = m.limits(movement, site)
        if self.source == m.SELF_REPORTED:
            raise ValueError(f"{movement} at {site} is self-reported")
        self.repetitions: Repetitions | None = None
        self.hold: Hold | None = None
        self.smoothness: Smoothness | None = None
        if kind == m.REPETITIONS:
            drifts = self._axis == ROTATION
            self.repetitions = Repetitions(target_cdeg, hold_ms, drifts=drifts)
            self.smoothness = Smoothness()
        else:
            low, high = _band(movement, kind, target_cdeg, full_nod_cdeg, level)
            self.hold = Hold(low, high, hold_ms)
        self.started = False
        self._head = Neutral()
        self._trunk = Neutral() if site == "head+trunk" else None
        self._axes = [0, 0, 0]
        self._trunk_cdeg = 0
        self._lowest = (0, 0, 0)  # the angles when the head was nearest neutral
        self._beside = (0, 0, 0)  # of them, those that the repetition under way is judged from

    def step(
        self, dt_ms: int, flexion_cdeg: int, lateral_cdeg: int, rotation_cdeg: int, rate_cdps: int
    ) -> int:
        """Take one burst of the clip; return event bits (STARTED, those of `repetitions` and `quality`), 0 for none."""
        self._head.step(dt_ms, flexion_cdeg, lateral_cdeg, rotation_cdeg, rate_cdps)
        for i in range(3):
            self._axes[i] = self._head.axis[i]
        if self._trunk:
            self._less_trunk(self._trunk.axis)
        if not self.started:
            self.started = self._head.taken and (not self._trunk or self._trunk.taken)
            return STARTED if self.started else 0
        if self.hold:
            return self.hold.step(dt_ms, self._held(), rate_cdps)
        if self.repetitions and self.smoothness:
            return self._repeat(self.repetitions, self.smoothness, dt_ms, rate_cdps)
        return 0

    def step_trunk(
        self, dt_ms: int, flexion_cdeg: int, lateral_cdeg: int, rotation_cdeg: int, rate_cdps: int
    ) -> None:
        """Take the trunk clip's angles at the same moment, before `step`. Raises ValueError without one."""
        if self._trunk is None:
            raise ValueError(f"no trunk clip at {self.site}")
        self._trunk.step(dt_ms, flexion_cdeg, lateral_cdeg, rotation_cdeg, rate_cdps)

    def resume(self, elsewhere: bool = False) -> None:
        """Start again after missed angles: drop the repetition or hold under way, and wait for a new neutral.

        `elsewhere`: the wearer may sit in another way, so the tilt gets a new zero, too.
        """
        self.started = False
        moved = (0, 0, 0) if self._trunk else self._moved()
        self._head = Neutral() if elsewhere else Neutral(self._head, moved)
        if self._trunk:
            self._trunk = Neutral() if elsewhere else Neutral(self._trunk)
        if elsewhere:
            self._beside = (0, 0, 0)
        self._beside = (*self._beside[:ROTATION], 0)
        if self.repetitions:
            self.repetitions.drop(restart=elsewhere or self._axis == m.ROTATION)
        if self.hold:
            self.hold.drop()

    @property
    def angle_cdeg(self) -> int:
        """Angle to show to the wearer, in the movement's direction, 0.01 degrees. Isometrics: greatest deviation."""
        angle = self.from_start_cdeg
        return self.repetitions.told_cdeg(angle) if self.repetitions else angle

    @property
    def from_start_cdeg(self) -> int:
        """Angle from the start in the movement's direction, 0.01 degrees. A repositioning error stays visible in it.

        `repetitions.centre.returned_cdeg` is the same of where the head came back to.
        """
        return self._held()

    def _less_trunk(self, trunk: list[int]) -> None:
        """Subtract the trunk's angles from the head's, and note how far the trunk is from its own neutral."""
        for i in range(3):
            self._axes[i] -= trunk[i]
        if self._axis == m.ROTATION:
            self._trunk_cdeg = max(abs(trunk[0]), abs(trunk[1]), abs(trunk[2]))
        else:
            self._trunk_cdeg = max(abs(trunk[0]), abs(trunk[1]))

    def _held(self) -> int:
        axes = self._axes
        if self._axis == m.NO_AXIS:
            return max(abs(axes[0]), abs(axes[1]), abs(axes[2]))
        if self.movement == "posture_reset" and self._trunk:
            return -self._trunk.axis[0]
        return self._sign * axes[self._axis]

    def _repeat(self, counting: Repetitions, smooth: Smoothness, dt_ms: int, rate_cdps: int) -> int:
        along = self._held()
        was_away = counting.away
        across = self._across(along - counting.centre.cdeg)
        events = counting.step(dt_ms, along, across, rate_cdps, self._trunk_cdeg)
        if counting.away:
            if not was_away:
                smooth.begin()
            smooth.step(dt_ms, rate_cdps)
        if events & COUNTED:
            smooth.end(counting.way_cdeg, counting.exit_cdeg)
        if counting.at_low:
            # Tilts as far as neutral may move. Rotation drifts without a bound.
            bent, leant = (min(SHIFT_CDEG, max(-SHIFT_CDEG, one)) for one in self._axes[:ROTATION])
            self._lowest = (bent, leant, self._axes[ROTATION])
        if not counting.away:
            self._beside = self._lowest
        return events

    def _across(self, along: int) -> int:
        """Return the greater of the angles beside the movement, without sign. `along`: from neutral."""
        across = 0
        for i in range(3):
            way = abs(self._axes[i] - self._beside[i])
            if i == m.ROTATION and self._axis == m.LATERAL:
                way -= abs(along) * COUPLED_PCT // 100
            if i != self._axis:
                across = max(across, way)
        return across

    def _moved(self) -> tuple[int, int, int]:
        """How far each angle's neutral has moved from the start."""
        moved = list(self._beside)
        if self.repetitions:
            moved[self._axis] = self._sign * self.repetitions.centre.cdeg
        return moved[0], moved[1], moved[2]


def _band(
    movement: str, kind: str, target_cdeg: int, full_nod_cdeg: int, level: int
) -> tuple[int, int]:
    if kind == m.LEVEL:
        if full_nod_cdeg <= 0:
            raise ValueError("full_nod_cdeg: the person's own full nod is not known")
        return m.nod_band(full_nod_cdeg, level)
    if kind == m.STILL:
        return 0, m.STILL_CDEG
    if movement == "posture_reset":
        return m.RESET_CDEG
    if movement == "chin_tuck":
        return m.CHIN_TUCK_CDEG
    if target_cdeg < 2 * m.STRETCH_CDEG:
        raise ValueError("target_cdeg: an end posture is at least 20 degrees")
    return target_cdeg - m.STRETCH_CDEG, target_cdeg + m.STRETCH_CDEG
