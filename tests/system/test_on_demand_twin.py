"""The runner and a clip that saves power: short visits in its windows, the angle at a press, events, nothing lost."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from poise.aio import end
from poise.clip.client import ClipClient
from poise.clip.transport.ble import BleTransport
from poise.clip.transport.bumble.host import close_hosts
from poise.demo.hosts import let_host_in
from poise.history.at_once import hear_at_once
from poise.store import Store
from poise.twin.process import TwinProcess
from poise.wear import Runner
from tests.conftest import WITHIN_S, vm_or_skip
from tests.support.crash_twin import until

pytestmark = [pytest.mark.system, pytest.mark.vm]


@contextlib.asynccontextmanager
async def worn(
    folder: Path, speed: float, *, at_once: bool = False
) -> AsyncIterator[tuple[TwinProcess, Runner, Store]]:
    """A runner that has fetched the log of a clip at somebody who sits still."""
    vm_or_skip(64)
    async with TwinProcess(folder / "clip", scenario="still", speed=8) as twin:
        await let_host_in(twin)
        await close_hosts()
        with Store.open(folder / "poise.db") as store:
            if at_once:
                hear_at_once(store, on=True, via="test", utc_ms=0)
            runner = Runner(
                lambda: ClipClient(
                    BleTransport(hci=twin.info["hci"], keys=twin.bonds, clock=twin.clock),
                    twin.clock,
                ),
                store,
                twin.clock,
                keep_going=True,
            )
            running = asyncio.ensure_future(runner.run())
            try:
                await asyncio.wait_for(runner.caught_up.wait(), WITHIN_S)
                await twin.command("speed", speed=speed)
                yield twin, runner, store
            finally:
                await end(running)
                await close_hosts()


async def test_a_quarter_of_an_hour_of_visits(tmp_path: Path) -> None:
    async with worn(tmp_path, speed=60) as (twin, runner, store):
        await until(lambda: runner.live.resting and runner.live.power == "saver", WITHIN_S)
        begun_s, visits = twin.clock.monotonic_s(), runner.live.connections
        before = (await twin.command("meter"))["total"]
        await until(lambda: twin.clock.monotonic_s() > begun_s + 900, WITHIN_S)
        after = (await twin.command("meter"))["total"]
        took_s = twin.clock.monotonic_s() - begun_s
        visits = runner.live.connections - visits
        records = store.records.count(runner.live.clip_id)
        await until(lambda: store.records.count(runner.live.clip_id) > records, WITHIN_S)
    assert took_s / 60 * 0.5 < visits < took_s / 60 * 1.2, (visits, took_s)
    share = {
        name: (after[name] - before[name]) / (after["uptime_us"] - before["uptime_us"])
        for name in ("light_sleep_us", "radio_us")
    }
    assert share["light_sleep_us"] > 0.9 and share["radio_us"] < 0.08, share
    assert runner.live.wearer.worn is not None  # as of the last visit


async def test_a_press_shows_the_angle_at_once(tmp_path: Path) -> None:
    async with worn(tmp_path, speed=4) as (twin, runner, _store):
        await until(lambda: runner.live.resting, WITHIN_S)
        await until(
            lambda: 20 < twin.clock.monotonic_s() % 60 < 40, WITHIN_S
        )  # far from any window
        frames: list[float] = []
        leave = runner.subscribe_motion(lambda _f: frames.append(twin.clock.monotonic_s()))
        await twin.command("speed", speed=1.0)
        await asyncio.sleep(0.3)
        pressed_s = twin.clock.monotonic_s()
        await twin.command("button", press_ms=200)
        await until(lambda: frames, WITHIN_S)
        assert runner.live.power == "live" or runner.live.connected
        assert frames[0] - pressed_s < 55  # not at the next window; how quick it is, the bench says
        leave()
        await until(lambda: runner.live.resting, WITHIN_S)


async def test_an_event_comes_at_once_to_whoever_wants_it(tmp_path: Path) -> None:
    async with worn(tmp_path, speed=30, at_once=True) as (twin, runner, store):
        await until(lambda: runner.live.resting and runner.live.power == "saver", WITHIN_S)
        (given,) = store.records.events(runner.live.clip_id, kinds=("setting",))
        assert given.fields["key"] == "at_once_records"
        seen_ms = runner.live.last_seen_utc_ms
        await until(lambda: runner.live.last_seen_utc_ms != seen_ms, WITHIN_S)
        await twin.command("speed", speed=1.0)  # the next window is a minute away
        await asyncio.sleep(3)
        await twin.command("imu", dead=True)
        await until(lambda: any(kind == "fault" for _, kind, _ in runner.live.events), WITHIN_S)
        came_ms = next(at for at, kind, _ in runner.live.events if kind == "fault")
        assert came_ms is not None and twin.clock.utc_ms() - came_ms < 15_000
