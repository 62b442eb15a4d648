"""Who looks at the running day, and how fast the clip's motion stream has to be for them."""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any

from ..clip.client import ClipClient
from ..errors import PoiseError
from .live import Live

Frame = dict[str, Any]  # the fields of the message `motion`


class Watchers:
    """`client`: the session's, or None. `retune` is called when another rate may be wanted: `tune` is to run."""

    def __init__(
        self, live: Live, client: Callable[[], ClipClient | None], retune: Callable[[], None]
    ) -> None:
        self._live = live
        self._client = client
        self._retune = retune
        self._views: dict[object, tuple[Callable[[Live], None], int]] = {}
        self._frames: dict[object, tuple[Callable[[Frame], None], int]] = {}
        self._rate_hz = 0  # of the motion stream, as the clip was last told
        self._tuning = asyncio.Lock()

    def view(self, callback: Callable[[Live], None], rate_hz: int) -> Callable[[], None]:
        """Calls back at each change; what it returns ends that."""
        return self._watch(self._views, callback, rate_hz)

    def motion(self, callback: Callable[[Frame], None], rate_hz: int) -> Callable[[], None]:
        """Calls back with each motion frame; what it returns ends that."""
        return self._watch(self._frames, callback, rate_hz)

    def _watch(
        self, among: dict[object, Any], callback: object, rate_hz: int
    ) -> Callable[[], None]:
        key = object()
        among[key] = (callback, rate_hz)
        self._retune()

        def stop() -> None:
            if among.pop(key, None):
                self._retune()

        return stop

    def forget_rate(self) -> None:
        """A new session: its clip sends no motion yet."""
        self._rate_hz = 0

    async def tune(self) -> None:
        """The motion stream as fast as somebody wants it, or off."""
        async with self._tuning:
            client = self._client()
            wanted = max(
                (rate for _, rate in (*self._views.values(), *self._frames.values())), default=0
            )
            if client is None or wanted == self._rate_hz:
                return
            with contextlib.suppress(PoiseError):  # a lost link ends the session itself
                await client.request("motion_stream", rate_hz=wanted)
                self._rate_hz = wanted
            if not wanted:
                self._live.flexion_deg = None

    def changed(self) -> None:
        """Tells every view."""
        for callback, _ in list(self._views.values()):
            callback(self._live)

    def frame(self, fields: Frame) -> None:
        """Gives a frame to everybody who takes them."""
        for callback, _ in list(self._frames.values()):
            callback(fields)
