"""The hosts that are paired: what Bluetooth keeps of them (MicroPython's `secrets`), in a file with a checksum.

Read from flash when asked, which is rare, so that nothing of it stays on the heap.
"""

from storage.blob import BlobError, read_blob, write_blob

MAX_HOSTS = 4  # the one that was paired first makes room
PEER_BYTES = 7  # address type and address: the key of NimBLE's secrets


class Bonds:
    """`path` is the file. A secret has a kind (1: ours, 2: the host's), a key (the host) and a value."""

    def __init__(self, path, os_module):
        self._path = path
        self._os = os_module

    def get(self, kind, index, key):
        """Value for `key`, or with `key` None that of the `index`th secret of this kind; None if there is none."""
        for kind_there, key_there, value in self._read():
            if kind_there != kind:
                continue
            if key is None:
                if not index:
                    return value
                index -= 1
            elif key_there == key:
                return value
        return None

    def set(self, kind, key, value):
        """Keeps a secret, or with `value` None drops it; stored when it returns. Raises OSError."""
        rest = [row for row in self._read() if row[:2] != (kind, key)]
        if value is not None:
            hosts = _hosts(rest)
            if key not in hosts and len(hosts) >= MAX_HOSTS:
                rest = [row for row in rest if row[1] != hosts[0]]
            rest.append((kind, key, value))
        self._write(rest)

    def hosts(self):
        """Keys of the hosts, the one that was paired first at the front."""
        return _hosts(self._read())

    def forget(self, host):
        """Drops a host, or all with None; how many are left. Raises OSError."""
        rest = [row for row in self._read() if host is not None and row[1] != host]
        self._write(rest)
        return len(_hosts(rest))

    def _read(self):
        try:
            data = read_blob(self._path) or b""
        except BlobError:
            data = b""  # as if nobody had been paired: a wrong key would lock everybody out
        rows = []
        at = 0
        while at + 3 <= len(data):
            middle = at + 3 + data[at + 1]
            end = middle + data[at + 2]
            rows.append((data[at], data[at + 3 : middle], data[middle:end]))
            at = end
        return rows

    def _write(self, rows):
        data = b""
        for kind, key, value in rows:
            data += bytes((kind, len(key), len(value))) + key + value
        write_blob(self._path, data, self._os)


def _hosts(rows):
    found = []
    for _, key, _ in rows:
        if key not in found:
            found.append(key)
    return found
