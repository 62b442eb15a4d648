"""Decoding of raw records into rows. Formats come from the wire's table; minutes take a faster path."""

import json
import struct
from dataclasses import dataclass, field

from ..wire import codec
from ..wire.errors import WireError
from ..wire.rows import RECORDS
from ..wire.table import RECORD_HEADER, names

HEADER = struct.Struct("<" + "".join(item.partition(":")[2] for item in RECORD_HEADER.split()))
_MAX = 2**63 - 1
_LEAST = codec.RECORD_HEAD + codec.RECORD_TAIL
_CODES = frozenset(codec.record_layout(row.name).code for row in RECORDS)
_MINUTE = codec.record_layout("minute")
_LIMITS = tuple(
    (place, len(names(enum))) for place, (_, _, enum) in enumerate(_MINUTE.fields) if enum
)
_MINUTE_BODY = struct.Struct("<" + "".join(fmt for _, fmt, _ in _MINUTE.fields))
# A valid checksum shows that the clip wrote the record, not that its time is possible. No clip runs longer than this.
MAX_T_MS = 100 * 365 * 86_400_000


_PAIR = ("pair_boot", "pair_t_ms", "utc_ms", "uncertainty_ms")


RecordRow = tuple[
    int, int, int, str, str | None, bytes
]  # seq, boot, t_ms, kind, fields as JSON, raw


@dataclass(frozen=True)
class Damage:
    """A stretch of bytes without an intact record: its first byte, its length, and what is wrong where it begins."""

    offset: int
    length: int
    why: str


@dataclass
class Decoded:
    """Rows for the tables, in the order of the log, and the damage between them."""

    records: list[RecordRow] = field(default_factory=list[RecordRow])
    # seq -> boot, t_ms, fields
    minutes: dict[int, tuple[int, ...]] = field(default_factory=dict[int, tuple[int, ...]])
    pairs: dict[int, tuple[int, int, int, int]] = field(
        default_factory=dict[int, tuple[int, int, int, int]]
    )
    gaps: dict[int, tuple[int, int, str]] = field(default_factory=dict[int, tuple[int, int, str]])
    damages: list[Damage] = field(default_factory=list[Damage])


def decode(raw: bytes, start: int = 0) -> Decoded:
    """Return the rows of every intact record of `raw` from byte `start` on.

    After damage it goes on at the next intact record: each has its own length and CRC-32.
    """
    out, at = Decoded(), start
    while at < len(raw):
        try:
            at = _one(raw, at, out)
        except WireError as error:
            following = _next_intact(raw, at + 1)
            out.damages.append(Damage(at, following - at, str(error)))
            at = following
    return out


def _next_intact(raw: bytes, start: int) -> int:
    """Return the first byte from `start` on at which an intact record of a known kind begins; the end if none does."""
    for at in range(start, len(raw) - _LEAST + 1):
        if raw[at] in _CODES:
            try:
                _one(raw, at, Decoded())
            except WireError:
                continue
            return at
    return len(raw)


def _one(raw: bytes, start: int, out: Decoded) -> int:
    end = start + codec.check_record(raw, start)
    code, length, seq, boot, t_ms = HEADER.unpack_from(raw, start)
    if t_ms > MAX_T_MS:
        raise WireError(WireError.RANGE, f"record {seq}: no clip runs for {t_ms} ms")
    if code == _MINUTE.code and length == _MINUTE.size:
        values = _MINUTE_BODY.unpack_from(raw, start + codec.RECORD_HEAD)
        for place, end_of_enum in _LIMITS:
            if values[place] >= end_of_enum:
                name = _MINUTE.fields[place][0]
                raise WireError(WireError.RANGE, f"minute.{name}: {values[place]} is unknown")
        out.minutes[seq] = (boot, t_ms, *values)
        out.records.append((seq, boot, t_ms, "minute", None, raw[start:end]))
        return end
    parsed, _ = codec.parse_record(raw, start)
    kind = parsed.pop("kind")
    for name in ("seq", "boot", "t_ms"):
        del parsed[name]
    fields = {name: plain(value) for name, value in parsed.items()}
    if kind == "clock":
        # A time too large for the database is impossible. Clamped, it stays impossible and is not believed.
        out.pairs[seq] = (boot, t_ms, min(parsed["utc_ms"], _MAX), parsed["uncertainty_ms"])
    if kind == "block" and parsed["pair_boot"]:  # the clip may have dropped the clock record since
        pair_boot, pair_t_ms, utc_ms, uncertainty_ms = (parsed[name] for name in _PAIR)
        out.pairs[seq] = (pair_boot, pair_t_ms, min(utc_ms, _MAX), uncertainty_ms)
    if kind == "gap":
        out.gaps[seq] = (parsed["first_seq"], parsed["last_seq"], parsed["reason"])
    out.records.append(
        (seq, boot, t_ms, kind, None if kind == "clock" else json.dumps(fields), raw[start:end])
    )
    return end


def plain(value: int | str | bytes) -> int | str:
    """Return a field's value for JSON: bytes become text if they are printable ASCII, else hexadecimal digits."""
    # A traceback has newlines; no other control character passes.
    if not isinstance(value, bytes):
        return value
    text = value.rstrip(b"\0").decode("ascii", errors="replace")
    shown = "\N{REPLACEMENT CHARACTER}" not in text and text.replace("\n", "").isprintable()
    return text if shown else value.hex()
