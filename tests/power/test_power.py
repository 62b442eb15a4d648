"""The power model against sums made by hand, and its tables' figures against their own rules."""

from dataclasses import fields, replace

import pytest

from poise.power import currents, cycles, model
from poise.power.currents import CASES, CHIPS, ESP32, ESP32_C3, ESP32_S3, GOOD_BOARD, Figure
from poise.power.cycles import DutyCycle
from poise.power.model import Build

BUILD = Build(ESP32, GOOD_BOARD)
SENSOR_AND_BOARD = 0.55 + 0.024


def test_a_clip_that_only_waits():
    assert model.mean_ma(DutyCycle(), BUILD) == pytest.approx(27 + SENSOR_AND_BOARD)


def test_a_clip_that_only_sleeps():
    cycle = DutyCycle(light_sleep=1.0, slow_imu=True)
    assert model.mean_ma(cycle, BUILD) == pytest.approx(0.8 + 0.29 + 0.024)


def test_computing_takes_its_time_from_waiting():
    # 208 samples of 1786 + 150 instructions at 1.5 cycles, 13 bursts of 0.72 million, 2 other wakes of 0.2 million
    cycle = DutyCycle(samples_hz=208, bursts_hz=13, wakes_hz=15)
    cycles_hz = 208 * 1936 * 1.5 + 13 * 483_000 * 1.5 + 2 * 0.2e6
    running = cycles_hz / 160e6
    times = model.times(cycle, BUILD)
    assert times.running == pytest.approx(running)
    expected = running * 35.5 + (1 - running) * 27 + SENSOR_AND_BOARD
    assert model.mean_ma(cycle, BUILD) == pytest.approx(expected)


def test_the_bus_is_waited_for_awake():
    cycle = DutyCycle(light_sleep=1.0, light_sleeps_hz=2.0, i2c=0.1)
    running = 2.0 * 1.5e-3
    expected = running * 35.5 + 0.1 * 27 + (0.9 - running) * 0.8 + SENSOR_AND_BOARD
    assert model.mean_ma(cycle, BUILD) == pytest.approx(expected)


def test_more_work_than_time_is_all_running():
    times = model.times(DutyCycle(bursts_hz=1000, wakes_hz=1000, i2c=0.5), BUILD)
    assert times == model.Times(1.0, 0.0, 0.0, 0.0)


def test_advertising():
    parts = model.breakdown(DutyCycle(radio=1.0, advertising=1.0), BUILD)
    sent_s = 3 * 47 * 8e-6
    a_second = 1 / 0.255
    assert parts["radio events"] == pytest.approx(
        a_second * ((4e-3 - sent_s) * (97.5 - 27) + sent_s * (130 - 27))
    )
    assert parts["radio between events"] == 0


def test_a_connection_and_its_packets():
    cycle = DutyCycle(radio=1.0, connected=1.0, sent_hz=10, sent_bytes_hz=200)
    parts = model.breakdown(cycle, BUILD)
    expected = 22 * 2e-3 * (97.5 - 27) + (200 + 10 * 17) * 8e-6 * (130 - 27)
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
    light_sleep=0.5, light_sleeps_hz=1, wakes_hz=6, bursts_hz=5, samples_hz=80, i2c=0.03,
    flash_programs_hz=0.2, flash_erases_hz=0.03, motor=0.01, radio=0.3, radio_starts_hz=0.01,
    advertising=0.1, connected=0.1, sent_hz=1, sent_bytes_hz=20,
)  # fmt: skip


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("chip", CHIPS, ids=lambda chip: chip.name)
def test_every_current_counts(case, chip):
    build = Build(chip, GOOD_BOARD)
    clock = chip.clocks[160]
    between = "radio_asleep" if chip.radio_sleeps else "radio_awake"
    builds = [
        replace(build, chip=raised(chip, name))
        for name in ("light_sleep", "ble_tx", "ble_rx", between)
    ]
    for name in ("running", "idle"):
        clocks = {**chip.clocks, 160: raised(clock, name)}
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


# What is received comes with connection events, which are counted by time.
COSTLY = [f.name for f in fields(DutyCycle) if f.name not in ("slow_imu", "received_hz")]


@pytest.mark.parametrize("field", COSTLY)
def test_more_of_anything_but_sleep_costs_more(field):
    more = replace(BUSY, **{field: getattr(BUSY, field) * 1.2})
    grows = model.mean_ma(more, BUILD) > model.mean_ma(BUSY, BUILD)
    # The radio that sleeps between its events costs by these alone.
    assert grows == (field not in ("light_sleep", "radio"))


@pytest.mark.parametrize("mode", cycles.MODES)
@pytest.mark.parametrize("chip", CHIPS, ids=lambda chip: chip.name)
def test_cases_are_in_order_and_parts_positive(chip, mode):
    cycle = cycles.duty_cycles()[mode]
    build = Build(chip, GOOD_BOARD)
    low, typical, high = (model.mean_ma(cycle, build, case) for case in CASES)
    assert low < typical < high
    for case in CASES:
        assert all(value >= 0 for value in model.breakdown(cycle, build, case).values())
        times = model.times(cycle, build, case)
        total = times.running + times.bus + times.idle + times.light_sleep
        assert total == pytest.approx(1)


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
    counts |= {"bursts": 10, "burst_bytes": 14 * 520, "i2c_us": 500_000, "motor_us": 100_000}
    cycle = cycles.from_counts(counts)
    assert (cycle.light_sleep, cycle.light_sleeps_hz, cycle.wakes_hz) == (0.4, 0.5, 2.0)
    assert (cycle.bursts_hz, cycle.samples_hz, cycle.i2c, cycle.motor) == (1.0, 52.0, 0.05, 0.01)
    with pytest.raises(ValueError, match="no time"):
        cycles.from_counts(dict.fromkeys(counts, 0))


def test_saver_as_designed():
    alone = DutyCycle(radio=1.0, advertising=1.0, bursts_hz=13, samples_hz=208, motor=0.001)
    saver = cycles.saver_as_designed(alone)
    assert (saver.light_sleep, saver.radio, saver.advertising) == (0.95, 0.05, 0.05)
    assert (saver.bursts_hz, saver.samples_hz, saver.motor) == (2.0, 52.0, 0.001)
    # 104 samples of 14 bytes and 4 times 2 of the status at 9 bits of 2.5 µs, and 8 heads of 30 bits, in 2 s
    assert saver.i2c == pytest.approx(((104 * 14 + 8) * 9 + 8 * 30) * 2.5e-6 / 2)


def test_what_was_measured_is_what_the_sensor_gives():
    for mode in (cycles.LIVE, cycles.ALONE):
        cycle = cycles.duty_cycles()[mode]
        assert cycle.samples_hz == pytest.approx(
            208 * 1.0012, rel=0.005
        )  # its clock is a little off
    assert cycles.duty_cycles()[cycles.LIVE].connected == 1.0
    assert cycles.duty_cycles()[cycles.ALONE].advertising == 1.0


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
