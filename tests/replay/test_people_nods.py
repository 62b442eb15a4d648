"""Two nods are told from what recorded people do instead. The recordings are no part of the project."""

from collections import Counter

import numpy as np
import pytest

from poise.replay.people import Take, takes
from tests.support import motion_host  # noqa: F401 (the firmware's modules under CPython)
from tests.support.people import RECORDINGS

BURST = 8  # samples, 80 ms
WINDOW, APART = 2_000, 1_000  # samples: a calibration waits 20 s for nods


def outcome(acc_mg: np.ndarray, gyr_dps: np.ndarray) -> str | None:
    """What a calibration makes of 20 s after its pose, which is as these begin."""
    from motion.calibration import Calibration
    from motion.vectors import unit_q14

    bursts = len(acc_mg) // BURST
    force = acc_mg[: bursts * BURST].reshape(bursts, BURST, 3).mean(axis=1)
    rates = 100 * gyr_dps[: bursts * BURST].reshape(bursts, BURST, 3)
    calibration = Calibration()
    calibration.nodding, calibration.spread_cdeg = True, 30
    calibration._least_mg, calibration._most_mg = 990, 1_010
    calibration.up_q14 = unit_q14(force[0].astype(int).tolist())
    for mg, burst in zip(force, rates, strict=True):
        rms = int(np.sqrt((burst**2).sum(axis=1).mean()))
        norm = int(np.linalg.norm(mg))
        mean = burst.mean(axis=0).astype(int).tolist()
        told = calibration.step(80, calibration.up_q14, mean, rms, abs(norm - 1000), norm)
        if told:
            return told
    return None


def outcomes(found: list[Take], labels: tuple[str, ...]) -> Counter[str | None]:
    """How often each outcome comes in windows of these labels."""
    return Counter(
        outcome(take.acc_mg[at : at + WINDOW], (take.gyr_dps - take.bias_dps)[at : at + WINDOW])
        for take in found
        if take.label in labels
        for at in range(0, len(take.acc_mg) - WINDOW, APART)
    )


@pytest.mark.skipif(RECORDINGS is None, reason="no recordings of people at hand")
@pytest.mark.parametrize(
    "labels", [("sit2stand", "chair", "fidget", "stand"), ("walk", "run", "stairs"), ("write",)]
)
def test_nobody_calibrates_by_moving_about(labels):
    found = outcomes(takes(RECORDINGS), labels)
    assert sum(found.values()) > 40
    assert found["accepted"] == 0


@pytest.mark.skipif(RECORDINGS is None, reason="no recordings of people at hand")
def test_who_reads_nods_now_and_then():
    """These are nods, and nothing tells that they are no answer: docs/developers/motion.md says how many there are."""
    found = outcomes(takes(RECORDINGS), ("read", "type", "browse"))
    assert found["accepted"] / sum(found.values()) < 0.1
