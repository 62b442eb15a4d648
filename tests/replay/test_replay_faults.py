"""`poise replay` of a sensor that breaks, of what ends, and of what is otherwise than on the clip."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from poise.replay import run
from poise.replay.load import load
from poise.replay.plausible import without_noise
from poise.replay.samples import Reading
from poise.replay.scale import G_M_S2 as G
from poise.replay.trace import Trace
from tests.conftest import vm_or_skip
from tests.support.phone_recordings import HEADER, lines_of, phone, without
from tests.support.recordings import motion, write
from tests.support.replay_traces import EVERY_VM, nodding, plan, write_npz

RATE_HZ = 208.0
BREAKS_S = 12.0


def worn(seconds: float = 24.0) -> Trace:
    """Upright, with a sensor's noise and a little sway."""
    rng = np.random.default_rng(2)
    t_s = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    sway = np.radians(0.5) * np.sin(2 * np.pi * 0.3 * t_s)
    up = np.stack([0 * t_s, np.cos(sway), np.sin(sway)], axis=1)
    gyr = rng.normal(0, 0.002, up.shape)
    gyr[:, 0] -= np.gradient(sway, t_s)
    return Trace("worn", up * G + rng.normal(0, 0.02, up.shape), gyr, RATE_HZ, t_s)


def broken(kind: str, from_s: float = BREAKS_S, until_s: float = 1e9) -> Trace:
    whole = worn()
    acc, gyr = whole.acc_m_s2.copy(), whole.gyr_rad_s.copy()
    bad = (whole.t_s >= from_s) & (whole.t_s < until_s)
    if kind in ("zeros", "acc zeros"):
        acc[bad] = 0
    if kind in ("zeros", "gyr zeros"):
        gyr[bad] = 0
    if kind == "constant":
        acc[bad], gyr[bad] = acc[bad][0], gyr[bad][0]
    if kind == "acc axis":
        acc[bad, 1] = acc[bad][0, 1]
    if kind == "gyr axis":
        gyr[bad, 0] = 0
    if kind == "end of scale":
        acc[bad, 0] = 100 * G
    if kind == "jumps":
        acc[bad] = np.where(np.arange(bad.sum())[:, None] % 2, 7.9 * G, -7.9 * G)
    return replace(whole, acc_m_s2=acc, gyr_rad_s=gyr)


def watched(trace: Trace, bits: int = 64) -> run.Replay:
    return run.replay(trace, replace(plan(bits), watch=True), vm_or_skip(bits))


def names(done: run.Replay, what: str) -> np.ndarray:
    return np.array(run.STATES if what == "state" else run.ACTIVITIES)[getattr(done, what)]


def assert_told_and_healed(done: run.Replay, fault: str, bad: np.ndarray, within_s: float) -> None:
    """One fault, in time; nothing counted as posture while the samples are `bad`; and well again afterwards."""
    faults = [event for event in done.events if event.kind == "fault"]
    assert [event.fields["fault"] for event in faults] == [fault]
    assert BREAKS_S < faults[0].at_s <= BREAKS_S + within_s
    state = names(done, "state")
    assert "flexed" not in state
    assert "neutral" not in state[(done.trace.t_s > faults[0].at_s) & bad]
    assert state[-1] == "neutral"


WITHOUT_GRAVITY = {
    "none": lambda acc, noise: noise,
    "half": lambda acc, noise: acc / 2,
    "too much": lambda acc, noise: acc * 1.4,
    "one axis of noise": lambda acc, noise: acc * [1, 0, 1] + noise * [0, 1, 0],
}


@pytest.mark.parametrize("bits", EVERY_VM)
@pytest.mark.parametrize("kind", WITHOUT_GRAVITY)
def test_no_gravity_is_a_fault_within_a_second_and_heals(kind: str, bits: int) -> None:
    whole = worn()
    noise = np.random.default_rng(4).normal(0, 0.02, whole.acc_m_s2.shape)
    bad = (whole.t_s >= BREAKS_S) & (whole.t_s < BREAKS_S + 5)
    acc = np.where(bad[:, None], WITHOUT_GRAVITY[kind](whole.acc_m_s2, noise), whole.acc_m_s2)
    done = watched(replace(whole, acc_m_s2=acc), bits)
    assert_told_and_healed(done, "imu_no_gravity", bad, within_s=1.0)


@pytest.mark.parametrize("bits", EVERY_VM)
@pytest.mark.parametrize("bias_dps", [(12, 0, 0), (0, 0, -18), (15, 15, 15), (0, 20, 40)])
def test_a_bias_that_gravity_contradicts_is_a_fault_within_a_second(bias_dps, bits: int) -> None:
    whole = worn()
    bad = (whole.t_s >= BREAKS_S) & (whole.t_s < BREAKS_S + 5)
    biased = whole.gyr_rad_s + bad[:, None] * np.radians(bias_dps)
    done = watched(replace(whole, gyr_rad_s=biased), bits)
    assert_told_and_healed(done, "imu_biased", bad, within_s=1.01)


