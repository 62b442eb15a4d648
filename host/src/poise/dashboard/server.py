"""Server of the dashboard on 127.0.0.1, in the event loop that calls it."""

import asyncio
import contextlib
import logging
import socket
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from ..aio import end
from ..errors import PoiseError, Reason
from ..language import _
from ..store import Store
from ..timebase.clock import Clock, SystemClock
from .access import HOST, Access
from .context import PageContext, TodayWay
from .gate import BACKLOG, Gate, Sparse, crowd_line, gated, quiet

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from ..setup.acts import Setup
    from ..wear import Runner

_LAST_ANSWERS_S = 1  # at the end, time to finish open requests
_log = logging.getLogger("poise.dashboard")


async def serve(
    runner: "Runner | None",
    store: Store,
    *,
    clock: Clock | None = None,
    port: int = 0,
    token: str | None = None,
    told: Callable[[str], None] | None = None,
    setup: "Setup | None" = None,
) -> None:
    """Serve until cancelled. `port` 0: a free one; `token`: the first one, else random.

    Without a `runner` the pages show the store alone. `clock` None: the system's. `setup` leads a new user.

    Calls `told` with the address that lets a browser in, once the server answers it, and with a new address after
    each use. Only one server at a time in a process: NiceGUI has one application. Raises PoiseError BAD_INPUT when
    the port is taken.
    """
    context = PageContext(store, clock or SystemClock(), runner, setup)
    await serve_pages(
        lambda: _pages(context), port=port, token=token, told=told, warn=_warning(runner)
    )


def _pages(context: PageContext) -> "ASGIApp":
    from .site import application

    if context.runner is not None:
        context.runner.add(TodayWay(context))
    return application(context)


async def serve_pages(
    make: Callable[[], "ASGIApp"],
    *,
    port: int = 0,
    token: str | None = None,
    told: Callable[[str], None] | None = None,
    warn: Callable[[str], None] | None = None,
    home: str = "/",
) -> None:
    """Serve the application that `make` returns, behind the guard, until cancelled; arguments as `serve` has them.

    `warn` gets a line about too many connections, "" at their end. `home`: path of the first page. Raises PoiseError
    BAD_INPUT when the port is taken.
    """
    listening = bound(port)
    crowd = crowd_line(asyncio.get_running_loop().call_later, warn or _warning(None))
    try:
        with quiet(crowd.note):
            access = Access(listening.getsockname()[1], token, told, home)
            await _serve(_server(access, make, crowd), listening)
    finally:
        crowd.end()
        listening.close()


def bound(port: int) -> socket.socket:
    """Return a socket that listens on this port of this computer only. Raises PoiseError BAD_INPUT when it is taken."""
    found = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    with contextlib.suppress(OSError):
        found.setsockopt(socket.SOL_SOCKET, _own_port(), 1)
    try:
        found.bind((HOST, port))
        # Listen at once: before that another program could take the port as well, and get the browser.
        found.listen(BACKLOG)
    except OSError as error:
        found.close()
        raise PoiseError(
            Reason.BAD_INPUT,
            _("port {port} of this computer is taken ({fault})").format(
                port=port, fault=error.strerror
            ),
            _("Name another port, or none: a free one is found."),
        ) from None
    return found


def _own_port() -> int:
    """Return the socket option that frees the port at once on closing, and shares it with nobody."""
    if sys.platform == "win32":
        return socket.SO_EXCLUSIVEADDRUSE  # SO_REUSEADDR lets others in there
    return socket.SO_REUSEADDR


def _warning(runner: "Runner | None") -> Callable[[str], None]:
    if runner is not None:
        return lambda text: runner.live.warn("dashboard", text)
    return lambda text: _log.warning("%s", text) if text else None


def _server(access: Access, make: Callable[[], "ASGIApp"], crowd: Sparse) -> Any:
    # The import takes more than a second.
    import uvicorn
    from uvicorn.protocols.http.auto import AutoHTTPProtocol

    from .guard import Guard
    from .site import give_sockets

    gate = Gate(asyncio.get_running_loop().call_later, crowd.note)
    guarded = Guard(make(), access, gate)
    give_sockets(access.key)
    config = uvicorn.Config(
        guarded,
        http=gated(AutoHTTPProtocol, gate),  # type: ignore[arg-type]
        backlog=BACKLOG,
        log_config=None,
        log_level="error",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=_LAST_ANSWERS_S,
        ws_max_size=1_000_000,
    )
    return _quiet_server(uvicorn.Server, config, access.announce)


def _quiet_server(base: type, config: object, listens: Callable[[], None]) -> object:
    class Server(base):
        """Leaves the signals to the program around it; says when it answers."""

        @contextlib.contextmanager
        def capture_signals(self) -> Iterator[None]:
            yield

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            listens()

    return Server(config)


async def _serve(server: Any, listening: socket.socket) -> None:
    serving = asyncio.ensure_future(server.serve(sockets=[listening]))
    try:
        await asyncio.shield(serving)
    finally:
        server.should_exit = True
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(serving), _LAST_ANSWERS_S + 3)
        await end(serving)
