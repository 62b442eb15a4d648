"""What never changes between versions of the table: so a host and a clip of any two can do an update."""

import pytest

from poise.wire import rows
from poise.wire.table import MESSAGES

# As clips in use have them. A row that changes here leaves those clips without an update by air.
FOR_GOOD = """
0x01 hello request wire_hash:8s host_name:20s
0x0F update_begin request size:I
0x10 update_data request offset:I data:*
0x11 update_end request
0x43 ok reply t_ms:Q value:i
0x44 error reply code:B=error detail:i
"""
IDENTITY = (
    "0x41 identity reply wire_hash:8s clip_id:8s firmware:12s boot:H t_ms:Q oldest_seq:I next_seq:I"
    " assignment:I patient:24s board:12s"
)
ERRORS = (
    "unknown_message bad_field wrong_version not_in_log busy ack_mismatch not_on_this_link storage not_paired"
    " bad_update"
)
REFUSALS = "none format signature hash board older no_key order unfinished on_trial memory"


def table() -> list[str]:
    """Each message's row in one line."""
    return [" ".join(row.split()) for row in MESSAGES.replace("\n  ", " ").strip().splitlines()]


@pytest.mark.parametrize("row", FOR_GOOD.strip().splitlines())
def test_what_an_update_takes_never_changes(row: str) -> None:
    assert row in table()


def test_an_identity_only_grows_at_its_end() -> None:
    (row,) = (row for row in table() if row.startswith("0x41 "))
    assert f"{row} ".startswith(f"{IDENTITY} ")


@pytest.mark.parametrize(("enum", "words"), [("error", ERRORS), ("update_refusal", REFUSALS)])
def test_the_words_of_a_refusal_keep_their_numbers(enum: str, words: str) -> None:
    assert list(rows.ENUMS[enum])[: len(words.split())] == words.split()
