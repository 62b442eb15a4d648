"""What the wearer does: the confusion table on synthesised motion, and what follows from it for nudges and exposure."""

from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest
from motion import activity as a
from motion.gait import Gait
from motion.rhythm import Rhythm

from poise.replay import run
from poise.replay.scale import choose
from poise.replay.trace import Trace
from poise.replay.whatif import settings_for
from poise.twin.machine.vm import Vm
from poise.wire.rows import ENUMS
from tests.conftest import vm_or_skip
from tests.support import activity_synth as synth

# As many motions of each kind. The ESP32's table is the one with 32 bits; the other VM takes four times as long.
SEEDS = {32: 8, 64: 2}
SETTLED_S = 40  # a vehicle is told after 20 s, lying after 20, steps after 4
NOT_WORN_S = 90  # still on the table for 60
KINDS = tuple(synth.KINDS)
RECORDINGS = Path(__file__).parents[4] / "shared/data/motion"


def replayed(trace: Trace, vm: Vm, **given: float) -> run.Replay:
    flags: dict[str, float | None] = {
        "--" + name.replace("_", "-"): value for name, value in given.items()
    }
    settings = settings_for(vm, None, flags)
    plan = run.Plan(choose(trace), settings, upright_s=8.0, each_sample=False)
    return run.replay(trace, plan, vm)


def told(done: run.Replay) -> np.ndarray:
    """What was told at every sample; in place, the posture's state says whether it moved."""
    names = np.array(run.ACTIVITIES)[done.activity]
    moved = np.array(run.STATES)[done.state] == "moving"
    return np.where((names == "still") & moved, "moving", names)


@lru_cache
def confusion(vm: Vm) -> np.ndarray:
    """(kind, told) shares of the time, both in the order of KINDS."""

    def shares(job: tuple[str, int]) -> np.ndarray:
        kind, seed = job
        settled_s = NOT_WORN_S if kind == "not_worn" else SETTLED_S
        names = told(replayed(synth.trace(kind, seed), vm))
        names = names[int((synth.UPRIGHT_S + settled_s) * synth.RATE_HZ) :]
        return np.array([(names == name).mean() for name in KINDS])

    seeds = SEEDS[vm.bits]
    jobs = [(kind, 1000 + seed) for kind in KINDS for seed in range(seeds)]
    with ThreadPoolExecutor(2) as pool:
        rows = np.array(list(pool.map(shares, jobs)))
    return rows.reshape(len(KINDS), seeds, len(KINDS)).mean(axis=1)


def test_confusion_table(vm):
    table = confusion(vm)
    assert np.diag(table).min() > 0.9, dict(zip(KINDS, table.round(3).tolist(), strict=True))
    # Who sits must be reminded, and who does not must not.
    sits = KINDS.index("still")
    others = [KINDS.index(k) for k in ("walking", "vehicle", "lying", "exercising", "not_worn")]
    assert table[sits, others].sum() < 0.02
    assert (
        table[[KINDS.index(k) for k in ("walking", "vehicle", "lying", "not_worn")], sits].max()
        < 0.1
    )


@pytest.mark.vm32
def test_the_table_in_the_docs_is_this_one():
    text = (Path(__file__).parents[3] / "docs/developers/activity.md").read_text(encoding="utf-8")
    for kind, row in zip(KINDS, confusion(vm_or_skip(32)), strict=True):
        cells = " | ".join(f"{100 * share:.0f}" for share in row)
        assert f"| {kind} | {cells} |" in text


@pytest.mark.parametrize("kind", ["walking", "vehicle", "exercising"])
def test_no_nudge_while_moving(vm, kind):
    # Bent by 30 degrees all the while: who sits so is nudged.
    def bent(kind: str) -> Trace:
        rng = np.random.default_rng(7)
        motion = synth.KINDS[kind](rng, 240.0)
        motion.flexion += 30 * synth.begun(motion)
        return synth.signals(motion, rng, kind)

    kinds = {e.kind for e in replayed(bent("still"), vm, angle=15, hold=90).events}
    assert "nudge" in kinds
    kinds = {e.kind for e in replayed(bent(kind), vm, angle=15, hold=90).events}
    assert "nudge" not in kinds


def test_lying_is_no_flexion(vm):
    rng = np.random.default_rng(3)
    motion = synth.start(300.0)
    motion.flexion += 85 * synth.begun(motion, 4.0)  # on the front
    motion.sway(rng, 0.4)
    done = replayed(synth.signals(motion, rng, "prone"), vm, hold=60)
    assert told(done)[-1] == "lying"
    assert done.seconds["flexed"] < 30  # until it was clear
    assert not {e.kind for e in done.events} & {"sustained", "nudge"}


