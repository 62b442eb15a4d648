"""A real browser, headless, let into the dashboard; what it complains of fails the test."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal

import pytest
from nicegui import Client
from playwright.sync_api import Browser, Page, sync_playwright

from poise.language import ENGLISH

if TYPE_CHECKING:
    from .conftest import Served

NAMES = ("chromium", "chromium-browser", "google-chrome")
WIDE, PHONE = 1280, 390
Scheme = Literal["light", "dark"]


@contextmanager
def launched() -> Iterator[Browser]:
    """Skips where no Chromium is installed, but not in CI."""
    path = next((found for name in NAMES if (found := shutil.which(name))), None)
    if path is None:
        if os.environ.get("CI"):
            pytest.fail("no Chromium: .ci/run installs one")
        pytest.skip("needs Chromium: install the package chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


class Visitor:
    """One browser window. `complaints`: errors of the console, failed and foreign requests.

    `zone`: the browser's time zone; None: the machine's. `locale`: the language that it asks for.
    """

    def __init__(
        self,
        browser: Browser,
        server: "Served",
        width: int,
        scheme: Scheme,
        zone: str | None = None,
        locale: str = ENGLISH,
    ) -> None:
        self._server = server
        if server.cookies is None:
            server.cookies = _let_in(browser, server)
        self.context = browser.new_context(
            storage_state=server.cookies,
            viewport={"width": width, "height": 900},
            color_scheme=scheme,
            timezone_id=zone,
            locale=locale,
            reduced_motion="reduce",
        )
        self.page: Page = self.context.new_page()
        self.complaints: list[str] = []
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", self._request)
        self.page.set_default_timeout(60_000)  # a busy machine is no fault

    def open(self, address: str) -> Page:
        """The page, once its socket is connected: before that a click is lost."""
        self.page.goto(self._server.root + address)
        self.settled()
        return self.page

    def settled(self) -> None:
        """Waits until the page talks with the server."""
        self.page.wait_for_function(
            "window.did_handshake === true && window.socket.connected"
            " && document.documentElement.dataset.link !== 'lost'"
        )

    def forgotten(self) -> None:
        """The server forgets every page, as it does some time after a link is lost; the page asks for a new link."""
        self._server.call(_forget())
        self.page.evaluate("window.socket.io.engine.close()")

    @property
    def root(self) -> str:
        """Where the dashboard is, without a path."""
        return self._server.root

    def close(self) -> None:
        self.context.close()

    def _console(self, message) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def _request(self, request) -> None:
        if not request.url.startswith((self._server.root, "data:", "blob:")):
            self.complaints.append(f"asks {request.url}")


async def _forget() -> None:
    for client in tuple(Client.instances.values()):
        client.delete()


def _let_in(browser: Browser, server: "Served") -> Any:
    """Uses the one address that lets in; what the browser keeps of it opens every other window."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(server.url)
    page.wait_for_url(server.root + "/")
    page.wait_for_function("window.did_handshake === true")
    kept = context.storage_state()
    context.close()
    return kept
