"""The whole chain on the twin: wearer, firmware in the VM, virtual radio, bleak, store, pty.

In each: every record that the clip logged is in the store exactly once, in order, with the right time.
"""

import pytest

from poise.demo.story import FAULTS, Demo, DemoOptions
from tests.conftest import vm_or_skip

pytestmark = pytest.mark.system

TIME_ERROR_MS = 1000


async def played(tmp_path, bits=64, seconds=30.0, **options):
    vm_or_skip(bits)
    return await Demo(DemoOptions(tmp_path, seconds, bits, **options)).run()


def assert_nothing_lost(result):
    assert result.audit.agree, result.audit
    assert result.audit.events_on_clip > 30
    assert result.largest_time_error_ms <= TIME_ERROR_MS
    assert (result.reminders_fired, result.reminders_answered) == (1, 1)


async def test_normal_day_with_another_sensor(tmp_path):
    """The demo's own test plays it with the first one."""
    result = await played(tmp_path, imu="icm42688")
    assert_nothing_lost(result)
    assert result.boots == 1
    assert result.nudges == 1
    assert result.kinds["sustained"] == 1
    assert result.kinds["nod"] >= 3  # of five after the start position; one is as deep as the limit
    # On a busy machine the story waits for its reminder, and the download takes minutes of it.
    assert 10 <= result.kinds["minute"] <= 14


@pytest.mark.vm32
async def test_every_fault_with_a_third_sensor_in_the_heap_of_an_esp32(tmp_path):
    result = await played(
        tmp_path, faults=FAULTS, bits=32, heap="136k", imu="mpu6050", seconds=40.0
    )
    assert_nothing_lost(result)
    assert result.boots == 2
    assert result.micropython["bits"] == 32
    assert result.heap_free_bytes > 0
    assert (result.kinds["sustained"], result.nudges, "fault" in result.kinds) == (1, 1, False), (
        result
    )
