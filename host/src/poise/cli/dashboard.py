"""Command `poise dashboard`: opens the dashboard in the browser."""

import asyncio

import typer

from ..aio import end
from ..language import N_, _
from ..store import Store
from ..wear.lock import holder
from .browser import Opening, await_entry, opens_when_told
from .context import clock, data_folder, keep_copies, new_app, open_store, run

ALONE = N_("Without `poise wear` it shows what is logged, and no live angle. Ctrl-C ends it.")
app = new_app(_("Open the dashboard in the browser: today, exercises, diary, trends."))


@app.command()
def dashboard(
    port: int = typer.Option(
        0, "--port", min=0, max=65535, help=_("Its port on this computer; 0: a free one.")
    ),
    browser: bool = typer.Option(
        True, "--browser/--no-browser", help=_("Open it; else only print its address.")
    ),
) -> None:
    """Open the dashboard in the browser: that of a running `poise wear`, else one of its own until Ctrl-C.

    The address lets one browser in, once; nothing of it is reachable from elsewhere.
    """
    opening = Opening(data_folder(), wanted=browser)
    if running := _running():
        await_entry(opening, running, _running)
        return
    with open_store() as store:
        run(_alone(store, port, opening))


def _running() -> str:
    """Return the dashboard's address of a running `poise wear`; "" when none runs."""
    return (holder(data_folder()) or {}).get("dashboard", "")


async def _alone(store: Store, port: int, opening: Opening) -> None:
    from ..dashboard.server import serve

    told = opens_when_told(opening, lambda: typer.echo(_(ALONE)))
    copying = asyncio.ensure_future(keep_copies(store))
    try:
        await serve(None, store, clock=clock(), port=port, told=told)
    finally:
        opening.end()
        await end(copying)
