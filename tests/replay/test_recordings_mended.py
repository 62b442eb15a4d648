"""Recordings with faults: lost, late, doubled and disordered samples, two clocks, other rates; all that is said."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from poise.replay.load import load
from poise.replay.samples import Reading
from poise.replay.scale import G_M_S2 as G
from poise.replay.trace import Trace
from tests.support.phone_recordings import HEADER, lines_of, phone, without
from tests.support.recordings import motion, refused, rows, said, same, stamps, write


def npz(path: Path, m: Trace, **other) -> Path:
    np.savez(path, acc_m_s2=m.acc_m_s2, gyr_rad_s=m.gyr_rad_s, t_s=m.t_s, **other)
    return path


# --- lost samples


LOST = (100, 101, 250, 400, 401, 402)


def test_all_gaps_are_named_and_the_option_that_fills_them(tmp_path: Path) -> None:
    error = refused(write(tmp_path / "a.csv", HEADER, *lines_of(without(motion(), *LOST))))
    assert (
        "line 102: samples are missing: 30.00 ms after the one before, usual are 10.00 ms"
        in str(error)
    )
    assert "also at line 250, line 399: 3 gaps, 6 samples in all, at most 3 in one" in str(error)
    assert "--fill 3 fills them" in error.hint
    assert "--until-s 3.995" in error.hint
    assert "--from-s 4.025" in error.hint


@pytest.mark.parametrize("kind", ["csv", "npz"])
def test_gaps_are_filled_when_asked_for(tmp_path: Path, kind: str) -> None:
    true, lost = motion(), without(motion(), *LOST)
    path = tmp_path / f"a.{kind}"
    npz(path, lost) if kind == "npz" else write(path, HEADER, *lines_of(lost))
    assert "--fill 3" in refused(path, Reading(fill=2)).hint
    found = load(path, reading=Reading(fill=3))
    assert len(found) == len(true)
    np.testing.assert_allclose(found.t_s, true.t_s, atol=1e-9)
    there = np.setdiff1d(np.arange(len(true)), LOST)
    same(
        replace(
            found,
            acc_m_s2=found.acc_m_s2[there],
            gyr_rad_s=found.gyr_rad_s[there],
            t_s=found.t_s[there],
        ),
        lost,
    )
    same(found, true, atol=0.2)
    assert "6 lost samples in 3 gaps, at most 3 in one, filled by straight lines" in said(found)


def test_what_a_hint_says_can_be_done(tmp_path: Path) -> None:
    """A gap of two seconds is no matter of filling: before it and after it are two recordings."""
    path = write(tmp_path / "a.csv", HEADER, *lines_of(without(motion(), *range(200, 400))))
    error = refused(path, Reading(fill=500))
    assert "Nobody knows what happened in 2.0 s" in refused(path).hint or "over a second" in str(
        error
    )
    hint = refused(path).hint
    assert "--until-s 1.995" in hint
    assert "--from-s 3.995" in hint
    assert len(load(path, reading=Reading(until_s=1.995))) == 200
    assert load(path, reading=Reading(from_s=3.995)).t_s[0] == pytest.approx(4.0)
    assert "It spans 0.00 to 5.99 s" in refused(path, Reading(from_s=7.0)).hint


@pytest.mark.parametrize("cell", ["", "nan", "NaN", "null", "inf"])
def test_values_that_are_missing_are_lost_samples(tmp_path: Path, cell: str) -> None:
    true = motion()
    lines = lines_of(true)
    for at in (50, 51, 300):
        cells = lines[at].split(",")
        cells[2] = cell
        lines[at] = ",".join(cells)
    path = write(tmp_path / "a.csv", HEADER, *lines)
    error = refused(path)
    assert "line 52: a value is not a number; 3 such samples" in str(error)
    assert "--fill 2" in error.hint
    found = load(path, reading=Reading(fill=2))
    same(found, true, atol=0.2)
    assert "3 lost samples in 2 gaps" in said(found)


def test_a_truth_is_not_made_up(tmp_path: Path) -> None:
    true = motion()
    q = np.tile([1.0, 0, 0, 0], (len(true), 1))
    acc = true.acc_m_s2.copy()
    acc[200:203] = np.nan
    path = npz(
        tmp_path / "a.npz",
        replace(true, acc_m_s2=acc),
        q_ref_wxyz=q,
        moving=np.ones(len(true), bool),
    )
    assert "sample 200: acc_m_s2 is not a number; 3 such samples" in str(refused(path))
    found = load(path, reading=Reading(fill=3))
    assert found.q_ref_wxyz is not None
    assert found.moving is not None
    assert np.isnan(found.q_ref_wxyz[200:203]).all()
    assert not found.moving[200:203].any()
    assert np.isfinite(np.delete(found.q_ref_wxyz, np.s_[200:203], axis=0)).all()


def test_a_file_that_was_cut_off_loses_its_last_line(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", HEADER, *lines_of(motion()))
    path.write_bytes(path.read_bytes()[:-25])
    found = load(path)
    assert len(found) == len(motion()) - 1
    assert "its last line is cut off" in said(found)


# --- times


def late(m: Trace, size: float = 0.45) -> Trace:
    rng = np.random.default_rng(5)
    return replace(m, t_s=m.t_s + rng.uniform(0, size, len(m)) / m.rate_hz)


def test_times_that_vary_are_asked_about(tmp_path: Path) -> None:
    """Nobody can know from a file whether its times are the sensor's or those of arrival."""
    true = motion()
    path = write(tmp_path / "a.csv", HEADER, *lines_of(late(true)))
    error = refused(path)
    assert "the samples are not regular" in str(error)
    assert "--resample" in error.hint
    assert "--rate" in error.hint
    arrived = load(path, reading=Reading(rate_hz=100))
    same(arrived, true)
    assert "its times are left aside" in said(arrived)
    own = load(path, reading=Reading(resample_hz=100))
    assert own.rate_hz == 100
    assert "taken as the sensor's own, and resampled at 100 Hz" in said(own)
    shifted = np.interp(own.t_s, late(true).t_s, true.acc_m_s2[:, 2])
    np.testing.assert_allclose(own.acc_m_s2[:, 2], shifted, atol=1e-4)


