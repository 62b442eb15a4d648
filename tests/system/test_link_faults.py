"""The log over a line with faults at every message: each record in the store exactly once, in order."""

import asyncio
import random
from collections import Counter
from pathlib import Path

import pytest

from poise.aio import end
from poise.errors import PoiseError, Reason

from .link_faults import (
    BYTES,
    WHOLE,
    BenchClip,
    Faults,
    Host,
    Line,
    check,
    host,
    quick,
    template,
)

pytestmark = pytest.mark.system

RECORDS = 40


@pytest.fixture
def clip(tmp_path: Path) -> BenchClip:
    made = BenchClip(tmp_path / "clip")
    made.write(RECORDS, random.Random(1))
    return made


async def downloaded(
    clip: BenchClip, tmp_path: Path, faults: Faults, *, cable: bool = False, payload: int = 244
) -> Host:
    """A new computer's download, checked."""
    line = Line(clip, faults, cable=cable, max_payload=payload)
    found = host(tmp_path / "host", template(tmp_path), line, "usb" if cable else "ble")
    try:
        with quick():
            await found.download()
    finally:
        await line.stop()
    check(found, clip)
    return found


@pytest.mark.parametrize("cable", [False, True], ids=["radio", "cable"])
async def test_a_fault_at_each_message_of_a_transfer(
    clip: BenchClip, tmp_path: Path, cable: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    clean = Faults()
    assert (await downloaded(clip, tmp_path, clean, cable=cable)).sessions == 1
    counts: Counter[str] = Counter()
    for kind in WHOLE + (BYTES if cable else ()):
        for number in range(clean.messages):
            faults = Faults(random.Random(number), at={number: kind})
            await downloaded(clip, tmp_path, faults, cable=cable)
            counts += faults.counts
    assert set(counts.values()) == {clean.messages}
    with capsys.disabled():
        print(f"\n{'cable' if cable else 'radio'}: {clean.messages} messages, {dict(counts)}")


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("cable", [False, True], ids=["radio", "cable"])
async def test_faults_by_chance(clip: BenchClip, tmp_path: Path, seed: int, cable: bool) -> None:
    rates: dict[str, float] = dict.fromkeys(WHOLE + (BYTES if cable else ()), 0.01)
    faults = Faults(random.Random(seed), rates=rates, enomem_every=3)
    await downloaded(clip, tmp_path, faults, cable=cable)
    assert faults.counts["enomem"] > 1


@pytest.mark.parametrize("every", [1, 2, 3, 5])
async def test_a_radio_without_buffers(clip: BenchClip, tmp_path: Path, every: int) -> None:
    faults = Faults(enomem_every=every)
    assert (await downloaded(clip, tmp_path, faults)).sessions == 1
    assert faults.counts["enomem"] > 1


async def test_an_acknowledgement_asked_for_twice_is_no_failure(
    clip: BenchClip, tmp_path: Path
) -> None:
    clean = Faults()
    await downloaded(clip, tmp_path, clean)
    faults = Faults(at={clean.messages - 1: "loss"})  # the last reply
    assert (await downloaded(clip, tmp_path, faults)).sessions == 1
    assert clip.log.acked_seq == clip.log.next_seq


@pytest.mark.parametrize("mtu", [185, 247])
async def test_any_usual_mtu(clip: BenchClip, tmp_path: Path, mtu: int) -> None:
    assert (await downloaded(clip, tmp_path, Faults(), payload=mtu - 3)).sessions == 1


@pytest.mark.parametrize(
    "mtu", [92, 100, 164]
)  # a shorter one has no room for the answer to `hello`
async def test_an_mtu_below_a_record_is_refused(clip: BenchClip, tmp_path: Path, mtu: int) -> None:
    line = Line(clip, Faults(), max_payload=mtu - 3)
    found = host(tmp_path / "host", template(tmp_path), line)
    with quick(), pytest.raises(AssertionError, match="REFUSED"):
        await found.download(attempts=2)
    await line.stop()
    assert found.records() == []


async def test_a_host_that_never_acknowledges(tmp_path: Path) -> None:
    clip = BenchClip(tmp_path / "clip", max_bytes=8_000)
    rng = random.Random(2)
    clip.write(RECORDS, rng)
    await downloaded(clip, tmp_path, Faults(drop=frozenset({"log_ack"})))
    assert clip.log.acked_seq == 0
    first = clip.log.oldest_seq
    clip.write(200, rng)  # more than there is room for
    assert clip.log.oldest_seq > first
    late = await downloaded(clip, tmp_path, Faults())  # a computer that comes only now
    assert late.records()[0][0] == clip.log.oldest_seq
    assert clip.log.acked_seq == clip.log.next_seq


async def test_two_hosts_in_turn(clip: BenchClip, tmp_path: Path) -> None:
    rng = random.Random(3)
    faults = Faults(rng, rates={"cut before": 0.05, "cut after": 0.05})
    line = Line(clip, faults)
    hosts = [host(tmp_path / name, template(tmp_path), line) for name in ("one", "two")]
    acked = 0
    for turn in range(8):
        with quick():
            await hosts[turn % 2].download()
        assert clip.log.acked_seq >= acked
        acked = clip.log.acked_seq
        check(hosts[turn % 2], clip)
        clip.write(15, rng)
    await line.stop()
    assert faults.counts.total() > 1


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("cable", [False, True], ids=["radio", "cable"])
async def test_following_through_faults(
    clip: BenchClip, tmp_path: Path, seed: int, cable: bool
) -> None:
    rng = random.Random(seed)
    faults = Faults(rng, rates=dict.fromkeys(WHOLE + (BYTES if cable else ()), 0.02))
    line = Line(clip, faults, cable=cable)
    found = host(tmp_path / "host", template(tmp_path), line)
    with quick():
        following = asyncio.ensure_future(found.follow())
        for _ in range(25):
            await asyncio.sleep(rng.uniform(0, 0.02))
            clip.write(rng.randrange(1, 4), rng)
        for _ in range(200):  # nothing more is written: what was lost last comes as well
            await asyncio.sleep(0.05)
            if len(found.records()) == len(clip.records()):
                break
        await end(following)
    await line.stop()
    check(found, clip)
    assert faults.counts.total() > 1


async def test_a_disk_that_is_full_keeps_what_was_stored(clip: BenchClip, tmp_path: Path) -> None:
    line = Line(clip, Faults())
    found = host(tmp_path / "host", template(tmp_path), line)
    sink_of, batches = found._sink, 0

    def failing(store, clip_id):
        sink = sink_of(store, clip_id)

        def full(raw: bytes) -> None:
            nonlocal batches
            batches += 1
            if batches == 3:
                raise PoiseError(Reason.STORE_FULL, "the disk is full", "Make room.")
            sink(raw)

        return full

    found._sink = failing
    with quick(), pytest.raises(PoiseError, match="full"):
        await found.download()
    assert 0 < len(found.records()) < RECORDS
    with quick():
        await found.download()
    await line.stop()
    check(found, clip)
