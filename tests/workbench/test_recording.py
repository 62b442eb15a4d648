"""Lines of the recording program become a trace, and damaged ones are never passed over."""

import binascii
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from poise.errors import PoiseError, Reason
from poise.workbench import recording
from poise.workbench.recording import Recording, Sensor


class Prompt:
    """A prompt that prints these lines; tests/hil has the real one."""

    def __init__(self, lines: list[str]) -> None:
        self.ended = 0
        self._lines = lines

    def run(self, code: str) -> str:
        return ""

    def machine(self) -> Any:
        return type("M", (), {"arch": "x64"})

    def stream(self, code: str, silence_s: float) -> Iterator[str]:
        return iter(self._lines)

    def end_stream(self) -> None:
        self.ended += 1


def line(ms: int, n: int, overruns: int = 0, value: int = 1) -> str:
    data = np.full((n, 6), value, "<i2").tobytes()
    return f"{ms} {overruns} {binascii.b2a_base64(data).decode().strip()} {binascii.crc32(data)}"


def recorded(*lines: str, monkeypatch: pytest.MonkeyPatch) -> Recording:
    monkeypatch.setattr(recording, "compiled", lambda *_: b"")
    prompt: Any = Prompt(["sensor mpu6050 200 4096 16.4", *lines, "end"])
    found = recording.record(prompt, 2, lambda _: None)
    assert prompt.ended == 1  # the clip waits for the host's byte
    return found


def test_bursts_become_regular_samples_at_the_measured_rate(monkeypatch: pytest.MonkeyPatch):
    bursts = [line(80 * n, 16, value=4096) for n in range(1, 31)]
    found = recorded(*bursts, monkeypatch=monkeypatch)
    assert found.sensor == Sensor("mpu6050", 200, 4096, 16.4)
    assert found.measured_hz == pytest.approx(200)
    arrays = found.arrays()
    assert np.allclose(arrays["acc_m_s2"], 9.80665)
    assert np.allclose(arrays["gyr_rad_s"], np.radians(4096 / 16.4))
    assert np.allclose(np.diff(arrays["t_s"]), 1 / 200)
    # The newest sample of a burst was there when it was read.
    last = np.cumsum(arrays["burst_samples"]) - 1
    assert np.allclose(arrays["t_s"][last], arrays["burst_t_s"])


@pytest.mark.parametrize(
    "broken",
    [
        line(160, 16)[:-3] + "000",
        line(160, 16)[:60],
        "160 0 !! 5",
        "what a program says",
        line(160, 16, overruns=1),
    ],
)
def test_a_gap_is_refused(broken: str, monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(PoiseError) as caught:
        recorded(line(80, 16), broken, monkeypatch=monkeypatch)
    assert caught.value.reason is Reason.NO_DATA and "gaps" in str(caught.value)


def test_nothing_is_no_trace(monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(PoiseError, match="no sample"):
        recorded(monkeypatch=monkeypatch)
