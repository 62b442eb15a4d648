"""The clip's settings: validated integers in a file with a checksum; an unreadable file gives the defaults."""

import struct

from storage.blob import BlobError, read_blob, write_blob
from system.unload import unload
from wire.table import names


class SettingError(Exception):
    """A value outside its range, or no such setting."""


class Settings:
    """The settings, stored in the file `path`. `corrupt`: the file was there, but unreadable or out of range."""

    def __init__(self, path: str, os_module: "Os") -> None:
        self._path = path
        self._os = os_module
        self._values = []
        self.corrupt = False
        self._load()

    def get(self, name: str) -> int:
        """Return a setting's value in the unit of its name. Raises SettingError."""
        return self._values[_index(name)]

    def set(self, name: str, value: int) -> None:
        """Change a setting and store it. Raises SettingError, or OSError when it cannot be stored."""
        from storage.limits import TABLE

        index = _index(name)
        _, low, high = TABLE[name]
        unload("storage.limits")
        if not low <= value <= high:
            raise SettingError("%s: %d is not in %d..%d" % (name, value, low, high))
        before = self._values[index]
        self._values[index] = value
        try:
            write_blob(self._path, struct.pack("<%di" % len(self._values), *self._values), self._os)
        except OSError:
            self._values[index] = before
            raise

    def _load(self) -> None:
        from storage.limits import NAMES, TABLE

        self._values = [TABLE[name][0] for name in NAMES]
        unload("storage.limits")
        try:
            data = read_blob(self._path)
        except BlobError:
            self.corrupt = True
            return
        if data is None:
            return
        # A file of an older or newer firmware has fewer or more settings: those that both know count.
        count = min(len(data) // 4, len(NAMES))
        stored = struct.unpack("<%di" % count, data[: 4 * count])
        for index, value in enumerate(stored):
            _, low, high = TABLE[NAMES[index]]
            if low <= value <= high:
                self._values[index] = value
            else:
                self.corrupt = True


def _index(name: str) -> int:
    known = names("setting")
    if name not in known:
        raise SettingError("no setting '%s'" % name)
    return known.index(name)
