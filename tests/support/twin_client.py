"""A client of a twin that runs in the test's own process, and what that twin's log says."""

import asyncio
import contextlib
from typing import Any

from poise.clip.client import ClipClient
from poise.clip.transport.serial import SerialTransport
from poise.errors import PoiseError
from poise.twin.device import TwinDevice
from poise.wire import codec
from tests.conftest import WITHIN_S


async def client_of(device: TwinDevice, seconds: float = WITHIN_S) -> ClipClient:
    """A client that the clip has answered, over USB."""
    async with asyncio.timeout(seconds):
        while True:
            client = ClipClient(SerialTransport(device.usb.port), device.clock, reply_s=20)
            with contextlib.suppress(PoiseError):
                await client.open()
                return client
            await client.close()


async def records(client: ClipClient, kind: str) -> list[dict[str, Any]]:
    """The records of a kind in the clip's log, oldest first."""
    identity, raw = client.identity, bytearray()
    assert identity
    await client.read_log(identity.oldest_seq, raw.extend)
    found, at = [], 0
    while at < len(raw):
        record, at = codec.parse_record(bytes(raw), at)
        if record["kind"] == kind:
            found.append(record)
    return found
