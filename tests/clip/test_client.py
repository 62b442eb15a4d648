"""The clip's client against a peer that does not answer as it should. The whole chain runs in tests/system."""

import asyncio
import gc
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from poise.clip import log_reader
from poise.clip.client import ClipClient, Identity
from poise.clip.transport.serial import SerialTransport
from poise.errors import PoiseError, Reason
from poise.timebase.clock import SystemClock
from poise.wire import codec
from tests.conftest import WITHIN_S
from tests.support.peer import CLIP_ID, IDENTITY, OK, Peer, button
from tests.support.peer import transfer as a_transfer

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs a pty")
RECORDS = b"".join(button(seq) for seq in (1, 2, 3))


@asynccontextmanager
async def client_of(
    reply_s: float = 0.4, **answers: Callable
) -> AsyncIterator[tuple[ClipClient, Peer]]:
    """A client that has said hello, and its peer; both are gone afterwards."""
    peer = Peer(**answers)
    client = ClipClient(SerialTransport(peer.port), SystemClock(), reply_s)
    try:
        yield client, peer
    finally:
        await client.close()
        if peer.is_alive():
            peer.unplug()


async def refusal(work) -> PoiseError:
    with pytest.raises(PoiseError) as failure:
        await asyncio.wait_for(work, WITHIN_S)
    assert "\n" not in str(failure.value)
    assert failure.value.hint
    return failure.value


# --- hello


async def test_hello_tells_who_the_clip_is() -> None:
    async with client_of() as (client, _):
        assert await client.open() == Identity(
            CLIP_ID.hex(), "0.1.0", 3, 60_000, 1, 4, board="esp32"
        )


async def test_another_wire_is_named_on_both_sides_with_the_cure() -> None:
    other = {**IDENTITY, "wire_hash": bytes(8), "firmware": "9.9"}
    async with client_of(hello=lambda _n, i, _f: [codec.pack("identity", i, **other)]) as (
        client,
        _,
    ):
        error = await refusal(client.open())
    assert error.reason is Reason.WRONG_VERSION
    for named in (bytes(8).hex(), codec.definition_hash().hex(), "9.9"):
        assert named in str(error)
    assert "poise update" in error.hint and "poise flash" in error.hint


@pytest.mark.parametrize("grown_bytes", [-36, -12, 20])
async def test_a_clip_with_another_table_is_known_though_its_identity_has_another_size(
    grown_bytes: int,
) -> None:
    other = codec.pack("identity", 0, **{**IDENTITY, "wire_hash": bytes(8), "firmware": "9.9"})
    told = other[:grown_bytes] if grown_bytes < 0 else other + b"\7" * grown_bytes

    def hello(_name: str, request_id: int, _fields: object) -> list[bytes]:
        return [told[:1] + bytes((request_id,)) + told[2:]]

    async with client_of(hello=hello) as (client, _):
        error = await refusal(client.open())
        assert error.reason is Reason.WRONG_VERSION and "9.9" in str(error)
        client.any_version = True
        clip = await client.open()
    assert (clip.clip_id, clip.firmware, clip.boot, clip.next_seq) == (CLIP_ID.hex(), "9.9", 3, 4)
    assert clip.board == ("" if grown_bytes < 0 else "esp32") and not clip.agrees


async def test_an_identity_of_our_own_table_has_its_size() -> None:
    short = codec.pack("identity", 0, **IDENTITY)[:-1]

    def hello(_name: str, request_id: int, _fields: object) -> list[bytes]:
        return [short[:1] + bytes((request_id,)) + short[2:]]

    async with client_of(hello=hello) as (client, _):
        error = await refusal(client.open())
    assert error.reason is Reason.BAD_MESSAGE and client.bad_payloads


@pytest.mark.parametrize(
    "answer",
    [
        lambda _n, i, _f: [bytes((0x41, i)) + b"short"],
        lambda _n, i, _f: [codec.pack("ok", i, **OK)],
        lambda _n, i, _f: [bytes((0xEE, i))],
        lambda _n, i, _f: [codec.pack("identity", i, **{**IDENTITY, "firmware": b"\xff\xfe\xfd"})],
        lambda _n, i, _f: [b"\x44"],
    ],
    ids=["cut-off", "wrong-kind", "unknown-type", "not-text", "one-byte"],
)
async def test_an_answer_that_makes_no_sense_is_told_as_that(answer: Callable) -> None:
    async with client_of(reply_s=0.5, hello=answer) as (client, _):
        error = await refusal(client.open())
        assert error.reason is Reason.BAD_MESSAGE
        assert client.bad_payloads > 0


