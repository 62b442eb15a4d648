"""Someone who sits, walks, drives, lies, exercises or tidies up: the signals of a clip on head or collar.

Each kind is drawn with other numbers for each seed. Sizes are those of the literature that
docs/developers/activity.md names. All traces begin upright and still, for the upright.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from poise.replay.scale import G_M_S2
from poise.replay.trace import Trace

RATE_HZ = 208.0
UPRIGHT_S = 12.0  # upright and still at the beginning
Array = np.ndarray


@dataclass
class Motion:
    """Angles of the head or trunk in degrees, and the clip's own acceleration in g, world axes (y up)."""

    t_s: Array
    flexion: Array
    lateral: Array
    rotation: Array
    shake: Array

    def sway(self, rng: np.random.Generator, size_deg: float = 0.5) -> None:
        """What nobody who lives can hold back."""
        for angle in (self.flexion, self.lateral, self.rotation):
            for hz in rng.uniform([0.05, 0.15, 0.22], [0.12, 0.25, 0.4]):
                angle += size_deg / 3 * np.sin(2 * np.pi * (hz * self.t_s + rng.random()))


def start(seconds: float) -> Motion:
    """Nothing yet."""
    t_s = np.arange(int((UPRIGHT_S + seconds) * RATE_HZ)) / RATE_HZ
    zero = np.zeros(len(t_s))
    return Motion(t_s, zero.copy(), zero.copy(), zero.copy(), np.zeros((len(t_s), 3)))


def smooth(steps: Array, seconds: float) -> Array:
    """Steps as a body takes them."""
    window = np.hanning(max(3, int(seconds * RATE_HZ)))
    pad = len(window)
    whole = np.convolve(np.pad(steps, pad, "edge"), window / window.sum(), "same")
    return whole[pad:-pad]


def band(rng: np.random.Generator, n: int, low_hz: float, high_hz: float, rms: float) -> Array:
    """Noise in a band, of this root mean square."""
    spectrum = np.fft.rfft(rng.normal(size=n))
    hz = np.fft.rfftfreq(n, 1 / RATE_HZ)
    spectrum[(hz < low_hz) | (hz > high_hz)] = 0
    noise = np.fft.irfft(spectrum, n)
    return noise * rms / noise.std()


def begun(motion: Motion, seconds: float = 2.0) -> Array:
    """0 until the upright is taken, then 1."""
    return smooth((motion.t_s > UPRIGHT_S + 1).astype(float), seconds)


def sitting(rng: np.random.Generator, seconds: float) -> Motion:
    """Desk work: a pose for some seconds, glances, a lean; never for long without a small movement."""
    motion = start(seconds)
    at = UPRIGHT_S
    poses = np.zeros((3, len(motion.t_s)))
    while at < motion.t_s[-1]:
        pose = rng.normal([12, 0, 0], [9, 4, 12])
        poses[:, motion.t_s >= at] = pose[:, None]
        at += rng.exponential(9) + 1.5
    for angle, pose in zip((motion.flexion, motion.lateral, motion.rotation), poses, strict=True):
        angle += smooth(pose, rng.uniform(0.7, 1.5))
    for at in rng.uniform(UPRIGHT_S + 5, motion.t_s[-1], 4):  # a nod or two in a talk
        nod = np.clip(1 - np.abs(motion.t_s - at - 1), 0, 1) * rng.uniform(5, 14)
        motion.flexion += nod * np.sin(2 * np.pi * rng.uniform(0.9, 1.6) * (motion.t_s - at)) ** 2
    motion.sway(rng)
    return motion


