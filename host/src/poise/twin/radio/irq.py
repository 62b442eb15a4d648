"""MicroPython's `bluetooth` interrupts: posted to the VM, some with an answer to wait for."""

import asyncio
import struct
from collections.abc import Callable
from typing import Protocol

from bumble.device import Connection

EVENT_IRQ = 0x40  # of the pipe: irq u8, token u16 (0: no answer wanted), fields
IRQ_CONNECT, IRQ_DISCONNECT, IRQ_WRITE, IRQ_READ = 1, 2, 3, 4
IRQ_INDICATED, IRQ_MTU, IRQ_UPDATED, IRQ_ENCRYPTED = 20, 21, 27, 28
IRQ_GET_SECRET, IRQ_SET_SECRET = 29, 30
OURS, THEIRS = 1, 2  # kinds of secrets
SECURITY_AT_START = {"bond": 0, "mitm": 0, "le_secure": 0, "io": 3}


class Hub(Protocol):
    """The part of the twin's hub that the radio needs."""

    def register(self, op: int, handler: Callable[[bytes], bytes]) -> None:
        """Carry out operation `op` of the pipe; the handler may raise OSError(errno)."""
        ...

    def post(self, code: int, payload: bytes) -> None:
        """Wake the VM with an event."""
        ...

    def meet(self, on: bool) -> None:
        """Give hosts real time for a meeting with the clip, whose radio has just come on; `on` False: it is off."""
        ...


class Interrupts:
    """The interrupts of one radio. `on`: the radio is on; otherwise nothing is posted.

    `settings`: the security that the firmware configured.
    """

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self.on = False
        self.settings = dict(SECURITY_AT_START)
        self.task = (
            asyncio.Lock()
        )  # the stack is one task: it ends the work it has begun, and then takes the next packet
        self._answers: dict[int, asyncio.Future[bytes]] = {}
        self._token = 0

    def reset(self) -> None:
        """Reset for a radio that is off: nobody waits for an answer any more."""
        self.on = False
        self.settings.update(SECURITY_AT_START)
        for answer in self._answers.values():
            answer.cancel()
        self._answers.clear()

    def on_result(self, payload: bytes) -> bytes:
        """Take the VM's answer from the pipe: token u16, result."""
        (token,) = struct.unpack_from("<H", payload)
        answer = self._answers.pop(token, None)
        if answer and not answer.done():
            answer.set_result(payload[2:])
        return b""

    def post(self, irq: int, fields: bytes, token: int = 0) -> None:
        """Raise an interrupt; `token` not 0 asks for its handler's result."""
        if self.on:
            self._hub.post(EVENT_IRQ, struct.pack("<BH", irq, token) + fields)

    async def _ask(self, irq: int, fields: bytes) -> bytes:
        """Post an interrupt and return its handler's result; b"" when the VM or the link went away."""
        self._token = self._token % 0xFFFF + 1
        token = self._token
        answer = self._answers[token] = asyncio.get_running_loop().create_future()
        if not self.on:
            answer.cancel()
        self.post(irq, fields, token)
        await asyncio.wait([answer])
        return b"" if answer.cancelled() else answer.result()

    async def on_read(self, connection: Connection, handle: int) -> int:
        """Ask the firmware before a central reads; return 0 or the ATT error that the firmware wants."""
        async with self.task:
            answer = await self._ask(IRQ_READ, struct.pack("<HH", connection.handle, handle))
        return answer[0] if answer else 0

    async def on_write(self, connection: Connection, handle: int) -> None:
        """Interrupt the firmware: a central has written."""
        # The handler runs before the response goes out, as with NimBLE: its changes of the link come first.
        async with self.task:
            await self._ask(IRQ_WRITE, struct.pack("<HH", connection.handle, handle))

    async def get_secret(self, kind: int, index: int, key: bytes | None) -> bytes | None:
        """Return the firmware's secret of this kind for `key`, or if that is None the one with number `index`."""
        answer = await self._ask(
            IRQ_GET_SECRET, bytes((kind, index, key is not None)) + (key or b"")
        )
        return answer[1:] if answer[:1] == b"\x01" else None

    async def set_secret(self, kind: int, key: bytes, value: bytes | None) -> bool:
        """Let the firmware keep a secret, or drop it if `value` is None. Return True if it did."""
        fields = bytes((kind, len(key), value is not None)) + key + (value or b"")
        answer = await self._ask(IRQ_SET_SECRET, fields)
        return answer[:1] not in (b"", b"\x00")

    async def has_key(self, connection: Connection) -> bool:
        """True if the firmware has a bond with this central."""
        peer = connection.peer_address
        async with self.task:
            key = bytes((int(not peer.is_public),)) + bytes(peer)
            return bool(await self.get_secret(THEIRS, 0, key))

    def on_connection(self, connection: Connection) -> None:
        """Interrupt the firmware for a new central, and for the later changes of the link."""
        peer = connection.peer_address
        fields = struct.pack("<HB", connection.handle, int(not peer.is_public))
        fields += bytes(reversed(bytes(peer)))
        connection.on(
            connection.EVENT_DISCONNECTION, lambda _reason: self.post(IRQ_DISCONNECT, fields)
        )
        handle = connection.handle
        connection.on(
            connection.EVENT_CONNECTION_ATT_MTU_UPDATE,
            lambda: self.post(IRQ_MTU, struct.pack("<HH", handle, connection.att_mtu)),
        )
        connection.on(
            connection.EVENT_CONNECTION_ENCRYPTION_CHANGE, lambda: self._encrypted(connection)
        )
        connection.on(
            connection.EVENT_CONNECTION_PARAMETERS_UPDATE, lambda: self._updated(connection)
        )
        self.post(IRQ_CONNECT, fields)

    def _encrypted(self, connection: Connection) -> None:
        on = bool(connection.encryption)
        mitm = on and bool(self.settings["mitm"])
        # A pairing that is under way knows whether both sides want a bond; without one the key came from a bond.
        pairing = connection.device.smp_manager.sessions.get(connection.handle)
        bonded = on and (pairing is None or pairing.completed or pairing.bonding)
        self.post(
            IRQ_ENCRYPTED,
            struct.pack("<HBBBB", connection.handle, on, mitm, bonded, 16 if on else 0),
        )

    def _updated(self, connection: Connection) -> None:
        parameters = connection.parameters
        self.post(
            IRQ_UPDATED,
            struct.pack(
                "<HHHHB",
                connection.handle,
                round(parameters.connection_interval / 1.25),
                parameters.peripheral_latency,
                round(parameters.supervision_timeout / 10),
                0,
            ),
        )
