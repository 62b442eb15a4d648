"""Fit of the twin's wearer to recorded people: `python -m bench.wearer_fit DIR` prints the tables.

DIR holds the recordings that docs/developers/activity.md describes. `twin/world/gait.py` holds the stride as printed;
the numbers of `twin/world/adjustments.py` were chosen by hand until `bench.wearer` showed people and wearer alike.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from poise.replay.people import DESK, RECORDED_HZ, Take, takes
from poise.twin.world.adjustments import BANDS_HZ
from poise.twin.world.gait import HARMONICS, Phasors
from poise.twin.world.wearer import G_M_S2, Body

Array = NDArray[np.float64]
STEP_HZ = (1.1, 2.1)  # where walking's steps are looked for
WINDOW = 600  # samples, 6 s: the cadence hardly changes in it
LEAST_FIT = 0.4  # share of the vertical force that the harmonics explain: less is no walking
ORDER = np.arange(1, HARMONICS + 1)
ODD = ORDER % 2 == 1  # these change sign if left and right are taken for each other
SPECTRUM = 512
ADJUSTING_DPS = 8.0  # a movement, in the rates below 2 Hz
ADJUSTING_HZ = 2.0
LEAST_DEG = 1.5


@dataclass(frozen=True)
class Stride:
    """One person's gait. `force_g`, `angles_rad`: (HARMONICS, 3), complex amplitudes of the stride's harmonics.

    `force_g` is the neck's own acceleration (right, up, back), without gravity and the lever; the angles are flexion,
    lateral flexion and rotation.
    """

    step_hz: float
    step_sd_hz: float
    size_cv: float
    force_g: Phasors
    angles_rad: Phasors

    def shifted(self, radians: float) -> "Stride":
        """Return the same gait, counted from a stride's phase `radians` later."""
        turn = np.exp(1j * ORDER * radians)[:, None]
        return Stride(
            self.step_hz, self.step_sd_hz, self.size_cv, self.force_g * turn, self.angles_rad * turn
        )


