"""Who is on each serial port: the ports are asked, all at the same time."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

from ..errors import PoiseError, Reason
from ..timebase.clock import Clock
from .client import ClipClient, Identity
from .transport.serial import SerialTransport

_REPLY_S = 1.5  # each of two tries; a clip answers within 0.1 s, and one that collects memory or stores soon after


@dataclass(frozen=True)
class OnPort:
    """What is on a port: a clip's identity, or why there is none."""

    port: str
    identity: Identity | None
    error: PoiseError | None = None

    @property
    def is_clip(self) -> bool:
        """True for a clip, also for one of other firmware than this poise talks to."""
        return self.identity is not None or (
            self.error is not None and self.error.reason == Reason.WRONG_VERSION
        )


async def ask_ports(ports: Iterable[str], clock: Clock) -> list[OnPort]:
    """Return what is on each of `ports`, in their order."""
    return list(await asyncio.gather(*(_ask(port, clock) for port in ports)))


async def _ask(port: str, clock: Clock) -> OnPort:
    client = ClipClient(SerialTransport(port), clock, reply_s=_REPLY_S)
    try:
        identity = await client.open()
    except PoiseError as error:
        return OnPort(port, None, error)
    await client.close()
    return OnPort(port, identity)
