"""What each message does. Knows no transport.

A link (BleLink, UsbLink) has: `cursor` (made by `Service.attach`), `max_payload` (bytes of one message), `secure`
(data may cross it), `allows_repl`, `bonds_changed()`, the coroutines `send_log(payload)` and `send_event(payload)`
(true once handed over, false when the link is gone) and `send_motion(payload)`, which may drop a frame and does not
wait. It calls `handle` for every message that arrives and sends the replies, and runs `pump` while it is up.
"""

from link.cursor import Cursor
from wire import codec
from wire.errors import WireError

MAX_MOTION_HZ = 52
MAX_CRASH_TEXT = (
    140  # bytes: keeps the longest record within the smallest usual Bluetooth payload (182 bytes)
)
MIN_PAYLOAD = codec.MESSAGE_HEAD + codec.RECORD_HEAD + MAX_CRASH_TEXT + codec.RECORD_TAIL
_LAST_REQUEST = 0x3F  # the codes of replies and streams are above
_LOG_DATA = codec.message_layout("log_data").code


class Refusal(Exception):
    """A request that cannot be granted; `args` are the error's name (wire ENUMS "error") and its detail."""


class Service:
    """Answers hosts for a `clip`, which has: log, settings, bonds, note(kind, fields, buzz), now_ms(), identity() and
    status() (fields of those messages), set_time(utc_ms, uncertainty_ms) -> bool, set_setting(key, value) -> error name
    or None, calibrate(site, full) -> bool, buzz(pattern, reminder_id) and motion_changed()."""

    def __init__(self, clip):
        self._clip = clip
        self._hash = codec.definition_hash()
        self.bad_messages = 0
        self.spoken = False  # a host on the cable has said something
        self.links = []  # those that are up

    def attach(self, link):
        """A link has come up: it gets a cursor of its own."""
        link.cursor = Cursor()
        if link not in self.links:
            self.links.append(link)

    def detach(self, link):
        """A link is gone: nothing more is sent on it."""
        if link in self.links:
            self.links.remove(link)
            link.cursor = Cursor()
            self._clip.motion_changed()

    def handle(self, payload, link):
        """Replies (list of payloads) to one message. Never raises for what a host sent."""
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

    def _answer(self, name, request_id, fields, link):
        try:
            self._admit(link, name)
            # By name: a table of them would be 17 more objects on the heap.
            return getattr(self, name)(link, request_id, **fields)
        except Refusal as refusal:
            code, detail = refusal.args
            return codec.pack("error", request_id, code=code, detail=detail)

    def _admit(self, link, name):
        if not link.secure:
            raise Refusal("not_paired", 0)
        if link.cursor.agreed is False and name != "hello":
            raise Refusal("wrong_version", 0)

    def _ok(self, request_id, value=0):
        return codec.pack("ok", request_id, t_ms=self._clip.now_ms(), value=value)

    # --- requests: each has its name in the table

    def hello(self, link, request_id, wire_hash, host_name):
        link.cursor.agreed = wire_hash == self._hash
        return codec.pack("identity", request_id, wire_hash=self._hash, **self._clip.identity())

    def status_get(self, link, request_id):
        fields = self._clip.status()
        fields["bad_frames"] += self.bad_messages
        return codec.pack("status", request_id, **fields)

    def time_set(self, link, request_id, utc_ms, uncertainty_ms, at_ms):
        if not self._clip.set_time(utc_ms, uncertainty_ms, at_ms):
            raise Refusal("bad_field", 0)
        return self._ok(request_id)

    def log_read(self, link, request_id, from_seq, max_count, follow):
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
        return self._ok(request_id, available)

    def log_ack(self, link, request_id, next_seq, count, crc32):
        cursor = link.cursor
        if not cursor.confirm(self._clip.log, next_seq, count, crc32):
            raise Refusal("ack_mismatch", 0)
        if not self._clip.log.set_acked(next_seq):
            raise Refusal("storage", 0)
        return self._ok(request_id)

    def log_stop(self, link, request_id):
        link.cursor.stop()
        return self._ok(request_id)

    def setting_get(self, link, request_id, key):
        return self._ok(request_id, self._clip.settings.get(key))

    def setting_set(self, link, request_id, key, value):
        refused = self._clip.set_setting(key, value)
        if refused:
            raise Refusal(refused, 1)
        return self._ok(request_id, value)

    def calibrate(self, link, request_id, site, scope):
        if not self._clip.calibrate(site, scope == "full"):
            raise Refusal("busy", 0)
        return self._ok(request_id)

    def buzz(self, link, request_id, pattern, reminder_id):
        self._clip.buzz(pattern, reminder_id)
        return self._ok(request_id)

    def motion_stream(self, link, request_id, rate_hz):
        if rate_hz > MAX_MOTION_HZ:
            raise Refusal("bad_field", 0)
        link.cursor.stream_motion(request_id, rate_hz, self._clip.now_ms())
        self._clip.motion_changed()
        return self._ok(request_id)

    def repl(self, link, request_id):
        if not link.allows_repl:
            raise Refusal("not_on_this_link", 0)
        link.leaving = True
        return self._ok(request_id)

    def bond_list(self, link, request_id):
        return codec.pack("bonds", request_id, peers=b"".join(self._clip.bonds.hosts()))

    def bond_forget(self, link, request_id, peer):
        everybody = not any(peer)
        try:
            left = self._clip.bonds.forget(None if everybody else peer)
        except OSError:
            raise Refusal("storage", 0) from None
        self._clip.note("bond", {"bond": "forgotten", "peer": peer})
        for other in self.links:
            other.bonds_changed()
        return self._ok(request_id, left)

    def update_begin(self, link, request_id, **fields):
        codec.forget_layouts()  # room for what comes
        return self._ok(request_id, self._clip.update(fields, Refusal))

    update_data = update_end = update_begin

    def paired(self, news, peer):
        """A host tried to pair: a record, and a buzz when it is in. `news`: wire ENUMS "bond"."""
        self._clip.note("bond", {"bond": news, "peer": peer}, "paired" if news == "made" else None)

    # --- streams

    @property
    def motion_rate_hz(self):
        """The fastest motion stream that a host has asked for; 0: none."""
        return max([link.cursor.motion_hz for link in self.links] or [0])

    @property
    def following(self):
        """Whether a host waits for records as they are stored."""
        return any([link.cursor.following for link in self.links])

    def send_motion(self, now_ms, fields):
        """A motion frame to every link whose next one is due. `fields`: of the message but `sequence`."""
        for link in self.links:
            cursor = link.cursor
            if cursor.motion_due(now_ms):
                link.send_motion(
                    codec.pack(
                        "motion", cursor.motion_id, sequence=cursor.motion_sequence, **fields
                    )
                )

    def announce(self):
        """Records were stored: links that follow send them."""
        for link in self.links:
            if link.cursor.following:
                link.cursor.wake.set()

    async def pump(self, link):
        """Streams the log on one link as its cursor says. Ends when the link is gone."""
        buffer = bytearray(codec.MAX_PAYLOAD)
        view = memoryview(buffer)
        buffer[0] = _LOG_DATA
        while True:
            cursor = link.cursor
            await cursor.wake.wait()
            cursor.wake.clear()
            if not await self._stream(link, cursor, view):
                return

    async def _stream(self, link, cursor, view):
        """Sends until there is no more for now; false when the link is gone."""
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

    def _log_end(self, cursor):
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
