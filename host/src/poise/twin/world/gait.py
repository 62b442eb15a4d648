"""Gait of the wearer: how steps turn and shake a clip at the head.

A stride is a sum of harmonics. Their sizes and phases are fitted to the walking of eight people with a sensor at the
temple of their glasses (ClassyGlass, MU-Smart, CC BY 4.0; `python -m bench.wearer_fit DIR` makes the tables). No
walking with a clip at the collar was at hand: there the vertical part is about as large, and the turning is less
(H. B. Menz, S. R. Lord, R. C. Fitzpatrick, Gait & Posture 18, 2003).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .sines import Sines

Array = NDArray[np.float64]
Phasors = NDArray[np.complex128]
HARMONICS = 6
_ORDER = np.arange(1, HARMONICS + 1)

# Of each harmonic of the stride: (size, phase in rad at the moment at which the step's own wave lifts the clip most).
# Acceleration in mg to the right, up and back, without gravity and without the turning about the neck.
_FORCE_MG = np.array(
    [
        [(63.7, 1.77), (7.1, 0.93), (24.2, 0.87)],
        [(23.3, 1.82), (150.4, 0.00), (56.1, -1.76)],
        [(46.8, 1.61), (15.6, -3.09), (11.9, -2.28)],
        [(6.6, 0.75), (42.8, 0.39), (14.4, -2.09)],
        [(15.0, 0.62), (8.9, 0.63), (7.0, 2.59)],
        [(3.8, 0.59), (40.6, 0.50), (11.2, -1.84)],
    ]
)
# Flexion, lateral flexion and rotation in degrees.
_ANGLES_DEG = np.array(
    [
        [(0.47, -1.44), (2.28, -0.63), (2.66, -3.07)],
        [(0.68, 1.83), (0.27, 1.53), (0.28, 1.77)],
        [(0.11, -0.38), (0.46, 3.14), (0.18, -0.80)],
        [(0.12, 1.87), (0.04, -0.25), (0.05, 0.86)],
        [(0.04, -1.05), (0.08, 0.95), (0.05, 3.01)],
        [(0.06, 2.36), (0.03, 0.35), (0.02, -0.18)],
    ]
)


@dataclass(frozen=True)
class Walk:
    """How this wearer walks; the numbers are the medians of the eight people, whose range stands behind them.

    `step_sd_hz`, `size_cv`: how the cadence and the size of the steps vary within a minute. `rough_mg`: what of the
    force does not repeat, as on uneven ground.
    """

    step_hz: float = 1.61  # 1.23 to 1.79
    size: float = 1.0  # 0.43 to 2.1
    step_sd_hz: float = 0.06  # 0.03 to 0.13
    size_cv: float = 0.19  # 0.09 to 0.40
    rough_mg: float = 60.0


class Gait:
    """Steps from time 0 on. The same times always give the same values."""

    def __init__(self, walk: Walk, rng: np.random.Generator) -> None:
        self._walk = walk
        self._force_g = _amplitudes(_FORCE_MG) * walk.size / 1000
        self._angles_rad = _amplitudes(_ANGLES_DEG) * walk.size * np.pi / 180
        # Nobody keeps time: the cadence and the size change over some steps.
        self._slow = Sines(rng.uniform([0.03, 0.1, 0.25], [0.08, 0.2, 0.45]), rng)
        self._sizes = Sines(rng.uniform([0.05, 0.15, 0.3], [0.12, 0.25, 0.5]), rng)
        self._rough = [Sines(rng.uniform(1.0, 9.0, 12), rng) for _ in range(3)]

    def at(self, t_s: Array) -> tuple[Array, Array, Array]:
        """Return angles (rad), their rates (rad/s) and the acceleration (g), each (N, 3), as the tables have them."""
        walk = self._walk
        wander, wandering = self._slow.integral(t_s), self._slow.value(t_s)
        stride = np.pi * (walk.step_hz * t_s + walk.step_sd_hz * wander)
        turning = np.pi * (walk.step_hz + walk.step_sd_hz * wandering)
        size = 1 + walk.size_cv * self._sizes.value(t_s)
        growing = walk.size_cv * self._sizes.derivative(t_s)
        wave = np.exp(1j * stride[:, None] * _ORDER)
        angles = np.real(wave @ self._angles_rad)
        rates = np.real((1j * _ORDER * wave) @ self._angles_rad) * turning[:, None]
        force = np.real(wave @ self._force_g) * size[:, None]
        rough = np.stack([noise.value(t_s) for noise in self._rough], axis=1)
        force += rough * walk.rough_mg * walk.size / 1000
        return angles * size[:, None], rates * size[:, None] + angles * growing[:, None], force


def _amplitudes(table: Array) -> Phasors:
    return np.asarray(table[..., 0] * np.exp(1j * table[..., 1]), complex)
