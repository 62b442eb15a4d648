"""The exchange of letters with a clip: at the patient's computer and at the clinic's, over Bluetooth and USB."""

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from ..clip import letters as transfer
from ..clip.client import ClipClient, Identity
from ..clip.reconnect import INTERRUPTED, STORE_PASSING
from ..errors import PoiseError, Reason
from ..language import _
from ..letters import incoming, keys, outgoing
from ..store import Store
from ..store.letters import SENT, TO_CLINIC, TO_PATIENT
from ..timebase.clock import Clock
from .owner import new_assignment, refuse_anothers, settle_owner

LOOK_S = 60.0  # between two looks at what is to be said, while the link is held
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Exchanged:
    """What one exchange did. `refused`: the letter on the clip was not taken, and why."""

    taken: incoming.Taken | None = None
    sent: outgoing.Outgoing | None = None
    refused: PoiseError | None = None


class Mail:
    """Takes and writes the letters of the store's patient. `folder`: the data folder, which has the keys."""

    def __init__(self, store: Store, folder: Path) -> None:
        self._store = store
        self._folder = folder
        # Clip and CRC-32 of the letter that was looked at, and the key that was confirmed then.
        self._seen: tuple[str, int, str | None] | None = None
        self._refused: PoiseError | None = None
        self.last = Exchanged()  # what the last exchange did

    async def looks(self, client: ClipClient, clock: Clock) -> AsyncIterator[Exchanged]:
        """Exchange every LOOK_S without end. Give what each did; an interruption is left to the next."""
        while True:
            try:
                yield await self.exchange(client)
            except PoiseError as error:
                if error.reason not in INTERRUPTED | STORE_PASSING:
                    yield Exchanged(refused=error)
                else:
                    yield Exchanged(refused=self._refused)
            await clock.sleep(LOOK_S)

    async def exchange(self, client: ClipClient) -> Exchanged:
        """Take the letter that the clip brings, then give it ours if that says anything new. Raises PoiseError."""
        identity = client.identity
        assert identity is not None
        at_clinic = await asyncio.to_thread(outgoing.is_clinic, self._store, self._folder)
        assignment = await asyncio.to_thread(self._store.clips.assignment, identity.clip_id)
        if at_clinic and not assignment:
            return Exchanged()  # nobody has handed it out
        theirs, ours = (TO_CLINIC, TO_PATIENT) if at_clinic else (TO_PATIENT, TO_CLINIC)
        taken = await self._take(client, incoming.Way(identity.clip_id, assignment), theirs)
        sent = await self._give(client, identity, ours)
        self.last = Exchanged(taken, sent, self._refused)
        return self.last

    async def _take(
        self, client: ClipClient, way: incoming.Way, kind: str
    ) -> incoming.Taken | None:
        size, crc = await transfer.held(client, kind)
        role = keys.PATIENT if kind == TO_CLINIC else keys.CLINIC
        confirmed = await asyncio.to_thread(self._store.letters.confirmed, role)
        seen = (way.clip or "", crc, confirmed)
        if not size or self._seen == seen:
            return None
        self._refused = taken = None
        take = incoming.take_to_clinic if kind == TO_CLINIC else incoming.take_to_patient
        now = client.clock.utc_ms()
        try:
            data = await transfer.read(client, kind)
            taken = await asyncio.to_thread(take, self._store, self._folder, data, way, now)
        except PoiseError as error:
            if error.reason in INTERRUPTED | STORE_PASSING:
                raise
            self._refused = error
            _log.warning("letter refused: %s (%s)", error, error.reason)
        self._seen = seen
        if taken is not None:
            fingerprint = keys.grouped(taken.row.fingerprint)
            _log.info("letter %d taken, of %s", taken.row.number, fingerprint)
        return taken

    async def _give(
        self, client: ClipClient, identity: Identity, kind: str
    ) -> outgoing.Outgoing | None:
        last = await asyncio.to_thread(self._store.letters.last, SENT, kind)
        again = False
        if last is not None:  # a clip that was wiped, or that another computer wrote to
            _, crc = await transfer.held(client, kind)
            again = crc != last.detail.get("crc32")
        make = outgoing.to_clinic if kind == TO_CLINIC else outgoing.to_patient
        letter = await asyncio.to_thread(
            make, self._store, self._folder, identity.clip_id, client.clock.utc_ms(), again=again
        )
        if letter is None:
            return None
        await transfer.write(client, kind, letter.data)
        await asyncio.to_thread(self._store.letters.add, letter.row)
        _log.info("letter %d given, %d bytes", letter.row.number, len(letter.data))
        return letter


async def exchange_once(client: ClipClient, store: Store, folder: Path) -> Exchanged:
    """Connect to the store's patient's clip, exchange letters, and disconnect. Raises PoiseError."""
    identity = await client.open()
    try:
        await settle_owner(store, client, identity)
        return await Mail(store, folder).exchange(client)
    finally:
        await client.close()


async def hand_out(client: ClipClient, store: Store, folder: Path) -> tuple[str, Exchanged]:
    """Hand this clip to the store's patient, unless the patient has it, and write its letter.

    Makes the clinic's keys if it has none. Return the clip's id, and what was exchanged. Raises PoiseError BAD_INPUT on
    a patient's computer, OTHER_PATIENT, STORE_*, or as a request does.
    """
    refuse_at_the_patients(store)
    outgoing.clinic_keys(store, folder)
    identity = await client.open()
    try:
        refuse_anothers(identity, store.patient.pseudonym)
        assignment = store.clips.assignment(identity.clip_id)
        if not assignment or assignment != identity.assignment:
            store.clips.give(identity.clip_id, client.clock.utc_ms(), new_assignment())
        await settle_owner(store, client, identity)
        done = await Mail(store, folder).exchange(client)
        if done.sent is not None:
            store.audit.put("first_letter", client.clock.utc_ms(), identity.clip_id)
        return identity.clip_id, done
    finally:
        await client.close()


def refuse_at_the_patients(store: Store) -> None:
    """Raise PoiseError BAD_INPUT if this computer gets letters of a clinic: it hands no clip out."""
    if store.letters.correspondent(keys.CLINIC) is not None:
        raise PoiseError(
            Reason.BAD_INPUT,
            _("this computer gets letters of a clinic: it is a patient's"),
            _("Do this on the clinic's computer."),
        )
