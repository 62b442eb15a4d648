"""A day at rest with a gyroscope whose bias drifts as far as 5 °/s: the angle stays."""

import os
import subprocess
import threading

import numpy as np
import pytest

from tests.support import motion_host

RATE_HZ, ACC_LSB, GYR_LSB = 52, 4098.0, 1000 / 35
BURST, EVERY = 4, 13  # an output a second
SETTLING_S = 60  # a cold start with the whole bias at once
GRAVITY = np.array([0.2, 0.95, 0.24])


def bias_dps(t_s: np.ndarray) -> np.ndarray:
    """(n, 3): warms up and cools down over hours, never beyond 5 °/s; starts at 5."""
    phases = 2 * np.pi * np.outer(t_s / 3600, [1 / 3.1, 1 / 4.7, 1 / 2.3])
    return 5 * np.cos(phases) * [1, -0.8, 0.9]


def chunk(first: int, count: int, rng: np.random.Generator) -> bytes:
    """int16 rows of a clip that lies still, with the noise of the sensor's datasheet."""
    t_s = np.arange(first, first + count) / RATE_HZ
    gyr = (bias_dps(t_s) + rng.normal(0, 0.04, (count, 3))) * GYR_LSB
    up = GRAVITY / np.linalg.norm(GRAVITY)
    acc = (up + rng.normal(0, 0.001, (count, 3))) * ACC_LSB
    return np.round(np.hstack([acc, gyr])).astype("<i2").tobytes()


def day_errors_deg(vm, hours: float) -> np.ndarray:
    """The error of up at each second, degrees."""
    script = motion_host.SCRIPTS / "run_stream.py"
    arguments = [*vm.argv, script, RATE_HZ, ACC_LSB, GYR_LSB, BURST, EVERY]
    process = subprocess.Popen(
        [str(argument) for argument in arguments],
        env={**os.environ, "MICROPYPATH": f"{motion_host.FIRMWARE}:.frozen"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdin and process.stdout
    feeding = threading.Thread(target=feed, args=(process.stdin, hours))
    feeding.start()
    up = np.frombuffer(process.stdout.read(), "<i2").reshape(-1, 3) / 16384
    feeding.join()
    assert process.wait() == 0
    true = GRAVITY / np.linalg.norm(GRAVITY)
    sine = np.linalg.norm(np.cross(up, true), axis=1)
    return np.degrees(np.arctan2(sine, up @ true))


def feed(pipe, hours: float) -> None:
    """All samples, an hour at a time."""
    rng = np.random.default_rng(3)
    size = 3600 * RATE_HZ
    with pipe:
        for first in range(0, int(hours * size), size):
            pipe.write(chunk(first, size, rng))


@pytest.mark.vm
def test_a_day_at_rest_with_a_drifting_bias(vm):
    errors = day_errors_deg(vm, 24)
    assert len(errors) == 24 * 3600
    print(f"largest error after a minute: {errors[SETTLING_S:].max():.3f} degrees")
    assert errors[SETTLING_S:].max() < 1.0
