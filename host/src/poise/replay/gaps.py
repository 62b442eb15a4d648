"""Gaps in a recording: irregular steps of time, and the samples missing in them."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from .samples import NAMED, Array, Reading, Samples, bad, many, times

_IRREGULAR = 0.3  # of the mean step: steps further off do not belong to a sampling rate
_MISSING = 1.5  # steps
_LATE = 0.5  # of the samples that seem lost: if later ones make up for them, they were only late
_MOST = 1e9  # samples; the most that one gap counts
_FILL_MOST_S = 1.0  # a longer gap is not filled: the motion in it is unknown


def usual_step(t_s: Array) -> float:
    """Return the mean of the steps near the median one, in seconds; 0 if there is none. `t_s`: rising, (n,)."""
    steps = np.diff(t_s)
    middle = float(np.median(steps))
    usual = steps[np.abs(steps / middle - 1) < 0.5] if middle > 0 else steps
    return float(usual.mean()) if len(usual) else 0.0


def irregular(t_s: Array, step_s: float) -> NDArray[np.bool_]:
    """Return (N-1,): True for each step that is further than 30 % from `step_s`."""
    steps = np.diff(t_s)
    return np.abs(steps - step_s) > _IRREGULAR * step_s if step_s > 0 else np.ones(len(steps), bool)


def lost_in(t_s: Array, step_s: float) -> NDArray[np.int64]:
    """Return (N-1,): samples missing in each step; all 0 if the samples after a long step make up for it."""
    steps = np.diff(t_s) / step_s
    lost = np.where(steps > _MISSING, np.rint(np.minimum(steps, _MOST)).astype(np.int64) - 1, 0)
    surplus = float(steps.sum()) - len(steps)
    return lost if surplus > _LATE * lost.sum() else np.zeros_like(lost)


def _gaps(found: Samples, lost: NDArray[np.int64], step_s: float) -> str:
    """Return a short description of all gaps."""
    where = np.flatnonzero(lost)
    first = int(where[0])
    gap_s = float(np.diff(times(found))[first])
    said = (
        f"{found.place(first + 1)}: samples are missing: {gap_s * 1000:.2f} ms after the one before, "
        f"usual are {step_s * 1000:.2f} ms"
    )
    if len(where) == 1:
        return said
    places = [found.place(int(n) + 1) for n in where[1:NAMED]]
    more = f" and {len(where) - NAMED} more" if len(where) > NAMED else ""
    return (
        f"{said}; also at {', '.join(places)}{more}: {len(where)} gaps, {lost.sum()} samples in all, "
        f"at most {lost.max()} in one"
    )


def refuse_long_gaps(found: Samples, reading: Reading, step_s: float) -> NDArray[np.int64]:
    """Return the missing samples of each step. Raises PoiseError (BAD_INPUT) if one exceeds `reading.fill`."""
    lost = lost_in(times(found), step_s)
    longest = int(lost.max(initial=0))
    if longest <= reading.fill:
        return lost
    if longest * step_s <= _FILL_MOST_S:
        hint = f"--fill {longest} fills them by straight lines"
    else:
        hint = f"Nobody knows what happened in {longest * step_s:.1f} s: it can't be filled"
    worst = int(lost.argmax())
    before_s, after_s = times(found)[worst] + step_s / 2, times(found)[worst + 1] - step_s / 2
    cut = f"--until-s {before_s:.3f} takes what is before the longest, --from-s {after_s:.3f} what is after it"
    raise bad(found.path, _gaps(found, lost, step_s), f"{hint}; or cut it: {cut}.")


def without_gaps(found: Samples, reading: Reading, step_s: float) -> Samples:
    """Return the samples with the missing ones filled by straight lines, and a note of them.

    Raises PoiseError (BAD_INPUT) for a longer gap than `reading.fill`, or a fill of over a second.
    """
    lost = refuse_long_gaps(found, reading, step_s)
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
    t_s = np.interp(every, at, times(found))
    values = np.stack([np.interp(every, at, column) for column in found.values.T], axis=1)
    made = np.ones(len(every), bool)
    made[at] = False
    values[~made] = found.values
    values[made, found.measured :] = np.nan
    gaps = int((lost > 0).sum())
    places = ", ".join(found.place(int(n) + 1) for n in np.flatnonzero(lost)[:NAMED])
    more = ", ..." if gaps > NAMED else ""
    note = (
        f"{many(int(lost.sum()), 'lost sample')} in {many(gaps, 'gap')}, at most {lost.max()} in one, filled by "
        f"straight lines (before {places}{more})"
    )
    before, index = found.place, np.interp(every, at, np.arange(len(found))).astype(int)
    return replace(
        found,
        values=values,
        t_s=t_s,
        place=lambda n: before(int(index[n])),
        notes=(*found.notes, note),
    )
