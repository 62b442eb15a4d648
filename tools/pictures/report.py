"""Pictures of the report's first page, in each language, over the demo's ninety days."""

import tempfile
from pathlib import Path

from poise import language
from poise.demo.history import History
from poise.report.model import collect
from poise.report.pdf import render_pngs
from poise.report.view import view
from poise.store import Store

from .album import OUT, shrink
from .camera import Afternoon


async def take() -> None:
    """Take both."""
    now_utc_ms = Afternoon().utc_ms()
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
