"""Samples as a recorder left them, made regular: order, lost samples, irregular times. Nothing is mended unsaid."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..errors import PoiseError, Reason

Array = NDArray[np.float64]
Place = Callable[[int], str]
_IRREGULAR = 0.3  # of the mean step: times this far from it are not a sampling rate's
_MISSING = 1.5  # steps
_LATE = (
    0.5  # of the samples that seem to be lost: if the others make up for them, they were only late
)
_RATE_AGREES = 0.05  # of a trace that has both times and a rate; a sensor's own clock is within 3 %
_FILL_MOST_S = 1.0  # nobody knows what happened in a longer gap
_NAMED = 3  # places that a message names


@dataclass(frozen=True)
class Reading:
    """How to read a recording, where it does not say so itself: the options of `poise replay` of the same names."""

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
    """`values`: (N, K), the first `measured` columns are a sensor's, NaN where a value is missing; what comes after
    them (a truth) is NaN in samples that are filled in. `t_s`: (N,) or None. `place(index)` names a sample in the file.
    `notes`: what was assumed or mended, for the user."""

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
        """Those samples only, each with its own place in the file."""
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
    path: Path, what: str, hint: str = "docs/recordings.md describes the formats."
) -> PoiseError:
    """The error for a recording that cannot be used."""
    return PoiseError(Reason.BAD_INPUT, f"{path.name}: {what}", hint)


def sample_number(index: int) -> str:
    """A sample's name in an error, by its index from 0."""
    return f"sample {index}"


def regular(found: Samples, reading: Reading, given_hz: float | None = None) -> Samples:
    """The same at one rate, with times and without missing values. `given_hz`: what the file says of its rate.

    Raises PoiseError (BAD_INPUT) that names the first place at fault, how many there are, and the option that helps.
    """
    if found.t_s is None:
        rate_hz = _only(found.path, given_hz, reading.rate_hz)
        found = replace(found, t_s=np.arange(len(found)) / rate_hz)
        return replace(
            _without_gaps(_present(found, reading), reading, 1 / rate_hz), rate_hz=rate_hz
        )
    found = _cut(_ordered(found, reading), reading)
    found = _present(found, reading)
    if len(found) < 2:
        raise bad(found.path, "fewer than two samples")
    return _by_times(found, reading, given_hz)


def _by_times(found: Samples, reading: Reading, given_hz: float | None) -> Samples:
    t_s = _times(found)
    step_s = _usual_step(t_s)
    wrong = _irregular(t_s, step_s)
    if wrong.any() and reading.rate_hz is not None:
        rate_hz = reading.rate_hz
        note = f"its times are left aside: each sample is taken as 1/{rate_hz:g} s after the one before"
        t_s = t_s[0] + np.arange(len(found)) / rate_hz
        return replace(found, t_s=t_s, rate_hz=rate_hz, notes=(*found.notes, note))
    _refuse_backward(found, t_s)
    if not 0 < step_s < np.inf or not np.isfinite(1 / step_s):
        raise bad(found.path, "its times are too large or too small to reckon with")
    rate_hz = given_hz or round(1 / step_s, 3)
    if abs(rate_hz * step_s - 1) > _RATE_AGREES:
        raise bad(
            found.path, f"its times are of {1 / step_s:.2f} Hz, its sampling_rate_hz is {rate_hz:g}"
        )
    if reading.rate_hz is not None:
        raise bad(found.path, f"it has a rate of its own, {rate_hz:g} Hz", "Leave out --rate.")
    if not wrong.any():
        return replace(found, rate_hz=rate_hz)
    if not _lost(t_s, step_s).any() or reading.resample_hz is not None:
        _refuse_long_gaps(found, reading, step_s)
        return _resampled_by_times(found, reading, step_s)
    return replace(_without_gaps(found, reading, step_s), rate_hz=rate_hz)


def _times(found: Samples) -> Array:
    assert found.t_s is not None
    return found.t_s


def _only(path: Path, given_hz: float | None, option_hz: float | None) -> float:
    if given_hz is None and option_hz is None:
        raise bad(path, "no rate of its samples", "Give --rate in samples a second.")
    if given_hz is not None and option_hz is not None:
        raise bad(path, f"it has a rate of its own, {given_hz:g} Hz", "Leave out --rate.")
    return float(given_hz if given_hz is not None else option_hz or 0)


