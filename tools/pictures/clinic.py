"""Pictures of the clinic's pages: patients, a visit and the plan's editor, over the demo's ninety days and a few more
patients.
"""

import asyncio
import tempfile
from pathlib import Path

from playwright.async_api import Page

from poise.aio import end
from poise.dashboard.clinic.context import ClinicDesk
from poise.dashboard.clinic.editor.copypart import COPY
from poise.dashboard.clinic.layout import address_of
from poise.dashboard.clinic.server import HOME, serve
from poise.demo.history import History
from poise.store import Store

from .album import SCHEMES, SIZES
from .camera import DRAWN_MS, Afternoon, Shot, Studio, keep, visit

PATIENT = 1
OTHERS = ("P-003", "P-008", "P-012", "P-021")
PAGES = (
    Shot("clinic-list", HOME, ".list"),
    Shot("clinic-visit", address_of(PATIENT), "#visit-done"),
)
EDITOR = Shot("editor", address_of(PATIENT, "/plan"), "#exercises-0-reps")
LIBRARY = "summary:has-text('Add an exercise')"


async def take() -> None:
    """Take all of them."""
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
        desk = ClinicDesk(store, clock, folder=Path(name))
        task = asyncio.ensure_future(serve(desk, told=urls.put_nowait))
        try:
            await visit(await urls.get(), HOME, _pages)
        finally:
            await end(task)


async def _pages(studio: Studio) -> None:
    await studio.in_each_look(PAGES)
    await _a_fault(studio)
    await _mended(studio)
    async with studio.page("light", "wide") as page:
        await page.goto(studio.root + EDITOR.address + COPY.removeprefix("/plan"))
        await page.wait_for_selector(".stop")  # the page comes once the browser has shown its key
        await keep(page, "editor-copy")


async def _a_fault(studio: Studio) -> None:
    """The editor with more repetitions than a plan may have. The draft is the desk's, so each look shows it."""
    for scheme in SCHEMES:
        for size in SIZES:
            async with studio.page(scheme, size) as page:
                await studio.go(page, EDITOR)
                await page.fill("#by", "T. Adler")
                await page.fill("#exercises-0-sets", "2")
                await page.fill("#exercises-0-reps", "120")
                await page.wait_for_selector("#exercises-0-reps-fault:not(:empty)")
                await page.evaluate("document.activeElement.blur()")
                await _from(page, "main .card >> nth=0")
                await keep(page, f"{EDITOR.name}-{scheme}-{size}", full=False)


async def _mended(studio: Studio) -> None:
    """What the signature will change, and the library."""
    async with studio.page("light", "wide") as page:
        await studio.go(page, EDITOR)
        await page.fill("#exercises-0-reps", "12")
        await page.wait_for_selector(".changes li")
        await page.evaluate("document.activeElement.blur()")
        await _from(page, "main .card >> nth=0")
        await keep(page, "editor-sign", full=False)
        await page.click(LIBRARY)
        await _from(page, LIBRARY)
        await keep(page, "editor-library", full=False)


async def _from(page: Page, selector: str) -> None:
    """Scroll so that this stands at the top, with a little room above it."""
    await page.locator(selector).evaluate(
        "(it) => scrollTo(0, it.getBoundingClientRect().top + scrollY - 32)"
    )
    await page.wait_for_timeout(DRAWN_MS)
