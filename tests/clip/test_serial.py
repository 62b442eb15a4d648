"""The serial transport over a real pty."""

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from poise.clip.transport.serial import SerialTransport
from poise.errors import PoiseError, Reason
from poise.wire import codec, framing
from tests.conftest import WITHIN_S
from tests.support.peer import Peer

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs a pty")


@pytest.fixture
def peer() -> Iterator[Peer]:
    made = Peer()
    yield made
    if made.is_alive():
        made.unplug()


async def next_of(queue: asyncio.Queue):
    return await asyncio.wait_for(queue.get(), WITHIN_S)


async def opened(port: str) -> tuple[SerialTransport, asyncio.Queue]:
    transport, heard = SerialTransport(port), asyncio.Queue()
    transport.on_payload = heard.put_nowait
    await transport.connect()
    return transport, heard


async def test_a_message_goes_and_its_answer_comes(peer: Peer) -> None:
    transport, heard = await opened(peer.port)
    await transport.send(codec.pack("setting_get", 7, key="site"))
    assert codec.unpack(await next_of(heard))[:2] == ("ok", 7)
    assert peer.requests == [("setting_get", {"key": "site"})]
    await transport.disconnect()


async def test_noise_half_frames_and_a_terminal_do_not_stop_what_follows(peer: Peer) -> None:
    transport, heard = await opened(peer.port)
    good = codec.pack("ok", 1, t_ms=1, value=2)
    frame = framing.encode_frame(good)
    peer.raw(b">>> print('hello')\r\n" + frame[: len(frame) // 2] + b"\0" + os.urandom(300) + b"\0")
    peer.raw(frame)
    assert await next_of(heard) == good
    assert transport.bad_frames >= 1
    await transport.disconnect()


async def test_frames_come_whole_in_whatever_pieces(peer: Peer) -> None:
    transport, heard = await opened(peer.port)
    sent = [codec.pack("ok", n, t_ms=n, value=-n) for n in range(20)]
    stream = b"".join(framing.encode_frame(payload) for payload in sent)
    for at in range(0, len(stream), 7):
        peer.raw(stream[at : at + 7])
        await asyncio.sleep(0)
    assert [await next_of(heard) for _ in sent] == sent
    await transport.disconnect()


async def test_what_the_clips_ring_has_no_room_for_is_refused(peer: Peer) -> None:
    transport, heard = await opened(peer.port)
    room = transport.max_payload - len(codec.pack("update_data", 1, offset=0, data=b""))
    with pytest.raises(PoiseError, match="193") as failure:
        await transport.send(codec.pack("update_data", 1, offset=0, data=bytes(room + 1)))
    assert failure.value.reason is Reason.BAD_INPUT
    await transport.send(codec.pack("update_data", 2, offset=0, data=bytes(room)))
    assert codec.unpack(await next_of(heard))[:2] == ("ok", 2)
    assert peer.names() == ["update_data"]
    await transport.disconnect()


async def test_a_line_that_breaks_is_told_once(peer: Peer) -> None:
    transport, _ = await opened(peer.port)
    lost: asyncio.Queue[str] = asyncio.Queue()
    transport.on_lost = lost.put_nowait
    peer.unplug()
    assert peer.port in await next_of(lost)
    with pytest.raises(PoiseError) as failure:
        await transport.send(b"\x02\x01")
    assert failure.value.reason is Reason.LINK_LOST
    await transport.disconnect()
    await asyncio.sleep(0.05)
    assert lost.empty()


async def test_a_wanted_end_is_no_loss_and_nothing_is_sent_after_it(peer: Peer) -> None:
    transport, _ = await opened(peer.port)
    lost: list[str] = []
    transport.on_lost = lost.append
    await transport.disconnect()
    await asyncio.sleep(0.05)
    assert lost == []
    with pytest.raises(PoiseError) as failure:
        await transport.send(b"\x02\x01")
    assert failure.value.reason is Reason.LINK_LOST


async def test_the_port_can_be_opened_again_after_its_end(peer: Peer) -> None:
    for _ in range(3):
        transport, heard = await opened(peer.port)
        await transport.send(codec.pack("log_stop", 9))
        assert codec.unpack(await next_of(heard))[0] == "ok"
        await transport.disconnect()


async def test_a_port_in_use_is_told(peer: Peer) -> None:
    first, _ = await opened(peer.port)
    with pytest.raises(PoiseError, match="in use") as failure:
        await SerialTransport(peer.port).connect()
    assert "other program" in failure.value.hint
    await first.disconnect()


@pytest.mark.parametrize("port", ["/dev/nothing-here", "/dev/null", "/"])
async def test_what_is_no_port_is_told(port: str) -> None:
    with pytest.raises(PoiseError) as failure:
        await SerialTransport(port).connect()
    assert failure.value.reason is Reason.NO_CLIP
    assert port in str(failure.value)
    assert failure.value.hint


async def test_a_file_is_no_port(tmp_path: Path) -> None:
    path = tmp_path / "log.bin"
    path.write_bytes(b"kept")
    with pytest.raises(PoiseError):
        await SerialTransport(str(path)).connect()
    assert path.read_bytes() == b"kept"


class Board:
    """A port of pyserial's kind with the ESP32 boards' two transistors: reset while DTR is off and RTS is on."""

    in_waiting = 0

    def __init__(self, *_: object, **__: object) -> None:
        self._lines = {"dtr": True, "rts": True}
        self.resets, self.closed = 0, False

    def _set(self, line: str, on: bool) -> None:
        self._lines[line] = bool(on)
        self.resets += not self._lines["dtr"] and self._lines["rts"]

    dtr = property(lambda self: self._lines["dtr"], lambda self, on: self._set("dtr", on))
    rts = property(lambda self: self._lines["rts"], lambda self, on: self._set("rts", on))

    def read(self, _: int) -> bytes:
        return b""

    def close(self) -> None:
        self.dtr = False  # Windows' driver does so, in this order
        self.rts = False
        self.closed = True


class Unplugged(Board):
    """Its driver is gone: no line can be set."""

    def _set(self, line: str, on: bool) -> None:
        raise OSError(5, "gone")

    def close(self) -> None:
        self.closed = True


@pytest.mark.parametrize("kind", [Board, Unplugged])
async def test_closing_a_port_does_not_reset_the_clip(kind, monkeypatch) -> None:
    import serial

    board = kind()
    monkeypatch.setattr(serial, "Serial", lambda *_, **__: board)
    transport, _ = await opened("COM7")
    await transport.disconnect()
    assert (board.resets, board.closed) == (0, True)
