"""A gyroscope whose bias steps or drifts, on a table and on wearers who sit and work: the tilt beside the true one."""

import numpy as np
import pytest

from bench.drift import DESK, STEP_S, Case, desk, drift, rmse_deg, step, worn
from poise.replay import run
from poise.replay.scale import choose
from poise.replay.score import inclination_error_deg
from poise.replay.whatif import settings_for
from poise.twin.world.script import Segment

SECONDS = 120.0


@pytest.mark.parametrize(("step_dps", "within_s"), [(2.0, 25.0), (-2.0, 25.0), (5.0, 45.0)])
@pytest.mark.parametrize(
    "script", [(Segment("table", SECONDS, activity="table"),), DESK], ids=["table", "desk"]
)
def test_a_step_of_the_bias_is_learnt_at_the_next_rest(script, step_dps, within_s, vm):
    trace, up = worn(Case(script, step(step_dps), SECONDS, STEP_S, restless=0.1), 1)
    done = run.replay(trace, run.Plan(choose(trace), settings_for(vm, "head", {})), vm)
    assert done.up is not None
    after = trace.t_s > STEP_S + within_s
    assert np.nanpercentile(inclination_error_deg(done.up, up)[after], 95) < 1.0


@pytest.mark.parametrize("seed", [1, 2])
def test_of_a_wearer_who_never_rests_the_tilt_stays_nearer_than_vqfs(seed):
    """Nobody at a desk is as still as the sensor's noise: what is learnt here is learnt in motion."""
    own_deg, vqf_deg = rmse_deg(Case(DESK, step(2.0), SECONDS, STEP_S), seed)
    assert own_deg < 0.75 * vqf_deg


@pytest.mark.parametrize("seed", [1, 2])
def test_a_bias_that_drifts_is_followed_on_a_wearer_who_works(seed):
    """Who glances about gives no window of rest: the bias about the vertical shows in the bends alone."""
    own_deg, vqf_deg = rmse_deg(Case(desk(480.0, works=True), drift(0.05), 480.0, 60.0), seed)
    assert own_deg < vqf_deg
