"""The daily runner through what days bring: no clip, sleep, a locked or full disk, a stop, a low battery."""

import asyncio
import contextlib
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path
from zlib import crc32

import pytest
from sqlalchemy import event

from poise.cli.wear import ScreenNotifier
from poise.clip.client import ClipClient
from poise.clip.reconnect import ATTENDED_S
from poise.clip.transport.ble import BleTransport
from poise.clip.transport.serial import SerialTransport
from poise.coach.plan.plan import parse_plan
from poise.errors import PoiseError, Reason
from poise.store import Store, engine
from poise.timebase.clock import SystemClock
from poise.wear import Runner, Search
from poise.wear.sleep_watch import JumpWatch
from poise.wire import codec
from tests.conftest import WITHIN_S
from tests.support.peer import CLIP_ID, IDENTITY, OK, button
from tests.support.plans import exercise, plan_text
from tests.support.wear_day import PLAN, STATUS, Clip, EightOClock, running, store, until

__all__ = ["store"]  # the fixture
HOUR_MS = 3_600_000
NO_CLIP = PoiseError(Reason.NO_CLIP, "no clip", "Wake it.")


# --- pauses between attempts


def test_what_a_person_has_to_mend_is_tried_once_a_minute() -> None:
    search = Search(lambda: 0.5)
    wrong = PoiseError(Reason.WRONG_VERSION, "old", "Update it.")
    assert [search.pause_s(0.0, wrong) for _ in range(3)] == [60.0] * 3
    search.found()
    assert search.pause_s(0.0) == 0.2


def test_nobody_who_waits_at_the_screen_waits_for_long() -> None:
    search = Search(lambda: 0.5, longest_s=ATTENDED_S)
    assert [search.pause_s(float(now), NO_CLIP) for now in range(5)] == [0.5, 1.0, 2.0, 2.0, 2.0]


async def test_an_error_that_a_person_mends_is_told_and_reminders_go_on(store: Store) -> None:
    other = {**IDENTITY, "wire_hash": bytes(8)}
    clip = Clip(hello=lambda _n, i, _f: [codec.pack("identity", i, **other)])
    clock = EightOClock()
    runner = Runner(
        lambda: ClipClient(SerialTransport(clip.port), clock), store, clock, PLAN, keep_going=True
    )
    runner.use([ScreenNotifier(runner.fanout.answered)])
    task = asyncio.ensure_future(runner.run())
    async with asyncio.timeout(WITHIN_S):
        while not (runner.live.warnings and runner.live.reminders_fired):
            await asyncio.sleep(0.05)
    assert "poise flash firmware" in runner.live.warnings["link"]
    assert not task.done()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    clip.unplug()


