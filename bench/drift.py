"""The tilt of wearers whose gyroscope's bias steps or drifts, beside VQF: `python -m bench.drift` prints the table.

The twin's wearers know their true tilt. A step comes after 40 s of 10 min; a drift lasts 20 min.
"""

import math
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from poise.replay import filters
from poise.replay.run import Plan, replay
from poise.replay.samples import Array
from poise.replay.scale import G_M_S2, choose
from poise.replay.score import inclination_error_deg
from poise.replay.trace import Trace
from poise.replay.whatif import settings_for
from poise.twin.machine.vm import find_vm
from poise.twin.world.script import Segment
from poise.twin.world.wearer import Body, Wearer

RATE_HZ = 208.0
STEP_S = 40.0
SETTLED_S = 60.0
SEEDS = (1, 2, 3)
NOISE_G, NOISE_DPS = 0.0011, 0.04  # LSM6DSOX, at 208 Hz
DESK = (
    Segment("upright", 30.0),
    Segment("reads", 40.0, flexion_deg=25.0),
    Segment("looks up", 20.0, flexion_deg=5.0, rotation_deg=20.0),
    Segment("reads", 30.0, flexion_deg=30.0, lateral_deg=4.0),
)


@dataclass(frozen=True)
class Case:
    """One bias on one wearer: `bias_dps` of the time in seconds stands on all three axes."""

    script: tuple[Segment, ...]
    bias_dps: Callable[[Array], Array]
    seconds: float
    after_s: float
    restless: float = 1.0


def desk(seconds: float, *, works: bool = False) -> tuple[Segment, ...]:
    """Return desk work of that length; who works glances about and shifts."""
    day = DESK * math.ceil(seconds / sum(segment.duration_s for segment in DESK))
    return tuple(replace(each, activity="desk") for each in day) if works else day


def step(dps: float) -> Callable[[Array], Array]:
    """Return a bias that steps at STEP_S."""
    return lambda t_s: np.where(t_s >= STEP_S, dps, 0.0)


def drift(dps_a_minute: float) -> Callable[[Array], Array]:
    """Return a bias that grows from zero."""
    return lambda t_s: dps_a_minute * t_s / 60


def worn(case: Case, seed: int) -> tuple[Trace, Array]:
    """Return the clip's samples and true up (N, 3) in its axes."""
    t_s = np.arange(int(case.seconds * RATE_HZ)) / RATE_HZ
    rng = np.random.default_rng(seed)
    wearer = Wearer(case.script, seed, Body(restless=case.restless))
    force_g, rate_dps = wearer.sample(t_s)
    force_g = force_g + rng.normal(0, NOISE_G, force_g.shape)
    rate_dps = rate_dps + rng.normal(0, NOISE_DPS, rate_dps.shape) + case.bias_dps(t_s)[:, None]
    return Trace("worn", force_g * G_M_S2, np.radians(rate_dps), RATE_HZ, t_s), wearer.up(t_s)


def rmse_deg(case: Case, seed: int) -> tuple[float, float]:
    """Return the RMSE against true up after `after_s`, of the clip and of VQF, degrees."""
    trace, truth = worn(case, seed)
    vm = find_vm()
    done = replay(trace, Plan(choose(trace), settings_for(vm, "head", {})), vm)
    assert done.up is not None
    after = trace.t_s > case.after_s
    errors = (inclination_error_deg(up, truth)[after] for up in (done.up, filters.vqf(trace)[1]))
    own, vqf = (float(np.sqrt(np.nanmean(error**2))) for error in errors)
    return own, vqf


def main() -> None:
    """Print the table."""
    biases = {"step of 2 °/s": (step(2.0), 600.0, STEP_S)}
    biases |= {
        f"drift of {speed} °/s a minute": (drift(speed), 1200.0, SETTLED_S) for speed in (0.05, 0.2)
    }
    sys.stdout.write("| bias | wearer | Poise | VQF 6D |\n|---|---|---|---|\n")
    for name, (bias, seconds, after_s) in biases.items():
        for who, works, restless in (
            ("sits very still", False, 0.1),
            ("sits", False, 1.0),
            ("works", True, 1.0),
        ):
            case = Case(desk(seconds, works=works), bias, seconds, after_s, restless)
            found = np.array([rmse_deg(case, seed) for seed in SEEDS])
            low, high = found.min(axis=0), found.max(axis=0)
            cells = [f"{a:.2f} to {b:.2f}°" for a, b in zip(low, high, strict=True)]
            sys.stdout.write(f"| {name} | {who} | {' | '.join(cells)} |\n")


if __name__ == "__main__":
    main()
