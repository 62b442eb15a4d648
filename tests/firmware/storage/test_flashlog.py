"""The log: numbers, recovery, dropping, reading. Power cuts on the real littlefs: tests/powerloss."""

import os
from pathlib import Path

import pytest
from storage.blob import write_blob
from storage.flashlog import FlashLog

from poise.wire import codec

SEGMENT = 2048


def open_log(root: Path, max_bytes: int = 1_000_000) -> FlashLog:
    return FlashLog(str(root), SEGMENT, max_bytes, os)


def fill(log: FlashLog, count: int, start_ms: int = 0) -> None:
    for n in range(count):
        log.append("button", start_ms + n, {"press": "short"})
        if n % 8 == 7:
            log.sync()
    log.sync()


def records(log: FlashLog, from_seq: int = 0, size: int = 512) -> list[dict]:
    found = []
    buffer = bytearray(size)
    while True:
        n_bytes, from_seq = log.read_into(from_seq, buffer)
        if not n_bytes:
            assert from_seq == log.next_seq
            return found
        at = 0
        while at < n_bytes:
            record, at = codec.parse_record(buffer[:n_bytes], at)
            found.append(record)
        assert at == n_bytes


def seqs(log: FlashLog, from_seq: int = 0) -> list[int]:
    return [record["seq"] for record in records(log, from_seq)]


def newest_segment(root: Path) -> Path:
    return sorted((root / "log").iterdir())[-1]


def test_numbers_and_boots_go_on(tmp_path):
    for boot in range(1, 6):
        log = open_log(tmp_path)
        assert (log.boot, log.next_seq) == (boot, 1 + 50 * (boot - 1))
        fill(log, 50)
        log.close()
    found = records(open_log(tmp_path))
    assert [r["seq"] for r in found] == list(range(1, 251))
    assert [r["boot"] for r in found] == [b for b in range(1, 6) for _ in range(50)]


def test_only_what_is_stored_can_be_read(tmp_path):
    log = open_log(tmp_path)
    fill(log, 3)
    assert log.append("button", 9, {"press": "long"}) == 4
    assert log.next_seq == 4
    assert seqs(log) == [1, 2, 3]
    assert log.sync() == 5
    assert seqs(log) == [1, 2, 3, 4]


def test_what_sync_returned_for_survives_the_process(tmp_path):
    """A second log opened without closing the first: nothing may depend on a close."""
    log = open_log(tmp_path)
    for n in range(1, 200):
        log.append("button", n, {"press": "short"})
        if n % 3 == 0:
            stored = log.sync()
            assert [r["seq"] for r in records(open_copy(tmp_path))][-1] == stored - 1


def open_copy(root: Path) -> FlashLog:
    import shutil

    copy = root.parent / "copy"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(root, copy)
    return open_log(copy)


@pytest.mark.parametrize("size", [275, 276, 300, 1022])
def test_reads_whole_records_from_any_number(tmp_path, size):
    log = open_log(tmp_path)
    for n in range(1, 301):
        log.append("crash", n, {"text": b"x" * (n * 7 % 256)})
        log.sync()
    for start in range(0, 301, 23):
        assert [r["seq"] for r in records(log, start, size)] == list(range(max(start, 1), 301))