def _ordered(found: Samples, reading: Reading) -> Samples:
    """Without samples that stand twice in a row; with `sort` in the order of their times."""
    t_s = _times(found)
    if reading.sort:
        order = np.argsort(t_s, kind="stable")
        moved = int((order != np.arange(len(order))).sum())
        if moved:
            found = found.rows(order, f"{moved} samples stood in another order than their times")
            t_s = _times(found)
    if len(found) < 2:
        return found
    values = found.values
    same = (values[1:] == values[:-1]) | (np.isnan(values[1:]) & np.isnan(values[:-1]))
    again = np.append(False, (np.diff(t_s) == 0) & same.all(axis=1))
    if not again.any():
        return found
    first = found.place(int(np.flatnonzero(again)[0]))
    return found.rows(
        ~again, f"{int(again.sum())} samples stand twice, the first at {first}: taken once"
    )


def _cut(found: Samples, reading: Reading) -> Samples:
    if reading.from_s is None and reading.until_s is None:
        return found
    t_s = _times(found)
    low = -np.inf if reading.from_s is None else reading.from_s
    high = np.inf if reading.until_s is None else reading.until_s
    kept = (t_s >= low) & (t_s <= high)
    if not kept.any():
        spans = f"It spans {np.nanmin(t_s):.2f} to {np.nanmax(t_s):.2f} s."
        raise bad(found.path, f"nothing of it is between {low:g} and {high:g} s", spans)
    return found.rows(kept)


def _present(found: Samples, reading: Reading) -> Samples:
    """Without the samples that have no value or no time; their places become gaps."""
    t_s = _times(found)
    there = np.isfinite(found.values[:, : found.measured]).all(axis=1) & np.isfinite(t_s)
    if there.all():
        return found
    places = np.flatnonzero(~there)
    said = f"{found.place(int(places[0]))}: a value is not a number"
    if len(places) > 1:
        said += f"; {len(places)} such samples"
    if reading.fill <= 0 or not there.any():
        longest = max(_runs(~there))
        raise bad(
            found.path,
            said,
            f"--fill {longest} takes them as lost and fills them by straight lines.",
        )
    return found.rows(there)


