"""A period is found without reading the whole log, and is exactly what reading it whole gives."""

import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from poise.store import Store, minute_columns, parts
from poise.store.owned import ClipKey
from poise.timebase.clip_clock import ClockMap, ClockPair
from poise.wire import codec

from .conftest import Place

CLIP = "0011223344556677"
UTC = 1_790_000_000_000
MINUTE = {name: 0 for name, _, _ in codec.record_layout("minute").fields} | {"site": "collar"}
HOUR_MS = 3_600_000


def life(seed: int, boots: int) -> bytes:
    """Starts of some hours with holes between; some never met a host, one had a host with a wrong clock."""
    rng, out, now = random.Random(seed), [], UTC

    def add(kind: str, boot: int, t_ms: int, fields: dict) -> None:
        out.append(codec.pack_record(kind, len(out) + 1, boot, t_ms, fields))

    for boot in range(1, boots + 1):
        hours = rng.randint(1, 5)
        met = rng.random() < 0.7
        for n in range(1, 60 * hours + 1):
            t_ms = n * 60_000
            add("minute", boot, t_ms, MINUTE | {"neutral_s": 60, "nudges": n % 3})
            if rng.random() < 0.03:
                add("button", boot, t_ms + rng.randint(1, 59_000), {"press": "short"})
            if rng.random() < 0.02:
                add(
                    "quiet",
                    boot,
                    t_ms + 600_000,
                    {"state": "not_worn", "site": "collar", "minutes": 10},
                )
            if (met and rng.random() < 0.01) or (met and n == 1):
                wrong = 7 * 86_400_000 if boot == 3 and n > 1 else 0
                pair = {"utc_ms": now + t_ms + wrong + rng.randint(-40, 40), "uncertainty_ms": 50}
                add("clock", boot, t_ms, pair)
        now += hours * HOUR_MS + rng.randint(1, 20) * HOUR_MS
    return b"".join(out)


@pytest.fixture(
    scope="module", params=[0, 1, 2, pytest.param("postgres", marks=pytest.mark.postgres)]
)
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory):
    on_server = request.param == "postgres"
    file = tmp_path_factory.mktemp("parts") / "poise.db"
    place = request.getfixturevalue("postgres").database() if on_server else file
    with Store.open(place) as opened:
        opened.records.import_raw(CLIP, life(0 if on_server else request.param, 24), "usb", UTC)
        yield opened


def test_a_period_is_what_the_whole_log_gives(store: Store):
    whole, events = store.minutes.columns(CLIP), store.records.events(CLIP)
    rng = random.Random(1)
    last = int(whole["utc_ms"].max())
    for _ in range(10):
        begin, end = sorted(rng.randrange(UTC - HOUR_MS, last + HOUR_MS) for _ in range(2))
        for low, high in ((begin, end), (begin, None), (None, end)):
            keep = whole["utc_ms"] >= max(low or 0, 0)
            if high is not None:
                keep &= whole["utc_ms"] < high
            found = store.minutes.columns(CLIP, low, high)
            assert all(np.array_equal(found[name], whole[name][keep]) for name in whole)
            inside = [
                e for e in events
                if e.utc_ms is not None and (low or 0) <= e.utc_ms < (high or last + 10 * HOUR_MS)
            ]  # fmt: skip
            assert store.records.events(CLIP, low, high) == inside


def test_from_when_to_when(store: Store):
    utc_ms = store.minutes.columns(CLIP)["utc_ms"]
    found = store.minutes.extent(CLIP)
    known = utc_ms[utc_ms >= 0]
    assert (found.first_utc_ms, found.last_utc_ms) == (known.min(), known.max())
    assert found.untimed == np.count_nonzero(utc_ms < 0)


def test_parts_made_anew_are_those_that_were_kept(store: Store):
    with store._database.write() as connection:
        log = ClipKey(store.patient_id, CLIP)
        kept = parts.of_clip(connection, log)
        parts.rebuild(connection)
        assert parts.of_clip(connection, log) == kept
    assert not store.faults()


