"""The log: numbers, recovery, dropping, reading. Power cuts on the real littlefs: tests/powerloss."""

import pytest

from poise.wire import codec
from tests.support.log_bench import SEGMENT, block, files, fill, open_copy, open_log, records, seqs


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


# The files are the same bytes in both VMs.
@pytest.mark.parametrize("vm", [pytest.param(32, marks=pytest.mark.vm32)], indirect=True)
def test_28_days_fit_2_mib_beside_two_firmware_slots(run_script):
    said = run_script("capacity.py", heap="16M").splitlines()[-1]
    days = float(said.partition("days ")[2].partition(",")[0])
    assert days >= 28, said
    assert "write errors 0" in said, said


def test_every_segment_begins_with_a_block_and_stands_alone(tmp_path):
    for _ in range(3):
        log = open_log(tmp_path, block=block)
        for n in range(1, 301):
            log.append("crash", n, {"text": b"x" * (n * 7 % 200)})
            if n % 9 == 0:
                log.sync()
        log.close()
    names = files(tmp_path)
    assert len(names) > 20
    for place, path in enumerate(names):
        data = path.read_bytes()
        first, _ = codec.parse_record(data)
        assert first["kind"] == "block" and {name: first[name] for name in block()} == block()
        assert len(data) <= SEGMENT
        assert (
            place == len(names) - 1 or len(data) > SEGMENT - 220
        )  # filled as far as the next record allows
    found = records(open_log(tmp_path, block=block))
    assert [r["seq"] for r in found] == list(range(1, len(found) + 1))
    assert sum(r["kind"] == "crash" for r in found) == 900


def test_a_segment_whose_neighbours_are_gone_is_read_with_its_own_clock(tmp_path):
    log = open_log(tmp_path, block=block)
    fill(log, 400)
    log.close()
    names = files(tmp_path)
    for path in (*names[:2], *names[3:]):
        path.unlink()
    first, *rest = records(open_log(tmp_path, block=block))
    assert (first["kind"], first["pair_boot"], first["plan_version"]) == ("block", 1, 2)
    assert {r["kind"] for r in rest} >= {"button"}


def test_a_slow_reader_misses_nothing_when_the_segment_grows_and_rolls(run_script):
    assert run_script("reader_behind.py").splitlines() == ["ok"]
