"""The log's limits, each to its last byte: segments, the whole log, records in RAM, reserved numbers, open files."""

import os
import struct
from pathlib import Path

import pytest
from storage import logreader
from storage.blob import write_blob

from poise.wire import codec
from tests.support.log_bench import (
    EIGHTH,
    SEGMENT,
    append,
    block,
    files,
    fill,
    gaps,
    open_log,
    records,
    seqs,
)

LAST_SEQ = 0x7FFFFFFF
BLOCK = len(codec.pack_record("block", 1, 1, 0, block()))


def sizes(root: Path) -> list[int]:
    return [path.stat().st_size for path in files(root)]


def test_a_new_log_begins_at_one(tmp_path):
    log = open_log(tmp_path)
    assert (log.boot, log.next_seq, log.oldest_seq, log.acked_seq, log.last) == (1, 1, 1, 0, (0, 0))
    assert (log.write_errors, log.errno, log.held) == (0, 0, 0)
    log.close()
    assert open_log(tmp_path).held == 0  # nothing was lost: there was nothing


def test_a_segment_is_filled_to_its_last_byte(tmp_path):
    log = open_log(tmp_path)
    for _ in range(8):
        append(log, EIGHTH)
        log.sync()
    assert sizes(tmp_path) == [SEGMENT]
    append(log, 20)
    log.sync()
    assert sizes(tmp_path) == [SEGMENT, 20]
    append(log, *[EIGHTH] * 7, EIGHTH - 19)  # a byte too many
    log.sync()
    assert sizes(tmp_path) == [SEGMENT, 20, SEGMENT - 19]


@pytest.mark.parametrize("restarts", [False, True])
def test_a_segment_with_a_block_is_filled_to_its_last_byte(tmp_path, restarts):
    log = open_log(tmp_path, block=block)
    for full in range(1, 4):
        append(log, *[EIGHTH] * 7)
        log.sync()
        if restarts:
            log.close()
            log = open_log(tmp_path, block=block)
        append(log, EIGHTH - BLOCK)
        log.sync()
        assert sizes(tmp_path) == [SEGMENT] * full
    append(log, 20)
    log.sync()
    assert sizes(tmp_path) == [SEGMENT] * 3 + [BLOCK + 20]


def test_the_oldest_goes_when_a_byte_more_would_be_too_many(tmp_path):
    log = open_log(tmp_path, max_bytes=SEGMENT + 3 * EIGHTH)
    for _ in range(11):
        append(log, EIGHTH)
        log.sync()
    assert log.oldest_seq == 1 and sum(sizes(tmp_path)) == SEGMENT + 3 * EIGHTH
    append(log, 20)
    log.sync()
    assert log.oldest_seq == 9
    assert gaps(log) == [(1, 8, "oldest_dropped")]


def test_no_more_is_dropped_than_has_to_be_and_each_segment_is_told(tmp_path):
    log = open_log(tmp_path, max_bytes=3 * SEGMENT)
    fill(log, 1_000)
    told = gaps(log)
    starts = [first for first, _, _ in told]
    assert [last + 1 for _, last, _ in told] == [*starts[1:], log.oldest_seq]
    assert 2 * SEGMENT < sum(sizes(tmp_path)) <= 3 * SEGMENT


def test_the_only_segment_stays(tmp_path):
    log = open_log(tmp_path, max_bytes=1_000)
    for _ in range(6):
        append(log, EIGHTH)
        log.sync()
    assert seqs(log) == [1, 2, 3, 4, 5, 6]


def test_records_are_held_up_to_4096_bytes(tmp_path):
    log = open_log(tmp_path)
    for stored in (1, 18):
        append(log, *[EIGHTH] * 16)
        assert (log.held, log.next_seq) == (16, stored)
        append(log, 20)
        assert (log.held, log.next_seq) == (0, stored + 17)


def test_a_byte_more_is_stored(tmp_path):
    log = open_log(tmp_path)
    append(log, *[EIGHTH] * 15, EIGHTH + 1)
    assert (log.held, log.next_seq) == (0, 17)


