"""Opens an address that lets one browser in, without telling any other program of it.

A browser's arguments can be read by every user of the computer. So it is given a file, for its owner alone, which sends
it on; the file goes when the browser has come in.
"""

import asyncio
import contextlib
import sys
import threading
import time
import webbrowser
from collections.abc import Callable
from html import escape
from pathlib import Path

import typer

from ..files.private import put

LATE_S = 30.0  # a browser that is started first takes its time
_STALE_S = 600.0
_NAME = "poise-enter-{}.html"
_SNAPS = Path("/snap")
_PAGE = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="referrer" content="no-referrer">'
    '<meta name="color-scheme" content="light dark"><meta http-equiv="refresh" content="0; url={url}">'
    '<title>Poise</title><p><a href="{url}">Open the dashboard</a>'
)
OPENING = "Opening the dashboard in your browser."
LATE = "No browser has come in yet. Open this address in one; it lets one browser in, once:"


class Opening:
    """One browser's way in. `folder` is its user's own; `wanted`: whether it is opened, or its address only printed."""

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
        """Whether a browser is still to come, and has not been given up."""
        return not self._told

    def open(self, url: str) -> None:
        """Opens it, once it is answered there."""
        self._url = url
        if not self._wanted:
            self._tell(url)
            return
        _sweep(self._folder)
        file = self._folder / _NAME.format(url.partition("/enter")[0].rpartition(":")[2])
        try:
            put(file, _PAGE.format(url=escape(url)))
        except OSError:
            self.late()  # a full disk keeps nobody out
            return
        self._file = file
        self._say(OPENING)
        self._begin(lambda: self._ask(file.as_uri()))

    def late(self) -> None:
        """Prints the address, unless a browser has come in or it is printed already."""
        if self._url and not self._told:
            self._say(LATE)
            self._tell(self._url)

    def end(self) -> None:
        """A browser is in, or nobody waits for one any more."""
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


def opens_when_told(
    opening: Opening, then: Callable[[], None] = lambda: None
) -> Callable[[str], None]:
    """For `serve`'s `told`, in its event loop: opens the first address; the second one says that the first was used."""
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
    """Opens another process' address, and waits until it has told another one: this one is used."""
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
    """Where a browser can read: one from a snap sees nothing hidden, which the data folder is on Linux."""
    if sys.platform == "linux" and _SNAPS.is_dir():
        return Path.home()
    return folder


def _sweep(folder: Path) -> None:
    """What a killed process has left; its address is worth nothing."""
    with contextlib.suppress(OSError):
        for left in folder.glob(_NAME.format("*")):
            if left.lstat().st_mtime < time.time() - _STALE_S:
                left.unlink(missing_ok=True)


def _in_background(work: Callable[[], None]) -> None:
    # Some browsers are waited for, by Python; the server that they ask may be this process.
    threading.Thread(target=work, daemon=True).start()