async def test_a_late_reply_to_an_earlier_host_is_none_to_this_one() -> None:
    """Over a cable the clip goes on with what an earlier host asked for, and the number may be the same."""

    def late(_name: str, request_id: int, _fields: dict) -> list[bytes]:
        return [codec.pack("ok", request_id, **OK), codec.pack("identity", request_id, **IDENTITY)]

    async with client_of(reply_s=WITHIN_S, hello=late) as (client, _):
        assert (await client.open()).clip_id == CLIP_ID.hex()


async def test_a_clips_text_cannot_command_the_terminal() -> None:
    hostile = {**IDENTITY, "firmware": "1\x1b[2J\u009b1m\r\n"}
    async with client_of(hello=lambda _n, i, _f: [codec.pack("identity", i, **hostile)]) as (
        client,
        _,
    ):
        assert (await client.open()).firmware == r"1\u001b[2J\u009b1m\u000d\u000a"


async def test_silence_ends_in_time_and_names_the_port() -> None:
    async with client_of(reply_s=0.5, hello=lambda *_: None) as (client, peer):
        error = await refusal(client.open())
        assert error.reason is Reason.TIMEOUT
        assert peer.port in str(error)
        assert peer.names() == ["hello", "hello"]


# --- requests


async def test_only_what_may_be_asked_twice_is_asked_twice() -> None:
    async with client_of(reply_s=0.5, buzz=lambda *_: None, setting_get=lambda *_: None) as (
        client,
        peer,
    ):
        await client.open()
        for name, fields in (
            ("buzz", {"pattern": "nudge", "reminder_id": 0}),
            ("setting_get", {"key": "site"}),
        ):
            assert (await refusal(client.request(name, **fields))).reason is Reason.TIMEOUT
        assert (peer.names().count("buzz"), peer.names().count("setting_get")) == (1, 2)


_REPEATED = {
    "status_get": {}, "setting_get": {"key": "site"}, "setting_set": {"key": "snooze_s", "value": 60},
    "log_stop": {}, "log_ack": {"next_seq": 1, "count": 0, "crc32": 0}, "motion_stream": {"rate_hz": 1},
    "owner_set": {"assignment": 1, "patient": "P"}, "bond_list": {},
    "bond_forget": {"peer": bytes(7)}, "update_begin": {"size": 9},
}  # fmt: skip


@pytest.mark.parametrize("name", [*_REPEATED, "hello", "time_set", "log_read"])
async def test_one_lost_frame_is_borne(name: str) -> None:
    """What may be asked twice is, with an id of its own."""
    ids: list[int] = []

    def deaf_at_first(_name: str, number: int, _fields: dict) -> list[bytes]:
        ids.append(number)
        if len(ids) == 1:
            return []
        if name == "hello":
            return [codec.pack("identity", number, **IDENTITY)]
        if name == "log_read":
            return a_transfer(number, RECORDS, 3, 4)
        if name == "bond_list":
            return [codec.pack("bonds", number, peers=b"")]
        if name == "status_get":
            row = {field: 0 for field, _, _ in codec.message_layout("status").fields}
            return [codec.pack("status", number, **row)]
        return [codec.pack("ok", number, **OK)]

    async with client_of(reply_s=0.5, **{name: deaf_at_first}) as (client, peer):
        await client.open()
        if name == "time_set":
            assert await client.set_time(uncertainty_ms=1000)
            first, second = (fields for asked, fields in peer.requests if asked == name)
            assert first == second  # it says what the time was at a moment, whenever it arrives
        elif name == "log_read":
            taken = bytearray()
            await client.read_log(1, taken.extend)
            assert taken == RECORDS
        elif name != "hello":
            await client.request(name, **_REPEATED[name])
    assert len(set(ids)) == 2


async def test_an_answer_that_comes_late_is_not_taken_for_the_next_one() -> None:
    held: list[bytes] = []

    def late(_name: str, request_id: int, _fields: dict) -> list[bytes]:
        held.append(codec.pack("ok", request_id, t_ms=1, value=len(held)))
        return [held[0]] if len(held) == 2 else []

    async with client_of(reply_s=0.5, setting_get=late) as (client, _):
        await client.open()
        assert (await refusal(client.request("setting_get", key="site"))).reason is Reason.TIMEOUT