def test_two_readers_and_the_writer_do_not_disturb_each_other(tmp_path):
    log = open_log(tmp_path)
    fill(log, 400)
    buffer = bytearray(275)
    places = [1, 150]
    seen: list[list[int]] = [[], []]
    for turn in range(200):
        for who in (0, 1):
            n_bytes, after = log.read_into(places[who], buffer)
            seen[who] += range(after - n_bytes // 21, after)
            places[who] = after
        if turn % 5 == 0:
            fill(log, 2)
    assert seen[0] == list(range(1, places[0]))
    assert seen[1] == list(range(150, places[1]))
    assert places == [log.next_seq, log.next_seq]


def test_read_stops_below_end_seq(tmp_path):
    log = open_log(tmp_path)
    fill(log, 50)
    buffer = bytearray(512)
    assert log.read_into(10, buffer, 14) == (4 * 21, 14)
    assert log.read_into(14, buffer, 14) == (0, 14)


@pytest.mark.parametrize("cut_bytes", [1, 4, 20, 21, 22, 100])
def test_torn_tail_is_cut_and_told(tmp_path, cut_bytes):
    log = open_log(tmp_path)
    fill(log, 60)
    log.close()
    path = newest_segment(tmp_path)
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
    with newest_segment(tmp_path).open("ab") as file:
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
    first = sorted((tmp_path / "log").iterdir())[0]
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
    first, second = sorted((tmp_path / "log").iterdir())[:2]
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


def test_oldest_is_dropped_and_told(tmp_path):
    log = open_log(tmp_path, max_bytes=5 * SEGMENT)
    for _ in range(40):
        fill(log, 40)
        assert sum(p.stat().st_size for p in (tmp_path / "log").iterdir()) <= 5 * SEGMENT
    found = records(log)
    numbers = [r["seq"] for r in found]
    assert numbers == list(range(log.oldest_seq, log.next_seq))
    gaps = [r for r in found if r["kind"] == "gap"]
    assert all(g["reason"] == "oldest_dropped" for g in gaps)
    assert gaps[-1]["last_seq"] == log.oldest_seq - 1


@pytest.mark.parametrize("lose_guard", [False, True])
def test_numbers_do_not_come_back_after_a_lost_log(tmp_path, lose_guard):
    log = open_log(tmp_path)
    fill(log, 700)
    log.set_acked(650)
    log.close()
    for path in (tmp_path / "log").iterdir():
        path.unlink()
    if lose_guard:
        (tmp_path / "boot").unlink()
    log = open_log(tmp_path)
    assert log.next_seq >= (650 if lose_guard else 701)
    fill(log, 5)
    assert len(records(log)) >= 5


def test_acked_is_kept_and_never_goes_back(tmp_path):
    log = open_log(tmp_path)
    fill(log, 10)
    assert log.set_acked(7)
    assert log.set_acked(3)
    assert log.acked_seq == 7
    log.close()
    assert open_log(tmp_path).acked_seq == 7


def test_a_flash_that_fails_never_stops_the_clip(tmp_path):
    """The folder is gone for a while: records are held, the oldest of them given up, and all is told afterwards."""
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
    found = records(log)
    lost = set()
    for record in found:
        if record["kind"] == "gap":
            assert record["reason"] == "flash_full"
            lost |= set(range(record["first_seq"], record["last_seq"] + 1))
    numbers = [r["seq"] for r in found]
    assert numbers == sorted(set(numbers))
    assert set(numbers) | lost == set(range(1, log.next_seq))
    assert log.held == 0


# The files are the same bytes in both VMs.
@pytest.mark.parametrize("vm", [pytest.param(32, marks=pytest.mark.vm32)], indirect=True)
def test_28_days_fit_2_mib_beside_two_firmware_slots(run_script):
    said = run_script("capacity.py", heap="16M").splitlines()[-1]
    days = float(said.partition("days ")[2].partition(",")[0])
    assert days >= 28, said
    assert "write errors 0" in said, said


def block() -> dict:
    return {"pair_boot": 1, "pair_t_ms": 5, "utc_ms": 9, "uncertainty_ms": 3, "plan_version": 2}


def test_every_segment_begins_with_a_block_and_stands_alone(tmp_path):
    for _ in range(3):
        log = FlashLog(str(tmp_path), SEGMENT, 1_000_000, os, block)
        for n in range(1, 301):
            log.append("crash", n, {"text": b"x" * (n * 7 % 200)})
            if n % 9 == 0:
                log.sync()
        log.close()
    names = sorted((tmp_path / "log").iterdir())
    assert len(names) > 20
    for place, path in enumerate(names):
        data = path.read_bytes()
        first, _ = codec.parse_record(data)
        assert first["kind"] == "block" and {name: first[name] for name in block()} == block()
        assert len(data) <= SEGMENT
        assert (
            place == len(names) - 1 or len(data) > SEGMENT - 220
        )  # filled as far as the next record allows
    found = records(FlashLog(str(tmp_path), SEGMENT, 1_000_000, os, block))
    assert [r["seq"] for r in found] == list(range(1, len(found) + 1))
    assert sum(r["kind"] == "crash" for r in found) == 900


def test_a_segment_whose_neighbours_are_gone_is_read_with_its_own_clock(tmp_path):
    log = FlashLog(str(tmp_path), SEGMENT, 1_000_000, os, block)
    fill(log, 400)
    log.close()
    names = sorted((tmp_path / "log").iterdir())
    for path in (*names[:2], *names[3:]):
        path.unlink()
    first, *rest = records(FlashLog(str(tmp_path), SEGMENT, 1_000_000, os, block))
    assert (first["kind"], first["pair_boot"], first["plan_version"]) == ("block", 1, 2)
    assert {r["kind"] for r in rest} >= {"button"}


def test_a_slow_reader_misses_nothing_when_the_segment_grows_and_rolls(run_script):
    assert run_script("reader_behind.py").splitlines() == ["ok"]


class FailingFlash:
    """An `os` whose next sync of a file fails with `errno`, once."""

    def __init__(self, errno: int) -> None:
        self.errno = errno

    def __getattr__(self, name: str):
        return getattr(os, name)

    def fsync(self, descriptor: int) -> None:
        errno, self.errno = self.errno, 0
        if errno:
            raise OSError(errno, "as the flash says")
        os.fsync(descriptor)


@pytest.mark.parametrize(("errno", "dropped"), [(5, False), (28, True)], ids=["EIO", "ENOSPC"])
def test_a_failed_write_drops_the_oldest_only_when_the_flash_is_full(tmp_path, errno, dropped):
    fill(open_log(tmp_path), 500)
    flash = FailingFlash(0)
    log = FlashLog(str(tmp_path), SEGMENT, 1_000_000, flash)
    assert len(list((tmp_path / "log").iterdir())) > 2
    flash.errno = errno
    log.append("button", 9, {"press": "long"})
    log.sync()
    log.sync()
    assert log.write_errors == 1
    assert (log.oldest_seq > 1) is dropped
    assert seqs(log)[-1] == log.next_seq - 1


def test_reading_begins_behind_damage_in_its_segment(tmp_path):
    fill(open_log(tmp_path), 500)
    oldest, second, *_ = sorted((tmp_path / "log").iterdir())
    data = bytearray(oldest.read_bytes())
    data[len(data) // 4] ^= 0x40
    oldest.write_bytes(data)
    log = open_log(tmp_path)
    last = codec.parse_record(second.read_bytes())[0]["seq"] - 1
    assert seqs(log, last) == list(range(last, 501))
