"""Installer of signed firmware: takes a bundle piece by piece into the slot that does not run. Loaded for updates only.

A bundle: "PB1\\n", length of the manifest (u16), Ed25519 signature (64 bytes), manifest, then the files back to back.
The manifest is text: `poise VERSION BUILD BOARD ARCH`, then `SHA256 SIZE PATH` for each file, by path. ARCH is
mpy-cross's name of the files' architecture, or `source`. The signature is of "Poise bundle 1\\n" and the manifest's
SHA-256. It is checked before a file of the firmware is written; before the check, only the manifest is kept, in a file
that the next start removes. Each file's hash is checked when the file is whole.

In front of a bundle may stand statements of other keys, the oldest first: "PK1\\n", 68 (u16), signature (64 bytes),
then the keys and their number as `trust.py` keeps them. The signature is of "Poise keys 1\\n" and these 68 bytes, by
the root key that the clip trusts by then. A statement takes effect at once, whatever becomes of the bundle after it.
There may be no bundle at all.

The files go into a folder beside the slot. That folder becomes the slot when all files are there: a slot is never half
a firmware.
"""

import asyncio
import gc
import hashlib
import os
import struct
import sys
from binascii import hexlify, unhexlify

from wire.table import names

_HEAD = struct.calcsize("<4sH64s")
_MAGIC = b"PB1\n"
_STATEMENT_MAGIC = b"PK1\n"
_STATEMENT_BYTES = 68  # after its head
_CONTEXT = b"Poise bundle 1\n"
_MAX_MANIFEST = 8192
_MAX_BUILD = 0xFFFFFFFF  # the largest build number that `slots` can keep
_BLOCK_BYTES = 4096  # of the flash: each file takes whole blocks
_MAX_BLOCKS = 128  # of a slot


class UpdateError(Exception):
    """A refused bundle. `args[0]` is the reason, wire ENUMS "update_refusal". All reasons but "order" end the
    update."""


