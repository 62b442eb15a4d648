"""Sources of the clip's angles for a session: a running `wear.Runner`, or an own client that reconnects."""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any, Protocol

from ..aio import end
from ..clip.client import ClipClient
from ..clip.reconnect import ATTENDED_S, HOPELESS_IN_SESSION, Search
from ..errors import PoiseError

Frame = dict[str, Any]  # the fields of the message `motion`
_LOOK_S = 0.25


class Feed(Protocol):
    """A source of motion frames. `wear.Runner` is one; `ClientFeed` makes one from a client."""

    @property
    def client(self) -> ClipClient | None:
        """The connected clip's client; None without a link."""
        ...

    def subscribe_motion(
        self, callback: Callable[[Frame], None], rate_hz: int
    ) -> Callable[[], None]:
        """Call `callback` with each motion frame. Return a function that ends the subscription."""
        ...


class ClientFeed:
    """Async context manager that connects to a clip and reconnects after a lost link.

    `connect` makes a client. `async with` raises the PoiseError of the first connection. Later failures are tried
    again, except the errors that another attempt cannot solve.
    """

    def __init__(self, connect: Callable[[], ClipClient]) -> None:
        self._connect = connect
        self._client: ClipClient | None = None
        self._callback: Callable[[Frame], None] | None = None
        self._rate_hz = 0
        self._keeping: asyncio.Task[None] | None = None
        self._tuning: set[asyncio.Task[None]] = set()

    @property
    def client(self) -> ClipClient | None:
        """The connected clip's client; None without a link."""
        client = self._client
        return client if client and client.linked else None

    def subscribe_motion(
        self, callback: Callable[[Frame], None], rate_hz: int
    ) -> Callable[[], None]:
        """Call `callback` with each motion frame. Return a function that ends the subscription.

        There is one subscriber at a time; a new one replaces the last.
        """
        self._callback, self._rate_hz = callback, rate_hz
        self._tune()

        def stop() -> None:
            self._callback, self._rate_hz = None, 0
            self._tune()

        return stop

    async def __aenter__(self) -> "ClientFeed":
        await self._open()
        self._keeping = asyncio.create_task(self._keep())
        return self

    async def __aexit__(self, *_error: object) -> None:
        if self._keeping:
            await end(self._keeping, *self._tuning)
        with contextlib.suppress(PoiseError):
            if self._client:
                await self._client.close()

    async def _open(self) -> None:
        client = self._connect()
        client.on_motion = self._on_motion
        await client.open()
        self._client = client
        if self._rate_hz:
            await client.request("motion_stream", rate_hz=self._rate_hz)

    async def _keep(self) -> None:
        search = Search(longest_s=ATTENDED_S)
        while True:
            await asyncio.sleep(_LOOK_S)
            client = self._client
            if client and client.linked:
                continue
            if client:
                self._client = None
                with contextlib.suppress(PoiseError):
                    await client.close()
            try:
                await self._open()
                search.found()
            except PoiseError as error:
                if error.reason in HOPELESS_IN_SESSION:
                    return  # the session waits in phase LOST until its wearer stops it
                await asyncio.sleep(search.pause_s(asyncio.get_running_loop().time(), error))

    def _on_motion(self, frame: Frame) -> None:
        if self._callback:
            self._callback(frame)

    def _tune(self) -> None:
        task = asyncio.get_running_loop().create_task(self._ask())
        self._tuning.add(task)
        task.add_done_callback(self._tuning.discard)

    async def _ask(self) -> None:
        client = self.client
        if client:
            with contextlib.suppress(PoiseError):  # the next connection asks again
                await client.request("motion_stream", rate_hz=self._rate_hz)
