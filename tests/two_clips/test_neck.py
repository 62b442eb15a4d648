"""Neck flexion from two streams: geometry, alignment, gaps, the error budget's terms, the lag check, the exposure."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from poise.insight.exposure import CLASSES
from poise.two_clips import angles
from poise.two_clips.angles import Neck, Stream, align, exposure, neck_angles, up_vectors
from poise.two_clips.lag import Lag, estimate_lag, signed_rates_dps

RATE_HZ = 25.0
COVERED = 0.95


def times(seconds: float, rate_hz: float = RATE_HZ, from_ms: float = 0.0) -> np.ndarray:
    return from_ms + np.arange(int(seconds * rate_hz)) * 1000 / rate_hz


def stream(t_ms, flexion, lateral=0.0, *, unsure_ms=0.0, spread_deg=0.0, valid=None) -> Stream:
    def column(value) -> np.ndarray:
        return np.broadcast_to(np.asarray(value, float), t_ms.shape).copy()

    worn = np.ones(len(t_ms), bool) if valid is None else valid
    columns = [column(value) for value in (flexion, lateral, unsure_ms, spread_deg)]
    return Stream(t_ms, columns[0], columns[1], worn, columns[2], columns[3])


def corrected(deg: float) -> float:
    """What a difference of the clips' angles becomes: the collar went along with a part of it."""
    return deg / (1 - angles.COLLAR_SHARE)


def one(flexion: float, lateral: float = 0.0) -> np.ndarray:
    return up_vectors(np.array([flexion]), np.array([lateral]))


# --- geometry


@given(st.floats(-85, 85), st.floats(-85, 85))
def test_in_the_sagittal_plane_it_is_the_difference(head: float, trunk: float) -> None:
    flexion, lateral = neck_angles(one(head), one(trunk))
    assert flexion[0] == pytest.approx(head - trunk, abs=1e-6)
    assert lateral[0] == pytest.approx(0, abs=1e-6)


@given(st.floats(-120, 120), st.floats(-55, 55))
def test_on_an_upright_trunk_it_is_the_heads_own_angles(flexion: float, lateral: float) -> None:
    found = neck_angles(one(flexion, lateral), one(0.0))
    assert [float(a[0]) for a in found] == pytest.approx([flexion, lateral], abs=1e-6)


@given(st.floats(-60, 60), st.floats(-40, 40))
def test_leaning_as_one_piece_is_no_neck_angle(flexion: float, lateral: float) -> None:
    found = neck_angles(one(flexion, lateral), one(flexion, lateral))
    assert [float(a[0]) for a in found] == pytest.approx([0, 0], abs=1e-6)


def test_a_lean_to_the_side_is_lateral_flexion_only() -> None:
    flexion, lateral = neck_angles(one(0, 30), one(0, 12))
    assert (flexion[0], lateral[0]) == pytest.approx((0, 18), abs=1e-6)


def test_a_head_turned_to_the_side_sees_the_trunks_lean_from_there() -> None:
    # The trunk leans 20 degrees forward and the head stays upright, facing right: its left ear would have to come up.
    flexion, lateral = neck_angles(one(0), one(20), turned_deg=90.0)
    assert (flexion[0], lateral[0]) == pytest.approx((0, 20), abs=1e-6)


# --- alignment


def test_the_trunk_is_interpolated_at_the_heads_times() -> None:
    head_t, trunk_t = times(4), times(4, from_ms=-13.0)
    found = align(stream(head_t, 30 + head_t / 200), stream(trunk_t, trunk_t / 200))
    assert found.flexion.deg[found.both] == pytest.approx(corrected(30), abs=1e-6)
    # Past the trunk's last sample nothing is made up.
    assert not found.both[-1]
    assert found.both[:-1].all()


