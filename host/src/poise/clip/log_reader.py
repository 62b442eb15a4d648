"""Reader of the clip's log: checks continuity, checksums and counts, and acknowledges records that the sink committed.

Acknowledgements run beside the transfer, one at a time, because their replies queue behind the records on the link.
"""

import asyncio
import struct
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Protocol
from zlib import crc32

from ..aio import end
from ..errors import PoiseError, Reason
from ..language import _
from ..wire import codec
from ..wire.errors import WireError

STALL_S = 15.0  # a transfer has failed after this long without data
IDLE_S = 20.0  # of silence while following; then the reader checks that the clip has not restarted
ACK_RECORDS = 1024  # an acknowledgement costs the clip a flash write with some 900 littlefs reads
BATCH_BYTES = 32_768  # at most as many are committed at once, of those that have come meanwhile
_GAP = codec.record_layout("gap").code
SEQ_AT = 2  # byte of a record's header where its number begins

# Takes whole raw records and returns once they are committed.
Sink = Callable[[bytes], Awaitable[None] | None]


@dataclass(frozen=True)
class Transfer:
    """Result of a transfer: number of records, the sequence number after them, records missing without a gap record."""

    records: int
    next_seq: int
    unexplained: int = 0


class Source(Protocol):
    """The part of `poise.clip.client.ClipClient` that the reader uses."""

    async def begin_log(self, from_seq: int, max_count: int, *, follow: bool) -> None:
        """Ask for the log. Raises PoiseError."""
        ...

    async def take_log(self, seconds: float) -> tuple[str, dict[str, Any]]:
        """Return the next `log_data` or `log_end`. Raises TimeoutError, PoiseError (LINK_LOST)."""
        ...

    @property
    def log_waits(self) -> bool:
        """True if `take_log` would return at once."""
        ...

    async def request(self, name: str, **fields: Any) -> dict[str, Any]:
        """Send one request and return the fields of its reply. Raises PoiseError."""
        ...

    async def check_start(self) -> int:
        """Return the sequence number of the clip's next record.

        Raises PoiseError: LINK_LOST if the clip has restarted, TIMEOUT if it does not answer.
        """
        ...


