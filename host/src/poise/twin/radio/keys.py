"""Bumble's key store on the clip: MicroPython's secrets interrupts, answered by the firmware.

NimBLE's secrets are one of ours (kind 1) and one of the peer's (kind 2) for each bond, 80 bytes each, with the peer's
identity address as key. They are asked for and kept in NimBLE's order, with its loops: a handler that never says
"nothing there" hangs the stack (`ble_sm.c`, `ble_store.c`, `ble_store_util.c`). The values have NimBLE's layout, since
the firmware looks for the peer's identity key in them.
"""

import asyncio
import struct
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

from bumble import hci
from bumble.keys import KeyStore, PairingKeys
from bumble.smp import Session

from .irq import OURS, THEIRS, Interrupts

ANY = bytes(7)
LOOPS = 100  # NimBLE's own have no bound
# struct ble_store_value_sec: peer, key size, ediv, rand, long-term key, has it, identity key, has it, signature key,
# flags
_SECRET = struct.Struct("<7sBH6xQ16s?16s?16sB5x")
SECRET_BYTES = _SECRET.size
_AUTHENTICATED, _SECURE_CONNECTIONS = 2, 4  # of the flags
_KEY_BYTES = 16

Hang = Callable[[], None]
_T = TypeVar("_T")


class StackHangsError(Exception):
    """A loop of the stack that the firmware's answers never end."""


class WholeSession(Session):
    """A pairing whose keys are kept even if the peer hangs up. Bumble would cancel it, NimBLE's one task does not."""

    def on_peer_key_distribution_complete(self) -> None:
        """Take note that the peer has sent its last key."""
        if self.is_initiator:
            self.distribute_keys()
        keys = self.manager.device.keystore
        assert isinstance(keys, FirmwareKeys)
        keys.begin(self.on_pairing())


class FirmwareKeys(KeyStore):
    """The key store. `hang()` is called when the stack hangs; nothing follows after that.

    The stack ends the work it has begun, even if the link that asked for it is gone meanwhile.
    """

    def __init__(self, irqs: Interrupts, hang: Hang) -> None:
        self._irqs = irqs
        self._hang = hang
        self._under_way: set[asyncio.Task[Any]] = set()
        self.peers: list[
            tuple[bytes, hci.Address]
        ] = []  # identity key and address of each known peer

    def begin(self, work: Coroutine[Any, Any, _T]) -> asyncio.Task[_T]:
        """Start work of the stack's own task: no link's end cancels it."""
        task = asyncio.get_running_loop().create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        return task

    def restore(self, secrets: bytes) -> None:
        """Take the peers' secrets, as the firmware listed them when the stack started."""
        self.peers = []
        for at in range(0, len(secrets), SECRET_BYTES):
            self._know(secrets[at : at + SECRET_BYTES])

    async def get(self, name: str) -> PairingKeys | None:
        """Return the bond with this peer, or None."""
        async with self._irqs.task:
            value = await self._irqs.get_secret(OURS, 0, _key(name))
        return _unpack(value) if value and len(value) == SECRET_BYTES else None

    async def update(self, name: str, keys: PairingKeys) -> None:
        """Give the firmware the keys of an ended pairing; it may refuse to keep them."""
        if keys.ltk is None:
            return  # legacy pairing, which LE Secure Connections rule out on the clip
        await self._whole(self._store_both(_key(name), _pack(_key(name), keys)))

    async def repeat_pairing(self, name: str) -> bool:
        """Delete an old bond with this peer before a pairing. Return False if the stack hangs in it."""
        return await self._whole(self._check_repeat(_key(name)))

    async def delete(self, name: str) -> None:
        """Drop the bond."""
        await self._whole(self._delete_peer(_key(name)))

    async def get_all(self) -> list[tuple[str, PairingKeys]]:
        """Return no bonds: `get_resolving_keys` has the stack's part of them."""
        return []

    async def get_resolving_keys(self) -> list[tuple[bytes, hci.Address]]:
        """Return the keys that resolve private addresses: given at the stack's start, or by a pairing since."""
        return list(self.peers)

    # --- NimBLE's loops

    async def _whole(self, loop: Coroutine[Any, Any, bool]) -> bool:
        return await asyncio.shield(self.begin(self._in_turn(loop)))

    async def _in_turn(self, loop: Awaitable[bool]) -> bool:
        async with self._irqs.task:
            try:
                return await loop
            except StackHangsError:
                self._hang()
                return False

    async def _store_both(self, key: bytes, value: bytes) -> bool:
        await self._store(OURS, key, value)
        kept = await self._store(THEIRS, key, value)
        if kept:
            self._know(value)
        return kept

    async def _check_repeat(self, key: bytes) -> bool:
        for _ in range(LOOPS):
            if await self._irqs.get_secret(THEIRS, 0, key) is None:
                return True
            await self._delete_peer(key)
        raise StackHangsError

    async def _delete_peer(self, key: bytes) -> bool:
        for kind in (OURS, THEIRS):
            for _ in range(LOOPS):
                if not await self._irqs.set_secret(kind, key, None):
                    break
            else:
                raise StackHangsError
        return True

    async def _store(self, kind: int, key: bytes, value: bytes) -> bool:
        """Store a secret; return True if kept.

        A refused secret counts as one without room: the oldest peer is deleted for it, if one is found.
        """
        for _ in range(LOOPS):
            if await self._irqs.set_secret(kind, key, value):
                return True
            oldest = await self._irqs.get_secret(
                OURS, 0, ANY
            )  # MicroPython passes no None for this kind
            if oldest is None:
                return False
            await self._delete_peer(oldest[: len(ANY)])
        raise StackHangsError

    def _know(self, secret: bytes) -> None:
        peer, *_, has_irk, irk = _fields(secret)
        address = hci.Address(peer[1:], hci.AddressType(peer[0]))
        self.peers = [known for known in self.peers if known[1] != address]
        if has_irk:
            self.peers.append((irk, address))


def _key(name: str) -> bytes:
    address = hci.Address(name)
    return bytes((address.address_type & 1,)) + bytes(address)


def _pack(key: bytes, keys: PairingKeys) -> bytes:
    assert keys.ltk is not None
    irk = keys.irk.value if keys.irk else b""
    flags = _SECURE_CONNECTIONS | (_AUTHENTICATED if keys.ltk.authenticated else 0)
    return _SECRET.pack(key, _KEY_BYTES, 0, 0, keys.ltk.value, True, irk, bool(irk), b"", flags)


def _fields(secret: bytes) -> tuple[bytes, bytes, bool, bool, bytes]:
    """Return (peer, long-term key, True if authenticated, True if there is an identity key, that key)."""
    peer, _size, _ediv, _rand, ltk, _has_ltk, irk, has_irk, _csrk, flags = _SECRET.unpack(secret)
    return peer, ltk, bool(flags & _AUTHENTICATED), has_irk, irk


def _unpack(value: bytes) -> PairingKeys:
    _peer, ltk, authenticated, has_irk, irk = _fields(value)
    return PairingKeys(
        ltk=PairingKeys.Key(ltk, authenticated),
        irk=PairingKeys.Key(irk, authenticated) if has_irk else None,
    )
