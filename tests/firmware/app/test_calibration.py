"""Calibration, the fit at each donning and the drift of the neutral: the clip any way round, and bad data refused."""

import math

import numpy as np
import pytest
from motion import placement as p
from motion.calibration import Calibration
from motion.neutral_drift import BACKWARD_CDEG, FORWARD_CDEG, NeutralDrift
from motion.placement import Placement
from motion.vectors import angle_cdeg

from poise.wire.rows import ENUMS
from tests.support import motion_synth

DT_MS = 77
UP, RIGHT = np.array([0.0, 0, 1]), np.array([1.0, 0, 0])  # the wearer's frame: right, forward, up
# Rows: the sensor's axes in the wearer's frame.
MOUNTS = {
    "back": np.array([[1.0, 0, 0], [0, 0, 1], [0, -1, 0]]),
    "upside down": np.array([[-1.0, 0, 0], [0, 0, -1], [0, -1, 0]]),
    "left": np.array([[0.0, -1, 0], [0, 0, 1], [-1, 0, 0]]),
    "right": np.array([[0.0, 1, 0], [0, 0, 1], [1, 0, 0]]),
    "askew": motion_synth.turn(np.array([0.4, -0.9, 1.7])),
}


def q14(vector) -> tuple[int, int, int]:
    x, y, z = (round(v * 16384) for v in vector)
    return x, y, z


def leaning(degrees) -> tuple[int, int, int]:
    """Up in the back mount's axes, `degrees` forward."""
    angle = math.radians(degrees)
    return q14((0, math.cos(angle), math.sin(angle)))


def pose(up, seconds=30, rate=50, shake=10, norm=1000, turning=(0, 0, 0)):
    """(outcome, seconds, calibration) of a pose alone, given as a function of time. `turning`: the mean rate."""
    calibration, t = Calibration((leaning(0), (16384, 0, 0)), full=False), 0.0
    while t < seconds:
        t += DT_MS / 1000
        outcome = calibration.step(DT_MS, up(t), turning, rate, shake, norm)
        if outcome:
            return outcome, t, calibration
    return None, t, calibration


def test_outcomes_of_the_pose():
    outcome, seconds, done = pose(lambda t: leaning(12 + 0.2 * math.sin(9 * t)))
    assert (outcome, seconds) == ("accepted", pytest.approx(5, abs=0.3))
    assert angle_cdeg(done.up_q14, leaning(12)) < 10
    assert done.spread_cdeg == pytest.approx(8, abs=3)  # of means over some 0.4 s
    assert pose(lambda t: leaning(70))[0] == "tilted"
    assert pose(lambda t: leaning(180))[0] == "tilted"
    assert pose(lambda t: leaning(0), rate=7000)[0] == "moving"
    assert (
        pose(lambda t: leaning(0), rate=700, turning=(0, 700, 0))[0] == "moving"
    )  # the head turns
    assert pose(lambda t: leaning(1.5 * t), rate=200)[0] == "moving"
    assert pose(lambda t: leaning(0), shake=500)[0] == "moving"
    assert pose(lambda t: leaning(20 * math.sin(t)))[0] == "moving"
    assert pose(lambda t: leaning(0), norm=700)[0] == "sensor_fault"


def test_the_pose_waits_for_stillness():
    outcome, seconds, _ = pose(lambda t: leaning(10 * math.sin(3 * t) if t < 6 else 5))
    assert outcome == "accepted"
    assert seconds == pytest.approx(11, abs=0.5)


def test_a_pose_alone_needs_a_right_axis():
    with pytest.raises(ValueError, match="right axis"):
        Calibration(None, full=False)


def attempt(mount, axes, before=None, gap_s=1.5, degrees=22, seconds=1.4, jolt_mg=0):
    """(outcome, calibration): 5 s still, then a movement there and back about each of `axes` (wearer's frame).

    `jolt_mg`: how far the whole body's going up or down takes the force's length meanwhile.
    """
    calibration = Calibration(before)
    up = q14(mount @ UP)
    n_still = math.ceil(5200 / DT_MS)
    steps = [np.zeros(3)] * n_still
    for axis in axes:
        n = round(1000 * seconds / DT_MS)
        rates = degrees * math.pi / seconds * np.cos(np.pi * (np.arange(n) + 0.5) / n)
        # Out and back: the rate of half a sine's angle.
        steps += [mount @ (np.asarray(axis, float) * rate) for rate in rates]
        steps += [np.zeros(3)] * round(gap_s * 1000 / DT_MS)
    steps += [np.zeros(3)] * round(21_000 / DT_MS)
    for rate in steps:
        cdps = [round(v * 100) for v in rate]
        moving = round(float(np.linalg.norm(rate)) * 100)
        norm = 1000 + (jolt_mg if moving else 0)
        outcome = calibration.step(DT_MS, up, cdps, moving + 50, 10, norm)
        if outcome:
            return outcome, calibration
    raise AssertionError("no outcome")


