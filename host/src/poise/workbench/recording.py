"""Recording of the raw sensor at the clip's prompt, by the clip's own drivers, as a trace that `poise replay` takes.

The firmware leaves, and a small program takes its place: it comes with the drivers, compiled for the clip's processor,
in a file system in memory, so the flash stays as it is. It prints a line for each burst and checks each with a CRC-32.
"""

import binascii
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..build.bundle import BOARDS, compiled, contents
from ..errors import PoiseError, Reason
from ..files.whole import whole
from ..flash.prompt import Prompt
from ..wire import table

MOST_S = 3600.0
_G_M_S2 = 9.80665
_SCRIPT = Path(__file__).parent / "scripts/record.py"
_SILENCE_S = 30.0  # a burst comes every 77 ms; a twin on a busy machine takes longer
_CHUNK = 384  # bytes of a file in one line of code
# Frees the firmware's memory, and makes a file system of `files` from which modules load.
_STAGE = """
import binascii, gc, io, sys, vfs
for name in list(sys.modules):
 if name.split('.')[0] in {rooms}: del sys.modules[name]
gc.collect()
class Ram:
 files = {{}}
 def mount(self, readonly, mkfs): pass
 def umount(self): pass
 def stat(self, path):
  path = path.strip('/')
  if path in self.files: return (0x8000, 0, 0, 0, 0, 0, len(self.files[path]), 0, 0, 0)
  if any(one.startswith(path + '/') for one in self.files): return (0x4000,) + (0,) * 9
  raise OSError(2)
 def open(self, path, mode): return io.BytesIO(self.files[path.strip('/')])
vfs.mount(Ram(), '/poise_bench')
sys.path.insert(0, '/poise_bench')
"""


@dataclass(frozen=True)
class Sensor:
    """The sensor as its driver sets it: its name, nominal rate and scales."""

    name: str
    rate_hz: float
    acc_lsb_per_g: float
    gyr_lsb_per_dps: float


@dataclass
class Recording:
    """Bursts as the clip read them. `lost_lines`: lines that came damaged; `overruns`: times that the FIFO ran over."""

    sensor: Sensor
    counts: list[NDArray[np.int16]] = field(default_factory=list[NDArray[np.int16]])
    read_ms: list[int] = field(default_factory=list[int])
    overruns: int = 0
    lost_lines: int = 0

    @property
    def samples(self) -> int:
        """Number of samples."""
        return sum(map(len, self.counts))

    @property
    def seconds(self) -> float:
        """Seconds from the first burst to the last, by the clip's clock."""
        return (self.read_ms[-1] - self.read_ms[0]) / 1000 if self.read_ms else 0.0

    @property
    def measured_hz(self) -> float:
        """The sensor's own rate by the clip's clock; the nominal one if there is too little to tell."""
        after_first = self.samples - (len(self.counts[0]) if self.counts else 0)
        return after_first / self.seconds if self.seconds > 1 else self.sensor.rate_hz

    def arrays(self) -> dict[str, Any]:
        """Return the arrays of docs/developers/replay.md. The samples' times are regular, at the measured rate."""
        all_counts = np.concatenate(self.counts).astype(np.float64)
        sizes = np.array([len(each) for each in self.counts])
        read_s = np.array(self.read_ms) / 1000
        step_s = 1 / self.measured_hz
        return {
            "acc_m_s2": all_counts[:, :3] / self.sensor.acc_lsb_per_g * _G_M_S2,
            "gyr_rad_s": np.radians(all_counts[:, 3:] / self.sensor.gyr_lsb_per_dps),
            "sampling_rate_hz": self.sensor.rate_hz,
            "t_s": read_s[0] + (np.arange(len(all_counts)) - (sizes[0] - 1)) * step_s,
            "burst_samples": sizes,
            "burst_t_s": read_s,
        }

    def save(self, path: Path) -> None:
        """Write the trace. Raises PoiseError BAD_INPUT."""
        with whole(path, "Name another file with --out.") as file:
            np.savez_compressed(file, **self.arrays())


