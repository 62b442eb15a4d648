"""The files of the timetable: what a host wrote, and what was shown since. Loaded when needed, then unloaded."""

import os
import struct

from storage.blob import BlobError, read_blob, write_blob
from wire import timetable as layout

_DAY_S = 86_400
_SAME_S = 30  # two times of one showing differ by less: the host maps the clip's clock to its own
_SLACK_S = 3_600
_SHOWN = "<IB"  # end of the timetable whose end was noted; number of the move breaks; LAST twice and the times follow
_NONE = (0, 0, 0, 0, 0)


class Timetable:
    """The timetable and what was shown. `head`, `last`, `entries`: see `wire.timetable`.

    `written`: there is a timetable. `allowed`: bits of the hours in which a move break may come. `utc_s`: leave out a
    moment shown that is yet to come, because the clock was wrong.
    """

    def __init__(self, clip: "Clip", utc_s: "int | None" = None) -> None:
        self.written = False
        self.head: "tuple[int, ...]" = ()
        self.allowed = b""
        self.entries: "list[tuple[int, ...]]" = []
        self.last = self._before = _NONE
        self.again_number = 0  # the host's own, for the repetition of the last moment
        self.breaks: "list[int]" = []  # times of the move breaks
        self.others: "list[int]" = []  # times of the other reminders
        self.ended_s = 0
        data = read(clip, "timetable")
        if data and data[layout.FORMAT_AT] == layout.FORMAT:
            self._take_written(data)
        data = read(clip, "reminded")
        if data:
            self._take_shown(data, utc_s)

    def _take_written(self, data: bytes) -> None:
        at = struct.calcsize(layout.HEAD)
        *head, self.allowed = struct.unpack(layout.HEAD, data[:at])
        self.head = tuple(head)
        self.written = True
        self.last = struct.unpack_from(layout.LAST, data, at)
        self.again_number = self.last[0]
        at += struct.calcsize(layout.LAST)
        for _ in range(data[layout.ENTRIES]):
            self.entries.append(struct.unpack_from(layout.ENTRY, data, at))
            at += struct.calcsize(layout.ENTRY)
        self._take_times(data[at:], data[layout.BREAKS])

    def _take_shown(self, data: bytes, utc_s: "int | None") -> None:
        at = struct.calcsize(_SHOWN)
        self.ended_s, breaks = struct.unpack(_SHOWN, data[:at])
        for _ in range(2):
            last = struct.unpack_from(layout.LAST, data, at)
            at += struct.calcsize(layout.LAST)
            # The later moment counts, and of one moment the later news.
            if self.last[1:3] < last[1:3] and (utc_s is None or last[1] <= utc_s + _SLACK_S):
                self._before, self.last = self.last, last
        self._take_times(data[at:], breaks)

    def _take_times(self, data: bytes, breaks: int) -> None:
        times = struct.unpack("<%dI" % (len(data) // 4), data)
        for index in range(len(times)):
            kept = self.breaks if index < breaks else self.others
            if not any([abs(times[index] - at_s) < _SAME_S for at_s in kept]):
                kept.append(times[index])

    def shown(self, number: int, at_s: int, utc_s: int, comes_again: bool = True) -> None:
        """Take note that the moment `at_s` is shown now."""
        _, last_s, _, _, showings = self.last
        showings = showings + 1 if at_s == last_s else 1
        again_s = 0
        if comes_again:
            self.others.append(utc_s)
            if showings < self.head[layout.SHOWINGS]:
                again_s = utc_s + 60 * self.head[layout.AGAIN_MIN]
        if at_s != last_s:
            self._before = self.last
        self.last = (number, at_s, utc_s, again_s, showings)

    def shown_since(self, utc_s: int, window_s: int) -> int:
        """Number of reminders within the last `window_s` seconds."""
        return len(recent(self.breaks + self.others, utc_s, window_s))

    def keep(self, clip: "Clip", utc_s: int) -> bool:
        """Store what was shown. Return False, with a fault record, if the flash fails."""
        most = layout.MAX_SHOWN // 2
        breaks = recent(self.breaks, utc_s, _DAY_S)[-most:]
        times = breaks + recent(self.others, utc_s, _DAY_S)[-most:]
        data = struct.pack(_SHOWN, self.ended_s, len(breaks))
        for last in (self._before, self.last):  # the one before counts again after a wrong clock
            data += struct.pack(layout.LAST, *last)
        try:
            data += struct.pack("<%dI" % len(times), *times)
            write_blob(path(clip, "reminded"), data, os)
        except OSError as error:
            clip.fault("flash_write", error.args[0])
            return False
        return True


def recent(times: "list[int]", utc_s: int, window_s: int) -> "list[int]":
    """Return the times within the last `window_s` seconds."""
    return [at_s for at_s in times if utc_s - window_s < at_s <= utc_s]


def read(clip: "Clip", name: str) -> "bytes | None":
    """Return what this file holds, or None if it is missing or damaged."""
    try:
        return read_blob(path(clip, name))
    except BlobError:
        return None


def path(clip: "Clip", name: str) -> str:
    """Return the path of this file of the clip."""
    return clip.board.filesystem_root().rstrip("/") + "/" + name
