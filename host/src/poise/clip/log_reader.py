"""One transfer of the clip's log: checks continuity, sums and counts, and acknowledges what the sink has committed.

Acknowledgements run beside the transfer, one at a time: their replies queue up behind the records on the line.
"""

import asyncio
import struct
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Protocol
from zlib import crc32

from ..aio import end
from ..errors import PoiseError, Reason
from ..wire import codec
from ..wire.errors import WireError

STALL_S = 15.0  # a transfer that brings nothing for so long has failed
IDLE_S = (
    20.0  # of silence while following, after which the clip is asked whether it is still the same
)
ACK_RECORDS = 1024  # each costs the clip a write to its flash: some 900 reads of littlefs with it
_GAP = codec.record_layout("gap").code
_SEQ_AT = 2  # byte of a record's header where its number begins

# Whole raw records; returns once they are committed.
Sink = Callable[[bytes], Awaitable[None] | None]


@dataclass(frozen=True)
class Transfer:
    """What a transfer brought: records, the first number after them, and how many the clip skipped unexplained."""

    records: int
    next_seq: int
    unexplained: int = 0


class Source(Protocol):
    """What is needed of `poise.clip.client.ClipClient`."""

    async def begin_log(self, from_seq: int, max_count: int, *, follow: bool) -> None:
        """Ask for the log. Raises PoiseError."""
        ...

    async def take_log(self, seconds: float) -> tuple[str, dict[str, Any]]:
        """The next `log_data` or `log_end`. Raises TimeoutError, PoiseError (LINK_LOST)."""
        ...

    async def request(self, name: str, **fields: Any) -> dict[str, Any]:
        """One request; the fields of its reply. Raises PoiseError."""
        ...

    async def check_start(self) -> int:
        """The clip's next record. Raises PoiseError (LINK_LOST, TIMEOUT) when it has restarted or is silent."""
        ...


class LogReader:
    """Reads from `source`, hands whole records to `sink`."""

    def __init__(self, source: Source, sink: Sink) -> None:
        self._source = source
        self._sink = sink
        self._next_seq = 0  # of the record that should come next
        self._promised = 0  # the clip's next record, as it said in the last silence
        self._begun = False  # the first record may be later than asked for: the log's oldest
        self._skipped: set[tuple[int, int]] = set()  # (first, last) that no gap record explains yet
        self._count = self._crc = 0  # of the transfer
        self._open_count = self._open_crc = 0  # since the last acknowledgement
        self._open_seq = 0  # the number after them
        self._ack: asyncio.Task[None] | None = None  # under way, or its result not looked at

    async def begin(self, from_seq: int, max_count: int, *, follow: bool) -> None:
        """Ask for the records. Raises PoiseError."""
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
                    Reason.TIMEOUT, "the transfer has stopped", "Run it again: it resumes."
                ) from None
            if name == "log_data":
                await self._records(fields["records"])
                continue
            if (fields["count"], fields["crc32"]) != (self._count, self._crc):
                raise PoiseError(
                    Reason.BAD_LOG,
                    f"{fields['count']} records were sent and {self._count} came, or their checksum differs",
                    "Run it again: what came is kept, the rest is asked for anew.",
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
        # Nothing came although there was something: it was lost on the way, and no later record has shown that.
        if self._next_seq < self._promised:
            raise PoiseError(
                Reason.BAD_LOG,
                f"records {self._next_seq} to {self._promised - 1} did not come",
                "Connect again: the log resumes there.",
            )
        # A USB bridge keeps the port open while the clip behind it restarts and forgets that it was followed.
        self._promised = await self._source.check_start()

    async def _records(self, raw: bytes) -> None:
        at = count = 0
        while at < len(raw):
            at += self._one(raw, at)
            count += 1
        result = self._sink(raw)
        if result is not None:
            await result
        self._count += count
        self._crc = crc32(raw, self._crc)
        self._open_count += count
        self._open_crc = crc32(raw, self._open_crc)
        self._open_seq = self._next_seq
        if self._open_count >= ACK_RECORDS:
            self._acknowledge_meanwhile()

    def _one(self, raw: bytes, at: int) -> int:
        """Length of the record at `at`, once it is found intact and in its place."""
        try:
            length = codec.check_record(raw, at)
            if raw[at] == _GAP:
                self._explain(codec.parse_record(raw, at)[0])
        except WireError as error:
            raise _bad_log(str(error)) from None
        (seq,) = struct.unpack_from("<I", raw, at + _SEQ_AT)
        if seq < self._next_seq:
            raise _bad_log(f"record {seq} came again")
        # A jump is the clip's own loss, since the transfer's count and checksum cover all that was sent. Its gap
        # record is written when the loss is noticed, so it may come later than the jump.
        if seq > self._next_seq and self._begun:
            self._skipped.add((self._next_seq, seq - 1))
        self._begun = True
        self._next_seq = seq + 1
        return length

    def _explain(self, gap: dict[str, Any]) -> None:
        first, last = gap["first_seq"], gap["last_seq"]
        self._skipped = {(a, b) for a, b in self._skipped if a < first or b > last}

    async def _acknowledge(self) -> None:
        """All that is committed; returns once the clip has taken it."""
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
        Reason.BAD_LOG, f"the clip's log came damaged: {what}", "Run it again: it resumes there."
    )
