"""Posture, nudges, exposure, nods and wear: pure, so a day is a unit test."""

import itertools
import math

import pytest
from motion import exposure as exposure_module
from motion import posture as p
from motion.exposure import Exposure
from motion.nod import Nod
from motion.worn import Worn

from poise.wire.rows import ENUMS, RECORDS
from tests.support import motion_host

DT_MS = 77
SETTINGS = {
    "site": 1, "nudge_enabled": 1, "flexed_threshold_cdeg": 2000, "hysteresis_cdeg": 500,
    "hold_limit_ms": 0, "refractory_s": 1200, "nudges_per_hour": 3, "nudges_per_day": 10, "snooze_s": 3600,
}  # fmt: skip


class Run:
    """A posture machine and the time; notes every event with its second."""

    def __init__(self, **changes):
        self.posture = p.Posture({**SETTINGS, **changes})
        self.t_ms = 0
        self.events = []

    def hold(
        self, seconds, flexion_cdeg, rate=50, shake=20, calibrated=True, worn=True, dt_ms=DT_MS
    ):
        end = self.t_ms + seconds * 1000
        while self.t_ms < end:
            self.t_ms += dt_ms
            bits = self.posture.step(dt_ms, flexion_cdeg, rate, shake, calibrated, worn)
            if bits:
                self.events.append((self.t_ms / 1000, bits))

    def times(self, bit):
        return [t for t, bits in self.events if bits & bit]


def test_states_are_the_wires():
    assert ENUMS["state"] == exposure_module.STATES
    states = {p.UNCALIBRATED, p.NOT_WORN, p.MOVING, p.NEUTRAL, p.FLEXED}
    assert states == set(ENUMS["state"]) - {"off"}
    assert ENUMS["site"][p.SITE_HEAD] == "head"


def test_hysteresis():
    run = Run()
    for flexion, state in (
        (1999, p.NEUTRAL),
        (2000, p.FLEXED),
        (1500, p.FLEXED),
        (1499, p.NEUTRAL),
        (1999, p.NEUTRAL),
    ):
        run.hold(1, flexion)
        assert run.posture.state == state


@pytest.mark.parametrize(
    ("degrees", "minutes"), [(20, 8), (25, 8), (35, 6 + 5 / 6), (55, 4.5), (85, 1), (90, 1)]
)
def test_sustained_at_the_iso_holding_time(degrees, minutes):
    run = Run()
    run.hold(600, degrees * 100)
    assert len(run.times(p.SUSTAINED)) == 1
    assert run.times(p.SUSTAINED)[0] == pytest.approx(minutes * 60, abs=0.5)


def test_collar_and_the_therapists_limit():
    for changes, seconds in (({"site": 2}, 240), ({"hold_limit_ms": 90_000}, 90)):
        run = Run(**changes)
        run.hold(400, 3000)
        assert run.times(p.SUSTAINED) == [pytest.approx(seconds, abs=0.5)]


def test_thirty_seconds_of_relief_end_a_hold_and_less_does_not():
    for relief, count in ((20, 1), (31, 0)):
        run = Run(site=2)
        run.hold(150, 3000)
        run.hold(relief, 0)
        run.hold(150, 3000)
        assert len(run.times(p.SUSTAINED)) == count


def test_moving_gates_posture():
    run = Run()
    run.hold(0.5, 3000, rate=9000)
    assert run.posture.state == p.FLEXED  # a glance is not a walk
    run.hold(1, 3000, rate=9000)
    assert run.posture.state == p.MOVING
    run.hold(1.5, 3000)
    assert run.posture.state == p.MOVING
    run.hold(1, 3000)
    assert run.posture.state == p.FLEXED
    run.hold(2, 3000, shake=400)
    assert run.posture.state == p.MOVING


def test_an_exercise_session_keeps_nudges_back_and_lets_go_by_itself():
    run = Run()
    for _ in range(60):  # ten minutes in which a host says each ten seconds that it guides
        run.posture.hush()
        run.hold(10, 3000)
    assert run.times(p.SUSTAINED)
    assert not run.times(p.NUDGE)
    run.hold(p.HUSH_S + 300, 3000)
    assert len(run.times(p.NUDGE)) == 1, "a host that is gone leaves nothing silenced"


def test_a_snooze_outlasts_a_session():
    run = Run(snooze_s=1800)
    run.posture.snooze()
    run.posture.hush()
    run.hold(1700, 3000)
    assert not run.times(p.NUDGE)


def test_nudge_budget_over_a_day():
    run = Run(site=2)
    run.hold(16 * 3600, 3000, dt_ms=400)  # coarser steps: the budget counts seconds
    nudges = run.times(p.NUDGE)
    assert len(nudges) == 10
    gaps = [b - a for a, b in itertools.pairwise(nudges)]
    assert min(gaps) >= 1199
    assert all(nudges[i + 3] - nudges[i] >= 3599 for i in range(len(nudges) - 3))
    assert run.posture.nudges_today == 10
    assert run.posture.left_day == 0


def test_snooze_and_disabled():
    run = Run(site=2)
    run.posture.snooze()
    run.hold(3500, 3000)
    assert not run.times(p.NUDGE)
    assert run.times(p.SUSTAINED)
    run.hold(200, 3000)
    assert len(run.times(p.NUDGE)) == 1
    silent = Run(site=2, nudge_enabled=0)
    silent.hold(3600, 3000)
    assert not silent.times(p.NUDGE)


