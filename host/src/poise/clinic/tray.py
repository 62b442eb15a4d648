"""The tray: every clip that is plugged in is asked who it is, and its log comes into its patient's store by itself.

A clip that nobody here has, or that says it is somebody else's, is asked about and never guessed. What came before a
cable was pulled is in the store; the transfer goes on from there when the clip is in again. The letters follow the log,
and again whenever something was decided.
"""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from ..aio import end, retrieved, uninterrupted
from ..clip.client import ClipClient
from ..clip.reconnect import INTERRUPTED
from ..errors import PoiseError, Reason
from ..language import _
from ..letters.outgoing import is_clinic
from ..store import Store
from ..timebase.clock import Clock
from ..wear.bring_in import BringIn, Progress
from ..wear.lending import take_back
from ..wear.letters import Exchanged, Mail, exchange_once, hand_out
from ..wear.owner import new_assignment
from ..wear.receipt import Receipt

POLL_S = 1.0  # between two looks at the ports
AGAIN_S = 3.0  # after a clip did not answer, or the link broke with the cable in
SILENT_S = 30.0  # after nothing answered at a port, which may be no clip
_TRIES = 3  # of a port that does not answer as a clip
_UNKNOWN_PCT = 255
T = TypeVar("T")
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


class Posted(StrEnum):
    """Where the letter to a patient is after something was decided."""

    ON_CLIP = "on_clip"
    SOON = "soon"  # the clip is in, and its log comes first
    LATER = "later"  # the clip is not in
    FIRST = "first"  # no clip has been handed out with a letter


