"""A wearer of two segments: a trunk that leans, a neck that bends on it, a clip on the head and one at the collar.

The collar rides on T1 to T4, which follow the neck's flexion by a few degrees (`COLLAR_SHARE`): its clip sees the
trunk and that ripple, the truth of the trunk leaves the ripple out.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from .script import Segment
from .wearer import Array, Truth, Wearer

COLLAR_SHARE = 3.5 / 55.0  # of the neck's flexion: 3 to 4 degrees of a full one


@dataclass(frozen=True)
class Posture:
    """A stretch of the story; degrees, forward and to the right positive, `turn_deg` to the left (as `Segment`)."""

    name: str
    duration_s: float
    trunk_deg: float = 0.0
    neck_deg: float = 0.0
    trunk_lateral_deg: float = 0.0
    neck_lateral_deg: float = 0.0
    turn_deg: float = 0.0
    move_s: float = 1.5


@dataclass(frozen=True)
class NeckTruth:
    """The neck's true angles at a moment, degrees: the head relative to the trunk."""

    posture: str
    flexion_deg: float
    lateral_deg: float
    head_flexion_deg: float
    trunk_flexion_deg: float


# Both clips take their upright in the first posture.
STORY = (
    Posture("sits upright", 40.0),
    Posture("looks at the phone", 6.0, neck_deg=38),
    Posture("sits up", 4.0),
    Posture("leans forward", 6.0, trunk_deg=20, move_s=1.2),
    Posture("leans and looks down", 6.0, trunk_deg=20, neck_deg=24),
    Posture("slumps, head up", 6.0, trunk_deg=26, neck_deg=-8, move_s=2.0),
    Posture("sits up again", 4.0, move_s=1.0),
    Posture("nods", 0.8, neck_deg=20, move_s=0.7),
    Posture("nods", 1.2, move_s=0.7),
    Posture("leans to the side", 5.0, trunk_deg=5, neck_deg=12, neck_lateral_deg=14),
    Posture("looks aside", 5.0, trunk_deg=4, neck_deg=8, turn_deg=-25),
    Posture("writes", 8.0, trunk_deg=14, neck_deg=30, trunk_lateral_deg=3, turn_deg=5),
    Posture("sits upright", 6.0),
)


class TwoSegmentWearer:
    """A wearer of two segments, who lives `story`. The same `seed` gives the same sway.

    `head` and `collar` give the clips' signals; `truth` the neck's angles. Times are in world seconds.
    """

    def __init__(self, story: Sequence[Posture] = STORY, seed: int = 1) -> None:
        self.story = tuple(story)
        heads = [_segment(p, p.trunk_deg + p.neck_deg) for p in self.story]
        trunks = [_trunk(p, 0.0) for p in self.story]
        collars = [_trunk(p, COLLAR_SHARE * p.neck_deg) for p in self.story]
        # Trunk and collar sway as one; the head sways on its own.
        self.head = Wearer(heads, seed)
        self.collar = Wearer(collars, seed + 1)
        self._trunk = Wearer(trunks, seed + 1)

    @property
    def duration_s(self) -> float:
        """Length of the story in seconds; after it the last posture is held."""
        return self.head.duration_s

    def truth(self, t_s: float) -> NeckTruth:
        """Return the neck's true angles at `t_s`: the trunk's upright as the head sees it, heading included."""
        head, trunk = self.head.truth(t_s), self._trunk.truth(t_s)
        right, up, back = _orientation(head).T @ _orientation(trunk) @ np.array([0.0, 1.0, 0.0])
        flexion = np.degrees(np.arctan2(back, up))
        lateral = np.degrees(np.arctan2(-right, np.hypot(back, up)))
        angles = (float(flexion), float(lateral), head.flexion_deg, trunk.flexion_deg)
        return NeckTruth(head.segment, *angles)


class OwnTime(Wearer):
    """A wearer as seen by a clip with its own clock: the clip's second `t` is `start_s + t / rate` of the world."""

    def __init__(self, of: Wearer, start_s: float, rate: float) -> None:
        super().__init__(of.script, of.seed, of.body)
        self._start_s, self._rate_of_clock = start_s, rate

    def world_s(self, t_s: Array) -> Array:
        """Return the world's times at the clip's times `t_s`."""
        return self._start_s + np.asarray(t_s) / self._rate_of_clock

    def truth(self, t_s: float) -> Truth:
        """Return the truth of the clip's own segment at the clip's time `t_s`."""
        return super().truth(float(self.world_s(np.array(t_s))))

    def sample(self, t_s: Array) -> tuple[Array, Array]:
        """Return the signals at the clip's times. An error of parts per million does not show in a rate."""
        return super().sample(self.world_s(t_s))


def _segment(posture: Posture, flexion_deg: float) -> Segment:
    lateral = posture.trunk_lateral_deg + posture.neck_lateral_deg
    angles = (flexion_deg, lateral, posture.turn_deg)
    return Segment(posture.name, posture.duration_s, *angles, move_s=posture.move_s)


def _trunk(posture: Posture, ripple_deg: float) -> Segment:
    still = replace(posture, neck_lateral_deg=0.0, turn_deg=0.0)
    return _segment(still, posture.trunk_deg + ripple_deg)


def _orientation(truth: Truth) -> Array:
    """Return the rotation from segment to world, Ry(rotation) Rx(-flexion) Rz(-lateral), as `wearer` defines it."""
    f, s, r = np.radians([-truth.flexion_deg, -truth.lateral_deg, truth.rotation_deg])
    about_x = np.array([[1, 0, 0], [0, np.cos(f), -np.sin(f)], [0, np.sin(f), np.cos(f)]])
    about_y = np.array([[np.cos(r), 0, np.sin(r)], [0, 1, 0], [-np.sin(r), 0, np.cos(r)]])
    about_z = np.array([[np.cos(s), -np.sin(s), 0], [np.sin(s), np.cos(s), 0], [0, 0, 1]])
    return about_y @ about_x @ about_z