@pytest.mark.parametrize("dps", [3.0, 10.0, 25.0, 90.0])
def test_a_true_turn_is_no_bias(dps: float) -> None:
    """A slow bend and back, then a turn on a swivel chair with the clip aslant."""
    whole = worn(40.0)
    t_s = whole.t_s
    bend = np.radians(30) - np.abs(np.radians(dps) * (t_s - 14) - np.radians(30))
    bend = np.clip(bend, 0, None)
    slant = np.radians(25) * np.clip((t_s - 34.5) / 0.5, 0, 1)
    tilt = np.where(t_s < 34, bend, slant)
    up = np.stack([0 * t_s, np.cos(tilt), np.sin(tilt)], axis=1)
    turn = np.radians(dps) * np.clip((t_s - 35.5) / 0.5, 0, 1)
    gyr = turn[:, None] * up + whole.gyr_rad_s
    gyr[:, 0] -= np.gradient(tilt, t_s)
    acc = up * G + np.random.default_rng(5).normal(0, 0.02, up.shape)
    done = watched(replace(whole, acc_m_s2=acc, gyr_rad_s=gyr))
    assert not [event for event in done.events if event.kind == "fault"]


def test_a_fall_or_a_moment_of_it_is_no_fault() -> None:
    whole = worn()
    acc = whole.acc_m_s2.copy()
    for at_s in (BREAKS_S, BREAKS_S + 2):
        acc[(whole.t_s >= at_s) & (whole.t_s < at_s + 0.6)] *= 0.1
    assert not [
        event for event in watched(replace(whole, acc_m_s2=acc)).events if event.kind == "fault"
    ]


@pytest.mark.parametrize("bits", EVERY_VM)
@pytest.mark.parametrize(
    "kind",
    [
        "zeros",
        "acc zeros",
        "gyr zeros",
        "constant",
        "acc axis",
        "gyr axis",
        "jumps",
        "end of scale",
    ],
)
def test_a_broken_sensor_is_a_fault_within_a_second(kind: str, bits: int) -> None:
    trace = broken(kind)
    done = watched(trace, bits)
    faults = [event for event in done.events if event.kind == "fault"]
    assert len(faults) == 1
    assert faults[0].fields["fault"] == (
        "imu_noisy" if kind in ("jumps", "end of scale") else "imu_stuck"
    )
    assert BREAKS_S < faults[0].at_s <= BREAKS_S + 1.0
    after = trace.t_s > faults[0].at_s
    assert set(names(done, "state")[after]) == {"off"}
    assert set(names(done, "activity")[after]) == {"unknown"}
    assert done.up is not None
    assert done.flexion_deg is not None
    assert np.isnan(done.up[after]).all()
    assert np.isnan(done.flexion_deg[after]).all()
    assert done.seconds["off"] == pytest.approx(24 - faults[0].at_s, abs=0.1)


@pytest.mark.vm
def test_a_sensor_that_recovers_goes_on(tmp_path: Path) -> None:
    done = watched(broken("zeros", 8.0, 11.0))
    (again,) = [event for event in done.events if event.kind == "sensor"]
    assert 13.0 < again.at_s < 14.5  # five seconds after the fault, as the clip tries it again
    states = names(done, "state")
    assert states[done.trace.t_s < 8][-1] == "neutral"
    assert set(states[(done.trace.t_s > 9) & (done.trace.t_s < again.at_s - 0.1)]) == {"off"}
    assert states[-1] == "neutral"
    assert done.up is not None
    assert np.isfinite(done.up[-1]).all()


@pytest.mark.vm
@pytest.mark.parametrize("kind", ["constant", "gyr axis"])
def test_a_sensor_that_stays_broken_is_tried_again_in_vain(kind: str) -> None:
    done = watched(broken(kind, 5.0))
    assert [event.kind for event in done.events if event.kind in ("fault", "sensor")] == ["fault"]


@pytest.mark.parametrize("bits", EVERY_VM)
def test_without_gravity_there_is_no_angle(bits: int) -> None:
    """Noise alone: the clip's watch sees nothing wrong with it. `--out` used to end in an AssertionError."""
    trace = worn()
    rng = np.random.default_rng(4)
    gone = trace.t_s >= BREAKS_S
    acc = trace.acc_m_s2.copy()
    acc[gone] = rng.normal(0, 0.02, (gone.sum(), 3))
    done = run.replay(replace(trace, acc_m_s2=acc), plan(bits), vm_or_skip(bits))
    assert done.up is not None
    assert done.no_gravity / RATE_HZ > 4
    late = trace.t_s > 20
    assert np.isnan(done.up[late]).all()


