"""Two reminders of a morning: the clip shows the first by itself, the computer shows the second with the clip there."""

import asyncio
import contextlib
import datetime as dt
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from poise.aio import end
from poise.clip import timetable as transfer
from poise.clip.client import ClipClient
from poise.clip.transport.serial import SerialTransport
from poise.coach.plan.plan import Plan, parse_plan
from poise.store import Store
from poise.twin.device import TwinDevice
from poise.wear import Runner
from tests.conftest import WITHIN_S
from tests.support.plans import exercise, plan_text, table
from tests.support.silicon_twin import passes, twin_of

pytestmark = [pytest.mark.vm, pytest.mark.system]

MINUTE_MS = 60_000
CONNECTING, WAITING = 15, 400  # virtual seconds a second


def plan_at(*due_utc_ms: int) -> Plan:
    times = [f"{dt.datetime.fromtimestamp(at / 1000, dt.UTC):%H:%M}" for at in due_utc_ms]
    rules = table("reminders", window_min=10, again_min=30, move_break_min=0)
    return parse_plan(plan_text(rules, exercise(use="nod", times=times), quiet=("00:00", "00:00")))


async def waits_until(twin: TwinDevice, utc_ms: int) -> None:
    """Let the time pass, slowly at the end: a busy machine oversleeps by minutes of a fast clock."""
    for speed, early_s in ((WAITING, 30), (CONNECTING, 0)):
        twin.clock.set_speed(speed)
        await passes(twin, (utc_ms - twin.clock.utc_ms()) / 1000 - early_s)


@contextlib.asynccontextmanager
async def computer(
    twin: TwinDevice, store: Store, plan: Plan, before: int = 0
) -> AsyncIterator[int]:
    """`poise wear`, with no screen: the clip's buzz is its only way. Gives the identity of the timetable that it wrote.

    `before`: that of the one before.
    """

    def connect() -> ClipClient:
        return ClipClient(SerialTransport(twin.usb.port), twin.clock, reply_s=20)

    runner = Runner(connect, store, twin.clock, plan)
    task = asyncio.ensure_future(runner.run())
    try:
        async with asyncio.timeout(WITHIN_S):
            while (held := runner.client and await transfer.held(runner.client)) in (None, before):
                await asyncio.sleep(0.05)
        assert held
        yield held
        assert not task.done()
    finally:
        await end(task)


async def test_the_clip_and_the_computer_show_each_moment_once(tmp_path: Path) -> None:
    async with twin_of(tmp_path, CONNECTING) as twin:
        start = twin.clock.utc_ms() // MINUTE_MS * MINUTE_MS
        first, second = start + 6 * MINUTE_MS, start + 36 * MINUTE_MS
        plan = plan_at(first, second)
        with Store.open(tmp_path / "poise.db") as store:
            async with computer(twin, store, plan) as given:
                assert store.reminders.is_reserved(first)
            # The computer is off. Nobody moves, so the clip waits for the end of the window.
            await waits_until(twin, first + 11 * MINUTE_MS)
            twin.pins.press(150_000)
            await passes(twin, 5)
            async with computer(twin, store, plan, given):
                (row,) = store.reminders.history()
                assert (row.due_utc_ms, row.answer, row.via) == (first, "done", "clip")
                assert first <= row.fired_utc_ms <= first + 10.5 * MINUTE_MS
                assert store.reminders.is_reserved(second)
                await waits_until(twin, second + 11 * MINUTE_MS)
            told = [(one.due_utc_ms, one.reminder_id) for one in store.reminders.history()]
            assert [due for due, _ in told] == [first, second]
            assert not store.reminders.is_reserved(second)
