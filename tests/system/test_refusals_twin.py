"""What comes over the cable and is not in the table: refused and counted by the firmware in its VM, in real frames."""

import asyncio
from pathlib import Path

import pytest

from poise.clip.client import ClipClient
from poise.clip.transport.serial import SerialTransport
from poise.twin.process import TwinProcess
from poise.wire import codec, framing
from tests.conftest import WITHIN_S, vm_or_skip

pytestmark = [pytest.mark.system, pytest.mark.vm]
PIECE_BYTES = 100


async def send_noise(twin: TwinProcess, noise: bytes) -> None:
    """Send it as fast as the clip reads: while the clip erases its flash, its input ring holds two or three pieces."""
    for at in range(0, len(noise), PIECE_BYTES):
        await twin.command("usb", noise_hex=noise[at : at + PIECE_BYTES].hex())
        async with asyncio.timeout(WITHIN_S):
            while (await twin.command("usb"))["unread_bytes"]:
                await asyncio.sleep(0.002)


async def test_frames_that_are_none_and_requests_that_are_none(tmp_path: Path) -> None:
    vm_or_skip(64)
    async with TwinProcess(tmp_path, scenario="still", speed=1) as twin:
        transport = SerialTransport(twin.info["usb"])
        client = ClipClient(transport, twin.clock)
        await client.open()
        before = (await client.status())["bad_frames"]
        whole = framing.encode_frame(codec.pack("status_get", 9))
        broken = [
            b"\x55" * 2000,  # beyond any frame: dropped as it comes, never held
            bytes((whole[1:-1][0],))
            + bytes((whole[2] ^ 1,))
            + whole[3:-1],  # its checksum is wrong
            b"\xff\x01\x02",  # no COBS
        ]
        for number, encoded in enumerate(broken, 1):
            await send_noise(twin, b"\0" + encoded + b"\0")
            await until_counted(client, before + number)
        await send_noise(twin, b"\0\x20a frame that never ends")
        await twin.clock.sleep(1.5)  # over a second without a byte
        refused = before + len(broken) + 1
        await until_counted(client, refused)
        unasked = [
            b"\xf0\x07",  # no such message
            codec.pack("ok", 7, t_ms=1, value=1),  # a reply
            codec.pack("buzz", 7, pattern=1, reminder_id=1)[:-1],
            codec.pack("buzz", 7, pattern=1, reminder_id=1) + b"\0",
            codec.pack("setting_get", 7, key=0)[:2] + b"\xff",  # no such setting
            codec.pack("status_get", 7)
            + bytes(transport.max_payload - 2),  # as long as a message can be
        ]
        heard: list[tuple[str, int]] = []
        believe = transport.on_payload
        assert believe is not None

        def hear(payload: bytes) -> None:
            heard.append(codec.unpack(payload)[:2])
            believe(payload)

        transport.on_payload = hear
        for number, payload in enumerate(unasked, 1):
            await transport.send(payload)
            async with asyncio.timeout(WITHIN_S):
                while len(heard) < number:
                    await asyncio.sleep(0.002)
        await until_counted(client, refused + len(unasked))
        assert heard[: len(unasked)] == [("error", 7)] * len(unasked)
        await client.close()


async def until_counted(client: ClipClient, bad: int) -> None:
    """The clip still answers, and has counted so many."""
    seen = 0
    async with asyncio.timeout(WITHIN_S):
        while seen < bad:
            await asyncio.sleep(0.05)
            seen = (await client.status())["bad_frames"]
    assert seen == bad
