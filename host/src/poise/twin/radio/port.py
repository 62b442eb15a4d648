"""The radio's port for hosts: a TCP port where each client gets a controller of its own, fresh from reset.

The controller goes with a client that goes away, killed or not: the clip sees that link drop.
"""

import asyncio
from collections.abc import Callable

from bumble import hci
from bumble.transport.common import StreamPacketSource

from .controller import RadioController
from .link import RadioLink

LOOPBACK = "127.0.0.1"


class _Client(StreamPacketSource):
    """One host's connection, packets both ways.

    `controllers` makes the connection's controller. The connection is in `open_clients` while it is open.
    """

    def __init__(self, controllers: Callable[[], RadioController], open_clients: set) -> None:
        super().__init__()
        self._new_controller = controllers
        self._open = open_clients
        self._controller: RadioController | None = None
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._open.add(self)
        self._controller = self._new_controller()
        self._controller.set_packet_sink(self)
        self.set_packet_sink(self._controller)

    def on_packet(self, packet: bytes) -> None:
        """Send a packet from the controller to the host."""
        if self.transport and not self.transport.is_closing():
            self.transport.write(packet)

    def pause_writing(self) -> None:
        if self._controller:
            self._controller.writable.clear()

    def resume_writing(self) -> None:
        if self._controller:
            self._controller.writable.set()

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self._open.discard(self)
        if self._controller:
            self._controller.set_packet_sink(None)
            self._controller.writable.set()
            self._controller.air.remove_controller(self._controller)
            self._controller = None


class HostPort:
    """The port, on the loopback interface. `hci` is the Bumble transport name for hosts."""

    def __init__(self, air: RadioLink) -> None:
        self._air = air
        self._server: asyncio.Server | None = None
        self._open: set[_Client] = set()
        self._count = 0
        self.hci = ""

    async def start(self) -> str:
        """Listen; return the HCI transport name. Raises OSError when no port can be opened."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._client, LOOPBACK, 0)
        port = self._server.sockets[0].getsockname()[1]
        self.hci = f"tcp-client:{LOOPBACK}:{port}"
        return self.hci

    async def stop(self) -> None:
        """Close the port and every client."""
        if self._server:
            self._server.close()
            self._server = None
        for client in list(self._open):
            if client.transport:
                client.transport.abort()
        await asyncio.sleep(0)

    def _client(self) -> _Client:
        return _Client(self._controller, self._open)

    def _controller(self) -> RadioController:
        self._count += 1
        serial = self._count.to_bytes(2, "big")
        address = hci.Address(serial[::-1] + b"\x01\x00\x00\x02", hci.Address.PUBLIC_DEVICE_ADDRESS)
        return RadioController(f"host-{self._count}", self._air, address)
