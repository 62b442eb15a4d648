"""The button's states on scripted levels."""

import pytest
from drivers.button import DOUBLE_GAP_MS, LONG_MS, PAIR_MS, Button

STEP_MS = 10


def play(*stretches: tuple[bool, int]) -> list[tuple[int, str]]:
    """(time, press) told while the level goes through (pressed, milliseconds) stretches."""
    button = Button()
    told = []
    t_ms = 0
    for pressed, length_ms in stretches:
        for _ in range(length_ms // STEP_MS):
            press = button.step(t_ms, pressed)
            if press:
                told.append((t_ms, press))
            t_ms += STEP_MS
    assert button.held == stretches[-1][0]
    return told


def test_short_is_told_once_no_second_press_can_come():
    assert play((False, 100), (True, 150), (False, 1000)) == [
        (100 + 150 + 20 + DOUBLE_GAP_MS, "short")
    ]


def test_double():
    assert [
        p for _, p in play((False, 100), (True, 100), (False, 200), (True, 100), (False, 2000))
    ] == ["double"]


def test_long_is_told_while_held_and_once():
    assert play((True, 8000), (False, 2000)) == [(20 + LONG_MS, "long"), (20 + PAIR_MS, "pair")]
    assert play((True, PAIR_MS), (False, 2000)) == [(20 + LONG_MS, "long")]


def test_long_on_the_second_press():
    assert [p for _, p in play((True, 100), (False, 100), (True, 5000), (False, 1000))] == ["long"]


@pytest.mark.parametrize("bounce", [[(True, 10), (False, 10)] * 6, [(False, 10), (True, 10)] * 6])
def test_bounces_are_no_presses(bounce):
    assert play(*bounce, (False, 1000)) == []
    assert [p for _, p in play(*bounce, (True, 100), *bounce, (False, 1000))] == ["short"]


def test_two_presses_far_apart_are_two_short_ones():
    presses = play((True, 100), (False, 600), (True, 100), (False, 600))
    assert [p for _, p in presses] == ["short", "short"]


def test_idle_only_when_nothing_pends():
    button = Button()
    assert button.idle
    for t_ms in range(0, 100, STEP_MS):
        button.step(t_ms, True)
        assert not button.idle
    for t_ms in range(100, 400, STEP_MS):
        button.step(t_ms, False)
        assert not button.idle
    for t_ms in range(400, 1000, STEP_MS):
        button.step(t_ms, False)
    assert button.idle