@pytest.mark.parametrize(("given", "resumes"), [(1, 257), (255, 257), (256, 257), (257, 513)])
def test_the_guard_allows_256_numbers_at_a_time(tmp_path, given, resumes):
    """What is lost with the whole log is given once all the same, and few numbers go unused."""
    log = open_log(tmp_path)
    fill(log, given)
    log.close()
    for path in files(tmp_path):
        path.unlink()
    assert open_log(tmp_path).next_seq == resumes


def test_a_start_costs_no_number_and_writes_no_segment(tmp_path):
    log = open_log(tmp_path)
    fill(log, 10)
    log.close()
    (segment,) = files(tmp_path)
    before = segment.stat()
    for _ in range(3):
        log = open_log(tmp_path)
        assert (log.next_seq, log.held, log.last) == (11, 0, (1, 9))
        log.close()
    assert os.path.samestat(segment.stat(), before)


def test_missing_newest_segments_are_told(tmp_path):
    log = open_log(tmp_path)
    fill(log, 700)
    log.close()
    gone = files(tmp_path)[-4:]
    for path in gone:
        path.unlink()
    log = open_log(tmp_path)
    log.sync()
    first = int(gone[0].stem, 16)
    ((first_lost, last_lost, reason),) = gaps(log)
    assert (first_lost, reason) == (first, "torn_record") and last_lost >= 700
    assert seqs(log) == [*range(1, first), last_lost + 1]


def test_boots_are_counted_to_the_last(tmp_path):
    for boot, then in ((65533, 65534), (65534, 65535), (65535, 65535)):
        write_blob(str(tmp_path / "boot"), struct.pack("<HI", boot, 300), os)
        log = open_log(tmp_path)
        assert log.boot == then
        fill(log, 1)
        log.close()
        assert records(open_log(tmp_path))[-1]["boot"] == then


def test_the_boot_goes_on_without_the_guard(tmp_path):
    for boot in range(1, 4):
        log = open_log(tmp_path)
        assert log.boot == boot
        fill(log, 1)
        log.close()
        (tmp_path / "boot").unlink()


def test_the_last_number_of_all_is_stored_and_found(tmp_path):
    write_blob(str(tmp_path / "boot"), struct.pack("<HI", 1, LAST_SEQ), os)
    write_blob(str(tmp_path / "acked"), struct.pack("<I", LAST_SEQ), os)
    log = open_log(tmp_path)
    assert (log.next_seq, log.acked_seq) == (LAST_SEQ, LAST_SEQ)
    fill(log, 1)
    log.close()
    assert seqs(open_log(tmp_path)) == [LAST_SEQ]


def test_a_number_beyond_the_last_is_no_number(tmp_path):
    write_blob(str(tmp_path / "boot"), struct.pack("<HI", 1, LAST_SEQ + 1), os)
    write_blob(str(tmp_path / "acked"), struct.pack("<I", LAST_SEQ + 1), os)
    log = open_log(tmp_path)
    assert (log.next_seq, log.acked_seq, log.boot) == (1, 0, 1)


def test_reading_begins_at_any_number_behind_the_longest_records(tmp_path):
    log = open_log(tmp_path)
    append(log, *[275] * 7)
    log.sync()
    for start in range(1, 8):
        assert seqs(log, start) == list(range(start, 8))


def test_three_readers_open_a_file_each_and_the_fourth_takes_the_first_ones_place(
    tmp_path, monkeypatch
):
    opened = []

    def counted(path: str, mode: str):
        opened.append(Path(path).open(mode))  # noqa: SIM115 (the reader closes it)
        return opened[-1]

    monkeypatch.setattr(logreader, "open", counted, raising=False)
    log = open_log(tmp_path)
    fill(log, 500)
    buffer = bytearray(275)
    places = [1, 100, 200]
    for _ in range(5):
        places = [log.read_into(place, buffer)[1] for place in places]
    assert len(opened) == 3 and places == [66, 165, 265]
    log.read_into(300, buffer)
    assert [file.closed for file in opened] == [True, False, False, False]
    for place in places[1:]:
        log.read_into(place, buffer)
    assert len(opened) == 4
    log.close()
    assert all(file.closed for file in opened)
