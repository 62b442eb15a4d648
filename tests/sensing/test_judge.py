"""The judge never counts more than the kernel on the whole stream, whatever is lost, and never crashes."""

import math
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from poise.coach.plan.prescription import Prescription
from poise.coach.session.session import Pace, Session
from poise.sensing.exercise import Exercise
from poise.sensing.judge import Judge
from poise.sensing.repetitions import COUNTED
from tests.support.exercise_wearer import Head

AXIS = {"flexion": "flexion", "lateral_left": "lateral", "rotation_right": "rotation"}
SIGN = {"flexion": 1, "lateral_left": -1, "rotation_right": 1}
FULL_HZ = 208

# Angle, seconds to get there, seconds to stay: no head is faster.
moves = st.lists(
    st.tuples(st.integers(-10, 60), st.floats(0.25, 4.0), st.floats(0.0, 2.5)),
    min_size=1,
    max_size=8,
)
holes = st.lists(
    st.tuples(st.floats(1.7, 30.0), st.floats(0.02, 3.0)), max_size=6
)  # after the start


def whole_stream(movement: str, script: list[tuple[int, float, float]]) -> list[dict[str, Any]]:
    """Frames 50 times a second of a head that does this, after a start."""
    head, frames = Head(), []
    steps = [
        (0, 0.1, 2.0),
        *((angle * SIGN[movement], *rest) for angle, *rest in script),
        (0, 1.0, 1.5),
    ]
    for angle, seconds, stays in steps:
        head.go(seconds, **{AXIS[movement]: float(angle)})
        for _ in range(round((seconds + stays) * 50)):
            head.t_ms += 20
            frames.append(head.frame())
    return frames


def kernel_counts(arguments: dict[str, Any], frames: list[dict[str, Any]]) -> list[int]:
    """Least and greatest count of the kernel on every frame.

    The rate says when a head rests, and so where neutral is to a hundredth of a degree: a movement that just reaches
    the entry may count at one rate and not at another.
    """
    counts = [kernel_count(arguments, frames, rate_pct) for rate_pct in (70, 100, 140)]
    return [min(counts), max(counts)]


def kernel_count(arguments: dict[str, Any], frames: list[dict[str, Any]], rate_pct: int) -> int:
    """Count of the kernel on every frame, at this part of the true rate."""
    exercise = Exercise(**arguments)
    before = frames[0]
    for frame in frames[1:]:
        names = ("flexion_cdeg", "lateral_cdeg", "rotation_cdeg")
        rate = math.hypot(*(frame[name] - before[name] for name in names)) * 50
        flexion, lateral, rotation = (frame[name] for name in names)
        exercise.step(20, flexion, lateral, rotation, round(rate * rate_pct / 100))
        before = frame
    assert exercise.repetitions
    return exercise.repetitions.count


def decided(script: list[tuple]) -> list[tuple]:
    """Turns that rest nowhere between the exit and the entry: whether that is drift hangs on how long exactly."""
    return [(0 if 3 <= abs(one[0]) < 15 else one[0], *one[1:]) for one in script]


@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(list(AXIS)), moves, holes, st.integers(0, 5))
def test_never_more_than_the_kernel(movement, script, lost, every):
    if movement.startswith("rotation"):
        lost = []  # after a gap nothing but the wearer's word says where ahead is
        script = decided(script)
    frames = whole_stream(movement, script)
    arguments = {"movement": movement, "site": "head", "target_cdeg": 4_000}
    start = frames[0]["t_ms"]
    cut = [(start + 1_000 * at, start + 1_000 * (at + lasts)) for at, lasts in lost]
    left = [
        frame
        for place, frame in enumerate(frames)
        if not any(a < frame["t_ms"] < b for a, b in cut) and not (every and place % 6 == every)
    ]
    judge = Judge(arguments)
    events = [judge.step(frame).events for frame in left]
    assert judge.count == sum(1 for one in events if one & COUNTED)
    assert judge.count <= kernel_counts(arguments, frames)[1]


@settings(max_examples=60)
@given(st.sampled_from(list(AXIS)), moves)
def test_the_same_as_the_kernel_when_nothing_is_lost(movement, script):
    if movement.startswith("rotation"):
        script = decided(script)
    frames = whole_stream(movement, script)
    arguments = {"movement": movement, "site": "head", "target_cdeg": 4_000}
    judge = Judge(arguments)
    for frame in frames:
        judge.step(frame)
    least, most = kernel_counts(arguments, frames)
    assert judge.count <= most
    # One that is barely too fast or too long may be left out.
    assert least <= judge.count + judge.left_out


any_frame = st.fixed_dictionaries(
    {
        "t_ms": st.integers(0, 2**40),
        "flexion_cdeg": st.integers(-18_000, 18_000),
        "lateral_cdeg": st.integers(-18_000, 18_000),
        "rotation_cdeg": st.integers(-18_000, 18_000),
        "inclination_cdeg": st.integers(0, 18_000),
        "state": st.sampled_from(
            ["off", "uncalibrated", "not_worn", "moving", "neutral", "flexed"]
        ),
        "overruns": st.integers(0, 65_535),
    }
)
movements = st.sampled_from(
    ["flexion", "rotation_left", "stretch_levator", "isometric", "chin_tuck", ""]
)


@settings(max_examples=100)
@given(movements, st.lists(st.tuples(st.integers(0, 4_000), st.none() | any_frame), max_size=80))
def test_any_frames_at_any_times_do_no_harm(movement, steps):
    asked = Prescription("x", "X", (movement,) if movement else (), "head", 2, 1, 2)
    session = Session(asked, pace=Pace(ready=100))
    session.answer_pain(1)
    t_ms = 0
    for wait_ms, frame in steps:
        t_ms += wait_ms
        session.step(t_ms, frame)
        view = session.view()
        assert 0 <= view.reps_done <= 2 and view.left_ms >= 0
    if movement == "flexion":
        assert session.reps_done <= len(steps) // 3


@pytest.mark.parametrize("dt_ms", [20, 33, 40, 77])
def test_at_any_rate_that_a_link_manages(dt_ms):
    frames = whole_stream("flexion", [(45, 2.0, 0.5), (0, 2.0, 1.0)] * 5)
    every = round(dt_ms / 20)
    arguments = {"movement": "flexion", "site": "head", "target_cdeg": 4_000}
    judge = Judge(arguments)
    for frame in frames[::every]:
        judge.step(frame)
    assert judge.count == 5