def walking(rng: np.random.Generator, seconds: float) -> Motion:
    """From a stroll to a brisk walk: steps and their harmonics, the head turning a little."""
    motion = start(seconds)
    go, t_s = begun(motion), motion.t_s
    cadence = rng.uniform(1.3, 2.4)
    jitter = np.cumsum(smooth(rng.normal(0, 0.25, len(t_s)), 1.0)) / RATE_HZ
    phase = 2 * np.pi * (cadence * t_s + jitter)
    size = rng.uniform(0.06, 0.30)
    motion.shake[:, 1] = (
        go * size * (np.sin(phase) + 0.35 * np.sin(2 * phase + 1) + 0.1 * np.sin(3 * phase))
    )
    motion.shake[:, 0] = go * 0.4 * size * np.sin(phase / 2)
    motion.shake[:, 2] = go * 0.5 * size * np.sin(phase + 0.7)
    motion.flexion += go * (rng.uniform(-3, 12) + rng.uniform(1, 2.5) * np.sin(phase + 2))
    motion.lateral += go * rng.uniform(0.5, 1.5) * np.sin(phase / 2)
    turns = np.repeat(rng.normal(0, 18, int(t_s[-1] // 5) + 2), int(5 * RATE_HZ))[: len(t_s)]
    motion.rotation += go * smooth(turns, 1.2)
    motion.sway(rng)
    return motion


def vehicle(rng: np.random.Generator, seconds: float) -> Motion:
    """On a road: the seat shakes from 1 to 25 Hz, brakes and bends come and go, glances now and then."""
    motion = start(seconds)
    go, n = begun(motion), len(motion.t_s)
    road = rng.uniform(0.012, 0.06)
    red = np.zeros(n)  # at a red light the engine is felt, and little else
    for at in rng.uniform(UPRIGHT_S + 30, motion.t_s[-1], 2):
        red[(motion.t_s > at) & (motion.t_s < at + rng.uniform(8, 25))] = 1
    rolling = 1 - 0.85 * smooth(red, 3.0)
    for axis, share in ((0, 0.5), (1, 1.0), (2, 0.6)):
        shaken = band(rng, n, 1, 3, 0.5) + band(rng, n, 4, 25, 0.85)
        motion.shake[:, axis] += go * rolling * road * share * shaken
    for axis in (0, 2):
        motion.shake[:, axis] += go * rolling * band(rng, n, 0.02, 0.2, 0.05)
    glances = np.repeat(rng.normal(0, 14, int(motion.t_s[-1] // 6) + 2), int(6 * RATE_HZ))[:n]
    motion.rotation += go * smooth(glances, 0.9)
    motion.flexion += go * (rng.uniform(-5, 10) + band(rng, n, 1, 5, 0.25))
    motion.lateral += go * band(rng, n, 0.5, 4, 0.3)
    motion.sway(rng)
    return motion


def lying(rng: np.random.Generator, seconds: float) -> Motion:
    """On the back, a side or the front; breath, and a change now and then."""
    motion = start(seconds)
    go = begun(motion, 4.0)
    flexion, lateral = [(-80, 5), (-70, -20), (5, 82), (-10, -78), (85, 10)][rng.integers(5)]
    motion.flexion += go * (flexion + rng.normal(0, 4))
    motion.lateral += go * (lateral + rng.normal(0, 4))
    motion.rotation += go * smooth(rng.normal(0, 2, len(motion.t_s)), 2.0)
    for angle in (motion.flexion, motion.lateral):
        angle += go * rng.uniform(0.2, 0.6) * np.sin(2 * np.pi * 0.25 * motion.t_s)
    motion.sway(rng, 0.3)
    return motion


def exercising(rng: np.random.Generator, seconds: float) -> Motion:
    """One movement to and fro, with or without a hold at the end, about as far each time."""
    motion = start(seconds)
    kind = rng.integers(3)
    span = rng.uniform([22, 18, 30], [45, 35, 60])[kind]
    hold_s, move_s = rng.choice([0.3, 1.5, 3.0]), rng.uniform(0.9, 1.8)
    steps, at, side = np.zeros(len(motion.t_s)), UPRIGHT_S + 1, 1.0
    both = kind != 0 and rng.random() < 0.6  # to both sides, or to one and back
    while at < motion.t_s[-1]:
        target = span * side * rng.uniform(0.8, 1.2)
        steps[motion.t_s >= at] = target
        at += (move_s + hold_s) * rng.uniform(0.8, 1.25)
        steps[motion.t_s >= at] = 0 if not both else steps[motion.t_s >= at]
        at += 0 if both else (move_s + 0.4) * rng.uniform(0.8, 1.25)
        side = -side if both else side
    angle = (motion.flexion, motion.lateral, motion.rotation)[kind]
    angle += smooth(steps, move_s)
    motion.sway(rng)
    return motion


def tidying(rng: np.random.Generator, seconds: float) -> Motion:
    """On one's feet without going anywhere: bending, turning, reaching, a step or two."""
    motion = start(seconds)
    go, n = begun(motion), len(motion.t_s)
    for angle, low, high, rms in (
        (motion.flexion, 0.1, 0.8, 14), (motion.lateral, 0.1, 0.8, 6), (motion.rotation, 0.1, 0.9, 25),
    ):  # fmt: skip
        angle += go * band(rng, n, low, high, rms)
    motion.flexion += go * 15
    for axis in range(3):
        motion.shake[:, axis] += go * band(rng, n, 0.3, 6, rng.uniform(0.05, 0.1))
    return motion


def put_down(rng: np.random.Generator, seconds: float) -> Motion:
    """Taken off, and laid on a table."""
    motion = start(seconds)
    go = begun(motion)
    motion.flexion += go * rng.uniform(78, 90) * rng.choice([-1, 1])
    motion.rotation += go * rng.uniform(-90, 90)
    return motion


KINDS: dict[str, Callable[[np.random.Generator, float], Motion]] = {
    "still": sitting,
    "moving": tidying,
    "walking": walking,
    "vehicle": vehicle,
    "lying": lying,
    "exercising": exercising,
    "not_worn": put_down,
}


def trace(kind: str, seed: int, seconds: float = 180.0) -> Trace:
    """One recording, with a sensor's noise and bias."""
    rng = np.random.default_rng([seed, list(KINDS).index(kind)])
    motion = KINDS[kind](rng, seconds)
    return signals(motion, rng, f"{kind} {seed}")


def signals(motion: Motion, rng: np.random.Generator, name: str) -> Trace:
    """Gyroscope and accelerometer of a clip at the back: axes as in `poise.twin.world.wearer`."""
    f, s, r = (np.radians(a) for a in (motion.flexion, motion.lateral, motion.rotation))
    df, ds, dr = (np.gradient(a, motion.t_s) for a in (f, s, r))
    cf, sf, cs, ss = np.cos(f), np.sin(f), np.cos(s), np.sin(s)
    vx, vy, vz = -df, dr * cf, dr * sf - ds
    rate = np.stack([cs * vx - ss * vy, ss * vx + cs * vy, vz], 1)
    # World to wearer's heading, then Rz(lateral) Rx(flexion), as the rate has it.
    x, y, z = motion.shake[:, 0], motion.shake[:, 1] + 1, motion.shake[:, 2]
    y, z = cf * y - sf * z, sf * y + cf * z
    force = np.stack([cs * x - ss * y, ss * x + cs * y, z], 1)
    lever = np.broadcast_to([0.0, 0.09, 0.05], rate.shape)  # metres from the joint
    turning = np.cross(np.gradient(rate, motion.t_s, axis=0), lever)
    force = force + (turning + np.cross(rate, np.cross(rate, lever))) / G_M_S2
    n = len(f)
    acc = (force + rng.normal(0, rng.uniform(0.001, 0.004), (n, 3))) * G_M_S2
    gyr = rate + np.radians(rng.normal(0, 0.07, (n, 3)) + rng.normal(0, 0.3, 3))
    return Trace(name, acc, gyr, RATE_HZ, motion.t_s)
