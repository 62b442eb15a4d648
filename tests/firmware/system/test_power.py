"""Which power mode is due: hosts, presses, the charger, an emptying battery. Pure."""

import pytest
from system.power import (
    LIVE,
    LOG_ONLY,
    NO_BUZZ,
    NO_RADIO,
    PRESS_MS,
    SAVER,
    WINDOW_EVERY_MS,
    WINDOW_MS,
    Power,
)

FULL = 80
LINGER_S = 180
LINGER_MS = 1000 * LINGER_S


def test_it_saves_once_nobody_is_near():
    power = Power(0)
    assert not power.step(LINGER_MS - 1, False, False, FULL, LINGER_S)
    assert power.step(LINGER_MS, False, False, FULL, LINGER_S) and power.mode == SAVER
    assert power.step(LINGER_MS + 1, True, False, FULL, LINGER_S) and power.mode == LIVE
    later = 10 * LINGER_MS
    assert not power.step(later, True, False, FULL, LINGER_S)
    assert not power.step(later + LINGER_MS - 1, False, False, FULL, LINGER_S)
    assert power.step(later + LINGER_MS, False, False, FULL, LINGER_S) and power.saving
    power.used(2 * later, pressed=True)
    assert power.step(2 * later, False, False, FULL, LINGER_S) and power.mode == LIVE


def test_the_radio_comes_on_now_and_then():
    power = Power(0)
    power.step(LINGER_MS, False, False, FULL, LINGER_S)
    on_ms = sum(power.radio(t_ms) for t_ms in range(2 * WINDOW_EVERY_MS))
    assert on_ms == 2 * WINDOW_MS


def test_an_emptying_battery_gives_up_radio_then_buzz_and_keeps_the_log():
    power = Power(0)
    modes = []
    for pct in range(100, -1, -1):
        power.step(10 * LINGER_MS, False, False, pct, LINGER_S)
        if not modes or modes[-1][1] != power.mode:
            modes.append((pct, power.mode))
        assert power.silent == (power.mode in (NO_BUZZ, LOG_ONLY))
    assert modes == [(100, SAVER), (15, NO_RADIO), (8, NO_BUZZ), (4, LOG_ONLY)]
    assert not any(power.radio(t_ms) for t_ms in range(0, WINDOW_EVERY_MS, 500))


def test_it_does_not_flutter_at_an_edge():
    power = Power(0)
    changes = [
        power.step(10 * LINGER_MS, False, False, pct, LINGER_S)
        for pct in [16, 15, 16, 15, 17, 18, 15]
    ]
    assert changes == [True, True, False, False, False, False, False]
    assert power.step(10 * LINGER_MS, False, False, 19, LINGER_S) and power.mode == SAVER


def test_with_a_low_battery_a_press_opens_the_radio_for_a_minute():
    power = Power(0)
    power.step(10 * LINGER_MS, False, False, 10, LINGER_S)
    pressed = 11 * LINGER_MS
    power.used(pressed, pressed=True)
    power.step(pressed, False, False, 10, LINGER_S)
    assert power.mode == NO_RADIO
    assert power.radio(pressed + PRESS_MS - 1) and not power.radio(pressed + PRESS_MS)
    assert not power.step(pressed + 1, True, False, 10, LINGER_S)  # a host came: it has that minute


@pytest.mark.parametrize("pct", [15, 8, 4, 1])
def test_a_host_keeps_no_clip_awake_whose_battery_is_low(pct: int):
    power = Power(0)
    assert not power.step(1000, True, False, FULL, LINGER_S) and power.mode == LIVE
    power.step(2000, True, False, pct, LINGER_S)
    assert power.mode >= NO_RADIO
    left = power.mode < LOG_ONLY  # the host has a minute to fetch what it lacks
    assert power.radio(2000 + PRESS_MS - 1, True) == left
    power.step(3000, True, False, pct, LINGER_S)
    assert not power.radio(2000 + PRESS_MS, True)
    assert power.step(4000, True, True, pct, LINGER_S) and power.mode == LIVE  # the charger


@pytest.mark.parametrize("pct", [0, 3, 10, 255])
def test_the_charger_and_an_unknown_battery_take_nothing_away(pct: int):
    power = Power(0)
    power.step(10 * LINGER_MS, False, True, pct, LINGER_S)
    assert power.mode == LIVE
    power.step(20 * LINGER_MS, False, False, 255, LINGER_S)
    assert power.mode == SAVER


def test_it_never_saves_when_it_is_told_not_to():
    power = Power(0)
    assert not power.step(100 * LINGER_MS, False, False, FULL, 0) and power.mode == LIVE