def test_samples_that_come_late_together_are_not_lost_ones(tmp_path: Path) -> None:
    """A radio that stalls for 50 ms and then brings all at once."""
    true = motion()
    t_s = true.t_s.copy()
    t_s[300:305] = t_s[305] - 0.001 * np.arange(5, 0, -1)
    path = write(tmp_path / "a.csv", HEADER, *lines_of(replace(true, t_s=t_s)))
    error = refused(path, Reading(fill=10))
    assert "not regular" in str(error)
    same(load(path, reading=Reading(rate_hz=100)), true)


def test_packets_with_one_time_each(tmp_path: Path) -> None:
    true = motion()
    path = write(
        tmp_path / "a.csv", HEADER, *lines_of(replace(true, t_s=np.floor(true.t_s * 25) / 25))
    )
    error = refused(path)
    assert "the time does not go on" in str(error)
    assert "Several samples have one time" in error.hint
    assert "--rate 100" in error.hint or "--rate 101" in error.hint
    same(load(path, reading=Reading(rate_hz=100)), true)


def test_samples_that_stand_twice_are_taken_once(tmp_path: Path) -> None:
    true = motion()
    lines = lines_of(true)
    found = load(write(tmp_path / "a.csv", HEADER, *lines[:200], lines[199], *lines[200:]))
    same(found, true)
    assert "1 line twice in a row, the first is line 202: taken once" in said(found)


def test_samples_in_another_order_are_sorted_when_asked_for(tmp_path: Path) -> None:
    true = motion()
    lines = lines_of(true)
    lines[100:104] = [lines[n] for n in (102, 103, 100, 101)]
    path = write(tmp_path / "a.csv", HEADER, *lines)
    error = refused(path)
    assert "line 104: the time does not go on" in str(error)
    assert "--sort" in error.hint
    found = load(path, reading=Reading(sort=True))
    same(found, true)
    assert "4 samples stood in another order than their times" in said(found)


