"""Two firmwares on the file system, `a` and `b`, and the choice of the one that starts. Stands beside main.py.

An update writes the slot that does not run; then `install` switches to it in one rename. The new firmware is on trial:
unless it calls `keep` within TRIALS starts, the one before comes back.
"""

import struct
from binascii import crc32

NAMES = "ab"
TRIALS = 3
_FORMAT = "<BBBII"  # slot that starts, starts left on trial, a firmware was put back (2: unnoted), build of a, of b
_UNTOLD = 2


class Slots:
    """State of the two slots. `root`: the file system's. `reverted`: not 0 if the other slot's firmware failed its
    trial."""

    def __init__(self, root: str, os_module: "Os") -> None:
        self._root = root.rstrip("/") + "/"
        self._path = self._root + "slots"
        self._os = os_module
        self.active, self._trial, self.reverted, *self._builds = self._read()

    @property
    def other(self) -> int:
        """The slot that does not run: 0 or 1."""
        return 1 - self.active

    @property
    def on_trial(self) -> bool:
        """True if the running firmware has not called `keep` yet."""
        return self._trial > 0

    @property
    def build(self) -> int:
        """Build number of the running firmware; 0: it came over the cable."""
        return self._builds[self.active]

    def folder(self, slot: int) -> str:
        """Path of a slot's folder."""
        return self._root + NAMES[slot]

    def start(self, path: "list[str]") -> "tuple[int, bool, bool]":
        """Count a start and put the slot's folder at the front of `path` (sys.path).

        Returns (slot, True if it is on trial, True if it was put back and `told` was not called yet).
        """
        if self._trial:
            self._count_start()
        for slot in (0, 1):
            try:
                self._os.remove(
                    self.folder(slot) + ".manifest"
                )  # left by an update that a power cut ended
            except OSError:
                pass  # there is no such file
        for folder in (self.folder(self.active), NAMES[self.active]):
            try:
                self._os.stat(folder)
            except OSError:
                continue  # on the twin the modules stand beside main.py
            path.insert(0, folder)
            break
        return self.active, self.on_trial, self.reverted == _UNTOLD

    def _count_start(self) -> None:
        self._trial -= 1
        if not self._trial:
            self.active = self.other
            self.reverted = _UNTOLD
        try:
            self._write()
        except OSError:
            pass  # the start goes on, and is not counted

    def install(self, build: int) -> None:
        """Let the other slot start from now on, on trial. Raises OSError: then nothing has changed."""
        before = (self.active, self._trial, self.reverted, self._builds[:])
        self.active = self.other
        self._trial = TRIALS + 1
        self.reverted = 0
        self._builds[self.active] = build
        try:
            self._write()
        except OSError:
            self.active, self._trial, self.reverted, self._builds = before
            raise

    def give_way(self) -> bool:
        """Handle a firmware that does not load. Return True if another start should be tried.

        On trial that start is the same slot's; otherwise it is the other slot's, if it has a firmware. Raises OSError.
        """
        if self._trial:
            return True
        try:
            self._os.stat(self.folder(self.other))
        except OSError:
            return False
        if self.reverted:
            return False  # neither firmware loads
        self.active = self.other
        self.reverted = _UNTOLD
        self._write()
        return True

    def keep(self) -> None:
        """End the trial: the firmware runs well. Raises OSError: then it is still on trial."""
        self._trial = 0
        self._write()

    def told(self) -> None:
        """Remember that a record tells of the reverted firmware. Raises OSError."""
        self.reverted = 1
        self._write()

    def _read(self) -> "tuple[int, ...]":
        try:
            with open(self._path, "rb") as file:
                data = file.read()
        except OSError:
            data = b""
        if len(data) < 4 or struct.unpack("<I", data[-4:])[0] != crc32(data[:-4]):
            return 0, 0, 0, 0, 0
        return struct.unpack(_FORMAT, data[:-4])

    def _write(self) -> None:
        # The same as storage.blob.write_blob, which is inside the slots.
        data = struct.pack(_FORMAT, self.active, self._trial, self.reverted, *self._builds)
        with open(self._path + ".tmp", "wb") as file:
            file.write(data + struct.pack("<I", crc32(data)))
            file.flush()
            fsync = getattr(self._os, "fsync", None)
            if fsync:
                fsync(file.fileno())
        self._os.rename(self._path + ".tmp", self._path)
