"""Changes of sampling rate: resampling, and two sensors' samples brought to one clock."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from .samples import Array, Reading, Samples, bad

CLIP_HZ = 208.0  # the LSM6DSOX's rate on the clip
# The filter's own limits: motion/design.py.
LEAST_HZ, MOST_HZ = 26, 833
_TOO_FEW_HZ = 4  # a head turns and is back between two samples
_COMMON_S = 1.0


def at_times(found: Samples, t_s: Array) -> Samples:
    """Return the samples at the times `t_s` (n,) in seconds, by straight lines.

    A truth is that of the nearest sample.
    """
    assert found.t_s is not None
    values = np.stack([np.interp(t_s, found.t_s, column) for column in found.values.T], axis=1)
    nearest = np.clip(
        np.rint(np.interp(t_s, found.t_s, np.arange(len(found)))), 0, len(found) - 1
    ).astype(int)
    values[:, found.measured :] = found.values[nearest, found.measured :]
    before = found.place
    return replace(found, values=values, t_s=t_s, place=lambda index: before(int(nearest[index])))


def for_filter(found: Samples, reading: Reading) -> Samples:
    """Return the samples at a rate that the filter takes: as asked for, or resampled if too slow or too fast.

    A note says so. Raises PoiseError (BAD_INPUT).
    """
    wanted = reading.resample_hz
    if wanted is not None and not LEAST_HZ <= wanted <= MOST_HZ:
        raise bad(
            found.path,
            f"--resample {wanted:g} is not in {LEAST_HZ} to {MOST_HZ} Hz",
            "Give another rate.",
        )
    rate_hz = found.rate_hz
    if wanted is not None and abs(wanted - rate_hz) > 1e-6:
        return _to_rate(_thinned(found, wanted), wanted, "")
    if rate_hz > MOST_HZ:
        return _thinned(found, MOST_HZ)
    if rate_hz >= LEAST_HZ:
        return found
    refuse_too_few(found.path, rate_hz)
    why = f", since the filter takes {LEAST_HZ} to {MOST_HZ} Hz; movements faster than {rate_hz / 2:g} Hz are not in it"
    return _to_rate(found, CLIP_HZ, why)


def refuse_too_few(path: Path, rate_hz: float) -> None:
    """Raise PoiseError (BAD_INPUT) for a rate too low to contain the movements."""
    if rate_hz < _TOO_FEW_HZ:
        raise bad(
            path,
            f"{rate_hz:.3g} samples a second are too few: a head turns and is back between two of them",
            f"Record with at least {LEAST_HZ} a second.",
        )


def _to_rate(found: Samples, rate_hz: float, why: str) -> Samples:
    assert found.t_s is not None
    if abs(rate_hz - found.rate_hz) < 1e-6:
        return found
    t_s = np.arange(found.t_s[0], found.t_s[-1] + 1e-9, 1 / rate_hz)
    note = f"resampled from {found.rate_hz:g} to {rate_hz:g} Hz by straight lines{why}"
    return replace(at_times(found, t_s), rate_hz=rate_hz, notes=(*found.notes, note))


def _thinned(found: Samples, most_hz: float) -> Samples:
    """Return means of as many samples as bring the rate to `most_hz` or below; unchanged if it is below."""
    assert found.t_s is not None
    many = int(np.ceil(found.rate_hz / most_hz - 1e-9))
    if many < 2:
        return found
    count = len(found) // many
    if count < 2:
        raise bad(found.path, "fewer than two samples")
    whole = found.values[: count * many].reshape(count, many, -1)
    values = whole.mean(axis=1)
    values[:, found.measured :] = whole[:, many // 2, found.measured :]
    t_s = found.t_s[: count * many].reshape(count, many).mean(axis=1)
    before = found.place
    note = f"{found.rate_hz:g} Hz are more than is taken: means of {many} samples, {found.rate_hz / many:g} Hz"
    return replace(
        found,
        values=values,
        t_s=t_s,
        rate_hz=found.rate_hz / many,
        place=lambda n: before(n * many),
        notes=(*found.notes, note),
    )


def joined(acc: Samples, gyr: Samples) -> Samples:
    """Return both sensors at the times of the one with more samples a second, where both have samples.

    Their times are taken as of one clock. Raises PoiseError (BAD_INPUT) when they have no time in common.
    """
    assert acc.t_s is not None
    assert gyr.t_s is not None
    first, last = max(acc.t_s[0], gyr.t_s[0]), min(acc.t_s[-1], gyr.t_s[-1])
    if last - first < _COMMON_S:
        raise bad(
            acc.path,
            f"it has {max(last - first, 0):.1f} s in common with {gyr.path.name}: it spans {_span(acc.t_s)}, "
            f"the other {_span(gyr.t_s)}",
            "Name two files of one recording, or a column of times that both have with --time-column.",
        )
    base, other = (gyr, acc) if gyr.rate_hz > acc.rate_hz * 1.05 else (acc, gyr)
    assert base.t_s is not None
    assert other.t_s is not None
    kept = base.rows((base.t_s >= first) & (base.t_s <= last))
    assert kept.t_s is not None
    moved = at_times(other, kept.t_s)
    pair = (kept, moved) if base is acc else (moved, kept)
    notes = [*acc.notes, *(note for note in gyr.notes if note not in acc.notes)]
    notes.append(_clock_note(acc, gyr, "accelerometer" if base is acc else "gyroscope"))
    lost_s = max(acc.t_s[-1], gyr.t_s[-1]) - min(acc.t_s[0], gyr.t_s[0]) - (last - first)
    if lost_s > 2 / min(acc.rate_hz, gyr.rate_hz):
        notes.append(f"{lost_s:.2f} s at the ends have only one of the sensors and are left out")
    return replace(
        kept,
        values=np.hstack([part.values[:, :3] for part in pair]),
        measured=6,
        path=acc.path,
        notes=tuple(notes),
    )


def _span(t_s: Array) -> str:
    return f"{t_s[0]:.3f} to {t_s[-1]:.3f} s"


def _clock_note(acc: Samples, gyr: Samples, base: str) -> str:
    assert acc.t_s is not None
    assert gyr.t_s is not None
    same = abs(acc.rate_hz - gyr.rate_hz) < 1e-3
    rates = f"{acc.rate_hz:g} Hz" if same else f"{acc.rate_hz:g} and {gyr.rate_hz:g} Hz"
    apart_ms = (gyr.t_s[0] - acc.t_s[0]) * 1000
    return (
        f"accelerometer and gyroscope ({rates}, begun {abs(apart_ms):.1f} ms apart) are taken as of one clock, at the "
        f"{base}'s times, the other by straight lines"
    )
