"""Takes a signed firmware, piece by piece, into the slot that does not run. Loaded for an update only.

A bundle: "PB1\\n", length of the manifest (u16), Ed25519 signature (64 bytes), manifest, then the files back to back.
The manifest is text: `poise VERSION BUILD BOARD`, then `SHA256 SIZE PATH` for each file. The signature is of "Poise
bundle 1\\n" and the manifest's SHA-256; it is checked before a file is written, each file's hash when it is whole.
"""

import asyncio
import hashlib
import os
import struct
from binascii import hexlify

_HEAD = struct.calcsize("<4sH64s")
_MAGIC = b"PB1\n"
_CONTEXT = b"Poise bundle 1\n"
_MAX_MANIFEST = 8192

# Details of the error `bad_update`.
FORMAT, SIGNATURE, HASH, BOARD, OLDER, NO_KEY, ORDER, UNFINISHED = range(1, 9)


class UpdateError(Exception):
    """The bundle is not taken; `args[0]` says why: one of the above."""


class Update:
    """`slots`: slots.Slots; `board`: name of this one; `key`: 32 bytes, or None when the clip trusts nobody."""

    def __init__(self, slots, board, key, os_module):
        if not key:
            raise UpdateError(NO_KEY)
        self._slots = slots
        self._board = board
        self._key = key
        self._os = os_module
        self.slot = slots.other
        self._folder = slots.folder(self.slot)
        self._pending = b""  # of what is being gathered: the head, then the manifest
        self._wanted = _HEAD
        self._signature = None
        self._rows = None  # of the manifest, those of files that are to come
        self._file = None
        self._left = 0
        self._build = 0
        self.received = 0

    def take(self, offset, data):
        """The next bytes of the bundle; how many are there now. Raises UpdateError, OSError."""
        if offset != self.received:
            raise UpdateError(ORDER)
        self.received += len(data)
        while data:
            data = self._gather(data) if self._rows is None else self._fill(data)
        return self.received

    def finish(self):
        """All has come: the other slot starts from now on. Raises UpdateError, OSError."""
        if self._rows is None or self._rows or self._file:
            raise UpdateError(UNFINISHED)
        self._slots.install(self._build)

    def close(self):
        """Gives an open file back."""
        if self._file:
            self._file.close()

    def _gather(self, data):
        missing = self._wanted - len(self._pending)
        self._pending += data[:missing]
        if len(self._pending) == self._wanted:
            whole, self._pending = self._pending, b""
            if self._signature is None:
                self._begin(whole)
            else:
                self._admit(whole)
        return data[missing:]

    def _begin(self, head):
        magic, self._wanted, self._signature = struct.unpack("<4sH64s", head)
        if magic != _MAGIC or not 0 < self._wanted <= _MAX_MANIFEST:
            raise UpdateError(FORMAT)

    def _admit(self, manifest):
        from ed25519 import verify
        from unload import unload

        message = _CONTEXT + hashlib.sha256(manifest).digest()
        genuine = verify(self._key, message, self._signature)
        unload("ed25519")
        if not genuine:
            raise UpdateError(SIGNATURE)
        first, *rows = manifest.decode().split("\n")
        _, _, build, board = first.split(" ")
        if board != self._board:
            raise UpdateError(BOARD)
        if int(build) < self._slots.build:
            raise UpdateError(OLDER)
        self._build = int(build)
        self._rows = [row for row in rows if row]
        self._clear(self._folder)
        self._make(self._folder)
        self._open()

    def _open(self):
        """The next file of the manifest; an empty one is whole at once."""
        while self._rows:
            self._digest, size, path = self._rows.pop(0).split(" ", 2)
            if path.startswith("/") or ".." in path:
                raise UpdateError(FORMAT)
            if "/" in path:
                self._make(self._folder + "/" + path.rsplit("/", 1)[0])
            self._left = int(size)
            self._hash = hashlib.sha256()
            self._file = open(self._folder + "/" + path, "wb")  # noqa: SIM115 (open until it is whole)
            if self._left:
                return
            self._settle()

    def _fill(self, data):
        if not self._file:
            raise UpdateError(FORMAT)  # more than the manifest tells
        piece = data[: self._left]
        self._file.write(piece)
        self._hash.update(piece)
        self._left -= len(piece)
        if not self._left:
            self._settle()
            self._open()
        return data[len(piece) :]

    def _settle(self):
        self._file.close()
        self._file = None
        if hexlify(self._hash.digest()).decode() != self._digest:
            raise UpdateError(HASH)

    def _make(self, folder):
        try:
            self._os.mkdir(folder)
        except OSError:
            pass  # it is there; if not, opening a file in it says so

    def _clear(self, folder):
        try:
            names = self._os.listdir(folder)
        except OSError:
            return
        for name in names:
            path = folder + "/" + name
            if self._os.stat(path)[0] & 0x4000:
                self._clear(path)
                self._os.rmdir(path)
            else:
                self._os.remove(path)


# --- what hosts ask

_DUE_MS = 900_000  # within which an update has to be complete
_FAREWELL_MS = 1_000  # for the last reply
_now = []  # the update that is under way and its size


def answer(clip, fields, refusal):
    """The value that answers update_begin, update_data or update_end. Raises `refusal`."""
    try:
        return _carry_out(clip, fields)
    except UpdateError as error:
        if _now and error.args[0] != ORDER:
            _now[0].close()
            _note(clip, "refused", _now[0].slot)
            _restart(clip, _FAREWELL_MS)
        raise refusal("bad_update", error.args[0]) from None
    except OSError:
        raise refusal("storage", 0) from None


def _carry_out(clip, fields):
    if "size" in fields:
        if not _now or _now[1] != fields["size"]:
            _now[:] = _begin(clip), fields["size"]
        return _now[0].received
    if not _now:
        raise UpdateError(ORDER)
    if "offset" in fields:
        return _now[0].take(fields["offset"], fields["data"])
    _now[0].finish()
    _note(clip, "installed", _now[0].slot)
    _restart(clip, _FAREWELL_MS)
    return 0


def _begin(clip):
    from asleep import fall_asleep
    from slots import Slots

    board = clip.board
    begun = Update(Slots(board.filesystem_root(), os), board.NAME, _trusted_key(), os)
    fall_asleep(clip)  # an update needs the room; the clip starts anew in any case
    _note(clip, "started", begun.slot)
    _restart(clip, _DUE_MS)
    return begun


def _trusted_key():
    """32 bytes, or None: only the cable writes this file, beside main.py."""
    try:
        with open("key", "rb") as file:
            return file.read()
    except OSError:
        return None


def _note(clip, result, slot):
    clip.note("update", {"result": result, "slot": slot})


def _restart(clip, after_ms):
    async def wait():
        await asyncio.sleep_ms(after_ms)
        clip.crashed = True  # restarts, and is not counted
        clip.stopped.set()

    asyncio.create_task(wait())
