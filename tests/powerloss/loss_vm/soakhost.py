# The soak's host: it comes, takes the log through the real service and cursor, acknowledges, follows, and vanishes at
# any moment. What it has it keeps.
import asyncio
import struct
from binascii import crc32

from invariants import Broken
from wire import codec

_ACK_RECORDS = 64


class HostLink:
    """A link as link.service wants it, with its host at the other end."""

    secure = True
    allows_repl = False
    max_payload = 244
    cursor = pump = None

    def __init__(self, world, clip, host, vanish_after):
        self._world = world
        self._clip = clip
        self._host = host
        self._left = vanish_after  # records until it vanishes; below 0: never
        self.gone = False
        self._count = self._crc = 0
        self._next_seq = 0

    async def send_log(self, payload):
        return self._take(bytes(payload))

    async def send_event(self, payload):
        return self._take(bytes(payload))

    def ask(self, name, **fields):
        """The reply's name; raises Broken when the clip refuses."""
        reply, _, told = codec.unpack(
            self._clip.service.handle(codec.pack(name, 1, **fields), self)[0]
        )
        if reply == "error" and not self._world.flash.dead:
            raise Broken("the clip answers", (name, told))
        return reply

    def begin(self):
        """Hello, the time, the log from where the last visit ended, and all that comes later."""
        self.ask("hello", wire_hash=codec.definition_hash(), host_name="soak")
        self.ask(
            "time_set", utc_ms=1_795_420_800_000 + self._world.t_ms, uncertainty_ms=50, at_ms=0
        )
        self.ask("log_read", from_seq=self._host.next_seq, max_count=0, follow=1)

    def _take(self, payload):
        if self.gone:
            return False
        name, _, fields = codec.unpack(payload)
        if name == "log_data":
            self._records(fields["records"])
        elif self._count:
            self._ack()
        return not self.gone

    def _records(self, raw):
        at = 0
        while at < len(raw):
            length = codec.check_record(raw, at)
            if self._left == 0:
                self.gone = True  # in the middle of a message
                return
            self._left -= 1
            self._world.receive(raw[at : at + length])
            self._host.take(raw[at : at + length])
            at += length
            self._count += 1
        self._crc = crc32(raw, self._crc)
        if self._count >= _ACK_RECORDS:
            self._ack()

    def _ack(self):
        count, crc = self._count, self._crc
        self._count = self._crc = 0
        next_seq = self._host.next_seq
        reply = self.ask("log_ack", next_seq=next_seq, count=count, crc32=crc)
        if reply == "ok":
            self._world.acked_seq = max(self._world.acked_seq, next_seq)
            self._host.verify()


class Host:
    """Its store: the first number that it has not, and what gap records told it."""

    def __init__(self, world):
        self._world = world
        self._verified_seq = 1
        self.next_seq = 1
        self.records = 0
        self.told_missing = 0
        self._gaps = []

    def take(self, raw):
        seq = struct.unpack_from("<I", raw, 2)[0]
        if seq < self.next_seq:
            raise Broken("every record comes once", (seq, self.next_seq))
        self.next_seq = seq + 1
        self.records += 1
        record = codec.parse_record(raw)[0] if raw[0] == _GAP else None
        if record and record["reason"] == "oldest_dropped":  # nothing else may be lost here
            self._gaps.append((record["first_seq"], record["last_seq"]))

    def verify(self):
        """All that was stored and acknowledged is here, or a gap record told of it."""
        for seq in self._world.missing(self._verified_seq, self.next_seq):
            if not any(first <= seq <= last for first, last in self._gaps):
                raise Broken("nothing acknowledged or stored is missing", (seq, self.next_seq))
            self.told_missing += 1
        self._verified_seq = self.next_seq
        self._gaps = self._gaps[-4:]


_GAP = codec.record_layout("gap").code


async def quiet(link, log, flash):
    """Lets the pump send all that there is."""
    while not (link.gone or flash.dead):
        if link.pump.done():
            await link.pump  # raises what ended it
            return
        cursor = link.cursor
        if cursor.following and cursor.next_seq >= log.next_seq and not cursor.wake.is_set():
            return
        await asyncio.sleep_ms(0)
