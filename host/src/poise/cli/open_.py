"""Command `poise open`, and `poise` alone on a desktop: opens Poise in the browser, and runs it if nothing does."""

import asyncio
import contextlib
import logging
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import typer

from ..aio import end
from ..dashboard.server import serve
from ..errors import PoiseError, Reason
from ..language import N_, _
from ..setup.acts import Setup
from ..store import Store
from ..text import terminal
from ..wear import Runner
from ..wear.lock import holder
from .browser import Opening, await_entry, opens_when_told, show_trouble
from .context import ble_client, clock, data_folder, new_app, open_store, run
from .settingup import new_setup
from .wear import lock, tell_dashboard, until, ways
from .wearservice import Site

_SOON_S = 30.0  # a runner that has just started serves its pages within this time
_TURN_S = 60.0  # for the service to take this process's place
_LAST_S = 20.0  # for the browser to go over to the service's page
_LOOK_S = 0.2
RUNS = N_("Poise runs now, until you log out, end it with Ctrl-C, or type `poise wear --stop`.")
app = new_app(_("Open Poise in the browser: it leads through the first steps, then shows Today."))
_log = logging.getLogger(__name__)


@app.command()
def open_(
    browser: bool = typer.Option(
        True, "--browser/--no-browser", help=_("Open it; else only print its address.")
    ),
) -> None:
    """Open Poise in the browser. The first time it leads from finding the clip to the first reminder.

    If no `poise wear` runs, this command follows the clip and reminds, as `poise wear` does.
    """
    try:
        _open(Opening(data_folder(), wanted=browser))
    except PoiseError as error:
        if browser and terminal() is None:  # started from the menu
            show_trouble(_folders(), error)
        raise


def _folders() -> Iterator[Path]:
    """Yield the folders for a page about trouble: the data folder may be the trouble itself."""
    with contextlib.suppress(PoiseError):
        yield data_folder()
    yield Path.home()
    yield Path(tempfile.gettempdir())


def _open(opening: Opening) -> None:
    if holder(data_folder()) is not None:
        await_entry(opening, _address_of_running(), lambda: _told_by(0))
        return
    with open_store() as store:
        run(_day(store, opening))


def _told_by(other_than: int) -> str:
    """Return the address of the pages of a running `poise wear`, "" while none tells one.

    `other_than`: not those of this process.
    """
    note = holder(data_folder()) or {}
    return note.get("dashboard", "") if note.get("pid") != other_than else ""


def _address_of_running() -> str:
    """Return the address of the running one's pages, which it tells soon after its start. Raises ALREADY_RUNS."""
    end_s = time.monotonic() + _SOON_S
    while not (address := _told_by(0)):
        note = holder(data_folder())
        if note is None or time.monotonic() > end_s:
            raise PoiseError(
                Reason.ALREADY_RUNS,
                _("`poise wear` runs already, without its pages"),
                _("End it (`poise wear --stop`), then try again."),
            )
        time.sleep(_LOOK_S)
    return address


async def _day(store: Store, opening: Opening) -> None:
    """Run the day and its pages. The pages stay while the service takes this process's place."""
    ended = asyncio.Event()
    turn = _Turn(ended)
    # The runner follows the clip that is chosen on the page; the page acts through the runner.
    chosen: list[Setup] = []
    runner = Runner(
        lambda: ble_client(chosen[0].wanted, borrows=False),
        store,
        clock(),
        keep_going=True,
        folder=data_folder(),
    )
    setup = new_setup(runner, store)
    chosen.append(setup)
    setup.hand_over = turn.take
    opens = opens_when_told(opening, lambda: typer.echo(_(RUNS)))

    def told(url: str) -> None:
        if not turn.asked:  # the note is the service's then
            tell_dashboard(url)
        opens(url)

    serving: asyncio.Future[None] | None = None
    try:
        with lock(None, service=False, log=None), store.followed():
            serving = asyncio.ensure_future(
                serve(runner, store, clock=clock(), told=told, setup=setup)
            )
            serving.add_done_callback(lambda _done: ended.set())  # without its pages it is nothing
            runner.use(await ways(runner, store, None))
            nothing = Site(False, None, None)
            await until(runner, store, nothing, ended, 0.0, lambda: None)
            if serving.done():
                serving.result()
        if turn.asked:
            await turn.given()
    finally:
        opening.end()
        if serving is not None:
            await end(serving)


class _Turn:
    """The change from this process to the service that the user has just installed. `ended` ends this runner."""

    def __init__(self, ended: asyncio.Event) -> None:
        self.asked = False
        self._ended = ended
        self._address: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def take(self) -> str:
        """End this process's runner, and return the address of the service's page; "" if none comes."""
        self.asked = True
        self._ended.set()
        return await asyncio.shield(self._address)

    async def given(self) -> None:
        """Wait for the service, tell its address, and wait until the browser has used it."""
        address = await _until_told("")
        if not self._address.done():
            self._address.set_result(address)
        _log.info("the service runs" if address else "no service has taken over")
        if address:
            await _until_told(address, _LAST_S)


async def _until_told(before: str, within_s: float = _TURN_S) -> str:
    """Return the address of the service's pages once it is another than `before`; "" if it stays so."""
    loop = asyncio.get_running_loop()
    end_s = loop.time() + within_s
    while loop.time() < end_s:
        address = _told_by(os.getpid())
        if address and address != before:
            return address
        await asyncio.sleep(_LOOK_S)
    return ""
