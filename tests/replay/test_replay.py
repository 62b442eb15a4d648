"""`poise replay` and `poise bench motion`: formats, refusals, accuracy against a known truth, both VMs alike."""

import json
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from poise import installed
from poise.cli.bench import motion  # noqa: F401 (the command's module loads without its extra)
from poise.errors import PoiseError, Reason
from poise.replay import compare, run, scale, whatif
from poise.replay import vm as replay_vm
from poise.replay.load import load
from poise.replay.score import inclination_rmse_deg, up_of
from poise.replay.trace import Trace
from poise.twin.machine.vm import find_vm
from tests.conftest import vm_or_skip
from tests.support.command import environment, refused
from tests.support.replay_traces import EVERY_VM, RATE_HZ, G, nodding, plan, write_npz

HEADER = "t_s,acc_x_m_s2,acc_y_m_s2,acc_z_m_s2,gyr_x_rad_s,gyr_y_rad_s,gyr_z_rad_s"
IN_G_AND_DPS = "gyr_x_dps,gyr_y_dps,gyr_z_dps,note,acc_x_g,acc_y_g,acc_z_g,t_s"


def csv_lines(trace: Trace, count: int = 400) -> list[str]:
    rows = np.hstack([trace.t_s[:, None], trace.acc_m_s2, trace.gyr_rad_s])[:count]
    return [HEADER, *(",".join(f"{v:.9g}" for v in row) for row in rows)]


def write_csv(path: Path, lines: list[str]) -> Path:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


# --- formats


def test_csv_and_npz_are_the_same_trace(tmp_path: Path) -> None:
    trace = nodding(2)
    by_npz = load(write_npz(tmp_path / "a.npz", trace))
    by_csv = load(write_csv(tmp_path / "a.csv", csv_lines(trace)))
    swapped = [IN_G_AND_DPS]
    for t, acc, gyr in zip(trace.t_s, trace.acc_m_s2 / G, np.degrees(trace.gyr_rad_s), strict=True):
        cells = [*gyr, 0, *acc, t]
        swapped.append(",".join(f"{v:.9g}" for v in cells))
    by_units = load(write_csv(tmp_path / "b.csv", ["", *swapped][1:]))
    for other in (by_csv, by_units):
        assert other.rate_hz == pytest.approx(RATE_HZ, abs=1e-3)
        np.testing.assert_allclose(other.acc_m_s2, by_npz.acc_m_s2[: len(other)], atol=1e-6)
        np.testing.assert_allclose(other.gyr_rad_s, by_npz.gyr_rad_s[: len(other)], atol=1e-7)
    assert by_npz.moving is not None
    assert by_csv.q_ref_wxyz is None


def test_rate_option_is_for_traces_without_one(tmp_path: Path) -> None:
    trace = nodding(1)
    path = tmp_path / "bare.npz"
    np.savez(path, acc_m_s2=trace.acc_m_s2, gyr_rad_s=trace.gyr_rad_s)
    assert load(path, 104).rate_hz == 104
    with pytest.raises(PoiseError, match="no rate"):
        load(path)
    with pytest.raises(PoiseError, match="a rate of its own, 208 Hz"):
        load(write_npz(tmp_path / "a.npz", trace), 104)


def broken_csv(lines: list[str], fault: str) -> list[str]:
    cells = lines[100].split(",")
    if fault == "missing":
        return lines[:100] + lines[101:]
    if fault == "back":
        return lines[:100] + [lines[90]] + lines[100:]
    if fault == "jitter":
        cells[0] = f"{float(cells[0]) + 0.4 / RATE_HZ:.9g}"
    if fault == "word":
        cells[2] = "up"
    if fault == "nan":
        cells[2] = "nan"
    if fault == "short":
        cells.pop()
    return lines[:100] + [",".join(cells)] + lines[101:]


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("missing", "line 101: samples are missing"),
        ("back", "line 101: the time does not go on"),
        ("jitter", "line 101: the samples are not regular"),
        ("word", "line 101: a value is no number"),
        ("nan", "line 101: a value is not a number"),
        ("short", "line 101: 6 values under 7 columns"),
    ],
)
def test_a_fault_in_a_csv_is_named_with_its_line(tmp_path: Path, fault: str, said: str) -> None:
    path = write_csv(tmp_path / "a.csv", broken_csv(csv_lines(nodding(2)), fault))
    with pytest.raises(PoiseError) as error:
        load(path)
    assert error.value.reason is Reason.BAD_INPUT
    assert said in str(error.value)


