"""Benchmark from the wearer's motion to the pixel: real-time twin, radio, host, and a real browser's next frame."""

import asyncio
import shutil
import tempfile
import time
from pathlib import Path

from playwright.async_api import Page, async_playwright

from poise.aio import end
from poise.demo.showing import Showing
from poise.timebase.clock import SystemClock

from .table import Row, percentile

START_S, SECONDS = 25.0, 40.0
BARE = 200
KEEP = "window.seen = []; window.poiseSeen = (sent, seen) => window.seen.push([sent, seen]);"
NEXT_FRAME = "() => new Promise(done => requestAnimationFrame(() => done(Date.now())))"


def rows() -> list[Row]:
    """Return the rows; none if no Chromium is installed."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        return []
    with tempfile.TemporaryDirectory(prefix="poise-bench-") as name:
        return asyncio.run(_rows(Path(name), path))


async def _rows(folder: Path, chromium: str) -> list[Row]:
    urls: asyncio.Queue[str] = asyncio.Queue()
    showing = Showing(folder, SystemClock(), urls.put_nowait)
    task = asyncio.ensure_future(showing.run())
    try:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(
                executable_path=chromium, args=["--no-sandbox"]
            )
            page = await browser.new_page()
            await page.add_init_script(KEEP)
            url = await urls.get()
            await asyncio.sleep(0.5)
            await page.goto(url)
            await asyncio.sleep(START_S)  # until the wearer is calibrated, then in real time
            ages = _watch(showing)
            await page.evaluate("window.seen.length = 0")
            await asyncio.sleep(SECONDS)
            seen = await page.evaluate("window.seen")
            bare = [await _bare(page) for _ in range(BARE)]
            await browser.close()
    finally:
        await end(task)
    return _told(seen, ages, bare)


def _watch(showing: Showing) -> list[tuple[float, float]]:
    """Return (wall time in ms, age in ms of the newest sample) of each frame that the host gets from now on."""
    runner = showing.runner
    assert runner is not None, "it runs"
    clock = runner.clock
    ages: list[tuple[float, float]] = []

    def arrived(frame: dict) -> None:
        ages.append((time.time() * 1000, clock.monotonic_s() * 1000 - frame["t_ms"]))

    runner.subscribe_motion(arrived, 10)
    return ages


async def _bare(page: Page) -> float:
    """Return the milliseconds from a bare message to this page until its next frame."""
    began = time.time() * 1000
    return await page.evaluate(NEXT_FRAME) - began


def _told(
    seen: list[tuple[float, float]], ages: list[tuple[float, float]], bare: list[float]
) -> list[Row]:
    host = [shown - sent for sent, shown in seen]
    whole = []
    for sent, shown in seen:
        at, age = min(ages, key=lambda one: abs(one[0] - sent))
        if abs(at - sent) < 20:
            whole.append(age + shown - sent)
    beside = f"a bare message to the page's next frame {_p(bare)}"
    ratio = percentile(host, 0.5) / max(1.0, percentile(bare, 0.5))
    return [
        Row(f"host to pixel, {len(host)} frames", _p(host), beside, ratio),
        Row(f"wearer's motion to pixel, {len(whole)} frames", _p(whole), "10 frames a second", None, "≤ 250 ms p99"),
    ]  # fmt: skip


def _p(values: list[float]) -> str:
    return f"p50 {percentile(values, 0.5):.0f}, p99 {percentile(values, 0.99):.0f} ms"
