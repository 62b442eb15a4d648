"""An update over a line that loses frames, and from a clip that restarts. The whole chain runs in tests/system."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from poise.clip.client import ClipClient
from poise.clip.transport.serial import SerialTransport
from poise.clip.update import send
from poise.errors import PoiseError, Reason
from poise.timebase.clock import SystemClock
from poise.wire import codec, framing, rows
from tests.conftest import WITHIN_S
from tests.support.peer import IDENTITY, OK, Peer

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs a pty")
DATA = bytes(n * 7 & 0xFF for n in range(1000))
SILENCE_S = 0.5  # a busy machine answers within that
OLDER = rows.ENUMS["update_refusal"].index("older")
LOST_PLACE = rows.ENUMS["update_refusal"].index("order")


class Clip:
    """Answers as firmware/update/installer.py does; `faults`: what befalls the n-th `update_data` from 1 on."""

    def __init__(self, faults: dict[int, str] | None = None) -> None:
        self.faults = faults or {}
        self.taken = bytearray()
        self.pieces = 0
        self.boot = 3
        self.slot = "a"
        self.ends: list[str] = []  # what befalls each `update_end`
        self.late: list[bytes] = []  # answers that come before the next one to `hello`

    def answers(self) -> dict[str, Any]:
        return {
            "hello": self._hello, "status_get": self._status, "update_begin": self._begin,
            "update_data": self._data, "update_end": self._end,
        }  # fmt: skip

    def _hello(self, _name: str, number: int, _fields: dict[str, Any]) -> list[bytes]:
        late, self.late = self.late, []
        return [*late, codec.pack("identity", number, **{**IDENTITY, "boot": self.boot})]

    def _status(self, _name: str, number: int, _fields: dict[str, Any]) -> list[bytes]:
        row = {name: 0 for name, _, _ in codec.message_layout("status").fields}
        return [codec.pack("status", number, **{**row, "slot": self.slot})]

    def _begin(self, _name: str, number: int, _fields: dict[str, Any]) -> list[bytes]:
        return [_ok(number, len(self.taken))]

    def _data(self, _name: str, number: int, fields: dict[str, Any]) -> list[bytes]:
        self.pieces += 1
        fault = self.faults.get(self.pieces, "")
        if fault == "request lost":
            return []
        if fault == "restart":
            self.boot += 1
            self.taken.clear()
            return []
        if fault == "refused late":  # the check of a signature took longer than the host is silent
            self.boot += 1
            self.late = [codec.pack("error", number, code="bad_update", detail=OLDER)]
            return []
        if fields["offset"] != len(self.taken):
            return [codec.pack("error", number, code="bad_update", detail=LOST_PLACE)]
        self.taken += fields["data"]
        if fault == "reply lost":
            return []
        reply = _ok(number, len(self.taken))
        if fault == "late":
            self.late = [reply]
            return []
        lost_place = codec.pack("error", number, code="bad_update", detail=LOST_PLACE)
        return {"twice": [reply, lost_place], "first twice": [lost_place, reply]}.get(
            fault, [reply]
        )

    def _end(self, _name: str, number: int, _fields: dict[str, Any]) -> list[bytes]:
        fault = self.ends.pop(0) if self.ends else ""
        if fault in ("", "reply lost"):
            self.slot = "b"
        if fault == "reply lost" or fault == "restart":
            self.boot += 1
        return [] if fault else [_ok(number, 0)]


def _ok(number: int, value: int) -> bytes:
    return codec.pack("ok", number, **{**OK, "value": value})


@asynccontextmanager
async def client_of(clip: Clip) -> AsyncIterator[tuple[ClipClient, Peer]]:
    peer = Peer(**clip.answers())
    client = ClipClient(SerialTransport(peer.port), SystemClock(), SILENCE_S)
    try:
        await client.open()
        yield client, peer
    finally:
        await client.close()
        peer.unplug()


async def sent(clip: Clip) -> list[str]:
    """Sends DATA; names of the requests."""
    async with client_of(clip) as (client, peer):
        await asyncio.wait_for(send(client, DATA, lambda _there, _total: None), WITHIN_S)
        assert client.reply_s == SILENCE_S
        return peer.names()


async def failure(clip: Clip) -> PoiseError:
    with pytest.raises(PoiseError) as caught:
        await sent(clip)
    assert caught.value.hint
    return caught.value


async def test_pieces_fit_the_clips_ring_and_each_waits_for_its_answer() -> None:
    clip = Clip()
    async with client_of(clip) as (client, peer):
        await send(client, DATA, lambda _there, _total: None)
        sizes = [
            len(framing.encode_frame(codec.pack(name, 1, **fields)))
            for name, fields in peer.requests
        ]
    assert clip.taken == DATA
    assert max(sizes) <= framing.MAX_FRAME_TO_CLIP
    assert clip.pieces == -(-len(DATA) // (framing.MAX_PAYLOAD_TO_CLIP - 6))


@pytest.mark.parametrize("fault", ["request lost", "reply lost", "twice", "first twice"])
@pytest.mark.parametrize("piece", [1, 3, 6])
async def test_a_lost_or_doubled_frame_costs_no_byte(fault: str, piece: int) -> None:
    clip = Clip({piece: fault})
    await sent(clip)
    assert clip.taken == DATA and clip.slot == "b"


async def test_silence_again_and_again_is_borne_while_there_is_progress() -> None:
    clip = Clip(dict.fromkeys(range(1, 7), "reply lost"))
    await sent(clip)
    assert clip.taken == DATA and clip.pieces == 6


async def test_a_clip_that_takes_no_piece_is_given_up() -> None:
    clip = Clip(dict.fromkeys(range(2, 100), "request lost"))
    assert (await failure(clip)).reason is Reason.TIMEOUT
    assert clip.pieces < 10


async def test_a_clip_that_restarts_meanwhile_is_told() -> None:
    clip = Clip({3: "restart"})
    error = await failure(clip)
    assert error.reason is Reason.LINK_LOST and "restarted" in str(error)
    assert not clip.taken


async def test_a_late_answer_counts_and_nothing_is_sent_twice() -> None:
    clip = Clip({2: "late"})
    assert (await sent(clip)).count("update_begin") == 1
    assert clip.taken == DATA and clip.slot == "b"


async def test_a_late_refusal_is_told_though_the_clip_has_restarted() -> None:
    error = await failure(Clip({2: "refused late"}))
    assert error.reason is Reason.REFUSED and "older" in str(error)


async def test_the_last_order_is_repeated_when_it_was_lost() -> None:
    clip = Clip()
    clip.ends = ["request lost"]
    assert (await sent(clip)).count("update_end") == 2
    assert clip.slot == "b"


async def test_the_last_answer_may_be_lost() -> None:
    clip = Clip()
    clip.ends = ["reply lost"]
    assert (await sent(clip)).count("update_end") == 1


async def test_a_clip_that_restarts_without_the_update_is_told() -> None:
    clip = Clip()
    clip.ends = ["restart"]
    assert (await failure(clip)).reason is Reason.LINK_LOST


async def test_a_place_beyond_the_bundle_is_not_believed() -> None:
    clip = Clip()
    clip.taken = bytearray(len(DATA) + 1)
    assert (await failure(clip)).reason is Reason.BAD_MESSAGE