def test_not_worn_and_uncalibrated_win():
    run = Run()
    run.hold(1, 3000, calibrated=False)
    assert run.posture.state == p.UNCALIBRATED
    run.hold(1, 3000, calibrated=False, worn=False)
    assert run.posture.state == p.NOT_WORN
    assert run.posture.previous == p.UNCALIBRATED
    assert run.posture.lasted_ms == pytest.approx(1000, abs=2 * DT_MS)


def minute_of(steps):
    """Exposure's fields after (seconds, state, flexion, movement) parts."""
    exposure = Exposure()
    for seconds, state, flexion, movement in steps:
        for _ in range(seconds * 10):
            exposure.step(100, state, flexion, movement)
    return exposure, exposure.end_minute(p.SITE_HEAD, 1)


STATE_FIELDS = [name + "_s" for name in ENUMS["state"]]


def test_minute_fields_are_the_wires_and_add_up():
    _, fields = minute_of(
        [(20, "neutral", 500, 10), (30, "flexed", 3500, 20), (10, "not_worn", 8000, 0)]
    )
    minute = next(row for row in RECORDS if row.name == "minute")
    wire = {field.split(":")[0] for field in minute.fields}
    assert set(fields) == wire
    assert sum(fields[name] for name in STATE_FIELDS) == 60
    assert sum(fields[name] for name in exposure_module.CLASSES) == 50
    assert (fields["state"], fields["under_10_s"], fields["under_45_s"]) == ("flexed", 20, 30)
    assert (fields["p10_deg"], fields["p50_deg"], fields["p90_deg"]) == (5, 35, 35)
    assert fields["longest_bout_s"] == 30
    assert fields["movement_mg"] == (20 * 10 + 30 * 20) // 60


def test_class_bounds():
    for flexion, name in ((-1, "extension_s"), (0, "under_10_s"), (999, "under_10_s"), (1000, "under_20_s"),
                          (2999, "under_30_s"), (4499, "under_45_s"), (4500, "over_45_s")):  # fmt: skip
        assert minute_of([(60, "neutral", flexion, 0)])[1][name] == 60


def test_unsampled_seconds_are_off_and_extra_ones_wait():
    exposure, fields = minute_of([(40, "neutral", 0, 0)])
    assert (fields["off_s"], fields["neutral_s"]) == (20, 40)
    exposure, fields = minute_of([(63, "neutral", 0, 0)])
    assert (fields["off_s"], fields["neutral_s"]) == (0, 60)
    for _ in range(570):
        exposure.step(100, "flexed", 3000, 0)
    fields = exposure.end_minute(p.SITE_HEAD, 0)
    assert (fields["neutral_s"], fields["flexed_s"], fields["off_s"]) == (3, 57, 0)


def test_a_minute_that_ends_a_second_early_borrows_it():
    exposure, fields = minute_of([(59, "flexed", 3000, 0)])
    assert (fields["flexed_s"], fields["off_s"], fields["under_45_s"]) == (60, 0, 60)
    for _ in range(610):
        exposure.step(100, "flexed", 3000, 0)
    assert exposure.end_minute(p.SITE_HEAD, 0)["flexed_s"] == 60
    assert exposure.end_minute(p.SITE_HEAD, 0)["off_s"] == 60  # nothing left over


def test_bout_counts_on_over_minutes():
    exposure, _ = minute_of([(60, "flexed", 3000, 0)])
    for _ in range(600):
        exposure.step(100, "flexed", 3000, 0)
    assert exposure.end_minute(p.SITE_HEAD, 0)["longest_bout_s"] == 120


@pytest.mark.parametrize(
    ("peak_deg", "seconds", "count"),
    [(15, 1.2, 1), (25, 2.0, 1), (6, 1.0, 0), (25, 6.0, 0), (-20, 1.2, 0)],
)
def test_nods(peak_deg, seconds, count):
    nod, nods, t = Nod(), [], 0.0
    while t < seconds + 4:
        phase = (t - 2) / seconds
        flexion = peak_deg * math.sin(math.pi * phase) if 0 < phase < 1 else 0
        if nod.step(DT_MS, 1000 + round(flexion * 100)):
            nods.append((nod.peak_cdeg, nod.duration_ms))
        t += DT_MS / 1000
    assert len(nods) == count
    if nods:
        assert nods[0][0] == pytest.approx(peak_deg * 100, rel=0.3)
        assert nods[0][1] < seconds * 1000


def test_wear():
    wear = Worn()
    for seconds, rate, shake, inclination, worn in (
        (290, 10, 5, 0, True), (20, 10, 5, 0, False), (1, 200, 50, 0, False), (3, 200, 50, 0, True),
        (55, 10, 5, 9000, True), (10, 10, 5, 9000, False),
    ):  # fmt: skip
        for _ in range(seconds * 13):
            wear.step(DT_MS, rate, shake, inclination)
        assert wear.worn is worn, (seconds, rate)


def test_a_knocked_table_does_not_wear_the_clip():
    wear, told = Worn(), []
    for second in range(1_800):
        for _ in range(13):
            wear.step(DT_MS, 100 if second % 270 == 269 else 10, 8, 0)
        told.append(wear.worn)
    assert not any(told[600:])


def test_a_very_still_wearer_is_worn():
    # One burst in twenty is above the noise: stiller than any recorded wearer.
    wear = Worn()
    for burst in range(13 * 3_600):
        assert wear.step(DT_MS, 100 if burst % 20 == 0 else 25, 8, 0)


def test_sampling_path_allocates_nothing(vm):
    assert motion_host.run_script(vm, "run_heap_locked.py").strip() == "no allocation"


def test_chain_with_heap_locked(vm):
    assert motion_host.run_script(vm, "run_chain_locked.py").strip() == "no allocation"
