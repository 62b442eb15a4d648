"""Pairing of a host with a twin, as the wearer and the user do it."""

from ..clip.client import ClipClient
from ..clip.transport.ble import BleTransport
from ..twin.process import TwinProcess


async def let_host_in(twin: TwinProcess) -> None:
    """Hold the twin's button and pair the host whose bonds are in `twin.bonds`. Raises PoiseError."""
    await twin.hold_button()
    link = BleTransport(hci=twin.info["hci"], keys=twin.bonds, pair=True)
    client = ClipClient(link, twin.clock)
    await client.open()
    await client.close()
