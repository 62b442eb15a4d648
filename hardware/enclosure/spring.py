"""The collar tongue as a spring: how firmly it holds, at which pull it lets go, and how far it may be bent.

A flat cantilever from its root to the bead: force = 3 E I d / L³, strain at the root = 3 t d / (2 L²). The values of
printed PETG are low, typical and high: printers and brands differ.
"""

from dataclasses import dataclass

from . import layout
from .sizes import Sizes

GRAVITY_M_S2 = 9.81
MODULUS_MPA = (1500.0, 1900.0, 2200.0)  # of printed PETG, along the layers
FRICTION = (0.3, 0.5, 0.8)  # plastic on cloth, each side
COLLAR_MM = (0.8, 1.2, 2.5)  # a shirt's collar, a polo's, a knitted one
# Bent often and long, PETG keeps its shape up to about this strain, well below the 4 % at which it yields.
STRAIN_LIMIT = 0.015
# The tongue holds this many times the clip's weight in the worst case, and lets go at a light pull in every case.
HOLD_LEAST_G = 1.5
PULL_MOST_N = 10.0


@dataclass(frozen=True)
class Grip:
    """The tongue on one collar."""

    press_n: float
    pull_n: float
    strain: float


def free_length_mm(sizes: Sizes) -> float:
    """From the root's end to the bead."""
    return sizes.bead_x_mm - layout.bar_x_mm(sizes)[0] - sizes.tongue_root_mm


def grip(sizes: Sizes, collar_mm: float, modulus_mpa: float, friction: float) -> Grip:
    """What the tongue does on a collar of this thickness. At rest the bead touches, so the collar is the deflection."""
    length = free_length_mm(sizes)
    width = sizes.inner_width_mm - 2 * sizes.gap_mm
    inertia = width * sizes.tongue_mm**3 / 12
    press = 3 * modulus_mpa * inertia * collar_mm / length**3
    strain = 1.5 * sizes.tongue_mm * collar_mm / length**2
    return Grip(press, 2 * friction * press, strain)


def grips(sizes: Sizes) -> tuple[Grip, Grip, Grip]:
    """The weakest, the typical and the firmest grip."""
    low, usual, high = (
        grip(sizes, *each) for each in zip(COLLAR_MM, MODULUS_MPA, FRICTION, strict=True)
    )
    return low, usual, high