@pytest.mark.parametrize("name", MOUNTS)
def test_two_nods_tell_the_axis_any_way_round(name):
    mount = MOUNTS[name]
    outcome, done = attempt(mount, [-RIGHT, -RIGHT])
    assert outcome == "accepted"
    assert angle_cdeg(done.right_q14, q14(mount @ RIGHT)) < 100
    assert angle_cdeg(done.up_q14, q14(mount @ UP)) < 10
    assert done.quality_pct > 85


@pytest.mark.parametrize("degrees", [15, 22, 40, 55])
@pytest.mark.parametrize("seconds", [0.8, 1.4, 2.5, 3.8])
def test_nods_may_be_slow_and_wide(degrees, seconds):
    outcome, done = attempt(MOUNTS["back"], [-RIGHT, -RIGHT], degrees=degrees, seconds=seconds)
    assert outcome == "accepted"
    assert angle_cdeg(done.right_q14, q14(MOUNTS["back"] @ RIGHT)) < 200


def test_who_stands_up_and_sits_down_has_not_nodded():
    """The body's own rise and fall shakes the clip by 200 mg and more; a fast nod shakes it, too."""
    back = MOUNTS["back"]
    assert attempt(back, [-RIGHT, -RIGHT], degrees=40, seconds=2.0, jolt_mg=200)[0] == "no_nods"
    assert attempt(back, [-RIGHT, -RIGHT], degrees=40, seconds=0.8, jolt_mg=200)[0] == "accepted"


def test_nods_that_are_none_or_do_not_agree():
    back = MOUNTS["back"]
    assert attempt(back, [])[0] == "no_nods"
    assert attempt(back, [-RIGHT])[0] == "no_nods"
    assert attempt(back, [-RIGHT, -RIGHT], degrees=5)[0] == "no_nods"
    assert attempt(back, [-RIGHT, [0, 1, 0]])[0] == "uneven_nods"
    # A third that agrees with the second will do.
    assert attempt(back, [[0, 1, 0], -RIGHT, -RIGHT])[0] == "accepted"
    assert {"accepted", "tilted", "moving", "sensor_fault", "no_nods", "uneven_nods"} <= set(
        ENUMS["calibration"]
    )


def test_a_pose_that_leans_sideways_or_lies():
    back = MOUNTS["back"]
    lean = np.array([-math.cos(0.5), 0, -math.sin(0.5)])  # nods about an axis 29 degrees off level
    assert attempt(back, [lean, lean])[0] == "tilted"
    # Lying: the same way round as before, and up is elsewhere.
    before = (leaning(80), (16384, 0, 0))
    assert attempt(back, [-RIGHT, -RIGHT], before)[0] == "tilted"
    # Upside down is another way round: not a reason to refuse.
    upside = (q14(back @ -UP), q14(back @ -RIGHT))
    assert attempt(back, [-RIGHT, -RIGHT], upside)[0] == "accepted"


def fitted(degrees, seconds, rate=50):
    """The state of a fit whose wearer holds still, `degrees` forward of the upright."""
    fit = Placement()
    fit.calibrated(AXES, False)
    for _ in range(round(seconds * 1000 / DT_MS)):
        fit.step(DT_MS, *leaning(degrees), rate, 10)
    return fit


def test_the_fit_is_told_by_gravity():
    assert fitted(4, 4).state == p.FITS
    assert fitted(4, 2).state == p.CHECKING
    assert fitted(7, 12).state == p.SHIFTED
    assert fitted(7, 9).state == p.CHECKING
    assert fitted(7, 60, rate=3000).state == p.CHECKING
    later = fitted(20, 12)  # slumped since the donning; then the wearer sits up
    for _ in range(50):
        later.step(DT_MS, *leaning(1), 50, 10)
    assert later.state == p.FITS


AXES = (16384, 0, 0, *leaning(90), *leaning(0))


def fitting():
    fit = Placement()
    fit.calibrated(AXES, True)
    return fit


def held(fit, up, seconds):
    """The states that come while the wearer holds still with that up."""
    steps = range(round(seconds * 1000 / DT_MS))
    up = [round(part) for part in up]
    return [fit.state for _ in steps if fit.step(DT_MS, *up, 300, 20)]


