"""Lending of a clip: handed out, worn, downloaded, wiped. Each return has a receipt, with the clip's own answer."""

import asyncio
from pathlib import Path

from ..clip import letters as transfer
from ..clip.client import ClipClient, Identity
from ..clip.reconnect import INTERRUPTED, ON_THE_AIR, STORE_PASSING
from ..errors import PoiseError, Reason
from ..language import _
from ..letters import incoming, outgoing
from ..store import Store
from ..store.letters import SENT, TO_CLINIC
from .owner import new_assignment, refuse_anothers, settle_owner
from .receipt import Answer, Receipt

_TRIES = 4  # a record may come between the transfer and the wipe
_PROMISED_S = 30.0  # the clip writes its promise first; this computer may be busy, too
_BACK_S, _LOOK_S = 60.0, 0.5  # a clip restarts in a few seconds
_PEER_BYTES = 7  # of a paired computer in the message `bonds`


async def lend(client: ClipClient, store: Store) -> Identity:
    """Hand the connected clip to the store's patient, from the clip's next record on, and tell it so.

    Raises PoiseError OTHER_PATIENT for a clip that says that it is somebody's, or as a request does.
    """
    identity = await client.open()
    try:
        refuse_anothers(identity)
        now = client.clock.utc_ms()
        give = store.clips.give
        await asyncio.to_thread(
            give, identity.clip_id, now, new_assignment(), from_seq=identity.next_seq
        )
        await settle_owner(store, client, identity)
        await client.set_time()
        return identity
    finally:
        await client.close()


async def take_back(
    client: ClipClient, store: Store, folder: Path, lost: int = 0, *, lose_letter: bool = False
) -> Receipt:
    """Bring the clip's log and letter in, wipe the clip, note its return, and return the receipt.

    The clip refuses while it has more than `lost` records that the store lacks. `folder`: the data folder, which has
    the keys. Raises PoiseError: REFUSED with their number as its detail, or for a letter that can't be taken unless
    `lose_letter`; OTHER_PATIENT, or as a request does.
    """
    identity = await client.open()
    clip_id = identity.clip_id
    try:
        await settle_owner(store, client, identity)
        await client.set_time()
        if not lose_letter:
            await _take_letter(client, store, folder)
        missing = await _bring_in_and_wipe(client, store, identity, lost)
        answer = await _answer_of(client, identity)
    finally:
        await client.close()
    now = client.clock.utc_ms()
    row = next(row for row in store.clips.history() if row.clip_id == clip_id)
    store.clips.take_back(clip_id, now)
    store.audit.put("clip_wiped", now, clip_id)
    count = store.records.count(clip_id)
    patient, last = store.patient.pseudonym, store.records.next_seq(clip_id) - 1
    return Receipt(clip_id, patient, row.first_seen_utc_ms, now, count, last, missing, answer)


async def wipe(client: ClipClient, lost: int, *, lose_letter: bool = False) -> Receipt:
    """Wipe a clip that is nobody's here; what it holds is lost. Raises PoiseError as `take_back` does."""
    identity = await client.open()
    try:
        if not lose_letter and (await transfer.held(client, TO_CLINIC))[0]:
            raise _not_taken(_("it is of no patient of this store"))
        missing = await _wiped(client, identity.oldest_seq, lost)
        answer = await _answer_of(client, identity)
    finally:
        await client.close()
    return Receipt(identity.clip_id, "", 0, client.clock.utc_ms(), 0, 0, missing, answer)


async def _take_letter(client: ClipClient, store: Store, folder: Path) -> None:
    """Take the letter to the clinic that the clip brings, if it is not this computer's own. Raises PoiseError."""
    size, crc = await transfer.held(client, TO_CLINIC)
    own = store.letters.last(SENT, TO_CLINIC)
    if not size or (own is not None and own.detail.get("crc32") == crc):
        return
    if not outgoing.is_clinic(store, folder):
        raise _not_taken(_("it is to another computer than this one"))
    assert client.identity is not None
    clip_id = client.identity.clip_id
    way = incoming.Way(clip_id, store.clips.assignment(clip_id))
    try:
        data = await transfer.read(client, TO_CLINIC)
        incoming.take_to_clinic(store, folder, data, way, client.clock.utc_ms())
    except PoiseError as error:
        if error.reason in INTERRUPTED | STORE_PASSING:
            raise
        raise _not_taken(error.told) from error


def _not_taken(why: str) -> PoiseError:
    return PoiseError(
        Reason.REFUSED,
        _(
            "the clip has a letter to the clinic that was not taken, and was not wiped: {why}"
        ).format(why=why),
        _("It has the patient's diary. Bring it in; or give it up: --lose-letter"),
    )


async def _bring_in_and_wipe(
    client: ClipClient, store: Store, identity: Identity, lost: int
) -> int:
    def sink(raw: bytes) -> None:
        now = client.clock.utc_ms()
        store.records.import_raw(identity.clip_id, raw, client.transport.source, now)

    for left in reversed(range(_TRIES)):
        try:
            missing = store.records.next_seq(identity.clip_id, identity.oldest_seq)
            await client.read_log(missing, sink)
        except PoiseError as error:
            if error.reason is not Reason.BAD_LOG or not lost:
                raise  # else a log that can't be read is what is lost
        stored = store.records.next_seq(identity.clip_id, identity.oldest_seq)
        try:
            return await _wiped(client, stored, lost)
        except PoiseError as error:
            if error.reason is not Reason.REFUSED or not error.detail or lost or not left:
                raise
    raise AssertionError("the last try returns or raises")


async def _wiped(client: ClipClient, next_seq: int, lost: int) -> int:
    """Let the clip promise its wipe; return the number of records that are lost by it."""
    try:
        now = (await client.hello()).next_seq
        await client.request_patiently(_PROMISED_S, "wipe", next_seq=next_seq, lost=lost)
    except PoiseError as error:
        if error.reason is not Reason.REFUSED or not error.detail:
            raise
        raise PoiseError(
            Reason.REFUSED,
            _("the clip has {count} records that are not in the store, and was not wiped").format(
                count=error.detail
            ),
            _("Bring them in, or give them up: --lose-records {count}").format(count=error.detail),
            error.detail,
        ) from None
    return max(0, now - next_seq)


async def _answer_of(client: ClipClient, before: Identity) -> Answer:
    """Wait for the clip's restart, and ask it what it holds. Raises PoiseError."""
    waited_s = 0.0
    while True:
        await client.close()
        await client.clock.sleep(_LOOK_S)
        waited_s += _LOOK_S
        try:
            now = await client.open()
            if now.boot != before.boot:
                break
        except PoiseError as error:
            if error.reason not in ON_THE_AIR or waited_s > _BACK_S:
                raise
        if waited_s > _BACK_S:
            raise PoiseError(
                Reason.TIMEOUT,
                _("the clip has promised to wipe itself, and has not started again"),
                _("Switch it off and on: it goes on with it. Then run the command again."),
            )
    peers = (await client.request("bond_list"))["peers"]
    plan_version = (await client.request("setting_get", key="plan_version"))["value"]
    timetable = (await client.request("timetable_get"))["value"]
    letters = [(await transfer.held(client, letter))[0] for letter in transfer.LETTERS]
    return Answer(
        now.boot,
        now.oldest_seq,
        now.next_seq,
        now.assignment,
        now.patient,
        len(peers) // _PEER_BYTES,
        timetable,
        plan_version,
        sum(letters),
    )