@pytest.mark.parametrize(
    ("header", "said"),
    [
        (HEADER.replace("acc_x_m_s2", "acc_x"), "acc_x_m_s2, ... or acc_x_g"),
        (HEADER.replace("gyr_z_rad_s", "gyr_z_dps"), "gyr_x_rad_s, ... or gyr_x_dps"),
        (HEADER.replace("t_s", "acc_x_m_s2"), "two columns 'acc_x_m_s2'"),
        (HEADER.replace("t_s", "time"), "no rate"),
    ],
)
def test_a_header_without_units_is_refused(tmp_path: Path, header: str, said: str) -> None:
    path = write_csv(tmp_path / "a.csv", [header, *csv_lines(nodding(1))[1:]])
    with pytest.raises(PoiseError) as error:
        load(path)
    assert said in str(error.value)


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"acc_m_s2": None}, "no array 'acc_m_s2'"),
        ({"acc_m_s2": np.zeros((5, 4))}, "acc_m_s2 has the shape (5, 4), not (N, 3)"),
        ({"gyr_rad_s": np.zeros((5, 3))}, "gyr_rad_s has 5 rows, acc_m_s2 has 208"),
        ({"gyr_rad_s": np.full((208, 3), np.nan)}, "sample 0: gyr_rad_s is not a number"),
        ({"sampling_rate_hz": -1.0}, "sampling_rate_hz is not one number above 0"),
        ({"t_s": np.arange(208) / 104.0}, "its times are of 104.00 Hz"),
        ({"q_ref_wxyz": np.zeros((208, 3))}, "q_ref_wxyz has the shape"),
        ({"burst_samples": np.array([100, 108]), "burst_t_s": np.array([1.0, 2.0])}, "1 to 32"),
        ({"acc_m_s2": np.array([["a"] * 3] * 208)}, "acc_m_s2 does not hold numbers"),
    ],
)
def test_a_fault_in_an_npz_is_named(tmp_path: Path, other: dict, said: str) -> None:
    with pytest.raises(PoiseError) as error:
        load(write_npz(tmp_path / "a.npz", nodding(1), **other))
    assert error.value.reason is Reason.BAD_INPUT
    assert said in str(error.value)


@pytest.mark.parametrize("name", ["a.npz", "a.csv", "a.txt", "absent.npz"])
def test_what_is_no_trace_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"PK\x03\x04\xff\xfe rubbish") if "absent" not in name else None
    with pytest.raises(PoiseError) as error:
        load(tmp_path / name)
    assert error.value.reason is Reason.BAD_INPUT


# --- scales


def test_an_npz_that_is_something_else_is_refused(tmp_path: Path) -> None:
    array, text, cut = tmp_path / "array.npz", tmp_path / "text.npz", tmp_path / "cut.npz"
    with array.open("wb") as file:
        np.save(file, np.zeros((3, 3)))
    with zipfile.ZipFile(text, "w") as archive:
        archive.writestr("acc_m_s2", b"hello")
    whole = bytearray(write_npz(tmp_path / "whole.npz", nodding(1)).read_bytes())
    whole[8] = 99  # an unknown way of compression
    whole[whole.index(b"PK\1\2") + 10] = 99
    cut.write_bytes(whole)
    for path, said in (
        (array, "one array"),
        (text, "'acc_m_s2' is no array"),
        (cut, "can't be read"),
    ):
        with pytest.raises(PoiseError, match=said) as caught:
            load(path)
        assert caught.value.reason is Reason.BAD_INPUT


@pytest.mark.parametrize(
    "lines",
    [
        ["0,1e308,0,1,0,0,0", "0.01,0,0,1,0,0,0"],
        ["-1.7e308,0,0,1,0,0,0", "1.7e308,0,0,1,0,0,0"],
        ["-1e308,0,0,1,0,0,0", "0,0,0,1,0,0,0", "1e308,0,0,1,0,0,0"],
        ["0,0,0,1,0,0,0", "5e-324,0,0,1,0,0,0"],
    ],
)
def test_numbers_that_overflow_are_refused(tmp_path: Path, lines: list[str]) -> None:
    header = "t_s,acc_x_g,acc_y_g,acc_z_g,gyr_x_dps,gyr_y_dps,gyr_z_dps"
    with pytest.raises(PoiseError) as caught:
        load(write_csv(tmp_path / "a.csv", [header, *lines]))
    assert caught.value.reason is Reason.BAD_INPUT


