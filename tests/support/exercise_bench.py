"""A wearer who exercises, well or badly, through the real filter in a VM: what `sensing` makes of its angles."""

from dataclasses import dataclass, replace

import numpy as np

from poise.sensing.exercise import Exercise
from poise.twin.world.script import Segment
from poise.twin.world.wearer import Body, Wearer
from tests.support import exercise_fields as fields
from tests.support import motion_host

RATE_HZ = 208
ACC_LSB_PER_G, GYR_LSB_PER_DPS = 4096, 1000 / 35
UPRIGHT_S = 5
LEAD = (Segment("sits upright", 9.0),)
# Which angle of the wearer a movement goes to, and its sign there (the wearer's rotation is + left).
WAY = {
    "flexion": ("flexion_deg", 1), "extension": ("flexion_deg", -1),
    "lateral_left": ("lateral_deg", -1), "lateral_right": ("lateral_deg", 1),
    "rotation_left": ("rotation_deg", 1), "rotation_right": ("rotation_deg", -1),
}  # fmt: skip


def pose(movement: str, degrees: float, **also: float) -> dict[str, float]:
    """The wearer's angles for so many degrees of a movement, and `also`."""
    name, sign = WAY[movement]
    return {name: sign * degrees, **also}


def to(seconds: float, move_s: float, angles: dict[str, float], tremor_deg: float = 0.0) -> Segment:
    moves = Segment("moves", seconds, move_s=move_s, tremor_deg=tremor_deg)
    return replace(moves, **angles)


def repetitions(
    movement: str, degrees: float, count: int = 10, /, out_s: float = 2.0, top_s: float = 0.6,
    back_s: float = 2.0, rest_s: float = 1.5, back_to: float = 0.0, tremor_deg: float = 0.0, **also: float,
) -> tuple[Segment, ...]:  # fmt: skip
    """Out and back, `count` times, each a little different as people's are."""
    script: list[Segment] = []
    for i in range(count):
        varied = degrees * (1 + 0.05 * np.sin(2.3 * i))
        out, back = pose(movement, varied, **also), pose(movement, back_to)
        script.append(to(out_s + top_s, out_s, out, tremor_deg=tremor_deg))
        script.append(to(back_s + rest_s, back_s, back, tremor_deg=tremor_deg))
    return tuple(script)


def counts(script, seed: int, body: Body | None = None, bias_dps: float = 0.35) -> np.ndarray:
    """int16 samples of the clip, with the sensor's noise and biases (LSM6DSOX, as the twin's chip)."""
    wearer = Wearer(script, seed, body or Body())
    t_s = np.arange(int(wearer.duration_s * RATE_HZ)) / RATE_HZ
    force_g, rate_dps = wearer.sample(t_s)
    rng = np.random.default_rng(seed)
    band = np.sqrt(RATE_HZ / 2)
    force_g = force_g + rng.normal(0, 0.012, 3) + rng.normal(0, 0.11e-3 * band, force_g.shape)
    rate_dps = rate_dps + rng.normal(0, bias_dps, 3) + rng.normal(0, 0.0038 * band, rate_dps.shape)
    rows = np.hstack([force_g * ACC_LSB_PER_G, rate_dps * GYR_LSB_PER_DPS])
    return np.clip(np.rint(rows), -32768, 32767).astype(np.int16)


@dataclass(frozen=True)
class Run:
    """Rows of a run, as `exercise_fields` names them."""

    rows: np.ndarray

    def column(self, name: str) -> np.ndarray:
        return self.rows[:, fields.EVENTS + 1 + fields.NAMES.index(name)]

    def last(self, name: str) -> int:
        return int(self.column(name)[-1])

    @property
    def events(self) -> np.ndarray:
        return self.rows[:, fields.EVENTS]

    def at(self, bits: int) -> list[dict[str, int]]:
        """The results at every burst with one of these events."""
        found = np.flatnonzero(self.events & bits)
        names = [n.removeprefix("repetitions.") for n in fields.NAMES]
        return [
            dict(zip(names, map(int, self.rows[i, fields.EVENTS + 1 :]), strict=True))
            for i in found
        ]


class Bench:
    """Runs the filter in one VM, and exercises on its angles."""

    def __init__(self, vm, folder) -> None:
        self._vm = vm
        self._folder = folder

    def run(
        self, arguments: dict, script, trunk=None, seed: int = 1, burst: int = 16, **sensor
    ) -> Run:
        """`script` after LEAD through filter and exercise; `trunk`: of the trunk's clip; `sensor`: as `counts`."""
        files = []
        for place, part in enumerate([script, trunk] if trunk else [script]):
            path = self._folder / f"samples{place}"
            path.write_bytes(counts((*LEAD, *part), seed + 50 * place, **sensor).tobytes())
            files.append(path)
        target = self._folder / "rows"
        motion_host.run_script(self._vm, "run_angles.py", target, RATE_HZ, burst, UPRIGHT_S, *files)
        angles = np.frombuffer(target.read_bytes(), np.int32).reshape(-1, fields.EVENTS)
        assert len(angles) > 50
        exercise = Exercise(**arguments)
        rows = [row + [0] * (fields.WIDTH - fields.EVENTS) for row in angles.tolist()]
        for row in rows:
            fields.step(exercise, row)
        return Run(np.array(rows, np.int32))


def seated_trunk(script, **angles: float):
    """The trunk's script beside the head's: still, or with these angles whenever the head is away."""

    def beside(segment: Segment) -> Segment:
        away = segment.flexion_deg or segment.lateral_deg or segment.rotation_deg
        still = replace(segment, flexion_deg=0.0, lateral_deg=0.0, rotation_deg=0.0)
        return replace(still, **angles) if away else still

    return tuple(beside(segment) for segment in script)
