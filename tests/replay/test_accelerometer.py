"""An accelerometer that is off: after some poses of a day its angles are right, and a good one is left alone."""

from collections.abc import Sequence

import numpy as np
import pytest

from poise.replay import run
from poise.replay.scale import G_M_S2, choose
from poise.replay.trace import Trace
from poise.replay.whatif import settings_for
from poise.twin.world.script import Segment
from poise.twin.world.wearer import Wearer
from tests.conftest import vm_or_skip

RATE_HZ = 208.0
DAY = (9, 22, 35, 48, -6, 60, 15, 30)  # degrees of flexion
CHECKED = (0, 15, 30, 45, 60)
HELD_S = 9.0


def poses(degrees: Sequence[float]) -> tuple[Segment, ...]:
    return tuple(
        Segment(f"bent by {at}", HELD_S, flexion_deg=at, lateral_deg=at % 5 - 2) for at in degrees
    )


def worn(
    offset_mg,
    scale_permille=(0, 0, 0),
    day: Sequence[float] = DAY,
    checked: Sequence[float] = CHECKED,
) -> Trace:
    """Upright for the upright, the poses of a day, and then those that are checked."""
    script = (Segment("upright", 12.0), *poses(day), *poses(checked))
    wearer = Wearer(script, seed=4)
    t_s = np.arange(int(wearer.duration_s * RATE_HZ)) / RATE_HZ
    force_g, rate_dps = wearer.sample(t_s)
    rng = np.random.default_rng(6)
    force_g = force_g * (1 + np.array(scale_permille) / 1000) + np.array(offset_mg) / 1000
    force_g += rng.normal(0, 0.0011, force_g.shape)
    rate_dps = rate_dps + rng.normal(0, 0.04, rate_dps.shape)
    return Trace("off", force_g * G_M_S2, np.radians(rate_dps), RATE_HZ, t_s)


def replayed(trace: Trace, vm) -> run.Replay:
    return run.replay(trace, run.Plan(choose(trace), settings_for(vm, "head", {})), vm)


def angles(done: run.Replay) -> np.ndarray:
    """Flexion of each pose that is checked: the mean of its last seconds."""
    ends = len(done.trace) - RATE_HZ * HELD_S * np.arange(len(CHECKED))[::-1]
    assert done.flexion_deg is not None
    return np.array([done.flexion_deg[int(end - 3 * RATE_HZ) : int(end)].mean() for end in ends])


@pytest.fixture(scope="module")
def right() -> np.ndarray:
    """The same angles by an accelerometer without an error."""
    return angles(replayed(worn((0, 0, 0)), vm_or_skip(64)))


@pytest.mark.parametrize(
    ("offset_mg", "scale_permille"),
    [((0, 50, 80), (0, 0, 0)), ((40, -50, -80), (0, 0, 0)), ((0, 40, -60), (10, -10, 15))],
)
def test_an_offset_is_learnt_from_the_poses_of_a_day(offset_mg, scale_permille, right, vm):
    done = replayed(worn(offset_mg, scale_permille), vm)
    found = [event for event in done.events if event.kind == "accelerometer"]
    assert found and found[-1].fields["poses"] >= 5
    assert abs(angles(done) - right).max() < 1.0


@pytest.mark.parametrize(
    ("offset_mg", "day", "checked"),
    [
        ((0, 0, 0), DAY, CHECKED),
        ((5, -8, 8), DAY, CHECKED),
        ((0, 50, 80), (3, 6, 9, 12, 9, 6, 3, 0), ()),
    ],
    ids=["a good one", "a fair one", "too few poses"],
)
def test_what_no_pose_shows_is_left_alone(offset_mg, day, checked):
    done = replayed(worn(offset_mg, day=day, checked=checked), vm_or_skip(64))
    assert not [event for event in done.events if event.kind == "accelerometer"]


def test_without_the_poses_it_would_be_wrong():
    """The error that is learnt away is no small one."""
    whole = worn((0, 50, 80))
    before = replayed(whole, vm_or_skip(64))
    first = before.events[0]
    assert first.kind == "calibration"
    bent = before.flexion_deg
    assert bent is not None
    at = int((12 + 3 * HELD_S - 3) * RATE_HZ)  # bent by 35 degrees, before anything is learnt
    assert 35 - bent[at : at + int(2 * RATE_HZ)].mean() > 1.5