def test_a_gap_is_not_bridged_and_a_short_hole_is() -> None:
    t_ms = times(6)
    short = (t_ms > 1000) & (t_ms < 1240)
    long = (t_ms > 3000) & (t_ms < 3400)
    kept = t_ms[~(short | long)]
    found = align(stream(t_ms, 20.0), stream(kept, 5.0))
    assert np.array_equal(np.isnan(found.flexion.deg), long)
    assert np.array_equal(~found.both, long)
    assert np.isnan(found.flexion.error_deg[long]).all()
    assert np.isnan(found.trunk_flexion_deg[long]).all()


def test_only_where_both_are_worn_and_calibrated() -> None:
    t_ms = times(4)
    head = stream(t_ms, 20.0, valid=t_ms > 500)
    found = align(head, stream(t_ms, 5.0, valid=t_ms < 3000))
    assert np.array_equal(found.both, (t_ms > 500) & (t_ms < 3000))


def test_on_its_side_a_segment_has_no_flexion() -> None:
    t_ms = times(1)
    assert not align(stream(t_ms, 0.0, 70.0), stream(t_ms, 0.0)).both.any()


def test_a_stream_of_one_sample_is_enough_and_of_none_is_refused() -> None:
    at = np.array([5.0])
    assert align(stream(at, 20.0), stream(at, 5.0)).flexion.deg[0] == pytest.approx(corrected(15.0))
    with pytest.raises(ValueError, match="without samples"):
        align(stream(at, 20.0), stream(np.array([]), 5.0))


# --- the error budget


def test_each_term_is_named_and_they_add_up() -> None:
    t_ms = times(2)
    found = align(stream(t_ms, 30.0, spread_deg=0.4), stream(t_ms, 10.0, spread_deg=0.3))
    terms = {name: float(value[20]) for name, value in found.flexion.terms_deg.items()}
    assert set(terms) == {
        *("alignment", "interpolation", "head start position", "trunk start position"),
        *("filter", "offset", "collar", "heading"),
    }
    assert (terms["head start position"], terms["trunk start position"]) == (0.4, 0.3)
    assert (terms["alignment"], terms["interpolation"]) == pytest.approx((0, 0), abs=1e-9)
    assert terms["filter"] == pytest.approx(angles.FILTER_DEG * 2**0.5)
    assert terms["collar"] == pytest.approx(angles.COLLAR_SPREAD * corrected(20) / 3**0.5)
    total = 2 * sum(value**2 for value in terms.values()) ** 0.5
    assert found.flexion.error_deg[20] == pytest.approx(total)


@pytest.mark.parametrize(("unsure_ms", "rate_dps"), [(10.0, 50.0), (40.0, 50.0), (40.0, 200.0)])
def test_alignment_is_the_rate_times_the_clocks_uncertainty(
    unsure_ms: float, rate_dps: float
) -> None:
    t_ms = times(0.4)
    moving = stream(t_ms, rate_dps * t_ms / 1000, unsure_ms=unsure_ms)
    found = align(moving, stream(t_ms, 0.0, unsure_ms=unsure_ms))
    limit_deg = rate_dps * (unsure_ms + angles.SAMPLE_AGE_MS) / 1000
    assert found.flexion.terms_deg["alignment"][4] == pytest.approx(limit_deg / 3**0.5)


def test_interpolation_bounds_what_a_curve_loses_between_samples() -> None:
    trunk_t, head_t = times(4, 10.0), times(3.5, 97.0, from_ms=203.0)

    def lean(t_ms: np.ndarray) -> np.ndarray:
        return 15 * np.sin(2 * np.pi * t_ms / 2000)

    found = align(stream(head_t, 0.0), stream(trunk_t, lean(trunk_t)))
    lost = np.abs(found.flexion.deg + corrected(1) * lean(head_t))[found.both]
    limit = found.flexion.terms_deg["interpolation"][found.both] * 3**0.5
    assert lost.max() > 0.1
    assert (lost <= limit * 1.05 + 1e-6).mean() > COVERED


def test_beside_a_gap_half_the_change_stands_for_the_curve() -> None:
    trunk = stream(np.array([0.0, 100.0]), np.array([0.0, 8.0]))
    found = align(stream(np.array([50.0]), 0.0), trunk)
    assert found.flexion.terms_deg["interpolation"][0] == pytest.approx(4 / 3**0.5, rel=1e-3)


