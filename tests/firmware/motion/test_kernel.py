"""Three ways to the same attitude: float reference, checked integer model, viper kernel on two VMs.

Model and kernel agree in every word of the state after every burst. Both keep to the float reference
within the stated tolerance; where no float truth is meaningful (random bits, sustained overload)
they still agree with each other and never leave 32 bits.
"""

import math
import re

import numpy as np
import pytest
from motion import design as d
from motion import layout as L
from motion.spec.attitude_model import AttitudeModel
from motion.spec.int32 import I32, isqrt, saturated
from motion.spec.reference import Reference

from tests.support import motion_host, motion_synth

# Rate, accelerometer and gyroscope scale: the clip's, and the worst that the sensors offer.
CLIP = (208, 4096, 1000 / 35)
FASTEST = (833, 2048, 1000 / 70)
SLOWEST = (26, 16384, 1000 / 35)

# (motion, sensor, seconds, samples a burst, tolerance in degrees against float; None: no float truth)
# Nearly all of the tolerance is the quantised rate: half an LSB of 35 mdps over the filter's 3 s
# is 0.05 degrees. At 26 Hz the two discretise the filter differently.
CASES = [
    ("still", CLIP, 12, 16, 0.15),
    ("nods", CLIP, 12, 16, 0.1),
    ("head", CLIP, 6, 1, 0.15),
    ("head", CLIP, 12, 16, 0.15),
    ("head", FASTEST, 5, 32, 0.15),
    ("head", SLOWEST, 20, 4, 0.5),
    ("spin", CLIP, 8, 16, 0.3),
    ("knocks", CLIP, 12, 16, 0.1),
    ("knocks", FASTEST, 5, 1, 0.1),
    ("noise", CLIP, 6, 16, None),
    ("noise", FASTEST, 3, 7, None),
    ("noise", SLOWEST, 20, 32, None),
    ("corners", CLIP, 6, 16, None),
    ("corners", SLOWEST, 20, 3, None),
    ("corners", FASTEST, 6, 32, None),
    ("pressed", CLIP, 10, 16, None),
    ("pressed", SLOWEST, 20, 16, None),
    ("pressed", FASTEST, 6, 32, None),
    ("stepped", CLIP, 20, 16, None),
    ("head", SLOWEST, 240, 32, None),  # as long as the covariance takes to settle
]
IDS = [f"{name}-{sensor[0]}hz-{burst}" for name, sensor, _, burst, _ in CASES]
_CACHE: dict[tuple, tuple] = {}


def _model_run(name, sensor, seconds, burst):
    """(samples, model state after each burst); computed once for both VMs."""
    key = (name, sensor, seconds, burst)
    if key not in _CACHE:
        rows = motion_synth.rows(name, sensor[0], seconds, sensor[1], sensor[2])
        model = AttitudeModel(d.design(*sensor))
        states = []
        for at in range(0, len(rows), burst):
            model.burst(rows[at : at + burst].tolist())
            states.append(list(map(int, model.state)))
        _CACHE[key] = rows, np.array(states, dtype=np.int32)
    return _CACHE[key]