def test_the_clips_scale_is_the_drivers() -> None:
    code = "from drivers.lsm6dsox import LSM6DSOX as c; print(c.acc_lsb_per_g, c.gyr_lsb_per_dps == 1000 / 35)"
    vm = vm_or_skip(64)
    env = {"MICROPYPATH": f"{replay_vm.firmware_folder()}:.frozen"}
    done = subprocess.run([*vm.argv, "-c", code], env=env, capture_output=True, text=True)
    assert done.stdout.split() == [str(scale.CLIP.acc_lsb_per_g), "True"], done.stderr
    assert scale.CLIP.gyr_udps_per_lsb == 35_000


def test_the_scale_follows_the_trace_unless_it_is_given() -> None:
    trace = nodding(1)
    fast = replace(trace, acc_m_s2=trace.acc_m_s2 * 9, gyr_rad_s=trace.gyr_rad_s + np.radians(1200))
    assert scale.choose(trace) == scale.CLIP
    assert scale.choose(fast) == scale.Scale(16, 2000)
    assert scale.choose(fast, 8, 1000) == scale.CLIP
    with pytest.raises(PoiseError, match="--acc-range-g 3"):
        scale.choose(trace, 3)
    raw = np.vstack(list(scale.quantised(fast, scale.CLIP)))
    assert raw[:, 1].max() == 32767  # saturated, not wrapped
    assert abs(int(raw[0, 3]) - 1200 / 0.035) > 1000
    assert raw[0, 3] == 32767


# --- through the firmware


@pytest.mark.parametrize("bits", EVERY_VM)
def test_up_is_true_sample_by_sample(bits: int) -> None:
    trace = nodding()
    done = run.replay(trace, plan(bits), vm_or_skip(bits))
    assert done.up is not None
    assert done.flexion_deg is not None
    assert done.up.shape == (len(trace), 3)
    np.testing.assert_allclose(np.linalg.norm(done.up, axis=1), 1)
    assert done.rmse_deg is not None
    assert done.rmse_deg[0] < 0.3
    assert trace.moving is not None
    assert done.rmse_deg[1] == int(trace.moving.sum())
    true_deg = np.degrees(np.arctan2(trace.acc_m_s2[:, 2], trace.acc_m_s2[:, 1]))
    known = np.isfinite(done.flexion_deg)
    assert 3.9 < trace.t_s[known][0] < 4.3  # 3 s of start, then a still second
    assert np.abs(done.flexion_deg - true_deg)[known].max() < 1
    # The truth of another sample is further off than this filter is.
    late = inclination_rmse_deg(np.roll(done.up, 16, axis=0), trace)
    assert late is not None
    assert late[0] > 1


def test_the_score_leaves_out_what_has_no_truth() -> None:
    trace = nodding(10)
    q = np.array(trace.q_ref_wxyz)
    up = up_of(q)
    np.testing.assert_allclose(up, trace.acc_m_s2 / G, atol=1e-12)
    q[::2] = np.nan
    up[::2] = -1
    up[:1040] = [0, 0, 1]  # not moving: not scored
    half = replace(trace, q_ref_wxyz=q)
    score = inclination_rmse_deg(up, half)
    assert score is not None
    assert score[0] < 1e-6
    assert score[1] == 520
    assert inclination_rmse_deg(up, replace(half, q_ref_wxyz=None)) is None


@pytest.mark.vm32
def test_both_vms_give_the_same() -> None:
    rng = np.random.default_rng(3)
    trace = nodding(20)
    shaken = replace(trace, acc_m_s2=trace.acc_m_s2 + rng.normal(0, 3, trace.acc_m_s2.shape))
    one, other = (run.replay(shaken, plan(bits), vm_or_skip(bits)) for bits in (64, 32))
    np.testing.assert_array_equal(one.up, other.up)
    np.testing.assert_array_equal(one.flexion_deg, other.flexion_deg)
    np.testing.assert_array_equal(one.state, other.state)
    assert one.events == other.events


