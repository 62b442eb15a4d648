"""Demo of the dashboard with ninety made-up days, today so far, and a virtual clip worn now. Prints nothing."""

import asyncio
import contextlib
import datetime as dt
import re
from collections.abc import Callable
from pathlib import Path

from ..aio import end
from ..clip.client import ClipClient
from ..clip.transport.ble import BleTransport
from ..coach.plan.plan import parse_plan
from ..errors import PoiseError
from ..store import Store
from ..timebase.clock import Clock
from ..twin.chips.flash_fill import begin
from ..twin.machine.vm import find_vm
from ..twin.process import TwinProcess
from ..wear import Runner
from .history import History
from .hosts import let_host_in

HISTORY_BOOT = 1  # boot of the history's records; the twin's own boots follow
_SEED = 1  # of the twin, which gives it the id history.CLIP_ID
_HURRY = 4.0  # speed until the start position is taken
_CALIBRATED_S = 70.0  # of the story, while its wearer sits and nods
_SOON = dt.timedelta(minutes=2)
_ASKED = "sit-tall"  # the exercise of the reminder
_THERAPIST = "Demo therapist"
# Quiet hours in which none of the history's exercises lies.
_QUIET = (dt.time(2, 30), dt.time(6, 30)), (dt.time(15), dt.time(18))


class Showing:
    """One dashboard with one virtual clip. `folder` is empty or new. `told` gets each address that opens it.

    `port`: that of the dashboard; 0 takes a free one.
    """

    def __init__(
        self, folder: Path, clock: Clock, told: Callable[[str], None], port: int = 0
    ) -> None:
        self._folder = folder
        self._clock = clock
        self._told = told
        self._port = port
        self.runner: Runner | None = None

    async def run(self) -> None:
        """Run until cancelled. Raises PoiseError."""
        data = self._folder / "host"
        data.mkdir(parents=True, exist_ok=True)
        vm = find_vm(64)
        with Store.open(data / "poise.db") as store:
            last_seq = await asyncio.to_thread(self._write_past, store)
            clip = self._folder / "clip"
            begin(vm, clip / "flash.bin", HISTORY_BOOT, last_seq + 1)
            twin = TwinProcess(
                clip,
                scenario="company",
                speed=_HURRY,
                seed=_SEED,
                epoch_utc_ms=self._clock.utc_ms(),
            )
            async with twin:
                await self._show(twin, store)

    def _write_past(self, store: Store) -> int:
        now = self._clock.utc_ms()
        history = History(store, now)
        history.write()
        last_seq = history.today(now, without=_ASKED)
        current = store.plans.current()
        assert current is not None, "the history has a plan"
        store.plans.put(plan_of_today(current.text, now), _THERAPIST, now)
        return last_seq

    async def _show(self, twin: TwinProcess, store: Store) -> None:
        from ..dashboard.server import serve

        runner = self.runner = Runner(lambda: _client(twin), store, twin.clock, keep_going=True)
        serving = asyncio.ensure_future(
            serve(runner, store, clock=twin.clock, port=self._port, told=self._told)
        )
        wearing = asyncio.ensure_future(self._wear(twin, runner))
        try:
            done, _ = await asyncio.wait((serving, wearing), return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            await end(serving, wearing)

    @staticmethod
    async def _wear(twin: TwinProcess, runner: Runner) -> None:
        await let_host_in(twin)
        running = asyncio.ensure_future(runner.run())
        try:
            needed = runner.hold()
            await _calibrate(twin, runner)
            needed()
            await twin.command("speed", speed=1.0)
            await running
        finally:
            await end(running)


async def _calibrate(twin: TwinProcess, runner: Runner) -> None:
    """Calibrate the clip as the page Clip does. Give up after _CALIBRATED_S; the page then shows what is missing."""
    asked = False
    while twin.clock.monotonic_s() < _CALIBRATED_S:
        await asyncio.sleep(0.1)
        client = runner.client
        if client is None:
            continue
        if not asked:
            with contextlib.suppress(PoiseError):  # after a lost link, ask again
                await client.request("calibrate", site="collar", scope="full")
                asked = True
        elif runner.live.state != "uncalibrated":
            return


def _client(twin: TwinProcess) -> ClipClient:
    return ClipClient(BleTransport(hci=twin.info["hci"], find_s=5.0, keys=twin.bonds), twin.clock)


def plan_of_today(text: str, now_utc_ms: int) -> str:
    """Return the history's plan with a reminder in two minutes, at any time of day.

    No reminder is silent, and the quiet hours are moved away from now.
    """
    plan = parse_plan(text)
    now = dt.datetime.fromtimestamp(now_utc_ms / 1000, plan.timezone)
    quiet = next(span for span in _QUIET if not _within(now.time(), span))
    hours = ", ".join(f'"{time:%H:%M}"' for time in quiet)
    for pattern, put in (
        (r"(?m)^version = \d+", f"version = {plan.version + 1}"),
        (r"(?m)^quiet_hours = .*", f"quiet_hours = [{hours}]"),
        (r"(?m)^\[reminders\]", "[reminders]\nfade = false\nprobe_pct = 0"),
        (rf'(?m)^use = "{_ASKED}"\n.*\n.*', f'use = "{_ASKED}"\ntimes = ["{now + _SOON:%H:%M}"]'),
    ):
        text, count = re.subn(pattern, put, text, count=1)
        assert count, pattern
    return text


def _within(time: dt.time, span: tuple[dt.time, dt.time]) -> bool:
    """Return whether `time` lies in `span`, or in the hour before."""
    return dt.time(span[0].hour - 1, span[0].minute) <= time < span[1]
