"""The wipe of the clip for its next wearer. Loaded for it, then unloaded.

A wipe is promised by a small file and carried out at the start, before anything else is read: so a power cut in it is
no other case, the next start goes on. What belongs to the clip itself stays: its firmware, the key that it trusts, the
correction of its accelerometer, the count of crashes, and the numbers of the log, which never repeat.

littlefs frees what is removed and does not write over it.
"""

import struct

from storage import segments
from storage.blob import BlobError, read_blob, write_blob

_PROMISE = "/wipe"
_FORMAT = "<HI"  # as of the log's guard: boot, first number that the log may give
_KEPT = ("boot", "slots", "key", "accelerometer", "crashes", "wipe")
_CODE = (".py", ".mpy", ".manifest")
_FOLDER = 0x4000
_ENOENT = 2


def promise(base: str, boot: int, next_seq: int, os_module: "Os") -> None:
    """Let the next start wipe the clip. The log then goes on at `next_seq`. Raises OSError: nothing is promised."""
    write_blob(base + _PROMISE, struct.pack(_FORMAT, boot, next_seq), os_module)


def finish(base: str, os_module: "Os") -> None:
    """Carry out what was promised. A flash that fails leaves the rest to the next start."""
    try:
        _wipe(base, os_module)
    except OSError:
        pass  # the promise still stands


def _wipe(base: str, os_module: "Os") -> None:
    try:
        guard = read_blob(base + _PROMISE)
    except BlobError:
        guard = None  # the log's own guard holds: numbers are left out, and none repeats
    for name in _names(base + "/log", os_module):
        if name.endswith((segments.SUFFIX, ".tmp")):
            os_module.remove(base + "/log/" + name)
    for name in _names(base, os_module):
        path = base + "/" + name
        kept = name in _KEPT or name.endswith(_CODE)
        if not kept and not os_module.stat(path)[0] & _FOLDER:
            os_module.remove(path)
    if guard and len(guard) == struct.calcsize(_FORMAT):
        write_blob(base + "/boot", guard, os_module)
    os_module.remove(base + _PROMISE)


def _names(folder: str, os_module: "Os") -> "list[str]":
    try:
        return os_module.listdir(folder or "/")
    except OSError as error:
        if error.args[0] != _ENOENT:
            raise  # else what can't be listed would count as wiped
        return []
