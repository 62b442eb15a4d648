"""Angle classes of a minute's seconds: their names, their edges, and the classes from 20° on."""

from collections.abc import Mapping

import numpy as np

CLASSES = ("extension", "under_10", "under_20", "under_30", "under_45", "over_45")
EDGES_DEG = np.array([0.0, 10.0, 20.0, 30.0, 45.0])  # between the classes
_FLEXED = ("under_30", "under_45", "over_45")


def flexed(by_class: Mapping[str, float]) -> float:
    """Return the part of these shares, or minutes, at 20° and more."""
    return sum(by_class[name] for name in _FLEXED)
