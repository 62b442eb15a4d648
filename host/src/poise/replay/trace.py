"""Recorded traces: `.npz` and CSV. docs/development.md describes both formats."""

import struct
import tokenize
import warnings
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.lib.npyio import NpzFile
from numpy.typing import NDArray

from ..errors import PoiseError, Reason

Array = NDArray[np.float64]
MAX_BURST = 32  # samples that the firmware takes at once
Place = Callable[[int], str]
_FORMATS = "docs/development.md describes the formats."
# What numpy and zipfile raise for files that are not theirs, or damaged.
_UNREADABLE = (
    OSError, ValueError, EOFError, zipfile.BadZipFile, zlib.error, struct.error, tokenize.TokenError, SyntaxError,
    NotImplementedError, RuntimeError, KeyError, TypeError, OverflowError, MemoryError,
)  # fmt: skip
# Steps of time this far from the mean one are not a sampling rate's.
_IRREGULAR = 0.3
_MISSING = 1.5
_RATE_AGREES = 0.05  # of a trace that has both times and a rate; a sensor's own clock is within 3 %


@dataclass(frozen=True)
class Trace:
    """Samples at one rate. `acc_m_s2`, `gyr_rad_s`: (N, 3) in the sensor's axes; `t_s`: (N,).

    `q_ref_wxyz`: (N, 4) true orientation, sensor to earth (z up), NaN where it is not known; `moving`: (N,) the
    samples to score. `burst_samples`, `burst_t_s`: (M,) how many samples the clip read at a time, and when. All of
    these may be None.
    """

    name: str
    acc_m_s2: Array
    gyr_rad_s: Array
    rate_hz: float
    t_s: Array
    q_ref_wxyz: Array | None = None
    moving: NDArray[np.bool_] | None = None
    burst_samples: NDArray[np.int64] | None = None
    burst_t_s: Array | None = None

    def __len__(self) -> int:
        return len(self.acc_m_s2)

    @property
    def duration_s(self) -> float:
        """From the start of the first sample to the end of the last."""
        return float(self.t_s[-1] - self.t_s[0]) + 1 / self.rate_hz


def load(path: Path, rate_hz: float | None = None) -> Trace:
    """The trace in a file; `rate_hz` for one that has neither times nor a rate.

    Raises PoiseError (BAD_INPUT) that names the line, sample or array at fault.
    """
    if rate_hz is not None and not (np.isfinite(rate_hz) and rate_hz > 0):
        raise bad(path, f"a rate of {rate_hz} Hz", "Give --rate in samples a second.")
    if not path.is_file():
        raise PoiseError(Reason.BAD_INPUT, f"no file {path}", "Name a trace, .npz or .csv.")
    with np.errstate(all="ignore"):  # what overflows is infinite then, and refused
        found = _loaded(path, rate_hz)
    in_range = (np.isfinite(array).all() for array in (found.acc_m_s2, found.gyr_rad_s, found.t_s))
    if not all(in_range) or not 0 < found.rate_hz < np.inf:
        raise bad(path, "its numbers are too large or too small to reckon with")
    return found


def _loaded(path: Path, rate_hz: float | None) -> Trace:
    if path.suffix.lower() == ".csv":
        from .csvtrace import load_csv

        return load_csv(path, rate_hz)
    if path.suffix.lower() == ".npz":
        return _load_npz(path, rate_hz)
    raise bad(path, "it is neither .npz nor .csv")


def bad(path: Path, what: str, hint: str = _FORMATS) -> PoiseError:
    """The error for a trace that cannot be used."""
    return PoiseError(Reason.BAD_INPUT, f"{path.name}: {what}", hint)


def sample_number(index: int) -> str:
    """A sample's name in an error, by its index from 0."""
    return f"sample {index}"


def rate_of(
    path: Path,
    t_s: Array | None,
    given_hz: float | None,
    option_hz: float | None,
    place: Place = sample_number,
) -> float:
    """Rate of the samples: what the trace says of itself, else what its times give, else --rate.

    `place` names a sample. Raises PoiseError (BAD_INPUT) for times that are not regular.
    """
    found = given_hz
    if t_s is not None:
        step_s = _regular(path, t_s, place)
        found = given_hz or round(1 / step_s, 3)
        if abs(found * step_s - 1) > _RATE_AGREES:
            raise bad(
                path, f"its times are of {1 / step_s:.2f} Hz, its sampling_rate_hz is {found:g}"
            )
    if found is None and option_hz is None:
        raise bad(path, "no rate of its samples", "Give --rate in samples a second.")
    if found is not None and option_hz is not None:
        raise bad(path, f"it has a rate of its own, {found:g} Hz", "Leave out --rate.")
    return float(found if found is not None else option_hz or 0)


