"""Bringing a clip's log into the store once, for `poise download` and the clinic's tray."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

from ..clip.client import ClipClient, Identity
from ..store import Store, log_file
from ..wire.codec import definition_hash
from .owner import settle_owner

# Gets (records that have come, records that were to come) after each piece is committed.
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Brought:
    """What a transfer brought: records that came, those new to the store, and the number after the last.

    `unexplained`: records in between that are gone without a gap record. `time_given`: the clip got the time.
    """

    records: int
    new: int
    next_seq: int
    unexplained: int
    time_given: bool


async def bring_in(
    client: ClipClient,
    store: Store,
    identity: Identity,
    *,
    everything: bool = False,
    copy: BinaryIO | None = None,
    progress: Progress | None = None,
) -> Brought:
    """Transfer the log of an open clip into its patient's `store`; an interrupted transfer keeps its records.

    `copy` gets the raw records as well. Raises PoiseError OTHER_PATIENT before anything is read if the clip is not
    the patient's, or as the link and the store do.
    """
    new = came = 0
    await settle_owner(store, client, identity)
    if copy:
        copy.write(_head(store, identity, client.clock.utc_ms()))
    time_given = await client.set_time()
    missing = store.records.next_seq(identity.clip_id, identity.oldest_seq)
    first = identity.oldest_seq if everything else missing
    expected = max(identity.next_seq - first, 0)

    take, source = store.records.import_raw, client.transport.source

    async def sink(raw: bytes) -> None:
        nonlocal new, came
        # In a thread, because a locked database blocks its caller for seconds.
        done = await asyncio.to_thread(take, identity.clip_id, raw, source, client.clock.utc_ms())
        new += done.new
        came += done.new + done.duplicate
        if copy:
            copy.write(raw)
        if progress:
            progress(came, max(expected, came))

    transfer = await client.read_log(first, sink)
    return Brought(transfer.records, new, transfer.next_seq, transfer.unexplained, time_given)


def _head(store: Store, identity: Identity, utc_ms: int) -> bytes:
    wire = definition_hash().hex()
    patient = store.patient.pseudonym
    return log_file.head(
        log_file.LogHead(identity.clip_id, patient, identity.firmware, wire, utc_ms)
    )
