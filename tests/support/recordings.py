"""Recordings in the shapes that others write."""

from pathlib import Path

import numpy as np
import pytest

from poise.errors import PoiseError, Reason
from poise.replay.load import load
from poise.replay.samples import Reading
from poise.replay.scale import G_M_S2 as G
from poise.replay.trace import Trace

EPOCH_S = 1_790_000_000
RATE_HZ = 100.0


def motion(seconds: float = 6.0, rate_hz: float = RATE_HZ, seed: int = 1) -> Trace:
    """Upright, then forward by 25 degrees and back, with a sensor's noise."""
    rng = np.random.default_rng(seed)
    t_s = np.arange(int(seconds * rate_hz)) / rate_hz
    pitch = np.radians(25) * np.sin(np.pi * np.clip(t_s - 1, 0, 4) / 4) ** 2
    up = np.stack([0 * t_s, np.cos(pitch), np.sin(pitch)], axis=1)
    gyr = np.zeros_like(up)
    gyr[:, 0] = -np.gradient(pitch, t_s)
    acc = up * G + rng.normal(0, 0.02, up.shape)
    return Trace("motion", acc, gyr + rng.normal(0, 0.001, up.shape), rate_hz, t_s)


def refused(path: Path, reading: Reading | None = None) -> PoiseError:
    with pytest.raises(PoiseError) as caught:
        load(path, reading=reading)
    assert caught.value.reason is Reason.BAD_INPUT
    return caught.value


def said(trace: Trace) -> str:
    return "\n".join(trace.notes)


def same(found: Trace, true: Trace, atol: float = 2e-3) -> None:
    """The same motion; half a step of time is nothing here."""
    assert found.rate_hz == pytest.approx(true.rate_hz, rel=0.01)
    assert abs(len(found) - len(true)) <= 2
    count = min(len(found), len(true))
    np.testing.assert_allclose(found.acc_m_s2[:count], true.acc_m_s2[:count], atol=atol)
    np.testing.assert_allclose(found.gyr_rad_s[:count], true.gyr_rad_s[:count], atol=atol)


def rows(
    trace: Trace, *parts: np.ndarray | list[str], separator: str = ",", comma: bool = False
) -> list[str]:
    """A line a sample: the parts' columns side by side, numbers with 7 digits."""
    columns: list[list[str]] = []
    for part in parts:
        if isinstance(part, list):
            columns.append(part)
            continue
        for column in part.reshape(len(trace), -1).T:
            cells = [f"{value:.7f}" for value in column]
            columns.append([cell.replace(".", ",") for cell in cells] if comma else cells)
    return [separator.join(row) for row in zip(*columns, strict=True)]


def write(path: Path, *lines: str, encoding: str = "utf-8", end: str = "\n") -> Path:
    path.write_bytes((end.join(lines) + end).encode(encoding))
    return path


def stamps(trace: Trace, form: str) -> list[str]:
    """The samples' times as `ns`, `ms`, `us` since 1970, as ISO dates, or as times of day."""
    if form in ("ns", "us", "ms"):
        factor = {"ns": 10**9, "us": 10**6, "ms": 10**3}[form]
        return [str(EPOCH_S * factor + round(t * factor)) for t in trace.t_s]
    texts = [str(np.datetime64(EPOCH_S * 1000 + round(t * 1000), "ms")) for t in trace.t_s]
    return {
        "iso": texts,
        "blank": [text.replace("T", " ") for text in texts],
        "clock": [text.split("T")[1] for text in texts],
        "colon": [text.replace("T", " ").replace(".", ":") for text in texts],
    }[form]
