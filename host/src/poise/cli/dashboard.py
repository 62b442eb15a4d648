"""Command `poise dashboard`: opens the dashboard in the browser."""

from ..language import N_, _
from ..store import Store
from ..wear.lock import holder
from .browser import BROWSER, PORT, Opening, await_entry, pages_open
from .context import clock, data_folder, new_app, open_store, run

ALONE = N_("Without `poise wear` it shows what is logged, and no live angle. Ctrl-C ends it.")
app = new_app(_("Open the dashboard in the browser: today, exercises, diary, trends."))


@app.command()
def dashboard(
    port: int = PORT,
    browser: bool = BROWSER,
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

    async with pages_open(opening, store, _(ALONE)) as told:
        await serve(None, store, clock=clock(), port=port, told=told)