class Update:
    """One update. After an exception other than UpdateError("order") it takes nothing more, and `finish` refuses.

    `slots`: slots.Slots; `board`: name of this board; `keys`: the trusted ones (trust.py); `size`: bytes of the bundle;
    `feed`: called now and then during long work. The heap is fragmented by the time of an update, so nothing large is
    held: the manifest too goes through a file.
    """

    def __init__(
        self,
        slots: "Slots",
        board: str,
        keys: bytes,
        os_module: "Os",
        size: int,
        feed: "Callable[[], None]",
    ) -> None:
        if slots.on_trial:
            raise UpdateError("on_trial")  # a bad firmware would go back to the other slot
        self._slots = slots
        self._board = board.encode()
        self.keys = keys
        self._os = os_module
        self.size = size
        self._feed = feed
        self._slot = slots.folder(slots.other)
        self._folder = self._slot + ".new"
        self._manifest_path = self._slot + ".manifest"
        self._head = b""
        self._head_bytes = _HEAD  # of the head; of a statement, all of it
        self._start = 0  # where the head begins: statements stand before
        self._rows = None  # the manifest's file, at the row of the next file
        self._file = None  # the manifest, then one file after the other
        self._left = 0
        self._after = 0  # bytes of all files
        self.build = 0  # until a bundle is admitted
        self._sound = True  # nothing has gone wrong
        self._whole = False  # the last file, or the last statement, is complete
        self.installed = False  # nothing more is to come
        self.received = 0

    def take(self, offset: int, data: "Buffer") -> int:
        """Take the next bytes of the bundle; return the number received so far. Raises UpdateError, OSError,
        MemoryError."""
        if offset != self.received or not self._sound:
            raise UpdateError("order")
        self._sound = False  # until all of the data is processed
        self.received += len(data)
        if self.received > self.size:
            raise UpdateError("format")
        while data:
            data = self._fill(data) if self._file else self._begin(data)
        self._sound = True
        return self.received

    def finish(self) -> None:
        """Let the other slot start from now on: all files are there. Without a bundle, nothing is left to do.

        Raises UpdateError, OSError, MemoryError.
        """
        sound, self._sound = self._sound, False
        if not sound:
            raise UpdateError("order")
        if not self._whole or self.received != self.size:
            raise UpdateError("unfinished")
        self.abandon()
        if self.build:
            self._os.rename(self._folder, self._slot)
            self._slots.install(self.build)
        self.installed = True

    def abandon(self) -> None:
        """Close open files and remove the manifest. Never raises."""
        self._sound = False
        for file in (self._file, self._rows):
            try:
                if file:
                    file.close()
            except Exception:  # noqa: BLE001
                pass  # the file is not needed any more
        self._file = self._rows = None
        try:
            self._os.remove(self._manifest_path)
        except Exception:  # noqa: BLE001
            pass  # there is no such file, or the next start tries again

    def _begin(self, data: "Buffer") -> "Buffer":
        """Gather a statement of other keys, or the bundle's head; after the head, expect the manifest."""
        if self.build:
            raise UpdateError("format")  # more bytes than the manifest lists
        self._whole = False
        missing = self._head_bytes - len(self._head)
        self._head += data[:missing]
        if len(self._head) == self._head_bytes:
            self._begun()
        return data[missing:]

    def _begun(self) -> None:
        """Handle a complete head, or a complete statement. Raises UpdateError, OSError, MemoryError."""
        magic, size = struct.unpack("<4sH", self._head[:6])
        if magic == _STATEMENT_MAGIC and size == _STATEMENT_BYTES:
            if self._head_bytes == _HEAD:
                self._head_bytes += size
            else:
                self._change_keys()
            return
        self._after = self.size - self._start - _HEAD - size
        if magic != _MAGIC or not 0 < size <= _MAX_MANIFEST or self._after < 0:
            raise UpdateError("format")
        self._expect(self._manifest_path, size)

    def _change_keys(self) -> None:
        """Take a complete statement of other keys. Raises UpdateError, OSError, MemoryError."""
        from update.trust import changed  # which is in memory already

        self.keys = changed(self.keys, self._head[6:], self._verify, self._os)
        if not self.keys:
            raise UpdateError("signature")
        self._start += self._head_bytes
        self._head, self._head_bytes, self._whole = b"", _HEAD, True

    def _expect(self, path: str, size: int) -> None:
        self._left = size
        self._hash = hashlib.sha256()
        self._file = open(path, "wb")  # noqa: SIM115 (open until it is whole)

    def _fill(self, data: "Buffer") -> "Buffer":
        piece = data[: self._left]
        if self._file.write(piece) != len(piece):
            raise OSError(28)  # ENOSPC
        self._hash.update(piece)
        self._left -= len(piece)
        if not self._left:
            digest = self._close()
            if not self._rows:
                self._admit(digest)
            elif digest != self._digest:
                raise UpdateError("hash")
            self._next()
        return data[len(piece) :]

    def _close(self) -> bytes:
        """Close the complete file; return its SHA-256 in hexadecimal digits."""
        file, self._file = self._file, None
        file.close()
        return hexlify(self._hash.digest())

    def _admit(self, digest: bytes) -> None:
        """Check the complete manifest: signature, board, build and rows. Raises UpdateError, OSError."""
        signed = _CONTEXT + unhexlify(digest)
        if not self._verify(self.keys[32:64], signed, self._head[6:]):
            raise UpdateError("signature")
        self._rows = open(self._manifest_path, "rb")  # noqa: SIM115 (read as the files come)
        first = self._rows.readline()
        try:
            word, _, build, board, arch = first.rstrip(b"\n").split(b" ")
            self.build = _number(build)
        except ValueError:
            raise UpdateError("format") from None
        if word != b"poise" or not 0 < self.build <= _MAX_BUILD:
            raise UpdateError("format")
        if board != self._board or not _runs(arch):
            raise UpdateError("board")
        if self.build < self._slots.build:
            raise UpdateError("older")
        self._check_rows()
        self._rows.seek(len(first))
        self._clear(self._folder)  # left by an update that broke off
        try:
            self._os.rename(self._slot, self._folder)  # at once: half removed it must not start
        except OSError:
            pass  # no such folder; if the rename failed otherwise, the one at the end fails too and reports it
        self._clear(self._folder)
        self._os.mkdir(self._folder)

    def _verify(self, key: bytes, message: bytes, signature: bytes) -> bool:
        from update.ed25519 import verify
        from system.unload import unload

        gc.collect()
        if hasattr(gc, "threshold"):  # with it, collecting takes most of the time
            threshold = gc.threshold()
            gc.threshold(-1)
        try:
            return verify(key, message, signature, self._feed)
        finally:
            unload("update.ed25519")
            if hasattr(gc, "threshold"):
                gc.threshold(threshold)
                gc.collect()

    def _check_rows(self) -> None:
        """Check that every row is well formed, no path comes twice, and the sizes add up. Raises UpdateError."""
        left = self._after
        blocks = 0
        before = ""
        row = self._rows.readline()
        if not row:
            raise UpdateError("format")
        while row:
            _, size, path = _parts(row)
            if path <= before:
                raise UpdateError("format")
            before = path
            left -= size
            blocks += (size + _BLOCK_BYTES - 1) // _BLOCK_BYTES
            row = self._rows.readline()
        if left or blocks > _MAX_BLOCKS:
            raise UpdateError("format")

    def _next(self) -> None:
        """Begin the next file of the manifest. An empty file is complete at once."""
        while True:
            row = self._rows.readline()
            if not row:
                self._whole = True
                return
            self._digest, size, path = _parts(row)
            if "/" in path:
                self._make(self._folder + "/" + path.rsplit("/", 1)[0])
            self._expect(self._folder + "/" + path, size)
            if size:
                return
            if self._close() != self._digest:
                raise UpdateError("hash")

    def _make(self, folder: str) -> None:
        try:
            self._os.mkdir(folder)
        except OSError:
            pass  # the folder exists; otherwise opening a file in it fails and reports that

    def _clear(self, folder: str) -> None:
        """Removes a folder and all that is in it."""
        try:
            names = self._os.listdir(folder)
        except OSError:
            return
        for name in names:
            self._feed()
            path = folder + "/" + name
            if self._os.stat(path)[0] & 0x4000:
                self._clear(path)
            else:
                self._os.remove(path)
        self._os.rmdir(folder)


