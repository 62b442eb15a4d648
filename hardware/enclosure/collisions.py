"""Do the shapes keep clear of each other in the closed case? Asked of the solids themselves, not of their boxes."""

from collections.abc import Iterable
from itertools import combinations

from .model import Case, Printed, bought

BACKS = {"collar back", "headband back"}
_TOUCH_MM3 = 0.5  # of volume in common: faces that rest on each other
# Glued or soldered where they touch.
_FIXED = {frozenset({"A1", "SW1"})}


def faults(case: Case, parts: Iterable[Printed]) -> list[str]:
    """Pairs of solids that are in each other's place."""
    solids = {part.name: part.shape for part in parts} | bought(case)
    found = []
    for one, other in combinations(solids, 2):
        if {one, other} == BACKS or {one, other} in _FIXED:
            continue
        common = (solids[one] & solids[other]).volume
        if common > _TOUCH_MM3:
            found.append(f"{one} and {other} are in each other's place: {common:.1f} mm³")
    return found
