"""The request handlers and record streams of the clip, for any transport.

A link (BleLink, UsbLink) has: `cursor` (made by `Service.attach`), `max_payload` (bytes of one message), `secure` (data
may cross it), `allows_repl`, `bonds_changed()`, the coroutines `send_log(payload)` and `send_event(payload)` (True once
handed over, False when the link is gone) and `send_motion(payload)`, which may drop a frame and does not wait. The link
calls `handle` for every message that arrives and sends the replies, and runs `pump` while it is up.
"""

from link.cursor import Cursor
from wire import codec
from wire.errors import WireError

MAX_MOTION_HZ = 52
MAX_CRASH_TEXT = (
    140  # bytes: keeps the longest record within the smallest usual Bluetooth payload (182 bytes)
)
MIN_PAYLOAD = codec.MESSAGE_HEAD + codec.RECORD_HEAD + MAX_CRASH_TEXT + codec.RECORD_TAIL
_LAST_REQUEST = 0x3F  # replies and streams have higher codes
_LOG_DATA = codec.message_layout("log_data").code


class Refusal(Exception):
    """A refused request. `args` are the error's name (wire ENUMS "error") and its detail."""


class Service:
    """Answers hosts for a `clip`.

    The clip has: log, settings, note(kind, fields, buzz), now_ms(), identity() and status() (fields of those messages),
    buzz(pattern, reminder_id), motion_changed(), and request(name, link, request_id, fields) for the requests that have
    no method here.
    """

    def __init__(self, clip: "Clip") -> None:
        self._clip = clip
        self._hash = codec.definition_hash()
        self.bad_messages = 0
        self.spoken = False  # a host on the cable has sent a valid frame
        self.links = []  # links that are up
        self.letter: "Writer | None" = None  # a letter that is being written

    def attach(self, link: "Link") -> None:
        """Add a link that has come up, with a cursor of its own."""
        link.cursor = Cursor()
        if link not in self.links:
            self.links.append(link)

    def detach(self, link: "Link") -> None:
        """Remove a link that is gone: nothing more is sent on it."""
        if link in self.links:
            self.links.remove(link)
            link.cursor = Cursor()
            if self.letter and self.letter.link is link:  # the one before it stays
                self.letter.close()
                self.letter = None
            self._clip.motion_changed()

    def handle(self, payload: "Buffer", link: "Link") -> "list[bytes]":
        """Return the replies (list of payloads) to one message. Never raises, whatever a host sends."""
        request_id = payload[1] if len(payload) > 1 else 0
        try:
            name, request_id, fields = codec.unpack(payload)
            if payload[0] > _LAST_REQUEST:  # hosts send no replies and no streams
                raise WireError(WireError.UNKNOWN, name)
            return [self._answer(name, request_id, fields, link)]
        except WireError as error:
            self.bad_messages += 1
            unknown = error.reason == WireError.UNKNOWN
            code = "unknown_message" if unknown else "bad_field"
            return [codec.pack("error", request_id, code=code, detail=0)]

    def _answer(self, name: str, request_id: int, fields: "Fields", link: "Link") -> bytes:
        try:
            self._admit(link, name)
            # By name: a table of the methods would be 17 more objects on the heap.
            method = getattr(self, name, None)
            if not method:
                return self._clip.request(name, link, request_id, fields)
            return method(link, request_id, **fields)
        except Refusal as refusal:
            code, detail = refusal.args
            return codec.pack("error", request_id, code=code, detail=detail)

    def _admit(self, link: "Link", name: str) -> None:
        if not link.secure:
            raise Refusal("not_paired", 0)
        # An update crosses versions: its messages never change.
        if link.cursor.agreed is False and name != "hello" and name[:7] != "update_":
            raise Refusal("wrong_version", 0)

    def ok(self, request_id: int, value: int = 0) -> bytes:
        """Return the reply `ok`."""
        return codec.pack("ok", request_id, t_ms=self._clip.now_ms(), value=value)

    # --- requests: each has its name in the table

    def hello(self, link: "Link", request_id: int, wire_hash: bytes, host_name: str) -> bytes:
        """Compare the host's wire definitions with the clip's; reply with the clip's identity."""
        link.cursor.agreed = wire_hash == self._hash
        return codec.pack("identity", request_id, wire_hash=self._hash, **self._clip.identity())

    def status_get(self, link: "Link", request_id: int) -> bytes:
        """Reply with the clip's status."""
        fields = self._clip.status()
        fields["bad_frames"] += self.bad_messages
        return codec.pack("status", request_id, **fields)

    def log_read(
        self, link: "Link", request_id: int, from_seq: int, max_count: int, follow: bool
    ) -> bytes:
        """Begin a transfer of the log; reply with the number of records that are available.

        Raises Refusal "not_in_log" beyond the log's end, "not_on_this_link" if the link's messages are too short.
        """
        log = self._clip.log
        if from_seq > log.next_seq:
            raise Refusal("not_in_log", 0)
        if link.max_payload < MIN_PAYLOAD:  # not every record would fit
            raise Refusal("not_on_this_link", link.max_payload)
        first = max(from_seq, log.oldest_seq)
        available = log.next_seq - first
        if max_count and max_count < available:
            available = max_count
        link.cursor.begin(request_id, first, max_count, follow)
        return self.ok(request_id, available)

    def log_ack(
        self, link: "Link", request_id: int, next_seq: int, count: int, crc32: int
    ) -> bytes:
        """Take the host's acknowledgement of the records before `next_seq`.

        Raises Refusal "ack_mismatch" if count or CRC differ, "storage" if it cannot be stored.
        """
        cursor = link.cursor
        if not cursor.confirm(self._clip.log, next_seq, count, crc32):
            raise Refusal("ack_mismatch", 0)
        if not self._clip.log.set_acked(next_seq):
            raise Refusal("storage", 0)
        return self.ok(request_id)

    def setting_get(self, link: "Link", request_id: int, key: str) -> bytes:
        """Reply with a setting's value."""
        return self.ok(request_id, self._clip.settings.get(key))

    def buzz(self, link: "Link", request_id: int, pattern: str, reminder_id: int) -> bytes:
        """Play a pattern, or with a `reminder_id` a reminder that the button answers."""
        self._clip.buzz(pattern, reminder_id)
        return self.ok(request_id)

    def motion_stream(self, link: "Link", request_id: int, rate_hz: int) -> bytes:
        """Stream motion frames at `rate_hz`; 0 ends the stream. Raises Refusal "bad_field" above MAX_MOTION_HZ."""
        if rate_hz > MAX_MOTION_HZ:
            raise Refusal("bad_field", 0)
        link.cursor.stream_motion(request_id, rate_hz, self._clip.now_ms())
        self._clip.motion_changed()
        return self.ok(request_id)

    def update_begin(self, link: "Link", request_id: int, **fields: "int | bytes") -> bytes:
        """Pass an update request on to the clip; reply with its value. `update_data` and `update_end` are the same."""
        codec.forget_layouts()  # makes room on the heap for the update
        return self.ok(request_id, self._clip.update(fields, Refusal))

    update_data = update_end = update_begin

    def paired(self, news: str, peer: "bytes | None") -> None:
        """Note a host's attempt to pair, with a buzz when it is bonded. `news`: wire ENUMS "bond"."""
        self._clip.note("bond", {"bond": news, "peer": peer}, "paired" if news == "made" else None)

    # --- streams

    @property
    def motion_rate_hz(self) -> int:
        """Rate of the fastest motion stream that a host has asked for; 0: none."""
        return max([link.cursor.motion_hz for link in self.links] or [0])

    @property
    def following(self) -> bool:
        """True if a host waits for records as they are stored."""
        return any([link.cursor.following for link in self.links])

    def send_motion(self, now_ms: int, fields: "Fields") -> None:
        """Send a motion frame to every link whose next one is due. `fields`: of the message, except `sequence`."""
        for link in self.links:
            cursor = link.cursor
            if cursor.motion_due(now_ms):
                link.send_motion(
                    codec.pack(
                        "motion", cursor.motion_id, sequence=cursor.motion_sequence, **fields
                    )
                )

    def announce(self) -> None:
        """Wake the links that follow the log, because records were stored."""
        for link in self.links:
            if link.cursor.following:
                link.cursor.wake.set()

    async def pump(self, link: "Link") -> None:
        """Stream the log on one link as its cursor says. Ends when the link is gone."""
        buffer = bytearray(codec.MAX_PAYLOAD)
        view = memoryview(buffer)
        buffer[0] = _LOG_DATA
        while True:
            cursor = link.cursor
            await cursor.wake.wait()
            cursor.wake.clear()
            if not await self._stream(link, cursor, view):
                return

    async def _stream(self, link: "Link", cursor: "Cursor", view: memoryview) -> bool:
        """Send records until there are no more for now. Return False when the link is gone."""
        turn = cursor.turn
        records = view[codec.MESSAGE_HEAD : link.max_payload]
        while cursor.active:
            n_bytes, after = self._clip.log.read_into(cursor.next_seq, records, cursor.end_seq)
            if not n_bytes:
                break
            view[1] = cursor.request_id
            # Counted first: the host may confirm it before `send` returns.
            cursor.sent(records[:n_bytes], after)
            send = link.send_event if cursor.following else link.send_log
            if not await send(view[: codec.MESSAGE_HEAD + n_bytes]):
                return False
            if cursor.turn != turn:  # a new request came meanwhile, and has set `wake`
                return True
        if cursor.active and not cursor.following:
            return await link.send_log(self._log_end(cursor))
        return True

    def _log_end(self, cursor: "Cursor") -> bytes:
        count, crc = cursor.count, cursor.crc
        following = cursor.end()
        return codec.pack(
            "log_end",
            cursor.request_id,
            next_seq=cursor.next_seq,
            count=count,
            crc32=crc,
            following=following,
        )
