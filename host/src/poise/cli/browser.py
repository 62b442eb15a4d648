"""Opening of an address that lets one browser in, hidden from every other program.

Every user of the computer can read a browser's arguments. So the browser gets a file that only its owner can read and
that redirects to the address. The file is deleted when the browser has come in.
"""

import asyncio
import contextlib
import sys
import threading
import time
import webbrowser
from collections.abc import AsyncGenerator, Callable, Iterable
from html import escape
from pathlib import Path

import typer

from ..aio import end
from ..errors import PoiseError
from ..files.private import put
from ..language import N_, _, current
from ..store import Store
from .context import keep_copies

# Options of the commands that open pages.
PORT = typer.Option(
    0, "--port", min=0, max=65535, help=_("Its port on this computer; 0: a free one.")
)
BROWSER = typer.Option(
    True, "--browser/--no-browser", help=_("Open it; else only print its address.")
)
LATE_S = 30.0  # a browser that must start first is slow
_STALE_S = 600.0
_NAME = "poise-enter-{}.html"
_SNAPS = Path("/snap")
_PAGE = (
    '<!doctype html><html lang="{language}"><meta charset="utf-8"><meta name="referrer" content="no-referrer">'
    '<meta name="color-scheme" content="light dark"><meta http-equiv="refresh" content="0; url={url}">'
    '<title>Poise</title><p><a href="{url}">{words}</a>'
)
_TROUBLE = "poise-trouble.html"
_TROUBLE_PAGE = (
    '<!doctype html><html lang="{language}"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    '<meta name="color-scheme" content="light dark"><title>Poise</title>'
    '<main style="font:16px/1.5 system-ui;max-width:32rem;margin:15vh auto;padding:0 1rem">'
    "<h1>{title}</h1><p>{what}</p><p>{hint}</p></main>"
)
OPENING = N_("Opening the dashboard in your browser.")
LATE = N_("No browser has come in yet. Open this address in one; it lets one browser in, once:")


class Opening:
    """One browser's way in.

    `folder` is its user's own: the private file with the address goes there. `wanted`: True opens a browser, False
    only prints the address. `say` gets each line for the user. `open_url` opens an address in a browser, and returns
    False if it cannot. `begin` runs a function beside the event loop; None takes a thread.
    """

    def __init__(
        self,
        folder: Path,
        *,
        wanted: bool = True,
        say: Callable[[str], None] = typer.echo,
        open_url: Callable[[str], bool] = webbrowser.open,
        begin: Callable[[Callable[[], None]], None] | None = None,
    ) -> None:
        self._folder = _readable(folder)
        self._wanted = wanted
        self._say = say
        self._open_url = open_url
        self._begin = begin or _in_background
        self._url = ""
        self._file: Path | None = None
        self._told = False

    @property
    def waits(self) -> bool:
        """True while a browser is still to come, and has not been given up."""
        return not self._told

    def open(self, url: str) -> None:
        """Open the address, once the server answers it."""
        self._url = url
        if not self._wanted:
            self._tell(url)
            return
        _sweep(self._folder)
        file = self._folder / _NAME.format(url.partition("/enter")[0].rpartition(":")[2])
        try:
            put(
                file,
                _PAGE.format(
                    language=current(),
                    url=escape(url),
                    words=escape(_("Open the dashboard"), quote=False),
                ),
            )
        except OSError:
            self.late()  # print the address: a full disk must keep nobody out
            return
        self._file = file
        self._say(_(OPENING))
        self._begin(lambda: self._ask(file.as_uri()))

    def late(self) -> None:
        """Print the address, unless a browser has come in or the address is already printed."""
        if self._url and not self._told:
            self._say(_(LATE))
            self._tell(self._url)

    def end(self) -> None:
        """Stop waiting, because a browser is in, or nobody waits for one any more."""
        self._told = True
        if self._file:
            with contextlib.suppress(OSError):
                self._file.unlink(missing_ok=True)

    def _ask(self, uri: str) -> None:
        try:
            found = self._open_url(uri)
        except OSError:
            found = False
        if not found:
            self.late()

    def _tell(self, url: str) -> None:
        self._told = True
        self._say(url)


def show_trouble(folders: Iterable[Path], error: PoiseError) -> None:
    """Show an error in the browser, for a user without a terminal, from the first of `folders` that takes a file.

    Nothing happens where none does.
    """
    page = _TROUBLE_PAGE.format(
        language=current(),
        title=escape(_("Poise could not start")),
        what=escape(str(error)),
        hint=escape(error.hint),
    )
    for folder in folders:
        file = _readable(folder) / _TROUBLE
        with contextlib.suppress(OSError):
            put(file, page)
            webbrowser.open(file.as_uri())
            return


@contextlib.asynccontextmanager
async def pages_open(
    opening: Opening, store: Store, runs: str
) -> AsyncGenerator[Callable[[str], None]]:
    """Yield what `serve` tells the address of the pages of `store`. `runs` is printed once a browser may come.

    A copy of the store is made each day until they close.
    """
    copying = asyncio.ensure_future(keep_copies(store))
    try:
        yield opens_when_told(opening, lambda: typer.echo(runs))
    finally:
        opening.end()
        await end(copying)


def opens_when_told(
    opening: Opening, then: Callable[[], None] = lambda: None
) -> Callable[[str], None]:
    """Return a function for `serve`'s `told`, in its event loop. It opens the first address.

    A second address means that the first one was used.
    """
    told: list[str] = []

    def tell(url: str) -> None:
        told.append(url)
        if len(told) > 1:
            opening.end()
            return
        opening.open(url)
        then()
        asyncio.get_running_loop().call_later(LATE_S, opening.late)

    return tell


def await_entry(
    opening: Opening,
    url: str,
    current: Callable[[], str],
    now_s: Callable[[], float] = time.monotonic,
    wait: Callable[[float], None] = time.sleep,
) -> None:
    """Open another process' address, and wait until that process has a new one: the first is then used."""
    end_s = now_s() + LATE_S
    try:
        opening.open(url)
        while opening.waits and current() == url:
            if now_s() >= end_s:
                opening.late()
                return
            wait(0.2)
    finally:
        opening.end()


def _readable(folder: Path) -> Path:
    """Return a folder that a browser can read.

    A browser from a snap sees no hidden one, such as Linux's data folder.
    """
    if sys.platform == "linux" and _SNAPS.is_dir():
        return Path.home()
    return folder


def _sweep(folder: Path) -> None:
    """Delete files that a killed process left; their addresses are worthless."""
    with contextlib.suppress(OSError):
        for left in folder.glob(_NAME.format("*")):
            if left.lstat().st_mtime < time.time() - _STALE_S:
                left.unlink(missing_ok=True)


def _in_background(work: Callable[[], None]) -> None:
    # Python waits for some browsers to end; the server that they ask may be this process.
    threading.Thread(target=work, daemon=True).start()
