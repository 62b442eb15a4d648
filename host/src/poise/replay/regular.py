"""Samples at one rate: order, lost samples, irregular times. Every mend is noted."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from .gaps import irregular, lost_in, refuse_long_gaps, usual_step, without_gaps
from .rates import at_times, refuse_too_few
from .samples import Array, Reading, Samples, bad, longest, many, times

_RATE_AGREES = 0.05  # of a trace with both times and a rate; a sensor's own clock is within 3 %
_SPARSE = 3.0  # times the usual step, on average


def regular(found: Samples, reading: Reading, given_hz: float | None = None) -> Samples:
    """Return the samples at one rate, with times and without missing values. `given_hz`: the rate in the file.

    Raises PoiseError (BAD_INPUT) that names the first place at fault, the number of places, and the option that helps.
    """
    if found.t_s is None:
        rate_hz = _only(found.path, given_hz, reading.rate_hz)
        found = replace(found, t_s=np.arange(len(found)) / rate_hz)
        return replace(
            without_gaps(_present(found, reading), reading, 1 / rate_hz), rate_hz=rate_hz
        )
    found = _cut(_ordered(found, reading), reading)
    found = _present(found, reading)
    if len(found) < 2:
        raise bad(found.path, "fewer than two samples")
    return _by_times(found, reading, given_hz)


def _by_times(found: Samples, reading: Reading, given_hz: float | None) -> Samples:
    t_s = times(found)
    step_s = usual_step(t_s)
    wrong = irregular(t_s, step_s)
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
    if not lost_in(t_s, step_s).any() or reading.resample_hz is not None:
        refuse_long_gaps(found, reading, step_s)
        return _resampled_by_times(found, reading, step_s)
    return replace(without_gaps(found, reading, step_s), rate_hz=rate_hz)


def _only(path: Path, given_hz: float | None, option_hz: float | None) -> float:
    if given_hz is None and option_hz is None:
        raise bad(path, "no rate of its samples", "Give --rate in samples a second.")
    if given_hz is not None and option_hz is not None:
        raise bad(path, f"it has a rate of its own, {given_hz:g} Hz", "Leave out --rate.")
    return float(given_hz if given_hz is not None else option_hz or 0)


def _ordered(found: Samples, reading: Reading) -> Samples:
    """Return the samples without repeated lines; with `sort`, in the order of their times."""
    t_s = times(found)
    if reading.sort:
        order = np.argsort(t_s, kind="stable")
        moved = int((order != np.arange(len(order))).sum())
        if moved:
            found = found.rows(order, f"{moved} samples stood in another order than their times")
            t_s = times(found)
    if len(found) < 2:
        return found
    values = found.values
    same = (values[1:] == values[:-1]) | (np.isnan(values[1:]) & np.isnan(values[:-1]))
    again = np.append(False, (np.diff(t_s) == 0) & same.all(axis=1))
    if not again.any():
        return found
    first = found.place(int(np.flatnonzero(again)[0]))
    return found.rows(
        ~again, f"{many(int(again.sum()), 'line')} twice in a row, the first is {first}: taken once"
    )


def _cut(found: Samples, reading: Reading) -> Samples:
    if reading.from_s is None and reading.until_s is None:
        return found
    t_s = times(found)
    low = -np.inf if reading.from_s is None else reading.from_s
    high = np.inf if reading.until_s is None else reading.until_s
    kept = (t_s >= low) & (t_s <= high)
    if not kept.any():
        spans = f"It spans {np.nanmin(t_s):.2f} to {np.nanmax(t_s):.2f} s."
        raise bad(found.path, f"nothing of it is between {low:g} and {high:g} s", spans)
    return found.rows(kept)


def _present(found: Samples, reading: Reading) -> Samples:
    """Return the samples that have all values and a time; the places of the others become gaps.

    Raises PoiseError (BAD_INPUT) if gaps are not to be filled.
    """
    t_s = times(found)
    there = np.isfinite(found.values[:, : found.measured]).all(axis=1) & np.isfinite(t_s)
    if there.all():
        return found
    places = np.flatnonzero(~there)
    said = f"{found.place(int(places[0]))}: a value is not a number"
    if len(places) > 1:
        said += f"; {len(places)} such samples"
    if reading.fill <= 0 or not there.any():
        raise bad(
            found.path,
            said,
            f"--fill {longest(~there)} takes them as lost and fills them by straight lines.",
        )
    return found.rows(there)


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


def _resampled_by_times(found: Samples, reading: Reading, step_s: float) -> Samples:
    t_s = times(found)
    wrong = irregular(t_s, step_s)
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
    refuse_too_few(found.path, 1 / step_s)
    if t_s[-1] - t_s[0] > _SPARSE * step_s * len(t_s):
        raise bad(found.path, "its times are too far apart to be of one recording")
    every = np.arange(t_s[0], t_s[-1] + 1e-9, 1 / rate_hz)
    worst_ms = float(np.abs(np.diff(t_s) - step_s).max()) * 1000
    note = (
        f"its times vary by up to {worst_ms:.1f} ms: taken as the sensor's own, and resampled at {rate_hz:g} Hz by "
        "straight lines"
    )
    return replace(at_times(found, every), rate_hz=rate_hz, notes=(*found.notes, note))
