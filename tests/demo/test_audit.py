"""The audit finds what it is there to find."""

import pytest

from poise.demo.audit import audit, kinds
from poise.wire import codec


def record(seq: int) -> bytes:
    return codec.pack_record("button", seq, 1, seq * 1000, {"press": "short"})


FLASH = {seq: record(seq) for seq in range(1, 11)}
ROWS = list(FLASH.items())


def test_three_witnesses_agree():
    result = audit(FLASH, ROWS, FLASH, FLASH, 11)
    assert result.agree
    assert (result.events_on_clip, result.events_by_ble, result.events_by_usb) == (10, 10, 10)


@pytest.mark.parametrize(
    ("rows", "ble", "field", "count"),
    [
        (ROWS[:-1], FLASH, "lost", 1),
        ([*ROWS, ROWS[-1]], FLASH, "duplicated", 1),
        ([(1, record(2)), *ROWS[1:]], FLASH, "altered", 1),
        ([ROWS[1], ROWS[0], *ROWS[2:]], FLASH, "out_of_order", 1),
        (ROWS, range(1, 10), "events_by_ble", 9),
    ],
)
def test_each_fault_is_found(rows, ble, field, count):
    result = audit(FLASH, rows, ble, FLASH, 11)
    assert getattr(result, field) == count
    assert not result.agree


def test_records_after_the_cut_do_not_count():
    assert audit({**FLASH, 11: record(11)}, ROWS, FLASH, FLASH, 11).agree


def test_kinds_counts_what_it_cannot_read():
    assert kinds([record(1), b"\x00"]) == {"button": 1, "unreadable": 1}
