# Runs in MicroPython: packs and parses every vector that CPython made, and must give the same.
import json
import sys
from binascii import hexlify, unhexlify

from wire import codec, framing
from wire.errors import WireError


def plain(values):
    return {k: unhexlify(v["hex"]) if isinstance(v, dict) else v for k, v in values.items()}


def check_message(vector):
    values = plain(vector["values"])
    payload = codec.pack(vector["message"], vector["id"], **values)
    assert hexlify(payload).decode() == vector["hex"], vector
    assert codec.unpack(payload) == (vector["message"], vector["id"], values), vector
    frame = framing.encode_frame(payload)
    assert hexlify(frame).decode() == vector["frame"], vector
    parser = framing.Parser()
    out = parser.feed(frame[:3]) + parser.feed(frame[3:])
    assert out == [(framing.FRAME, payload)], out
    refused(lambda: codec.unpack(payload[:1]))


def check_record(vector):
    values = plain(vector["values"])
    data = codec.pack_record(
        vector["record"], vector["seq"], vector["boot"], vector["t_ms"], values
    )
    assert hexlify(data).decode() == vector["hex"], vector
    record, end = codec.parse_record(data)
    assert end == len(data)
    for key, value in values.items():
        assert record[key] == value, (key, vector)
    for key in ("seq", "boot", "t_ms"):
        assert record[key] == vector[key], (key, vector)
    refused(lambda: codec.parse_record(data[:-1]))


def refused(action):
    try:
        action()
    except WireError:
        return
    raise AssertionError("not refused")


RANGES = (
    ("B", 256),
    ("b", 128),
    ("H", 65536),
    ("h", 32768),
    ("I", 1 << 32),
    ("i", 1 << 31),
    ("Q", 1 << 64),
)


def check_ranges():
    """MicroPython's struct truncates in silence: the codec must refuse instead."""
    count = 0
    for fmt, top in RANGES:
        layout = codec.Layout(0, "probe", ["x:" + fmt])
        low = -top if fmt in "bhi" else 0
        for value in (top, low - 1, None):
            refused(lambda: layout.pack({"x": value}))  # noqa: B023 (called at once)
            count += 1
        for value in (top - 1, low):
            assert layout.unpack(layout.pack({"x": value})) == {"x": value}
    for values in ({}, {"y": 1}, {"x": 1, "y": 2}):
        refused(lambda: codec.Layout(0, "probe", ["x:B"]).pack(values))  # noqa: B023
        count += 1
    return count


print(hexlify(codec.definition_hash()).decode())
done = 0
with open(sys.argv[1]) as lines:
    for line in lines:
        vector = json.loads(line)
        (check_message if "message" in vector else check_record)(vector)
        done += 1
print("%d vectors, %d cut, %d refused" % (done, done, check_ranges()))
