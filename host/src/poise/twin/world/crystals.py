"""The clocks of two clips in one world, each with its own crystal.

The world's clock is the host's. As with a lone clip, it stands while either clip computes: on a busy computer the story
takes longer, and no clip falls behind the world. A clip's clock starts when the clip is switched on, and runs faster or
slower by its crystal's error.
"""

import math
from dataclasses import dataclass
from pathlib import Path

from ..machine.clock import FOREVER_US, ClockWriter

_LOOK_AGAIN_S = 0.001  # real: a clip whose turn it is not yet asks again


@dataclass(frozen=True)
class Crystal:
    """A clip's switch-on time in seconds of the world, and its clock's error, + too fast."""

    start_s: float
    error_ppm: float


CRYSTALS = {"head": Crystal(0.0, 40.0), "collar": Crystal(1.7, -30.0)}


class WorldClock(ClockWriter):
    """The host's time. It runs while all clips wait, at most to the first end of their waits.

    The arguments are those of ClockWriter.
    """

    def __init__(self, path: Path, speed: float, epoch_utc_ms: int) -> None:
        super().__init__(path, speed, epoch_utc_ms)
        self.epoch_utc_ms = epoch_utc_ms
        self.clips: list[CrystalClock] = []

    @property
    def stands(self) -> bool:
        """True while a clip computes."""
        return any(clip.computes for clip in self.clips)

    @property
    def high_us(self) -> int:
        """Time up to which the world may run before a clip must be woken."""
        return self._high

    @property
    def line(self) -> tuple[int, int]:
        """Anchor of the clock's line: virtual microseconds, real nanoseconds."""
        return self._virtual, self._real

    def settle(self) -> None:
        """Let the world and the clips stand or run, after a clip has begun or ended a wait."""
        if self.stands:
            self.stand(self.now_us())
        else:
            self.run_until(min(clip.world_us(clip.end_us) for clip in self.clips))
        for clip in self.clips:
            clip.follow()

    def set_speed(self, speed: float) -> None:
        """Change the speed, for the clips too: virtual seconds per real second."""
        super().set_speed(speed)
        for clip in self.clips:
            clip.follow()


class CrystalClock(ClockWriter):
    """A clip's time: the world's since the clip's start, with its own crystal's error. `path`: its own clock file."""

    def __init__(self, path: Path, world: WorldClock, crystal: Crystal) -> None:
        self._world = world
        self._start_us = int(crystal.start_s * 1e6)
        self.rate = 1 + crystal.error_ppm * 1e-6
        self.computes = True  # until its VM waits for the first time
        self.end_us = 0  # end of the current wait
        super().__init__(path, world.speed * self.rate, world.epoch_utc_ms)
        world.clips.append(self)

    def of_world_us(self, world_us: int) -> int:
        """Return this clock's time at `world_us` of the world; negative before the clip is switched on."""
        return math.floor((world_us - self._start_us) * self.rate)

    def world_us(self, own_us: int) -> int:
        """Return the first moment of the world at which this clock shows `own_us`."""
        if own_us >= FOREVER_US:
            return FOREVER_US
        return self._start_us + math.ceil(own_us / self.rate)

    def stand(self, at_us: int) -> None:
        """Let time stand at `at_us`, for the world and the other clip too."""
        self.computes = True
        self._low = max(self._low, at_us)
        self._world.settle()

    def run_until(self, end_us: int) -> None:
        """Let this clip wait, at most to `end_us`. Time runs when the other clip waits as well."""
        self._low = self.now_us()
        self.computes, self.end_us = False, max(self._low, end_us)
        self._world.settle()

    def follow(self) -> None:
        """Publish this clip's time by the world's clock."""
        there = self.of_world_us(self._world.now_us())
        self._low = max(self._low, there if self.computes else min(there, self.end_us))
        furthest = self._low if self._world.stands else self.of_world_us(self._world.high_us)
        self._high = max(self._low, furthest)
        virtual_us, self._real = self._world.line
        self._virtual = self.of_world_us(virtual_us)
        self._speed = self._world.speed * self.rate
        self._publish()

    def set_speed(self, speed: float) -> None:
        """Change the world's speed, which all clips share."""
        self._world.set_speed(speed)

    def real_s_until(self, at_us: int) -> float:
        """Return the real seconds until this clock may show `at_us`; 0 only if the world must go there at once."""
        left_s = self._world.real_s_until(self.world_us(at_us))
        if self._world.stands or self.world_us(at_us) > self._world.high_us:
            return max(left_s, _LOOK_AGAIN_S)
        return left_s
