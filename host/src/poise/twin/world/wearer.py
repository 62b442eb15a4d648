"""A scripted wearer: orientation over time, and the gyroscope and accelerometer signals that go with it.

Frames: sensor x to the wearer's right, y up, z backwards (right-handed); world the same at zero heading. Orientation
sensor to world is Ry(rotation) Rx(-flexion) Rz(-lateral): flexion is positive forward, lateral flexion to the right,
rotation to the left (counter-clockwise from above).
Angles move on minimum-jerk curves (T. Flash, N. Hogan, J. Neurosci. 5, 1985), with a slow sway on top, and with the
adjustments and steps that were fitted to people (`adjustments`, `gait`). Angular rate is their exact derivative, and
specific force is gravity plus the acceleration of a sensor on a lever arm.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from .adjustments import Shake, Wobble, adjusted
from .gait import Gait, Walk
from .script import Segment

Array = NDArray[np.float64]
G_M_S2 = 9.80665
_H_S = 5e-4  # step of the central difference that turns angular rate into angular acceleration


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
    """Properties of this wearer.

    `lever_m`: where the clip sits, from the joint that moves it. `mount_deg`: its tilt, forward and to the side, from
    the wearer's upright. `restless`: how often the wearer glances about and shifts, compared with the median of
    the people recorded, who moved 0.3 to 2.8 times as often.
    """

    lever_m: tuple[float, float, float] = (0.0, 0.09, 0.05)
    sway_deg: float = 0.7
    mount_deg: tuple[float, float] = (6.0, -3.0)
    restless: float = 1.0
    walk: Walk = field(default_factory=Walk)


# Of each activity: how much of the sway, the wobble, the shake and the steps there is.
_LEVELS = {
    "sit": (1.0, 0.4, 0.4, 0.0),  # as in the quietest tenth of the time of people at a desk
    # The wobble's table is of the stretches without a movement, which are the quietest of each person.
    "desk": (1.0, 1.7, 1.5, 0.0),
    "walk": (1.0, 11.0, 2.0, 1.0),
    "lie": (1.0, 0.3, 0.3, 0.0),
    "table": (0.0, 0.0, 0.0, 0.0),
}


@dataclass
class Wearer:
    """A scripted wearer. `sample` gives the signals at any times; the same times always give the same values."""

    script: Sequence[Segment]
    seed: int = 1
    body: Body = field(default_factory=Body)

    def __post_init__(self) -> None:
        rng = np.random.default_rng(self.seed)
        # Three slow sines an axis: breathing and the small shifts of someone who sits.
        self._sway_hz = rng.uniform([0.05, 0.12, 0.22], [0.1, 0.2, 0.33], size=(3, 3))
        self._sway_phase = rng.uniform(0, 2 * np.pi, size=(3, 3))
        self._wobble = Wobble(rng)
        self._shake = Shake(rng)
        self._gait = Gait(self.body.walk, rng)
        self._pieces = [p for s in self.script for p in adjusted(s, self.body.restless, rng)]
        pieces = self._pieces
        self._length = np.array([p.duration_s for p in pieces])
        self._starts = np.concatenate([[0.0], np.cumsum(self._length)])
        self._move = np.array([min(p.move_s, p.duration_s) for p in pieces])
        # Pose and levels change on the same curve, so that nothing jumps where pieces join.
        poses = [(p.flexion_deg, p.lateral_deg, p.rotation_deg) for p in pieces]
        levels = np.array([_LEVELS[p.activity] for p in pieces])
        levels[:, 1:3] *= np.sqrt(self.body.restless)
        self._to = np.hstack([np.radians(poses), levels])
        self._from = np.vstack([self._to[:1], self._to[:-1]])
        self._tremor = np.radians([p.tremor_deg for p in pieces])
        self._tremor_hz = np.array([p.tremor_hz for p in pieces])
        self._mount = _mount(self.body.mount_deg)
        self._lever = self._mounted(np.array(self.body.lever_m))

    @property
    def duration_s(self) -> float:
        """Length of the script in seconds; after it the last pose is held."""
        return float(self._starts[-1])

    def truth(self, t_s: float) -> Truth:
        """Return the true state at `t_s`."""
        piece = self._pieces[int(self._index(np.array([t_s]))[0])]
        angles = np.degrees(self._motion(np.array([t_s])).angles[0])
        return Truth(piece.name, piece.activity, *(float(angle) for angle in angles))

    def sample(self, t_s: Array) -> tuple[Array, Array]:
        """Return (specific force in g, angular rate in degrees a second), each (N, 3) in the sensor frame, without
        noise."""
        t_s = np.asarray(t_s, float)
        at = self._motion(np.concatenate([t_s, t_s - _H_S, t_s + _H_S]))
        rate, before, after = self._mounted(_body_rates(at)).reshape(3, len(t_s), 3)
        alpha = (after - before) / (2 * _H_S)
        force = np.cross(alpha, self._lever) + np.cross(rate, np.cross(rate, self._lever))
        now = Motion(*(part[: len(t_s)] for part in (at.angles, at.rates, at.force_g)))
        return force / G_M_S2 + self._mounted(_to_head(now)), np.degrees(rate)

    def up(self, t_s: Array) -> Array:
        """Return true up, unit vectors (N, 3) in the sensor frame: gravity alone, without the pushes of a movement."""
        at = self._motion(np.asarray(t_s, float))
        still = np.tile([0.0, 1.0, 0.0], (len(at.angles), 1))
        return self._mounted(_to_head(Motion(at.angles, at.rates, still)))

    # --- motion

    def _index(self, t_s: Array) -> NDArray[np.intp]:
        found = np.searchsorted(self._starts, t_s, side="right") - 1
        return np.clip(found, 0, len(self._pieces) - 1)

    def _motion(self, t_s: Array) -> "Motion":
        index = self._index(t_s)
        span = self._move[index][:, None]
        tau = np.clip((t_s - self._starts[index])[:, None] / span, 0.0, 1.0)
        step = self._to[index] - self._from[index]
        value = self._from[index] + step * tau**3 * (10 - 15 * tau + 6 * tau**2)
        change = step * 30 * tau**2 * (1 - tau) ** 2 / span
        angles, rates = value[:, :3], change[:, :3]
        sway, wobble, shake, steps = value[:, 3:].T[:, :, None]
        parts = [
            (sway, change[:, 3, None], self._sway(t_s)),
            (wobble, change[:, 4, None], self._wobble.at(t_s)),
        ]
        force = shake * self._shake.at(t_s)
        force[:, 1] += 1.0
        if steps.any():
            gait_angles, gait_rates, shaken = self._gait.at(t_s)
            parts.append((steps, change[:, 6, None], (gait_angles, gait_rates)))
            force += steps * shaken
        for level, growing, (part, part_rates) in parts:
            angles = angles + level * part
            rates = rates + level * part_rates + growing * part
        if self._tremor.any():
            self._tremble(index, t_s, angles, rates)
        return Motion(angles, rates, force)

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

    def _mounted(self, vectors: Array) -> Array:
        """Turn vectors from the wearer's frame into that of a clip that sits a little askew."""
        return vectors @ self._mount.T


