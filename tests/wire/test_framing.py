"""The push parser: any chunking, any corruption, any noise; it resynchronises and never raises."""

from itertools import pairwise

import pytest
from cobs import cobs
from hypothesis import given
from hypothesis import strategies as st

from poise.wire import codec, framing, rows
from poise.wire.errors import WireError

PAYLOADS = st.binary(min_size=1, max_size=500)


def frames_of(outcomes):
    return [value for kind, value in outcomes if kind == framing.FRAME]


def fed(parser, data, cuts):
    out = []
    edges = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    for start, end in pairwise(edges):
        out += parser.feed(data[start:end])
    return out


@given(st.binary(max_size=1100))
def test_cobs_agrees_with_the_reference_library(data):
    assert framing.cobs_encode(data) == cobs.encode(data)
    assert framing.cobs_decode(cobs.encode(data)) == data


@given(st.binary(max_size=500))
def test_cobs_decode_of_anything_is_bytes_or_wire_error(data):
    try:
        decoded = framing.cobs_decode(data)
    except WireError as error:
        assert error.reason == WireError.FRAMING
        return
    assert framing.cobs_decode(framing.cobs_encode(decoded)) == decoded


@given(st.lists(PAYLOADS, max_size=5), st.lists(st.integers(0, 10_000), max_size=12))
def test_any_chunking_gives_the_same_frames(payloads, cuts):
    data = b"".join(framing.encode_frame(payload) for payload in payloads)
    parser = framing.Parser()
    outcomes = fed(parser, data, cuts)
    assert frames_of(outcomes) == payloads
    assert len(outcomes) == len(payloads)
    assert parser.errors == 0


@given(PAYLOADS, st.data())
def test_a_changed_byte_is_an_error_and_the_next_frame_arrives(payload, data):
    frame = bytearray(framing.encode_frame(payload))
    at = data.draw(st.integers(1, len(frame) - 2))
    frame[at] ^= data.draw(st.integers(1, 255))
    parser = framing.Parser()
    # Whole frames follow; a changed byte that became a zero may cost the frame right after it, no more.
    following = [b"first", b"second", b"third"]
    stream = bytes(frame) + b"".join(framing.encode_frame(item) for item in following)
    frames = frames_of(parser.feed(stream))
    assert payload not in frames
    assert frames[-2:] == following[-2:]
    assert parser.errors >= 1


@given(st.binary(max_size=3000), st.lists(st.integers(0, 10_000), max_size=8))
def test_noise_never_raises_nor_wedges(noise, cuts):
    parser = framing.Parser()
    fed(parser, noise, cuts)
    parser.feed(b"\0\0")
    assert frames_of(parser.feed(framing.encode_frame(b"alive") * 2))[-1] == b"alive"


def test_half_a_frame_then_a_whole_one():
    parser = framing.Parser()
    half = framing.encode_frame(b"lost in the middle")[:9]
    outcomes = parser.feed(half + framing.encode_frame(b"arrives"))
    assert outcomes[0][0] == framing.ERROR
    assert frames_of(outcomes + parser.feed(framing.encode_frame(b"next"))) == [b"arrives", b"next"]


def test_runaway_frame_is_capped():
    parser = framing.Parser()
    outcomes = parser.feed(b"\0" + b"\x55" * 100_000)
    assert outcomes == []
    assert len(parser._buffer) <= framing.MAX_FRAME
    outcomes = parser.feed(b"\0" + framing.encode_frame(b"next"))
    assert outcomes[0][1].reason == WireError.LONG
    assert frames_of(outcomes) == [b"next"]


def test_only_what_has_come_of_a_frame_is_forgotten():
    parser = framing.Parser()
    assert not parser.forget()
    parser.feed(b"\0")
    assert not parser.forget()
    parser.feed(b"\0abc")
    assert parser.forget()
    parser.feed(b"\0" + b"U" * (framing.MAX_FRAME + 1))
    assert parser.forget()
    assert parser.feed(b"abc\0") == []


def test_bytes_outside_frames_go_to_the_terminal():
    stray = bytearray()
    parser = framing.Parser(on_stray=stray.extend)
    outcomes = parser.feed(b"\x03\x03" + framing.encode_frame(b"\x03\x03") + b"x")
    assert bytes(stray) == b"\x03\x03x"
    assert frames_of(outcomes) == [b"\x03\x03"]


@given(st.binary(min_size=1, max_size=framing.MAX_PAYLOAD_TO_CLIP))
def test_frames_to_the_clip_fit_its_ring_with_room_for_a_short_one(payload):
    frame = framing.encode_frame(payload)
    assert len(frame) <= framing.MAX_FRAME_TO_CLIP
    short = framing.encode_frame(codec.pack("hello", 1, wire_hash=bytes(8), host_name="poise"))
    assert len(frame) + len(short) < framing.RING_BYTES


@pytest.mark.parametrize("row", [row for row in rows.MESSAGES if row.kind == "request"])
def test_every_request_fits_the_ring(row):
    """Those of open end are as long as who sends them makes them, by the link's `max_payload`."""
    layout = codec.message_layout(row.name)
    assert codec.MESSAGE_HEAD + layout.size <= framing.MAX_PAYLOAD_TO_CLIP
    assert not layout.open_ended or row.name in ("update_data", "timetable_set", "letter_set")


def test_a_part_of_a_buffer_is_fed_and_the_buffer_used_again():
    parser, block = framing.Parser(), bytearray(64)
    frame = framing.encode_frame(b"in two parts")
    found = []
    for part in (frame[:7], frame[7:]):
        block[: len(part)] = part
        found += parser.feed(block, len(part))
        block[:] = b"\xaa" * len(block)
    assert found == [(framing.FRAME, b"in two parts")]


def test_largest_payload_fits_and_one_more_is_refused():
    payload = bytes(codec.MAX_PAYLOAD)
    full = b"\xff" * codec.MAX_PAYLOAD
    parser = framing.Parser()
    assert frames_of(parser.feed(framing.encode_frame(payload) + framing.encode_frame(full))) == [
        payload,
        full,
    ]
    with pytest.raises(WireError):
        framing.encode_frame(payload + b"x")
