"""Subscribers to the running day, and the rate of the motion stream that they need."""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any

from ..clip.client import ClipClient
from ..errors import PoiseError
from .live import Live

Frame = dict[str, Any]  # the fields of the message `motion`


class Watchers:
    """The subscribers to `live` and to motion frames.

    `client` returns the connected clip's client or None. `retune` is called when the rate may have changed; it should
    run `tune`.
    """

    def __init__(
        self, live: Live, client: Callable[[], ClipClient | None], retune: Callable[[], None]
    ) -> None:
        self._live = live
        self._client = client
        self._retune = retune
        self._views: dict[object, tuple[Callable[[Live], None], int]] = {}
        self._frames: dict[object, tuple[Callable[[Frame], None], int]] = {}
        self._rate_hz = 0  # the motion stream's rate that the clip was last sent
        self._tuning = asyncio.Lock()

    def view(self, callback: Callable[[Live], None], rate_hz: int) -> Callable[[], None]:
        """Call `callback` at each change of `live`. Return a function that ends the subscription."""
        return self._watch(self._views, callback, rate_hz)

    def motion(self, callback: Callable[[Frame], None], rate_hz: int) -> Callable[[], None]:
        """Call `callback` with each motion frame. Return a function that ends the subscription."""
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

    @property
    def rate_hz(self) -> int:
        """The highest rate that a subscriber wants; 0: nobody follows the angle."""
        return max((rate for _, rate in (*self._views.values(), *self._frames.values())), default=0)

    def forget_rate(self) -> None:
        """Reset the known rate to 0, because the clip sends no motion on a new connection."""
        self._rate_hz = 0

    async def tune(self) -> None:
        """Ask the clip for the highest rate that a subscriber wants; 0 turns the stream off."""
        async with self._tuning:
            client = self._client()
            wanted = self.rate_hz
            if client is None or wanted == self._rate_hz:
                return
            with contextlib.suppress(PoiseError):  # a lost link ends the connection itself
                await client.request("motion_stream", rate_hz=wanted)
                self._rate_hz = wanted
            if not wanted:
                self._live.flexion_deg = None

    def changed(self) -> None:
        """Call every view's callback with `live`."""
        for callback, _ in list(self._views.values()):
            callback(self._live)

    def frame(self, fields: Frame) -> None:
        """Pass a motion frame to every subscriber of frames."""
        for callback, _ in list(self._frames.values()):
            callback(fields)
