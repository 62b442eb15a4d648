"""Loading of recorded traces, `.npz` or text. Formats: docs/developers/replay.md and docs/developers/recordings.md."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from ..errors import PoiseError, Reason
from .plausible import checked
from .samples import Reading, bad
from .trace import Trace

_TEXT = (".csv", ".txt", ".tsv", ".dat")
_PACKED = (".zip", ".gz", ".7z", ".xlsx", ".xls", ".ods")


def load(path: Path, rate_hz: float | None = None, reading: Reading | None = None) -> Trace:
    """Return the trace in a file. `rate_hz`: for a file with neither times nor a rate; `reading`: the other options.

    Raises PoiseError (BAD_INPUT) that names the line, sample or array at fault.
    """
    reading = (
        replace(reading or Reading(), rate_hz=rate_hz)
        if rate_hz is not None
        else reading or Reading()
    )
    for name, value in (("a rate", reading.rate_hz), ("--resample", reading.resample_hz)):
        if value is not None and not (np.isfinite(value) and value > 0):
            raise bad(path, f"{name} of {value} Hz", "Give --rate in samples a second.")
    if not path.is_file():
        raise PoiseError(Reason.BAD_INPUT, f"no file {path}", "Name a trace, .npz or .csv.")
    with np.errstate(all="ignore"):  # an overflow gives infinity, which is refused below
        found = _loaded(path, reading)
    in_range = (np.isfinite(array).all() for array in (found.acc_m_s2, found.gyr_rad_s, found.t_s))
    if not all(in_range) or not 0 < found.rate_hz < np.inf:
        raise bad(path, "its numbers are too large or too small to reckon with")
    return found


def _loaded(path: Path, reading: Reading) -> Trace:
    kind = path.suffix.lower()
    if kind in _TEXT:
        from .csvtrace import load_csv
        from .rates import for_filter

        found = for_filter(load_csv(path, reading), reading)
        assert found.t_s is not None
        acc, gyr = found.values[:, :3], found.values[:, 3:]
        return checked(
            Trace(path.name, acc, gyr, found.rate_hz, found.t_s, notes=found.notes), path, reading
        )
    if kind == ".npz":
        from .npztrace import load_npz

        return checked(load_npz(path, reading), path, reading)
    hint = (
        "Unpack or save it as .csv first."
        if kind in _PACKED
        else "docs/developers/recordings.md describes the formats."
    )
    raise bad(path, "it is neither .npz nor .csv", hint)
