"""Stories of transfers through faults: hosts in turn, a log that grows and wraps meanwhile, radio and cable."""

import asyncio
import random
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.system.link_faults import (
    BYTES,
    WHOLE,
    BenchClip,
    Faults,
    Host,
    Line,
    host,
    quick,
    template,
)


def part(seed: int, deadline: float) -> dict[str, int]:
    """Stories from `seed` on until `deadline` (of time.monotonic); counts of stories, sessions, records, each fault.

    Raises AssertionError that names the story's seed when a store misses a record, has one twice or another's bytes.
    """
    counts: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(prefix="poise-link-") as name, quick():
        folder = Path(name)
        empty = template(folder)
        while time.monotonic() < deadline:
            number = seed * 1_000_000 + counts["stories"]
            try:
                counts += asyncio.run(story(folder / str(counts["stories"]), empty, number))
            except Exception as error:
                raise AssertionError(f"story {number}: {error!r}") from error
    return dict(counts)


async def story(folder: Path, empty: Path, seed: int) -> Counter[str]:
    """One of them, in a new folder."""
    rng = random.Random(seed)
    cable = rng.random() < 0.5
    clip = BenchClip(folder / "clip", max_bytes=rng.choice((6_000, 20_000, 1_000_000)))
    rate = rng.choice((0.0, 0.005, 0.02, 0.05))
    kinds = WHOLE + (BYTES if cable else ())
    faults = Faults(
        rng,
        rates={kind: rate * rng.random() for kind in kinds},
        drop=frozenset({"log_ack"} if rng.random() < 0.1 else ()),
        enomem_every=rng.choice((0, 1, 2, 3, 5, 9)),
    )
    line = Line(clip, faults, cable=cable, max_payload=rng.choice((182, 200, 244)))
    hosts = [
        host(folder / str(n), empty, line, "usb" if cable else "ble")
        for n in range(rng.randrange(1, 4))
    ]
    truth: dict[int, bytes] = {}
    for _ in range(rng.randrange(2, 5)):
        _write(clip, rng.randrange(1, 80), rng, truth)
        await _download(rng.choice(hosts), clip, rng, truth)
    for found in hosts:
        await _download(found, clip, rng, truth, grows=False)
        _check(found, clip, truth)
    await line.stop()
    counts = Counter(
        {f"{kind} on {'cable' if cable else 'radio'}": n for kind, n in faults.counts.items()}
    )
    counts["stories"] = 1
    counts["messages"] = faults.messages
    counts["sessions"] = sum(found.sessions for found in hosts)
    counts["records"] = sum(len(found.records()) for found in hosts)
    return counts


def _write(clip: BenchClip, count: int, rng: random.Random, truth: dict[int, bytes]) -> None:
    """Looks at the log before what is new can have dropped something."""
    for _ in range(count):
        clip.write(1, rng)
        truth.update(clip.since(max(truth, default=0)))


async def _download(
    found: Host, clip: BenchClip, rng: random.Random, truth: dict[int, bytes], *, grows: bool = True
) -> None:
    running = asyncio.ensure_future(found.download(attempts=400))
    while grows and not running.done():
        _write(clip, rng.randrange(3), rng, truth)
        await asyncio.sleep(rng.uniform(0, 0.01))
        grows = rng.random() < 0.9
    await running


def _check(found: Host, clip: BenchClip, truth: dict[int, bytes]) -> None:
    have = found.records()
    seqs = [seq for seq, _ in have]
    assert len(seqs) == len(set(seqs)), "a record twice"
    assert all(truth[seq] == raw for seq, raw in have), "a record with other bytes"
    missing = {seq for seq, _ in clip.records()} - set(seqs)
    assert not missing, f"records {sorted(missing)} are missing"
