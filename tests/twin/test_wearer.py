"""The twin's wearer: exact signals, and motion that is as large as that of recorded people."""

import numpy as np
import pytest

from poise.replay.people import RECORDED_HZ, Take, run_takes
from poise.twin.world.adjustments import adjusted
from poise.twin.world.script import ACTIVITIES, Segment
from poise.twin.world.wearer import Body, Wearer

STRAIGHT = Body(mount_deg=(0.0, 0.0))
# Each ends elsewhere and in another activity than it began.
SCRIPT = (
    Segment("reads", 30, flexion_deg=20, activity="desk"),
    Segment("walks", 20, flexion_deg=3, activity="walk"),
    Segment("sits", 10, lateral_deg=5),
    Segment("lies", 10, flexion_deg=-70, activity="lie", move_s=3),
    Segment("takes it off", 10, flexion_deg=80, activity="table"),
)


def axes(flexion: float, lateral: float, rotation: float) -> np.ndarray:
    """The sensor's orientation: Ry(rotation) Rx(-flexion) Rz(-lateral)."""
    f, s, r = np.radians([-flexion, -lateral, rotation])
    about_x = np.array([[1, 0, 0], [0, np.cos(f), -np.sin(f)], [0, np.sin(f), np.cos(f)]])
    about_y = np.array([[np.cos(r), 0, np.sin(r)], [0, 1, 0], [-np.sin(r), 0, np.cos(r)]])
    about_z = np.array([[np.cos(s), -np.sin(s), 0], [np.sin(s), np.cos(s), 0], [0, 0, 1]])
    return about_y @ about_x @ about_z


def rotation_between(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """The rotation vector in the sensor's frame, degrees, for a small turn."""
    turn = before.T @ after
    return (
        np.degrees([turn[2, 1] - turn[1, 2], turn[0, 2] - turn[2, 0], turn[1, 0] - turn[0, 1]]) / 2
    )


def test_rates_are_the_derivative_of_the_true_angles():
    wearer, step_s = Wearer(SCRIPT, 3, STRAIGHT), 1e-4
    for at_s in np.arange(0.05, wearer.duration_s, 0.37):
        angles = [wearer.truth(at_s + way * step_s) for way in (-1, 1)]
        before, after = (axes(t.flexion_deg, t.lateral_deg, t.rotation_deg) for t in angles)
        _, rates_dps = wearer.sample(np.array([at_s]))
        turned_dps = rotation_between(before, after) / (2 * step_s)
        assert rates_dps[0] == pytest.approx(turned_dps, abs=0.05 + 0.01 * np.abs(turned_dps).max())


def test_true_up_is_what_turns_with_the_true_angles():
    wearer, t_s = Wearer(SCRIPT, 3, STRAIGHT), np.arange(0.05, 75, 1.3)
    for at_s, up in zip(t_s, wearer.up(t_s), strict=True):
        truth = wearer.truth(at_s)
        turned = axes(truth.flexion_deg, truth.lateral_deg, truth.rotation_deg)
        assert up == pytest.approx(turned[1], abs=1e-9)


def test_no_angle_jumps_where_activities_meet():
    wearer = Wearer(SCRIPT, 3, STRAIGHT)
    for at_s in np.cumsum([segment.duration_s for segment in SCRIPT[:-1]]):
        before, after = (wearer.truth(at_s + way * 1e-6) for way in (-1, 1))
        assert before.flexion_deg == pytest.approx(after.flexion_deg, abs=0.01)
        assert before.rotation_deg == pytest.approx(after.rotation_deg, abs=0.01)


def test_a_moment_gives_the_same_values_alone_and_among_others():
    t_s = np.linspace(0, 79, 400)
    one, other = Wearer(SCRIPT, 3), Wearer(SCRIPT, 3)
    other.sample(t_s[::-1])
    together = one.sample(t_s)
    for n in (0, 123, 399):
        alone = other.sample(t_s[n : n + 1])
        assert np.allclose(together[0][n], alone[0]) and np.allclose(together[1][n], alone[1])


def test_only_gravity_acts_on_a_clip_on_the_table():
    force_g, rates_dps = Wearer(SCRIPT, 3).sample(np.linspace(74, 80, 100))
    assert np.linalg.norm(force_g, axis=1) == pytest.approx(np.ones(100), abs=1e-6)
    assert np.abs(rates_dps).max() < 1e-6


@pytest.mark.parametrize("activity", ACTIVITIES)
@pytest.mark.parametrize("seconds", [0.4, 7.0, 600.0])
def test_adjustments_keep_a_segment_s_time_name_and_activity(activity, seconds):
    segment = Segment("works", seconds, 12, -3, 10, activity=activity)
    pieces = list(adjusted(segment, 1.0, np.random.default_rng(2)))
    assert sum(piece.duration_s for piece in pieces) == pytest.approx(seconds)
    assert {(piece.name, piece.activity) for piece in pieces} == {("works", activity)}
    assert all(piece.move_s <= piece.duration_s or len(pieces) == 1 for piece in pieces)
    moves = activity in ("desk", "walk") and seconds > 60
    assert (len(pieces) > 30) is moves
    if seconds > 60:  # a shorter one may be a single glance
        mean = sum(p.flexion_deg * p.duration_s for p in pieces) / seconds
        assert mean == pytest.approx(12, abs=3)


# What eight recorded people span: docs/developers/twin.md has the table.
@pytest.mark.parametrize(
    ("activity", "median_dps", "tenth_dps"), [("desk", (0.7, 9.2), (2.2, 49.0)), ("walk", (20.0, 44.4), (36.5, 87.7))]
)  # fmt: skip
@pytest.mark.parametrize("seed", range(4))
def test_the_head_turns_as_fast_as_people_s(activity, median_dps, tenth_dps, seed):
    wearer = Wearer((Segment("it", 125, flexion_deg=10, activity=activity),), seed)
    _, rates_dps = wearer.sample(5 + np.arange(12_000) / RECORDED_HZ)
    rms = np.sqrt((rates_dps**2).sum(axis=1).reshape(-1, 50).mean(axis=1))
    assert median_dps[0] < np.median(rms) < median_dps[1]
    assert tenth_dps[0] < np.percentile(rms, 90) < tenth_dps[1]


@pytest.mark.parametrize(
    ("activity", "told", "share"), [("desk", "still", 0.95), ("walk", "walking", 0.9)]
)
def test_the_clip_tells_what_the_wearer_does(activity, told, share, vm):
    t_s = 5 + np.arange(6_000) / RECORDED_HZ
    noise = np.random.default_rng(1)
    found = []
    for seed in range(3):
        wearer = Wearer((Segment("it", 65, flexion_deg=10, activity=activity),), seed, STRAIGHT)
        force_g, rates_dps = wearer.sample(t_s)
        force_mg = 1000 * force_g + noise.normal(0, 2.5, force_g.shape)
        found.append(Take(f"wearer {seed}", activity, force_mg, rates_dps, np.zeros(3)))
    for row in run_takes(found, vm):
        assert row.shares[told] > share, row
