"""Pictures of the patient's pages, over the demo's ninety days.

Today is taken at ten past two of this day with a virtual clip whose wearer tilts forward: the angle differs a little
from run to run.
"""

import asyncio
import tempfile
from pathlib import Path

from poise.aio import end
from poise.demo.showing import Showing

from .camera import Afternoon, Shot, Studio, visit

TODAY = Shot("today", "/", "text=You are tilted forward.", settles_ms=6_000)  # the live line fills
LIVE_S = 158.0  # until the wearer looks at the phone, and a reminder has come
PAGES = (
    *(Shot(name, f"/{name}") for name in ("exercise", "diary", "trends", "plan", "clip", "help")),
)


async def take() -> None:
    """Take all of them."""
    with tempfile.TemporaryDirectory(prefix="poise-pictures-") as name:
        urls: asyncio.Queue[str] = asyncio.Queue()
        task = asyncio.ensure_future(Showing(Path(name), Afternoon(), urls.put_nowait).run())
        try:
            await visit(await urls.get(), "/", _pages)
        finally:
            await end(task)


async def _pages(studio: Studio) -> None:
    await asyncio.sleep(LIVE_S)
    await studio.in_each_look((TODAY,))
    await studio.in_each_look(PAGES)
