"""The clocks of two clips in one world: time stands while either computes, so neither falls behind."""

import time
from pathlib import Path

import pytest

from poise.twin.machine.clock import FOREVER_US
from poise.twin.world.crystals import Crystal, CrystalClock, WorldClock

SPEED = 1000.0
LATE_S = 0.5  # of the world


@pytest.fixture
def clocks(tmp_path: Path) -> tuple[WorldClock, CrystalClock, CrystalClock]:
    world = WorldClock(tmp_path / "world", SPEED, 0)
    early = CrystalClock(tmp_path / "early", world, Crystal(0.0, 40.0))
    return world, early, CrystalClock(tmp_path / "late", world, Crystal(LATE_S, -30.0))


def passes(world: WorldClock) -> bool:
    """Whether the world's time passes while real time does."""
    before = world.now_us()
    time.sleep(0.002)
    return world.now_us() > before


def agree(world: WorldClock, clip: CrystalClock) -> bool:
    """Whether a clip's time lies where the world's, read before and after, has it; to the microsecond."""
    before = world.now_us()
    now = clip.now_us()
    return clip.of_world_us(before) - 1 <= now <= max(0, clip.of_world_us(world.now_us())) + 1


def test_time_stands_while_a_clip_computes(clocks):
    world, early, late = clocks
    assert not passes(world)  # neither has come to its first wait
    early.run_until(FOREVER_US)
    assert not passes(world)
    late.run_until(FOREVER_US)
    assert passes(world)
    for computing in (early, late):
        computing.stand(computing.now_us())
        assert not passes(world)
        assert agree(world, early) and agree(world, late)
        computing.run_until(FOREVER_US)
        assert passes(world)
        assert agree(world, early) and agree(world, late)


def test_the_world_waits_for_the_first_clip_that_is_to_wake(clocks):
    world, early, late = clocks
    late.run_until(100_000)
    early.run_until(30_000_000)
    while world.now_us() < world.high_us:
        time.sleep(0.001)
    assert world.now_us() == late.world_us(100_000)
    assert late.now_us() == pytest.approx(100_000, abs=1)
    assert early.now_us() == pytest.approx(early.of_world_us(world.now_us()), abs=1)
    # The other one's turn has not come, however late it is by the real clock.
    assert early.real_s_until(early.now_us() + 1_000_000) > 0


def test_a_clip_that_is_not_switched_on_yet_says_nothing(clocks):
    world, early, late = clocks
    early.run_until(10_000)
    late.run_until(FOREVER_US)
    while world.now_us() < world.high_us:
        time.sleep(0.001)
    assert late.now_us() == 0


def test_there_is_one_speed(clocks):
    world, early, late = clocks
    early.set_speed(10.0)
    assert world.speed == 10.0
    assert early.speed == pytest.approx(10.0, rel=1e-4)
    assert late.speed == pytest.approx(10.0, rel=1e-4)