def test_it_ends_when_it_is_over(vm):
    for kind, within_s in (("walking", 6), ("vehicle", 40), ("exercising", 16), ("lying", 6)):
        rng = np.random.default_rng(11)
        motion = synth.KINDS[kind](rng, 80.0)
        after = synth.start(150.0 - synth.UPRIGHT_S)
        after.sway(rng)
        flexion, lateral, rotation = (
            synth.smooth(np.concatenate([getattr(motion, n), getattr(after, n)]), 1.0)
            for n in ("flexion", "lateral", "rotation")
        )
        t_s = np.arange(len(motion.t_s) + len(after.t_s)) / synth.RATE_HZ
        shake = np.concatenate([motion.shake, after.shake])
        joined = synth.Motion(t_s, flexion, lateral, rotation, shake)
        names = told(replayed(synth.signals(joined, rng, kind), vm))
        over = len(motion.t_s)
        assert names[over - 208] == kind
        ends = over + int(np.argmax(names[over:] != kind))
        assert (ends - over) / synth.RATE_HZ < within_s, kind
        assert set(names[ends + 1000 :]) <= {"still", "moving"}


@pytest.mark.skipif(not RECORDINGS.is_dir(), reason="the recordings are not there")
def test_recorded_motion(vm):
    for path in sorted(RECORDINGS.glob("*.npz")):
        from poise.replay.load import load

        names = told(replayed(load(path), vm))
        moved = np.load(path)["moving"].astype(bool)
        assert np.isin(names, ["still", "moving", "walking"]).all(), path.name
        # A hand that swings a board back and forth in time looks like steps: 5 % of trial 18, none of the others.
        assert (names[moved] == "walking").mean() < 0.1, path.name
        assert (names[moved] == "moving").mean() > 0.85, path.name


def test_names_are_the_wires():
    names = {a.NOT_WORN, a.STILL, a.WALKING, a.VEHICLE, a.LYING, a.EXERCISING, a.MOVING, a.CHARGING}
    assert names == set(ENUMS["activity"]) - {"unknown"}


class Angles:
    """A burst's results, as `Attitude` has them."""

    gyro_rms_cdps = 100
    acc_deviation_mg = 15
    acc_norm_mg = 1_000
    flexion_cdeg = lateral_cdeg = rotation_cdeg = inclination_cdeg = 0


def test_charging_and_not_worn_come_first_and_are_silent():
    doing = a.Activity()
    assert doing.step(77, Angles, 10, worn=True, charging=True, moving=False, calibrated=True)
    assert (doing.now, doing.previous, doing.silent) == (a.CHARGING, a.STILL, True)
    assert doing.step(77, Angles, 10, worn=False, charging=False, moving=False, calibrated=True)
    assert (doing.now, doing.silent, doing.busy) == (a.NOT_WORN, True, True)
    assert doing.step(77, Angles, 10, worn=True, charging=False, moving=False, calibrated=True)
    assert (doing.now, doing.silent, doing.busy, doing.lasted_ms) == (a.STILL, False, False, 77)


def test_between_still_and_moving_nothing_is_told():
    doing = a.Activity()
    assert not doing.step(77, Angles, 10, worn=True, charging=False, moving=True, calibrated=True)
    assert doing.now is a.MOVING
    assert doing.busy


@pytest.mark.parametrize("burst_ms", [20, 77, 120])
@pytest.mark.parametrize("cadence_hz", [1.2, 1.8, 2.5])
def test_steps_at_any_burst_rate(burst_ms, cadence_hz):
    gait = Gait()
    t_s = np.arange(0, 15, burst_ms / 1000)
    for norm_mg in 1_000 + 150 * np.sin(2 * np.pi * cadence_hz * t_s):
        gait.step(burst_ms, int(norm_mg), 3_000)
    assert gait.walking
    for _ in range(4_000 // burst_ms):
        gait.step(burst_ms, 1_000, 100)
    assert not gait.walking


def test_a_gap_in_the_samples_is_no_rhythm():
    rhythm = Rhythm()
    for n in range(20):
        rhythm.step(60_000, 3_000 * (n % 2), 0, 0, 9_000, 10)
        assert not rhythm.going


def test_the_rotation_set_to_zero_at_rest_is_no_turn():
    # Held at the end of the range, the filter zeroes the rotation: it jumps and nothing has moved.
    rhythm = Rhythm()
    for n in range(400):
        rhythm.step(77, 0, 0, 4_000 if n // 25 % 2 else 0, 50, 10)
    assert not rhythm.going
