"""Damage in the log: it costs the records that it hit, is told exactly, and is passed over."""

import os
from pathlib import Path

import pytest
from storage.blob import write_blob

from poise.wire import codec
from tests.support.log_bench import (
    BUTTON,
    append,
    block,
    files,
    fill,
    gaps,
    open_copy,
    open_log,
    records,
    seqs,
)


@pytest.mark.parametrize("cut_bytes", [1, 4, 20, 21, 22, 100])
def test_torn_tail_is_cut_and_told(tmp_path, cut_bytes):
    log = open_log(tmp_path)
    fill(log, 60)
    log.close()
    path = files(tmp_path)[-1]
    path.write_bytes(path.read_bytes()[:-cut_bytes])
    log = open_log(tmp_path)
    log.sync()
    kept = 60 - -(-cut_bytes // 21)
    found = records(log)
    assert [r["seq"] for r in found[:kept]] == list(range(1, kept + 1))
    if cut_bytes % 21 == 0:
        assert len(found) == kept  # nothing torn is left to see
        return
    gap = found[kept]
    assert (gap["kind"], gap["reason"], gap["first_seq"]) == ("gap", "torn_record", kept + 1)
    assert gap["seq"] == gap["last_seq"] + 1
    fill(log, 10)
    assert seqs(open_copy(tmp_path))[: kept + 11] == [
        *range(1, kept + 1),
        *range(gap["seq"], gap["seq"] + 11),
    ]


def test_noise_behind_the_records_is_cut(tmp_path):
    log = open_log(tmp_path)
    fill(log, 10)
    log.close()
    with files(tmp_path)[-1].open("ab") as file:
        file.write(bytes(range(256)))
    log = open_log(tmp_path)
    fill(log, 5)
    found = records(log)
    assert [r["seq"] for r in found[:10]] == list(range(1, 11))
    assert found[10]["kind"] == "gap"
    assert len(found) == 16


@pytest.mark.parametrize("byte", [0, 1, 2, 5, 6, 16, 18, 20])
def test_damage_inside_costs_one_record_and_is_noted_once(tmp_path, byte):
    """Also where only its checksum tells: a host refuses such a record, and would ask for it for ever."""
    log = open_log(tmp_path)
    fill(log, 300)
    first = files(tmp_path)[0]
    data = bytearray(first.read_bytes())
    data[21 * 10 + byte] ^= 0x10  # the eleventh record's kind, length, number, boot, body, checksum
    first.write_bytes(data)
    for _ in range(3):
        assert seqs(log)[:299] == [*range(1, 11), *range(12, 301)]
        log.sync()
    gaps = [r for r in records(log) if r["kind"] == "gap"]
    assert [(g["first_seq"], g["last_seq"], g["reason"]) for g in gaps] == [(11, 11, "torn_record")]


def test_a_segment_damaged_to_its_end_gives_way_to_the_next(tmp_path):
    log = open_log(tmp_path)
    fill(log, 300)
    first, second = files(tmp_path)[:2]
    data = first.read_bytes()
    first.write_bytes(data[:210] + bytes(len(data) - 210))
    resumes = int(second.stem, 16)
    assert seqs(log)[: 10 + 301 - resumes] == [*range(1, 11), *range(resumes, 301)]


@pytest.mark.parametrize(
    "name",
    [
        "7000.log",
        "0x7000.log",
        " 0007000.log",
        "ffffffff.log",
        "123456789.log",
        "0000000A.log",
        "-1.log",
    ],
)
def test_a_foreign_file_in_the_folder_does_not_keep_the_clip_from_starting(tmp_path, name):
    log = open_log(tmp_path)
    fill(log, 20)
    log.close()
    (tmp_path / "log" / name).write_bytes(bytes(100))
    log = open_log(tmp_path)
    assert seqs(log) == list(range(1, 21))
    fill(log, 5)
    assert seqs(log) == list(range(1, 26))


@pytest.mark.parametrize(
    "content", [b"\1", b"\1\2\3\4\5\6\7", b"\1\0\xff\xff\xff\xff", b"\xff\xff\xff\xff"]
)
@pytest.mark.parametrize("name", ["boot", "acked"])
def test_a_guard_of_another_form_does_not_keep_the_clip_from_starting(tmp_path, name, content):
    """Its checksum fits: another firmware may have written it."""
    log = open_log(tmp_path)
    fill(log, 20)
    log.close()
    write_blob(str(tmp_path / name), content, os)
    log = open_log(tmp_path)
    fill(log, 5)
    assert seqs(log) == list(range(1, 26))


def test_reading_begins_behind_damage_in_its_segment(tmp_path):
    fill(open_log(tmp_path), 500)
    oldest, second, *_ = files(tmp_path)
    data = bytearray(oldest.read_bytes())
    data[len(data) // 4] ^= 0x40
    oldest.write_bytes(data)
    log = open_log(tmp_path)
    last = codec.parse_record(second.read_bytes())[0]["seq"] - 1
    assert seqs(log, last) == list(range(last, 501))


def damaged(path: Path, record: int, data: bytes) -> None:
    """Put `data` where that record of the button begins."""
    with path.open("r+b") as file:
        file.seek(BUTTON * record)
        file.write(data)


# --- at the end, where a start looks


@pytest.mark.parametrize(("n_bytes", "numbers"), [(1, 1), (19, 1), (20, 2), (39, 2), (40, 3)])
def test_as_many_numbers_are_given_up_as_records_could_have_been(tmp_path, n_bytes, numbers):
    log = open_log(tmp_path)
    fill(log, 10)
    log.close()
    with files(tmp_path)[0].open("ab") as file:
        file.write(bytes(n_bytes))
    log = open_log(tmp_path)
    assert (log.next_seq, log.last) == (11 + numbers, (1, 9))
    log.sync()
    assert gaps(log) == [(11, 10 + numbers, "torn_record")]
    note = records(log)[-1]
    assert (note["seq"], note["boot"], note["t_ms"]) == (11 + numbers, 2, 0)


@pytest.mark.parametrize(("guard", "last"), [(True, 256), (False, 11)])
def test_no_more_numbers_are_given_up_than_the_guard_allowed(tmp_path, guard, last):
    log = open_log(tmp_path)
    fill(log, 10)
    log.close()
    with files(tmp_path)[0].open("ab") as file:
        file.write(bytes(10_000))
    if not guard:
        (tmp_path / "boot").unlink()
    log = open_log(tmp_path)
    log.sync()
    assert gaps(log) == [(11, last, "torn_record")]


def test_a_log_damaged_at_its_first_record_is_told_whole(tmp_path):
    log = open_log(tmp_path)
    fill(log, 3)
    log.close()
    damaged(files(tmp_path)[0], 0, bytes(1))
    log = open_log(tmp_path)
    assert log.last == (0, 0)
    log.sync()
    assert gaps(log) == [(1, 4, "torn_record")] and seqs(log) == [5]


@pytest.mark.parametrize("newest_is_whole", [True, False])
def test_the_newest_segments_are_cut_to_what_is_intact(tmp_path, newest_is_whole):
    """A newest segment without an intact record goes, and the one before it may be torn as well."""
    log = open_log(tmp_path)
    fill(log, 400)
    log.close()
    *_, torn, newest = files(tmp_path)
    if newest_is_whole:
        torn = newest
    else:
        newest.write_bytes(bytes(100))
    torn.write_bytes(torn.read_bytes()[:-4])
    kept = int(torn.stem, 16) + torn.stat().st_size // BUTTON
    (tmp_path / "boot").unlink()
    log = open_log(tmp_path)
    assert (log.boot, log.last[0]) == (2, 1)
    fill(log, 100)
    for _ in range(2):
        ((first, last, reason),) = gaps(log)
        assert (first, reason) == (kept, "torn_record")
        assert seqs(log) == [*range(1, kept), *range(last + 1, log.next_seq)]
        log.sync()


def test_behind_a_torn_record_a_segment_begins_with_a_block(tmp_path):
    log = open_log(tmp_path, block=block)
    fill(log, 200)
    log.close()
    newest = files(tmp_path)[-1]
    newest.write_bytes(newest.read_bytes()[:-4])
    log = open_log(tmp_path, block=block)
    fill(log, 1)
    last = files(tmp_path)[-1]
    assert last != newest and codec.parse_record(last.read_bytes())[0]["kind"] == "block"


# --- in the middle, where a reader meets it


@pytest.mark.parametrize("count", [1, 12, 13, 14, 30])
@pytest.mark.parametrize("start", [1, 11, 20, 80])
def test_damage_of_any_length_is_passed_over(tmp_path, count, start):
    log = open_log(tmp_path)
    fill(log, 300)
    oldest = files(tmp_path)[0]
    damaged(oldest, 10, bytes(BUTTON * count))
    resumes = max(start, 11 + count)
    assert seqs(log, start) == [*range(start, 11), *range(resumes, 301)]


def test_behind_a_long_damaged_record_the_last_and_shortest_is_read(tmp_path):
    log = open_log(tmp_path)
    append(log, *[275] * 7, 20)
    log.sync()
    append(log, 275)
    log.sync()
    oldest, _ = files(tmp_path)
    data = bytearray(oldest.read_bytes())
    data[6 * 275] ^= 1
    oldest.write_bytes(data)
    assert seqs(log) == [*range(1, 7), 8, 9]
    log.sync()
    assert gaps(log) == [(7, 7, "torn_record")]


def test_a_record_of_another_place_is_passed_over(tmp_path):
    """Its checksum fits, but its number does not follow."""
    log = open_log(tmp_path)
    fill(log, 300)
    oldest, second, *_ = files(tmp_path)
    data = oldest.read_bytes()
    for foreign in (data[BUTTON * 4 : BUTTON * 5], second.read_bytes()[:BUTTON]):
        damaged(oldest, 10, foreign)
        assert seqs(log)[:299] == [*range(1, 11), *range(12, 301)]


def test_a_byte_too_many_costs_the_record_behind_it(tmp_path):
    log = open_log(tmp_path)
    fill(log, 300)
    oldest = files(tmp_path)[0]
    data = oldest.read_bytes()
    oldest.write_bytes(data[: BUTTON * 10] + b"\0" + data[BUTTON * 10 :])
    assert seqs(log)[:299] == [*range(1, 11), *range(12, 301)]
    log.sync()
    assert gaps(log) == [(11, 11, "torn_record")]


def test_bytes_that_look_like_a_number_are_no_record(tmp_path):
    log = open_log(tmp_path)
    fill(log, 50, start_ms=20)  # each record's time is a number of the log
    damaged(files(tmp_path)[0], 10, b"\xff\xff")
    assert seqs(log)[:49] == [*range(1, 11), *range(12, 51)]


def test_reading_from_a_number_in_a_damaged_rest_goes_on_behind_it(tmp_path):
    log = open_log(tmp_path)
    fill(log, 300)
    oldest, second, *_ = files(tmp_path)
    resumes = int(second.stem, 16)
    damaged(oldest, 10, bytes(BUTTON * (resumes - 11)))
    assert seqs(log, 50)[: 301 - resumes] == list(range(resumes, 301))


def test_leftovers_go_and_other_files_stay(tmp_path):
    fill(open_log(tmp_path), 20)
    folder = tmp_path / "log"
    for name in ("00000001.log.tmp", "00000000.log", "-0000001.log", "notes.txt"):
        (folder / name).write_bytes(bytes(100))
    assert seqs(open_log(tmp_path)) == list(range(1, 21))
    assert [path.name for path in files(tmp_path)] == ["00000001.log", "notes.txt"]
