"""The paired hosts: their Bluetooth keys (MicroPython's `secrets`), in a file with a checksum.

They are held on the heap (80 bytes a secret, two a host): the stack asks for secrets in interrupts, which must not
touch the flash. A change by the stack is `pending` until a task saves it or takes it back.
"""

from storage.blob import BlobError, read_blob, write_blob

MAX_HOSTS = 4  # a further host replaces the one that was paired first
PEER_BYTES = 7  # address type and address: the key of NimBLE's secrets
OURS = 1
THEIRS = 2
IDENTITY = 10  # the clip's own identity key, under the key `irk`: it belongs to no host


class Bonds:
    """The secrets in the file `path`. A secret has a kind (OURS and THEIRS of a host, IDENTITY), a key (the host) and a
    value."""

    def __init__(self, path: str, os_module: "Os") -> None:
        self._path = path
        self._os = os_module
        self.revert()

    # --- without the flash: for interrupts

    def get(self, kind: int, index: int, key: "bytes | None") -> "bytes | None":
        """Return the `index`th secret of this kind, of any host if `key` is None; None if there is none."""
        data = self._data
        at = _find(data, kind, index, key)
        return None if at < 0 else data[at + 3 + data[at + 1] : _end(data, at)]

    def set(self, kind: int, key: bytes, value: "bytes | None") -> bool:
        """Put a secret in its place, or drop it if `value` is None. Return True if anything changed."""
        data = self._data
        at = _find(data, kind, 0, key)
        if at >= 0:
            data = data[:at] + data[_end(data, at) :]
        elif value is None:
            return False
        if value is not None:
            hosts = _hosts(data)
            if kind != IDENTITY and key not in hosts and len(hosts) >= MAX_HOSTS:
                data = _without(data, hosts[0])
            data += bytes((kind, len(key), len(value))) + key + value
        self._data = data
        self.pending = True
        return True

    def knows(self, host: bytes) -> bool:
        """True if both secrets of this host are there."""
        data = self._data
        return _find(data, OURS, 0, host) >= 0 and _find(data, THEIRS, 0, host) >= 0

    def hosts(self) -> "list[bytes]":
        """Return the keys of the hosts, the one that was paired first at the front."""
        return _hosts(self._data)

    # --- with the flash

    def save(self) -> None:
        """Store the secrets durably. Raises OSError, and then the stored secrets count again."""
        self.pending = False
        try:
            write_blob(self._path, self._data, self._os)
        except OSError:
            self.revert()
            raise

    def revert(self) -> None:
        """Take back the changes that were not saved."""
        try:
            data = read_blob(self._path) or b""
        except BlobError:
            data = b""  # as if no host were paired: a wrong key would lock every host out
        self._data = _clean(data)
        self.pending = False

    def forget(self, host: "bytes | None") -> int:
        """Drop a host, or all hosts if None; return the number that is left. Raises OSError."""
        self.revert()  # an unfinished pairing must not be stored with this change
        data = self._data
        for known in _hosts(data):
            if host is None or known == host:
                data = _without(data, known)
        self._data = data
        self.save()
        return len(_hosts(data))


def _end(data: bytes, at: int) -> int:
    return at + 3 + data[at + 1] + data[at + 2]


def _key(data: bytes, at: int) -> bytes:
    return data[at + 3 : at + 3 + data[at + 1]]


def _find(data: bytes, kind: int, index: int, key: "bytes | None") -> int:
    """Return the index at which a secret begins, or -1."""
    at = 0
    while at < len(data):
        if data[at] == kind and (key is None or _key(data, at) == key):
            if not index:
                return at
            index -= 1
        at = _end(data, at)
    return -1


def _hosts(data: bytes) -> "list[bytes]":
    found = []
    at = 0
    while at < len(data):
        key = _key(data, at)
        if data[at] != IDENTITY and key not in found:
            found.append(key)
        at = _end(data, at)
    return found


def _without(data: bytes, host: bytes) -> bytes:
    rest = b""
    at = 0
    while at < len(data):
        end = _end(data, at)
        if _key(data, at) != host:
            rest += data[at:end]
        at = end
    return rest


def _clean(data: bytes) -> bytes:
    """Keep only whole secrets of hosts and the clip's own identity. Older firmware also stored others, `irk` as a host
    too."""
    rest = b""
    at = 0
    while at + 3 <= len(data) and _end(data, at) <= len(data):
        end = _end(data, at)
        of_host = data[at] in (OURS, THEIRS) and data[at + 1] == PEER_BYTES
        if of_host or (data[at] == IDENTITY and _key(data, at) == b"irk"):
            rest += data[at:end]
        at = end
    return rest
