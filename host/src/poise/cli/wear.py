"""Command `poise wear`: follows the clip with live angle, log and reminders."""

import asyncio
import contextlib
import logging
import signal
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.live import Live as Screen

from ..aio import end
from ..errors import PoiseError, Reason
from ..history.reminder_choice import has_sound
from ..language import N_, _, ngettext
from ..letters.news import news
from ..notify import Notice, Notifier
from ..notify.terminal import KEYS, TerminalNotifier
from ..store import Store
from ..text import terminal, visible
from ..wear import Live, Runner
from ..wear.lease import Lender
from ..wear.lock import Single
from ..words.records import sentence
from . import wearadmin
from .context import (
    ble_client,
    clock,
    data_folder,
    keep_copies,
    new_app,
    open_store,
    print_json,
    run,
    usb_client,
)
from .keyboard import has_keys, keys
from .live import clock_time, view
from .settingup import new_setup
from .wearservice import Site

_LOOK_S = 600.0  # somebody looks at the terminal for so long after a key
_TURN_S = 2.0  # between two tries of a service that waits for another runner to end
_log = logging.getLogger(__name__)
app = new_app(_("Follow the clip: live angle, log, reminders."))
held: list[Single] = []  # this process's lock


@app.command()
def wear(
    *,
    clip: str = typer.Option(
        None, "--clip", help=_("Its name or the end of it; else the first one found.")
    ),
    port: str = typer.Option(
        None, "--port", help=_("Over USB at this serial port, instead of Bluetooth.")
    ),
    seconds: float = typer.Option(
        0.0, "--seconds", min=0.0, help=_("End after so long; 0: until q or Ctrl-C.")
    ),
    plain: bool = typer.Option(
        False, "--plain", help=_("A line for each event instead of the live view.")
    ),
    as_json: bool = typer.Option(
        False, "--json", help=_("Only a summary at the end, for scripts.")
    ),
    dashboard: bool = typer.Option(
        None, "--dashboard/--no-dashboard", help=_("Serve it here; not with --plain and --json.")
    ),
    dashboard_port: int = typer.Option(
        None, "--dashboard-port", min=1, max=65535, help=_("Its port on this computer.")
    ),
    status: bool = typer.Option(
        False, "--status", help=_("Tell how the one that runs is; start nothing.")
    ),
    stop: bool = typer.Option(False, "--stop", help=_("End the one that runs.")),
    install: bool = typer.Option(
        False, "--install", help=_("Start it at each login, from now on: a service of your own.")
    ),
    uninstall: bool = typer.Option(
        False, "--uninstall", help=_("Remove that service; what is logged stays.")
    ),
    dry_run: bool = typer.Option(
        False, "--dry-run", help=_("With --install or --uninstall: only print what it would do.")
    ),
    at_once: bool = typer.Option(
        None,
        "--at-once/--no-at-once",
        help=_("From now on hear of the clip's nudges, reminders and faults within seconds."),
    ),
    service: bool = typer.Option(False, "--service", hidden=True),
    log: Path = typer.Option(None, "--log", hidden=True),
) -> None:
    """Follow the clip: live angle, log, reminders. q ends it."""
    if at_once is not None:
        wearadmin.hear(at_once=at_once)
        if not (install or uninstall or status or stop):
            return
    if install or uninstall:
        wearadmin.manage(
            install=install,
            clip=clip,
            port=port,
            dashboard=dashboard,
            dashboard_port=dashboard_port,
            dry_run=dry_run,
        )
        return
    if status or stop:
        wearadmin.stop() if stop else wearadmin.tell_status(as_json=as_json)
        return
    if service:
        from . import logs

        logs.for_service(log)
    shown = terminal() is not None and not plain and not as_json and not service
    wanted = shown or service if dashboard is None else dashboard
    site = Site(wanted, dashboard_port, dashboard, tell_dashboard, new_setup)
    with lock(port, service, log), open_store() as store, store.followed():
        make = (
            (lambda: usb_client(port, borrows=False))
            if port
            else (lambda: ble_client(clip, borrows=False))
        )
        runner = Runner(make, store, clock(), keep_going=service, folder=data_folder())
        if service:
            run(_with_log(runner, store, seconds, site))
        elif shown:
            run(_with_screen(runner, store, seconds, site))
        else:
            run(_with_lines(runner, store, seconds, site, quiet=as_json))
    if as_json:
        print_json(summary(runner.live))


def tell_dashboard(url: str) -> None:
    """Write the dashboard's address where `poise dashboard` reads it."""
    for single in held:
        single.tell(dashboard=url)


@contextlib.contextmanager
def lock(port: str | None, service: bool, log: Path | None) -> Iterator[None]:
    """Hold the lock of the data folder's one runner. `log`: the file that the service logs to, for `--status`.

    A service waits for its turn; any other second runner is refused.
    """
    while True:
        single = Single(
            data_folder(),
            how=N_("the service") if service else N_("started by hand"),
            service=service,
            link="usb" if port else "ble",
            socket="",
            log=str(log.absolute()) if log else "",
        )
        try:
            with single.held():
                held.append(single)
                yield
                return
        except PoiseError as error:
            if not service or error.reason is not Reason.ALREADY_RUNS:
                raise
            _log.info("waits: %s (%s)", error, error.reason)
            time.sleep(_TURN_S)


