"""Serves the dashboard on 127.0.0.1, within the event loop that it is called in."""

import asyncio
import contextlib
import socket
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from ..clock import Clock, SystemClock
from ..errors import PoiseError, Reason
from ..store import Store
from ..tasks import end
from .access import HOST, Access, Guard
from .desk import Desk, TodayWay

if TYPE_CHECKING:
    from ..wear import Runner

_LAST_ANSWERS_S = 1  # requests that are being answered at the end


async def serve(
    runner: "Runner | None",
    store: Store,
    *,
    clock: Clock | None = None,
    port: int = 0,
    token: str | None = None,
    told: Callable[[str], None] | None = None,
) -> None:
    """Until cancelled. `port` 0: a free one; `token`: the first one, else random.

    `told` is called with the address that lets a browser in, and again with a new one whenever that was used. One at
    a time in a process: NiceGUI has one application. Raises PoiseError (BAD_INPUT) when the port is taken.
    """
    listening = bound(port)
    try:
        # Takes more than a second to import.
        import uvicorn

        from .site import application

        desk = Desk(store, clock or SystemClock(), runner)
        if runner is not None:
            runner.add(TodayWay(desk))
        access = Access(listening.getsockname()[1], token, told)
        config = uvicorn.Config(
            Guard(application(desk), access),
            log_config=None,
            log_level="error",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=_LAST_ANSWERS_S,
            ws_max_size=1_000_000,
        )
        await _serve(_quiet_server(uvicorn.Server, config), listening)
    finally:
        listening.close()


def bound(port: int) -> socket.socket:
    """A socket on this port of this computer alone. Raises PoiseError (BAD_INPUT)."""
    found = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    with contextlib.suppress(OSError):
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((HOST, port))
    except OSError as error:
        found.close()
        raise PoiseError(
            Reason.BAD_INPUT,
            f"port {port} of this computer is taken ({error.strerror})",
            "Name another port, or none: a free one is found.",
        ) from None
    return found


def _quiet_server(base: type, config: object) -> object:
    class Server(base):
        """Leaves the signals to the program around it."""

        @contextlib.contextmanager
        def capture_signals(self) -> Iterator[None]:
            yield

    return Server(config)


async def _serve(server: object, listening: socket.socket) -> None:
    serving = asyncio.ensure_future(server.serve(sockets=[listening]))  # type: ignore[attr-defined]
    try:
        await asyncio.shield(serving)
    finally:
        server.should_exit = True  # type: ignore[attr-defined]
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(serving), _LAST_ANSWERS_S + 3)
        await end(serving)