def test_the_unknown_turn_of_the_head_counts_once_the_trunk_leans() -> None:
    t_ms = times(1)
    upright = align(stream(t_ms, 30.0), stream(t_ms, 0.0)).lateral.terms_deg["heading"][5]
    leaning = align(stream(t_ms, 30.0), stream(t_ms, 20.0)).lateral.terms_deg["heading"][5]
    assert upright == pytest.approx(0, abs=1e-6)
    # A trunk that leans by 20 degrees shows to a head turned by 10 as 3.4 degrees to the side.
    assert leaning == pytest.approx(20 * np.sin(np.radians(10)), abs=0.5)


@settings(max_examples=60)
@given(
    seed=st.integers(0, 2**32 - 1),
    unsure_ms=st.floats(0, 60),
    spread_deg=st.floats(0, 1),
    trunk_hz=st.floats(12, 50),
    size_deg=st.floats(2, 40),
)
def test_errors_no_larger_than_the_terms_stay_within_what_is_stated(
    seed: int, unsure_ms: float, spread_deg: float, trunk_hz: float, size_deg: float
) -> None:
    rng = np.random.default_rng(seed)
    constant = rng.uniform(-1, 1, 4)
    found, truth = _drawn(rng, unsure_ms, spread_deg, trunk_hz, size_deg, constant)
    assert _share_inside(found, truth) >= COVERED


def test_the_stated_error_contains_the_true_one_in_95_of_100_cases() -> None:
    """The constant errors are normal, so some cases lie outside for good: no more than a few."""
    rng = np.random.default_rng(1)
    shares = []
    for _ in range(600):
        unsure_ms, spread_deg, trunk_hz, size_deg = rng.uniform([0, 0, 12, 2], [60, 1, 50, 40])
        constant = rng.normal(0, 1, 4)
        found, truth = _drawn(rng, unsure_ms, spread_deg, trunk_hz, size_deg, constant)
        shares.append(_share_inside(found, truth))
    assert np.mean(shares) >= COVERED
    # And it is not simply large: half of it would not do.
    assert np.mean(np.array(shares) == 1.0) < 0.99


def _share_inside(found: Neck, truth: np.ndarray) -> float:
    error = np.abs(found.flexion.deg - truth)[found.both]
    return float((error <= found.flexion.error_deg[found.both]).mean())


def _drawn(
    rng: np.random.Generator,
    unsure_ms: float,
    spread_deg: float,
    trunk_hz: float,
    size_deg: float,
    constant: np.ndarray,
) -> tuple[Neck, np.ndarray]:
    """A case and its truth. `constant`: both uprights' and both filters' errors in standard uncertainties."""
    head_motion, trunk_motion = _motion(rng, size_deg), _motion(rng, size_deg / 2)

    def seen(motion, t_ms: np.ndarray, constant: np.ndarray) -> Stream:
        off_ms = rng.uniform(-unsure_ms, unsure_ms)
        age_ms = rng.uniform(0, angles.SAMPLE_AGE_MS, len(t_ms))
        angle = motion(t_ms + off_ms - age_ms)
        angle = np.round(angle + constant @ [spread_deg, angles.FILTER_DEG], 2)
        return stream(t_ms, angle, unsure_ms=unsure_ms, spread_deg=spread_deg)

    share = rng.uniform(0, angles.COLLAR_SHARE + angles.COLLAR_SPREAD)
    t_ms = times(12, from_ms=300.0)
    head = seen(head_motion, t_ms, constant[:2])
    trunk_t = times(13, trunk_hz)
    collar = seen(
        lambda t: trunk_motion(t) + share * (head_motion(t) - trunk_motion(t)),
        trunk_t,
        constant[2:],
    )
    return align(head, collar), head_motion(t_ms) - trunk_motion(t_ms)


def _motion(rng: np.random.Generator, size_deg: float):
    hz, phase = rng.uniform(0.05, 0.6, 3), rng.uniform(0, 2 * np.pi, 3)
    return lambda t_ms: (
        (size_deg / 3) * np.sin(2 * np.pi * np.outer(t_ms / 1000, hz) + phase).sum(axis=1)
    )


