"""The dashboard, served in a thread for all of these tests: NiceGUI is one application in a process."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from poise.aio import end
from poise.dashboard.context import PageContext
from poise.dashboard.server import serve
from poise.demo.history import History
from poise.language import ENGLISH
from poise.store import Store
from poise.timebase.clock import SystemClock
from tests.conftest import WITHIN_S

from .browser import WIDE, Scheme, Visitor, launched


class Served:
    """The server and its loop. `url` lets the next browser in."""

    def __init__(self, store: Store) -> None:
        self.loop = asyncio.new_event_loop()
        self.urls: list[str] = []
        self.cookies: Any = None  # of a browser that was let in
        self._store = store
        self._up = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._task: asyncio.Future | None = None
        self._thread.start()
        assert self._up.wait(WITHIN_S)

    @property
    def url(self) -> str:
        return self.urls[-1]

    @property
    def root(self) -> str:
        return self.url.partition("/enter")[0]

    @property
    def host(self) -> str:
        return self.root.removeprefix("http://")

    def show(self, context: PageContext) -> None:
        """The pages are this context's from now on."""
        from poise.dashboard import site

        site.application(context)

    def call(self, work):
        """The result of a coroutine, run where the server runs."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(WITHIN_S)

    def stop(self) -> None:
        assert self._task is not None
        self.call(end(self._task))
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(10)

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        self._task = self.loop.create_task(serve(None, self._store, told=self.urls.append))
        self.loop.create_task(self._wait())
        self.loop.run_forever()

    async def _wait(self) -> None:
        while not self.urls:
            await asyncio.sleep(0.01)
        port = int(self.host.rpartition(":")[2])
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                break
            except OSError:
                await asyncio.sleep(0.02)
        writer.close()
        self._up.set()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with Store.open(tmp_path_factory.mktemp("first") / "poise.db") as first:
        served = Served(first)
        yield served
        served.stop()


@pytest.fixture(scope="session")
def history_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve weeks of somebody's days. Whoever changes them copies the file."""
    path = tmp_path_factory.mktemp("lived") / "poise.db"
    with Store.open(path) as store:
        History(store, SystemClock().utc_ms()).write()
    return path


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "poise.db") as opened:
        yield opened


@pytest.fixture
def context(server: Served, store: Store) -> PageContext:
    """An empty store's, shown."""
    made = PageContext(store, SystemClock())
    server.show(made)
    return made


# Playwright's own event loop runs as long as it does: it must not outlive the module.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as opened:
        yield opened


@pytest.fixture
def visit(
    browser: Browser, server: Served, context: PageContext
) -> Iterator[Callable[..., Visitor]]:
    """Opens a browser window at the dashboard; nothing in it may be complained of in the end."""
    visitors: list[Visitor] = []

    def opened(
        width: int = WIDE,
        scheme: Scheme = "light",
        zone: str | None = None,
        locale: str = ENGLISH,
    ) -> Visitor:
        visitors.append(Visitor(browser, server, width, scheme, zone, locale))
        return visitors[-1]

    yield opened
    for visitor in visitors:
        visitor.close()
    assert not [each for visitor in visitors for each in visitor.complaints]
