"""The diary of a period beside the one before it, and beside the diary's first 28 days: report and visit. Pure."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from .diary_period import PER_DAYS, Comparison, DiaryPeriod, Entry, compared, diary_period


@dataclass(frozen=True)
class Diary:
    """The diary of a period. `before`: as many days right before it, or as the diary has.

    `baseline`: the diary's first 28 days. None: nothing was written then, or the baseline reaches into the period, or
    is `before` itself.
    """

    period: DiaryPeriod
    before: Comparison | None
    baseline: Comparison | None


def diary(entries: Sequence[Entry], first: dt.date, last: dt.date) -> Diary:
    """Return the diary of these days, both included, with its comparisons.

    `entries`: the newest of each day, oldest day first.
    """
    own = diary_period(entries, first, last)
    before = baseline = None
    if entries and entries[0].day < first:
        begin = entries[0].day
        # Days before the diary began are not days that were left out of it.
        before = (max(first - (last - first) - dt.timedelta(1), begin), first - dt.timedelta(1))
        baseline = (begin, begin + dt.timedelta(PER_DAYS - 1))
        if baseline[1] >= first or baseline == before:
            baseline = None
    return Diary(own, _compared(entries, before, own), _compared(entries, baseline, own))


def _compared(
    entries: Sequence[Entry], days: tuple[dt.date, dt.date] | None, own: DiaryPeriod
) -> Comparison | None:
    if days is None or not any(days[0] <= entry.day <= days[1] for entry in entries):
        return None
    return compared(diary_period(entries, *days), own)
