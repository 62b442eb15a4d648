"""Packing and parsing, derived from the table. Runs unchanged on the clip and on the host.

MicroPython's `struct` silently truncates what does not fit, so ranges are checked here.
"""

import hashlib
import struct
from binascii import crc32

from .errors import WireError
from .table import ENUMS, MESSAGES, RECORD_HEADER, RECORDS, find, names

TYPE_CHECKING = False  # MicroPython has no `typing`
if TYPE_CHECKING:
    from .fields import Data, Fields, Specs, Value

MAX_PAYLOAD = 512  # bytes of one message: type, request id and body; the clip has few to spare
MESSAGE_HEAD = 2  # type, request id
RECORD_HEAD = 16  # bytes of RECORD_HEADER
RECORD_TAIL = 4  # CRC-32
MAX_BODY = 255  # bytes of a record's body: its length field is one byte


class Layout:
    """Fields of one message or record body: names, formats, enumerations, and the packing of them.

    `code`: the number of the message or record on the wire. `specs`: `name:format[=enumeration]` of each field.
    """

    def __init__(self, code: int, name: str, specs: "Specs") -> None:
        self.code = code
        self.name = name
        # (name, format, enumeration name or None)
        self.fields: list[tuple[str, str, str | None]] = []
        fixed = "<"
        for item in specs:
            field, _, rest = item.partition(":")
            fmt, _, enum = rest.partition("=")
            self.fields.append((field, fmt, enum or None))
            if fmt != "*":
                fixed += fmt
        self._format = fixed
        self.size = struct.calcsize(fixed)
        self.open_ended = bool(self.fields) and self.fields[-1][1] == "*"

    def pack(self, values: "Fields") -> bytes:
        """Bytes of the body. `values`: field name to int, bytes, str (for `Ns`) or enumeration name.

        Raises WireError for a field that is missing, unknown or out of range.
        """
        if len(values) != len(self.fields):
            known = [f[0] for f in self.fields]
            for name in values:
                if name not in known:
                    raise WireError(WireError.UNKNOWN, "%s has no field '%s'" % (self.name, name))
        packed: list[int | bytes] = []
        tail = b""
        for name, fmt, enum in self.fields:
            if name not in values:
                raise WireError(WireError.UNKNOWN, "%s needs the field '%s'" % (self.name, name))
            value = values[name]
            if fmt == "*":
                tail = bytes(value)
            else:
                packed.append(self._checked(name, fmt, enum, value))
        return struct.pack(self._format, *packed) + tail

    def _checked(self, name: str, fmt: str, enum: str | None, value: "Value") -> int | bytes:
        if enum and isinstance(value, str):
            known = names(enum)
            if value not in known:
                raise WireError(
                    WireError.RANGE, "%s.%s: '%s' is no %s" % (self.name, name, value, enum)
                )
            return known.index(value)
        if fmt[-1] == "s":
            value = value.encode() if isinstance(value, str) else bytes(value)
            if len(value) > int(fmt[:-1]):
                raise WireError(
                    WireError.RANGE, "%s.%s: over %s bytes" % (self.name, name, fmt[:-1])
                )
            return value
        size = struct.calcsize(fmt)
        low = 0 if fmt < "a" else -1 << (8 * size - 1)  # capitals are unsigned
        high = low + (1 << 8 * size) - 1
        if not isinstance(value, int) or not low <= value <= high:
            raise WireError(
                WireError.RANGE, "%s.%s: %r is not in %d..%d" % (self.name, name, value, low, high)
            )
        if enum and not 0 <= value < len(names(enum)):
            raise WireError(WireError.RANGE, "%s.%s: %d is no %s" % (self.name, name, value, enum))
        return value

    def unpack(self, data: "Data") -> "Fields":
        """Field name to value; enumerations as their names, `Ns` as bytes of that length.

        Raises WireError when `data` is too short or too long, or an enumeration is unknown.
        """
        if len(data) < self.size:
            raise WireError(
                WireError.SHORT, "%s: %d bytes, needs %d" % (self.name, len(data), self.size)
            )
        if len(data) > self.size and not self.open_ended:
            raise WireError(
                WireError.LONG, "%s: %d bytes, needs %d" % (self.name, len(data), self.size)
            )
        values = struct.unpack(self._format, bytes(data[: self.size]))
        out: Fields = {}
        for i, (name, fmt, enum) in enumerate(self.fields):
            if fmt == "*":
                out[name] = bytes(data[self.size :])
                continue
            value: Value = values[i]
            if enum:
                known, number = names(enum), int(value)
                if number >= len(known):
                    raise WireError(
                        WireError.RANGE, "%s.%s: %d is no %s" % (self.name, name, number, enum)
                    )
                value = known[number]
            out[name] = value
        return out


_layouts: dict[tuple[str, int | str], Layout] = {}
max_layouts = 64  # kept at a time; the clip, which has little room, sets fewer
_header = Layout(0, "record", RECORD_HEADER.split())


