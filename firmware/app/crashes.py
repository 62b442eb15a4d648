"""Count of crashes in a row, kept over restarts. After three the clip starts in safe mode: USB and Bluetooth only.

A clip in safe mode tries a normal start after a while. If that crashes, the clip is in safe mode again. A start by the
watchdog or after a panic counts as a crash: the firmware hung, or the port itself failed.
"""

from storage.blob import BlobError, read_blob, write_blob

LIMIT = 3
WELL_MS = 600_000  # earlier crashes are forgotten after this long without one
WATCHDOG_MS = 30_000
CHECK_IN_MS = 60_000  # a new firmware is kept after this long without a crash


class Crashes:
    """The count of crashes in the file `path`. `cause`: why the clip started (wire ENUMS "reset")."""

    def __init__(self, path: str, os_module: "Os", cause: str) -> None:
        self._path = path
        self._os = os_module
        self.count = self._read()
        if cause in ("watchdog", "panic"):
            self.add()
        self.safe = self.count >= LIMIT

    def _read(self) -> int:
        try:
            data = read_blob(self._path)
        except BlobError:
            return 0
        return data[0] if data else 0

    def add(self) -> None:
        """Count one crash and store the count."""
        self._keep(min(self.count + 1, LIMIT))

    def well(self) -> bool:
        """Take note that the clip has run for WELL_MS. Return True if it must restart to leave safe mode."""
        if self.safe:
            self._keep(LIMIT - 1)
        elif self.count:
            self._keep(0)
        return self.safe

    def forget(self) -> None:
        """Reset the count: the firmware that crashed no longer runs."""
        self.safe = False
        self._keep(0)

    def _keep(self, crashes: int) -> None:
        self.count = crashes
        try:
            write_blob(self._path, bytes((crashes,)), self._os)
        except (OSError, MemoryError):
            pass  # a full flash or heap must not keep the clip from starting
