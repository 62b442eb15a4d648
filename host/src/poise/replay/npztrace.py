"""Loading of traces in `.npz`. docs/developers/replay.md describes the arrays."""

import struct
import tokenize
import warnings
import zipfile
import zlib
from pathlib import Path

import numpy as np
from numpy.lib.npyio import NpzFile
from numpy.typing import NDArray

from .rates import for_filter
from .regular import regular
from .samples import Array, Reading, Samples, bad, sample_number
from .trace import MAX_BURST, Trace

# Errors that numpy and zipfile raise for other or damaged files.
_UNREADABLE = (
    OSError,
    ValueError,
    EOFError,
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    tokenize.TokenError,
    SyntaxError,
    NotImplementedError,
    RuntimeError,
    KeyError,
    TypeError,
    OverflowError,
    MemoryError,
)


def load_npz(path: Path, reading: Reading) -> Trace:
    """Return the trace, regular. Raises PoiseError (BAD_INPUT) that names the array or the sample at fault."""
    arrays = _arrays(path)
    acc = _numbers(path, arrays, "acc_m_s2", 3)
    gyr = _numbers(path, arrays, "gyr_rad_s", 3, len(acc))
    t_s = _numbers(path, arrays, "t_s", 0, len(acc)) if "t_s" in arrays else None
    truth = _numbers(path, arrays, "q_ref_wxyz", 4, len(acc)) if "q_ref_wxyz" in arrays else None
    moving = _numbers(path, arrays, "moving", 0, len(acc)) if "moving" in arrays else None
    _named(path, acc, "acc_m_s2", reading)
    _named(path, gyr, "gyr_rad_s", reading)
    more = [] if truth is None else [truth]
    if moving is not None:
        more.append(moving[:, None])
    sizes, read_s = _bursts(path, arrays, len(acc))
    read = Samples(path, np.hstack([acc, gyr, *more]), t_s, sample_number)
    found = for_filter(regular(read, reading, _scalar(path, arrays, "sampling_rate_hz")), reading)
    assert found.t_s is not None
    notes = found.notes
    if sizes is not None and len(found) != len(acc):
        sizes = read_s = None
        notes = (
            *notes,
            "its bursts are left aside, since its samples are not what the clip read any more",
        )
    return Trace(
        name=path.name,
        acc_m_s2=found.values[:, :3],
        gyr_rad_s=found.values[:, 3:6],
        rate_hz=found.rate_hz,
        t_s=found.t_s,
        q_ref_wxyz=None if truth is None else found.values[:, 6:10],
        moving=None if moving is None else np.nan_to_num(found.values[:, -1]) != 0,
        burst_samples=sizes,
        burst_t_s=read_s,
        notes=notes,
    )


def _named(path: Path, values: Array, name: str, reading: Reading) -> None:
    """Raise PoiseError (BAD_INPUT) that names the first missing value's array, unless missing ones are to be filled."""
    wrong = np.flatnonzero(~np.isfinite(values).all(axis=1))
    if len(wrong) and (reading.fill <= 0 or len(wrong) == len(values)):
        more = f"; {len(wrong)} such samples" if len(wrong) > 1 else ""
        what = f"{sample_number(int(wrong[0]))}: {name} is not a number{more}"
        raise bad(
            path, what, "--fill N takes up to N in a row as lost and fills them by straight lines."
        )


def _arrays(path: Path) -> dict[str, NDArray]:
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
    return arrays


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
    """Return the array as float64, (N, width) or with width 0 (N,). Raises PoiseError (BAD_INPUT)."""
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
