"""Makes docs/screenshots/clinic-*: the list of patients and a visit, light and dark, wide and narrow, over the demo's
ninety days and a few more patients.

    python -m tools.clinic_screenshots
"""

import asyncio
import shutil
import sys
import tempfile
from pathlib import Path

from playwright.async_api import Browser, async_playwright

from poise.aio import end
from poise.dashboard.clinic.context import ClinicDesk
from poise.dashboard.clinic.server import HOME, serve
from poise.demo.history import History
from poise.store import Store

from .screenshots import OUT, SIZES, Afternoon, shrink

# Picture -> its address, and what is there once all of it is drawn.
PAGES = {"list": (HOME, ".list"), "visit": ("/clinic/patient/1", "#visit-done")}
OTHERS = ("P-003", "P-008", "P-012", "P-021")


async def main() -> None:
    """All of them."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        sys.exit("needs Chromium on the path")
    clock = Afternoon()
    with (
        tempfile.TemporaryDirectory(prefix="poise-pictures-") as name,
        Store.open(Path(name) / "poise.db") as store,
    ):
        History(store, clock.utc_ms()).write()
        store.patients.name(store.patient_id, "P-017")
        for pseudonym in OTHERS:
            store.patients.add(pseudonym, clock.utc_ms())
        store.of("P-008").holds.raise_("unwell", "", "dashboard", clock.utc_ms())
        urls: asyncio.Queue[str] = asyncio.Queue()
        task = asyncio.ensure_future(
            serve(ClinicDesk(store, clock, folder=Path(name)), told=urls.put_nowait)
        )
        try:
            async with async_playwright() as playwright:
                browser = await playwright.chromium.launch(
                    executable_path=path, args=["--no-sandbox"]
                )
                await _pictures(browser, await urls.get())
        finally:
            await end(task)


async def _pictures(browser: Browser, url: str) -> None:
    root = url.partition("/enter")[0]
    first = await browser.new_context()
    page = await first.new_page()
    await page.goto(url)
    await page.wait_for_url(root + HOME)
    kept = await first.storage_state()
    for scheme in ("light", "dark"):
        for size, (width, height) in SIZES.items():
            context = await browser.new_context(
                storage_state=kept,
                viewport={"width": width, "height": height},
                color_scheme=scheme,
                reduced_motion="reduce",
            )
            page = await context.new_page()
            for name, (address, drawn) in PAGES.items():
                await page.goto(root + address)
                await page.wait_for_selector(drawn)
                await page.wait_for_timeout(700)
                path = OUT / f"clinic-{name}-{scheme}-{size}.png"
                await page.screenshot(path=path, full_page=True, animations="disabled")
                shrink(path)
            await context.close()


if __name__ == "__main__":
    asyncio.run(main())
