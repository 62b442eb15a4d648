"""poise dashboard"""

import asyncio
import webbrowser

import typer

from ..store import Store
from ..tasks import end
from ..wear.single import holder
from .context import clock, data_folder, keep_copies, new_app, open_store, run

OPENS_S = 0.3  # until the server listens
app = new_app("Open the dashboard in the browser: today, exercises, diary, trends.")


@app.command()
def dashboard(
    port: int = typer.Option(
        0, "--port", min=0, max=65535, help="Its port on this computer; 0: a free one."
    ),
    browser: bool = typer.Option(
        True, "--browser/--no-browser", help="Open it; else only print its address."
    ),
) -> None:
    """Open the dashboard in the browser: that of a running `poise wear`, else one of its own until Ctrl-C.

    The address lets one browser in, once; nothing of it is reachable from elsewhere.
    """
    running = (holder(data_folder()) or {}).get("dashboard")
    if running:
        show_dashboard(running, browser)
        return
    with open_store() as store:
        run(_alone(store, port, browser=browser))


def show_dashboard(url: str, browser: bool) -> None:
    """Opens it; prints the address for who has no browser here."""
    opened = browser and webbrowser.open(url)
    typer.echo("The dashboard is open in your browser." if opened else url)


async def _alone(store: Store, port: int, *, browser: bool) -> None:
    from ..dashboard.server import serve

    told: list[str] = []

    def tell(url: str) -> None:
        if not told:
            # Only once it listens: the server starts within the loop's next turns.
            asyncio.get_running_loop().call_later(OPENS_S, _first, url)
        told.append(url)

    def _first(url: str) -> None:
        show_dashboard(url, browser)
        typer.echo(
            "Without `poise wear` it shows what is logged, and no live angle. Ctrl-C ends it."
        )

    copying = asyncio.ensure_future(keep_copies(store))
    try:
        await serve(None, store, clock=clock(), port=port, told=tell)
    finally:
        await end(copying)
