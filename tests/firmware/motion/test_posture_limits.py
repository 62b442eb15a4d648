"""Every limit of the posture machine to its last millisecond, second and nudge: a wrong one goes unnoticed in a day."""

import pytest
from motion import posture as p

SETTINGS = {
    "site": 1, "nudge_enabled": 1, "flexed_threshold_cdeg": 2000, "hysteresis_cdeg": 500, "hold_limit_ms": 0,
    "refractory_s": 0, "nudges_per_hour": 3, "nudges_per_day": 10, "snooze_s": 9,
}  # fmt: skip


def posture(**changes: int) -> p.Posture:
    return p.Posture({**SETTINGS, **changes})


def step(
    machine: p.Posture,
    dt_ms: int,
    flexion_cdeg: int = 3000,
    rate: int = 0,
    shake: int = 0,
    worn: bool = True,
    calibrated: bool = True,
) -> int:
    return machine.step(dt_ms, flexion_cdeg, rate, shake, calibrated, worn)


def seconds(machine: p.Posture, count: int, flexion_cdeg: int = 3000) -> int:
    """The bits of all these seconds."""
    bits = 0
    for _ in range(count):
        bits |= step(machine, 1000, flexion_cdeg)
    return bits


def ready(**changes: int) -> p.Posture:
    """One that nudges at each step from now on, unless something withholds it."""
    settings = {**SETTINGS, "hold_limit_ms": 1, "nudge_enabled": 0, **changes}
    machine = p.Posture(settings)
    step(machine, 1)
    settings["nudge_enabled"] = 1
    machine.settings_changed()
    return machine


@pytest.mark.parametrize(
    ("flexion_cdeg", "ms"),
    [(0, 480_000), (2499, 480_000), (2501, 479_930), (5500, 270_000), (8499, 60_070), (8500, 60_000), (9000, 60_000)],
)  # fmt: skip
def test_holding_time_is_a_line_between_its_ends(flexion_cdeg: int, ms: int):
    assert p.holding_time_ms(flexion_cdeg) == ms


@pytest.mark.parametrize(("rate", "shake"), [(4001, 0), (0, 201)])
def test_a_movement_begins_after_a_second_and_ends_after_two(rate: int, shake: int):
    machine = posture()
    step(machine, 5000, rate=4000, shake=200)
    assert not machine.moving
    step(machine, 999, rate=rate, shake=shake)
    assert not machine.moving
    step(machine, 1, rate=rate, shake=shake)
    assert machine.moving
    step(machine, 5000, rate=rate, shake=shake)
    for _ in range(2):  # one restless millisecond, and the two seconds begin anew
        step(machine, 1999)
        assert machine.moving
        step(machine, 1, rate=rate, shake=shake)
    step(machine, 1999)
    assert machine.moving
    step(machine, 1)
    assert not machine.moving and machine.state is p.FLEXED


def test_a_movement_at_the_very_start_takes_a_second_as_well():
    machine = posture()
    step(machine, 999, rate=4001)
    assert not machine.moving
    step(machine, 1, rate=4001)
    assert machine.moving


def test_a_hold_is_told_at_its_limit_and_once():
    machine = posture(site=2, nudge_enabled=0)
    assert step(machine, 239_999) == p.CHANGED
    assert step(machine, 1) == p.SUSTAINED
    assert seconds(machine, 500) == 0


def test_relief_ends_a_hold_at_thirty_seconds():
    machine = posture(site=2, nudge_enabled=0)
    step(machine, 240_000)
    step(machine, 29_999, 0)
    assert machine.held_ms == 240_000
    assert step(machine, 100) == p.CHANGED  # the same hold goes on, and was told
    step(machine, 29_999, 0)
    step(machine, 1, 0)
    assert machine.held_ms == 0
    assert step(machine, 240_000) & p.SUSTAINED


@pytest.mark.parametrize("gone", [{"worn": False}, {"calibrated": False}])
def test_a_hold_ends_at_once_where_the_angles_mean_nothing(gone: dict[str, bool]):
    machine = posture(site=2)
    step(machine, 100_000)
    step(machine, 1, **gone)
    assert machine.held_ms == 0


def test_it_begins_with_nothing():
    machine = posture()
    assert (machine.state_ms, machine.lasted_ms, machine.held_ms, machine.limit_ms) == (0, 0, 0, 0)
    assert (machine.left_hour, machine.left_day, machine.nudges_today) == (0, 0, 0)
    assert not (machine.moving or machine.muted or machine.walking)


