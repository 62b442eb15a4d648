"""The power model against sums made by hand, and its tables' figures against their own rules."""

import ast
import json
from dataclasses import fields, replace

import pytest

from poise.build.boards import BOARDS
from poise.power import currents, cycles, day, model, report
from poise.power.currents import CASES, CHIPS, ESP32, ESP32_C3, ESP32_S3, GOOD_BOARD, Figure
from poise.power.cycles import DutyCycle
from poise.power.day import DESK_DAY, Day
from poise.power.left import CELL_MAH
from poise.power.model import Build
from tests.support.firmware_path import FIRMWARE

BUILD = Build(ESP32, GOOD_BOARD)
SENSOR_AND_BOARD = 0.55 + 0.024
BESIDE_HZ = (13.1e6 - 13 * 483_000) * 1.5  # cycles a second awake, beside the bursts


def test_a_clip_that_only_waits():
    beside = BESIDE_HZ / 160e6
    assert model.mean_ma(DutyCycle(), BUILD) == pytest.approx(
        beside * 35.5 + (1 - beside) * 27 + SENSOR_AND_BOARD
    )
    slow = BESIDE_HZ / 80e6
    assert model.mean_ma(DutyCycle(slow_clock=1.0), BUILD) == pytest.approx(
        slow * 25.5 + (1 - slow) * 20 + SENSOR_AND_BOARD
    )


def test_a_clip_that_only_sleeps():
    cycle = DutyCycle(light_sleep=1.0, slow_imu=True)
    assert model.mean_ma(cycle, BUILD) == pytest.approx(1.8 + 0.29 + 0.024)


def test_computing_takes_its_time_from_waiting():
    # 208 samples of 1786 + 150 instructions at 1.5 cycles, 13 bursts of 0.72 million
    cycle = DutyCycle(samples_hz=208, bursts_hz=13)
    running = (208 * 1936 * 1.5 + 13 * 483_000 * 1.5 + BESIDE_HZ) / 160e6
    slow, fast = model.times(cycle, BUILD)
    assert slow.total == 0 and fast.running == pytest.approx(running)
    expected = running * 35.5 + (1 - running) * 27 + SENSOR_AND_BOARD
    assert model.mean_ma(cycle, BUILD) == pytest.approx(expected)
    # The same work takes twice the time at half the clock.
    slow, fast = model.times(replace(cycle, slow_clock=0.25), BUILD)
    assert slow.running == pytest.approx(0.25 * 2 * running)
    assert (slow.total, fast.total) == (pytest.approx(0.25), pytest.approx(0.75))
    assert fast.running == pytest.approx(0.75 * running)


def test_the_bus_is_waited_for_awake():
    cycle = DutyCycle(light_sleep=1.0, light_sleeps_hz=2.0, i2c=0.1)
    running = 2.0 * 1.5e-3
    expected = running * 35.5 + 0.1 * 27 + (0.9 - running) * 1.8 + SENSOR_AND_BOARD
    assert model.mean_ma(cycle, BUILD) == pytest.approx(expected)


def test_it_sleeps_only_at_the_fast_clock():
    slow, fast = model.times(DutyCycle(slow_clock=0.1, light_sleep=0.9), BUILD)
    assert slow.light_sleep == 0
    assert fast.light_sleep == pytest.approx(0.9)


def test_more_work_than_time_is_all_running():
    slow, fast = model.times(DutyCycle(bursts_hz=1000, wakes_hz=1000, i2c=0.5), BUILD)
    assert slow.total == 0
    assert fast == model.Times(1.0, 0.0, 0.0, 0.0)


def test_advertising():
    parts = model.breakdown(DutyCycle(slow_clock=1.0, radio=1.0, adverts_hz=9.5), BUILD)
    sent_s = 3 * 47 * 8e-6
    assert parts["radio events"] == pytest.approx(
        9.5 * ((4e-3 - sent_s) * (97.5 - 20) + sent_s * (130 - 20))
    )
    assert parts["radio between events"] == 0


def test_a_connection_and_its_packets():
    cycle = DutyCycle(radio=1.0, connected=1.0, sent_hz=10, sent_bytes_hz=200)
    parts = model.breakdown(cycle, BUILD)
    expected = 22 * 2e-3 * (97.5 - 20) + (200 + 10 * 17) * 8e-6 * (130 - 20)
    assert parts["radio events"] == pytest.approx(expected)