class LogReader:
    """Reads the log from `source` and passes whole records to `sink`."""

    def __init__(self, source: Source, sink: Sink) -> None:
        self._source = source
        self._sink = sink
        self._next_seq = 0  # of the record that should come next
        self._promised = 0  # the clip's next sequence number at the last check in a silence
        self._begun = False  # the first record may be later than asked for: the log's oldest
        self._skipped: set[tuple[int, int]] = set()  # (first, last) without a gap record so far
        self._held = bytearray()  # records that are checked, and not committed yet
        self._held_count = 0
        self._count = self._crc = 0  # of the whole transfer
        self._open_count = self._open_crc = 0  # of the records not yet acknowledged
        self._open_seq = 0  # the sequence number after them
        self._ack: asyncio.Task[None] | None = None  # runs, or its result is not yet read

    async def begin(self, from_seq: int, max_count: int, *, follow: bool) -> None:
        """Ask for `max_count` records from `from_seq` on; 0 is all. Raises PoiseError."""
        self._next_seq = from_seq
        await self._source.begin_log(from_seq, max_count, follow=follow)

    async def to_the_end(self) -> Transfer:
        """Take the records up to `log_end`. Raises PoiseError (BAD_LOG, TIMEOUT, LINK_LOST, REFUSED)."""
        try:
            return await self._to_the_end()
        finally:
            await self._give_up_ack()

    async def _to_the_end(self) -> Transfer:
        while True:
            try:
                name, fields = await self._source.take_log(STALL_S)
            except TimeoutError:
                raise PoiseError(
                    Reason.TIMEOUT, _("the transfer has stopped"), _("Run it again: it resumes.")
                ) from None
            if name == "log_data":
                await self._records(fields["records"])
                continue
            await self._commit()
            if (fields["count"], fields["crc32"]) != (self._count, self._crc):
                raise PoiseError(
                    Reason.BAD_LOG,
                    _("{sent} records were sent and {came} came, or their checksum differs").format(
                        sent=fields["count"], came=self._count
                    ),
                    _("Run it again: what came is kept, the rest is asked for anew."),
                )
            await self._acknowledge()
            missing = sum(last - first + 1 for first, last in self._skipped)
            return Transfer(self._count, fields["next_seq"], missing)

    async def follow(self) -> None:
        """Take records as they are written, until the link ends or the clip restarts (PoiseError LINK_LOST)."""
        try:
            while True:
                await self._follow_on()
        finally:
            await self._give_up_ack()

    async def _follow_on(self) -> None:
        try:
            name, fields = await self._source.take_log(0.0 if self._open_count else IDLE_S)
        except TimeoutError:
            await self._idle()
            return
        if name == "log_data":
            await self._records(fields["records"])

    async def _idle(self) -> None:
        if self._open_count:
            await self._acknowledge()
            return
        # The clip had records that did not come: they were lost on the way, and no later record has shown the gap.
        if self._next_seq < self._promised:
            raise PoiseError(
                Reason.BAD_LOG,
                _("records {first} to {last} did not come").format(
                    first=self._next_seq, last=self._promised - 1
                ),
                _("Connect again: the log resumes there."),
            )
        # A USB bridge keeps the port open while the clip behind it restarts and stops sending records.
        self._promised = await self._source.check_start()

    async def _records(self, raw: bytes) -> None:
        """Take the records of one message. A commit takes longer than a message on a fast line, so it takes several."""
        at = 0
        while at < len(raw):
            at += self._one(raw, at)
            self._held_count += 1
        self._held += raw
        if len(self._held) >= BATCH_BYTES or not self._source.log_waits:
            await self._commit()

    async def _commit(self) -> None:
        if not self._held:
            return
        raw, count, next_seq = bytes(self._held), self._held_count, self._next_seq
        self._held.clear()
        self._held_count = 0
        result = self._sink(raw)
        if result is not None:
            await result
        self._count += count
        self._crc = crc32(raw, self._crc)
        self._open_count += count
        self._open_crc = crc32(raw, self._open_crc)
        self._open_seq = next_seq
        if self._open_count >= ACK_RECORDS:
            self._acknowledge_meanwhile()

    def _one(self, raw: bytes, at: int) -> int:
        """Check the record at `at` and its sequence number. Return its length in bytes. Raises PoiseError (BAD_LOG)."""
        try:
            length = codec.check_record(raw, at)
            if raw[at] == _GAP:
                self._explain(codec.parse_record(raw, at)[0])
        except WireError as error:
            raise _bad_log(str(error)) from None
        (seq,) = struct.unpack_from("<I", raw, at + SEQ_AT)
        if seq < self._next_seq:
            raise _bad_log(_("record {number} came again").format(number=seq))
        # The clip itself lost the skipped records, since the transfer's count and checksum cover all that was sent.
        # It writes the gap record when it notices the loss, so that record may come later than the jump.
        if seq > self._next_seq and self._begun:
            self._skipped.add((self._next_seq, seq - 1))
        self._begun = True
        self._next_seq = seq + 1
        return length

    def _explain(self, gap: dict[str, Any]) -> None:
        first, last = gap["first_seq"], gap["last_seq"]
        self._skipped = {(a, b) for a, b in self._skipped if a < first or b > last}

    async def _acknowledge(self) -> None:
        """Acknowledge all committed records, and wait for the clip's reply."""
        ack, self._ack = self._ack, None
        if ack:
            await ack
        await self._send_ack()

    def _acknowledge_meanwhile(self) -> None:
        if self._ack and not self._ack.done():
            return
        if self._ack:
            self._ack.result()
        self._ack = asyncio.ensure_future(self._send_ack())

    async def _send_ack(self) -> None:
        if not self._open_count:
            return
        count, crc = self._open_count, self._open_crc
        self._open_count = self._open_crc = 0
        await self._source.request("log_ack", next_seq=self._open_seq, count=count, crc32=crc)

    async def _give_up_ack(self) -> None:
        ack, self._ack = self._ack, None
        if ack:
            await end(ack)


def _bad_log(what: str) -> PoiseError:
    return PoiseError(
        Reason.BAD_LOG,
        _("the clip's log came damaged: {what}").format(what=what),
        _("Run it again: it resumes there."),
    )
