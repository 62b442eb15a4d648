"""Fuzz targets: frames, messages and records, and the host's client fed by a clip that sends anything."""

import asyncio
import struct
from collections.abc import Callable
from zlib import crc32

from poise.clip.client import ClipClient, unpacked
from poise.errors import PoiseError
from poise.timebase.clock import SystemClock
from poise.wire import codec, framing, rows
from poise.wire.errors import WireError

from .shapes import in_records, joined, pieces, repaired

ALIVE = b"\x02\x2a"  # a request for the status
SILENT_S = 0.002  # a link on which nothing more is asked is gone: nothing here waits for a timeout


# --- frames and messages


def wire(data: bytes) -> None:
    """Pieces of noise (even kinds) and of frames (odd); the parser and the codec take whatever comes."""
    stream = bytearray()
    for kind, piece in pieces(data):
        good = kind & 1 and len(piece) <= codec.MAX_PAYLOAD
        stream += framing.encode_frame(piece) if good else piece
        _message(piece)
    parser = framing.Parser()
    outcomes = []
    at = 0
    while at < len(stream):
        step = 1 + stream[at] % 61
        outcomes += parser.feed(stream[at : at + step])
        assert len(parser._buffer) <= framing.MAX_FRAME
        at += step
    whole = framing.Parser()
    assert _plain(whole.feed(stream)) == _plain(outcomes)
    assert parser.errors == sum(kind == framing.ERROR for kind, _ in outcomes)
    _finds_the_next(parser)


def _plain(outcomes: list) -> list:
    return [item if kind == framing.FRAME else item.reason for kind, item in outcomes]


def _finds_the_next(parser: framing.Parser) -> None:
    frames = [item for kind, item in parser.feed(framing.encode_frame(ALIVE)) if kind == "frame"]
    if ALIVE in frames:
        return
    # Its opening zero was the closing one of a whole frame; it then belongs to that.
    assert frames, "the frame after the noise was lost"
    assert parser.feed(framing.encode_frame(ALIVE))[-1] == (framing.FRAME, ALIVE)


def _message(payload: bytes) -> None:
    try:
        name, request_id, fields = codec.unpack(payload)
    except WireError:
        return
    assert codec.pack(name, request_id, **fields) == payload


def records(data: bytes) -> None:
    """Records back to back; what is accepted packs to the same bytes again."""
    for raw in (data, repaired(data)):
        at = 0
        try:
            while at < len(raw):
                record, after = codec.parse_record(raw, at)
                kind, seq, boot, t_ms = (record.pop(key) for key in ("kind", "seq", "boot", "t_ms"))
                assert codec.pack_record(kind, seq, boot, t_ms, record) == raw[at:after]
                at = after
        except WireError:
            continue


def wire_seeds() -> list[bytes]:
    """A session of every message, noise between the frames, half a frame."""
    messages = [packed(row.name, number) for number, row in enumerate(rows.MESSAGES)]
    frame = framing.encode_frame(messages[0])
    return [
        joined([(1, message) for message in messages]),
        joined([(number, message) for number, message in enumerate(messages)]),
        joined([(0, frame[:9]), (1, messages[3]), (0, b"\0\0\r\n>>> "), (1, ALIVE)]),
        joined([(0, b"\0"), (0, b"\x55" * 700)]),
    ]


def packed(name: str, request_id: int) -> bytes:
    """A message of this name with plain values."""
    layout = codec.message_layout(name)
    return codec.pack(name, request_id, **_plain_values(layout))


def _plain_values(layout: codec.Layout) -> dict[str, int | str | bytes]:
    values: dict[str, int | str | bytes] = {}
    for field, fmt, enum in layout.fields:
        text = fmt == "*" or fmt.endswith("s")
        values[field] = rows.ENUMS[enum][-1] if enum else b"poise" if text else 7
    return values


def log_of_every_kind(boot: int = 1) -> bytes:
    """One record of each kind, numbered from 1."""
    out = b""
    for seq, row in enumerate(rows.RECORDS, start=1):
        values = _plain_values(codec.record_layout(row.name))
        if row.name == "gap":
            values |= {"first_seq": 0, "last_seq": 0}
        out += codec.pack_record(row.name, seq, boot, seq * 1000, values)
    return out


def record_seeds() -> list[bytes]:
    """Logs."""
    raw = log_of_every_kind()
    return [raw, raw[:200], raw[:-3], b""]


# --- the client

# Bits of a piece's kind.
ANSWERS = 1  # it carries the id of the last request
SUMS = 2  # if it is a `log_end`, its count and checksum are right
RECORDS = 4  # checksums of the records inside are put right
PAUSE = 8  # the rest comes after the next request