def test_the_limit_follows_the_mean_angle_of_the_hold():
    machine = posture()
    seconds(machine, 1, 3000)
    assert machine.limit_ms == p.holding_time_ms(3000)
    seconds(machine, 1, 8500)
    assert machine.limit_ms == p.holding_time_ms(5750)


def test_the_mean_angle_is_settled_after_an_hour():
    machine = posture(nudge_enabled=0)
    seconds(machine, 3599, 3000)
    seconds(machine, 1, 3000 + 3600)
    assert machine.limit_ms == p.holding_time_ms(3001)
    seconds(machine, 60, 8500)
    assert machine.limit_ms == p.holding_time_ms(3001)
    steady = posture(nudge_enabled=0)
    seconds(steady, 3601, 3599)
    assert steady.limit_ms == p.holding_time_ms(3599)


def test_a_state_says_how_long_it_lasted():
    machine = posture()
    step(machine, 7, 0)
    assert (machine.state, machine.previous, machine.lasted_ms) == (p.NEUTRAL, p.UNCALIBRATED, 7)
    step(machine, 11, 0)
    step(machine, 13)
    assert (machine.state, machine.previous, machine.lasted_ms) == (p.FLEXED, p.NEUTRAL, 24)


def test_a_movement_of_thirty_seconds_ends_a_stillness():
    machine = posture()
    assert machine.still_from_s == 0
    machine.walking = True
    step(machine, 1000)
    step(machine, 28_999)
    machine.walking = False
    step(machine, 1000)  # it lasted 29,999 ms
    assert machine.still_from_s == 0
    machine.walking = True
    step(machine, 1000)
    step(machine, 29_000)
    machine.walking = False
    step(machine, 1000)
    assert machine.still_from_s == 61  # of 61,999 ms


def test_a_stillness_begins_when_the_clip_is_put_on():
    machine = posture()
    step(machine, 5000, worn=False)
    assert machine.still_from_s == 0
    step(machine, 2000)
    assert machine.still_from_s == 7
    step(machine, 9000, 0)
    assert machine.still_from_s == 7


def test_a_snooze_lasts_its_seconds_however_time_comes():
    for dt_ms in (1, 77, 1000):
        machine = ready()
        machine.snooze()
        passed_ms = 1
        while passed_ms + dt_ms < 9_000:
            assert not step(machine, dt_ms) & p.NUDGE
            passed_ms += dt_ms
        assert machine.withheld() == "snoozed"
        assert step(machine, dt_ms) & p.NUDGE


def test_a_hush_is_a_minute():
    machine = ready()
    machine.hush()
    step(machine, 59_998)
    assert machine.withheld() == "snoozed"
    assert step(machine, 1) & p.NUDGE


def test_what_withholds_a_nudge_is_named():
    machine = ready()
    assert machine.withheld() is None
    machine.muted = True
    assert machine.withheld() == "muted" and not step(machine, 1)
    assert posture(nudge_enabled=0).withheld() == "off"


def test_a_nudge_has_its_refractory_time():
    machine = ready(refractory_s=1200)
    assert step(machine, 999) & p.NUDGE  # of the clip's second 1
    assert not step(machine, 1_199_000) & p.NUDGE
    assert machine.withheld() == "refractory"
    assert step(machine, 1000) & p.NUDGE


def test_the_budget_of_an_hour():
    machine = ready()
    left = []
    for _ in range(3):
        assert step(machine, 1000) & p.NUDGE
        left.append((machine.left_hour, machine.left_day))
    assert left == [(2, 9), (1, 8), (0, 7)]
    assert not step(machine, 1000) & p.NUDGE
    assert machine.withheld() == "per_hour"
    assert not step(machine, 3_596_000) & p.NUDGE  # 3,599 s after the first one
    assert machine.withheld() == "per_hour"
    assert step(machine, 1000) & p.NUDGE and machine.left_hour == 0


def test_the_budget_of_a_day():
    machine = ready(nudges_per_hour=200)
    assert machine.nudges_today == 0
    for number in range(1, 11):
        assert step(machine, 1000) & p.NUDGE
        assert machine.nudges_today == number
    assert not step(machine, 1000) & p.NUDGE
    assert machine.withheld() == "per_day"
    assert not step(machine, 86_389_000) & p.NUDGE  # a second less than a day after the first one
    assert machine.withheld() == "per_day"
    assert step(machine, 1000) & p.NUDGE and machine.nudges_today == 10


def test_the_greatest_daily_budget_is_remembered_whole():
    machine = ready(nudges_per_hour=200, nudges_per_day=200)
    for _ in range(250):
        step(machine, 1000)
    assert machine.nudges_today == 200
    assert machine.withheld() == "per_day"
