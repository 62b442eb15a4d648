"""The receipt of a clip that came back, in words."""

from collections.abc import Callable

from ..language import _
from ..wear.lending import WIPED, Receipt


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
