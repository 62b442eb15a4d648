"""Two firmwares on the file system, `a` and `b`, and which of them starts. Stands beside main.py, outside of both.

An update writes the slot that does not run, and then `install` changes which one does, in one rename. The new one is on
trial: unless it says that it runs well (`keep`) within TRIALS starts, the one before comes back.
"""

import struct
from binascii import crc32

NAMES = "ab"
TRIALS = 3
_FORMAT = "<BBBII"  # slot that starts, starts left on trial, a firmware was put back (2: untold), build of a, of b
_UNTOLD = 2


class Slots:
    """`root`: the file system's. `reverted`: a firmware was put back, and the other slot's did not run well."""

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

        What the firmware is to know: (slot, whether it is on trial, whether it was put back and that is not `told`).
        """
        if self._trial:
            self._count_start()
        for slot in (0, 1):
            try:
                self._os.remove(
                    self.folder(slot) + ".manifest"
                )  # of an update that power cut short
            except OSError:
                pass  # there is none
        for folder in (self.folder(self.active), NAMES[self.active]):
            try:
                self._os.stat(folder)
            except OSError:
                continue  # on the twin they stand beside main.py
            path.insert(0, folder)
            break
        return self.active, self.on_trial, self.reverted == _UNTOLD

    def _count_start(self):
        self._trial -= 1
        if not self._trial:
            self.active = self.other
            self.reverted = _UNTOLD
        try:
            self._write()
        except OSError:
            pass  # a start must not fail for it: this one is not counted

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
        self.reverted = _UNTOLD
        self._write()
        return True

    def keep(self):
        """The firmware runs well: it is not on trial any more. Raises OSError: then it still is."""
        self._trial = 0
        self._write()

    def told(self):
        """A record says that a firmware was put back. Raises OSError."""
        self.reverted = 1
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
