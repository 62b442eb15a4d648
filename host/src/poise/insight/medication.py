"""Days with acute medicine, by class, and a neutral note to share them with a doctor. Pure.

The count follows ICHD-3 8.2. It names no diagnosis and does not advise to stop or change a medicine. The note comes
well before the classification's own thresholds (10 days a month; 15 for simple pain relievers alone). Preventives do
not count: the diary does not ask for them.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from typing import Protocol

from ..coach.diary import MEDICATION

WINDOW_DAYS = 30
NOTE_FROM = 8
NOTE_FROM_SIMPLE = 13
_SIMPLE = "simple"


class Entry(Protocol):
    """The fields read of a diary entry: `store.diary.DiaryRow` has them."""

    @property
    def day(self) -> dt.date:
        """Calendar day of the entry."""
        ...

    @property
    def medication(self) -> tuple[str, ...]:
        """Classes of the acute medicines taken, keys of `coach.diary.MEDICATION`."""
        ...


@dataclass(frozen=True)
class MedicationDays:
    """Medicine days in the 30 days up to `last`: all, and by class. `share`: True if the note to a doctor is shown."""

    last: dt.date
    any_days: int
    by_class: dict[str, int]
    other_than_simple: (
        int  # days with a class other than simple pain relievers, or with two classes
    )
    share: bool


def medication_days(entries: Iterable[Entry], last: dt.date) -> MedicationDays:
    """Count the medicine days up to `last`. `entries`: the newest entry of each day."""
    first = last - dt.timedelta(WINDOW_DAYS - 1)
    taken = [set(e.medication) for e in entries if first <= e.day <= last and e.medication]
    other = sum(1 for classes in taken if classes != {_SIMPLE})
    share = is_to_share(len(taken), other)
    return MedicationDays(last, len(taken), class_days(taken), other, share)


def class_days(taken: Iterable[Set[str]]) -> dict[str, int]:
    """Return the days on which each class was taken, only of classes that were. `taken`: the classes of each day."""
    days = list(taken)
    counts = {name: sum(name in classes for classes in days) for name in MEDICATION}
    return {name: count for name, count in counts.items() if count}


def is_to_share(any_days: int, other_than_simple: int) -> bool:
    """Return True if so many days of WINDOW_DAYS are worth a talk with a doctor; arguments as in MedicationDays."""
    return other_than_simple >= NOTE_FROM or any_days >= NOTE_FROM_SIMPLE


def share_by_medicines(days: Mapping[tuple[str, ...], int]) -> bool:
    """Return the same from a count: the classes taken on a day -> number of such days in WINDOW_DAYS."""
    other = sum(count for classes, count in days.items() if set(classes) != {_SIMPLE})
    return is_to_share(sum(days.values()), other)