def _regular(path: Path, t_s: Array, place: Place) -> float:
    """The mean step of time in s."""
    if len(t_s) < 2:
        raise bad(path, "fewer than two samples")
    steps = np.diff(t_s)
    usual = steps[np.abs(steps / np.median(steps) - 1) < 0.5] if np.median(steps) > 0 else steps
    step_s = float(usual.mean()) if len(usual) else 0.0
    wrong = np.flatnonzero(np.abs(steps - step_s) > _IRREGULAR * step_s) if step_s > 0 else [0]
    if not len(wrong):
        return step_s
    first = int(wrong[0])
    where, gap_s = place(first + 1), float(steps[first])
    if gap_s <= 0:
        raise bad(path, f"{where}: the time does not go on", "Sort the samples by time.")
    what = "samples are missing" if gap_s > _MISSING * step_s else "the samples are not regular"
    raise bad(
        path,
        f"{where}: {what}: {gap_s * 1000:.2f} ms after the one before, usual are {step_s * 1000:.2f} ms",
        "Resample it, or cut it there: the filter needs every sample, at one rate, with times to a tenth of a step.",
    )


def check_finite(path: Path, values: Array, what: str, place: Place = sample_number) -> None:
    """Raises PoiseError (BAD_INPUT) naming the first row of (N, 3) `values` that is not finite."""
    wrong = np.flatnonzero(~np.isfinite(values).all(axis=1))
    if len(wrong):
        raise bad(path, f"{place(int(wrong[0]))}: {what} is not a number")


def _load_npz(path: Path, option_hz: float | None) -> Trace:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # numpy's advice on how to write such a file
            loaded = np.load(path, allow_pickle=False)
            if not isinstance(loaded, NpzFile):
                raise bad(path, "it is one array, not an archive of them")
            with loaded as data:
                arrays = {name: data[name] for name in data.files}
    except _UNREADABLE as error:
        raise bad(path, f"it can't be read as .npz ({error})") from None
    for name, array in arrays.items():
        if not isinstance(array, np.ndarray):  # numpy gives the bytes of a member that is no array
            raise bad(path, f"'{name}' is no array")
    acc = _numbers(path, arrays, "acc_m_s2", 3)
    gyr = _numbers(path, arrays, "gyr_rad_s", 3, len(acc))
    check_finite(path, acc, "acc_m_s2")
    check_finite(path, gyr, "gyr_rad_s")
    t_s = _numbers(path, arrays, "t_s", 0, len(acc)) if "t_s" in arrays else None
    rate_hz = rate_of(path, t_s, _scalar(path, arrays, "sampling_rate_hz"), option_hz)
    reference = (
        _numbers(path, arrays, "q_ref_wxyz", 4, len(acc)) if "q_ref_wxyz" in arrays else None
    )
    moving = _numbers(path, arrays, "moving", 0, len(acc)) != 0 if "moving" in arrays else None
    if t_s is None:
        t_s = np.arange(len(acc)) / rate_hz
    sizes, read_s = _bursts(path, arrays, len(acc))
    return Trace(path.name, acc, gyr, rate_hz, t_s, reference, moving, sizes, read_s)


def _bursts(
    path: Path, arrays: dict[str, NDArray], samples: int
) -> tuple[NDArray[np.int64] | None, Array | None]:
    if "burst_samples" not in arrays:
        return None, None
    sizes = _numbers(path, arrays, "burst_samples", 0)
    read_s = _numbers(path, arrays, "burst_t_s", 0)
    whole = (sizes >= 1) & (sizes <= MAX_BURST) & (sizes == np.floor(sizes))
    if not whole.all() or sizes.sum() != samples:
        raise bad(
            path, f"burst_samples are not numbers of 1 to {MAX_BURST} that make {samples} in all"
        )
    if len(read_s) != len(sizes) or not (np.diff(read_s) >= 0).all():
        raise bad(path, "burst_t_s is not one rising time for each of burst_samples")
    return sizes.astype(np.int64), read_s


def _numbers(
    path: Path, arrays: dict[str, NDArray], name: str, width: int, length: int | None = None
) -> Array:
    """The array as float64, (N, width) or with width 0 (N,)."""
    if name not in arrays:
        raise bad(path, f"no array '{name}'; it has {', '.join(sorted(arrays)) or 'none'}")
    found = arrays[name]
    shape = (len(found) if found.ndim else 0, *([width] if width else []))
    wanted = f"(N, {width})" if width else "(N,)"
    if found.shape != shape or not len(found):
        raise bad(path, f"{name} has the shape {found.shape}, not {wanted}")
    if length is not None and len(found) != length:
        raise bad(path, f"{name} has {len(found)} rows, acc_m_s2 has {length}")
    if found.dtype.kind not in "fiub":
        raise bad(path, f"{name} does not hold numbers")
    return found.astype(np.float64)


def _scalar(path: Path, arrays: dict[str, NDArray], name: str) -> float | None:
    if name not in arrays:
        return None
    found = arrays[name]
    if found.size != 1 or found.dtype.kind not in "fiu" or not 0 < float(found.item()) < np.inf:
        raise bad(path, f"{name} is not one number above 0")
    return float(found.item())