def _runs(flags: NDArray[np.bool_]) -> list[int]:
    """Lengths of the runs of true ones."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(int), [0]])))
    return (edges[1::2] - edges[::2]).tolist()


def _usual_step(t_s: Array) -> float:
    """The mean of the steps that are near the median one; 0 where there is none."""
    steps = np.diff(t_s)
    middle = float(np.median(steps))
    usual = steps[np.abs(steps / middle - 1) < 0.5] if middle > 0 else steps
    return float(usual.mean()) if len(usual) else 0.0


def _irregular(t_s: Array, step_s: float) -> NDArray[np.bool_]:
    steps = np.diff(t_s)
    return np.abs(steps - step_s) > _IRREGULAR * step_s if step_s > 0 else np.ones(len(steps), bool)


def _lost(t_s: Array, step_s: float) -> NDArray[np.int64]:
    """Samples that are missing in each step: none where the ones after a long step make up for it."""
    steps = np.diff(t_s) / step_s
    lost = np.where(steps > _MISSING, np.rint(steps).astype(np.int64) - 1, 0)
    surplus = float(steps.sum()) - len(steps)
    return lost if surplus > _LATE * lost.sum() else np.zeros_like(lost)


def _refuse_backward(found: Samples, t_s: Array) -> None:
    back = np.flatnonzero(np.diff(t_s) <= 0)
    if not len(back):
        return
    first = int(back[0])
    span_s = float(t_s.max() - t_s.min())
    hint = "--sort puts them in the order of their times"
    if (np.diff(np.sort(t_s)) <= 0).any() and span_s > 0:
        hint = "Several samples have one time"
    rate_hz = (len(t_s) - 1) / span_s if span_s > 0 else 0
    if rate_hz:
        hint += f"; --rate {rate_hz:.4g} leaves the times aside, right when no sample is lost"
    where = found.place(first + 1)
    more = f" ({len(back)} times in all)" if len(back) > 1 else ""
    raise bad(found.path, f"{where}: the time does not go on{more}", hint + ".")


def _gaps(found: Samples, lost: NDArray[np.int64], step_s: float) -> str:
    """All of them in a few words."""
    where = np.flatnonzero(lost)
    first = int(where[0])
    gap_s = float(np.diff(_times(found))[first])
    said = (
        f"{found.place(first + 1)}: samples are missing: {gap_s * 1000:.2f} ms after the one before, "
        f"usual are {step_s * 1000:.2f} ms"
    )
    if len(where) == 1:
        return said
    places = [found.place(int(n) + 1) for n in where[1:_NAMED]]
    more = f" and {len(where) - _NAMED} more" if len(where) > _NAMED else ""
    return (
        f"{said}; also at {', '.join(places)}{more}: {len(where)} gaps, {lost.sum()} samples in all, "
        f"at most {lost.max()} in one"
    )


def _refuse_long_gaps(found: Samples, reading: Reading, step_s: float) -> NDArray[np.int64]:
    lost = _lost(_times(found), step_s)
    longest = int(lost.max(initial=0))
    if longest <= reading.fill:
        return lost
    if longest * step_s <= _FILL_MOST_S:
        hint = f"--fill {longest} fills them by straight lines"
    else:
        hint = f"Nobody knows what happened in {longest * step_s:.1f} s: it can't be filled"
    worst = int(lost.argmax())
    before_s, after_s = _times(found)[worst] + step_s / 2, _times(found)[worst + 1] - step_s / 2
    cut = f"--until-s {before_s:.3f} takes what is before the longest, --from-s {after_s:.3f} what is after it"
    raise bad(found.path, _gaps(found, lost, step_s), f"{hint}; or cut it: {cut}.")


def _without_gaps(found: Samples, reading: Reading, step_s: float) -> Samples:
    lost = _refuse_long_gaps(found, reading, step_s)
    if not lost.any():
        return found
    if reading.fill * step_s > _FILL_MOST_S:
        most = int(_FILL_MOST_S / step_s)
        raise bad(
            found.path,
            f"--fill {reading.fill} is over a second",
            f"At this rate give at most --fill {most}.",
        )
    at = np.append(0, np.cumsum(lost + 1))
    every = np.arange(at[-1] + 1)
    t_s = np.interp(every, at, _times(found))
    values = np.stack([np.interp(every, at, column) for column in found.values.T], axis=1)
    made = np.ones(len(every), bool)
    made[at] = False
    values[~made] = found.values
    values[made, found.measured :] = np.nan
    gaps = int((lost > 0).sum())
    places = ", ".join(found.place(int(n) + 1) for n in np.flatnonzero(lost)[:_NAMED])
    note = (
        f"{int(lost.sum())} lost samples in {gaps} gap{'s' if gaps > 1 else ''}, at most {lost.max()} in one, are "
        f"filled by straight lines (before {places}{', ...' if gaps > _NAMED else ''})"
    )
    before, index = found.place, np.interp(every, at, np.arange(len(found))).astype(int)
    return replace(
        found,
        values=values,
        t_s=t_s,
        place=lambda n: before(int(index[n])),
        notes=(*found.notes, note),
    )


def _resampled_by_times(found: Samples, reading: Reading, step_s: float) -> Samples:
    from .rates import at_times

    t_s = _times(found)
    wrong = _irregular(t_s, step_s)
    if reading.resample_hz is None:
        first = int(np.flatnonzero(wrong)[0])
        step_ms = float(np.diff(t_s)[first]) * 1000
        mean_hz = 1 / step_s
        raise bad(
            found.path,
            f"{found.place(first + 1)}: the samples are not regular: {step_ms:.2f} ms after the one before, "
            f"usual are {step_s * 1000:.2f} ms; {int(wrong.sum())} of {len(wrong)} steps are so",
            f"--resample {mean_hz:.4g} puts them on regular times, right when theirs are the sensor's own; "
            f"--rate {mean_hz:.4g} takes each as one step after the one before, right when theirs are those of arrival "
            "and none is lost.",
        )
    rate_hz = reading.resample_hz
    every = np.arange(t_s[0], t_s[-1] + 1e-9, 1 / rate_hz)
    worst_ms = float(np.abs(np.diff(t_s) - step_s).max()) * 1000
    note = (
        f"its times vary by up to {worst_ms:.1f} ms: taken as the sensor's own, and resampled at {rate_hz:g} Hz by "
        "straight lines"
    )
    return replace(at_times(found, every), rate_hz=rate_hz, notes=(*found.notes, note))
