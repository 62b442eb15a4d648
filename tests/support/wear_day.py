"""A day of `poise wear` with a clip, a clock and a screen of the tests' own."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from poise.cli.wear import ScreenNotifier
from poise.clip.client import ClipClient
from poise.clip.transport.serial import SerialTransport
from poise.coach.plan.plan import Plan, parse_plan
from poise.store import Store
from poise.timebase.clock import SystemClock
from poise.wear import Runner
from poise.wire import codec
from tests.conftest import WITHIN_S
from tests.support.peer import IDENTITY, OK, Peer, button
from tests.support.peer import transfer as a_transfer
from tests.support.plans import exercise, plan_text

STATUS = {name: 0 for name, _, _ in codec.message_layout("status").fields} | {
    "state": "neutral",
    "site": "collar",
}
PLAN = parse_plan(plan_text(exercise(id="nod", name="Nod", reps=3), version=4))


class EightOClock(SystemClock):
    """The machine's clock, set to a minute past eight in the morning at its making."""

    def __init__(self) -> None:
        eight = datetime(2026, 6, 1, 8, 1, tzinfo=UTC)
        self._offset_ms = int(eight.timestamp() * 1000) - super().utc_ms()

    def utc_ms(self) -> int:
        """Milliseconds since 1970-01-01 UTC."""
        return super().utc_ms() + self._offset_ms


class Clip(Peer):
    """A peer that follows: keeps settings, answers the status, and sends its three records once they are asked for."""

    def __init__(self, **answers) -> None:
        self.settings: dict[str, int] = {}
        self.boot = 3
        good = {
            "hello": lambda _n, i, _f: [
                codec.pack("identity", i, **{**IDENTITY, "boot": self.boot})
            ],
            "status_get": lambda _n, i, _f: [codec.pack("status", i, **STATUS)],
            "setting_get": lambda _n, i, f: [
                codec.pack("ok", i, **{**OK, "value": self.settings.get(f["key"], 0)})
            ],
            "setting_set": self._set,
            "log_read": self._log,
        }
        super().__init__(**{**good, **answers})

    def _set(self, _name: str, request_id: int, fields: dict) -> list[bytes]:
        self.settings[fields["key"]] = fields["value"]
        return [codec.pack("ok", request_id, **OK)]

    def _log(self, _name: str, request_id: int, fields: dict) -> list[bytes]:
        seqs = range(max(1, fields["from_seq"]), 4)
        raw = b"".join(button(seq) for seq in seqs)
        messages = a_transfer(request_id, raw, len(seqs), 4, following=1)
        return messages if raw else [messages[0], messages[2]]


@pytest.fixture
def store(tmp_path: Path):
    with Store.open(tmp_path / "poise.db") as opened:
        yield opened


@contextlib.asynccontextmanager
async def running(
    store: Store, port: str, plan: Plan | None = None
) -> AsyncIterator[tuple[Runner, asyncio.Queue]]:
    """A runner on that port, and its updates."""
    updates: asyncio.Queue = asyncio.Queue()
    clock = EightOClock()
    runner = Runner(
        lambda: ClipClient(SerialTransport(port), clock, 0.5),
        store,
        clock,
        plan,
        updates.put_nowait,
    )
    runner.use([ScreenNotifier(runner.fanout.answered)])
    task = asyncio.ensure_future(runner.run())
    try:
        yield runner, updates
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def until(updates: asyncio.Queue, true) -> None:
    async with asyncio.timeout(WITHIN_S):
        while not true():
            await updates.get()
