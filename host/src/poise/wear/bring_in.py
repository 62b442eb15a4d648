"""Bring a clip's log into the store, over as many links as it takes, and tell how it gets on."""

import asyncio
import struct
from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any, BinaryIO

from ..clip.client import ClipClient, Identity
from ..clip.line_rate import fast_line
from ..clip.log_reader import SEQ_AT
from ..errors import PoiseError, Reason
from ..language import _
from ..store import Store, log_file
from ..timebase.clock import Clock
from ..wire.codec import definition_hash
from .owner import settle_owner

PATIENCE_S = 120.0  # for a cable that is out, since the last record that came
_AGAIN_S = 1.0
_MANY = 2000  # records: fewer are there before a faster line is
_PASSING = (Reason.LINK_LOST, Reason.TIMEOUT, Reason.NO_CLIP)


@dataclass(frozen=True)
class Progress:
    """How far a log has come: records in the store of those that the clip had, bytes and seconds of this link."""

    records: int = 0
    total: int = 0
    n_bytes: int = 0
    seconds: float = 0.0

    @property
    def bytes_s(self) -> float:
        """Bytes of records a second; 0 before the first."""
        return self.n_bytes / self.seconds if self.seconds > 0 else 0.0

    @property
    def left_s(self) -> float | None:
        """Seconds until all is there, at the rate so far; None before the first."""
        came = self.n_bytes and self.records
        return (self.total - self.records) * self.seconds / self.records if came else None


class BringIn:
    """Transfer of one clip's log into `store`.

    `new_client` returns a client for each link. `clock` is this computer's own, also at a virtual clip, whose time
    stands while it is unplugged. `everything`: from the clip's oldest record on, not only what is
    missing. `copy` gets the raw records as well, behind the head of a log file. `watch` gets the progress after each
    batch; `interrupted` the error and the progress when a link has ended early: what came is in the store, and the
    transfer goes on by itself until nothing has come for `patience_s`. `afterwards` gets the client of the last link
    once the log is there.
    """

    def __init__(
        self,
        store: Store,
        new_client: Callable[[], ClipClient],
        clock: Clock,
        *,
        everything: bool = False,
        copy: BinaryIO | None = None,
        watch: Callable[[Progress], None] = lambda _progress: None,
        interrupted: Callable[[PoiseError, Progress], None] = lambda _error, _progress: None,
        patience_s: float = PATIENCE_S,
        afterwards: Callable[[ClipClient], Awaitable[object]] | None = None,
    ) -> None:
        self._store = store
        self._new_client = new_client
        self._clock = clock
        self._everything = everything
        self._copy = copy
        self._watch = watch
        self._interrupted = interrupted
        self._patience_s = patience_s
        self._afterwards = afterwards
        self._clip_id = ""  # once a link has said it
        self._from_seq = 0
        self._last_s = 0.0  # when the last record came
        self._records = self._new = 0  # over all links
        self._told = False  # that the link has ended early
        self.progress = Progress()

    async def run(self) -> dict[str, Any]:
        """Return what came, once all has. Raises PoiseError; the records that came before it stay in the store."""
        while True:
            try:
                # In a thread: it may have to ask the ports who is there.
                client = await asyncio.to_thread(self._new_client)
                return await self._over_one_link(client)
            except PoiseError as error:
                if not self._goes_on(error):
                    raise
                if not self._told and error.reason != Reason.BAD_LOG:
                    self._told = True
                    self._interrupted(error, self.progress)
            await self._clock.sleep(_AGAIN_S)

    def _goes_on(self, error: PoiseError) -> bool:
        if (
            error.reason == Reason.BAD_LOG
        ):  # noise on the line, unless it comes again at the same record
            return self.progress.n_bytes > 0
        begun = self.progress.total > 0
        patient = self._clock.monotonic_s() - self._last_s < self._patience_s
        return begun and patient and error.reason in _PASSING

    async def _over_one_link(self, client: ClipClient) -> dict[str, Any]:
        identity = await client.open()
        try:
            self._check(identity)
            await settle_owner(self._store, client, identity)
            time_given = await client.set_time()
            self._begin(identity, client.clock.utc_ms())
            many = self.progress.total - self.progress.records >= _MANY
            async with fast_line(client) if many else nullcontext():
                transfer = await client.read_log(self._from_seq, self._sink(client, identity))
            if self._afterwards:
                await self._afterwards(client)
        finally:
            await client.close()
        return {
            "clip_id": identity.clip_id,
            "records": self._records,
            "new": self._new,
            "next_seq": transfer.next_seq,
            "unexplained": transfer.unexplained,
            "by": client.transport.source,
            "time_given": time_given,
        }

    def _check(self, identity: Identity) -> None:
        """Raise PoiseError (BAD_INPUT) if another clip is there now."""
        if self._clip_id and identity.clip_id != self._clip_id:
            raise PoiseError(
                Reason.BAD_INPUT,
                _("this is clip {its_id}, and the log of {clip_id} has not all come").format(
                    its_id=identity.clip_id, clip_id=self._clip_id
                ),
                _(
                    "What came of it is in the store. Plug the first clip in, and bring its log in again."
                ),
            )

    def _begin(self, identity: Identity, utc_ms: int) -> None:
        first_link = not self._clip_id
        if first_link:
            self._clip_id = identity.clip_id
            missing = self._store.records.next_seq(identity.clip_id, identity.oldest_seq)
            self._from_seq = identity.oldest_seq if self._everything else missing
            if self._copy:
                self._copy.write(self._head(identity, utc_ms))
        self._told = False
        self._last_s = self._clock.monotonic_s()
        left = max(0, identity.next_seq - max(self._from_seq, identity.oldest_seq))
        self.progress = Progress(self._records, self._records + left)

    def _sink(self, client: ClipClient, identity: Identity) -> Callable[[bytes], Awaitable[None]]:
        start_s = self._clock.monotonic_s()
        imports = self._store.records.import_raw

        async def take(raw: bytes) -> None:
            now_utc_ms = client.clock.utc_ms()
            # In a thread: what comes meanwhile must not wait on the line.
            done = await asyncio.to_thread(
                imports, identity.clip_id, raw, client.transport.source, now_utc_ms
            )
            if self._copy:
                self._copy.write(raw)
            count = done.new + done.duplicate
            self._new += done.new
            self._records += count
            self._from_seq = struct.unpack_from("<I", raw, SEQ_AT)[0] + count
            self._last_s = self._clock.monotonic_s()
            before = self.progress
            self.progress = Progress(
                self._records,
                max(before.total, self._records),
                before.n_bytes + len(raw),
                self._last_s - start_s,
            )
            self._watch(self.progress)

        return take

    def _head(self, identity: Identity, utc_ms: int) -> bytes:
        wire = definition_hash().hex()
        patient = self._store.patient.pseudonym
        return log_file.head(
            log_file.LogHead(identity.clip_id, patient, identity.firmware, wire, utc_ms)
        )
