"""Receipt of a clip that came back: what the store has, what is lost, and what the wiped clip says of itself."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ..errors import PoiseError, Reason
from ..files.private import put
from ..files.whole import writing
from ..language import N_, _

# What a wipe takes, in words.
WIPED = (
    N_("log"),
    N_("letters"),
    N_("paired computers"),
    N_("start position"),
    N_("patient and hand-out"),
    N_("timetable of reminders"),
    N_("settings"),
)


@dataclass(frozen=True)
class Answer:
    """What a wiped clip says of itself. `paired`: computers; `timetable`, `plan_version`: 0 for none.

    `letters`: bytes of the letters on it.
    """

    boot: int
    oldest_seq: int
    next_seq: int
    assignment: int
    patient: str
    paired: int
    timetable: int
    plan_version: int
    letters: int

    @property
    def clean(self) -> bool:
        """True if nothing of a wearer is left by the clip's own account."""
        taken = (self.assignment, self.paired, self.timetable, self.plan_version, self.letters)
        return not any(taken) and not self.patient


@dataclass(frozen=True)
class Receipt:
    """Receipt of a return. Times are UTC ms. `lost`: records that nobody has. `patient`: "" for a clip of nobody."""

    clip_id: str
    patient: str
    handed_out_utc_ms: int
    returned_utc_ms: int
    stored: int
    last_seq: int
    lost: int
    answer: Answer

    def plain(self) -> dict[str, Any]:
        """Return the receipt for a JSON file."""
        return {**asdict(self), "wiped": list(WIPED), "clean": self.answer.clean}

    def check(self) -> None:
        """Raise PoiseError REFUSED if something of a wearer is left on the clip by its own account."""
        if not self.answer.clean:
            raise PoiseError(
                Reason.REFUSED,
                _("the clip is not wiped whole by its own account"),
                _("Take it back again; do not hand the clip out."),
            )


def receipt_name(receipt: Receipt, stamp: str) -> str:
    """Return the name of the receipt's file in the data folder. `stamp`: the moment, as text for a file's name."""
    return f"receipt-{receipt.clip_id[-4:]}-{stamp}.json"


def keep(receipt: Receipt, path: Path, cure: str) -> None:
    """Write the receipt into this file. Raises PoiseError BAD_INPUT with this cure if it can't be written."""
    with writing(path, cure):
        put(path, json.dumps(receipt.plain(), indent=2, ensure_ascii=False) + "\n")


def lines(receipt: Receipt, told: Callable[[int], str]) -> list[str]:
    """Return the receipt as lines of text. `told` puts a moment (UTC ms) into words."""
    out = [_("Clip {clip}").format(clip=receipt.clip_id)]
    if receipt.handed_out_utc_ms:
        begin, end = (told(at) for at in (receipt.handed_out_utc_ms, receipt.returned_utc_ms))
        out += [
            _("With {patient} from {begin} to {end}.").format(
                patient=receipt.patient or _("the patient without a plan"), begin=begin, end=end
            ),
            _("Stored: {count} records, the last is number {last}.").format(
                count=receipt.stored, last=receipt.last_seq
            ),
        ]
    out += [
        _("Lost: {count} records.").format(count=receipt.lost),
        _("Wiped: {parts}.").format(parts=", ".join(_(part) for part in WIPED)),
        _("The clip says: with nobody, {paired} computers paired, next record is {next}.").format(
            paired=receipt.answer.paired, next=receipt.answer.next_seq
        ),
    ]
    return out
