"""The air between the clip's controller and the hosts': Bumble's LocalLink with the missing parts.

Added: the sender's true address, delivery in order with loss, delay, pacing and outages, back-pressure from a host that
does not read, and the end of a link that was silent for longer than its supervision timeout.
"""

import asyncio
import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from bumble import hci, link, ll
from bumble.core import PhysicalTransport

RETRY_S = 0.03  # a lost packet is sent again at the next connection event: a usual interval
TIMEOUT = hci.HCI_ErrorCode.CONNECTION_TIMEOUT_ERROR


@dataclass
class AdvInd(ll.AdvInd):
    """An advertisement with the scan response for an active scanner."""

    scan_response: bytes = b""
    connectable: bool = True


class Receiver(Protocol):
    """A controller. `writable`: cleared while its host does not read."""

    writable: asyncio.Event


class Lane:
    """One direction between two controllers; packets arrive in order."""

    def __init__(self, air: "RadioLink", receiver: "Receiver") -> None:
        self._air = air
        self._receiver = receiver
        self._queue: deque[tuple[float, Callable[[], None]]] = deque()
        self._task: asyncio.Task[None] | None = None
        self._last_due = 0.0

    def put(self, deliver: Callable[[], None], lag_s: float, slot_s: float) -> None:
        """Deliver after `lag_s`, at least `slot_s` after the packet before."""
        loop = asyncio.get_running_loop()
        due = max(self._last_due + slot_s, loop.time() + lag_s)
        self._last_due = due
        if not self._task and due <= loop.time() and self.open:
            loop.call_soon(deliver)
            return
        self._queue.append((due, deliver))
        self._task = self._task or loop.create_task(self._run())

    @property
    def open(self) -> bool:
        """True if nothing holds packets back now."""
        return self._receiver.writable.is_set() and not self._air.is_down

    def clear(self) -> None:
        """Drop the packets under way: their connection is gone."""
        self._queue.clear()

    def stop(self) -> None:
        """End the delivery."""
        self.clear()
        if self._task:
            self._task.cancel()

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        while self._queue:
            due, deliver = self._queue[0]
            wait_s = max(due, self._air.down_until) - loop.time()
            if wait_s > 0:
                await asyncio.sleep(wait_s)
                continue
            if not self._receiver.writable.is_set():
                await self._receiver.writable.wait()
                continue
            self._queue.popleft()
            # By the loop, as on the short way: a packet sent before this one may still be on its way there.
            loop.call_soon(deliver)
        self._task = None


class RadioLink(link.LocalLink):
    """The shared medium. Impairments are fields, used for the next packet: loss 0..1, seconds.

    `rng` draws the losses and the moments of advertising.
    """

    def __init__(self, rng: random.Random) -> None:
        super().__init__()
        self.rng = rng
        self.loss = 0.0
        self.delay_s = 0.0
        self.slot_s = 0.0
        self.down_until = 0.0
        self._lanes: dict[tuple[Any, Any], Lane] = {}

    @property
    def is_down(self) -> bool:
        """True if nobody hears anybody now."""
        return asyncio.get_running_loop().time() < self.down_until

    # --- bumble's LocalLink

    def send_acl_data(
        self,
        sender_controller: Any,
        destination_address: hci.Address,
        transport: PhysicalTransport,
        data: bytes,
    ) -> None:
        """Send one L2CAP packet, with the sender's true address: Bumble gives the random one even on a public
        connection."""
        connection = sender_controller.le_connections.get(destination_address)
        receiver = self.find_le_controller(destination_address)
        if connection is None or receiver is None:
            return
        source = connection.self_address
        self._carry(
            sender_controller, receiver, lambda: receiver.on_link_acl_data(source, transport, data)
        )

    def send_ll_control_pdu(
        self, sender_address: hci.Address, receiver_address: hci.Address, packet: ll.ControlPdu
    ) -> None:
        """Send in order with the data. A peer that is gone is no error: the radio cannot know."""
        sender = self.find_le_controller(sender_address)
        receiver = self.find_le_controller(receiver_address)
        if sender is None or receiver is None:
            return
        self._carry(sender, receiver, lambda: receiver.on_ll_control_pdu(sender_address, packet))

    def send_advertising_pdu(self, sender_controller: Any, packet: ll.AdvertisingPdu) -> None:
        """Send to every listener. A connection request arrives at once, so that both ends agree on it."""
        if isinstance(packet, ll.ConnectInd):
            for controller in list(self.controllers):
                if controller is not sender_controller:
                    controller.on_ll_advertising_pdu(packet)
        elif not self.is_down and self.rng.random() >= self.loss:
            super().send_advertising_pdu(sender_controller, packet)

    # --- for the controllers

    def advertiser(self, address: hci.Address) -> Any:
        """Return the controller that accepts a connection at this address now; None if none does."""
        for controller in self.controllers:
            advertiser: Any = controller.le_legacy_advertiser
            if advertiser.accepts(address):
                return controller
        return None

    def after(self, sender: Any, address: hci.Address, action: Callable[[], None]) -> None:
        """Run `action` once everything sent so far to this address has arrived."""
        receiver = self.find_le_controller(address)
        if receiver is None:
            asyncio.get_running_loop().call_soon(action)
            return
        self._lane(sender, receiver).put(action, 0.0, 0.0)

    def drop(self, controller: Any, reason: int = TIMEOUT) -> None:
        """End every link of a controller; both ends get `reason`."""
        for connection in list(controller.le_connections.values()):
            peer = self.find_le_controller(connection.peer_address)
            far = peer.le_connections.get(connection.self_address) if peer else None
            for lane in (self._lanes.get((controller, peer)), self._lanes.get((peer, controller))):
                if lane:
                    lane.clear()
            controller.on_le_disconnected(connection, reason)
            if peer and far:
                peer.on_le_disconnected(far, reason)

    def remove_controller(self, controller: Any) -> None:
        """Remove a controller whose radio is gone: the peers see the link time out."""
        self.drop(controller)
        super().remove_controller(controller)
        for key in [key for key in self._lanes if controller in key]:
            self._lanes.pop(key).stop()

    # --- delivery

    def _lane(self, sender: Any, receiver: Any) -> Lane:
        key = (sender, receiver)
        if key not in self._lanes:
            self._lanes[key] = Lane(self, receiver)
        return self._lanes[key]

    def _carry(self, sender: Any, receiver: Any, deliver: Callable[[], None]) -> None:
        lag_s = self.delay_s
        while self.loss and self.rng.random() < self.loss:
            lag_s += RETRY_S
            if lag_s - self.delay_s > sender.supervision_timeout_s:
                self.drop(sender)
                return
        self._lane(sender, receiver).put(deliver, lag_s, self.slot_s)
