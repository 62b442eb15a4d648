"""The client of one clip: requests with their replies, the log by sequence, the live angle.

What a clip sends is checked before it is believed: a payload outside the table is counted and dropped.
"""

import asyncio
import struct
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from zlib import crc32

from .clock import Clock
from .errors import PoiseError, Reason
from .transport.base import Transport
from .wire import codec
from .wire.errors import WireError

REPLY_S = 5.0
STALL_S = 15.0  # a transfer that brings nothing for so long has failed
ACK_RECORDS = 64
_IDEMPOTENT = {"hello", "status_get", "setting_get", "log_ack", "log_stop"}

Sink = Callable[
    [bytes], Awaitable[None] | None
]  # whole raw records; returns once they are committed


@dataclass(frozen=True)
class Identity:
    """Who the clip is. `clip_id` in hexadecimal."""

    clip_id: str
    firmware: str
    boot: int
    t_ms: int
    oldest_seq: int
    next_seq: int


@dataclass(frozen=True)
class Transfer:
    """What a transfer brought: records, and the first sequence number after them."""

    records: int
    next_seq: int


class ClipClient:
    """Talks to the clip behind `transport`. `on_motion` gets the fields of each motion frame."""

    def __init__(self, transport: Transport, clock: Clock) -> None:
        self.transport = transport
        self.clock = clock
        self.identity: Identity | None = None
        self.bad_payloads = 0
        self.on_motion: Callable[[dict[str, Any]], None] | None = None
        self._next_id = 0
        self._replies: dict[int, asyncio.Future[tuple[str, dict[str, Any]]]] = {}
        self._stream: asyncio.Queue[tuple[str, dict[str, Any]]] = asyncio.Queue()
        self._stream_id = -1
        self._lost: str | None = None

    # --- the link

    async def open(self) -> Identity:
        """Connect and say hello. Raises PoiseError (NO_CLIP, WRONG_VERSION, ...)."""
        self.transport.on_payload = self._on_payload
        self.transport.on_lost = self._on_lost
        self._lost = None
        await self.transport.connect()
        try:
            return await self.hello()
        except BaseException:
            await self.transport.disconnect()
            raise

    async def close(self) -> None:
        """End the link."""
        await self.transport.disconnect()
        self._on_lost("closed")

    async def hello(self) -> Identity:
        """Compare the wire definitions. Raises PoiseError (WRONG_VERSION) that names both sides and the cure."""
        ours = codec.definition_hash()
        fields = await self.request("hello", wire_hash=ours, host_name="poise")
        theirs = fields["wire_hash"]
        firmware = codec.text(fields["firmware"])
        if theirs != ours:
            raise PoiseError(
                Reason.WRONG_VERSION,
                f"the clip (firmware {firmware}) speaks wire {theirs.hex()}, this poise speaks {ours.hex()}",
                "Run `poise flash firmware`, or install the poise that the clip was flashed with.",
            )
        rest = {key: fields[key] for key in ("boot", "t_ms", "oldest_seq", "next_seq")}
        self.identity = Identity(fields["clip_id"].hex(), firmware, **rest)
        return self.identity

    # --- requests

    async def request(self, name: str, **fields: Any) -> dict[str, Any]:
        """One request; the fields of its reply. Raises PoiseError (REFUSED, TIMEOUT, LINK_LOST)."""
        attempts = 2 if name in _IDEMPOTENT else 1
        for attempt in range(attempts):
            try:
                return await self._request(name, fields)
            except TimeoutError:
                if attempt + 1 == attempts:
                    break
        raise PoiseError(
            Reason.TIMEOUT,
            f"the clip did not answer '{name}' in {REPLY_S:.0f} s",
            "Bring it near, or restart it.",
        )

    async def _request(
        self, name: str, fields: dict[str, Any], request_id: int | None = None
    ) -> dict[str, Any]:
        self._check_link()
        request_id = self._new_id() if request_id is None else request_id
        reply: asyncio.Future[tuple[str, dict[str, Any]]] = (
            asyncio.get_running_loop().create_future()
        )
        self._replies[request_id] = reply
        try:
            async with asyncio.timeout(REPLY_S):
                await self.transport.send(codec.pack(name, request_id, **fields))
                kind, answer = await reply
        finally:
            self._replies.pop(request_id, None)
        if kind == "error":
            raise PoiseError(
                Reason.REFUSED,
                f"the clip refused '{name}': {answer['code'].replace('_', ' ')}",
                "Update the clip or poise if this persists.",
            )
        return answer

    def _new_id(self) -> int:
        self._next_id = self._next_id % 255 + 1
        return self._next_id

    async def set_time(self, uncertainty_ms: int = 50) -> None:
        """Give the clip this host's time."""
        await self.request("time_set", utc_ms=self.clock.utc_ms(), uncertainty_ms=uncertainty_ms)

    async def status(self) -> dict[str, Any]:
        """Fields of the message `status`."""
        return await self.request("status_get")

    # --- the log

    async def read_log(self, from_seq: int, sink: Sink, *, max_count: int = 0) -> Transfer:
        """All records from `from_seq` on, as of now; each batch is acknowledged once `sink` has returned.

        Raises PoiseError (LINK_LOST, BAD_LOG, TIMEOUT); what the sink was given stays good.
        """
        reader = _LogReader(self, sink)
        await reader.begin(from_seq, max_count, follow=False)
        return await reader.to_the_end()

    async def follow_log(
        self,
        from_seq: int,
        sink: Sink,
        caught_up: Callable[[Transfer], Awaitable[None] | None] | None = None,
    ) -> None:
        """As `read_log`, then every later record as it is written, until the link ends (PoiseError LINK_LOST)."""
        reader = _LogReader(self, sink)
        await reader.begin(from_seq, 0, follow=True)
        transfer = await reader.to_the_end()
        if caught_up:
            await _maybe(caught_up(transfer))
        await reader.follow()

    # --- what arrives

    def _on_payload(self, payload: bytes) -> None:
        try:
            name, request_id, fields = codec.unpack(payload)
        except WireError:
            self.bad_payloads += 1
            return
        if name == "motion":
            if self.on_motion:
                self.on_motion(fields)
        elif name in ("log_data", "log_end"):
            if request_id == self._stream_id:
                self._stream.put_nowait((name, fields))
        else:
            reply = self._replies.get(request_id)
            if reply and not reply.done():
                reply.set_result((name, fields))

    def _on_lost(self, why: str) -> None:
        self._lost = why
        for reply in self._replies.values():
            if not reply.done():
                reply.set_exception(self._link_error())
        self._stream.put_nowait(("lost", {}))

    def _check_link(self) -> None:
        if self._lost:
            raise self._link_error()

    def _link_error(self) -> PoiseError:
        return PoiseError(
            Reason.LINK_LOST, f"the link ended: {self._lost}", "Bring the clip near and try again."
        )


