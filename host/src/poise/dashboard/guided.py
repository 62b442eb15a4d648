"""The one exercise session under way: it survives a reload of the page, and ends when no page shows it."""

import asyncio
import contextlib
import datetime as dt
from collections.abc import Callable

from .. import language
from ..aio import end
from ..coach.plan.prescription import Prescription
from ..coach.session.cues import Phase, View
from ..errors import PoiseError
from ..guide import Feed, SessionRunner
from ..store import Store
from ..timebase.clock import Clock

VIA = "dashboard"  # in the store
AWAY_S = 2.0  # longer than a reload: without a page for this time the session pauses
LEFT_ALONE_S = 30.0  # without a page for this time the session ends
Listener = Callable[[View], None]


class Guided:
    """A running session. `view`: the state to show. When it is `over`, `number` of its row and `error` are set.

    `feed`: None without a clip. `zone`: the time zone in which the plan's daily maximum is counted. `who`: the
    therapist, for a reference recording. Make it inside a running event loop: the session begins at once.
    """

    def __init__(
        self,
        feed: Feed | None,
        prescription: Prescription,
        clock: Clock,
        store: Store,
        zone: dt.tzinfo,
        who: str = "",
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
            who=who,
        )
        self._task = asyncio.get_running_loop().create_task(self._run())

    @property
    def view(self) -> View:
        """View of this moment."""
        return self.runner.view

    def watch(self, listener: Listener) -> Callable[[], None]:
        """Call back with each change until the returned function is called.

        LEFT_ALONE_S after the last listener it ends.
        """
        key = object()
        self._listeners[key] = language.spoken(listener)
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
        """True if the session can go on: not over, and not stopped."""
        return not self.over and self.view.phase is not Phase.SAFETY

    def seen(self, page: object) -> None:
        """Note that a page of the session is connected."""
        self._pages.add(page)

    def unseen(self, page: object) -> None:
        """Note that a page of the session lost its connection: it was left, or it is reloading."""
        self._pages.discard(page)
        if not self._pages and not self.over:
            asyncio.get_running_loop().call_later(AWAY_S, self._pause_unseen)

    def _pause_unseen(self) -> None:
        if not self._pages and not self.over:
            self.runner.pause()

    async def ended(self) -> None:
        """Wait until the session is over."""
        await asyncio.wait([self._task])

    async def close(self) -> None:
        """End the session now; the runner keeps what was done."""
        await end(self._task)

    async def _run(self) -> None:
        try:
            self.number = await self.runner.run()
        except PoiseError as error:
            self.error = error
        except asyncio.CancelledError:
            # Only `end` waits for this task, and the runner keeps what was done.
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
