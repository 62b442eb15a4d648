"""Exposure from minutes that went through the store."""

import pytest

from poise.insight.exposure import answer_counts, exposure
from poise.store import Store
from poise.wire import codec

CLIP = "0011223344556677"
UTC = 1_790_000_000_000
ZERO = {name: 0 for name, _, _ in codec.record_layout("minute").fields}


def test_worn_time_is_the_denominator_and_missing_minutes_are_off(store: Store):
    minutes = [
        {"neutral_s": 60, "under_10_s": 60, "p50_deg": 5, "p90_deg": 8},
        {"flexed_s": 30, "moving_s": 30, "under_45_s": 60,
         "p50_deg": 35, "p90_deg": 40, "longest_bout_s": 30, "nudges": 1},
        {"flexed_s": 60, "over_45_s": 60, "p50_deg": 50, "p90_deg": 55, "longest_bout_s": 90},
        {"not_worn_s": 60, "p50_deg": 99},
    ]  # fmt: skip
    raw = codec.pack_record("clock", 0, 1, 0, {"utc_ms": UTC, "uncertainty_ms": 1})
    for place, fields in enumerate(minutes, start=1):
        raw += codec.pack_record("minute", place, 1, place * 60_000, ZERO | fields)
    store.records.import_raw(CLIP, raw, "usb", UTC)
    found = exposure(store.minutes.columns(CLIP), UTC, UTC + 10 * 60_000)
    assert (
        found.worn_min,
        found.valid_min,
        found.state_min["off"],
        found.state_min["not_worn"],
    ) == (3, 3, 6, 1)
    assert (found.p50_deg, found.longest_bout_s, found.nudges) == (37.5, 90, 1)
    assert found.share("over_45") == pytest.approx(1 / 3)


def test_an_empty_period_has_no_percentiles(store: Store):
    found = exposure(store.minutes.columns(CLIP), UTC, UTC + 60_000)
    assert (found.p50_deg, found.share("over_45"), found.state_min["off"]) == (None, None, 1)


def test_answers_are_counted_with_the_open_ones():
    assert answer_counts(["done", None, "done", "skipped"]) == {
        "done": 2,
        "snoozed": 0,
        "skipped": 1,
        "open": 1,
    }


def test_quiet_records_are_minutes_again(store: Store):
    raw = codec.pack_record("clock", 0, 1, 0, {"utc_ms": UTC, "uncertainty_ms": 1})
    raw += codec.pack_record("minute", 1, 1, 60_000, ZERO | {"neutral_s": 60, "under_10_s": 60})
    quiet = {"state": "not_worn", "site": "collar", "minutes": 3}
    raw += codec.pack_record("quiet", 2, 1, 240_000, quiet)
    raw += codec.pack_record("quiet", 3, 1, 360_000, quiet | {"state": "off", "minutes": 2})
    store.records.import_raw(CLIP, raw, "usb", UTC)
    columns = store.minutes.columns(CLIP)
    assert [int(t) for t in columns["t_ms"]] == [60_000 * n for n in range(1, 7)]
    assert [int(utc) - UTC for utc in columns["utc_ms"]] == [60_000 * n for n in range(1, 7)]
    found = exposure(columns, UTC, UTC + 6 * 60_000)
    assert (found.worn_min, found.state_min["not_worn"], found.state_min["off"]) == (1, 3, 2)


def test_a_block_brings_the_clock_of_a_dropped_record(store: Store):
    pair = {"pair_boot": 1, "pair_t_ms": 0, "utc_ms": UTC, "uncertainty_ms": 1, "plan_version": 0}
    raw = codec.pack_record("block", 500, 1, 60_000, pair)
    raw += codec.pack_record("button", 501, 1, 61_000, {"press": "short"})
    raw += codec.pack_record("block", 502, 1, 62_000, pair)  # the same pair again
    store.records.import_raw(CLIP, raw, "usb", UTC)
    (event,) = store.records.events(CLIP)
    assert (event.kind, event.utc_ms) == ("button", UTC + 61_000)
