"""Server of the clinic's pages on 127.0.0.1: the dashboard's server, with a token of its own."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from ...aio import end
from ..server import serve_pages

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from .context import ClinicDesk

HOME = "/clinic"


async def serve(
    desk: "ClinicDesk",
    *,
    port: int = 0,
    token: str | None = None,
    told: Callable[[str], None] | None = None,
) -> None:
    """Serve the clinic's pages until cancelled; `port`, `token` and `told` as `dashboard.server.serve` has them.

    Follows the clips that are plugged in, if the desk has a tray. Raises PoiseError BAD_INPUT when the port is taken.
    """
    following = asyncio.ensure_future(desk.tray.follow()) if desk.tray else None
    try:
        await serve_pages(lambda: _pages(desk), port=port, token=token, told=told, home=HOME)
    finally:
        if following:
            await end(following)


def _pages(desk: "ClinicDesk") -> "ASGIApp":
    from .site import application

    return application(desk)