def test_a_radio_that_does_not_sleep_costs_between_its_events():
    cycle = DutyCycle(radio=1.0, connected=1.0)
    stock = model.breakdown(cycle, Build(ESP32_S3, GOOD_BOARD))
    built = model.breakdown(cycle, Build(ESP32_S3, GOOD_BOARD, radio_sleeps=True))
    assert stock["radio between events"] == pytest.approx((1 - 22 * 2e-3) * 55)
    assert built["radio between events"] == 0
    assert model.mean_ma(DutyCycle(), Build(ESP32_S3, GOOD_BOARD)) < 40  # none with the radio off


def test_flash_and_motor():
    parts = model.breakdown(
        DutyCycle(flash_programs_hz=0.5, flash_erases_hz=0.1, motor=0.01), BUILD
    )
    assert parts["flash"] == pytest.approx((0.5 * 0.8e-3 + 0.1 * 70e-3) * 20)
    assert parts["motor"] == pytest.approx(0.6)


def raised(owner, name):
    """`owner` with that figure one milliampere higher in each case."""
    return replace(owner, **{name: higher(getattr(owner, name))})


def higher(figure: Figure) -> Figure:
    return replace(figure, low=figure.low + 1, typical=figure.typical + 1, high=figure.high + 1)


BUSY = DutyCycle(
    slow_clock=0.3, light_sleep=0.5, light_sleeps_hz=1, wakes_hz=6, bursts_hz=5, samples_hz=80, i2c=0.03,
    flash_programs_hz=0.2, flash_erases_hz=0.03, motor=0.01, radio=0.3, radio_starts_hz=0.01,
    adverts_hz=0.4, connected=0.1, sent_hz=1, sent_bytes_hz=20,
)  # fmt: skip


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("chip", CHIPS, ids=lambda chip: chip.name)
def test_every_current_counts(case, chip):
    build = Build(chip, GOOD_BOARD)
    between = "radio_asleep" if chip.radio_sleeps else "radio_awake"
    builds = [
        replace(build, chip=raised(chip, name))
        for name in ("light_sleep", "ble_tx", "ble_rx", between)
    ]
    for mhz, name in [(mhz, name) for mhz in (80, 160) for name in ("running", "idle")]:
        clocks = {**chip.clocks, mhz: raised(chip.clocks[mhz], name)}
        builds.append(replace(build, chip=replace(chip, clocks=clocks)))
    builds.append(replace(build, sensor=raised(build.sensor, "fast")))
    builds.append(replace(build, board=raised(build.board, "always")))
    usual = model.mean_ma(BUSY, build, case)
    for more in builds:
        assert usual < model.mean_ma(BUSY, more, case) <= usual + 1.000001


@pytest.mark.parametrize("name", ["MOTOR", "FLASH_WRITE", "FLASH_ERASE"])
def test_every_current_of_the_rest_counts(name, monkeypatch):
    usual = model.mean_ma(BUSY, BUILD)
    monkeypatch.setattr(model, name, higher(getattr(model, name)))
    assert model.mean_ma(BUSY, BUILD) > usual


# What is received comes with connection events, which are counted by time; wakes come with bursts.
COSTLY = [
    f.name for f in fields(DutyCycle) if f.name not in ("slow_imu", "received_hz", "wakes_hz")
]


@pytest.mark.parametrize("field", COSTLY)
def test_more_of_anything_but_sleep_costs_more(field):
    more = replace(BUSY, **{field: getattr(BUSY, field) * 1.2})
    grows = model.mean_ma(more, BUILD) > model.mean_ma(BUSY, BUILD)
    # The radio that sleeps between its events costs by these alone; a slow clock while awake saves.
    assert grows == (field not in ("light_sleep", "radio", "slow_clock"))


@pytest.mark.parametrize("mode", cycles.MODES)
@pytest.mark.parametrize("chip", CHIPS, ids=lambda chip: chip.name)
def test_cases_are_in_order_and_parts_positive(chip, mode):
    cycle = cycles.duty_cycles()[mode]
    build = Build(chip, GOOD_BOARD)
    low, typical, high = (model.mean_ma(cycle, build, case) for case in CASES)
    assert low < typical < high
    for case in CASES:
        assert all(value >= 0 for value in model.breakdown(cycle, build, case).values())
        assert sum(part.total for part in model.times(cycle, build, case)) == pytest.approx(1)


def test_hours():
    # 150 mAh, 85 % of it, at 10 mA; 3 % of 150 mAh a month of 730 h go by themselves
    assert model.hours(150, 10) == pytest.approx(150 * 0.85 / (10 + 150 * 0.03 / 730))
    assert model.hours(150, 10) == pytest.approx(12.74, abs=0.01)
    assert model.hours(150, 10, worn_out=True) == pytest.approx(0.8 * model.hours(150, 10))
    assert 1.99 < model.hours(300, 10) / model.hours(150, 10) < 2
    for wrong in ((0, 10), (150, 0), (-1, 1)):
        with pytest.raises(ValueError, match="above 0"):
            model.hours(*wrong)


