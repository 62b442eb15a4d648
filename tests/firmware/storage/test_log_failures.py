"""The log on a flash that fails: nothing is lost that can be held, and what is given up is told exactly."""

import os
import struct
from itertools import pairwise
from pathlib import Path

import pytest
from storage.blob import read_blob, write_blob
from storage.flashlog import FlashLog

from poise.wire import codec
from tests.support.log_bench import (
    BUTTON,
    EIGHTH,
    SEGMENT,
    Flash,
    append,
    block,
    files,
    fill,
    gaps,
    open_log,
    records,
    seqs,
)

EIO, ENOSPC = 5, 28
HELD = 4096 // BUTTON  # records of the button that may wait


@pytest.fixture
def flash() -> Flash:
    return Flash()


def test_a_folder_that_is_gone_for_a_while_never_stops_the_clip(tmp_path):
    """Records are held, the oldest of them given up, and all is told afterwards."""
    log = open_log(tmp_path)
    fill(log, 10)
    log.close()
    (tmp_path / "log").rename(tmp_path / "away")
    for n in range(400):
        log.append("button", n, {"press": "short"})
        if n % 10 == 0:
            assert log.sync() == 11
    assert log.write_errors > 0
    (tmp_path / "away").rename(tmp_path / "log")
    log.sync()
    assert log.held == 0
    assert_all_told(log, "flash_full")


def assert_all_told(log: FlashLog, reason: str) -> None:
    """Each number is there or told as lost, and none is both."""
    numbers = seqs(log)
    lost = {seq for first, last, _ in gaps(log) for seq in range(first, last + 1)}
    assert numbers == sorted(set(numbers)) and not lost & set(numbers)
    assert lost | set(numbers) == set(range(1, log.next_seq))
    assert {why for _, _, why in gaps(log)} == {reason}


@pytest.mark.parametrize("count", [HELD + 1, 300, 400, 1_000])
def test_what_is_given_up_is_told_exactly(tmp_path, flash, count):
    log = open_log(tmp_path, flash=flash)
    for _ in range(2):  # a second outage is another gap
        fill(log, 10)
        flash.down = True
        for n in range(count):
            log.append("button", n, {"press": "short"})
        flash.down = False
        log.sync()
    assert log.held == 0
    assert_all_told(log, "flash_full")


def test_the_older_half_is_given_up(tmp_path, flash):
    log = open_log(tmp_path, flash=flash)
    fill(log, 10)
    flash.down = True
    for n in range(HELD):
        log.append("button", n, {"press": "short"})
    assert log.held == HELD
    log.append("button", HELD, {"press": "short"})
    half = (HELD + 1) // 2
    assert log.held == HELD + 1 - half + 1  # and the note of the gap
    flash.down = False
    log.sync()
    assert gaps(log) == [(11, 10 + half, "flash_full")]


