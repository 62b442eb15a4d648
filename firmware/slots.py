"""Two firmwares on the file system, `a` and `b`, and which of them starts. Stands beside main.py, outside of both.

An update writes the slot that does not run, and then `install` changes which one does, in one rename. The new one is on
trial: unless it says that it runs well (`keep`) within TRIALS starts, the one before comes back.
"""

import struct
from binascii import crc32

NAMES = "ab"
TRIALS = 3
_FORMAT = (
    "<BBBII"  # slot that starts, starts left on trial, a firmware was put back, build of a, of b
)


class Slots:
    """`root`: the file system's. `reverted` tells that a firmware was put back, until `keep`."""

    def __init__(self, root, os_module):
        self._root = root.rstrip("/") + "/"
        self._path = self._root + "slots"
        self._os = os_module
        self.active, self._trial, self.reverted, *self._builds = self._read()

    @property
    def other(self):
        """The slot that does not run: 0 or 1."""
        return 1 - self.active

    @property
    def on_trial(self):
        """What runs has not checked in yet."""
        return self._trial > 0

    @property
    def build(self):
        """Number of the firmware that runs; 0: it came over the cable."""
        return self._builds[self.active]

    def folder(self, slot):
        """Where a slot's files stand."""
        return self._root + NAMES[slot]

    def start(self, path):
        """Counts a start and puts the slot's folder at the front of `path` (sys.path).

        What the firmware is to know: (slot, whether it is on trial, whether it was put back).
        """
        if self._trial:
            self._trial -= 1
            if not self._trial:
                self.active = self.other
                self.reverted = 1
            self._write()
        for folder in (self.folder(self.active), NAMES[self.active]):
            try:
                self._os.stat(folder)
            except OSError:
                continue  # on the twin they stand beside main.py
            path.insert(0, folder)
            break
        return self.active, bool(self._trial or self.reverted), bool(self.reverted)

    def install(self, build):
        """The other slot starts from now on, on trial. Raises OSError: then nothing has changed."""
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

    def give_way(self):
        """The firmware does not even load: true when another start is to be tried, on trial or from the other slot."""
        if self._trial:
            return True
        try:
            self._os.stat(self.folder(self.other))
        except OSError:
            return False
        if self.reverted:
            return False  # neither loads
        self.active = self.other
        self.reverted = 1
        self._write()
        return True

    def keep(self):
        """The firmware runs well: it is not on trial any more."""
        self._trial = self.reverted = 0
        self._write()

    def _read(self):
        try:
            with open(self._path, "rb") as file:
                data = file.read()
        except OSError:
            data = b""
        if len(data) < 4 or struct.unpack("<I", data[-4:])[0] != crc32(data[:-4]):
            return 0, 0, 0, 0, 0
        return struct.unpack(_FORMAT, data[:-4])

    def _write(self):
        # As storage.blob, which is inside the slots.
        data = struct.pack(_FORMAT, self.active, self._trial, self.reverted, *self._builds)
        with open(self._path + ".tmp", "wb") as file:
            file.write(data + struct.pack("<I", crc32(data)))
            file.flush()
            if hasattr(self._os, "fsync"):
                self._os.fsync(file.fileno())
        self._os.rename(self._path + ".tmp", self._path)
