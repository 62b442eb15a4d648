"""A wearer's head as motion frames, for sessions without a clip: goes where it is told on minimum-jerk curves."""

import math
from collections.abc import Callable
from typing import Any

from poise.coach.session.cues import Cue, Phase, Told
from poise.coach.session.session import Session

FRAME_MS = 20
AXES = ("flexion_cdeg", "lateral_cdeg", "rotation_cdeg")


class Head:
    """Angles in degrees; `frame()` is the motion frame of this moment."""

    def __init__(self) -> None:
        self.t_ms = 5_000
        self.state = "neutral"
        self.overruns = 0
        self._from = self._to = (0.0, 0.0, 0.0)
        self._began_ms, self._lasts_ms = 0, 1

    def go(self, seconds: float, flexion: float = 0.0, lateral: float = 0.0, rotation: float = 0.0):
        self._from, self._to = self.angles(), (flexion, lateral, rotation)
        self._began_ms, self._lasts_ms = self.t_ms, round(seconds * 1_000)

    def angles(self) -> tuple[float, float, float]:
        part = min(1.0, (self.t_ms - self._began_ms) / self._lasts_ms)
        eased = part**3 * (10 - 15 * part + 6 * part**2)
        sway = 0.2 * math.sin(self.t_ms / 900)
        a, b, c = (f + (t - f) * eased for f, t in zip(self._from, self._to, strict=True))
        return a + sway, b + sway / 2, c

    def frame(self) -> dict[str, Any]:
        angles = {name: round(100 * one) for name, one in zip(AXES, self.angles(), strict=True)}
        tilt = abs(angles["flexion_cdeg"])
        return {
            **angles,
            "t_ms": self.t_ms,
            "inclination_cdeg": tilt,
            "state": self.state,
            "overruns": self.overruns,
        }


class Gym:
    """Steps a session with a head that follows its cues: out at GO_OUT, back at COME_BACK.

    `out`: where it goes, degrees by axis. `told`: every cue so far. `frames` off: no angles come.
    """

    def __init__(self, session: Session, out_s: float = 2.0, back_s: float = 2.0, **out: float):
        self.session = session
        self.head = Head()
        self.t_ms = 1_000_000
        self.told: list[Told] = []
        self.out, self.out_s, self.back_s = out, out_s, back_s
        self.frames = True
        self.obeys = True

    @property
    def cues(self) -> list[Cue]:
        return [one.cue for one in self.told]

    def step(self) -> None:
        self.t_ms += FRAME_MS
        self.head.t_ms += FRAME_MS
        self.hear(self.session.step(self.t_ms, self.head.frame() if self.frames else None))

    def hear(self, told: list[Told]) -> None:
        self.told += told
        for one in told if self.obeys else ():
            if one.cue is Cue.GO_OUT:
                self.head.go(self.out_s, **self.out)
            elif one.cue is Cue.COME_BACK:
                self.head.go(self.back_s)

    def run(self, seconds: float) -> None:
        for _ in range(round(seconds * 1_000 / FRAME_MS)):
            self.step()

    def until(self, true: Callable[[], bool], seconds: float = 120.0) -> None:
        for _ in range(round(seconds * 1_000 / FRAME_MS)):
            if true():
                return
            self.step()
        raise AssertionError(f"not in {seconds} s: {self.session.view()}, {self.cues[-8:]}")

    def until_phase(self, *phases: Phase, seconds: float = 120.0) -> None:
        self.until(lambda: self.session.phase in phases, seconds)

    def begin(self, pain: int = 2) -> None:
        self.hear(self.session.answer_pain(pain))
        self.until_phase(Phase.OUT)
