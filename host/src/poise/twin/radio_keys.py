"""Bumble's key store on the clip's own: MicroPython's secrets interrupts, answered by the firmware.

NimBLE's secrets are one of ours (kind 1) and one of the peer's (kind 2) for each bond, with the peer's identity address
as key. The values are the stack's own business; here: the long-term key, whether it is authenticated, the peer's
identity resolving key.
"""

from collections.abc import Awaitable, Callable

from bumble import hci
from bumble.keys import KeyStore, PairingKeys

OURS, THEIRS = 1, 2
_LTK_BYTES = 16

Ask = Callable[[int, int, bytes | None], Awaitable[bytes | None]]
Keep = Callable[[int, bytes, bytes | None], Awaitable[bool]]


class FirmwareKeys(KeyStore):
    """`ask(kind, index, key)` gives a secret or None; `keep(kind, key, value)` says whether it was kept."""

    def __init__(self, ask: Ask, keep: Keep) -> None:
        self._ask = ask
        self._keep = keep

    async def get(self, name: str) -> PairingKeys | None:
        """The bond with this peer."""
        value = await self._ask(OURS, 0, _key(name))
        return _unpack(value) if value else None

    async def update(self, name: str, keys: PairingKeys) -> None:
        """A pairing has ended: the firmware may refuse to keep it."""
        if keys.ltk is None:
            return  # legacy pairing, which the clip's LE Secure Connections rule out
        if await self._keep(OURS, _key(name), _pack(keys)):
            await self._keep(THEIRS, _key(name), _pack(keys))

    async def delete(self, name: str) -> None:
        """The bond is to be dropped."""
        for kind in (OURS, THEIRS):
            await self._keep(kind, _key(name), None)

    async def get_all(self) -> list[tuple[str, PairingKeys]]:
        """No list: peers with private addresses are not modelled, and nothing else asks."""
        return []


def _key(name: str) -> bytes:
    address = hci.Address(name)
    return bytes((address.address_type & 1,)) + bytes(address)


def _pack(keys: PairingKeys) -> bytes:
    assert keys.ltk is not None
    irk = keys.irk.value if keys.irk else b""
    return keys.ltk.value + bytes((keys.ltk.authenticated,)) + irk


def _unpack(value: bytes) -> PairingKeys:
    ltk, authenticated, irk = value[:_LTK_BYTES], bool(value[_LTK_BYTES]), value[_LTK_BYTES + 1 :]
    return PairingKeys(
        ltk=PairingKeys.Key(ltk, authenticated),
        irk=PairingKeys.Key(irk, authenticated) if irk else None,
    )
