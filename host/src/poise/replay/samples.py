"""Samples as a recorder left them, and the options for reading them."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..errors import PoiseError, Reason

Array = NDArray[np.float64]
Place = Callable[[int], str]
NAMED = 3  # places that a message names


@dataclass(frozen=True)
class Reading:
    """Options for reading a recording that does not say these things itself, named as in `poise replay`."""

    rate_hz: float | None = None
    fill: int = 0
    sort: bool = False
    resample_hz: float | None = None
    from_s: float | None = None
    until_s: float | None = None
    gyr: Path | None = None
    acc_unit: str | None = None
    gyr_unit: str | None = None
    time_unit: str | None = None
    acc_columns: str | None = None
    gyr_columns: str | None = None
    time_column: str | None = None
    mount: str | None = None
    flip_acc: bool = False


@dataclass(frozen=True)
class Samples:
    """Samples of one file. `values`: (N, K); the first `measured` columns are a sensor's, NaN where a value is missing.

    Later columns (a truth) are NaN in samples that are filled in. `t_s`: (N,) or None. `place(index)` names a sample in
    the file. `notes`: assumptions and mends, for the user.
    """

    path: Path
    values: Array
    t_s: Array | None
    place: Place
    measured: int = 6
    rate_hz: float = 0.0  # once it is regular
    notes: tuple[str, ...] = field(default=())

    def __len__(self) -> int:
        return len(self.values)

    def rows(self, which: NDArray, note: str = "") -> "Samples":
        """Return only the samples that `which` selects, each with its own place in the file; `note` is added to the
        notes."""
        places = np.arange(len(self))[which]
        before = self.place
        return replace(
            self,
            values=self.values[which],
            t_s=None if self.t_s is None else self.t_s[which],
            place=lambda index: before(int(places[index])),
            notes=(*self.notes, note) if note else self.notes,
        )


def bad(
    path: Path, what: str, hint: str = "docs/developers/recordings.md describes the formats."
) -> PoiseError:
    """Return the error for a recording that cannot be used."""
    return PoiseError(Reason.BAD_INPUT, f"{path.name}: {what}", hint)


def sample_number(index: int) -> str:
    """Return a sample's name in an error, by its index from 0."""
    return f"sample {index}"


def times(found: Samples) -> Array:
    """Return the times, (N,), of samples that have them."""
    assert found.t_s is not None
    return found.t_s


def longest(flags: NDArray[np.bool_]) -> int:
    """Return the length of the longest run of True values."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(int), [0]])))
    return int((edges[1::2] - edges[::2]).max(initial=0))


def many(count: int, what: str) -> str:
    """Return "1 line", "2 lines" and so on: the count and the noun in its number."""
    return f"{count} {what}{'' if count == 1 else 's'}"