def test_records_that_come_late_are_found(new_place: Callable[[], Place]):
    raw = life(9, 8)
    records, at = [], 0
    while at < len(raw):
        end = at + codec.record_length(raw, at)
        records.append(raw[at:end])
        at = end
    random.Random(2).shuffle(records)
    with Store.open(new_place()) as late, Store.open(new_place()) as once:
        once.records.import_raw(CLIP, raw, "usb", UTC)
        for begin in range(0, len(records), 300):
            late.records.import_raw(CLIP, b"".join(records[begin : begin + 300]), "ble", UTC)
            late.minutes.columns(CLIP, UTC, UTC + HOUR_MS)  # what is kept of it is not used later
        span = (UTC + 3 * HOUR_MS, UTC + 60 * HOUR_MS)
        for begin_ms, end_ms in ((None, None), span):
            a, b = (of.minutes.columns(CLIP, begin_ms, end_ms) for of in (late, once))
            assert all(np.array_equal(a[name], b[name]) for name in a)
            a, b = (of.records.events(CLIP, begin_ms, end_ms) for of in (late, once))
            assert a == b


def test_a_clip_that_was_erased_is_gone_from_what_is_kept(place: Place):
    with Store.open(place) as store:
        store.records.import_raw(CLIP, life(1, 3), "usb", UTC)
        assert len(store.minutes.columns(CLIP)["seq"])
        store.clips.erase(CLIP)
        assert not len(store.minutes.columns(CLIP)["seq"]) and not store.faults()
        store.records.import_raw(CLIP, life(2, 3), "usb", UTC)
        assert len(store.minutes.columns(CLIP, UTC, UTC + HOUR_MS)["seq"]) and not store.faults()


def test_a_day_of_years_reads_a_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Of 50 parts of a log one hour lies in one or two."""
    day = [codec.pack_record("clock", 1, 1, 0, {"utc_ms": UTC, "uncertainty_ms": 20})]
    day += [
        codec.pack_record("minute", n, 1, n * 60_000, MINUTE) for n in range(2, 50 * parts.SIZE)
    ]
    read: list[int] = []
    fetched = parts._fetched

    def counted(*arguments):
        found = fetched(*arguments)
        read.append(len(found))
        return found

    with Store.open(tmp_path / "poise.db") as store:
        store.records.import_raw(CLIP, b"".join(day), "usb", UTC)
        monkeypatch.setattr(parts, "_fetched", counted)
        at = UTC + 40 * parts.SIZE * 60_000
        assert len(store.minutes.columns(CLIP, at, at + HOUR_MS)["seq"]) == 60
        store.records.events(CLIP, at)
        store.minutes.extent(CLIP)
        assert sum(read) <= 6 * parts.SIZE


@pytest.mark.parametrize("seed", range(4))
def test_the_time_of_minutes_is_the_clock_maps(seed: int):
    rng = random.Random(seed)
    pairs = [
        ClockPair(boot, t_ms, UTC + boot * 10**11 + t_ms + rng.randint(-t_ms // 20_000 - 5, t_ms // 20_000 + 5), 100)
        for boot in range(1, 8, 2)
        for t_ms in sorted(rng.randrange(10 ** rng.randint(3, 10)) for _ in range(rng.randint(1, 6)))
    ]  # fmt: skip
    clock = ClockMap(pairs, dict.fromkeys(range(1, 9), 10**10))
    boots = np.array([rng.randint(0, 9) for _ in range(400)])
    t_ms = np.array([rng.randrange(-10_000, 2 * 10**10) for _ in range(400)])
    wanted = [clock.utc_ms(int(b), int(t)) for b, t in zip(boots, t_ms, strict=True)]
    found = minute_columns._utc_ms(clock, boots, t_ms)
    assert found.tolist() == [-1 if utc is None else utc for utc in wanted]


@pytest.mark.parametrize("seed", range(6))
def test_utc_rises_with_the_clips_clock(seed: int):
    """On which finding a period rests."""
    rng = random.Random(seed)
    pairs = []
    for boot in (1, 2, 4, 7):
        for _ in range(rng.randint(1, 12)):
            t_ms = rng.randrange(10**9)
            unsure = rng.choice((1, 40, 2_000, 60_000))
            pairs.append(
                ClockPair(
                    boot, t_ms, UTC + boot * 10**9 + t_ms + rng.randint(-unsure, unsure), unsure
                )
            )
    clock = ClockMap(pairs, dict.fromkeys(range(1, 8), 10**9))
    for boot in range(1, 8):
        told = [
            clock.utc_ms(boot, t_ms)
            for t_ms in sorted(rng.sample(range(-(10**6), 2 * 10**9), 3000))
        ]
        known = [utc for utc in told if utc is not None]
        assert known == sorted(known)
        assert None not in told[told.index(known[0]) :] if known else True
