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
FORMAT, SIGNATURE, HASH, BOARD, OLDER, NO_KEY, ORDER, UNFINISHED, ON_TRIAL = range(1, 10)


class UpdateError(Exception):
    """The bundle is not taken; `args[0]` says why: one of the above."""


class Update:
    """`slots`: slots.Slots; `board`: name of this one; `key`: 32 bytes.

    The heap is in pieces by the time of an update, so nothing large is held: the manifest too goes through a file.
    """

    def __init__(self, slots, board, key, os_module):
        if slots.on_trial:
            raise UpdateError(ON_TRIAL)  # the other slot is what a bad one would go back to
        self._slots = slots
        self._board = board
        self._key = key
        self._os = os_module
        self.slot = slots.other
        self._folder = slots.folder(self.slot)
        self._manifest_path = self._folder + ".manifest"
        self._head = b""
        self._rows = None  # of the manifest, those of files that are to come
        self._file = None  # the manifest, then one file after the other
        self._left = 0
        self._build = 0
        self.received = 0

    def take(self, offset, data):
        """The next bytes of the bundle; how many are there now. Raises UpdateError, OSError."""
        if offset != self.received:
            raise UpdateError(ORDER)
        self.received += len(data)
        while data:
            data = self._fill(data) if self._file else self._begin(data)
        return self.received

    def finish(self):
        """All has come: the other slot starts from now on. Raises UpdateError, OSError."""
        if not self._rows or self._file or self._rows.readline():
            raise UpdateError(UNFINISHED)
        self.close()
        self._slots.install(self._build)

    def close(self):
        """Gives open files back."""
        for file in (self._file, self._rows):
            if file:
                file.close()

    def _begin(self, data):
        """Gathers the head; the manifest comes after it."""
        if len(self._head) == _HEAD:
            raise UpdateError(FORMAT)  # more than the manifest tells
        missing = _HEAD - len(self._head)
        self._head += data[:missing]
        if len(self._head) == _HEAD:
            magic, size, _ = struct.unpack("<4sH64s", self._head)
            if magic != _MAGIC or not 0 < size <= _MAX_MANIFEST:
                raise UpdateError(FORMAT)
            self._expect(self._manifest_path, size)
        return data[missing:]

    def _expect(self, path, size):
        self._left = size
        self._hash = hashlib.sha256()
        self._file = open(path, "wb")  # noqa: SIM115 (open until it is whole)

    def _fill(self, data):
        piece = data[: self._left]
        self._file.write(piece)
        self._hash.update(piece)
        self._left -= len(piece)
        if not self._left:
            self._settle()
        return data[len(piece) :]

    def _settle(self):
        """A file is whole; the manifest is the first."""
        self._file.close()
        self._file = None
        digest = self._hash.digest()
        if not self._rows:
            self._admit(digest)
        elif hexlify(digest).decode() != self._digest:
            raise UpdateError(HASH)
        self._open()

    def _admit(self, digest):
        from ed25519 import verify
        from unload import unload

        genuine = verify(self._key, _CONTEXT + digest, self._head[-64:])
        unload("ed25519")
        if not genuine:
            raise UpdateError(SIGNATURE)
        self._rows = open(self._manifest_path)  # noqa: SIM115 (read as the files come)
        _, _, build, board = self._rows.readline().split()
        if board != self._board:
            raise UpdateError(BOARD)
        if int(build) < self._slots.build:
            raise UpdateError(OLDER)
        self._build = int(build)
        self._clear(self._folder)
        self._make(self._folder)

    def _open(self):
        """The next file of the manifest; an empty one is whole at once."""
        row = self._rows.readline()
        if not row:
            return
        self._digest, size, path = row.rstrip("\n").split(" ", 2)
        if path.startswith("/") or ".." in path:
            raise UpdateError(FORMAT)
        if "/" in path:
            self._make(self._folder + "/" + path.rsplit("/", 1)[0])
        self._expect(self._folder + "/" + path, int(size))
        if not self._left:
            self._settle()

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


def answer(clip, fields, key, refusal):
    """The value that answers update_begin, update_data or update_end. Raises `refusal`."""
    try:
        return _carry_out(clip, fields, key)
    except UpdateError as error:
        if _now and error.args[0] != ORDER:
            _now[0].close()
            _note(clip, "refused", _now[0].slot)
            _restart(clip, _FAREWELL_MS)
        raise refusal("bad_update", error.args[0]) from None
    except OSError:
        raise refusal("storage", 0) from None


def _carry_out(clip, fields, key):
    if "size" in fields:
        if not _now or _now[1] != fields["size"]:
            _now[:] = _begin(clip, key), fields["size"]
        return _now[0].received
    if not _now:
        raise UpdateError(ORDER)
    if "offset" in fields:
        return _now[0].take(fields["offset"], fields["data"])
    _now[0].finish()
    _note(clip, "installed", _now[0].slot)
    _restart(clip, _FAREWELL_MS)
    return 0


def _begin(clip, key):
    from slots import Slots

    board = clip.board
    begun = Update(Slots(board.filesystem_root(), os), board.NAME, key, os)
    _note(clip, "started", begun.slot)
    _restart(clip, _DUE_MS)
    return begun


def _note(clip, result, slot):
    clip.note("update", {"result": result, "slot": slot})


def _restart(clip, after_ms):
    async def wait():
        await asyncio.sleep_ms(after_ms)
        clip.crashed = True  # restarts, and is not counted
        clip.stopped.set()

    asyncio.create_task(wait())