@pytest.mark.skipif(
    sys.platform != "linux" or not shutil.which("dbus-daemon"), reason="needs dbus-daemon"
)
async def test_the_system_bus_goes_and_comes_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without BlueZ on it, as where Bluetooth is not installed; never anything but NO_ADAPTER."""
    address = f"unix:path={tmp_path}/bus"
    monkeypatch.delenv("POISE_HCI", raising=False)
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", address)
    told = []
    for there in (False, True, False, True):
        bus = None
        if there:
            bus = await asyncio.to_thread(
                subprocess.Popen,
                ["dbus-daemon", "--session", "--nofork", f"--address={address}"],
                stderr=subprocess.DEVNULL,
            )
            for _ in range(100):
                if (tmp_path / "bus").exists():
                    break
                await asyncio.sleep(0.02)
        with pytest.raises(PoiseError) as failure:
            await BleTransport(find_s=0.2).connect()
        told.append(failure.value.reason)
        if bus:
            bus.kill()
            bus.wait()
            (tmp_path / "bus").unlink(missing_ok=True)
    assert told == [Reason.NO_ADAPTER] * 4


# --- the computer sleeps


class Sleepy(EightOClock):
    """A machine that can have slept: its monotonic clock stood, as on Linux and macOS."""

    def sleeps(self, hours: float) -> None:
        self._offset_ms += int(hours * HOUR_MS)


class Both(SystemClock):
    """Both clocks set by hand."""

    def __init__(self) -> None:
        self.now_ms, self.s = 1_800_000_000_000, 0.0

    def utc_ms(self) -> int:
        return self.now_ms

    def monotonic_s(self) -> float:
        return self.s


@pytest.mark.parametrize(
    ("wall_ms", "monotonic_s", "jump_ms"),
    [
        (1000, 1.0, 0),
        (1400, 1.0, 0),  # steered
        (7_201_000, 1.0, 7_200_000),  # slept on Linux, macOS
        (7_201_000, 7201.0, 7_200_000),  # slept on Windows
        (-3_599_000, 1.0, -3_600_000),  # set back
        (30_000, 30.0, 0),  # a busy machine
    ],
)
def test_a_sleep_is_told_from_a_late_wake_up(
    wall_ms: int, monotonic_s: float, jump_ms: int
) -> None:
    clock = Both()
    watch = JumpWatch(clock)
    clock.now_ms += wall_ms
    clock.s += monotonic_s
    assert watch.look(1.0) == jump_ms
    assert watch.look(1.0) == 0 or jump_ms == 0


async def test_after_sleep_the_clip_has_the_time_at_once_and_the_missed_reminder_comes(
    store: Store,
) -> None:
    clip, clock = Clip(), Sleepy()
    plan = parse_plan(plan_text(exercise(id="nod", name="Nod", reps=3, times=["10:00"]), version=4))
    runner = Runner(lambda: ClipClient(SerialTransport(clip.port), clock, 0.5), store, clock, plan)
    runner.use([ScreenNotifier(runner.fanout.answered)])
    task = asyncio.ensure_future(runner.run())
    await asyncio.wait_for(runner.caught_up.wait(), WITHIN_S)
    times = clip.names().count("time_set")
    await asyncio.sleep(1.2)
    assert clip.names().count("time_set") == times and runner.live.reminders_fired == 0
    clock.sleeps(4)
    async with asyncio.timeout(WITHIN_S):
        while clip.names().count("time_set") == times or not runner.live.reminders_fired:
            await asyncio.sleep(0.05)
    assert runner.live.jumps == 1 and runner.live.connections == 1
    (row,) = store.reminders.history()
    assert row.fired_utc_ms - row.due_utc_ms == pytest.approx(2 * HOUR_MS, abs=2 * 60_000)
    assert abs(clip.requests[-1][1].get("utc_ms", clock.utc_ms()) - clock.utc_ms()) < 10_000
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    clip.unplug()


async def test_a_link_that_died_in_the_sleep_is_begun_anew_at_once(store: Store) -> None:
    mute = False

    def status(_name: str, request_id: int, _fields: dict) -> list[bytes] | None:
        return None if mute else [codec.pack("status", request_id, **STATUS)]

    def time_set(_name: str, request_id: int, _fields: dict) -> list[bytes] | None:
        return None if mute else [codec.pack("ok", request_id, t_ms=1, value=0)]

    clip, clock = Clip(status_get=status, time_set=time_set), Sleepy()
    runner = Runner(lambda: ClipClient(SerialTransport(clip.port), clock, 0.3), store, clock)
    task = asyncio.ensure_future(runner.run())
    await asyncio.wait_for(runner.caught_up.wait(), WITHIN_S)
    mute = True
    clock.sleeps(8)
    async with asyncio.timeout(WITHIN_S):
        while runner.live.connected:
            await asyncio.sleep(0.02)
        mute = False
        while runner.live.connections < 2:
            await asyncio.sleep(0.02)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    clip.unplug()


# --- the store takes nothing for a while


async def lag_s(seconds: float) -> float:
    """The longest that the event loop was held up."""
    loop, worst = asyncio.get_running_loop(), 0.0
    end = loop.time() + seconds
    while (before := loop.time()) < end:
        await asyncio.sleep(0.01)
        worst = max(worst, loop.time() - before - 0.01)
    return worst


async def test_a_locked_store_is_told_and_nothing_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "BUSY_TIMEOUT_S", 1)
    monkeypatch.setattr("poise.wear.intake.STORE_RETRY_S", 0.1)
    clip = Clip()
    with (
        Store.open(tmp_path / "poise.db") as opened,
        contextlib.closing(sqlite3.connect(tmp_path / "poise.db", isolation_level=None)) as other,
    ):
        other.execute("BEGIN IMMEDIATE")
        async with running(opened, clip.port) as (runner, updates):
            held = asyncio.ensure_future(lag_s(2.0))
            await until(updates, lambda: "store" in runner.live.warnings)
            assert "Another program" in runner.live.warnings["store"]
            assert await held < 0.5  # the angle, the reminders and the page go on meanwhile
            assert runner.live.connected and "log_ack" not in clip.names()
            other.execute("ROLLBACK")
            await until(updates, lambda: runner.live.records == 3)
            assert "store" not in runner.live.warnings
            await asyncio.wait_for(runner.caught_up.wait(), WITHIN_S)
        assert "log_ack" in clip.names() and opened.records.count(CLIP_ID.hex()) == 3
    clip.unplug()


async def test_an_answer_given_while_the_store_is_locked_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "BUSY_TIMEOUT_S", 0.2)
    monkeypatch.setattr("poise.wear.runner.TICK_S", 0.1)
    with (
        Store.open(tmp_path / "poise.db") as opened,
        contextlib.closing(sqlite3.connect(tmp_path / "poise.db", isolation_level=None)) as other,
    ):
        async with running(opened, "/dev/nothing-here", PLAN) as (runner, updates):
            way = ScreenNotifier(runner.fanout.answered)
            runner.use([way])
            await until(updates, lambda: runner.live.reminder)
            other.execute("BEGIN IMMEDIATE")
            way.key("d")
            await until(updates, lambda: "reminders" in runner.live.warnings)
            assert not runner.live.reminders_answered
            other.execute("ROLLBACK")
            await until(updates, lambda: runner.live.reminders_answered == 1)
            await until(updates, lambda: "reminders" not in runner.live.warnings)
        (row,) = opened.reminders.history()
        assert (row.answer, row.via) == ("done", "terminal")


def long_log(_name: str, request_id: int, fields: dict) -> list[bytes]:
    """3000 records, twenty in a message."""
    first = max(1, fields["from_seq"])
    parts = [
        b"".join(button(seq) for seq in range(at, min(at + 20, 3001)))
        for at in range(first, 3001, 20)
    ]
    sums = {
        "next_seq": 3001,
        "count": 3001 - first,
        "crc32": crc32(b"".join(parts)),
        "following": 1,
    }
    return [
        codec.pack("ok", request_id, **OK),
        *(codec.pack("log_data", request_id, records=part) for part in parts),
        codec.pack("log_end", request_id, **sums),
    ]


async def test_a_full_disk_is_told_and_nothing_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("poise.wear.intake.STORE_RETRY_S", 0.1)
    clip, full = Clip(log_read=long_log), True

    def limit(connection: sqlite3.Connection, _record: object) -> None:
        if full:  # SQLite's own limit gives the same error as the disk's
            connection.execute("PRAGMA max_page_count = 1")

    with Store.open(tmp_path / "poise.db") as opened:
        database = opened._database.engine
        database.dispose()
        event.listen(database, "connect", limit)
        async with running(opened, clip.port) as (runner, updates):
            await until(updates, lambda: "store" in runner.live.warnings)
            assert "full" in runner.live.warnings["store"] and runner.live.connected
            full = False
            database.dispose()
            await asyncio.wait_for(runner.caught_up.wait(), WITHIN_S)
            assert "store" not in runner.live.warnings and runner.live.connections == 1
        assert opened.records.count(CLIP_ID.hex()) == 3000
    clip.unplug()


# --- what the runner is told


async def test_no_exercise_is_asked_for_while_a_stop_is_open(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("poise.wear.runner.TICK_S", 0.05)
    number = store.holds.raise_("pain", "", "terminal", 1)
    async with running(store, "/dev/nothing-here", PLAN) as (runner, updates):
        await until(updates, lambda: runner.live.on_hold)
        await asyncio.sleep(0.3)
        assert runner.live.reminder is None and runner.live.next_reminder_utc_ms is None
        assert store.holds.clear(number, "T", "seen", 2)
        await until(updates, lambda: runner.live.reminder)
        assert not runner.live.on_hold


async def test_a_new_plan_counts_without_a_restart(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("poise.wear.runner.TICK_S", 0.05)
    monkeypatch.setattr("poise.wear.reminding.PLAN_EVERY_S", 0.1)

    def text(version: int, time: str) -> str:
        nod = exercise(id="nod", name="Nod", reps=3, times=[time])
        return plan_text(nod, version=version)

    async with running(store, "/dev/nothing-here") as (runner, updates):
        store.plans.put(text(1, "20:00"), "T", 1)
        await until(updates, lambda: runner.plan)
        assert runner.live.reminder is None
        store.plans.put(text(2, "08:00"), "T", 2)
        await until(updates, lambda: runner.live.reminder)
        assert runner.plan is not None and runner.plan.version == 2


async def test_a_low_battery_is_told_with_how_long_it_lasts(store: Store) -> None:
    low = {**STATUS, "battery_pct": 9, "power": "live"}
    clip = Clip(status_get=lambda _n, i, _f: [codec.pack("status", i, **low)])
    async with running(store, clip.port) as (runner, updates):
        await until(updates, lambda: runner.live.connected)
        live = runner.live
        assert live.battery_pct == 9 and "9 %" in live.warnings["battery"]
        assert live.battery_until_utc_ms is not None and live.last_status_utc_ms is not None
        least, most = live.battery_until_utc_ms
        assert live.last_status_utc_ms < least < most
        assert runner.client is not None
        assert (await runner.client.status())["battery_pct"] == 9
    clip.unplug()


async def test_the_angle_comes_only_while_somebody_looks(store: Store) -> None:
    clip = Clip()
    rates = lambda: [f["rate_hz"] for n, f in clip.requests if n == "motion_stream"]  # noqa: E731
    clock = EightOClock()
    runner = Runner(lambda: ClipClient(SerialTransport(clip.port), clock, 0.5), store, clock)
    runner.subscribe(lambda _live: None, motion=False)
    task = asyncio.ensure_future(runner.run())
    await asyncio.wait_for(runner.caught_up.wait(), WITHIN_S)
    assert rates() == []
    for change, wanted in (
        (lambda: runner.subscribe(lambda _live: None), 10),
        (lambda: runner.subscribe_motion(lambda _fields: None, 50), 50),
    ):
        stop = change()
        async with asyncio.timeout(WITHIN_S):
            while rates()[-1:] != [wanted]:
                await asyncio.sleep(0.02)
        stop()
        async with asyncio.timeout(WITHIN_S):
            while rates()[-1] != 0:
                await asyncio.sleep(0.02)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    clip.unplug()