@dataclass(frozen=True)
class Motion:
    """The wearer's motion, arrays (N, 3). `angles` (rad), `rates` (rad/s): flexion, lateral flexion, rotation;
    `force_g`: specific force along the wearer's right, up and back before the head is bent, in g."""

    angles: Array
    rates: Array
    force_g: Array


def _mount(mount_deg: tuple[float, float]) -> Array:
    """Return the rotation (3, 3) from the wearer's frame into the clip's, which leans forward and to the side."""
    forward, side = np.radians(mount_deg)
    cf, sf, cs, ss = np.cos(forward), np.sin(forward), np.cos(side), np.sin(side)
    about_x = np.array([[1, 0, 0], [0, cf, -sf], [0, sf, cf]])
    about_z = np.array([[cs, -ss, 0], [ss, cs, 0], [0, 0, 1]])
    return about_z @ about_x


def _body_rates(at: Motion) -> Array:
    """Return the angular rate of the sensor in its own frame, rad/s."""
    # Of R = Ry(r) Rx(-f) Rz(-l): body rate = C' B' r' y + C' (-f') x + (-l') z, with B = Rx(-f), C = Rz(-l).
    cf, sf = np.cos(at.angles[:, 0]), np.sin(at.angles[:, 0])
    about_y, about_x, about_z = at.rates[:, 2], -at.rates[:, 0], -at.rates[:, 1]
    # B' y = Rx(f) y = (0, cos f, sin f); C' v = Rz(l) v.
    return _about_z(at.angles[:, 1], about_x, about_y * cf, about_y * sf + about_z)


def _to_head(at: Motion) -> Array:
    """Return the force in the head's frame: C' B' of it, as in `_body_rates`."""
    cf, sf = np.cos(at.angles[:, 0]), np.sin(at.angles[:, 0])
    x, y, z = at.force_g.T
    return _about_z(at.angles[:, 1], x, cf * y - sf * z, sf * y + cf * z)


def _about_z(angle: Array, x: Array, y: Array, z: Array) -> Array:
    c, s = np.cos(angle), np.sin(angle)
    return np.column_stack([c * x - s * y, s * x + c * y, z])
