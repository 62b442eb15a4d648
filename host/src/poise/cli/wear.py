"""poise wear"""

import asyncio
import contextlib
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Any

import typer
from rich.console import Console
from rich.live import Live as Screen

from ..coach.plan import Plan, parse_plan
from ..errors import PoiseError
from ..notify import Notice
from ..notify.terminal import KEYS
from ..store import Store
from ..tasks import end
from ..wear import Live, Runner
from .context import ble_client, clock, new_app, open_store, print_json, run, usb_client
from .live import clock_time, view
from .words import sentence

app = new_app("Follow the clip: live angle, log, reminders.")


@app.command()
def wear(
    clip: str = typer.Option(
        None, "--clip", help="Its name or the end of it; else the first one found."
    ),
    port: str = typer.Option(
        None, "--port", help="Over USB at this serial port, instead of Bluetooth."
    ),
    seconds: float = typer.Option(
        0.0, "--seconds", min=0.0, help="End after so long; 0: until q or Ctrl-C."
    ),
    plain: bool = typer.Option(
        False, "--plain", help="A line for each event instead of the live view."
    ),
    as_json: bool = typer.Option(False, "--json", help="Only a summary at the end, for scripts."),
) -> None:
    """Follow the clip: live angle, log, reminders. q ends it."""
    with open_store() as store:
        make = (lambda: usb_client(port)) if port else (lambda: ble_client(clip))
        runner = Runner(make, store, clock(), plan_in_force(store))
        live_view = sys.stdout.isatty() and not plain and not as_json
        if live_view:
            run(_with_screen(runner, seconds))
        else:
            run(_with_lines(runner, seconds, quiet=as_json))
    if as_json:
        print_json(summary(runner.live))


def plan_in_force(store: Store) -> Plan | None:
    """The plan that was set last; None before the first."""
    current = store.plans.current()
    return parse_plan(current.text) if current else None


def summary(live: Live) -> dict[str, Any]:
    """What happened, for scripts."""
    fields = asdict(live)
    kept = (
        "clip_id",
        "site",
        "records",
        "sessions",
        "reminders_fired",
        "reminders_answered",
        "overruns",
    )
    return {key: fields[key] for key in kept}


class ScreenNotifier:
    """The reminder in the live view; it shows what `Live.reminder` holds, so there is nothing to draw here."""

    name = "terminal"

    def __init__(self, on_answer: Callable[[int, str, str], None]) -> None:
        self._on_answer = on_answer
        self._shown: Notice | None = None

    async def notify(self, notice: Notice) -> None:
        """Keys answer this one from now on."""
        self._shown = notice

    async def withdraw(self, reminder_id: int) -> None:
        """Keys answer it no more."""
        if self._shown and self._shown.reminder_id == reminder_id:
            self._shown = None

    def key(self, pressed: str) -> None:
        """d, s or k answers the reminder that is shown."""
        if self._shown and pressed in KEYS:
            notice, self._shown = self._shown, None
            self._on_answer(notice.reminder_id, KEYS[pressed], self.name)


async def _with_screen(runner: Runner, seconds: float) -> None:
    ended = asyncio.Event()
    screen_way = ScreenNotifier(runner.fanout.answered)
    runner.use(await _ways(runner, screen_way))

    def pressed(key: str) -> None:
        if key in ("q", "\x03"):
            ended.set()
        screen_way.key(key)

    with (
        keys(pressed),
        Screen(view(runner.live), console=Console(), auto_refresh=False, screen=False) as screen,
    ):
        await _until(runner, ended, seconds, lambda: screen.update(view(runner.live), refresh=True))


async def _with_lines(runner: Runner, seconds: float, *, quiet: bool) -> None:
    runner.use(await _ways(runner, None))
    told, warned = 0, ""

    def tell() -> None:
        nonlocal told, warned
        if runner.live.warning != warned:
            warned = runner.live.warning
            if warned:
                typer.echo(warned, err=True)
        fresh = runner.live.total_events - told
        told = runner.live.total_events
        if quiet or not fresh:
            return
        shown = list(runner.live.events)[-fresh:]
        if fresh > len(shown):
            typer.echo(f"{fresh - len(shown)} earlier records are kept; `poise events` lists them.")
        for utc_ms, kind, fields in shown:
            typer.echo(f"{clock_time(utc_ms)}  {sentence(kind, fields)}")

    await _until(runner, asyncio.Event(), seconds, tell)


async def _ways(runner: Runner, screen: ScreenNotifier | None) -> list[Any]:
    """Every way to show a reminder that works here; the clip's buzz joins when it is connected."""
    from ..notify.desktop import DesktopWay

    ways: list[Any] = [screen] if screen else []
    with contextlib.suppress(PoiseError):
        ways.append(DesktopWay(runner.fanout.answered))
    return ways


async def _until(
    runner: Runner, ended: asyncio.Event, seconds: float, show: Callable[[], None]
) -> None:
    running = asyncio.ensure_future(runner.run())
    quitting = asyncio.ensure_future(ended.wait())
    loop = asyncio.get_running_loop()
    end_s = loop.time() + seconds
    try:
        while not quitting.done() and not (seconds and loop.time() >= end_s):
            await asyncio.wait(
                (running, quitting), timeout=0.1, return_when=asyncio.FIRST_COMPLETED
            )
            show()
            if running.done():
                running.result()
                return
    finally:
        await end(running, quitting)


@contextlib.contextmanager
def keys(pressed: Callable[[str], None]) -> Iterator[None]:
    """Calls `pressed` for each key while it lasts; nothing where standard input is no terminal."""
    if not sys.stdin.isatty() or sys.platform == "win32":
        yield
        return
    import termios
    import tty

    number = sys.stdin.fileno()
    before = termios.tcgetattr(number)
    loop = asyncio.get_running_loop()

    def read() -> None:
        # Past Python's own buffer, which would keep a second key back until a third is pressed.
        for key in os.read(number, 64).decode(errors="ignore"):
            pressed(key)

    tty.setcbreak(number)
    loop.add_reader(number, read)
    try:
        yield
    finally:
        loop.remove_reader(number)
        termios.tcsetattr(number, termios.TCSADRAIN, before)
