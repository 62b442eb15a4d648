"""Crashes in a row, kept over restarts. After three the clip starts in safe mode: USB and Bluetooth, and no more.

A clip in safe mode tries again after a while; if that crashes, it is in safe mode again. A start by the watchdog or
after a panic counts as a crash: something hung, or the port itself broke down.
"""

from storage.blob import BlobError, read_blob, write_blob

LIMIT = 3
WELL_MS = 600_000  # so long without a crash, and those before are forgotten
WATCHDOG_MS = 30_000
CHECK_IN_MS = 60_000  # so long without a crash, and a new firmware is kept


class Crashes:
    """`path`: the count's file. `cause`: why the clip started (wire ENUMS "reset")."""

    def __init__(self, path, os_module, cause):
        self._path = path
        self._os = os_module
        self.count = self._read()
        if cause in ("watchdog", "panic"):
            self.add()
        self.safe = self.count >= LIMIT

    def _read(self):
        try:
            data = read_blob(self._path)
        except BlobError:
            return 0
        return data[0] if data else 0

    def add(self):
        """Counts a crash."""
        self._keep(min(self.count + 1, LIMIT))

    def well(self):
        """The clip has run for WELL_MS. True when it is to restart: out of safe mode, for another try."""
        if self.safe:
            self._keep(LIMIT - 1)
        elif self.count:
            self._keep(0)
        return self.safe

    def forget(self):
        """Another firmware runs than the one that crashed."""
        self.safe = False
        self._keep(0)

    def _keep(self, crashes):
        self.count = crashes
        try:
            write_blob(self._path, bytes((crashes,)), self._os)
        except (OSError, MemoryError):
            pass  # a full flash or heap must not be what keeps the clip from starting