def summary(live: Live) -> dict[str, Any]:
    """Return the counts of this run, for scripts."""
    fields = asdict(live)
    kept = (
        "clip_id",
        "site",
        "records",
        "connections",
        "reminders_fired",
        "reminders_answered",
        "overruns",
    )
    return {key: fields[key] for key in kept}


class ScreenNotifier:
    """Reminders in the live view. The view draws `Live.reminder`, so this class only handles keys.

    `on_answer` gets the reminder's id, the answer and this notifier's name.
    """

    name = "terminal"

    def __init__(self, on_answer: Callable[[int, str, str], None]) -> None:
        self._on_answer = on_answer
        self._shown: Notice | None = None

    async def notify(self, notice: Notice) -> None:
        """Let keys answer this reminder from now on."""
        self._shown = notice

    async def withdraw(self, reminder_id: int) -> None:
        """Let keys no longer answer this reminder."""
        if self._shown and self._shown.reminder_id == reminder_id:
            self._shown = None

    def key(self, pressed: str) -> None:
        """Answer the shown reminder with d, s or k."""
        if self._shown and pressed in KEYS:
            notice, self._shown = self._shown, None
            self._on_answer(notice.reminder_id, KEYS[pressed], self.name)


class _Looking:
    """Follows the angle for `_LOOK_S` after the start and after each key, because the terminal may be out of sight."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner
        self._stop: Callable[[], None] | None = None
        self._timer: asyncio.TimerHandle | None = None

    def go_on(self) -> None:
        """Follow the angle from now on."""
        if self._stop is None:
            self._stop = self._runner.subscribe(lambda _live: None)
        if self._timer:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(_LOOK_S, self._rest)

    def _rest(self) -> None:
        if self._stop:
            self._stop()
            self._stop = None


async def _with_screen(runner: Runner, store: Store, seconds: float, site: Site) -> None:
    ended = asyncio.Event()
    screen_way = ScreenNotifier(runner.fanout.answered)
    runner.use(await ways(runner, store, screen_way))
    looking = _Looking(runner)
    looking.go_on()

    def pressed(key: str) -> None:
        looking.go_on()
        if key in ("q", "\x03"):
            ended.set()
        screen_way.key(key)

    with (
        keys(pressed),
        Screen(view(runner.live), console=Console(file=terminal()), auto_refresh=False) as screen,
    ):
        await until(
            runner,
            store,
            site,
            ended,
            seconds,
            lambda: screen.update(view(runner.live), refresh=True),
        )


async def _with_lines(
    runner: Runner, store: Store, seconds: float, site: Site, *, quiet: bool
) -> None:
    lines = TerminalNotifier(
        Console(file=terminal()),
        runner.fanout.answered,
        keys=has_keys(),
        read=terminal() is not None,
    )
    runner.use(await ways(runner, store, None if quiet else lines))
    told, warned, letters = 0, "", 0

    def tell() -> None:
        nonlocal told, warned, letters
        if runner.live.letters != letters:
            letters = runner.live.letters
            for line in news(store, clock().utc_ms()):
                typer.echo(visible(line))
        if runner.live.warning != warned:
            warned = runner.live.warning
            if warned:
                typer.echo(_(warned), err=True)
        fresh = runner.live.total_events - told
        told = runner.live.total_events
        if quiet or not fresh:
            return
        shown = list(runner.live.events)[-fresh:]
        if fresh > len(shown):
            typer.echo(
                ngettext(
                    "{count} earlier record is kept; `poise events` lists it.",
                    "{count} earlier records are kept; `poise events` lists them.",
                    fresh - len(shown),
                ).format(count=fresh - len(shown))
            )
        for utc_ms, kind, fields in shown:
            typer.echo(f"{clock_time(utc_ms)}  {sentence(kind, fields)}")

    ended = asyncio.Event()

    def pressed(key: str) -> None:
        if not lines.key(key) and key == "q":
            ended.set()

    with keys(pressed):
        await until(runner, store, site, ended, seconds, tell)


async def _with_log(runner: Runner, store: Store, seconds: float, site: Site) -> None:
    runner.use(await ways(runner, store, None))
    await until(runner, store, site, asyncio.Event(), seconds, lambda: None)
    _log.info("ended")


async def ways(runner: Runner, store: Store, screen: Notifier | None) -> list[Any]:
    """Return every notifier that works here. The clip's buzz joins when the clip is connected."""
    from ..notify import interruption
    from ..notify.desktop import DesktopWay

    runner.fanout.hold = interruption.hold
    ways: list[Any] = [screen] if screen else []
    with contextlib.suppress(PoiseError):
        ways.append(DesktopWay(runner.fanout.answered, lambda: has_sound(store)))
    return ways


async def until(
    runner: Runner,
    store: Store,
    site: Site,
    ended: asyncio.Event,
    seconds: float,
    show: Callable[[], None],
) -> None:
    """Run the runner, its socket for other commands and its dashboard, until one of the ends."""
    loop = asyncio.get_running_loop()
    if sys.platform != "win32":
        loop.add_signal_handler(signal.SIGTERM, ended.set)
    lender = Lender(runner, data_folder())
    await lender.start()
    for single in held:
        single.tell(socket=lender.path)
    running = asyncio.ensure_future(runner.run())
    quitting = asyncio.ensure_future(ended.wait())
    serving = asyncio.ensure_future(site.serve(runner, store))
    copying = asyncio.ensure_future(keep_copies(store))
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
        await lender.stop()
        await end(copying, serving, running, quitting)
