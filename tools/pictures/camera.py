"""Takes pictures of pages in a headless Chromium: light and dark, wide and phone width."""

import contextlib
import datetime as dt
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from playwright.async_api import Browser, Page, async_playwright

from poise.timebase.clock import SystemClock

from .album import OUT, SCHEMES, SIZES, shrink

DRAWN_MS = 700  # charts slide in
AWAITED_MS = 300_000.0  # the wearer of the virtual clip takes three minutes for all that he does
ZONE = "Europe/Berlin"  # where the demo's patient lives
LOCALE = "en-GB"


class Afternoon(SystemClock):
    """The machine's clock, put to ten past two where the demo's patient lives."""

    def __init__(self) -> None:
        now = dt.datetime.now(ZoneInfo(ZONE))
        then = now.replace(hour=14, minute=10, second=0)
        self._ahead_ms = round((then - now).total_seconds() * 1000)

    def utc_ms(self) -> int:
        """Milliseconds since 1970-01-01 UTC."""
        return super().utc_ms() + self._ahead_ms


@dataclass(frozen=True)
class Shot:
    """A page: the name of its pictures, its address, what is there once it is drawn, and for how long it moves on."""

    name: str
    address: str
    drawn: str = "main"
    settles_ms: int = DRAWN_MS


class Studio:
    """A browser that has entered one site of Poise."""

    def __init__(self, browser: Browser, root: str, entered: "dict[str, object]") -> None:
        self._browser = browser
        self.root = root
        self._entered = entered

    @contextlib.asynccontextmanager
    async def page(self, scheme: str, size: str) -> AsyncIterator[Page]:
        """Open a page of that look."""
        width, height = SIZES[size]
        context = await self._browser.new_context(
            storage_state=self._entered,  # type: ignore[arg-type]
            viewport={"width": width, "height": height},
            color_scheme="dark" if scheme == "dark" else "light",
            reduced_motion="reduce",
            locale=LOCALE,
            timezone_id=ZONE,
        )
        try:
            yield await context.new_page()
        finally:
            await context.close()

    async def go(self, page: Page, shot: Shot) -> None:
        """Open the shot's address, and wait until all of it is drawn."""
        await page.goto(self.root + shot.address)
        await page.wait_for_function("window.did_handshake === true")
        await page.wait_for_selector(shot.drawn, timeout=AWAITED_MS)
        await page.wait_for_timeout(shot.settles_ms)
        await page.wait_for_selector(shot.drawn, timeout=AWAITED_MS)  # a live page has moved on

    async def in_each_look(self, shots: Sequence[Shot]) -> None:
        """Take each page in each look."""
        for scheme in SCHEMES:
            for size in SIZES:
                async with self.page(scheme, size) as page:
                    for shot in shots:
                        await self.go(page, shot)
                        await keep(page, f"{shot.name}-{scheme}-{size}")


async def keep(page: Page, name: str, *, full: bool = True) -> None:
    """Write the picture of the page as it is."""
    path = OUT / f"{name}.png"
    await page.screenshot(path=path, full_page=full, animations="disabled")
    shrink(path)


def chromium() -> str:
    """Return the path of Chromium. Raises SystemExit where there is none."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        raise SystemExit("needs Chromium on the path")
    return path


async def visit(url: str, home: str, take: Callable[[Studio], Awaitable[None]]) -> None:
    """Enter the site by its one-time address, which leads to `home`, and take pictures."""
    root = url.partition("/enter")[0]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium(), args=["--no-sandbox"]
        )
        first = await browser.new_context()
        page = await first.new_page()
        await page.goto(url)
        await page.wait_for_url(root + home)
        await take(Studio(browser, root, dict(await first.storage_state())))
