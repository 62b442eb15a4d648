"""Comparison of three witnesses of one log: the flash image, the records received by BLE and those by USB.

Pure. A record is its raw bytes. Its sequence number, which never repeats on a clip, identifies it.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

from ..wire import codec
from ..wire.errors import WireError


@dataclass(frozen=True)
class Audit:
    """Counts of records below `until_seq`.

    `lost`: on the clip, not in the store. `duplicated`: extra rows of a record in the store. `altered`: stored with
    other bytes than on the clip. `out_of_order`: stored after a record with the same or a higher number.
    """

    events_on_clip: int
    events_by_ble: int
    events_by_usb: int
    lost: int
    duplicated: int
    altered: int
    out_of_order: int

    @property
    def agree(self) -> bool:
        """True if all three witnesses agree."""
        same = self.events_on_clip == self.events_by_ble == self.events_by_usb
        return same and not (self.lost or self.duplicated or self.altered or self.out_of_order)


def audit(
    flash: Mapping[int, bytes],
    stored: Iterable[tuple[int, bytes]],
    by_ble: Iterable[int],
    by_usb: Iterable[int],
    until_seq: int,
) -> Audit:
    """Return the audit of the records below `until_seq` (the first sequence number that no host asked for).

    `flash`: sequence number -> raw record. `stored`: the store's rows in the order of their import. `by_ble`, `by_usb`:
    sequence numbers that each link delivered.
    """
    on_clip = {seq: raw for seq, raw in flash.items() if seq < until_seq}
    rows = [(seq, raw) for seq, raw in stored if seq < until_seq]
    counts = Counter(seq for seq, _ in rows)
    return Audit(
        events_on_clip=len(on_clip),
        events_by_ble=len({seq for seq in by_ble if seq in on_clip}),
        events_by_usb=len({seq for seq in by_usb if seq in on_clip}),
        lost=len(on_clip.keys() - counts.keys()),
        duplicated=sum(count - 1 for count in counts.values()),
        altered=sum(1 for seq, raw in rows if seq in on_clip and on_clip[seq] != raw),
        out_of_order=sum(1 for (a, _), (b, _) in pairwise(rows) if b <= a),
    )


def kinds(raws: Iterable[bytes]) -> Counter[str]:
    """Return kind -> number of records. A record that cannot be parsed counts as `unreadable`."""
    found: Counter[str] = Counter()
    for raw in raws:
        try:
            found[codec.parse_record(raw)[0]["kind"]] += 1
        except WireError:
            found["unreadable"] += 1
    return found
