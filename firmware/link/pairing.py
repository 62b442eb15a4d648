"""Pairing policy: data goes over Bluetooth to a bonded host, or to one that pairs while the wearer allows pairing.

The stack pairs with anybody who asks ("just works": the clip has neither display nor keys). So the policy applies where
keys are kept. NimBLE answers a host that pairs again by deleting its old bond, and repeats that until the bond is gone.
While pairing is closed the bond stays, the rest of that link has no secrets, and the link ends.

A host with a private address has another address each time. Where the stack does not resolve the address (the original
ESP32's does not, after its start), this module does, by the identity key that the host gave when it paired.

Source: Bluetooth Core 5.4 Vol 3 Part H; MicroPython `bluetooth`, interrupts 28 to 30; NimBLE `ble_sm.c`, `ble_store.c`.
"""

from cryptolib import aes

_THEIRS = 2  # kinds of secrets: storage.bonds
_IDENTITY = 10  # of the clip itself
_NOBODY = bytes(7)  # NimBLE asks for this key when it looks for a host to delete
_ECB = 1
# Places in NimBLE's secrets (`struct ble_store_value_sec`), the same in Apache's and Espressif's.
_KEY = 41
_KEY_END = 57  # the byte here says whether there is an identity key


class Pairing:
    """The pairing state of one link. `bonds`: storage.bonds.Bonds; `is_open()`: True while a new host may pair.

    `encrypted`, `secret`, `keep` and `restart` are called in interrupts: they leave the flash alone. `begin`, `settle`
    and `end` are for a task.
    """

    def __init__(self, bonds: "Bonds", is_open: "Callable[[], bool]") -> None:
        self.bonds = bonds
        self._is_open = is_open
        self.restart()

    def restart(self) -> None:
        """Reset the state for a new link."""
        # The host's key among the bonds, once the host has used or given a secret.
        self.peer: "bytes | None" = None
        self.news = ""  # outcome of the pairing, to be settled and noted: wire ENUMS "bond"
        self._refused = self._encrypted = self.forgotten = False

    def encrypted(self, encrypted: bool, bonded: bool) -> None:
        """Take a change of the link's encryption."""
        self._encrypted = bool(encrypted and bonded)

    def check(self) -> None:
        """Set `forgotten` if this link's bond is among those that were dropped."""
        self.forgotten = self.peer is not None and not self.bonds.knows(self.peer)

    @property
    def secure(self) -> bool:
        """True if data may cross the link."""
        return self._encrypted and self.peer is not None and not (self._refused or self.forgotten)

    def secret(self, kind: int, index: int, key: "Buffer | None") -> "bytes | None":
        """Answer the stack's request for a secret: the value, or None."""
        if kind == _IDENTITY:
            return self.bonds.get(kind, index, None if key is None else bytes(key))
        if self._refused:
            return None
        if key is None:
            return self.bonds.get(kind, index, None)
        host = self._host(bytes(key))
        value = self.bonds.get(kind, index, host)
        if value:
            self.peer = host
        return value

    def keep(self, kind: int, key: "Buffer", value: "Buffer | None") -> bool:
        """Keep a secret for the stack, or drop it (`value` None). Return True if it was kept, or was there to be
        dropped.

        While pairing is closed nothing changes: no host is added, and no bonded host is pushed out.
        """
        key = bytes(key)
        if kind == _IDENTITY:
            return self.bonds.set(kind, key, None if value is None else bytes(value))
        if value is None:
            return self._drop(kind, self._host(key))
        if self._refused or not self._is_open() or key == _NOBODY:
            self._refuse(key)
            return False
        self.bonds.set(kind, key, bytes(value))
        if self.bonds.knows(key):
            self.peer = key
            self.news = "made"
        return True

    def _drop(self, kind: int, key: bytes) -> bool:
        # "Yes" once for each secret that was there, then "no": the stack repeats the call until it hears "no".
        if self._refused or self.bonds.get(kind, 0, key) is None:
            return False
        if self._is_open():
            self.peer = None  # until it has given new keys
            return self.bonds.set(kind, key, None)
        self._refuse(key)
        return True

    def _host(self, address: bytes) -> bytes:
        """Return the host of this address. A private address belongs to the host whose identity key made it."""
        hosts = self.bonds.hosts()
        if address in hosts or address[0] != 1 or address[6] >> 6 != 1:
            return address
        for host in hosts:
            secret = self.bonds.get(_THEIRS, 0, host)
            if secret and _has_made(secret, address):
                return host
        return address

    def _refuse(self, host: "bytes | None") -> None:
        self.peer = host
        if not self._refused:
            self.news = "refused"
        self._refused = True

    def begin(self) -> None:
        """Store an identity key that the starting radio made; otherwise the radio makes another one next time."""
        if self.bonds.pending:
            try:
                self.bonds.save()
            except OSError:
                return

    def settle(self) -> str:
        """Store a new pairing. Return the news to note: wire ENUMS "bond", "" for none, "refused" if storing fails."""
        if self.news == "made":
            try:
                self.bonds.save()
            except OSError:
                self._refuse(self.peer)
        news, self.news = self.news, ""
        return news

    def end(self) -> None:
        """Take back the changes of an unfinished pairing at the end of the link."""
        if self.bonds.pending and not self.news:
            self.bonds.revert()


def _has_made(secret: bytes, address: bytes) -> bool:
    """True if the identity key in this secret made this private address: Core 5.4 Vol 3 Part H 2.2.2."""
    if len(secret) <= _KEY_END or not secret[_KEY_END] & 1:
        return False
    key = bytes(reversed(secret[_KEY:_KEY_END]))
    made = aes(key, _ECB).encrypt(bytes(13) + bytes((address[6], address[5], address[4])))
    return made[13:] == bytes((address[3], address[2], address[1]))
