"""The health watch: what a broken sensor says within a second, and what a real one never does."""

import numpy as np
import pytest

from tests.support.motion_synth import rows

RATE_HZ, BURST = 200, 16
ACC_LSB, GYR_LSB = 4096.0, 32.8
SECONDS = 20
BROKEN_FROM_S = 5.0


def watched(run_script, tmp_path, data: np.ndarray) -> tuple[str, int]:
    """What the watch said and at which ms of the samples; "None" when it never did."""
    path = tmp_path / "rows.bin"
    path.write_bytes(data.astype("<i2").tobytes())
    said, silence = run_script("health.py", str(path), str(RATE_HZ), str(BURST)).splitlines()
    assert silence.split()[0] == "imu_missing" and int(silence.split()[1]) <= 1000
    fault, t_ms = said.split()
    return fault, int(t_ms)


def real(name: str) -> np.ndarray:
    """The motion with a noise of one LSB."""
    exact = rows(name, RATE_HZ, SECONDS, ACC_LSB, GYR_LSB).astype(int)
    noise = np.random.default_rng(4).integers(-1, 2, exact.shape)
    return np.clip(exact + noise, -32768, 32767).astype(np.int16)


def barely_noisy() -> np.ndarray:
    """A sensor on a table whose noise is one LSB."""
    noise = np.random.default_rng(3).integers(-1, 2, (SECONDS * RATE_HZ, 6))
    return (noise + np.array([0, 4096, 0, 3, -2, 1])).astype(np.int16)


def shaken() -> np.ndarray:
    """As hard as an arm can: 12 g at 7 Hz on two axes, cut off at 8 g, and 1,500 dps at 5 Hz."""
    t = np.arange(SECONDS * RATE_HZ) / RATE_HZ
    hz = np.array([7, 7, 3, 5, 5, 2])
    sines = np.sin(2 * np.pi * hz * t[:, None] + np.array([0, 1, 2, 0, 1, 2]))
    size = np.repeat([ACC_LSB, GYR_LSB], 3) * np.array([12, 12, 3, 1500, 1500, 300])
    return np.clip(sines * size, -32768, 32767).astype(np.int16)


@pytest.mark.parametrize("name", ["still", "nods", "head", "knocks"])
def test_a_real_sensor_is_well(run_script, tmp_path, name):
    assert watched(run_script, tmp_path, real(name))[0] == "None"


@pytest.mark.parametrize("made", [barely_noisy, shaken])
def test_extremes_are_not_faults(run_script, tmp_path, made):
    assert watched(run_script, tmp_path, made())[0] == "None"


@pytest.mark.parametrize(
    "columns", [slice(0, 3), slice(3, 6), slice(0, 6)], ids=["acc", "gyr", "both"]
)
def test_stuck_within_a_second(run_script, tmp_path, columns):
    data = real("head")
    first = int(BROKEN_FROM_S * RATE_HZ)
    data[first:, columns] = data[first, columns]
    fault, t_ms = watched(run_script, tmp_path, data)
    assert fault == "imu_stuck" and 900 <= t_ms - 1000 * BROKEN_FROM_S <= 1000


@pytest.mark.parametrize("axis", range(6))
@pytest.mark.parametrize("value", [0, 17, None])
def test_one_axis_that_stops_is_stuck(run_script, tmp_path, axis, value):
    data = real("head")
    first = int(BROKEN_FROM_S * RATE_HZ)
    data[first:, axis] = data[first - 1, axis] if value is None else value
    fault, t_ms = watched(run_script, tmp_path, data)
    assert fault == "imu_stuck" and 900 <= t_ms - 1000 * BROKEN_FROM_S <= 1000


@pytest.mark.parametrize("value", [0, 17])
def test_an_axis_that_never_says_anything_is_left_to_the_self_test(run_script, tmp_path, value):
    """A trace may have been computed in a plane."""
    data = real("head")
    data[:, 2] = data[:, 4] = value
    assert watched(run_script, tmp_path, data)[0] == "None"


@pytest.mark.parametrize(
    "columns", [slice(0, 3), slice(3, 6), slice(0, 6)], ids=["acc", "gyr", "both"]
)
def test_noisy_within_a_second(run_script, tmp_path, columns):
    data = real("head")
    first = int(BROKEN_FROM_S * RATE_HZ)
    data[first:, columns] = rows("noise", RATE_HZ, SECONDS, ACC_LSB, GYR_LSB)[first:, columns]
    fault, t_ms = watched(run_script, tmp_path, data)
    assert fault == "imu_noisy" and t_ms - 1000 * BROKEN_FROM_S <= 1000


@pytest.mark.parametrize("rail", [-32768, 32767])
def test_an_axis_at_its_end_of_scale(run_script, tmp_path, rail):
    data = real("head")
    first = int(BROKEN_FROM_S * RATE_HZ)
    data[first:, 1] = rail
    fault, t_ms = watched(run_script, tmp_path, data)
    assert fault == "imu_noisy" and t_ms - 1000 * BROKEN_FROM_S <= 1000
