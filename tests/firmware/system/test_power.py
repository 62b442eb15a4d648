"""Which power mode is due: hosts, presses, the charger, an emptying battery. Pure."""

import itertools

import pytest
from system.power import (
    AFTER_MS,
    AWAY_EVERY_MS,
    CALL_MS,
    LIVE,
    LOG_ONLY,
    NEAR_EVERY_MS,
    NEAR_FOR_MS,
    NO_BUZZ,
    NO_RADIO,
    PRESS_MS,
    SAVER,
    VISIT_MS,
    Power,
)

FULL = 80
LINGER_S = 180
LINGER_MS = 1000 * LINGER_S


def saver(now_ms: int = LINGER_MS) -> Power:
    """A clip that saves power from `now_ms` on."""
    power = Power(now_ms - LINGER_MS)
    assert power.step(now_ms, False, False, FULL, LINGER_S) and power.mode == SAVER
    return power


def on_times(power: Power, since_ms: int, for_ms: int) -> list[int]:
    """The moments at which the radio comes on, to 100 ms."""
    on = [power.radio(t_ms) for t_ms in range(since_ms, since_ms + for_ms, 100)]
    return [
        since_ms + 100 * i
        for i, (a, b) in enumerate(itertools.pairwise([False, *on]))
        if b and not a
    ]


def test_it_saves_once_nobody_is_near():
    power = Power(0)
    assert not power.step(LINGER_MS - 1, False, False, FULL, LINGER_S)
    assert power.step(LINGER_MS, False, False, FULL, LINGER_S) and power.mode == SAVER
    later = 10 * LINGER_MS
    power.used(later, pressed=True)
    assert power.step(later, False, False, FULL, LINGER_S) and power.mode == LIVE


def test_a_host_that_stays_makes_it_live_and_a_visit_does_not():
    power = saver()
    came = LINGER_MS + 1000
    assert not power.step(came, True, False, FULL, LINGER_S)
    assert not power.step(came + VISIT_MS - 1, True, False, FULL, LINGER_S)
    assert power.step(came + VISIT_MS, True, False, FULL, LINGER_S) and power.mode == LIVE
    gone = came + 10 * LINGER_MS
    assert not power.step(gone, True, False, FULL, LINGER_S)
    assert not power.step(gone + LINGER_MS - 1, False, False, FULL, LINGER_S)
    assert power.step(gone + LINGER_MS, False, False, FULL, LINGER_S) and power.saving
    assert power.step(gone + LINGER_MS + 1, True, False, FULL, LINGER_S, needed=True)
    assert power.mode == LIVE  # it follows the angle: at once


def test_after_a_goodbye_it_saves_at_once():
    power = Power(0)
    power.step(1000, True, False, FULL, LINGER_S, needed=True)
    power.goodbye(2000)
    assert power.step(2001, True, False, FULL, LINGER_S) and power.mode == SAVER
    assert power.radio(2001, connected=True)  # the reply still has to go
    assert not power.step(2500, False, False, FULL, LINGER_S)
    assert power.radio(2500 + AFTER_MS - 1) and not power.radio(2500 + AFTER_MS)
    power.goodbye(3000)
    assert not power.step(3000, False, True, FULL, LINGER_S) or power.mode == LIVE  # the charger


def test_windows_come_every_minute_after_a_host_and_every_five_otherwise():
    power = saver()
    assert on_times(power, LINGER_MS + 2000, 2 * AWAY_EVERY_MS) == [300_000, 600_000]
    power.step(600_500, True, False, FULL, LINGER_S)  # a visit in the window
    power.step(601_500, False, False, FULL, LINGER_S)
    seen = on_times(power, 610_000, NEAR_FOR_MS + 2 * AWAY_EVERY_MS)
    near = list(range(660_000, 600_500 + NEAR_FOR_MS, NEAR_EVERY_MS))
    assert seen == [*near, 1_500_000, 1_800_000]


def test_the_radio_changes_when_it_says():
    power = saver()
    power.step(300_500, True, False, FULL, LINGER_S)
    power.step(301_000, False, False, FULL, LINGER_S)
    for now in range(302_000, 302_000 + NEAR_FOR_MS + AWAY_EVERY_MS, 7_100):
        changes = power.radio_changes_in_ms(now)
        assert power.radio(now) != power.radio(now + changes)
        assert power.radio(now) == power.radio(now + changes - 1)


def test_an_emptying_battery_gives_up_radio_then_buzz_and_keeps_the_log():
    power = Power(0)
    modes = []
    for pct in range(100, -1, -1):
        power.step(10 * LINGER_MS, False, False, pct, LINGER_S)
        if not modes or modes[-1][1] != power.mode:
            modes.append((pct, power.mode))
        assert power.silent == (power.mode in (NO_BUZZ, LOG_ONLY))
    assert modes == [(100, SAVER), (15, NO_RADIO), (8, NO_BUZZ), (4, LOG_ONLY)]
    assert not any(power.radio(t_ms) for t_ms in range(0, AWAY_EVERY_MS, 500))


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


def test_a_host_that_was_there_on_the_charger_was_there():
    power = saver()
    power.step(LINGER_MS + 1000, True, True, FULL, LINGER_S)
    power.step(LINGER_MS + 2000, False, False, FULL, LINGER_S)
    assert power.every_ms(LINGER_MS + 3000) == NEAR_EVERY_MS


def test_it_never_saves_when_it_is_told_not_to():
    power = Power(0)
    assert not power.step(100 * LINGER_MS, False, False, FULL, 0) and power.mode == LIVE


def test_an_event_that_a_host_wants_opens_a_window_at_once():
    power = saver()
    now = LINGER_MS + 7_000
    assert not power.radio(now)
    power.call(now)
    assert power.radio(now) and power.radio_changes_in_ms(now) == CALL_MS
    assert not power.radio(now + CALL_MS)
    # A visit that ends at once leaves the rest of the window to the next host.
    power.call(now := now + 20_000)
    power.step(now + 100, True, False, FULL, LINGER_S)
    power.step(now + 200, False, False, FULL, LINGER_S)
    assert power.radio(now + CALL_MS - 1) and not power.radio(now + CALL_MS)
    assert power.mode == SAVER


def test_with_a_low_battery_such_an_event_opens_the_radio_for_seconds():
    power = saver()
    now = LINGER_MS + 7_000
    power.step(now, False, False, 12, LINGER_S)
    power.used(now, pressed=True)
    power.call(now + 1000)
    assert power.mode == NO_RADIO and power.radio(now + PRESS_MS - 1)  # the press's minute stays
    power.call(now := now + 2 * PRESS_MS)
    assert power.radio(now + 2 * CALL_MS - 1) and not power.radio(now + 2 * CALL_MS)
    power.step(now, False, False, 2, LINGER_S)
    power.call(now)
    assert power.mode == LOG_ONLY and not power.radio(now)