def record(prompt: Prompt, seconds: float, on_burst: Callable[[Recording], None]) -> Recording:
    """Record for so many seconds of the clip's clock; `on_burst` gets what there is so far, after each burst.

    A KeyboardInterrupt ends it earlier, and what was recorded is returned. Raises PoiseError: NO_DATA without a sample
    or with samples lost in between, else as `Prompt` does.
    """
    _stage(prompt, prompt.machine().arch)
    lines = prompt.stream(f"import record\nrecord.record({round(seconds * 1000)})", _SILENCE_S)
    found = _read(lines, prompt.end_stream, on_burst)
    _check(found)
    return found


def _read(
    lines: Iterator[str], end: Callable[[], None], on_burst: Callable[[Recording], None]
) -> Recording:
    found: Recording | None = None
    is_ending = False
    while True:
        try:
            line = next(lines, None)
            if line is None:
                break
            if line == "end":
                end()
            elif line.startswith("sensor "):
                name, *numbers = line.split()[1:]
                found = Recording(Sensor(name, *map(float, numbers)))
            elif found is not None:
                _take(found, line)
                on_burst(found)
        except KeyboardInterrupt:
            if is_ending:
                raise
            is_ending = True
            end()
    if found is None:
        raise PoiseError(
            Reason.NO_DATA,
            "the clip's sensor did not begin",
            "Look at its wires: `poise status` names the sensor that the firmware finds.",
        )
    return found


def _take(found: Recording, line: str) -> None:
    """Take one line, `ms overruns base64 crc`. A damaged one is counted."""
    try:
        read_ms, overruns, data, crc = line.split()
        raw = binascii.a2b_base64(data)
        if binascii.crc32(raw) != int(crc) or not raw or len(raw) % 12:
            raise ValueError
        burst = np.frombuffer(raw, "<i2").reshape(-1, 6)
        found.read_ms.append(int(read_ms))
    except ValueError:  # binascii.Error is one
        found.lost_lines += 1
        return
    found.counts.append(burst)
    found.overruns = int(overruns)


def _check(found: Recording) -> None:
    if not found.counts:
        raise PoiseError(
            Reason.NO_DATA, "no sample was recorded", "Record for longer, with --seconds."
        )
    if found.lost_lines or found.overruns:
        raise PoiseError(
            Reason.NO_DATA,
            f"the trace has gaps: {found.lost_lines} bursts were lost on the cable, the sensor's buffer ran over "
            f"{found.overruns} times",
            "Record again, over a shorter cable and without other programs on the port.",
        )


def _stage(prompt: Prompt, arch: str) -> None:
    """Send the program and the drivers into the clip's memory. Raises PoiseError."""
    on_clip = contents(BOARDS[0])
    chips = table.names("imu")[1:]  # all but "none"; each is its driver's name
    drivers = [f"drivers/{name}.py" for name in ("imu", "search", *chips)]
    texts = {name: on_clip[name].read_text(encoding="utf-8") for name in drivers}
    texts["record.py"] = _SCRIPT.read_text(encoding="utf-8")
    tops = {name.partition("/")[0].removesuffix(".py") for name in on_clip}
    rooms = tops - {"board"}  # the program needs it
    prompt.run(_STAGE.format(rooms=tuple(sorted(rooms))))
    for name, text in texts.items():
        module = name.removesuffix(".py").replace("/", ".")
        _send(prompt, name.removesuffix(".py") + ".mpy", compiled(text, module, arch))


def _send(prompt: Prompt, name: str, data: bytes) -> None:
    prompt.run(f"Ram.files[{name!r}] = bytearray()")
    for at in range(0, len(data), _CHUNK):
        text = binascii.b2a_base64(data[at : at + _CHUNK], newline=False)
        prompt.run(f"Ram.files[{name!r}].extend(binascii.a2b_base64({text!r}))")
