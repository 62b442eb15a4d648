"""Which host may have data over Bluetooth: one that is bonded, or that pairs while the wearer lets it.

The stack pairs with anybody who asks ("just works": the clip has neither display nor keys), so the policy stands where
keys are kept. What comes while pairing is closed is not kept, and its link counts as refused before a request on it is
answered. Source: Bluetooth Core 5.4 Vol 3 Part H; MicroPython `bluetooth`, interrupts 28 to 30.
"""


class Pairing:
    """`bonds`: storage.bonds.Bonds; `is_open()`: a new host may pair now. The methods are called in interrupts."""

    def __init__(self, bonds, is_open):
        self.bonds = bonds
        self._is_open = is_open
        self.restart()

    def restart(self):
        """A link has begun or ended."""
        self.peer = None  # the host's key among the bonds, once it has used or given one
        self.news = ""  # what became of its pairing, to be noted: wire ENUMS "bond"
        self._refused = self._encrypted = self.forgotten = False

    def encrypted(self, encrypted, bonded):
        """The link's encryption changed."""
        self._encrypted = bool(encrypted and bonded)

    def check(self):
        """Bonds were dropped: `forgotten` tells if this link's was among them."""
        self.forgotten = self.peer is not None and self.peer not in self.bonds.hosts()

    @property
    def secure(self):
        """Data may cross the link."""
        return self._encrypted and self.peer is not None and not (self._refused or self.forgotten)

    def secret(self, kind, index, key):
        """The stack asks for a secret: the value or None."""
        value = self.bonds.get(kind, index, key and bytes(key))
        if value and key is not None:
            self.peer = bytes(key)
        return value

    def keep(self, kind, key, value):
        """The stack wants to keep a secret, or drop one (`value` None): whether that was done.

        While pairing is closed nothing changes: neither is a host added nor one that is bonded pushed out.
        """
        kept = self._is_open()
        try:
            if kept:
                self.bonds.set(kind, bytes(key), None if value is None else bytes(value))
        except OSError:
            kept = False
        if value is not None:
            self.peer = bytes(key)
            self._refused = not kept
            self.news = "made" if kept else "refused"
        return kept
