"""A radio that fails is a fault and another try, never the clip's end."""

import pytest


@pytest.fixture
def lines(run_script) -> dict[str, str]:
    """What radio_fails.py tells, by the first word."""
    return dict(line.split(" ", 1) for line in run_script("radio_fails.py").splitlines())


def test_a_radio_that_does_not_start_is_a_fault_and_tried_again_after_a_minute(lines) -> None:
    failed = "[('radio_failed', 5)] False 1 True"
    for call in ("active", "config", "register", "write", "set_buffer", "advertise"):
        assert lines[call] == failed, call


def test_calls_that_fail_while_a_host_is_there_are_survived(lines) -> None:
    assert lines["calls"] == "[('radio_failed', 1003)] 0"  # reading in the write interrupt
    assert lines["handler"] == "[('radio_failed', 1001)]"
    assert lines["off"] == "False"


def test_the_clip_is_seen_again_after_a_link_that_nobody_noticed(lines) -> None:
    assert lines["short"] == "['advertise']"
    assert lines["failed"] == "['advertise', 'advertise']"
    assert lines["again"] == "[('radio_failed', 5)] False False"