def test_remaining_hours():
    full = model.hours(150, 10)
    assert model.remaining_hours(100, 150, 10) == pytest.approx(full)
    assert model.remaining_hours(50, 150, 10) == pytest.approx(full / 2)
    assert model.remaining_hours(0, 150, 10) == 0
    assert model.remaining_hours(255, 150, 10) is None
    with pytest.raises(ValueError, match="percent"):
        model.remaining_hours(101, 150, 10)


def test_duty_cycle_from_counts():
    live = cycles.measured("live")
    assert live
    counts = dict.fromkeys(live["counts"], 0)
    counts |= {"uptime_us": 10_000_000, "light_sleep_us": 4_000_000, "light_sleeps": 5, "wakes": 20}
    counts |= {
        "slow_clock_us": 2_000_000,
        "adverts": 30,
        "bursts": 10,
        "burst_bytes": 14 * 520,
        "i2c_us": 500_000,
        "motor_us": 100_000,
    }
    cycle = cycles.from_counts(counts)
    assert (cycle.light_sleep, cycle.light_sleeps_hz, cycle.wakes_hz) == (0.4, 0.5, 2.0)
    assert (cycle.bursts_hz, cycle.samples_hz, cycle.i2c, cycle.motor) == (1.0, 52.0, 0.05, 0.01)
    assert (cycle.slow_clock, cycle.adverts_hz) == (0.2, 3.0)
    with pytest.raises(ValueError, match="no time"):
        cycles.from_counts(dict.fromkeys(counts, 0))


def test_other_windows_change_only_the_radio():
    near = DutyCycle(
        light_sleep=0.94, slow_clock=0.04, radio=0.04, radio_starts_hz=1 / 60, samples_hz=52, connected=0.01,
        wakes_hz=1, flash_programs_hz=1, adverts_hz=0.3, sent_hz=0.1, received_hz=0.1, slow_imu=True,
    )  # fmt: skip
    rarer = cycles.with_windows(near, 120)
    assert (rarer.radio, rarer.slow_clock) == (pytest.approx(0.02), pytest.approx(0.02))
    assert rarer.light_sleep == pytest.approx(0.96)
    assert (rarer.radio_starts_hz, rarer.connected) == (
        pytest.approx(1 / 120),
        pytest.approx(0.005),
    )
    assert (rarer.adverts_hz, rarer.sent_hz) == (pytest.approx(0.15), pytest.approx(0.05))
    assert (rarer.samples_hz, rarer.slow_imu, rarer.flash_programs_hz) == (52, True, 1)
    assert model.mean_ma(rarer, BUILD) < model.mean_ma(near, BUILD)


def test_what_was_measured_is_what_the_firmware_does():
    from system import power

    found = cycles.duty_cycles()
    for mode, rate_hz in (
        (cycles.LIVE, 208),
        (cycles.ALONE, 208),
        (cycles.NEAR, 52),
        (cycles.AWAY, 52),
    ):
        # Its clock is a little off.
        assert found[mode].samples_hz == pytest.approx(rate_hz * 1.0012, rel=0.005)
    assert found[cycles.LIVE].connected == found[cycles.LIVE].slow_clock == 1.0
    assert found[cycles.ALONE].connected == 0 and found[cycles.ALONE].adverts_hz > 3
    for mode in (cycles.NEAR, cycles.AWAY):
        assert found[mode].light_sleep > 0.9
        assert found[mode].slow_clock == pytest.approx(found[mode].radio, abs=0.01)
    # The periods are the firmware's, and a visit is short.
    assert 1000 / found[cycles.NEAR].radio_starts_hz == pytest.approx(power.NEAR_EVERY_MS, rel=0.12)
    assert 1000 / found[cycles.AWAY].radio_starts_hz == pytest.approx(power.AWAY_EVERY_MS, rel=0.12)
    assert found[cycles.NEAR].connected < 0.05 and found[cycles.AWAY].connected == 0


