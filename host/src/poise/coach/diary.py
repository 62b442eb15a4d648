"""The diary's rules: valid entries, and the age from which an entry counts as back-filled. Pure."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from ..errors import PoiseError, Reason
from ..language import N_, _
from .measures import MEASURES

# Acute medicines by class, as ICHD-3 8.2 counts their days. Preventives are not counted.
MEDICATION = {
    "simple": N_("simple pain reliever (paracetamol, aspirin, ibuprofen and the like)"),
    "combination": N_("combined pain reliever (with caffeine or codeine)"),
    "triptan": N_("triptan"),
    "ergot": N_("ergotamine"),
    "opioid": N_("opioid"),
}
VISIT = "visit"  # kind of a treatment: the therapist's review
TREATMENTS = {
    VISIT: N_("visit"),
    "injection": N_("injection"),
    "new_drug": N_("new medicine"),
    "other": N_("other"),
    "ill": N_("ill"),
    "away": N_("away"),
}
PAUSES = {"ill", "away"}  # on such a day no exercise is due, and none counts as missed
BACKFILL_DAYS = 60  # an entry for a day longer ago would be a guess
NOTE_LENGTH = 500


class Symptoms(Protocol):
    """What one day's entry says of pain: `store.diary.DiaryRow` has these fields. None: not answered."""

    @property
    def headache(self) -> bool | None:
        """True if there was a headache on this day."""
        ...

    @property
    def headache_nrs(self) -> int | None:
        """Intensity of the headache, 0 to 10; None if not answered."""
        ...

    @property
    def neck_nrs(self) -> int | None:
        """Intensity of the neck pain, 0 to 10; None if not answered."""
        ...

    @property
    def medication(self) -> tuple[str, ...]:
        """Classes of the acute medicines taken, keys of MEDICATION."""
        ...


class Answers(Symptoms, Protocol):
    """The answers of one day's entry."""

    @property
    def note(self) -> str:
        """The patient's note; "" without one."""
        ...


class Entry(Answers, Protocol):
    """The answers of a day, with the day."""

    @property
    def day(self) -> dt.date:
        """Calendar day of the entry."""
        ...


def check(entry: Entry, today: dt.date) -> None:
    """Raise PoiseError BAD_INPUT for an entry that cannot be.

    Faults: a future day, a day too long ago, pain out of 0 to 10, an intensity without a headache, an unknown medicine
    class, a note that is too long.
    """
    if entry.day > today:
        raise _bad(
            _("{day} is still to come").format(day=entry.day), _("Give today or a day before.")
        )
    if (today - entry.day).days > BACKFILL_DAYS:
        raise _bad(
            _("{day} is more than {days} days ago").format(day=entry.day, days=BACKFILL_DAYS),
            _("Tell your therapist about it; the diary takes what is remembered well."),
        )
    for name, value in (
        (N_("headache"), entry.headache_nrs),
        (N_("neck pain"), entry.neck_nrs),
    ):
        check_nrs(name, value)
    if entry.headache is False and entry.headache_nrs:
        raise _bad(_("an intensity without a headache"), _("Give --headache yes, or no intensity."))
    unknown = set(entry.medication) - MEDICATION.keys()
    if unknown:
        raise _bad(
            _("no class of medicine '{name}'").format(name=sorted(unknown)[0]),
            _("Classes: {classes}.").format(classes=", ".join(MEDICATION)),
        )
    if len(entry.note) > NOTE_LENGTH:
        raise _bad(
            _("a note of {count} characters").format(count=len(entry.note)),
            _("At most {count}.").format(count=NOTE_LENGTH),
        )


def check_nrs(name: str, value: int | None) -> None:
    """Raise PoiseError BAD_INPUT unless `value` is None or a numeric rating from 0 to 10. `name`: marked with N_."""
    if value is not None and not 0 <= value <= 10:
        raise _bad(
            _("{name} of {value}").format(name=_(name), value=value),
            _("From 0 (none) to 10 (the worst imaginable)."),
        )


def check_outcome(measure: str, score: float, detail: dict[str, float] | None = None) -> None:
    """Raise PoiseError BAD_INPUT for an unknown measure, or for a score or a detail out of the measure's range.

    `detail`: scores of the measure's parts, by their names.
    """
    if measure not in MEASURES:
        raise _bad(
            _("no measure '{name}'").format(name=measure),
            _("Measures: {measures}.").format(measures=", ".join(MEASURES)),
        )
    low, high = MEASURES[measure].low, MEASURES[measure].high
    for value in (score, *(detail or {}).values()):
        if not low <= value <= high:
            raise _bad(
                _("{name} of {value}").format(name=measure, value=f"{value:g}"),
                _("It goes from {low} to {high}.").format(low=f"{low:g}", high=f"{high:g}"),
            )


# The answers of an entry, and the value of each before the patient answers.
_UNSAID: dict[str, Any] = {
    "headache": None,
    "headache_nrs": None,
    "neck_nrs": None,
    "medication": (),
    "note": "",
}


def merged(before: Entry | None, said: Mapping[str, Any]) -> dict[str, Any]:
    """Return the day's answers, by name of `Entry`: those of `before`, replaced by the answers that `said` holds.

    "No headache" removes the intensity. An intensity above 0 implies a headache.
    """
    answers = {name: getattr(before, name, unsaid) for name, unsaid in _UNSAID.items()}
    answers.update(said)
    if said.get("headache") is False and "headache_nrs" not in said:
        answers["headache_nrs"] = None
    if said.get("headache_nrs") and "headache" not in said:
        answers["headache"] = True
    return answers


def with_classes(before: Entry | None, more: Iterable[str]) -> tuple[str, ...]:
    """Return the medicine classes of the day's entry plus these, each once."""
    known = before.medication if before else ()
    return tuple(dict.fromkeys((*known, *more)))


def replaced(before: Entry | None, after: Entry) -> dict[str, str]:
    """Return the earlier answers that `after` no longer holds, in a few words, by name of `Entry`.

    `before` None: the day had no entry.
    """
    if before is None:
        return {}
    found: dict[str, str] = {}
    told, now = (before.headache, before.headache_nrs), (after.headache, after.headache_nrs)
    changed = told[0] is not None and told[0] != now[0]
    if changed or (told[1] is not None and told[1] != now[1]):
        yes_no = _("yes") if told[0] else _("no")
        found["headache"] = yes_no if told[1] is None else f"{told[1]}/10"
    if before.neck_nrs not in (None, after.neck_nrs):
        found["neck_nrs"] = f"{before.neck_nrs}/10"
    gone = [name for name in before.medication if name not in after.medication]
    if gone:
        found["medication"] = ", ".join(gone)
    if before.note and before.note not in after.note:
        found["note"] = before.note
    return found


def is_backfilled(day: dt.date, today: dt.date) -> bool:
    """True if an entry made today for this day is back-filled: the day is before yesterday."""
    return (today - day).days > 1


def is_answered(entry: Entry) -> bool:
    """True if the day has an answer to the headache question. Associations use only such days."""
    return entry.headache is not None


def _bad(what: str, cure: str) -> PoiseError:
    return PoiseError(Reason.BAD_INPUT, what, cure)
