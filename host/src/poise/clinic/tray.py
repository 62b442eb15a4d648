"""The tray: every clip that is plugged in is asked who it is, and its log comes into its patient's store by itself.

A clip that nobody here has, or that says it is somebody else's, is asked about and never guessed. What came before a
cable was pulled is in the store; the transfer goes on from there when the clip is in again.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from ..aio import end, retrieved, uninterrupted
from ..clip.client import ClipClient
from ..clip.reconnect import INTERRUPTED
from ..errors import PoiseError, Reason
from ..language import _
from ..store import Store
from ..timebase.clock import Clock
from ..wear.bring_in import BringIn, Progress
from ..wear.owner import new_assignment

POLL_S = 1.0  # between two looks at the ports
AGAIN_S = 3.0  # after a clip did not answer, or the link broke with the cable in
SILENT_S = 30.0  # after nothing answered at a port, which may be no clip
_TRIES = 3  # of a port that does not answer as a clip
_UNKNOWN_PCT = 255
_AGAIN = INTERRUPTED | {Reason.BAD_LOG}


class State(StrEnum):
    """What is true of a clip in the tray."""

    ASKING = "asking"  # it has not said yet who it is
    WHOSE = "whose"  # somebody has to say whose it is
    BRINGING = "bringing"  # its log is coming in
    DONE = "done"  # all of its log is in the store
    PULLED = "pulled"  # its cable was pulled before that
    SILENT = "silent"  # nothing at this port answers as a clip
    FAILED = "failed"  # `trouble` says why


@dataclass
class Docked:
    """One clip in the tray, or what is left of one whose cable was pulled.

    `says`: the pseudonym by its own account. `held`: records on the clip. `came` of `expected` records of this
    transfer are in the store; `bytes_s`: bytes a second, `left_s`: seconds to go, None while neither is known.
    """

    port: str
    state: State = State.ASKING
    clip_id: str = ""
    patient_id: int | None = None
    says: str = ""
    assignment: int = 0
    battery_pct: int | None = None
    charging: bool = False
    held: int = 0
    came: int = 0
    expected: int = 0
    new: int = 0
    bytes_s: float | None = None
    left_s: float | None = None
    trouble: str = ""
    opened: bool = False  # its visit has been opened by itself
    tries: int = 0


class Tray:
    """The clips at the ports of this computer. `follow` runs until it is cancelled.

    `ports` returns the serial ports that may be a clip, `client_of` a client for one. `clock`: this computer's own.
    """

    def __init__(
        self,
        store: Store,
        ports: Callable[[], list[str]],
        client_of: Callable[[str], ClipClient],
        clock: Clock,
        *,
        poll_s: float = POLL_S,
    ) -> None:
        self._store = store
        self._ports = ports
        self._client_of = client_of
        self._clock = clock
        self._poll_s = poll_s
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._again_s: dict[str, float] = {}
        self.docked: dict[str, Docked] = {}  # by port
        self.pulled: list[Docked] = []

    def all(self) -> list[Docked]:
        """Return what the tray shows: the clips that are in, then those that were pulled too early."""
        return [*self.docked.values(), *self.pulled]

    def to_open(self) -> int | None:
        """Return whose visit is to open by itself: once for each clip that is plugged in, and only for one alone."""
        found = [one for one in self.docked.values() if one.tries < _TRIES]
        if len(found) != 1 or found[0].opened or found[0].patient_id is None:
            return None
        found[0].opened = True
        return found[0].patient_id

    async def follow(self) -> None:
        """Watch the ports until cancelled."""
        try:
            while True:
                await self._look(set(await asyncio.to_thread(self._ports)))
                await asyncio.sleep(self._poll_s)
        finally:
            await end(*self._tasks.values())

    async def give(self, port: str, patient_id: int, utc_ms: int) -> None:
        """Hand the clip at this port to a patient, because somebody says so, then bring its log in.

        Raises PoiseError NO_CLIP if the clip is gone, STORE_*.
        """
        one = self.docked.get(port)
        if one is None or not one.clip_id:
            raise PoiseError(
                Reason.NO_CLIP, _("that clip is no longer plugged in"), _("Plug it in again.")
            )
        theirs = self._store_of(patient_id)
        await asyncio.to_thread(theirs.clips.give, one.clip_id, utc_ms, new_assignment())
        await self._begin(port)

    async def _look(self, here: set[str]) -> None:
        for port in self.docked.keys() - here:
            await self._gone(port)
        for port in sorted(here - self.docked.keys()):
            await self._begin(port)
        for port, at_s in list(self._again_s.items()):
            if self._clock.monotonic_s() >= at_s:
                await self._begin(port)

    async def _gone(self, port: str) -> None:
        one = self.docked.pop(port)
        self._again_s.pop(port, None)
        if task := self._tasks.pop(port, None):
            await end(task)
        if one.patient_id is not None and one.state is not State.DONE:
            one.state, one.bytes_s, one.left_s = State.PULLED, None, None
            self.pulled.append(one)

    async def _begin(self, port: str) -> None:
        self._again_s.pop(port, None)
        if task := self._tasks.pop(port, None):
            await end(task)
        before = self.docked.get(port)
        one = self.docked[port] = Docked(port)
        if before:
            one.opened, one.tries = before.opened, before.tries
        task = self._tasks[port] = asyncio.create_task(self._dock(one))
        task.add_done_callback(retrieved)

    async def _dock(self, one: Docked) -> None:
        try:
            await self._meet(one)
            if one.patient_id is None:
                one.state = State.WHOSE
                return
            one.state = State.BRINGING
            await self._bring(one, self._store_of(one.patient_id))
        except PoiseError as error:
            self._failed(one, error)

    async def _meet(self, one: Docked) -> None:
        """Ask the clip who it is and how it is, and the store who has it."""
        client = self._client_of(one.port)
        identity = await client.open()
        try:
            status = await client.status()
        finally:
            await uninterrupted(client.close())  # else the port stays taken
        one.clip_id, one.says = identity.clip_id, identity.patient
        one.assignment = identity.assignment
        one.held = identity.next_seq - identity.oldest_seq
        one.tries = 0
        self.pulled = [each for each in self.pulled if each.clip_id != one.clip_id]
        one.charging = bool(status["charging"])
        one.battery_pct = None if status["battery_pct"] == _UNKNOWN_PCT else status["battery_pct"]
        one.patient_id = await asyncio.to_thread(self._store.roster.holder, one.clip_id)

    async def _bring(self, one: Docked, theirs: Store) -> None:
        def watch(progress: Progress) -> None:
            one.came, one.expected = progress.records, progress.total
            one.bytes_s, one.left_s = progress.bytes_s, progress.left_s

        # Without patience: a pulled cable is the tray's, which sees the port go and come.
        transfer = BringIn(
            theirs, lambda: self._client_of(one.port), self._clock, watch=watch, patience_s=0
        )
        done = await transfer.run()
        one.state, one.new, one.came, one.left_s = State.DONE, done["new"], done["records"], None

    def _failed(self, one: Docked, error: PoiseError) -> None:
        one.bytes_s = one.left_s = None
        if error.reason is Reason.OTHER_PATIENT:
            # The store and the clip disagree: nothing was read.
            one.state, one.patient_id, one.trouble = State.WHOSE, None, error.told
            return
        one.tries += not one.clip_id and error.reason is Reason.TIMEOUT
        if one.tries >= _TRIES:
            one.state = State.SILENT
            self._again_s[one.port] = self._clock.monotonic_s() + SILENT_S
            return
        one.state, one.trouble = State.FAILED, error.told
        if error.reason in _AGAIN:
            self._again_s[one.port] = self._clock.monotonic_s() + AGAIN_S

    def _store_of(self, patient_id: int) -> Store:
        return self._store.of_patient(self._store.patients.numbered(patient_id))