def test_a_clock_that_was_set_back_is_refused(tmp_path: Path) -> None:
    true = motion()
    t_s = true.t_s.copy()
    t_s[300:] -= 1.0
    path = write(tmp_path / "a.csv", HEADER, *lines_of(replace(true, t_s=t_s)))
    assert "line 302: the time does not go on" in str(refused(path))
    same(
        load(path, reading=Reading(rate_hz=100)), true
    )  # whoever knows that none is lost may say so


# --- other rates


@pytest.mark.parametrize("rate_hz", [10.0, 20.0, 25.0])
def test_a_low_rate_is_resampled_and_that_is_said(tmp_path: Path, rate_hz: float) -> None:
    slow, true = motion(rate_hz=rate_hz), motion(rate_hz=208.0)
    found = load(write(tmp_path / "a.csv", HEADER, *lines_of(slow)))
    assert found.rate_hz == 208
    assert f"resampled from {rate_hz:g} to 208 Hz by straight lines" in said(found)
    assert f"movements faster than {rate_hz / 2:g} Hz are not in it" in said(found)
    smooth = np.interp(found.t_s, true.t_s, true.acc_m_s2[:, 2])
    assert np.abs(found.acc_m_s2[:, 2] - smooth).max() < 0.3
    by_npz = load(npz(tmp_path / "a.npz", slow))
    assert by_npz.rate_hz == 208
    np.testing.assert_allclose(by_npz.acc_m_s2, found.acc_m_s2, atol=1e-5)


def test_a_rate_with_which_nothing_can_be_seen_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", HEADER, *lines_of(motion(60, rate_hz=2.0)))
    assert "2 samples a second are too few" in str(refused(path))


def test_a_high_rate_is_averaged_and_that_is_said(tmp_path: Path) -> None:
    found = load(write(tmp_path / "a.csv", HEADER, *lines_of(motion(rate_hz=1600.0))))
    assert found.rate_hz == 800
    assert "means of 2 samples, 800 Hz" in said(found)
    same(found, motion(rate_hz=800.0), atol=0.12)


