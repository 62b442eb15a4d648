"""A wearer's script: stretches of time, each with a pose and an activity."""

from dataclasses import dataclass

ACTIVITIES = ("sit", "desk", "walk", "lie", "table")


@dataclass(frozen=True)
class Segment:
    """A stretch of the script: the pose is reached within `move_s` of its start, then held.

    `activity`: sit (as still as a person is), desk (glances and shifts about the pose), walk, lie, table (taken off).
    Angles in degrees; extension is negative flexion. `tremor_deg`: amplitude of a tremor of the head, in flexion and
    rotation, greatest in the middle of the stretch.
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
