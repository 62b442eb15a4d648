"""The one exercise session that can be under way: it outlives a reload of the page, and ends when nobody looks."""

import asyncio
import contextlib
import datetime as dt
from collections.abc import Callable

from ..aio import end
from ..coach.plan.prescription import Prescription
from ..coach.session.cues import Phase, View
from ..errors import PoiseError
from ..guide import Feed, SessionRunner
from ..store import Store
from ..timebase.clock import Clock

VIA = "dashboard"  # in what is kept
AWAY_S = 2.0  # longer than a reload without its page: nobody looks, and nothing is counted
LEFT_ALONE_S = 30.0  # without any page: the wearer has gone
Listener = Callable[[View], None]


class Guided:
    """A session that runs. `view` is what to show; `number` of its row and `error` are there when it is `over`."""

    def __init__(
        self,
        feed: Feed | None,
        prescription: Prescription,
        clock: Clock,
        store: Store,
        zone: dt.tzinfo,
    ) -> None:
        self.prescription = prescription
        self.with_clip = feed is not None
        self.number: int | None = None
        self.error: PoiseError | None = None
        self.over = False
        self._listeners: dict[object, Listener] = {}
        self._pages: set[object] = set()
        self._leaving: asyncio.TimerHandle | None = None
        self.runner = SessionRunner(
            feed,
            prescription,
            clock,
            store,
            self._changed,
            via=VIA,
            zone=zone,
        )
        self._task = asyncio.get_running_loop().create_task(self._run())

    @property
    def view(self) -> View:
        """This moment."""
        return self.runner.view

    def watch(self, listener: Listener) -> Callable[[], None]:
        """Calls back with each change until the returned function is called; when all have left, it ends in a while."""
        key = object()
        self._listeners[key] = listener
        if self._leaving:
            self._leaving.cancel()
            self._leaving = None

        def leave() -> None:
            if self._listeners.pop(key, None) and not self._listeners and not self.over:
                loop = asyncio.get_running_loop()
                self._leaving = loop.call_later(LEFT_ALONE_S, self._task.cancel)

        return leave

    @property
    def is_under_way(self) -> bool:
        """Whether it can go on: not over, and not stopped."""
        return not self.over and self.view.phase is not Phase.SAFETY

    def seen(self, page: object) -> None:
        """A page of it is connected."""
        self._pages.add(page)

    def unseen(self, page: object) -> None:
        """A page of it has lost its connection: by a reload, or since it was left."""
        self._pages.discard(page)
        if not self._pages and not self.over:
            asyncio.get_running_loop().call_later(AWAY_S, self._pause_unseen)

    def _pause_unseen(self) -> None:
        if not self._pages and not self.over:
            self.runner.pause()

    async def close(self) -> None:
        """Ends it now; what was done is kept."""
        await end(self._task)

    async def _run(self) -> None:
        try:
            self.number = await self.runner.run()
        except PoiseError as error:
            self.error = error
        except asyncio.CancelledError:
            # Nobody waits for this task but `end`: what was done is kept by the runner.
            with contextlib.suppress(RuntimeError):
                self._finish()
            raise
        self._finish()

    def _finish(self) -> None:
        self.over = True
        self._changed(self.view)

    def _changed(self, view: View) -> None:
        for listener in list(self._listeners.values()):
            listener(view)
