"""The clip's settings: validated integers in a file with a checksum; an unreadable file gives the defaults."""

import struct

from storage.blob import BlobError, read_blob, write_blob
from wire.table import names

# Name (wire ENUMS "setting", same order) -> default, least, greatest. Defaults: docs/plan.md tells the reasons.
TABLE = {
    "site": (2, 0, 2),  # wire ENUMS "site": the collar, where a day's breaks are reminded
    "nudge_enabled": (1, 0, 1),
    "flexed_threshold_cdeg": (2000, 500, 9000),
    "hysteresis_cdeg": (500, 100, 2000),
    "hold_limit_ms": (
        0,
        0,
        3_600_000,
    ),  # 0: by site, ISO 11226's holding time at the head, 4 min at the collar
    "refractory_s": (1200, 0, 86_400),
    "nudges_per_hour": (3, 0, 60),
    "nudges_per_day": (10, 0, 200),
    "snooze_s": (3600, 0, 86_400),
    "buzz_strength_pct": (60, 0, 100),
    "plan_version": (0, 0, 0x7FFFFFFF),
    "nod_enabled": (1, 0, 1),
}
NAMES = tuple(names("setting"))


class SettingError(Exception):
    """A value outside its range, or no such setting."""


class Settings:
    """`path` is the file; `corrupt` tells that it was there and unreadable."""

    def __init__(self, path, os_module):
        self._path = path
        self._os = os_module
        self._values = [TABLE[name][0] for name in NAMES]
        self.corrupt = False
        self._load()

    def get(self, name):
        """Value of a setting in the unit of its name. Raises SettingError."""
        return self._values[_index(name)]

    def set(self, name, value):
        """Changes a setting; stored when it returns. Raises SettingError, or OSError when it cannot be stored."""
        index = _index(name)
        _, low, high = TABLE[name]
        if not low <= value <= high:
            raise SettingError("%s: %d is not in %d..%d" % (name, value, low, high))
        before = self._values[index]
        self._values[index] = value
        try:
            write_blob(self._path, struct.pack("<%di" % len(NAMES), *self._values), self._os)
        except OSError:
            self._values[index] = before
            raise

    def _load(self):
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


def _index(name):
    if name not in NAMES:
        raise SettingError("no setting '%s'" % name)
    return NAMES.index(name)
