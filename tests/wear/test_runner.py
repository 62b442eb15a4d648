"""The daily runner where the clip is away, restarts or refuses; and its view in a terminal."""

import asyncio
import os
import pty
import select
import sys
import time
from itertools import pairwise
from pathlib import Path

import pytest

from poise.cli.wear import ScreenNotifier
from poise.clip.client import ClipClient
from poise.clip.transport.serial import SerialTransport
from poise.errors import PoiseError, Reason
from poise.store import Store
from poise.timebase.clock import SystemClock
from poise.wear import Runner
from poise.wire import codec
from tests.conftest import WITHIN_S
from tests.support.peer import CLIP_ID, IDENTITY, OK
from tests.support.wear_day import PLAN, Clip, running, store, until

__all__ = ["store"]  # the fixture


async def test_a_reminder_is_shown_and_answered_while_no_clip_is_near(store: Store) -> None:
    async with running(store, "/dev/nothing-here", PLAN) as (runner, updates):
        way = ScreenNotifier(runner.fanout.answered)
        runner.use([way])
        await until(updates, lambda: runner.live.reminder)
        assert not runner.live.connected
        way.key("d")
        await until(updates, lambda: runner.live.reminders_answered)
    (shown,) = store.reminders.history(0)
    assert shown.answer == "done"


async def test_the_log_is_kept_once_and_the_plan_reaches_the_clip(store: Store) -> None:
    clip = Clip()
    for _ in range(2):
        async with running(store, clip.port, PLAN) as (runner, _updates):
            await asyncio.wait_for(runner.caught_up.wait(), WITHIN_S)
    clip.unplug()
    assert store.records.count(CLIP_ID.hex()) == 3
    assert [f["from_seq"] for name, f in clip.requests if name == "log_read"] == [1, 4]
    assert clip.settings["plan_version"] == int(PLAN.mark, 16)
    changes = [f["key"] for name, f in clip.requests if name == "setting_set"]
    assert len(changes) == len(set(changes))  # the second session had nothing to change


async def test_a_clip_that_is_new_here_is_asked_about_and_left_alone_until_then(
    store: Store,
) -> None:
    store.clips.give("8899aabbccddeeff", 0, 7)  # the patient's own, until now
    clip = Clip()
    async with running(store, clip.port, PLAN) as (runner, updates):
        await until(updates, lambda: "new here" in runner.live.warnings.get("link", ""))
        assert runner.live.unknown_clip == CLIP_ID.hex() and not runner.live.connected
        assert set(clip.names()) == {"hello"} and not store.records.count(CLIP_ID.hex())
        store.clips.give(CLIP_ID.hex(), 1, 8)
        runner.look_now()
        await asyncio.wait_for(runner.caught_up.wait(), WITHIN_S)
        assert ("owner_set", {"assignment": 8, "patient": bytes(24)}) in clip.requests
        assert not runner.live.unknown_clip and not runner.live.warnings.get("link")
    clip.unplug()
    assert store.records.count(CLIP_ID.hex()) == 3


async def test_a_restarted_clip_is_followed_anew(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("poise.clip.log_reader.IDLE_S", 0.2)
    clip = Clip()
    async with running(store, clip.port) as (runner, updates):
        await asyncio.wait_for(runner.caught_up.wait(), WITHIN_S)
        clip.boot = 4
        await until(updates, lambda: runner.live.connections == 2)
    clip.unplug()
    assert 2 <= clip.names().count("time_set") <= 4  # given again where the link was slow


async def test_a_clip_that_refuses_is_asked_ever_less_often(store: Store) -> None:
    asked_s: list[float] = []

    def refuses(_name: str, number: int, _fields: dict) -> list[bytes]:
        asked_s.append(time.monotonic())
        return [codec.pack("error", number, code="busy", detail=0)]

    clip = Clip(log_read=refuses)
    async with running(store, clip.port) as (runner, updates):
        await until(updates, lambda: len(asked_s) > 2)
        await until(updates, lambda: "refused" in runner.live.link)
    clip.unplug()
    first_s, second_s = (later - before for before, later in pairwise(asked_s[:3]))
    assert first_s >= 0.5 and second_s >= 1.0


async def test_what_another_attempt_cannot_mend_ends_it(store: Store) -> None:
    other = {**IDENTITY, "wire_hash": bytes(8)}
    clip = Clip(hello=lambda _n, i, _f: [codec.pack("identity", i, **other)])
    runner = Runner(
        lambda: ClipClient(SerialTransport(clip.port), SystemClock()), store, SystemClock()
    )
    with pytest.raises(PoiseError) as failure:
        await asyncio.wait_for(runner.run(), WITHIN_S)
    assert failure.value.reason is Reason.WRONG_VERSION
    clip.unplug()


def test_events_have_their_own_time_and_those_of_earlier_starts_have_none(store: Store) -> None:
    runner = Runner(lambda: pytest.fail("not connected here"), store, SystemClock())
    runner._intake._start = (3, 1_000_000)
    assert runner._intake._when({"boot": 3, "t_ms": 5000}) == 1_005_000
    assert runner._intake._when({"boot": 2, "t_ms": 5000}) is None


def test_the_view_shows_the_angle_and_q_ends_it(tmp_path: Path) -> None:
    def motion(_name: str, request_id: int, _fields: dict) -> list[bytes]:
        frame = {
            "sequence": 1,
            "t_ms": 61_000,
            "lateral_cdeg": 0,
            "inclination_cdeg": 0,
            "rotation_cdeg": 0,
        }
        frame |= {"flexion_cdeg": 2345, "state": "neutral", "overruns": 0}
        return [codec.pack("ok", request_id, **OK), codec.pack("motion", request_id, **frame)]

    clip = Clip(motion_stream=motion)
    master, slave = pty.openpty()
    child = os.posix_spawn(
        sys.executable,
        [sys.executable, "-m", "poise", "wear", "--port", clip.port],
        {**os.environ, "POISE_DATA": str(tmp_path), "COLUMNS": "90", "TERM": "xterm"},
        file_actions=[(os.POSIX_SPAWN_DUP2, slave, number) for number in (0, 1, 2)],
    )
    shown = _read_until(master, b"collar tilt")
    assert " 23°" in shown
    os.write(master, b"xq")
    deadline = time.monotonic() + 10
    while (ended := os.waitpid(child, os.WNOHANG)) == (0, 0) and time.monotonic() < deadline:
        if select.select([master], [], [], 0.1)[0]:
            os.read(master, 65536)
    clip.unplug()
    assert ended[0] == child
    assert os.waitstatus_to_exitcode(ended[1]) == 0


def _read_until(number: int, wanted: bytes) -> str:
    seen = b""
    deadline = time.monotonic() + 20
    while wanted not in seen and time.monotonic() < deadline:
        if select.select([number], [], [], 0.2)[0]:
            seen += os.read(number, 65536)
    assert wanted in seen, seen[-2000:]
    return seen.decode(errors="replace")
