"""Makes docs/screenshots: the report and every page of the dashboard over the demo's ninety days; pages light and dark,
wide and narrow.

    python -m tools.screenshots

Today is taken at ten past two of this day with a virtual clip that is worn: its angle differs a little from run to run.
"""

import asyncio
import datetime as dt
import shutil
import sys
import tempfile
from pathlib import Path
from zoneinfo import ZoneInfo

from PIL import Image
from playwright.async_api import Browser, Page, async_playwright

from poise import language
from poise.aio import end
from poise.demo.history import History
from poise.demo.showing import Showing
from poise.report.model import collect
from poise.report.pdf import render_pngs
from poise.report.view import view
from poise.store import Store
from poise.timebase.clock import SystemClock

OUT = Path(__file__).parents[1] / "docs/screenshots"
PAGES = ("", "exercise", "diary", "trends", "plan", "clip", "help")
SIZES = {"wide": (1280, 900), "phone": (390, 844)}
LIVE_S = 158.0  # until the wearer looks at the phone, and a reminder has come


class Afternoon(SystemClock):
    """The machine's clock, put to ten past two where the demo's patient lives."""

    def __init__(self) -> None:
        now = dt.datetime.now(ZoneInfo("Europe/Berlin"))
        then = now.replace(hour=14, minute=10, second=0)
        self._ahead_ms = round((then - now).total_seconds() * 1000)

    def utc_ms(self) -> int:
        """Milliseconds since 1970-01-01 UTC."""
        return super().utc_ms() + self._ahead_ms


async def main() -> None:
    """All of them."""
    OUT.mkdir(exist_ok=True)
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        sys.exit("needs Chromium on the path")
    clock = Afternoon()
    _report(clock.utc_ms())
    with tempfile.TemporaryDirectory(prefix="poise-pictures-") as name:
        urls: asyncio.Queue[str] = asyncio.Queue()
        task = asyncio.ensure_future(Showing(Path(name), clock, urls.put_nowait).run())
        try:
            async with async_playwright() as playwright:
                browser = await playwright.chromium.launch(
                    executable_path=path, args=["--no-sandbox"]
                )
                await _pictures(browser, await urls.get())
        finally:
            await end(task)


def _report(now_utc_ms: int) -> None:
    """The first page of the report, in each language."""
    with (
        tempfile.TemporaryDirectory(prefix="poise-report-") as name,
        Store.open(Path(name) / "poise.db") as store,
    ):
        History(store, now_utc_ms).write()
        found = collect(store, store.clips.ids()[-1], None, None, now_utc_ms)
    for tag, path in (("en", OUT / "report.png"), ("de", OUT / "report-de.png")):
        with language.speaking(tag):
            path.write_bytes(render_pngs(view(found), dpi=100)[0])
        shrink(path)


async def _pictures(browser: Browser, url: str) -> None:
    await asyncio.sleep(0.5)
    root = url.partition("/enter")[0]
    first = await browser.new_context()
    page = await first.new_page()
    await page.goto(url)
    await page.wait_for_url(root + "/")
    kept = await first.storage_state()
    await asyncio.sleep(LIVE_S)
    for scheme in ("light", "dark"):
        for size, (width, height) in SIZES.items():
            context = await browser.new_context(
                storage_state=kept,
                viewport={"width": width, "height": height},
                color_scheme=scheme,
                reduced_motion="reduce",
            )
            page = await context.new_page()
            for name in PAGES:
                await _picture(page, root, name, f"{scheme}-{size}")
            await context.close()


async def _picture(page: Page, root: str, name: str, look: str) -> None:
    await page.goto(f"{root}/{name}")
    await page.wait_for_function("window.did_handshake === true")
    await page.wait_for_timeout(6_000 if not name else 700)
    path = OUT / f"{name or 'today'}-{look}.png"
    await page.screenshot(path=path, full_page=True, animations="disabled")
    shrink(path)


def shrink(path: Path) -> None:
    """Few colours: a quarter of the size, and nobody sees it."""
    with Image.open(path) as picture:
        small = picture.convert("RGB").quantize(96, dither=Image.Dither.NONE)
    small.save(path, optimize=True)


if __name__ == "__main__":
    asyncio.run(main())