@pytest.mark.vm
def test_the_watch_is_left_out_for_what_was_computed_without_noise() -> None:
    assert without_noise(nodding())
    assert not without_noise(worn())
    assert not without_noise(broken("constant"))
    assert not without_noise(broken("zeros"))
    silent = nodding()
    acc = silent.acc_m_s2.copy()
    acc[silent.t_s > 30] = 0  # nobody computes that
    gyr = silent.gyr_rad_s.copy()
    gyr[silent.t_s > 30] = 0
    assert not without_noise(replace(silent, acc_m_s2=acc, gyr_rad_s=gyr))


@pytest.mark.vm
def test_an_activity_ends_when_it_ends() -> None:
    """Walking ends in "moving"; that it turns into "still" then is no event, and lasted to the recording's end."""
    trace = worn(40.0)
    walks = (trace.t_s > 8) & (trace.t_s < 22)
    steps = np.where(walks, 0.35 * G * np.sin(2 * np.pi * 1.8 * trace.t_s), 0)
    acc = trace.acc_m_s2.copy()
    acc[:, 1] += steps
    gyr = trace.gyr_rad_s.copy()
    gyr[:, 1] += np.where(
        walks | ((trace.t_s >= 22) & (trace.t_s < 25)), 1.2 * np.sin(2 * np.pi * 0.9 * trace.t_s), 0
    )
    done = run.replay(replace(trace, acc_m_s2=acc, gyr_rad_s=gyr), plan(), vm_or_skip(64))
    told = names(done, "activity")
    assert "walking" in told[walks]
    assert "moving" in told[(trace.t_s >= 22) & (trace.t_s < 28)]
    assert set(told[trace.t_s > 30]) == {"still"}
    assert sum(done.activity_seconds.values()) == pytest.approx(40, abs=1e-6)
    assert done.activity_seconds["still"] > 15


# --- the command


@pytest.mark.vm
def test_zeros_by_the_command(poise, tmp_path: Path) -> None:
    path, out = write_npz(tmp_path / "a.npz", broken("zeros")), tmp_path / "out.npz"
    done = poise("replay", str(path), "--out", str(out), "--site", "head")
    assert done.returncode == 0, done.stderr
    assert "sensor fault: they stand still to the last bit" in done.stdout
    assert "sensor fault 11." in done.stdout
    with np.load(out) as data:
        late = data["t_s"] > BREAKS_S + 1
        assert set(data["state_names"][data["state"][late]]) == {"off"}
        assert set(data["activity_names"][data["activity"][late]]) == {"unknown"}
    told = json.loads(poise("replay", str(path), "--no-watch", "--json").stdout)
    assert "off" not in told["seconds"]
    assert any("saw no gravity" in note for note in told["notes"])


@pytest.mark.vm
def test_filled_gaps_give_the_whole_recordings_states(poise, tmp_path: Path) -> None:
    true = motion(12.0)
    whole = write(tmp_path / "whole.csv", HEADER, *lines_of(true))
    lost = write(tmp_path / "lost.csv", HEADER, *lines_of(without(true, 300, 301, 450, 451)))
    one = json.loads(poise("replay", str(whole), "--json", "--angle", "15").stdout)
    other = json.loads(poise("replay", str(lost), "--fill", "2", "--json", "--angle", "15").stdout)
    assert one["seconds"] == other["seconds"]
    assert [event["kind"] for event in one["events"]] == [
        event["kind"] for event in other["events"]
    ]
    assert any("4 lost samples in 2 gaps" in note for note in other["notes"])


@pytest.mark.vm
def test_two_files_by_the_command(poise, tmp_path: Path) -> None:
    acc, gyr = phone(tmp_path, motion(8.0))
    done = poise("replay", "--acc", str(acc), "--gyr", str(gyr))
    assert done.returncode == 0, done.stderr
    assert "- TotalAcceleration.csv is read as Sensor Logger" in done.stdout
    assert "bursts of 16 samples last 160 ms at this rate, 77 ms on the clip" in done.stdout
    clip = poise("replay", str(acc), "--gyr", str(gyr), "--resample", "208")
    assert clip.returncode == 0, clip.stderr
    assert "bursts of 16" not in clip.stdout
    for wrong in ((), (str(acc), "--acc", str(acc))):
        assert poise("replay", *wrong).returncode == 2


def test_every_option_of_a_hint_is_one_of_the_command(poise) -> None:
    """What an error says to give can be given."""
    text = poise("replay", "--help").stdout
    for option in ("acc", "gyr", "fill", "resample", "sort", "from-s", "until-s", "acc-unit", "gyr-unit", "time-unit",
                   "acc-columns", "gyr-columns", "time-column", "mount", "flip-acc", "watch", "rate"):  # fmt: skip
        assert f"--{option}" in text
    assert set(Reading.__dataclass_fields__) >= {"fill", "sort", "mount"}


def test_our_own_format_says_nothing_of_itself(tmp_path: Path) -> None:
    assert load(write(tmp_path / "a.csv", HEADER, *lines_of(motion()))).notes == ()