def _runs(arch: bytes) -> bool:
    """True if this MicroPython loads files of that architecture. Sources run everywhere."""
    if arch == b"source":
        return True
    number = getattr(sys.implementation, "_mpy", 0) >> 10 & 15
    # As py/persistentcode.h numbers them.
    return {1: b"x86", 2: b"x64", 10: b"xtensawin", 11: b"rv32imc"}.get(number) == arch


def _number(digits: bytes) -> int:
    if not digits.isdigit() or len(digits) > 10:
        raise ValueError
    return int(digits)


def _parts(row: bytes) -> "tuple[bytes, int, str]":
    """Return (hash in hexadecimal digits, size, path) of a manifest's row. Raises UpdateError."""
    try:
        digest, size, path = row.rstrip(b"\n").split(b" ", 2)
        size, path = _number(size), path.decode()
    except ValueError:
        raise UpdateError("format") from None
    for part in path.split("/"):
        if part in ("", ".", "..") or min(part) <= " ":
            raise UpdateError("format")
    return digest, size, path


# --- requests of hosts

_DUE_MS = 900_000  # an update must be complete within this time
_FAREWELL_MS = 1_000  # time to send the last reply
_now = []  # the update that is under way, or is installed
_failure = []  # once it has failed: why, for all that comes until the restart


def answer(clip: "Clip", fields: "Fields", keys: bytes, refusal: "Refusal") -> int:
    """Return the value that answers update_begin, update_data or update_end. Raises `refusal`, and nothing else."""
    if _failure:
        raise _refused(refusal, _failure[0])
    try:
        return _carry_out(clip, fields, keys)
    except UpdateError as error:
        why = error.args[0]
    except MemoryError:
        why = "memory"
    except OSError:
        why = "storage"
    except Exception:  # noqa: BLE001 (a fault of ours must not be one that a host can crash the clip with)
        why = "format"
    if why != "order":
        _end(clip, why)
    raise _refused(refusal, why)


def _refused(refusal: "Refusal", why: str) -> Exception:
    """Return `refusal` with the error's name and its detail. `why`: wire ENUMS "update_refusal", or "storage"."""
    if why == "storage":
        return refusal(why, 0)
    return refusal("bad_update", names("update_refusal").index(why))


def _carry_out(clip: "Clip", fields: "Fields", keys: bytes) -> int:
    update = _now[0] if _now else None
    if "size" in fields and not (update and (update.installed or update.size == fields["size"])):
        update = _begin(clip, keys, fields["size"])
    if not update or fields.get("size", update.size) != update.size:
        raise UpdateError("order")
    if "size" in fields:
        return update.received
    if "offset" in fields:
        keys = update.keys
        try:
            return update.take(fields["offset"], fields["data"])
        finally:
            if update.keys not in (keys, b""):
                _note(clip, "rekeyed")
    if not update.installed:  # else the host asks again, as the reply was lost
        update.finish()
        _restart(clip, _FAREWELL_MS)
        if update.build:
            _note(clip, "installed")
    return 0


def _begin(clip: "Clip", keys: bytes, size: int) -> "Update":
    from slots import Slots

    while _now:
        _now.pop().abandon()
    board = clip.board
    slots = Slots(board.filesystem_root(), os)
    if slots.active != clip.slot:
        raise OSError(5)  # EIO: it was not read; what runs would be written over
    _now.append(Update(slots, board.NAME, keys, os, size, clip.feed))
    _restart(clip, _DUE_MS, _now[0])
    _note(clip, "started")
    return _now[0]


def _end(clip: "Clip", why: str) -> None:
    """End the update: nothing more is taken, and the clip restarts with its old firmware."""
    _failure.append(why)
    while _now:
        _now.pop().abandon()
    gc.collect()
    try:
        _restart(clip, _FAREWELL_MS)
        _note(clip, "refused")
    except MemoryError:
        clip.request_restart()


def _note(clip: "Clip", result: str) -> None:
    clip.note("update", {"result": result, "slot": 1 - clip.slot})


def _restart(clip: "Clip", after_ms: int, update: "Update | None" = None) -> None:
    """Restart after `after_ms`; with `update`, only if that update is still under way."""

    async def wait() -> None:
        await asyncio.sleep_ms(after_ms)
        if not update or update in _now:
            clip.request_restart()

    asyncio.create_task(wait())