def test_a_day_by_hand():
    found = {
        cycles.LIVE: DutyCycle(slow_clock=1.0, motor=0.5),
        cycles.NEAR: DutyCycle(light_sleep=1.0, slow_imu=True),
        cycles.AWAY: DutyCycle(light_sleep=1.0, slow_imu=True, motor=0.5),
    }
    live_ma = model.mean_ma(DutyCycle(slow_clock=1.0), BUILD)
    sleeps_ma = 1.8 + 0.29 + 0.024
    spent = day.spent_mah(Day(10, 4, 1, nudges=10, reminders=5), found, BUILD)
    assert spent == {
        cycles.LIVE: pytest.approx(live_ma),
        cycles.NEAR: pytest.approx(3 * sleeps_ma),
        cycles.AWAY: pytest.approx(6 * sleeps_ma),
        "buzzes": pytest.approx(
            (10 * 0.36 + 5 * 1.2) * 0.6 / 3600 * 60
        ),  # not the motor of the runs
    }
    assert day.left_pct(100, 42.5) == pytest.approx(50)
    assert day.left_pct(100, 34, worn_out=True) == pytest.approx(50)
    assert day.left_pct(100, 170) == pytest.approx(-100)
    for hours in ((10, 4, 5), (10, 11, 1), (0, 0, 0)):
        with pytest.raises(ValueError, match="hours"):
            Day(*hours, nudges=0, reminders=0)


def test_the_desk_day_leaves_a_fifth_of_the_clips_cell():
    def left(chip: currents.Chip, board: currents.Board, mah: float = CELL_MAH) -> float:
        spent = day.spent_mah(DESK_DAY, cycles.duty_cycles(), Build(chip, board))
        return day.left_pct(mah, sum(spent.values()))

    for chip, board in currents.BY_FOLDER.values():
        assert left(chip, board) >= 20, board.name
    assert left(ESP32, currents.HUZZAH32, 150) < 0


def test_every_board_with_a_folder_has_its_currents_or_is_said_to_lack_them():
    assert {*currents.BY_FOLDER, *currents.NOT_KNOWN} == {board.name for board in BOARDS}
    for board in BOARDS:
        if board.name in currents.NOT_KNOWN:
            continue
        assert currents.BY_FOLDER[board.name][0].name == board.chip


def test_the_numbers_of_the_firmware_are_the_firmwares():
    from drivers.haptic import durations_ms
    from storage.limits import TABLE

    for pattern, on_s in (("nudge", day.NUDGE_S), ("reminder", day.REMINDER_S)):
        assert sum(durations_ms(pattern)[::2]) == pytest.approx(1000 * on_s)
    assert TABLE["buzz_strength_pct"][0] == pytest.approx(100 * day.BUZZ_STRENGTH)
    board = ast.parse((FIRMWARE / "boards/board.py").read_text(encoding="utf-8"))
    clocks = {
        target.id: node.value.value
        for node in board.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name) and target.id.endswith("_MHZ")
    }
    assert clocks == {"WAITING_MHZ": BUILD.slow_mhz, "WORKING_MHZ": BUILD.fast_mhz}


def test_the_command_prints_the_pages_tables(poise):
    done = poise("bench", "power")
    assert done.returncode == 0, done.stderr
    for table in (report.desk(), report.desk_parts(), report.desk_hours(), report.table()):
        assert table in done.stdout
    assert "16 h worn" in done.stdout
    one = poise("bench", "power", "--mah", "180")
    assert "% left of 180 mAh |\n" in one.stdout
    spent = json.loads(poise("bench", "power", "--json").stdout)["ESP32"]
    assert 0 < spent["low"] < spent["typical"] < spent["high"]
    assert poise("bench", "power", "--mah", "0").returncode == 2


def test_figures_are_in_order_and_have_a_source():
    with pytest.raises(ValueError, match="not in order"):
        Figure(2, 1, 3, "typical", "")
    kinds = {"typical", "range", "measured", "estimate"}
    sensors = [f for sensor in currents.SENSORS.values() for f in (sensor.fast, sensor.slow)]
    for figure in (*sensors, *(board.always for board in currents.BOARDS)):
        assert figure.source and figure.kind in kinds
    for chip in (ESP32, ESP32_S3, ESP32_C3):
        for clock in chip.clocks.values():
            assert clock.idle.typical < clock.running.typical < chip.ble_rx.typical
        assert chip.deep_sleep.typical < chip.light_sleep.typical < chip.clocks[80].idle.low


def test_a_visit_costs_what_half_as_many_windows_save():
    near = cycles.duty_cycles()[cycles.NEAR]
    seldom = cycles.with_windows(near, 120)
    saved_mah = model.mean_ma(near, BUILD) - model.mean_ma(
        seldom, BUILD
    )  # in an hour, by 30 windows
    assert day.visit_mah(near, BUILD) == pytest.approx(saved_mah / 30, rel=0.02)
    assert 2 < day.visit_mah(near, BUILD) * 3600 / 26 < 4  # as some seconds of live mode