def _float_up_and_angles(rows, sensor, burst, bias):
    """Float up vector and angles after each burst, with the model's own bias taken off the rate."""
    reference = Reference(sensor[0])
    ups, angles = [], []
    for at in range(0, len(rows), burst):
        for row in rows[at : at + burst]:
            rate = np.radians(row[3:] / sensor[2]) - bias[at // burst]
            reference.update(row[:3] / sensor[1], rate, bridged=saturated(row[:3]))
        ups.append(reference.up)
        angles.append(reference.angles_deg())
    return np.array(ups), np.array(angles)


@pytest.mark.parametrize(("name", "sensor", "seconds", "burst", "tolerance_deg"), CASES, ids=IDS)
def test_three_ways(vm, tmp_path, name, sensor, seconds, burst, tolerance_deg):
    rows, states = _model_run(name, sensor, seconds, burst)
    (tmp_path / "in").write_bytes(rows.tobytes())
    motion_host.run_script(vm, "run_kernel.py", tmp_path / "in", tmp_path / "out", *sensor, burst)
    kernel = np.frombuffer((tmp_path / "out").read_bytes(), np.int32).reshape(-1, L.STATE_SIZE)
    assert kernel.shape == states.shape
    differs = np.argwhere(kernel != states)
    assert not len(differs), f"first difference (burst, index): {differs[0]}"


@pytest.mark.parametrize(
    ("name", "sensor", "seconds", "burst", "tolerance_deg"),
    [case for case in CASES if case[4]],
    ids=[i for i, case in zip(IDS, CASES, strict=True) if case[4]],
)
def test_model_keeps_to_float(name, sensor, seconds, burst, tolerance_deg):
    rows, states = _model_run(name, sensor, seconds, burst)
    unit = 2.0 ** -(d.angle_bits(sensor[0], sensor[2]) + 16) * sensor[0]  # of BIAS, rad/s
    before = np.vstack([np.zeros(3), states[:-1, L.BIAS : L.BIAS + 3]])
    ups, angles = _float_up_and_angles(rows, sensor, burst, before * unit)
    up = states[:, L.UP : L.UP + 3] / 16384
    error = np.degrees(np.linalg.norm(np.cross(up, ups), axis=1))
    assert np.abs(np.linalg.norm(up, axis=1) - 1).max() < 2e-4
    assert error.max() <= tolerance_deg
    assert error.max() > 0  # the two are not the same computation
    out = states[:, L.FLEXION_CDEG : L.FLEXION_CDEG + 3] / 100
    for axis in (0, 1, 2):
        # Flexion loses meaning as lateral nears 90 degrees, as every pair of such angles does.
        steady = np.abs(angles[:, 1]) < 75
        off = (out[steady, axis] - angles[steady, axis] + 180) % 360 - 180
        assert np.abs(off).max() <= 4 * tolerance_deg + 0.02


def test_signs():
    """Bending forward is + flexion, leaning right + lateral, turning right + rotation."""
    for axis, sign, index in (
        (0, -1, L.FLEXION_CDEG),
        (2, -1, L.LATERAL_CDEG),
        (1, -1, L.ROTATION_CDEG),
    ):
        rate = np.zeros((208 * 5, 3))
        rate[208 * 4 :, axis] = sign * 30.0
        rows = motion_synth.samples_of(rate, np.zeros_like(rate), *CLIP)
        model = AttitudeModel(d.design(*CLIP))
        for at in range(0, len(rows), 16):
            model.burst(rows[at : at + 16].tolist())
        assert model.state[index] == pytest.approx(3000, abs=20)
        others = {L.FLEXION_CDEG, L.LATERAL_CDEG, L.ROTATION_CDEG} - {index}
        assert all(abs(model.state[other]) < 20 for other in others)


def test_bias_is_found_at_rest_and_rotation_rezeroed():
    rows = motion_synth.rows("still", *CLIP[:1], 12, *CLIP[1:])
    model = AttitudeModel(d.design(*CLIP))
    for at in range(0, len(rows), 16):
        model.burst(rows[at : at + 16].tolist())
    unit_dps = math.degrees(2.0 ** -(d.angle_bits(CLIP[0], CLIP[2]) + 16)) * CLIP[0]
    found = np.array(model.vector(L.BIAS)) * unit_dps
    assert np.abs(found - [0.3, -0.2, 0.1]).max() < 0.03
    assert model.state[L.REST] > 8 * 208
    assert abs(model.state[L.ROTATION_CDEG]) < 5
    assert model.state[L.ACC_NORM_MG] == pytest.approx(1000, abs=3)


def test_bias_is_found_in_motion():
    t = np.arange(208 * 150) / 208
    rate = np.sin(2 * np.pi * np.outer(t, [0.11, 0.07, 0.05])) * [40, 20, 20]
    rows = motion_synth.samples_of(rate, np.zeros_like(rate), *CLIP).astype(int)
    rows[:, 3:] += np.round(np.array([1.0, -0.8, 0.9]) * CLIP[2]).astype(int)
    model = AttitudeModel(d.design(*CLIP))
    for at in range(0, len(rows), 16):
        model.burst(rows[at : at + 16].tolist())
    unit_dps = math.degrees(2.0 ** -(d.angle_bits(CLIP[0], CLIP[2]) + 16)) * CLIP[0]
    assert np.abs(np.array(model.vector(L.BIAS)) * unit_dps - [1.0, -0.8, 0.9]).max() < 0.45


def test_saturation_is_flagged_and_counted():
    model = AttitudeModel(d.design(*CLIP))
    quiet, acc, gyro = [0, 4096, 0, 0, 0, 0], [32767, 0, 0, 0, 0, 0], [0, 4096, 0, 0, -32768, 0]
    assert model.burst([quiet] * 4) == 0
    assert model.burst([quiet, acc]) == L.FLAG_ACC_SATURATED
    assert model.burst([gyro, quiet, gyro]) == L.FLAG_GYRO_SATURATED
    assert model.state[L.SATURATED] == 3


def _error_deg(model, rows, rate_dps, sensor):
    """Angle between the model's up and the truth after `rows`, whose true rate is given."""
    attitude = np.eye(3)
    for rate in np.radians(rate_dps):
        attitude = attitude @ motion_synth.turn(rate / sensor[0])
    for at in range(0, len(rows), 16):
        model.burst(rows[at : at + 16].tolist())
    up = np.array(model.vector(L.UP), float) / 16384
    return math.degrees(math.acos(min(1.0, up @ attitude.T @ motion_synth.GRAVITY)))


def test_knocks_beyond_the_scale_are_left_out():
    t = np.arange(208 * 10) / 208
    rate = np.zeros((len(t), 3))
    shake = np.zeros_like(rate)
    shake[1500:1560:6, 0] = 30  # one-sided, 50 ms in all: let in, it would tilt up by degrees
    rows = motion_synth.samples_of(rate, shake, *CLIP)
    assert _error_deg(AttitudeModel(d.design(*CLIP)), rows[:1600], rate[:1600], CLIP) < 0.1


def test_a_spin_beyond_the_scale_is_bridged():
    rate = np.zeros((208 * 10, 3))
    rate[1400:1412, 0] = 2_000  # 58 ms, of whose 115 degrees the gyroscope shows half
    rows = motion_synth.samples_of(rate, np.zeros_like(rate), *CLIP)
    lost = _error_deg(AttitudeModel(d.design(*CLIP)), rows[:1408], rate[:1408], CLIP)
    found = _error_deg(
        AttitudeModel(d.design(*CLIP)), rows[:1616], rate[:1616], CLIP
    )  # a second later
    assert lost > 20
    assert found < 6


@pytest.mark.parametrize("module", ["kernels", "bias"])
def test_kernels_repeat_the_slots(module):
    source = (motion_host.FIRMWARE / "motion" / f"{module}.py").read_text(encoding="utf-8")
    repeated = dict(re.findall(r"^_(\w+) = const\((\d+)\)$", source, re.M))
    assert len(repeated) > 20
    for name, number in repeated.items():
        if hasattr(L, name):
            assert getattr(L, name) == int(number), name
    unknown = {n for n in repeated if not hasattr(L, n)} - {"START_CLAMP", "SQRT2_Q13"}
    assert not unknown


@pytest.mark.parametrize(
    "sensor", [(25, 4096, 28.57), (834, 4096, 28.57), (208, 1000, 28.57), (26, 4096, 1000 / 70)]
)
def test_design_refuses_what_would_overflow(sensor):
    with pytest.raises(d.DesignError):
        d.design(*sensor)


def test_design_covers_every_rate():
    for rate in (26, 52, 104, 208, 416, 833):
        for acc in (2048, 4096, 8192, 16384):
            coeff = d.design(rate, acc, 1000 / 35)
            assert 1 << 14 <= coeff[L.ACC_GAIN] < 1 << 15
            assert 1 << 13 < coeff[L.GYRO_GAIN] <= 1 << 15


def test_fixed_point_conversion_raises_on_overflow():
    assert d.to_fixed(0.5, 14, 16, "x") == 8192
    with pytest.raises(d.DesignError):
        d.to_fixed(2.0, 14, 16, "x")
    with pytest.raises(d.DesignError):
        d.normalised(-1.0, 11, "x")
    mantissa, shift = d.normalised(0.0123, 11, "x")
    assert mantissa / 2**shift == pytest.approx(0.0123, rel=1e-3)


def test_checked_integers_raise():
    with pytest.raises(OverflowError):
        _ = I32(70000) * 70000
    with pytest.raises(OverflowError):
        _ = I32(1) << 31
    assert I32(-5) >> 1 == -3
    assert [isqrt(v) for v in (0, 1, 15, 16, (1 << 30) - 1)] == [0, 1, 3, 4, 32767]
    with pytest.raises(OverflowError):
        isqrt(1 << 30)
