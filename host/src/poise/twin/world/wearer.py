"""A scripted wearer: orientation over time, and the gyroscope and accelerometer signals that go with it.

Frames: sensor x to the wearer's right, y up, z backwards (right-handed); world the same at zero heading. Orientation
sensor to world is Ry(rotation) Rx(-flexion) Rz(-lateral): flexion is positive forward, lateral flexion to the right,
rotation to the left (counter-clockwise from above).
Angles move on minimum-jerk curves (T. Flash, N. Hogan, J. Neurosci. 5, 1985), with a slow sway on top; angular rate is
their exact derivative, and specific force is gravity plus the acceleration of a sensor on a lever arm.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
G_M_S2 = 9.80665
_H_S = 5e-4  # step of the central difference that turns angular rate into angular acceleration


@dataclass(frozen=True)
class Segment:
    """A stretch of the script: the pose is reached within `move_s` of its start, then held with sway.

    `activity`: sit, walk, lie, table (taken off). Angles in degrees; extension is negative flexion. `tremor_deg`:
    amplitude of a tremor of the head, in flexion and rotation, greatest in the middle of the stretch.
    """

    name: str
    duration_s: float
    flexion_deg: float = 0.0
    lateral_deg: float = 0.0
    rotation_deg: float = 0.0
    move_s: float = 1.5
    activity: str = "sit"
    tremor_deg: float = 0.0
    tremor_hz: float = 6.0


@dataclass(frozen=True)
class Truth:
    """The wearer's true state at a moment; angles in degrees from the wearer's own upright."""

    segment: str
    activity: str
    flexion_deg: float
    lateral_deg: float
    rotation_deg: float


@dataclass(frozen=True)
class Body:
    """Properties of this wearer. `mount_deg`: the clip's tilt, forward and to the side, from the wearer's zero."""

    lever_m: tuple[float, float, float] = (0.0, 0.09, 0.05)
    sway_deg: float = 0.7
    mount_deg: tuple[float, float] = (6.0, -3.0)
    gait_hz: float = 1.8
    gait_m_s2: float = 2.2
    gait_pitch_deg: float = 2.0


@dataclass
class Wearer:
    """A scripted wearer. `sample` gives the signals at any times; the same times always give the same values."""

    script: Sequence[Segment]
    seed: int = 1
    body: Body = field(default_factory=Body)

    def __post_init__(self) -> None:
        self._starts = np.concatenate([[0.0], np.cumsum([s.duration_s for s in self.script])])
        poses = [(s.flexion_deg, s.lateral_deg, s.rotation_deg) for s in self.script]
        self._to = np.array(poses)
        self._from = np.vstack([self._to[:1], self._to[:-1]])
        self._move = np.array([min(s.move_s, s.duration_s) for s in self.script])
        self._walks = np.array([s.activity == "walk" for s in self.script], float)
        self._still = np.array([s.activity == "table" for s in self.script], float)
        self._length = np.array([s.duration_s for s in self.script])
        self._tremor = np.radians([s.tremor_deg for s in self.script])
        self._tremor_hz = np.array([s.tremor_hz for s in self.script])
        rng = np.random.default_rng(self.seed)
        # Three slow sines an axis: breathing and the small shifts of someone who sits.
        self._sway_hz = rng.uniform([0.05, 0.12, 0.22], [0.1, 0.2, 0.33], size=(3, 3))
        self._sway_phase = rng.uniform(0, 2 * np.pi, size=(3, 3))

    @property
    def duration_s(self) -> float:
        """Length of the script in seconds; after it the last pose is held."""
        return float(self._starts[-1])

    def truth(self, t_s: float) -> Truth:
        """Return the true state at `t_s`."""
        segment = self.script[int(self._index(np.array([t_s]))[0])]
        angles, _ = self._angles(np.array([t_s]))
        return Truth(segment.name, segment.activity, *(float(a) for a in np.degrees(angles[0])))

    def sample(self, t_s: Array) -> tuple[Array, Array]:
        """Return (specific force in g, angular rate in degrees a second), each (N, 3) in the sensor frame, without
        noise."""
        rate = self._rate(t_s)
        alpha = (self._rate(t_s + _H_S) - self._rate(t_s - _H_S)) / (2 * _H_S)
        lever = self._mounted(np.broadcast_to(np.array(self.body.lever_m), rate.shape))
        force = np.cross(alpha, lever) + np.cross(rate, np.cross(rate, lever))
        walking = self._walks[self._index(t_s)]
        bounce = walking * self.body.gait_m_s2 * np.sin(2 * np.pi * self.body.gait_hz * t_s)
        force += self._up(t_s) * (G_M_S2 + bounce)[:, None]
        return force / G_M_S2, np.degrees(rate)

    # --- motion

    def _index(self, t_s: Array) -> NDArray[np.intp]:
        found = np.searchsorted(self._starts, t_s, side="right") - 1
        return np.clip(found, 0, len(self.script) - 1)

    def _angles(self, t_s: Array) -> tuple[Array, Array]:
        """Return flexion, lateral flexion and rotation, and their derivatives: (N, 3) in rad and rad/s."""
        index = self._index(t_s)
        span = self._move[index][:, None]
        tau = np.clip((t_s - self._starts[index])[:, None] / span, 0.0, 1.0)
        step = np.radians(self._to[index] - self._from[index])
        angle = np.radians(self._from[index]) + step * tau**3 * (10 - 15 * tau + 6 * tau**2)
        rate = step * 30 * tau**2 * (1 - tau) ** 2 / span
        sway, sway_rate = self._sway(t_s)
        alive = (1.0 - self._still[index])[:, None]
        angle, rate = angle + alive * sway, rate + alive * sway_rate
        gait = 2 * np.pi * self.body.gait_hz
        pitch = self._walks[index] * np.radians(self.body.gait_pitch_deg)
        angle[:, 0] += pitch * np.sin(gait * t_s)
        rate[:, 0] += pitch * gait * np.cos(gait * t_s)
        if self._tremor.any():
            self._tremble(index, t_s, angle, rate)
        return angle, rate

    def _tremble(self, index: NDArray[np.intp], t_s: Array, angle: Array, rate: Array) -> None:
        """Add the tremor, which swells and fades as sin² over its segment, so that segments join."""
        omega = np.pi / self._length[index]
        local = t_s - self._starts[index]
        inside = (local >= 0) & (local <= self._length[index])
        swell = inside * np.sin(omega * local) ** 2
        swell_rate = inside * omega * np.sin(2 * omega * local)
        turn = 2 * np.pi * self._tremor_hz[index]
        size = self._tremor[index]
        for axis, phase in ((0, 0.0), (2, 1.0)):
            wave, wave_rate = np.sin(turn * local + phase), turn * np.cos(turn * local + phase)
            angle[:, axis] += size * swell * wave
            rate[:, axis] += size * (swell * wave_rate + swell_rate * wave)

    def _sway(self, t_s: Array) -> tuple[Array, Array]:
        omega = 2 * np.pi * self._sway_hz
        phase = omega[None] * t_s[:, None, None] + self._sway_phase[None]
        size = np.radians(self.body.sway_deg) / 3
        return size * np.sin(phase).sum(axis=2), size * (omega[None] * np.cos(phase)).sum(axis=2)

    def _rate(self, t_s: Array) -> Array:
        """Return the angular rate of the sensor in its own frame, rad/s."""
        angles, rates = self._angles(t_s)
        flexion, lateral = angles[:, 0], angles[:, 1]
        # Of R = Ry(r) Rx(-f) Rz(-l): body rate = C' B' r' y + C' (-f') x + (-l') z, with B = Rx(-f), C = Rz(-l).
        cf, sf, cl, sl = np.cos(flexion), np.sin(flexion), np.cos(lateral), np.sin(lateral)
        about_y, about_x, about_z = rates[:, 2], -rates[:, 0], -rates[:, 1]
        # B' y = Rx(f) y = (0, cos f, sin f); C' v = Rz(l) v.
        vx, vy, vz = about_x, about_y * cf, about_y * sf + about_z
        return self._mounted(np.column_stack([cl * vx - sl * vy, sl * vx + cl * vy, vz]))

    def _up(self, t_s: Array) -> Array:
        """Return the world's up in the sensor frame."""
        flexion, lateral, _ = self._angles(t_s)[0].T
        cf, sf, cl, sl = np.cos(flexion), np.sin(flexion), np.cos(lateral), np.sin(lateral)
        return self._mounted(np.column_stack([-sl * cf, cl * cf, sf]))

    def _mounted(self, vectors: Array) -> Array:
        """Turn vectors from the wearer's frame into that of a clip that sits a little askew."""
        forward, side = np.radians(self.body.mount_deg)
        cf, sf, cs, ss = np.cos(forward), np.sin(forward), np.cos(side), np.sin(side)
        about_x = np.array([[1, 0, 0], [0, cf, -sf], [0, sf, cf]])
        about_z = np.array([[cs, -ss, 0], [ss, cs, 0], [0, 0, 1]])
        return vectors @ (about_z @ about_x).T
