"""Makes docs/SPEC.md from the table: `python -m poise.wire.spec > docs/SPEC.md`. Host only."""

import inspect
import re
import sys

from .. import text as plain
from . import codec, framing, prose, rows, table, timetable, uuids

_KINDS = {
    "request": "Requests (host to clip)",
    "reply": "Replies",
    "stream": "Streams (clip to host)",
}
_TYPES = {
    "B": "uint8",
    "b": "int8",
    "H": "uint16",
    "h": "int16",
    "I": "uint32",
    "i": "int32",
    "Q": "uint64",
    "*": "rest",
}


def unit(name: str) -> str:
    """Unit in words of a field, from the suffix of its name; empty if it has none."""
    for suffix, words in prose.UNITS.items():
        if name.endswith(suffix):
            return words
    return ""


def _fields(layout: codec.Layout) -> list[str]:
    if not layout.fields:
        return ["No fields.", ""]
    out = ["| offset | field | type | unit | meaning |", "|---|---|---|---|---|"]
    offset = 0
    for name, fmt, enum in layout.fields:
        kind = _TYPES.get(fmt, f"{fmt[:-1]} bytes")
        if enum:
            kind += f" ([{enum}](#enum-{enum}))"
        out.append(f"| {offset} | `{name}` | {kind} | {unit(name)} | {prose.FIELDS[name]} |")
        if fmt != "*":
            offset += codec.Layout(0, "", [f"{name}:{fmt}"]).size
    return [*out, ""]


def _messages(kind: str) -> list[str]:
    out = [f"## {_KINDS[kind]}", ""]
    for code, name, row_kind, _ in rows.MESSAGES:
        if row_kind == kind:
            out += [f"### 0x{code:02X} `{name}`", "", prose.MESSAGES[name], ""]
            out += _fields(codec.message_layout(name))
    return out


def _records() -> list[str]:
    header = codec.Layout(0, "record", table.RECORD_HEADER.split())
    out = [
        "## Log records",
        "",
        "A record stands alone: header, body (`length` bytes), CRC-32 (4 bytes) over header and body. Flash, "
        "`log_data` and the host's store hold the same bytes.",
        "",
        *_fields(header),
    ]
    for code, name, _ in rows.RECORDS:
        out += [f"### 0x{code:02X} `{name}`", "", prose.RECORDS[name], ""]
        out += _fields(codec.record_layout(name))
    return out


def _enums() -> list[str]:
    out = ["## Enumerations", ""]
    for name, values in rows.ENUMS.items():
        numbered = ", ".join(f"{i} `{value}`" for i, value in enumerate(values))
        out += [
            f'### <a id="enum-{name}"></a>{name}',
            "",
            prose.ENUMS[name],
            "",
            numbered + ".",
            "",
        ]
    return out


def _timetable() -> list[str]:
    """The layout of a timetable's file, from the comments of its module."""
    text = inspect.getsource(timetable)
    head = text[text.index("HEAD =") : text.index("LAST =")]
    places = re.findall(r"^(\w+) = (\d+)  # (.+)$", head, re.MULTILINE)
    parts = re.findall(r"^((?:# .+\n)+)(HEAD|LAST|ENTRY|TIME) = \"(.+)\"$", text, re.MULTILINE)
    told = {name: (_joined(words), layout) for words, name, layout in parts}
    return [
        "## Timetable",
        "",
        " ".join((timetable.__doc__ or "").split()),
        "",
        f"{told['HEAD'][0]} `struct` format `{timetable.HEAD}`; layout {timetable.FORMAT}.",
        "",
        "| place | name | meaning |",
        "|---|---|---|",
        *(
            f"| {at} | `{name.lower().removesuffix('_at')}` | {words} |"
            for name, at, words in places
        ),
        "",
        *(f"- {told[name][0]} `{told[name][1]}`." for name in ("LAST", "ENTRY", "TIME")),
        "",
        f"At most {timetable.MAX_ENTRIES} entries, {timetable.MAX_SHOWN} times and {timetable.MAX_BYTES} bytes.",
        "",
    ]


def _joined(comment: str) -> str:
    return " ".join(line.removeprefix("#").strip() for line in comment.splitlines())


def _gatt() -> list[str]:
    what = {
        "POISE_SERVICE": "the service",
        "EVENTS": "notify: `log_data` while following, `log_end`'s successors",
        "MOTION": "notify: `motion`",
        "CONTROL": "write with response: requests; indicate: replies",
        "LOG": "notify: `log_data` and `log_end` of a transfer",
        "CLIP_ID": "read: 8 bytes",
    }
    listed = [
        f"| `{getattr(uuids, name)}` | {name.lower()} | {words} |" for name, words in what.items()
    ]
    return [
        "## Bluetooth Low Energy",
        "",
        "One message (type, request id, body) is one attribute value; the link layer has its own checksum. Beside "
        "Poise's service: Device Information (0x180A), Battery (0x180F), Current Time (0x1805).",
        "",
        "| UUID | name | use |",
        "|---|---|---|",
        *listed,
        "",
    ]


def spec() -> str:
    """The whole text of docs/SPEC.md."""
    head = [
        "# Poise on the wire",
        "",
        "Made from `host/src/poise/wire/` by `make spec`; do not edit. All numbers little-endian, no padding.",
        "",
        f"Definition hash: `{codec.definition_hash().hex()}` (first 8 bytes of SHA-256 over the table's text). "
        "Both ends compare it when they connect.",
        "",
        "## A message",
        "",
        f"`type` (uint8), `request id` (uint8), body; at most {codec.MAX_PAYLOAD} bytes. A reply carries the id of its "
        "request; streams carry the id of the request that started them.",
        "",
        "## USB",
        "",
        f"A frame is 0x00, COBS(message + CRC-32 of the message), 0x00; at most {framing.MAX_FRAME} bytes between the "
        "zeros. A receiver drops what does not decode and goes on at the next zero. Bytes outside frames are a "
        "developer's terminal: two 0x03 (Ctrl-C) in a row leave to the MicroPython prompt.",
        "",
    ]
    body = _gatt() + _messages("request") + _messages("reply") + _messages("stream")
    text = "\n".join(head + body + _records() + _timetable() + _enums())
    return re.sub(r"\n{3,}", "\n\n", text).rstrip() + "\n"


if __name__ == "__main__":
    plain.begin()
    sys.stdout.write(spec())