def test_an_outage_from_the_start_on_is_told_exactly(tmp_path, flash):
    fill(open_log(tmp_path), 10)
    flash.down = True
    log = open_log(tmp_path, flash=flash)
    for n in range(HELD + 1):
        log.append("button", n, {"press": "short"})
    flash.down = False
    log.sync()
    assert gaps(log) == [(11, 10 + (HELD + 1) // 2, "flash_full")]


def test_a_gap_lies_between_two_segments(tmp_path, flash):
    """And each segment that has a block has it at its beginning alone."""
    log = open_log(tmp_path, flash=flash, block=block)
    fill(log, 10)
    flash.down = True
    for n in range(HELD + 20):
        log.append("button", n, {"press": "short"})
    flash.down = False
    log.sync()
    fill(log, 300)
    for path in files(tmp_path):
        data, at, found = path.read_bytes(), 0, []
        while at < len(data):
            record, at = codec.parse_record(data, at)
            found.append(record)
        assert all(a["seq"] + 1 == b["seq"] for a, b in pairwise(found))
        assert "block" not in {record["kind"] for record in found[1:]}
        assert found[0]["seq"] == int(path.stem, 16) and len(data) <= SEGMENT


@pytest.mark.parametrize("arrived", [0, 10, BUTTON, BUTTON + 10, 3 * BUTTON])
@pytest.mark.parametrize("errno", [EIO, ENOSPC])
def test_a_failed_write_loses_and_doubles_nothing(tmp_path, flash, errno, arrived):
    """However much of it arrived."""
    log = open_log(tmp_path, flash=flash)
    fill(log, 20)
    flash.errors, flash.arrived = [errno], arrived
    fill(log, 3)
    assert seqs(log) == list(range(1, 24))
    assert (log.write_errors, log.held) == (1, 0)
    assert [path.stat().st_size for path in files(tmp_path)] == [23 * BUTTON]
    log.close()
    assert seqs(open_log(tmp_path)) == list(range(1, 24))


def test_a_write_is_tried_three_times(tmp_path, flash):
    log = open_log(tmp_path, flash=flash)
    fill(log, 10)
    log.append("button", 0, {"press": "short"})
    flash.errors = [EIO, EIO, EIO]
    assert (log.sync(), log.held, log.write_errors) == (11, 1, 3)
    flash.errors = [EIO, EIO]
    assert (log.sync(), log.held, log.write_errors) == (12, 0, 5)
    assert seqs(log) == list(range(1, 12))


@pytest.mark.parametrize("errno", [EIO, ENOSPC])
@pytest.mark.parametrize("segments", [1, 2, 3])
def test_only_a_full_flash_drops_the_oldest_and_never_the_only_segment(
    tmp_path, flash, errno, segments
):
    log = open_log(tmp_path, flash=flash)
    fill(log, 97 * segments - 10)
    names = files(tmp_path)
    assert len(names) == segments
    flash.errors = [errno]
    fill(log, 1)
    dropped = errno == ENOSPC and segments > 1
    oldest = int(names[1].stem, 16) if dropped else 1
    assert (log.oldest_seq, log.write_errors) == (oldest, 1)
    assert gaps(log) == ([(1, oldest - 1, "oldest_dropped")] if dropped else [])
    assert seqs(log) == list(range(oldest, log.next_seq))


def test_an_acknowledgement_that_is_not_stored_counts_until_the_next_start(tmp_path, flash):
    """It is told once. A host that asks again gets through, though the flash has failed for good."""
    log = open_log(tmp_path, flash=flash)
    fill(log, 10)
    flash.down = True
    assert not log.set_acked(7)
    assert (log.acked_seq, log.write_errors) == (7, 1)
    assert log.set_acked(7) and log.set_acked(6)  # nothing to store
    assert (log.acked_seq, log.write_errors) == (7, 1)
    flash.down = False
    assert open_log(tmp_path).acked_seq == 0
    assert log.set_acked(8)
    assert open_log(tmp_path).acked_seq == 8


def test_a_guard_that_is_not_stored_is_counted_and_costs_no_record(tmp_path, flash):
    log = open_log(tmp_path, flash=flash)
    fill(log, 256)
    flash.errors = [EIO]
    fill(log, 1)
    assert (log.write_errors, log.next_seq) == (1, 258)
    assert seqs(log) == list(range(1, 258))


def test_what_is_stored_before_the_flash_fails_makes_room(tmp_path, flash):
    """Held records at the limit stay: only above it are some given up."""
    log = open_log(tmp_path, flash=flash, block=block)
    append(log, EIGHTH)
    log.sync()
    used = files(tmp_path)[0].stat().st_size
    append(log, *[EIGHTH] * 6, SEGMENT - 6 * EIGHTH - used - 20)
    log.sync()
    assert log._room == 20
    # The segment's end, and two full segments.
    full = (*[EIGHTH] * 7, 2 * EIGHTH - used)
    append(log, 20, *full, *full[:-1])
    flash.errors = [0, EIO, EIO, EIO]
    append(log, full[-1])
    assert (log.held, log.write_errors) == (18, 3)
    log.sync()
    assert gaps(log) == [] and seqs(log) == list(range(1, log.next_seq))


# --- a flash that can't be read at a start


def test_a_log_that_cannot_be_read_is_left_alone_until_the_next_start(tmp_path, flash):
    log = open_log(tmp_path)
    fill(log, 300)
    log.set_acked(200)
    log.close()
    before = {path: path.read_bytes() for path in files(tmp_path)}
    guard = read_blob(str(tmp_path / "boot"))
    flash.unreadable = True
    log = open_log(tmp_path, flash=flash)
    assert (log.errno, log.boot, log.acked_seq, log.last) == (EIO, 2, 200, (0, 0))
    flash.unreadable = False
    first = log.next_seq
    assert first > 300 and log.oldest_seq == first
    for n in range(600):
        log.append("button", n, {"press": "short"})
        assert log.sync() == first
    assert log.held and records(log) == []
    assert {path: path.read_bytes() for path in files(tmp_path)} == before
    assert (read_blob(str(tmp_path / "boot")), log.write_errors) == (guard, 0)
    log = open_log(tmp_path)
    fill(log, 1)
    assert seqs(log) == list(range(1, 302))


class NoFolder(Flash):
    """Its folder can neither be listed nor made."""

    def listdir(self, path: str) -> list[str]:
        raise OSError(EIO, path)

    def mkdir(self, path: str) -> None:
        raise OSError(EIO, path)


def test_a_new_clip_on_a_broken_flash_starts(tmp_path):
    log = open_log(tmp_path, flash=NoFolder())
    assert (log.errno, log.boot, log.next_seq, log.acked_seq) == (EIO, 1, 1, 0)
    fill(log, 300)
    assert (log.next_seq, records(log)) == (1, [])


def test_boots_are_counted_to_the_last_on_a_broken_flash(tmp_path: Path):
    for boot, then in ((65533, 65534), (65534, 65535), (65535, 65535)):
        write_blob(str(tmp_path / "boot"), struct.pack("<HI", boot, 300), os)
        assert open_log(tmp_path, flash=NoFolder()).boot == then