async def test_a_refusal_says_what_and_why() -> None:
    def busy(_name: str, request_id: int, _fields: dict) -> list[bytes]:
        return [codec.pack("error", request_id, code="not_on_this_link", detail=0)]

    async with client_of(calibrate=busy) as (client, _):
        await client.open()
        error = await refusal(client.request("calibrate", site="collar", scope="full"))
    assert error.reason is Reason.REFUSED
    assert "'calibrate'" in str(error)
    assert "not on this link" in str(error)


async def test_a_value_out_of_range_is_not_sent() -> None:
    async with client_of() as (client, peer):
        await client.open()
        error = await refusal(client.request("setting_set", key="site", value=1 << 40))
        assert error.reason is Reason.BAD_INPUT
        assert peer.names() == ["hello"]


async def test_any_bytes_at_all_leave_the_client_at_work() -> None:
    async with client_of() as (client, peer):
        await client.open()
        frames: list[dict] = []
        client.on_motion = frames.append
        for size in range(1, 200):
            peer.say(os.urandom(size))
        for code in range(256):
            peer.say(bytes((code, 1)) + bytes(range(40)))
        assert (await client.request("setting_get", key="site"))["value"] == 0
        assert client.bad_payloads > 200


# --- the log


class Sink:
    def __init__(self) -> None:
        self.raw = b""

    def __call__(self, raw: bytes) -> None:
        self.raw += raw


async def test_a_transfer_is_checked_kept_and_then_acknowledged() -> None:
    sink = Sink()
    async with client_of(log_read=lambda _n, i, _f: a_transfer(i, RECORDS, 3, 4)) as (client, peer):
        await client.open()
        assert await client.read_log(1, sink) == log_reader.Transfer(3, 4)
        assert sink.raw == RECORDS
        name, fields = peer.requests[-1]
        assert (name, fields["next_seq"], fields["count"]) == ("log_ack", 4, 3)


async def test_what_the_sink_could_not_keep_is_not_acknowledged() -> None:
    def full(_raw: bytes) -> None:
        raise PoiseError(Reason.STORE_FULL, "the disk is full", "Make room.")

    async with client_of(log_read=lambda _n, i, _f: a_transfer(i, RECORDS, 3, 4)) as (client, peer):
        await client.open()
        assert (await refusal(client.read_log(1, full))).reason is Reason.STORE_FULL
        assert "log_ack" not in peer.names()


@pytest.mark.parametrize(
    ("raw", "count", "named"),
    [
        (RECORDS, 4, "4 records were sent and 3 came"),
        (RECORDS[:-1] + b"\x00", 3, "checksum"),
        (RECORDS[:-3], 3, "cut off"),
        (button(1) + button(2) + button(2), 3, "record 2 came again"),
        (button(0), 1, "record 0 came again"),
        (b"\xff" * 40, 1, "cut off"),
    ],
    ids=["one-missing", "damaged", "cut-off", "repeated", "older-than-asked", "nonsense"],
)
async def test_a_log_that_is_not_whole_is_refused(raw: bytes, count: int, named: str) -> None:
    async with client_of(log_read=lambda _n, i, _f: a_transfer(i, raw, count, 4)) as (client, _):
        await client.open()
        error = await refusal(client.read_log(1, Sink()))
    assert error.reason is Reason.BAD_LOG
    assert named in str(error)


async def test_a_hole_is_the_clip_s_to_explain() -> None:
    gap = {"first_seq": 2, "last_seq": 4, "reason": "torn_record"}
    explained = button(1) + button(5) + codec.pack_record("gap", 6, 3, 6000, gap) + button(9)
    async with client_of(log_read=lambda _n, i, _f: a_transfer(i, explained, 4, 10)) as (client, _):
        await client.open()
        assert (await client.read_log(1, Sink())).unexplained == 2  # records 7 and 8


async def test_records_of_another_transfer_are_not_taken() -> None:
    def mixed(_name: str, request_id: int, _fields: dict) -> list[bytes]:
        stale = codec.pack("log_data", (request_id + 7) & 0xFF, records=button(77))
        return [stale, *a_transfer(request_id, RECORDS, 3, 4)]

    sink = Sink()
    async with client_of(log_read=mixed) as (client, _):
        await client.open()
        await client.read_log(1, sink)
    assert sink.raw == RECORDS