def _layout(rows: str, fields_at: int, key: int | str, what: str) -> Layout:
    # Made at first use, and found by search: an index would cost the clip more than it saves.
    made = _layouts.get((what, key))
    if made:
        return made
    words = find(rows, key)
    if words is None:
        raise WireError(WireError.UNKNOWN, "no %s %r" % (what, key))
    if len(_layouts) >= max_layouts:
        _layouts.clear()
    made = _layouts[what, key] = Layout(int(words[0], 16), words[1], words[fields_at:])
    return made


def forget_layouts() -> None:
    """Gives the room of the layouts back: they are made again when they are needed."""
    _layouts.clear()


def message_layout(key: int | str) -> Layout:
    """Layout of the message with this name or code; WireError if there is none."""
    return _layout(MESSAGES, 3, key, "message")


def record_layout(key: int | str) -> Layout:
    """Layout of the record body with this name or code; WireError if there is none."""
    return _layout(RECORDS, 2, key, "record")


def pack(name: str, request_id: int, **values: "Value") -> bytes:
    """One message as bytes: type, request id (0 to 255), body. Raises WireError."""
    layout = message_layout(name)
    payload = bytes((layout.code, request_id & 0xFF)) + layout.pack(values)
    if len(payload) > MAX_PAYLOAD:
        raise WireError(
            WireError.LONG, "%s: %d bytes, at most %d" % (name, len(payload), MAX_PAYLOAD)
        )
    return payload


def unpack(payload: "Data") -> "tuple[str, int, Fields]":
    """(name, request id, fields) of one message. Raises WireError."""
    if len(payload) < MESSAGE_HEAD:
        raise WireError(WireError.SHORT, "a message needs a type and a request id")
    if len(payload) > MAX_PAYLOAD:
        raise WireError(WireError.LONG, "%d bytes, at most %d" % (len(payload), MAX_PAYLOAD))
    layout = message_layout(payload[0])
    return layout.name, payload[1], layout.unpack(payload[MESSAGE_HEAD:])


def pack_record(name: str, seq: int, boot: int, t_ms: int, values: "Fields") -> bytes:
    """One log record as bytes: header, body, CRC-32. `t_ms`: milliseconds since this boot. Raises WireError."""
    layout = record_layout(name)
    body = layout.pack(values)
    if len(body) > MAX_BODY:
        raise WireError(
            WireError.LONG, "%s: body of %d bytes, at most %d" % (name, len(body), MAX_BODY)
        )
    head = {"kind": layout.code, "length": len(body), "seq": seq, "boot": boot, "t_ms": t_ms}
    data = _header.pack(head) + body
    return data + struct.pack("<I", crc32(data))


def record_length(data: "Data", start: int = 0) -> int:
    """Bytes of the record that begins at `start`, read from its length field; 0 when the header is cut off."""
    if len(data) - start < RECORD_HEAD:
        return 0
    return RECORD_HEAD + data[start + 1] + RECORD_TAIL


def check_record(data: "Data", start: int = 0) -> int:
    """Length of the intact record at `start`. Raises WireError: SHORT if cut off, CRC if damaged."""
    length = record_length(data, start)
    if not length or len(data) - start < length:
        raise WireError(WireError.SHORT, "record cut off")
    end = start + length
    want = struct.unpack("<I", bytes(data[end - RECORD_TAIL : end]))[0]
    if crc32(bytes(data[start : end - RECORD_TAIL])) != want:
        raise WireError(WireError.CRC, "record checksum does not match")
    return length


def parse_record(data: "Data", start: int = 0) -> "tuple[Fields, int]":
    """(record, next start). `record` has kind (name), seq, boot, t_ms and the body's fields. Raises WireError."""
    length = check_record(data, start)
    head = _header.unpack(data[start : start + RECORD_HEAD])
    layout = record_layout(head["kind"])
    record = layout.unpack(data[start + RECORD_HEAD : start + length - RECORD_TAIL])
    record["kind"] = layout.name
    for field in ("seq", "boot", "t_ms"):
        record[field] = head[field]
    return record, start + length


def text(value: "Data") -> str:
    """Text of an `Ns` field: zero padding dropped, undecodable bytes refused with WireError."""
    try:
        return bytes(value).rstrip(b"\0").decode()
    except UnicodeError:
        raise WireError(WireError.RANGE, "not text: %r" % bytes(value)) from None


def definition_hash() -> bytes:
    """First 8 bytes of SHA-256 over the table's text: comments and prose do not change it."""
    digest = hashlib.sha256()
    for text in (MESSAGES, RECORDS, RECORD_HEADER):
        digest.update(text.encode())
    for name in sorted(ENUMS):
        digest.update(("%s %s\n" % (name, ENUMS[name])).encode())
    return digest.digest()[:8]