def test_a_rate_that_is_asked_for(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", HEADER, *lines_of(motion()))
    found = load(path, reading=Reading(resample_hz=208.0))
    assert found.rate_hz == 208
    assert "resampled from 100 to 208 Hz" in said(found)
    assert "is not in 26 to 833 Hz" in str(refused(path, Reading(resample_hz=10.0)))


# --- two files, two clocks


def test_a_phones_two_files(tmp_path: Path) -> None:
    true = motion()
    acc, gyr = phone(tmp_path, true)
    error = refused(acc)
    assert "it has no gyroscope" in str(error)
    assert "--gyr FILE (beside it stands Gyroscope.csv)" in error.hint
    found = load(acc, reading=Reading(gyr=gyr))
    same(replace(found, t_s=found.t_s - found.t_s[0]), true, atol=0.2)
    assert "Sensor Logger" in said(found)
    assert "(100 Hz, begun 3.1 ms apart) are taken as of one clock" in said(found)


def test_two_files_of_two_rates(tmp_path: Path) -> None:
    acc, gyr = phone(tmp_path, motion(), gyr=motion(rate_hz=200.0))
    found = load(acc, reading=Reading(gyr=gyr))
    assert found.rate_hz == pytest.approx(200, rel=1e-3)
    assert "(100 and 200 Hz" in said(found)
    assert "at the gyroscope's times" in said(found)


def test_two_files_that_share_no_time_are_refused(tmp_path: Path) -> None:
    acc, gyr = phone(tmp_path, motion(), apart_ms=60_000)
    error = refused(acc, Reading(gyr=gyr))
    assert "it has 0.0 s in common with Gyroscope.csv" in str(error)
    assert "--time-column" in error.hint


def test_the_ends_that_only_one_sensor_has_are_left_out(tmp_path: Path) -> None:
    acc, gyr = phone(tmp_path, motion(), apart_ms=1_000)
    found = load(acc, reading=Reading(gyr=gyr))
    assert found.duration_s == pytest.approx(5.0, abs=0.02)
    assert "2.00 s at the ends have only one of the sensors" in said(found)


def test_gaps_of_one_of_two_files_are_named_with_its_name(tmp_path: Path) -> None:
    acc, gyr = phone(tmp_path, motion())
    lines = gyr.read_text(encoding="utf-8").splitlines()
    write(gyr, *lines[:100], *lines[102:])
    error = refused(acc, Reading(gyr=gyr))
    assert "Gyroscope.csv: line 101: samples are missing" in str(error)
    found = load(acc, reading=Reading(gyr=gyr, fill=2))
    assert "2 lost samples in 1 gap" in said(found)


def test_metabase_exports_two_files(tmp_path: Path) -> None:
    true = motion()
    shifted = replace(true, t_s=true.t_s + 0.004)
    since = [f"{t:.3f}" for t in true.t_s]
    acc = write(
        tmp_path / "MetaWear_Accelerometer.csv",
        "epoch (ms),time (01:00),elapsed (s),x-axis (g),y-axis (g),z-axis (g)",
        *rows(true, stamps(true, "ms"), stamps(true, "iso"), since, true.acc_m_s2 / G),
    )
    gyr = write(
        tmp_path / "MetaWear_Gyroscope.csv",
        "epoch (ms),time (01:00),elapsed (s),x-axis (deg/s),y-axis (deg/s),z-axis (deg/s)",
        *rows(
            true, stamps(shifted, "ms"), stamps(shifted, "iso"), since, np.degrees(true.gyr_rad_s)
        ),
    )
    found = load(acc, reading=Reading(gyr=gyr))
    same(replace(found, t_s=found.t_s - found.t_s[0]), true, atol=0.3)
    assert "begun 4.0 ms apart" in said(found)  # by the dates: the elapsed times begin at 0 in each


def test_sensors_that_take_turns_in_one_file(tmp_path: Path) -> None:
    true = motion()
    lines = []
    for n, t in enumerate(true.t_s):
        acc, gyr = true.acc_m_s2[n], true.gyr_rad_s[n]
        lines.append(f"{t:.4f},{acc[0]:.6f},{acc[1]:.6f},{acc[2]:.6f},,,")
        lines.append(f"{t + 0.002:.4f},,,,{gyr[0]:.6f},{gyr[1]:.6f},{gyr[2]:.6f}")
    found = load(write(tmp_path / "a.csv", HEADER, *lines))
    same(replace(found, t_s=found.t_s - found.t_s[0]), true, atol=0.3)
    assert "begun 2.0 ms apart" in said(found)


# --- the recorder's own end of scale, and how it was worn


def test_a_recorders_end_of_scale_is_said(tmp_path: Path) -> None:
    true = motion()
    acc = true.acc_m_s2.copy()
    acc[200:210, 1] = 5 * G
    path = write(
        tmp_path / "a.csv", HEADER, *lines_of(replace(true, acc_m_s2=np.clip(acc, -2 * G, 2 * G)))
    )
    found = load(path)
    assert "10 samples stand at the accelerometer's own end of scale, 2 g; --acc-range-g 2" in said(
        found
    )
    assert "end of scale" not in said(load(write(tmp_path / "b.csv", HEADER, *lines_of(true))))


def test_another_mounting_is_turned(tmp_path: Path) -> None:
    true = motion()
    moved = replace(
        true, acc_m_s2=true.acc_m_s2[:, [2, 0, 1]], gyr_rad_s=true.gyr_rad_s[:, [2, 0, 1]]
    )
    path = write(tmp_path / "a.csv", HEADER, *lines_of(moved))  # its y is the wearer's right
    found = load(path, reading=Reading(mount="y,z,x"))
    same(found, true)
    assert "its axes y,z,x are taken as the wearer's right, up and back" in said(found)
    for wrong in ("x,y", "x,x,z", "y,x,z", "a,b,c"):
        assert f"--mount {wrong}" in str(refused(path, Reading(mount=wrong)))


def test_an_accelerometer_that_points_down_is_turned_round(tmp_path: Path) -> None:
    true = motion()
    path = write(tmp_path / "a.csv", HEADER, *lines_of(replace(true, acc_m_s2=-true.acc_m_s2)))
    found = load(path, reading=Reading(flip_acc=True))
    same(found, true)
    assert "its sign turned round" in said(found)