def main() -> None:
    """Print the gait, the adjustments and the spectrum of the recordings."""
    found = takes(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
    print_gait([stride_of(take) for take in found if take.label == "walk"])
    print_desk([take for take in found if take.label in DESK])


def stride_of(take: Take) -> Stride:
    """Fit the harmonics of the stride to windows of a take, and put the windows in step with each other."""
    acc, gyr = take.acc_mg / 1000, np.radians(take.gyr_dps - take.bias_dps)
    length = np.linalg.norm(acc, axis=1)
    phase = _step_phase(length)
    signal = np.column_stack([acc, gyr])
    rows, step_hz = [], []
    for begin in range(0, len(length) - WINDOW, WINDOW // 2):
        part = slice(begin, begin + WINDOW)
        fit, explained = _harmonics(signal[part], phase[part] / 2)
        if explained >= LEAST_FIT:
            rows.append(fit)
            turns = (phase[begin + WINDOW - 1] - phase[begin]) / 2 / np.pi
            step_hz.append(turns / (WINDOW - 1) * RECORDED_HZ)
    in_step = _in_step(np.array(rows))
    sizes = np.abs(in_step[:, 1, 1])
    force, angles = _own(in_step.mean(axis=0), float(np.mean(step_hz)))
    stride = Stride(
        float(np.mean(step_hz)), float(np.std(step_hz)), float(sizes.std() / sizes.mean()), force, angles
    )  # fmt: skip
    return stride.shifted(-float(np.angle(force[1, 1])) / 2)


def _step_phase(length: Array) -> Array:
    """Return the phase of the steps: that of the force's length near its strongest frequency."""
    hz = np.fft.fftfreq(len(length), 1 / RECORDED_HZ)
    spectrum = np.fft.fft((length - length.mean()) * np.hanning(len(length)))
    inside = (hz > STEP_HZ[0]) & (hz < STEP_HZ[1])
    step_hz = hz[inside][np.abs(spectrum[inside]).argmax()]
    spectrum = np.fft.fft(length - length.mean())
    spectrum[(hz < 0.7 * step_hz) | (hz > 1.35 * step_hz)] = 0
    return np.unwrap(np.angle(np.fft.ifft(spectrum)))


def _harmonics(signal: Array, stride: Array) -> tuple[Phasors, float]:
    """Return the complex amplitudes (HARMONICS, 6), and the share of the vertical force that they explain."""
    waves = [wave(k * stride) for k in ORDER for wave in (np.cos, np.sin)]
    terms = np.column_stack([np.ones(len(stride)), np.linspace(-1, 1, len(stride)), *waves])
    found, *_ = np.linalg.lstsq(terms, signal, rcond=None)
    rest = signal - terms @ found
    return found[2::2] - 1j * found[3::2], float(1 - rest[:, 1].var() / signal[:, 1].var())


def _in_step(rows: Phasors) -> Phasors:
    """Give each window the sign of its odd harmonics that agrees with the others: a stride begins left or right."""
    weight = np.array([1, 1, 1, 0.3, 0.3, 0.3])
    first = np.flatnonzero(ODD)[:2]
    mean = rows[0]
    for _ in range(8):
        for row in rows:
            if np.real((row[first] * np.conj(mean[first]) * weight).sum()) < 0:
                row[ODD] *= -1
        mean = rows.mean(axis=0)
    return rows


def _own(rows: Phasors, step_hz: float) -> tuple[Phasors, Phasors]:
    """Return the neck's own acceleration (g) and the angles (rad) that give these forces and rates at the clip."""
    turning = 1j * np.pi * step_hz * ORDER[:, None]
    about_x, about_y, about_z = (rows[:, 3:] / turning).T
    flexion, lateral, rotation = -about_x, -about_z, about_y
    tilt = np.column_stack([-lateral, np.zeros(HARMONICS), flexion])
    lever = np.cross(rows[:, 3:] * turning, Body().lever_m) / G_M_S2
    return rows[:, :3] - tilt - lever, np.column_stack([flexion, lateral, rotation])


def print_gait(people: list[Stride]) -> None:
    """Print the people's own numbers, then the table of `twin/world/gait.py`: medians of sizes, means of phases."""
    reference = people[0]
    for _ in range(5):
        people = [_like(person, reference) for person in people]
        reference = Stride(
            0, 0, 0, *(np.mean([part(p) for p in people], axis=0) for part in (_force, _angles))
        )
    for name in ("step_hz", "step_sd_hz", "size_cv"):
        values = np.array([getattr(person, name) for person in people])
        print(
            f"{name}: median {np.median(values):.3f}, from {values.min():.3f} to {values.max():.3f}"
        )
    up_mg = np.array([1000 * np.abs(person.force_g[1, 1]) for person in people])
    print(f"vertical, at the step: {np.sort(up_mg).round(0)} mg")
    for title, part, scale in (("mg", _force, 1000), ("degrees", _angles, 180 / np.pi)):
        values = np.array([part(person) * scale for person in people])
        phase = np.angle((values / np.abs(values)).mean(axis=0))
        print(f"harmonics 1 to {HARMONICS} of the stride: ({title}, radians) of each axis")
        for sizes, phases in zip(np.median(np.abs(values), axis=0), phase, strict=True):
            print(
                "   ", ", ".join(f"({s:.2f}, {p:.2f})" for s, p in zip(sizes, phases, strict=True))
            )


def _force(person: Stride) -> Phasors:
    return person.force_g


def _angles(person: Stride) -> Phasors:
    return person.angles_rad


def _like(person: Stride, other: Stride) -> Stride:
    """Return the gait counted from the foot that makes it more like the other's."""
    alike = 0.0
    for part in (_force, _angles):
        one, two = part(person)[ODD][:2], part(other)[ODD][:2]
        alike += float(np.real((one * np.conj(two)).sum()) / np.abs(one).max() / np.abs(two).max())
    return person if alike >= 0 else person.shifted(np.pi)


def print_desk(found: list[Take]) -> None:
    """Print how often and how far people at a desk move, and what is left between the movements."""
    each, spectra = [], []
    for take in found:
        rates = take.gyr_dps - take.bias_dps
        slow = _below(rates, ADJUSTING_HZ)
        fast = np.linalg.norm(slow, axis=1) > ADJUSTING_DPS
        turns = np.array(list(_turns(slow, fast))).reshape(-1, 4)
        turns = turns[np.linalg.norm(turns[:, :3], axis=1) > LEAST_DEG]
        each.append((60 * len(turns) / len(rates) * RECORDED_HZ, turns))
        spectra += list(_spectra(rates, fast))
    per_minute = np.array([rate for rate, _ in each])
    turns = np.concatenate([turns for _, turns in each])
    size = np.linalg.norm(turns[:, :3], axis=1)
    print(
        f"movements a minute: P10, P50, P90 of takes {np.percentile(per_minute, (10, 50, 90)).round(1)}"
    )
    print(f"size: P10, P50, P90 {np.percentile(size, (10, 50, 90)).round(1)} degrees")
    for low, high in ((1.5, 4), (4, 8), (8, 16), (16, 32)):
        inside = (size >= low) & (size < high)
        print(f"  of {low} to {high} degrees: {np.median(turns[inside, 3]):.2f} s")
    print(
        f"mean flexion, rotation, lateral flexion: {np.abs(turns[:, :3]).mean(axis=0).round(1)} degrees"
    )
    rms = np.sqrt(np.median(spectra, axis=0)) if spectra else np.zeros((len(BANDS_HZ), 3))
    for (low, high), axes in zip(BANDS_HZ, rms, strict=True):
        print(f"between them, {low} to {high} Hz: {axes.round(2)} degrees/s RMS")


def _below(values: Array, most_hz: float) -> Array:
    spectrum = np.fft.rfft(values, axis=0)
    spectrum[np.fft.rfftfreq(len(values), 1 / RECORDED_HZ) > most_hz] = 0
    return np.fft.irfft(spectrum, len(values), axis=0)


def _turns(slow: Array, fast: NDArray[np.bool_]) -> Iterator[Array]:
    """Yield each movement's turn about the three axes, degrees, and its seconds."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], fast, [False]]).astype(int)))
    for begin, end in edges.reshape(-1, 2):
        yield np.append(slow[begin:end].sum(axis=0), end - begin) / RECORDED_HZ


def _spectra(rates: Array, fast: NDArray[np.bool_]) -> Iterator[Array]:
    """Yield the mean square of each band and axis, (°/s)², of each stretch without a movement."""
    window = np.hanning(SPECTRUM)[:, None]
    hz = np.fft.rfftfreq(SPECTRUM, 1 / RECORDED_HZ)
    for begin in range(0, len(rates) - SPECTRUM, SPECTRUM // 2):
        part = slice(begin, begin + SPECTRUM)
        if fast[part].any():
            continue
        power = np.abs(np.fft.rfft((rates[part] - rates[part].mean(axis=0)) * window, axis=0)) ** 2
        power *= 2 / (SPECTRUM * (window**2).sum())
        yield np.array([power[(hz >= low) & (hz < high)].sum(axis=0) for low, high in BANDS_HZ])


if __name__ == "__main__":
    main()
