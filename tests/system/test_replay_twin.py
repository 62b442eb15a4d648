"""A replay of the samples that the twin's sensor made gives what the twin's clip logged."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from poise.clip.client import ClipClient
from poise.clip.transport.serial import SerialTransport
from poise.replay import run, whatif
from poise.replay.load import load
from poise.replay.scale import CLIP
from poise.replay.trace import Trace
from poise.twin.chips.flash_dump import dump, records_in
from poise.twin.process import TwinProcess
from poise.wire import codec
from tests.conftest import vm_or_skip

pytestmark = pytest.mark.system

BURST_MS = 1000 * run.BURST / 208
TIMER_MS = 2  # the sensor is read over a bus that takes its time
KINDS = ("posture", "sustained", "nudge")
STORED_S = 2.0  # what the last of the story brings is not yet stored when the power goes


async def played(folder: Path, recording: Path) -> list[dict[str, Any]]:
    """The records that the clip logged in the demo's story, by their time."""
    async with TwinProcess(folder, scenario="demo", speed="inf", record=recording) as twin:
        client = ClipClient(SerialTransport(twin.info["usb"]), twin.clock)
        await client.open()  # in the recording all is at the full rate
        await client.request("setting_set", key="saver_after_s", value=0)
        await client.close()
        until_us = (twin.info["duration_s"] + STORED_S) * 1e6
        while (await twin.command("stats"))["now_us"] < until_us:
            await asyncio.sleep(0.1)
    dump(vm_or_skip(64), folder / "flash.bin", folder / "files")
    raws = records_in(folder / "files").values()
    return sorted((codec.parse_record(raw)[0] for raw in raws), key=lambda r: r["seq"])


@pytest.fixture(scope="module")
def story(tmp_path_factory) -> tuple[Trace, list[dict[str, Any]], float]:
    """(What the sensor gave, what the clip logged, the story's length in s.)"""
    vm_or_skip(64)
    folder = tmp_path_factory.mktemp("replay")
    records = asyncio.run(played(folder / "twin", folder / "recording.npz"))
    recorded = load(folder / "recording.npz")
    return recorded, records, recorded.t_s[-1] - STORED_S


def replayed(bits: int, recorded: Trace, records, **given: float) -> run.Replay:
    vm = vm_or_skip(bits)
    # The first long press was the way to the pairing one.
    *_, pressed = [r["t_ms"] for r in records if r["kind"] == "button" and r["press"] == "long"]
    settings = whatif.settings_for(vm, None, {f"--{key}": value for key, value in given.items()})
    return run.replay(recorded, run.Plan(CLIP, settings, calibrate_s=pressed / 1000), vm)


@pytest.mark.parametrize(
    "bits", [pytest.param(64, marks=pytest.mark.vm), pytest.param(32, marks=pytest.mark.vm32)]
)
def test_same_posture_events_as_the_clip(story, bits: int) -> None:
    recorded, records, until_s = story
    logged = [r for r in records if r["kind"] in KINDS and r["t_ms"] < until_s * 1000]
    done = replayed(bits, recorded, records)
    found = [e for e in done.events if e.kind in KINDS and e.at_s < until_s]
    assert {r["kind"] for r in logged} == set(KINDS)
    assert [e.kind for e in found] == [r["kind"] for r in logged]
    for event, record in zip(found, logged, strict=True):
        assert abs(event.at_s * 1000 - record["t_ms"]) <= TIMER_MS
        for name in ("state", "previous", "flexion_cdeg", "limit_ms", "left_hour", "left_day"):
            assert event.fields.get(name) == record.get(name), (event, record)
        for name in ("lasted_ms", "held_ms"):
            assert abs(event.fields.get(name, 0) - record.get(name, 0)) <= TIMER_MS


def test_bursts_of_16_give_the_same_within_a_burst(story) -> None:
    """Without knowing when the clip read its FIFO: only what lasts less than a burst may differ."""
    recorded, records, until_s = story
    blind = replace(recorded, burst_samples=None, burst_t_s=None)
    for kind in ("sustained", "nudge"):
        (logged,) = [r for r in records if r["kind"] == kind]
        (event,) = [e for e in replayed(64, blind, records).events if e.kind == kind]
        assert abs(event.at_s * 1000 - logged["t_ms"]) <= BURST_MS + TIMER_MS
    done = replayed(64, blind, records)
    clip_s = dict.fromkeys(done.seconds, 0.0)
    for record in records:
        if record["kind"] == "posture" and record["t_ms"] < until_s * 1000:
            clip_s[record["previous"]] += record["lasted_ms"] / 1000
    for name in ("uncalibrated", "flexed", "moving"):
        changes = sum(r["kind"] == "posture" for r in records)
        assert abs(done.seconds[name] - clip_s[name]) <= changes * BURST_MS / 1000


def test_the_upright_is_the_clips(story) -> None:
    recorded, records, _ = story
    (logged,) = [r for r in records if r["kind"] == "calibration"]
    upright = replayed(64, recorded, records).upright
    assert upright is not None
    assert upright.fields["result"] == logged["result"] == "accepted"
    assert abs(upright.at_s * 1000 - logged["t_ms"]) <= TIMER_MS
    for axis, value in zip("xyz", upright.fields["up_q14"], strict=True):
        assert value == logged[f"up_{axis}_q14"]


def test_other_settings_give_other_nudges(story) -> None:
    recorded, records, _ = story
    counts = {
        name: sum(e.kind == "nudge" for e in replayed(64, recorded, records, **given).events)
        for name, given in (
            ("defaults", {}),
            ("steeper", {"angle": 40}),
            ("sooner", {"hold": 60, "refractory": 60}),
            ("none", {"hold": 60, "per-day": 0}),
        )
    }
    assert counts["defaults"] == 1
    assert counts["steeper"] == counts["none"] == 0
    assert counts["sooner"] == 3  # the hour's budget
