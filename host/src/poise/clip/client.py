"""Client of one clip: requests and replies, the log by sequence number, the motion stream.

The client checks every payload against the wire table. It counts and drops a payload that does not fit.
"""

import asyncio
import contextlib
import logging
import math
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from ..errors import PoiseError, Reason
from ..language import N_, _
from ..text import printable
from ..timebase.clock import Clock, possible
from ..wire import codec
from ..wire.errors import WireError
from .log_reader import LogReader, Sink, Transfer
from .transport.base import Transport

REPLY_S = 5.0
_log = logging.getLogger(__name__)
TIME_UNCERTAINTY_MS = 50  # least uncertainty of this host's clock
_READINGS = 3  # of the clip's clock at most, until one is quick enough
_MAX_UNCERTAINTY_MS = 65_535  # the largest value that the message holds
# Warning for the user when `ClipClient.set_time` returns False.
NO_TIME = N_(
    "This machine's clock is wrong, so the clip was not given the time: set the clock, then connect again."
)
# Requests that are repeated once if no reply comes, because the frame of the request or the reply may be lost. The
# other requests would take effect twice.
_IDEMPOTENT = {
    "hello",
    "status_get",
    "log_ack",
    "log_stop",
    "setting_get",
    "setting_set",
    "motion_stream",
    "bond_list",
    "bond_forget",
    "goodbye",
    "update_begin",
    "time_set",
    "timetable_set",
    "timetable_get",
    "owner_set",
    "baud_set",
    "letter_get",
    "letter_set",
}
_TRIES = 2
_TURNS = 20  # of the event loop, in which a task whose reply is here ends
_REPLY_OF = {
    "hello": "identity",
    "status_get": "status",
    "bond_list": "bonds",
    "letter_get": "letter",
}  # `ok` to the others
_GREETING_BYTES = 28  # hash, id and version: what an identity has had from the beginning
_UPDATE = N_(
    "Give the clip this poise's firmware: `poise update FILE`, or `poise flash firmware` by cable. Its log stays."
)


@dataclass(frozen=True)
class Identity:
    """The clip's answer to `hello`: id (hexadecimal), firmware, boot, clock in ms, and the log's sequence numbers.

    `assignment` and `patient` say whose it is by its own account: hand-out and pseudonym; 0 and "": nobody.
    `board`: its folder in firmware/boards, "" from firmware that does not tell. `wire`: the hash of its table.
    """

    clip_id: str
    firmware: str
    boot: int
    t_ms: int
    oldest_seq: int
    next_seq: int
    assignment: int = 0
    patient: str = ""
    board: str = ""
    wire: str = field(default_factory=lambda: codec.definition_hash().hex())

    @property
    def agrees(self) -> bool:
        """True if the clip has this host's table. With another one it takes an update and nothing else."""
        return self.wire == codec.definition_hash().hex()


def unpacked(payload: bytes) -> tuple[str, int, dict[str, Any]]:
    """Return name, request id and fields. Raises WireError.

    An identity of another table may be shorter or longer: it only ever grows at its end.
    """
    try:
        return codec.unpack(payload)
    except WireError:
        layout, body = codec.message_layout("identity"), payload[codec.MESSAGE_HEAD :]
        if payload[:1] != bytes((layout.code,)) or len(body) < _GREETING_BYTES:
            raise
        if body.startswith(codec.definition_hash()):
            raise
    fitted = body[: layout.size].ljust(layout.size, b"\0")
    return codec.unpack(payload[: codec.MESSAGE_HEAD] + fitted)


