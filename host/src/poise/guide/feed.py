"""The clip's angles for a session: from a running `wear.Runner`, or from a client of one's own that comes back."""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any, Protocol

from ..aio import end
from ..clip.client import ClipClient
from ..errors import PoiseError, Reason

Frame = dict[str, Any]  # the fields of the message `motion`
_AGAIN_S = 2.0
_LOOK_S = 0.25
# What another attempt cannot mend.
_HOPELESS = {Reason.WRONG_VERSION, Reason.FOREIGN_DEVICE, Reason.NOT_PAIRED, Reason.BAD_INPUT}


class Feed(Protocol):
    """Where the angles come from. `wear.Runner` is one; `ClientFeed` makes one of a client."""

    @property
    def client(self) -> ClipClient | None:
        """The connected clip's client; None without a link."""
        ...

    def subscribe_motion(
        self, callback: Callable[[Frame], None], rate_hz: int
    ) -> Callable[[], None]:
        """Calls back with each motion frame; what it returns ends that."""
        ...


class ClientFeed:
    """Keeps a clip of its own connected while it is used as an async context manager.

    `connect` makes a client. The first connection's PoiseError comes out of `async with`; later ones are tried again.
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
        """Calls back with each motion frame, one subscriber at a time; what it returns ends that."""
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
            except PoiseError as error:
                if error.reason in _HOPELESS:
                    return  # the session waits in LOST, and is stopped by its wearer
                await asyncio.sleep(_AGAIN_S)

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
            with contextlib.suppress(PoiseError):  # a lost link is opened again, and asks again
                await client.request("motion_stream", rate_hz=self._rate_hz)
