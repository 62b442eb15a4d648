"""The host's judge on the motion stream (52 frames a second, no rate) beside the kernels at full rate, same motion."""

import random

import pytest

from poise.sensing import repetitions as r
from poise.sensing.judge import GAP_MS, Judge
from poise.twin.world.wearer import Body
from tests.support.exercise_bench import Bench, Run, repetitions, to
from tests.support.exercise_cases import ASTRAY, MOVEMENTS, TARGET_DEG, plan


@pytest.fixture
def bench(vm, tmp_path):
    return Bench(vm, tmp_path)


def frames(run: Run) -> list[dict]:
    """The motion frames of a run with bursts of 4: 52 a second, their times in whole milliseconds."""
    t_ms, found = 0, []
    for row in run.rows.tolist():
        t_ms += row[0]
        found.append(
            {
                "t_ms": t_ms,
                "flexion_cdeg": row[1],
                "lateral_cdeg": row[2],
                "rotation_cdeg": row[3],
                "inclination_cdeg": abs(row[1]),
                "state": "neutral",
                "overruns": 0,
            }
        )
    return found


def judged(arguments: dict, stream: list[dict]) -> tuple[Judge, list[dict]]:
    judge = Judge(arguments)
    told = []
    for frame in stream:
        seen = judge.step(frame)
        if seen.events & (r.COUNTED | r.ENDED):
            told.append({**judge.repetition(), "counts": bool(seen.events & r.COUNTED)})
    return judge, told


def both(bench: Bench, arguments: dict, script, **sensor) -> tuple[Run, Judge, list[dict]]:
    full = bench.run(arguments, script, **sensor)
    stream = frames(bench.run(arguments, script, burst=4, **sensor))
    return full, *judged(arguments, stream)


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("movement", MOVEMENTS)
def test_the_same_counts_as_at_full_rate(bench, movement, seed):
    full, judge, told = both(
        bench, plan(movement), repetitions(movement, TARGET_DEG[movement]), seed=seed
    )
    assert judge.count == full.last("repetitions.count") == 10
    for ours, theirs in zip(told, full.at(r.COUNTED), strict=True):
        assert abs(ours["peak_cdeg"] - theirs["peak_cdeg"]) < 100
        assert abs(ours["duration_ms"] - theirs["duration_ms"]) < 250
        assert ours["faults"] == theirs["faults"] == 0
    smooth = judge.exercise.smoothness
    assert smooth
    assert smooth.peaks_x10 == full.last("smoothness.peaks_x10")
    assert abs(smooth.way_permille - full.last("smoothness.way_permille")) < 60


@pytest.mark.parametrize("movement", MOVEMENTS)
def test_the_same_faults_as_at_full_rate(bench, movement):
    degrees = TARGET_DEG[movement]
    stories = {
        "small": repetitions(movement, degrees * 0.24, 4),
        "short": repetitions(movement, degrees * 0.6, 4),
        "fast": repetitions(movement, degrees, 4, out_s=0.3, top_s=0.05, back_s=0.3),
        "astray": repetitions(movement, degrees, 4, **{ASTRAY[movement]: 0.45 * degrees}),
        "held": repetitions(movement, degrees, 4, top_s=8, rest_s=6),
        "trembling": repetitions(movement, degrees, 4, tremor_deg=0.8),
    }
    for name, script in stories.items():
        full, judge, told = both(bench, plan(movement), script)
        assert judge.count == full.last("repetitions.count"), name
        theirs = [one["faults"] for one in full.at(r.COUNTED | r.ENDED)]
        assert [one["faults"] for one in told] == theirs, name


@pytest.mark.parametrize("seed", [2, 8, 12])
def test_a_gyroscope_that_drifts_and_a_turn_held_still(bench, seed):
    body = Body(sway_deg=(0.1, 0.7, 1.5)[seed % 3])
    script = repetitions("rotation_left", 60, 6, top_s=6, rest_s=6)
    full, judge, _ = both(bench, plan("rotation_left"), script, seed=seed, body=body)
    assert judge.count == full.last("repetitions.count") == 6


@pytest.mark.parametrize("movement", MOVEMENTS)
def test_lost_frames(bench, movement):
    """One frame in ten lost: nothing changes. A gap while away: that repetition is not counted, and no other is."""
    arguments = plan(movement)
    script = repetitions(movement, TARGET_DEG[movement], rest_s=3.0)
    stream = frames(bench.run(arguments, script, burst=4))
    rng = random.Random(movement)
    thinned = [frame for frame in stream if rng.random() > 0.1]
    assert judged(arguments, thinned)[0].count == 10

    whole = Judge(arguments)
    ends = [frame["t_ms"] for frame in stream if whole.step(frame).events & r.COUNTED]
    # From the top of the fourth until its way back has begun.
    hole = (ends[3] - 2_000, ends[3] - 2_000 + 2 * GAP_MS)
    holed = [frame for frame in stream if not hole[0] < frame["t_ms"] < hole[1]]
    judge = Judge(arguments)
    seen = [judge.step(frame) for frame in holed]
    assert sum(one.gap for one in seen) == 1
    assert sum(one.dropped for one in seen) == 1
    assert judge.count == 9


def test_holds_are_timed_alike(bench):
    arguments = plan("nod", full_nod_cdeg=1_600, level=2, hold_ms=10_000)
    nod = {"flexion_deg": 8.0}
    script = (to(6, 2, nod), to(3, 1, {}), to(9, 2, nod), to(3, 1, {}))
    full, judge, _ = both(bench, arguments, script)
    assert judge.hold
    assert abs(judge.hold.total_ms - full.last("hold.total_ms")) < 250
    assert judge.hold.interruptions == full.last("hold.interruptions") == 1


def test_a_nod_lying_down(bench):
    """The table's flexion is defined lying on the back as well: the start is taken there."""
    lying = -88.0
    arguments = plan("nod", full_nod_cdeg=1_600, level=2, hold_ms=5_000)
    down, nod = {"flexion_deg": lying}, {"flexion_deg": lying + 8.0}
    script = (to(8, 3, down), to(9, 2, nod), to(4, 2, down))
    stream = frames(bench.run(arguments, script, burst=4))
    judge = Judge(arguments)
    # Watched from when the wearer lies.
    for frame in stream:
        if frame["flexion_cdeg"] < -7_000:
            judge.step({**frame, "state": "uncalibrated"})
    assert judge.started and judge.hold
    assert judge.hold.total_ms == pytest.approx(8_000, abs=1_500)