@dataclass
class Docked:
    """One clip in the tray, or what is left of one whose cable was pulled.

    `says`: the pseudonym by its own account. `held`: records on the clip. `came` of `expected` records of this
    transfer are in the store; `bytes_s`: bytes a second, `left_s`: seconds to go, None while neither is known.
    `mail`: the last exchange of letters, None before it. `letter_due`: something was decided meanwhile.
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
    mail: Exchanged | None = None
    letter_due: bool = False
    restarts: bool = False  # it is being wiped: its port may go and come


class Tray:
    """The clips at the ports of this computer. `follow` runs until it is cancelled.

    `ports` returns the serial ports that may be a clip, `client_of` a client for one. `clock`: this computer's own.
    `folder`: the data folder with the keys of the letters; without it no letter is exchanged.
    """

    def __init__(
        self,
        store: Store,
        ports: Callable[[], list[str]],
        client_of: Callable[[str], ClipClient],
        clock: Clock,
        *,
        folder: Path | None = None,
        poll_s: float = POLL_S,
    ) -> None:
        self._store = store
        self._ports = ports
        self._client_of = client_of
        self._clock = clock
        self._folder = folder
        self._poll_s = poll_s
        self._tasks: dict[str, asyncio.Task[Any]] = {}
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
                await self._look(await self._here())
                await asyncio.sleep(self._poll_s)
        finally:
            await end(*self._tasks.values())

    async def _here(self) -> set[str]:
        """Return the ports that are there; none while they can't be told, such as those of a twin that has ended."""
        try:
            return set(await asyncio.to_thread(self._ports))
        except PoiseError:
            return set()

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

    async def send(self, patient_id: int) -> Posted:
        """Write the patient's letter onto the clip, if it is in. Raises PoiseError STORE_*, or as a request does."""
        theirs = self._store_of(patient_id)
        if self._folder is None or not await asyncio.to_thread(_corresponds, theirs, self._folder):
            return Posted.FIRST
        one = self._of(patient_id)
        if one is None:
            return Posted.LATER
        if self._busy(one.port):
            one.letter_due = True
            return Posted.SOON
        work = exchange_once(self._client_of(one.port), theirs, self._folder)
        done = await self._at(one, self._mailed(one, work))
        return Posted.LATER if done is None else Posted.ON_CLIP

    async def first_letter(self, patient_id: int) -> Exchanged | None:
        """Hand the patient's clip out with its first letter. Return None if its cable was pulled meanwhile.

        Raises PoiseError NO_CLIP, BAD_INPUT, OTHER_PATIENT, STORE_*, or as a request does.
        """
        one, folder = await self._with_log_in(patient_id)
        theirs = self._store_of(patient_id)

        async def work() -> Exchanged:
            return (await hand_out(self._client_of(one.port), theirs, folder))[1]

        return await self._at(one, self._mailed(one, work()))

    async def take_back(self, patient_id: int) -> Receipt:
        """Take the patient's clip back: bring its log and letter in, wipe it, return the receipt.

        Raises PoiseError NO_CLIP, or as `lending.take_back` does.
        """
        one, folder = await self._with_log_in(patient_id)
        work = take_back(self._client_of(one.port), self._store_of(patient_id), folder)
        one.restarts = True
        try:
            receipt = await self._at(one, work)
        finally:
            one.restarts = False
        if receipt is None:
            raise _not_plugged_in()
        await self._begin(one.port)
        return receipt

    async def _with_log_in(self, patient_id: int) -> tuple[Docked, Path]:
        """Return the patient's clip, once its log is in, and the folder of the keys. Raises PoiseError NO_CLIP."""
        one = self._of(patient_id)
        if one is None or self._folder is None:
            raise _not_plugged_in()
        if self._busy(one.port):
            await asyncio.wait({self._tasks[one.port]})
        return one, self._folder

    def _of(self, patient_id: int) -> Docked | None:
        found = (one for one in self.docked.values() if one.patient_id == patient_id)
        return next(found, None)

    def _busy(self, port: str) -> bool:
        task = self._tasks.get(port)
        return task is not None and not task.done()

    async def _at(self, one: Docked, work: Coroutine[Any, Any, T]) -> T | None:
        """Do this with the clip at its port. Return None if its cable was pulled meanwhile. Raises PoiseError."""
        task = self._tasks[one.port] = asyncio.create_task(work)
        task.add_done_callback(retrieved)
        await asyncio.wait({task})
        return None if task.cancelled() else task.result()

    async def _mailed(self, one: Docked, work: Coroutine[Any, Any, Exchanged]) -> Exchanged:
        """Do this exchange of letters, and again while something is decided meanwhile. Return the last one."""
        one.letter_due = False
        one.mail = done = await work
        await self._letters_due(one)
        return one.mail or done

    async def _letters_due(self, one: Docked) -> None:
        assert one.patient_id is not None
        while one.letter_due and self._folder:
            one.letter_due = False
            theirs = self._store_of(one.patient_id)
            one.mail = await exchange_once(self._client_of(one.port), theirs, self._folder)

    async def _look(self, here: set[str]) -> None:
        for port in self.docked.keys() - here:
            if self.docked[port].restarts:
                continue
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
            await self._letters_due(one)
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

        folder = self._folder
        # Before the clinic has keys, this computer reads no letter: it may be a patient's own.
        writes = folder is not None and await asyncio.to_thread(is_clinic, theirs, folder)
        mail = Mail(theirs, folder) if folder and writes else None
        # Without patience: a pulled cable is the tray's, which sees the port go and come.
        transfer = BringIn(
            theirs,
            lambda: self._client_of(one.port),
            self._clock,
            watch=watch,
            patience_s=0,
            afterwards=mail.exchange if mail else None,
        )
        done = await transfer.run()
        one.mail = mail.last if mail else None
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


def _not_plugged_in() -> PoiseError:
    return PoiseError(Reason.NO_CLIP, _("this patient's clip is not plugged in"), _("Plug it in."))


def _corresponds(theirs: Store, folder: Path) -> bool:
    """Return True if this is the clinic's computer and a clip is with the patient that has been handed out."""
    held = [row.clip_id for row in theirs.clips.history() if row.returned_utc_ms is None]
    return is_clinic(theirs, folder) and any(map(theirs.clips.assignment, held))