def bent(fit, directions_deg, seconds=70, degrees=40, every_s=30):
    """Still bends that lead so far aside of forward, upright between them. Returns the states that came."""
    states = []
    forward, up = np.array(leaning(90)), np.array(leaning(0))
    for direction in directions_deg:
        ahead = math.cos(math.radians(direction)) * forward
        ahead = ahead + math.sin(math.radians(direction)) * np.array([16384, 0, 0])
        lean = math.cos(math.radians(degrees)) * up + math.sin(math.radians(degrees)) * ahead
        for pose, lasts_s in ((lean, seconds), (up, every_s)):
            states += held(fit, pose, lasts_s)
    return states


# People don't bend twice in one direction.
SPREAD_DEG = (-18, 11, 3, -9, 21, -4, 14, -16)


@pytest.mark.parametrize("degrees", [-60, -50, -40, 40, 50, 60])
def test_a_turned_clip_is_told_by_bends_that_agree(degrees):
    fit = fitting()
    axes = [degrees + spread / 3 for spread in SPREAD_DEG]
    assert p.TURNED not in bent(fit, axes[:4])
    assert bent(fit, axes[4:])[-1] == p.TURNED


@pytest.mark.parametrize("bend_deg", [26, 55])
def test_small_and_large_bends_tell_a_turn(bend_deg):
    assert bent(fitting(), [-40, 40, -40], degrees=bend_deg) == []
    assert bent(fitting(), [-45] * 6, degrees=bend_deg)[-1] == p.TURNED


@pytest.mark.parametrize(
    "directions",
    [
        [0] * 30,
        [20, -10, 15] * 10,
        list(SPREAD_DEG) * 4,
        [90, -90] * 15,  # leaning on one arm of the chair, and on the other
        [45, -45] * 15,
        [60, 0, 5, -10] * 8,
    ],
)
def test_bends_of_a_clip_that_is_worn_as_it_was(directions):
    assert bent(fitting(), directions) == []


def test_one_long_bend_is_no_proof_and_a_turn_is_taken_back():
    fit = fitting()
    assert p.TURNED not in bent(fit, [40], seconds=900, every_s=900)
    assert bent(fit, [45] * 6)[-1] == p.TURNED
    assert bent(fit, [0] * 3) == []
    assert bent(fit, [5, -10, 0, 8] * 5)[-1] == p.FITS
    assert set(ENUMS["fit"]) == {p.UNKNOWN, p.CHECKING, p.FITS, p.SHIFTED, p.TURNED}


def tilted(sides_deg, minutes_each, forward_deg=0):
    """The states that come while the wearer sits still, so far to the right, for so long each."""
    fit, states = fitting(), []
    for side in sides_deg:
        sine, cosine = math.sin(math.radians(side)), math.cos(math.radians(side))
        _, y, z = leaning(forward_deg)
        up = (round(16384 * sine), round(y * cosine), round(z * cosine))
        states += held(fit, up, minutes_each * 60)
    return states


@pytest.mark.parametrize("side_deg", [11, -15, 20])
@pytest.mark.parametrize("forward_deg", [0, 40])
def test_a_clip_that_slips_aside_while_worn_is_told(side_deg, forward_deg):
    assert tilted([side_deg], 19, forward_deg) == [p.SHIFTED]
    assert tilted([side_deg, 0, side_deg], 19) == [p.SHIFTED, p.FITS, p.SHIFTED]


@pytest.mark.parametrize(
    ("sides_deg", "minutes_each", "forward_deg"),
    [
        ([6], 120, 0),
        ([20, -20] * 20, 4, 30),  # leaning on one arm of the chair, and on the other
        ([25] + [0] * 20, 3, 0),
        ([85], 60, 0),  # lying on a side
        ([0], 60, 60),
    ],
)
def test_leaning_for_a_while_is_no_slip(sides_deg, minutes_each, forward_deg):
    assert tilted(sides_deg, minutes_each, forward_deg) == []


def seated(hours, flexion_cdeg, neutral=True, rate=50):
    drift = NeutralDrift()
    for _ in range(round(hours * 3_600_000 / DT_MS)):
        drift.step(DT_MS, neutral, flexion_cdeg, rate)
    return drift.offset_cdeg


def test_the_neutral_follows_a_seat_slowly():
    assert seated(0.5, -400) == pytest.approx(-400 * (1 - math.exp(-1)), abs=5)
    assert seated(6, -700) == BACKWARD_CDEG
    assert seated(6, 700) == FORWARD_CDEG


@pytest.mark.parametrize("flexion_cdeg", [900, 1_500, 2_500, 4_000])
def test_the_neutral_never_learns_a_slump(flexion_cdeg):
    assert seated(8, flexion_cdeg) == 0
    assert seated(8, flexion_cdeg, neutral=False) == 0


def test_the_neutral_learns_nothing_in_motion():
    assert seated(8, 300, rate=2_000) == 0
