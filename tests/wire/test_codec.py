"""Every message and record survives the wire; nothing else is accepted, and only WireError is raised."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from poise.wire import codec, rows, table
from poise.wire.errors import WireError

from .strategies import messages, records


@given(messages())
def test_message_round_trip(message):
    name, request_id, values = message
    assert codec.unpack(codec.pack(name, request_id, **values)) == (name, request_id, values)


@given(records())
def test_record_round_trip(record):
    name, seq, boot, t_ms, values = record
    data = codec.pack_record(name, seq, boot, t_ms, values)
    parsed, end = codec.parse_record(b"pad" + data + b"more", 3)
    assert end == 3 + len(data) == 3 + codec.record_length(data)
    assert parsed == {**values, "kind": name, "seq": seq, "boot": boot, "t_ms": t_ms}


@given(records(), st.data())
def test_any_changed_byte_of_a_record_is_refused(record, data):
    name, seq, boot, t_ms, values = record
    packed = bytearray(codec.pack_record(name, seq, boot, t_ms, values))
    at = data.draw(st.integers(0, len(packed) - 1))
    packed[at] ^= data.draw(st.integers(1, 255))
    with pytest.raises(WireError):
        codec.parse_record(bytes(packed))


@given(records(), st.data())
def test_any_cut_record_is_short(record, data):
    packed = codec.pack_record(*record)
    cut = packed[: data.draw(st.integers(0, len(packed) - 1))]
    with pytest.raises(WireError) as caught:
        codec.parse_record(cut)
    assert caught.value.reason == WireError.SHORT


@given(st.binary(max_size=codec.MAX_PAYLOAD + 20))
def test_any_bytes_are_a_message_or_a_wire_error(data):
    try:
        name, request_id, values = codec.unpack(data)
    except WireError:
        return
    assert codec.pack(name, request_id, **values) == data


@given(st.binary(max_size=400))
def test_any_bytes_are_a_record_or_a_wire_error(data):
    try:
        record, end = codec.parse_record(data)
    except WireError:
        return
    assert record["kind"] in [row.name for row in rows.RECORDS]
    assert end <= len(data)


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"utc_ms": 1}, WireError.UNKNOWN),
        ({"utc_ms": 1, "at_ms": 0, "uncertainty_ms": 1, "extra": 1}, WireError.UNKNOWN),
        ({"utc_ms": -1, "at_ms": 0, "uncertainty_ms": 1}, WireError.RANGE),
        ({"utc_ms": 1, "at_ms": 0, "uncertainty_ms": 65536}, WireError.RANGE),
        ({"utc_ms": 1, "at_ms": 0, "uncertainty_ms": 1.5}, WireError.RANGE),
        ({"utc_ms": 1, "at_ms": 0, "uncertainty_ms": "x"}, WireError.RANGE),
    ],
)
def test_bad_fields_are_named(values, reason):
    with pytest.raises(WireError) as caught:
        codec.pack("time_set", 0, **values)
    assert caught.value.reason == reason
    assert "time_set" in str(caught.value)


def test_enumerations_refuse_what_they_do_not_list():
    with pytest.raises(WireError):
        codec.pack("calibrate", 0, site="elbow")
    with pytest.raises(WireError):
        codec.unpack(bytes((0x09, 0, 99)))


def test_over_long_payload_is_refused_on_both_sides():
    with pytest.raises(WireError):
        codec.pack("log_data", 0, records=bytes(codec.MAX_PAYLOAD))
    with pytest.raises(WireError):
        codec.unpack(bytes((0x81, 0)) + bytes(codec.MAX_PAYLOAD))


def test_codes_and_names_are_unique():
    for listed in (rows.MESSAGES, rows.RECORDS):
        assert len({row.code for row in listed}) == len(listed) == len({row.name for row in listed})


@pytest.mark.parametrize("name", ["request", "records:*", "hell", "", "hello request"])
def test_only_names_find_a_row(name):
    with pytest.raises(WireError):
        codec.message_layout(name)


def test_every_row_is_found_by_code_and_by_name():
    for row in rows.MESSAGES:
        assert table.find(table.MESSAGES, row.code) == table.find(table.MESSAGES, row.name)
    for row in rows.RECORDS:
        assert table.find(table.RECORDS, row.code) == table.find(table.RECORDS, row.name)


def test_hash_follows_the_definition(monkeypatch):
    before = codec.definition_hash()
    assert len(before) == 8
    changed = table.RECORDS.replace("text:*", "text:8s")
    monkeypatch.setattr(codec, "RECORDS", changed)
    assert codec.definition_hash() != before


def test_header_constants_match_the_table():
    assert codec.Layout(0, "record", table.RECORD_HEADER.split()).size == codec.RECORD_HEAD
    assert struct.calcsize("<I") == codec.RECORD_TAIL