class _LogReader:
    """One transfer: checks continuity, sums and counts, and acknowledges what the sink has committed."""

    def __init__(self, client: ClipClient, sink: Sink) -> None:
        self._client = client
        self._sink = sink
        self._next_seq = (
            -1
        )  # of the record that should come next; the first may be later than asked for
        self._count = self._crc = 0  # of the transfer
        self._open_count = self._open_crc = 0  # since the last acknowledgement

    async def begin(self, from_seq: int, max_count: int, *, follow: bool) -> None:
        client = self._client
        client._stream = asyncio.Queue()
        # The first records may overtake the reply: the id is set before the request goes out.
        client._stream_id = client._new_id()
        fields = {"from_seq": from_seq, "max_count": max_count, "follow": int(follow)}
        try:
            await client._request("log_read", fields, client._stream_id)
        except TimeoutError:
            raise PoiseError(
                Reason.TIMEOUT, "the clip did not start the transfer", "Try again."
            ) from None

    async def to_the_end(self) -> Transfer:
        while True:
            name, fields = await self._take(STALL_S)
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
            return Transfer(self._count, fields["next_seq"])

    async def follow(self) -> None:
        while True:
            name, fields = await self._take(None)
            if name == "log_data":
                await self._records(fields["records"])
            if self._client._stream.empty():
                await self._acknowledge()

    async def _take(self, seconds: float | None) -> tuple[str, dict[str, Any]]:
        self._client._check_link() if self._client._stream.empty() else None
        try:
            async with asyncio.timeout(seconds):
                name, fields = await self._client._stream.get()
        except TimeoutError:
            raise PoiseError(
                Reason.TIMEOUT, "the transfer has stopped", "Run it again: it resumes."
            ) from None
        if name == "lost":
            raise self._client._link_error()
        return name, fields

    async def _records(self, raw: bytes) -> None:
        at = count = 0
        while at < len(raw):
            try:
                length = codec.check_record(raw, at)
            except WireError as error:
                raise _bad_log(str(error)) from None
            (seq,) = struct.unpack_from("<I", raw, at + 2)
            if self._next_seq >= 0 and seq < self._next_seq:
                raise _bad_log(f"record {seq} came again")
            # A jump forward is the clip's own gap, which a `gap` record explains; none is lost on the way: the
            # link delivers in order, and the end's count and checksum prove it.
            self._next_seq = seq + 1
            at += length
            count += 1
        await _maybe(self._sink(raw))
        self._count += count
        self._crc = crc32(raw, self._crc)
        self._open_count += count
        self._open_crc = crc32(raw, self._open_crc)
        if self._open_count >= ACK_RECORDS:
            await self._acknowledge()

    async def _acknowledge(self) -> None:
        if not self._open_count:
            return
        count, crc = self._open_count, self._open_crc
        self._open_count = self._open_crc = 0
        await self._client.request("log_ack", next_seq=self._next_seq, count=count, crc32=crc)


async def _maybe(result: Awaitable[None] | None) -> None:
    if result is not None:
        await result


def _bad_log(what: str) -> PoiseError:
    return PoiseError(
        Reason.BAD_LOG, f"the clip's log came damaged: {what}", "Run it again: it resumes there."
    )