def bent(seconds: float) -> Trace:
    """Upright for 10 s, then 30 degrees forward, with the sway that a worn clip has."""
    t_s = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    pitch_deg = np.clip((t_s - 10) * 10, 0, 30) + 0.5 * np.sin(2 * np.pi * 0.3 * t_s)
    pitch = np.radians(pitch_deg)
    gyr = np.zeros((len(t_s), 3))
    gyr[:, 0] = -np.gradient(pitch, t_s)
    return Trace(
        "bent", np.stack([0 * t_s, np.cos(pitch), np.sin(pitch)], 1) * G, gyr, RATE_HZ, t_s
    )


@pytest.mark.parametrize("bits", EVERY_VM)
def test_what_if(bits: int) -> None:
    trace, vm = bent(200), vm_or_skip(bits)
    held = [
        [e for e in run.replay(trace, plan(bits, **given), vm).events if e.kind in ("sustained", "nudge")]
        for given in ({}, {"hold": 60}, {"hold": 60, "refractory": 50}, {"hold": 60, "angle": 35})
    ]  # fmt: skip
    assert held[0] == []  # 4 min at the collar
    assert [e.kind for e in held[1]] == ["sustained", "nudge"]
    assert [e.kind for e in held[2]] == ["sustained", *["nudge"] * 3]
    assert held[3] == []
    assert held[1][0].at_s == pytest.approx(10 + 2 + 60, abs=0.5)
    assert held[2][2].at_s - held[2][1].at_s == pytest.approx(50, abs=1.1)


def test_states_fill_the_trace() -> None:
    trace = bent(60)
    done = run.replay(replace(trace, t_s=trace.t_s + 100), plan(), find_vm(64))
    assert sum(done.seconds.values()) == pytest.approx(60, abs=1e-6)
    assert done.seconds["uncalibrated"] == pytest.approx(4.0, abs=0.1)
    assert done.seconds["flexed"] == pytest.approx(48, abs=0.5)
    assert done.up is not None
    first = next(e for e in done.events if e.fields.get("state") == "flexed")
    assert first.at_s == pytest.approx(112.2, abs=0.2)  # the filter and the sway


def test_the_upright_is_where_it_is_asked_for() -> None:
    trace, vm = bent(60), vm_or_skip(64)
    late = replace(plan(), upright_s=20.0)
    done = run.replay(trace, late, vm)
    assert done.upright is not None
    assert 21 <= done.upright.at_s < 21.2
    assert "flexed" not in done.seconds  # 30 degrees are the upright
    by_clip = run.replay(trace, replace(plan(), calibrate_s=2.0), vm)
    assert by_clip.upright is not None
    assert by_clip.upright.fields["result"] == "no_nods"
    assert 27.9 <= by_clip.upright.at_s < 28.3  # 3 s of start, five still seconds, 20 for the nods
    never = run.replay(trace, replace(plan(), upright_s=59.5), vm)
    assert never.upright is None
    assert list(never.seconds) == ["uncalibrated"]
    assert never.flexion_deg is not None and np.isnan(never.flexion_deg).all()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"--angle": 95.0}, "--angle 95 is not in 5 to 90 degrees"),
        ({"--hysteresis": 0.5}, "--hysteresis 0.5 is not in 1 to 20 degrees"),
        ({"--hold": 3601.0}, "--hold 3601 is not in 0 to 3600 seconds"),
        ({"--refractory": -1.0}, "--refractory -1 is not in 0 to 86400 seconds"),
        ({"--per-hour": 61.0}, "--per-hour 61 is not in 0 to 60 nudges"),
        ({"--per-day": float("nan")}, "--per-day nan is not in 0 to 200 nudges"),
    ],
)
def test_a_setting_beyond_its_range_is_refused(given: dict, said: str) -> None:
    with pytest.raises(PoiseError) as error:
        whatif.settings_for(vm_or_skip(64), None, given)
    assert error.value.reason is Reason.BAD_INPUT
    assert str(error.value) == said


def test_a_rate_that_the_filter_does_not_take_is_refused() -> None:
    trace = nodding(1)
    with pytest.raises(PoiseError, match=r"rate_hz: 2000.* is not in 26\.\.833"):
        run.replay(replace(trace, rate_hz=2000.0, t_s=trace.t_s * 0.104), plan(), find_vm(64))