class FuzzedLink:
    """A transport whose clip says `script`, whatever it is asked, and is gone when that is said."""

    name = "fuzz"
    source = "usb"
    max_payload = codec.MAX_PAYLOAD

    def __init__(self, script: bytes) -> None:
        self._script = list(pieces(script))
        self.on_payload: Callable[[bytes], None] | None = None
        self.on_lost: Callable[[str], None] | None = None
        self.unreadable = 0  # payloads that no table explains
        self._log = b""
        self._silent: asyncio.TimerHandle | None = None

    async def connect(self, search_s: float | None = None) -> None:
        """Always there."""

    async def disconnect(self) -> None:
        """Gone."""
        self._script.clear()

    async def send(self, payload: bytes) -> None:
        """The clip's next words, up to a pause."""
        codec.unpack(payload)  # what the host says is always in the table
        if self._silent:
            self._silent.cancel()
        while self._script:
            kind, piece = self._script.pop(0)
            self._say(self._shaped(kind, piece, payload[1]))
            if kind & PAUSE and self._script:
                self._silent = asyncio.get_running_loop().call_later(SILENT_S, self._gone)
                return
        self._gone()

    def _gone(self) -> None:
        assert self.on_lost
        self.on_lost("the script ended")

    def _shaped(self, kind: int, piece: bytes, request_id: int) -> bytes:
        if kind & ANSWERS and len(piece) > 1:
            piece = bytes((piece[0], request_id)) + piece[2:]
        if kind & RECORDS:
            piece = piece[:2] + repaired(piece[2:])
        if piece[:1] == b"\x81":
            self._log += piece[2:]
        if kind & SUMS and piece[:1] == b"\x82" and len(piece) == 15:
            sums = struct.pack("<II", _count(self._log), crc32(self._log))
            piece = piece[:6] + sums + piece[14:]
        return piece

    def _say(self, payload: bytes) -> None:
        try:
            unpacked(payload)
        except WireError:
            self.unreadable += 1
        assert self.on_payload
        self.on_payload(payload)


def _count(raw: bytes) -> int:
    try:
        return len(in_records(raw))
    except WireError:
        return 0


def client(data: bytes) -> None:
    """Hello, status and a download from a clip that sends anything: a PoiseError or whole records, each once."""
    asyncio.run(_session(data))


async def _session(data: bytes) -> None:
    link = FuzzedLink(data)
    told = ClipClient(link, SystemClock())
    frames: list[dict] = []
    told.on_motion = frames.append
    taken = bytearray()
    try:
        await told.open()
        await told.status()
        done = await told.read_log(1, taken.extend)
        assert done.records == len(in_records(bytes(taken)))
        await told.follow_log(done.next_seq, lambda raw: None)
    except PoiseError as error:
        assert error.hint
    numbers = [struct.unpack_from("<I", record, 2)[0] for record in in_records(bytes(taken))]
    assert numbers == sorted(set(numbers)), "a record came twice"
    assert told.bad_payloads >= link.unreadable


def client_seeds() -> list[bytes]:
    """A clip that answers as it should, one of another firmware, one that sends its log twice."""
    raw = log_of_every_kind()
    parts = [raw[:180], raw[180 : len(raw)]]
    whole = in_records(raw)
    cut = [b"".join(whole[:6]), b"".join(whole[6:10]), b"".join(whole[10:])]
    hello = codec.pack(
        "identity", 1, wire_hash=codec.definition_hash(), clip_id=b"12345678", firmware="0.1.0",
        boot=1, t_ms=5, oldest_seq=1, next_seq=20, assignment=0, patient="", board="esp32",
    )  # fmt: skip
    start = [(ANSWERS | PAUSE, hello), (ANSWERS | PAUSE, packed("status", 2))]
    ok = (ANSWERS, packed("ok", 3))
    data = [(ANSWERS | RECORDS, b"\x81\0" + part) for part in cut]
    end = (ANSWERS | SUMS | PAUSE, packed("log_end", 3))
    answered = (ANSWERS | PAUSE, packed("ok", 4))
    return [
        joined([*start, ok, *data, end, answered, ok, *data]),
        joined([*start, ok, data[0], data[0], end]),
        joined([*start, ok, (ANSWERS, b"\x81\0" + parts[0]), end]),
        joined([(ANSWERS | PAUSE, packed("identity", 1))]),
        joined([(ANSWERS | PAUSE, packed("error", 1))]),
    ]