class ClipClient:
    """Client of the clip behind `transport`. `on_motion` gets the fields of each motion frame.

    `reply_s` is the timeout of a reply in seconds. `bad_payloads` counts payloads that do not fit the wire table,
    and replies of another kind than their request's. `any_version`: a clip with another table is no error, since it
    is to be updated.
    """

    def __init__(self, transport: Transport, clock: Clock, reply_s: float = REPLY_S) -> None:
        self.transport = transport
        self.clock = clock
        self.reply_s = reply_s
        self.identity: Identity | None = None
        self.any_version = False
        self.bad_payloads = 0
        self.on_motion: Callable[[dict[str, Any]], None] | None = None
        # Over a cable the clip does not notice that its host is gone, and may still answer an earlier one. A random
        # first id keeps most such replies from matching, and one of another kind is no reply.
        self._next_id = random.randrange(255)
        self._replies: dict[int, tuple[str, asyncio.Future[tuple[str, dict[str, Any]]]]] = {}
        self._idle = asyncio.Event()
        self._idle.set()
        self._stream: asyncio.Queue[tuple[str, dict[str, Any]]] = asyncio.Queue()
        self._stream_id = -1
        self._lost: str | None = None

    # --- the link

    async def open(self, search_s: float | None = None) -> Identity:
        """Connect and say hello. `search_s`: how long to search for the clip; None: the transport's own time.

        Raises PoiseError (NO_CLIP, WRONG_VERSION, ...).
        """
        self.transport.on_payload = self._on_payload
        self.transport.on_lost = self._on_lost
        self._lost = None
        await self.transport.connect(search_s)
        try:
            return await self.hello()
        except BaseException:
            await self.transport.disconnect()
            raise

    async def close(self) -> None:
        """End the link. Pending requests end with PoiseError (LINK_LOST)."""
        await self.transport.disconnect()
        if self._lost is None:
            _log.info("link closed by this program")
            self._end(_("this program closed it"))

    async def idle(self) -> None:
        """Wait until no request is under way. To cancel one would leave its answer to the next one's wait."""
        await self._idle.wait()

    @property
    def by_radio(self) -> bool:
        """True over Bluetooth, where the clip saves power between visits."""
        return self.transport.source == "ble"

    async def say_goodbye(self) -> None:
        """Tell the clip that this host needs nothing more and ends the link: the clip then saves power at once."""
        with contextlib.suppress(PoiseError):  # a link that fails now is as good as ended
            await self.request("goodbye")

    @property
    def linked(self) -> bool:
        """True until the transport reports that the link has ended."""
        return self._lost is None

    async def hello(self) -> Identity:
        """Ask for the clip's identity and compare the wire definitions.

        Raises PoiseError (WRONG_VERSION) if they differ; the error names both sides and the remedy.
        """
        ours = codec.definition_hash()
        fields = await self.request("hello", wire_hash=ours, host_name="poise")
        theirs = fields["wire_hash"]
        try:
            firmware = printable(codec.text(fields["firmware"]))
            patient = printable(codec.text(fields["patient"]))
            board = printable(codec.text(fields["board"]))
        except WireError as error:
            self.bad_payloads += 1
            raise _not_understood("hello", str(error)) from None
        if theirs != ours and not self.any_version:
            raise PoiseError(
                Reason.WRONG_VERSION,
                _(
                    "the clip (firmware {firmware}) speaks wire {theirs}, this poise speaks {ours}"
                ).format(firmware=firmware, theirs=theirs.hex(), ours=ours.hex()),
                _(_UPDATE),
            )
        rest = {
            key: fields[key] for key in ("boot", "t_ms", "oldest_seq", "next_seq", "assignment")
        }
        clip_id = fields["clip_id"].hex()
        self.identity = Identity(
            clip_id, firmware, **rest, patient=patient, board=board, wire=theirs.hex()
        )
        _log.info(
            "clip: firmware %s, boot %d, records up to %d", firmware, rest["boot"], rest["next_seq"]
        )
        return self.identity

    async def check_start(self) -> int:
        """Check that the clip has not restarted since `hello`, and return the sequence number of its next record.

        Raises PoiseError (LINK_LOST if another clip or boot answers, TIMEOUT).
        """
        before = self.identity
        now = await self.hello()
        if before and (now.clip_id, now.boot) != (before.clip_id, before.boot):
            raise PoiseError(
                Reason.LINK_LOST, _("the clip has restarted"), _("Connect again: the log resumes.")
            )
        return now.next_seq

    # --- requests

    async def request(self, name: str, **fields: Any) -> dict[str, Any]:
        """Send one request and return the fields of its reply.

        Raises PoiseError (REFUSED, TIMEOUT, LINK_LOST, BAD_MESSAGE; BAD_INPUT for a field out of range).
        """
        bad_before = self.bad_payloads
        for _try in range(_TRIES if name in _IDEMPOTENT else 1):
            try:
                return await self._request(name, fields, self._new_id())
            except TimeoutError:
                continue
        if self.bad_payloads > bad_before:
            raise _not_understood(name, _("what came is no reply to it in this poise's table"))
        raise self._silence(name)

    async def request_patiently(
        self, patience_s: float, name: str, **fields: Any
    ) -> dict[str, Any]:
        """Send one request whose reply may be slow, such as a check of a signature, and return the reply's fields.

        After `reply_s` of silence the client asks, for about `patience_s`, whether the clip still runs. The clip
        answers in order: if it answers that and not the request, the request or its reply is lost (TIMEOUT), and may
        be sent again. A reply that comes late counts, also from a clip that restarts right after it.

        Raises PoiseError as `request` does; LINK_LOST also if the clip has restarted.
        """
        asked = asyncio.create_task(
            self._request(name, fields, self._new_id(), patience_s + 2 * self.reply_s)
        )
        try:
            await asyncio.wait({asked}, timeout=self.reply_s)
            if not asked.done():
                await self._same_start(patience_s)
                await _let_finish(asked)
        except PoiseError:
            await _let_finish(asked)
            if not asked.done():
                raise
        finally:
            if not asked.done():
                asked.cancel()
            await asyncio.wait({asked})
        if asked.cancelled():
            raise self._silence(name)
        return asked.result()

    async def _same_start(self, patience_s: float) -> None:
        """Wait until the clip answers, and check that it has not restarted. A clip that computes may be silent."""
        for left in reversed(range(math.ceil(patience_s / self.reply_s / _TRIES))):
            try:
                await self.check_start()
                return
            except PoiseError as error:
                if error.reason != Reason.TIMEOUT or not left:
                    raise

    def _silence(self, name: str) -> PoiseError:
        return PoiseError(
            Reason.TIMEOUT,
            _("{clip} did not answer '{request}' in {seconds:g} s").format(
                clip=self.transport.name, request=name, seconds=self.reply_s
            ),
            _("Bring it near, or restart it."),
        )

    async def _request(
        self, name: str, fields: dict[str, Any], request_id: int, reply_s: float | None = None
    ) -> dict[str, Any]:
        self._check_link()
        try:
            payload = codec.pack(name, request_id, **fields)
        except WireError as error:
            raise PoiseError(Reason.BAD_INPUT, str(error), _("Correct the value.")) from None
        reply: asyncio.Future[tuple[str, dict[str, Any]]] = (
            asyncio.get_running_loop().create_future()
        )
        self._replies[request_id] = _REPLY_OF.get(name, "ok"), reply
        self._idle.clear()
        try:
            async with asyncio.timeout(self.reply_s if reply_s is None else reply_s):
                _log.debug("%s, %d bytes", name, len(payload))
                await self.transport.send(payload)
                kind, answer = await reply
        finally:
            self._replies.pop(request_id, None)
            if not self._replies:
                self._idle.set()
        if kind == "lost":
            raise self._link_error()
        _log.debug("%s: %s", name, f"refused, {answer['code']}" if kind == "error" else kind)
        if kind == "error":
            raise PoiseError(
                Reason.REFUSED,
                _("the clip refused '{name}': {code}").format(
                    name=name, code=answer["code"].replace("_", " ")
                ),
                _("Update the clip or poise if this persists."),
                answer["detail"],
            )
        return answer

    def _new_id(self) -> int:
        self._next_id = self._next_id % 255 + 1
        return self._next_id

    async def set_time(self, uncertainty_ms: int = TIME_UNCERTAINTY_MS) -> bool:
        """Set the clip's clock. Return False, with nothing sent, if this host has no valid time (`has_time`).

        The host asks the clip for its clock, then sends the UTC time of that moment. The uncertainty is half of the
        time that the asking took, and at least `uncertainty_ms`. The delay of the second message does not matter.
        """
        if not self.has_time:
            return False
        at_ms, utc_ms, half_ms = await self._clock_reading(uncertainty_ms)
        stated_ms = min(max(uncertainty_ms, half_ms), _MAX_UNCERTAINTY_MS)
        await self.request("time_set", utc_ms=utc_ms, uncertainty_ms=stated_ms, at_ms=at_ms)
        _log.info("clock set, uncertainty %d ms", stated_ms)
        return True

    async def _clock_reading(self, good_ms: int) -> tuple[int, int, int]:
        """Return (clip's milliseconds, UTC at that moment, error in ms).

        This is the first reading with an error of at most `good_ms`, or the best of _READINGS.
        """
        best: tuple[int, int, int] | None = None
        for _reading in range(_READINGS):
            before = self.clock.utc_ms()
            answer = await self.request("setting_get", key="site")
            took_ms = self.clock.utc_ms() - before
            half_ms = (took_ms + 1) // 2 + 1  # both clocks truncate to milliseconds
            # A reading is void if the host's clock was set back during it.
            if took_ms >= 0 and (best is None or half_ms < best[2]):
                best = answer["t_ms"], before + took_ms // 2, half_ms
            if best and best[2] <= good_ms:
                break
        return best or (0, self.clock.utc_ms(), _MAX_UNCERTAINTY_MS)

    @property
    def has_time(self) -> bool:
        """True if this computer's clock shows a possible time. A clock that lost its time shows a year such as 1970."""
        return possible(self.clock.utc_ms())

    async def answers(self, within_s: float) -> bool:
        """Return whether the clip answers one request within this time. Raises PoiseError (LINK_LOST)."""
        try:
            await self._request("setting_get", {"key": "site"}, self._new_id(), within_s)
        except TimeoutError:
            return False
        return True

    async def status(self) -> dict[str, Any]:
        """Ask for the clip's status and return the fields of the message `status`."""
        return await self.request("status_get")

    # --- the log

    async def read_log(self, from_seq: int, sink: Sink, *, max_count: int = 0) -> Transfer:
        """Read the records that the clip has now, from `from_seq` on. `max_count` 0 is all of them.

        A batch is acknowledged only after `sink` has returned. Raises PoiseError (LINK_LOST, BAD_LOG, TIMEOUT); the
        records that `sink` already has stay valid.
        """
        reader = LogReader(self, sink)
        await reader.begin(from_seq, max_count, follow=False)
        return await reader.to_the_end()

    async def follow_log(
        self,
        from_seq: int,
        sink: Sink,
        caught_up: Callable[[Transfer], Awaitable[None] | None] | None = None,
    ) -> None:
        """Read the log as `read_log` does, call `caught_up`, then read each later record as the clip writes it.

        Ends only with an error: PoiseError (LINK_LOST) when the link ends.
        """
        reader = LogReader(self, sink)
        await reader.begin(from_seq, 0, follow=True)
        transfer = await reader.to_the_end()
        result = caught_up(transfer) if caught_up else None
        if result is not None:
            await result
        await reader.follow()

    async def begin_log(self, from_seq: int, max_count: int, *, follow: bool) -> None:
        """Ask the clip for the log. `take_log` then returns it piece by piece. Raises PoiseError."""
        self._stream = asyncio.Queue()
        fields = {"from_seq": from_seq, "max_count": max_count, "follow": int(follow)}
        for _try in range(_TRIES):
            # Set the id before sending, because the first records may overtake the reply.
            self._stream_id = self._new_id()
            try:
                await self._request("log_read", fields, self._stream_id)
                return
            except TimeoutError:
                continue
        raise PoiseError(Reason.TIMEOUT, _("the clip did not start the transfer"), _("Try again."))

    @property
    def log_waits(self) -> bool:
        """True if the log's next message has come."""
        return not self._stream.empty()

    async def take_log(self, seconds: float) -> tuple[str, dict[str, Any]]:
        """Wait up to `seconds` for the next `log_data` or `log_end`; return its name and fields.

        Raises TimeoutError, PoiseError (LINK_LOST).
        """
        if self._stream.empty():
            self._check_link()
        async with asyncio.timeout(seconds):
            name, fields = await self._stream.get()
        if name == "lost":
            raise self._link_error()
        return name, fields

    # --- incoming messages

    def _on_payload(self, payload: bytes) -> None:
        try:
            name, request_id, fields = unpacked(payload)
        except WireError:
            self.bad_payloads += 1
            return
        if name != "motion":
            _log.debug("from the clip: %s, %d bytes", name, len(payload))
        if name == "motion":
            if self.on_motion:
                self.on_motion(fields)
        elif name in ("log_data", "log_end"):
            if request_id == self._stream_id:
                self._stream.put_nowait((name, fields))
        else:
            self._answer(request_id, name, fields)

    def _answer(self, request_id: int, kind: str, fields: dict[str, Any]) -> None:
        if request_id not in self._replies:
            return
        expected, reply = self._replies[request_id]
        if kind not in (expected, "error"):
            self.bad_payloads += 1
        elif not reply.done():
            reply.set_result((kind, fields))

    def _on_lost(self, why: str) -> None:
        _log.info("link lost: %s", why)
        self._end(why)

    def _end(self, why: str) -> None:
        self._lost = why
        for _name, reply in self._replies.values():
            if not reply.done():
                # A result, not an exception: if the sending itself fails, nobody retrieves the exception, and asyncio
                # prints it.
                reply.set_result(("lost", {}))
        self._stream.put_nowait(("lost", {}))

    def _check_link(self) -> None:
        if self._lost:
            raise self._link_error()

    def _link_error(self) -> PoiseError:
        return PoiseError(
            Reason.LINK_LOST,
            _("the link ended: {why}").format(why=self._lost),
            _("Bring the clip near and try again."),
        )


def _not_understood(name: str, why: str) -> PoiseError:
    return PoiseError(
        Reason.BAD_MESSAGE,
        _("the answer to '{name}' was not understood: {why}").format(name=name, why=why),
        _(_UPDATE),
    )


async def _let_finish(asked: "asyncio.Task[Any]") -> None:
    """Let a request end whose reply is here already.

    Replies come in order, so that of a later question is not here before it. But the task that waits for the earlier
    one takes a few turns of the loop to end, and may take more of them than the later one.
    """
    for _turn in range(_TURNS):
        if asked.done():
            return
        await asyncio.sleep(0)
