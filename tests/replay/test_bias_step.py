"""A gyroscope whose bias steps: on a table and on a wearer who sits, the tilt is right again soon after."""

import numpy as np
import pytest

from poise.replay import filters, run
from poise.replay.scale import G_M_S2, choose
from poise.replay.trace import Trace
from poise.replay.whatif import settings_for
from poise.twin.machine.vm import find_vm
from poise.twin.world.script import Segment
from poise.twin.world.wearer import Body, Wearer

RATE_HZ = 208.0
STEP_S, SECONDS = 40.0, 120.0
DESK = (
    Segment("upright", 30.0),
    Segment("reads", 40.0, flexion_deg=25.0),
    Segment("looks up", 20.0, flexion_deg=5.0, rotation_deg=20.0),
    Segment("reads", 30.0, flexion_deg=30.0, lateral_deg=4.0),
)


def stepped(
    script: tuple[Segment, ...], step_dps: float, seed: int = 1, restless: float = 0.1
) -> tuple[Trace, np.ndarray]:
    """The clip's samples, and up in its axes (n, 3). The bias steps on all axes."""
    t_s = np.arange(int(SECONDS * RATE_HZ)) / RATE_HZ
    rng = np.random.default_rng(seed)
    quiet = Wearer(script, seed, Body(restless=restless))
    force_g, rate_dps = quiet.sample(t_s)
    up = force_g / np.linalg.norm(force_g, axis=1)[:, None]
    force_g = force_g + rng.normal(0, 0.0011, force_g.shape)
    rate_dps = rate_dps + rng.normal(0, 0.04, rate_dps.shape)
    rate_dps += step_dps * (t_s >= STEP_S)[:, None]
    return Trace("step", force_g * G_M_S2, np.radians(rate_dps), RATE_HZ, t_s), up


@pytest.mark.parametrize(("step_dps", "within_s"), [(2.0, 25.0), (-2.0, 25.0), (5.0, 45.0)])
@pytest.mark.parametrize(
    "script", [(Segment("table", SECONDS, activity="table"),), DESK], ids=["table", "desk"]
)
def test_a_step_of_the_bias_is_learnt_at_the_next_rest(script, step_dps, within_s, vm):
    trace, up = stepped(script, step_dps)
    done = run.replay(trace, run.Plan(choose(trace), settings_for(vm, "head", {})), vm)
    assert done.up is not None
    error_deg = np.degrees(np.arccos(np.clip((done.up * up).sum(axis=1), -1, 1)))
    after = trace.t_s > STEP_S + within_s
    # The push of slow movements is in the "true" up as well, some tenths of a degree.
    assert np.nanpercentile(error_deg[after], 95) < 1.0


@pytest.mark.parametrize("seed", [1, 2])
def test_of_a_wearer_who_never_rests_the_tilt_stays_nearer_than_vqfs(seed):
    """Nobody at a desk is as still as the sensor's noise: what is learnt here is learnt in motion."""
    trace, up = stepped(DESK, 2.0, seed, restless=1.0)
    found = run.replay(
        trace, run.Plan(choose(trace), settings_for(find_vm(), "head", {})), find_vm()
    )
    _, beside = filters.vqf(trace)
    after = trace.t_s > STEP_S
    assert found.up is not None
    errors = [np.arccos(np.clip((each * up).sum(axis=1), -1, 1)) for each in (found.up, beside)]
    own, vqf = (np.degrees(np.sqrt(np.nanmean(error[after] ** 2))) for error in errors)
    assert own < 0.75 * vqf
