"""An exercise session, and a head that does it."""

from poise.coach.plan.prescription import Prescription
from poise.coach.session.session import Pace, Session
from tests.support.exercise_wearer import Gym

PACE = Pace(ready=1_000, rest=3_000, side=2_000)


def look_down(**more) -> Prescription:
    given = {"movements": ("flexion",), "site": "head", "reps": 3, "target_deg": 40}
    return Prescription("flexion", "Look down", **{**given, **more})


def gym(prescription: Prescription, angles: bool = True, **way) -> Gym:
    return Gym(Session(prescription, angles=angles, pace=PACE), **way)
