"""Command `poise clinic`: opens the therapist's pages in the browser."""

import os
from pathlib import Path

from ..language import N_, _
from ..store import Store
from ..timebase.clock import SystemClock
from .browser import BROWSER, PORT, Opening, pages_open
from .context import (
    ble_client,
    clock,
    data_folder,
    new_app,
    open_store,
    run,
    twin,
    usb_client,
)

RUNS = N_("A clip that is plugged in opens its patient's visit. Ctrl-C ends it.")
app = new_app(_("Open the therapist's pages in the browser."))


@app.command()
def clinic(
    port: int = PORT,
    browser: bool = BROWSER,
) -> None:
    """Open the therapist's pages in the browser: patients, and each one's visit.

    The address lets one browser in, once; nothing of it is reachable from elsewhere.
    """
    opening = Opening(data_folder(), wanted=browser)
    with open_store(whole=True) as store:
        run(_serve(store, port, opening))


async def _serve(store: Store, port: int, opening: Opening) -> None:
    from ..clinic.tray import Tray
    from ..dashboard.clinic.context import ClinicDesk
    from ..dashboard.clinic.server import serve
    from ..guide import ClientFeed

    folder = data_folder()
    tray = Tray(store, _ports, usb_client, SystemClock(), folder=folder)
    desk = ClinicDesk(
        store, clock(), tray, folder, feed=lambda: ClientFeed(lambda: ble_client(None))
    )
    async with pages_open(opening, store, _(RUNS)) as told:
        await serve(desk, port=port, told=told)


def _ports() -> list[str]:
    """Return the ports that may be a clip: the twin's while it runs, else those of the usual USB chips."""
    if os.environ.get("POISE_TWIN"):
        info = twin()
        return [info["usb"]] if info and Path(info["usb"]).exists() else []
    from ..clip.transport.ports import likely_ports

    return [port.device for port in likely_ports()]