async def test_a_transfer_that_stops_halfway_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_reader, "STALL_S", 0.2)
    sink = Sink()
    async with client_of(log_read=lambda _n, i, _f: a_transfer(i, RECORDS, 3, 4)[:2]) as (
        client,
        _,
    ):
        await client.open()
        error = await refusal(client.read_log(1, sink))
    assert error.reason is Reason.TIMEOUT
    assert sink.raw == RECORDS  # what came is kept


async def followed(client: ClipClient, sink: Sink) -> asyncio.Task[None]:
    caught_up = asyncio.Event()
    task = asyncio.ensure_future(client.follow_log(1, sink, lambda _transfer: caught_up.set()))
    await asyncio.wait_for(caught_up.wait(), WITHIN_S)
    return task


async def test_following_takes_acknowledges_and_ends_with_the_line() -> None:
    ids: list[int] = []

    def begin(_name: str, request_id: int, _fields: dict) -> list[bytes]:
        ids.append(request_id)
        return a_transfer(request_id, RECORDS, 3, 4, following=1)

    sink = Sink()
    async with client_of(log_read=begin) as (client, peer):
        await client.open()
        task = await followed(client, sink)
        peer.say(codec.pack("log_data", ids[0], records=button(4)))
        await asyncio.to_thread(peer.wait_for, 4)
        assert peer.requests[-1][1]["next_seq"] == 5
        assert sink.raw == RECORDS + button(4)
        peer.unplug()
        error = await refusal(task)
    assert error.reason is Reason.LINK_LOST


async def test_a_link_that_ends_while_a_request_is_sent_leaves_nothing_untaken(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both the sending and the wait for the reply fail; asyncio prints an error that nobody took."""
    async with client_of() as (client, _):
        await client.open()

        async def fails(_payload: bytes) -> None:
            assert client.transport.on_lost
            client.transport.on_lost("out of reach")
            raise PoiseError(Reason.LINK_LOST, "it could not be sent", "Try again.")

        monkeypatch.setattr(client.transport, "send", fails)
        assert (await refusal(client.status())).reason is Reason.LINK_LOST
        gc.collect()
    assert "never retrieved" not in caplog.text


async def test_the_log_tells_a_closed_link_from_a_lost_one(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO", "poise.clip.client")
    async with client_of() as (client, _):
        await client.open()
        caplog.clear()
        await client.close()
        await client.close()
    assert caplog.messages == ["link closed by this program"]
    assert (await refusal(client.status())).reason is Reason.LINK_LOST
    async with client_of() as (client, peer):
        await client.open()
        caplog.clear()
        peer.unplug()
        async with asyncio.timeout(WITHIN_S):
            while client.linked:
                await asyncio.sleep(0.01)
    (line,) = caplog.messages
    assert line.startswith("link lost: ") and "is gone" in line


async def test_a_clip_that_restarts_behind_an_open_port_is_noticed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(log_reader, "IDLE_S", 0.1)
    boots = iter((3, 3, 4))
    asked: list[int] = []

    def hello(_name: str, request_id: int, _fields: dict) -> list[bytes]:
        asked.append(next(boots))
        return [codec.pack("identity", request_id, **{**IDENTITY, "boot": asked[-1]})]

    def begin(_name: str, request_id: int, _fields: dict) -> list[bytes]:
        return a_transfer(request_id, RECORDS, 3, 4, following=1)

    async with client_of(hello=hello, log_read=begin) as (client, _):
        await client.open()
        error = await refusal(await followed(client, Sink()))
    assert error.reason is Reason.LINK_LOST
    assert "restarted" in str(error)
    assert asked == [3, 3, 4]


async def test_the_last_record_lost_on_the_way_is_noticed_in_the_silence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(log_reader, "IDLE_S", 0.1)
    ahead = {**IDENTITY, "next_seq": 6}

    def begin(_name: str, request_id: int, _fields: dict) -> list[bytes]:
        return a_transfer(request_id, RECORDS, 3, 4, following=1)

    async with client_of(
        hello=lambda _n, i, _f: [codec.pack("identity", i, **ahead)], log_read=begin
    ) as (client, _):
        await client.open()
        error = await refusal(await followed(client, Sink()))
    assert error.reason is Reason.BAD_LOG
    assert "records 4 to 5 did not come" in str(error)