# --- the lag check


def _felt(lag_ms: float, rate_hz: float = 25.0, seconds: float = 40.0):
    motion = _motion(np.random.default_rng(4), 30.0)
    t_ms = times(seconds, rate_hz)
    return signed_rates_dps(t_ms, motion(t_ms - lag_ms))


@pytest.mark.parametrize("lag_ms", [0.0, 35.0, -120.0, 400.0])
def test_the_lag_is_found(lag_ms: float) -> None:
    found = estimate_lag(*_felt(0.0), *_felt(lag_ms, 31.0))
    assert found is not None
    assert found.lag_ms == pytest.approx(lag_ms, abs=6)
    assert found.correlation > 0.95


def test_without_shared_movement_there_is_no_lag() -> None:
    t_ms = times(40)
    still = signed_rates_dps(t_ms, np.zeros(len(t_ms)))
    assert estimate_lag(*_felt(0.0), *still) is None
    assert estimate_lag(*_felt(0.0, seconds=3.0), *_felt(0.0)) is None


def test_the_lag_is_found_across_gaps() -> None:
    t_ms, rate = _felt(-60.0)
    gone = (t_ms > 8000) & (t_ms < 15000)
    found = estimate_lag(*_felt(0.0), t_ms[~gone], rate[~gone])
    assert found is not None
    assert found.lag_ms == pytest.approx(-60, abs=6)


@pytest.mark.parametrize(
    ("lag_ms", "correlation", "unsure_ms", "doubtful"),
    [
        (90, 0.9, 10, False),
        (130, 0.9, 10, True),
        (-130, 0.9, 10, True),
        (130, 0.9, 40, False),
        (400, 0.3, 10, False),
    ],
)
def test_it_warns_beyond_the_clocks_uncertainty_when_the_movements_are_alike(
    lag_ms: float, correlation: float, unsure_ms: float, doubtful: bool
) -> None:
    assert Lag(lag_ms, correlation).disagrees(unsure_ms) is doubtful


# --- exposure


def test_minutes_by_class_refer_to_what_both_clips_saw() -> None:
    t_ms = times(600)
    held = (-5.0, 5.0, 15.0, 25.0, 40.0, 50.0)
    flexion = np.repeat(held, len(t_ms) // 6)
    found = exposure(align(stream(t_ms, flexion), stream(t_ms, 0.0, valid=t_ms >= 100_000)))
    assert found.recorded_min == pytest.approx(10, abs=0.01)
    assert found.valid_min == pytest.approx(10 * 5 / 6, abs=0.01)
    assert list(found.class_min) == list(CLASSES)
    assert list(found.class_min.values()) == pytest.approx([0, *[10 / 6] * 5], abs=0.01)
    assert [found.p10_deg, found.p50_deg, found.p90_deg] == pytest.approx(
        [corrected(deg) for deg in (5, 25, 50)]
    )
    assert found.share("under_10") == pytest.approx(0.2, abs=0.01)


def test_a_class_begins_at_its_edge() -> None:
    t_ms = times(60)
    for edge, name in ((0.0, "under_10"), (10.0, "under_20"), (45.0, "over_45")):
        found = exposure(align(stream(t_ms, edge + 1e-6), stream(t_ms, 0.0)))
        assert found.share(name) == pytest.approx(1)


def test_a_gap_counts_for_nothing_and_no_time_has_no_percentiles() -> None:
    t_ms = times(120)
    kept = t_ms[(t_ms < 30_000) | (t_ms >= 90_000)]
    found = exposure(align(stream(kept, 20.0), stream(kept, 0.0)))
    assert found.valid_min == pytest.approx(1, abs=0.01)
    none = exposure(align(stream(t_ms, 20.0, valid=t_ms < 0), stream(t_ms, 0.0)))
    assert (none.valid_min, none.p50_deg, none.share("under_20")) == (0, None, None)