# --- the commands


@pytest.mark.vm
def test_replay_command(poise, tmp_path: Path) -> None:
    path, out = write_npz(tmp_path / "a.npz", nodding()), tmp_path / "out.npz"
    done = poise("replay", str(path), "--out", str(out), "--json", "--site", "head")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["samples"] == 40 * RATE_HZ
    assert told["inclination_rmse_deg"] < 0.3
    assert told["settings"]["site"] == 1
    assert told["acc_range_g"] == 8
    with np.load(out) as data:
        assert data["up"].shape == (told["samples"], 3)
        names = data["state_names"][data["state"]]
        assert data["t_s"].shape == data["flexion_deg"].shape == data["lateral_deg"].shape
    counted = {name: float((names == name).sum()) / RATE_HZ for name in set(names.tolist())}
    assert counted == pytest.approx(told["seconds"], rel=1e-6)
    plain = poise("replay", str(path))
    assert "inclination RMSE 0." in plain.stdout
    assert "start position taken at 3.9" in plain.stdout


@pytest.mark.vm
def test_replay_command_refuses(poise, tmp_path: Path) -> None:
    path = write_npz(tmp_path / "a.npz", nodding(2))
    assert "5 to 90 degrees" in refused(
        poise("replay", str(path), "--angle", "1"), Reason.BAD_INPUT
    )
    assert "no file" in refused(poise("replay", "absent.npz"), Reason.BAD_INPUT)
    assert "--site hip" in refused(poise("replay", str(path), "--site", "hip"), Reason.BAD_INPUT)
    nowhere = str(tmp_path / "no" / "out.npz")
    assert "can't be written" in refused(poise("replay", str(path), "--out", nowhere), Reason.BAD_INPUT)  # fmt: skip
    assert poise("replay", str(path), "--upright-s", "1", "--calibrate-s", "1").returncode == 2


def test_bench_motion_says_where_to_get_recordings(poise, tmp_path: Path) -> None:
    for arguments in ((), ("--traces", str(tmp_path))):
        line = refused(poise("bench", "motion", *arguments), Reason.BAD_INPUT)
        assert "10.3390/data6070072" in line
        assert "CC BY 4.0" in line


@pytest.mark.vm
def test_bench_motion(poise, tmp_path: Path) -> None:
    pytest.importorskip("vqf")
    vm_or_skip(64)
    write_npz(tmp_path / "one.npz", nodding())
    write_npz(tmp_path / "two.npz", nodding(20))
    done = poise("bench", "motion", "--traces", str(tmp_path), "--json")
    assert done.returncode == 0, done.stderr
    rows = json.loads(done.stdout)
    assert [row["trace"] for row in rows] == ["one", "two"]
    for row in rows:
        assert 0 < row["ours_deg"] < 0.3
        assert 0 < row["vqf_deg"] < 0.3
        assert row["ratio"] == pytest.approx(row["ours_deg"] / row["vqf_deg"])
        assert row["ours_ns"] > 10
        assert row["vqf_ns"] > 10
        assert row["same_on_32_bits"] in (True, None)
    table = poise("bench", "motion", "--traces", str(tmp_path)).stdout.splitlines()
    assert [line.split("|")[1].strip() for line in table[2:5]] == ["one", "two", "mean of 2"]


def test_bench_motion_without_vqf(tmp_path: Path) -> None:
    vm_or_skip(64)
    write_npz(tmp_path / "a.npz", nodding(5))
    # As on a machine where it is not installed.
    code = (
        "import sys; sys.modules['vqf'] = None; sys.argv = ['poise', *sys.argv[1:]]\n"
        "from poise.cli import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "bench", "motion", "--traces", str(tmp_path), "--json"],
        capture_output=True, text=True, env=environment(tmp_path / "data"),
    )  # fmt: skip
    assert installed.command("dev") in refused(done, Reason.MISSING_EXTRA)


def test_a_trace_without_a_truth_is_not_compared(tmp_path: Path) -> None:
    path = write_npz(tmp_path / "a.npz", replace(nodding(5), q_ref_wxyz=None))
    with pytest.raises(PoiseError, match="q_ref_wxyz"):
        compare.compare(path, [])
