"""The clip's log: records with sequence numbers that never repeat, in segments on a file system.

Durability. `append` holds a record in RAM; `sync` writes all that is held with one flush (littlefs commits a file's
content and size at once, so a power cut leaves the old or the new state). Only what `sync` has stored can be read,
sent or counted in `next_seq`: nothing is announced that a power cut could take back. The clip syncs at every event
and at the latest a second after an append.

Numbers. They go on from the last record found. A guard file, renewed before its numbers run out, says which may have
been given: a lost tail does not bring them back.

Segments. Each begins with a `block` record (of what `block` gives), so that it can be read without the others.

Full. The oldest segment is dropped at `max_bytes` or when the flash is full, and a `gap` record says so. A flash that
fails is counted, tried again and never stops the clip.
"""

import struct
from array import array

from storage import segments
from storage.blob import make_durable, write_blob
from storage.logreader import WHOLE, Reader
from system.unload import unload
from wire import codec

_RESERVE = 256  # numbers that one writing of the guard allows
_MAX_HELD = 4096  # bytes in RAM while the flash fails
_MAX_READERS = 3  # Bluetooth, USB and the check of an acknowledgement
_ATTEMPTS = 3
_ENOSPC = 28
_BLOCK = codec.record_layout("block").code


class FlashLog:
    """The log in the folder `root_path`/log. `os_module`: listdir, mkdir, stat, remove, rename (and fsync on CPython).

    `block()` returns the fields of the record that begins a segment; None: segments begin with any record.
    """

    # Set by the recovery at a start.
    last: "tuple[int, ...]"  # boot and milliseconds of the last record found; empty once they are used
    boot: int
    next_seq: int  # first number that is not stored
    acked_seq: int
    _tail_seq: int  # next number of the newest segment
    _assigned: int  # the next number; how far the guard allows them:
    _reserved: int

    def __init__(
        self,
        root_path: str,
        segment_bytes: int,
        max_bytes: int,
        os_module: "Os",
        block: "Callable[[], Fields] | None" = None,
    ) -> None:
        root = root_path.rstrip("/")
        self._folder = root + "/log"
        self._guard_path = root + "/boot"
        self._acked_path = root + "/acked"
        self._segment_bytes = segment_bytes
        self._max_bytes = max_bytes
        self._os = os_module
        self._block = block
        self._held: "list[bytes]" = []  # packed records, not on flash yet
        self._held_bytes = 0
        self._shed_from = 0  # first number given up since the last success
        self._file: "BinaryIO | None" = None  # the newest segment, open for appending
        self._readers: "list[Reader]" = []
        self._generation = 0
        self._damaged: "list[int]" = []  # numbers at which damage was met and noted
        self._t_ms = 0
        self._room = 0  # bytes left in the segment of the next record
        self.write_errors = 0
        self.errno = 0  # why nothing is stored or read until the next start; 0: the log works
        self._firsts = array("I")  # segments: first sequence number,
        self._sizes = array("I")  # bytes
        self._begin()

    def _begin(self) -> None:
        from storage import recovery

        unload("storage.recovery")
        try:
            recovery.recover(self, _RESERVE)
        except OSError as error:
            recovery.give_up(self, error.args[0])

    @property
    def oldest_seq(self) -> int:
        """Number of the oldest record that can be read; `next_seq` if there is none."""
        return self._firsts[0] if self._firsts else self.next_seq

    def append(self, kind: str, t_ms: int, fields: "Fields") -> int:
        """Hold a record for the next `sync`; return its sequence number. Raises WireError for fields outside the
        table."""
        seq = self._hold(kind, t_ms, fields)
        if self._held_bytes > _MAX_HELD:
            self.sync()
        if self._held_bytes > _MAX_HELD:
            self._shed()
        return seq

    def sync(self) -> int:
        """Store all held records; return the first sequence number that is not stored. Never raises: see
        `write_errors`."""
        for _ in range(_ATTEMPTS):
            if not self._held or self.errno:
                break
            try:
                self._store()
            except OSError as error:
                self.write_errors += 1
                self._mend(error)
        return self.next_seq

    @property
    def held(self) -> int:
        """Number of records that wait for `sync`."""
        return len(self._held)

    def read_into(
        self, from_seq: int, buffer: "Buffer", end_seq: int = 0xFFFFFFFF
    ) -> "tuple[int, int]":
        """Read stored records from `from_seq` to below `end_seq` that fit whole; return (bytes, next sequence number).

        0 bytes: no more now. Records older than `oldest_seq` are skipped. `buffer`: at least segments.MAX_RECORD bytes.
        """
        end_seq = min(end_seq, self.next_seq)
        seq = max(from_seq, self.oldest_seq)
        while seq < end_seq:
            reader = self._reader_at(seq)
            n_bytes, after = reader.read_into(buffer, end_seq)
            if n_bytes:
                return n_bytes, after
            seq = self._beyond(reader, after)
        return 0, max(seq, from_seq)

    def set_acked(self, seq: int) -> bool:
        """Remember that a host has all records before `seq`. Return False if that could not be stored."""
        if seq <= self.acked_seq:
            return True
        # Until the next start it counts though it could not be stored: else no host got through on a failing flash.
        self.acked_seq = seq
        try:
            write_blob(self._acked_path, struct.pack("<I", seq), self._os)
        except OSError:
            self.write_errors += 1
            return False
        return True

    def close(self) -> None:
        """Store the held records and close the files."""
        self.sync()
        self._close_files()

    # --- writing

    def _reserve(self, seq: int) -> None:
        self._reserved = seq + _RESERVE
        try:
            write_blob(self._guard_path, struct.pack("<HI", self.boot, self._reserved), self._os)
        except OSError:
            self.write_errors += 1

    def _hold(self, kind: str, t_ms: int, fields: "Fields") -> int:
        self._t_ms = t_ms
        data = self._packed(kind, t_ms, fields)
        if self._block and kind != "block" and len(data) > self._room:
            self._room = self._segment_bytes
            self._hold("block", t_ms, self._block())
            data = self._packed(kind, t_ms, fields)
        self._assigned += 1
        self._room -= len(data)
        self._held.append(data)
        self._held_bytes += len(data)
        return self._assigned - 1

    def _packed(self, kind: str, t_ms: int, fields: "Fields") -> bytes:
        if self._assigned >= self._reserved:
            self._reserve(self._assigned)
        return codec.pack_record(kind, self._assigned, self.boot, t_ms, fields)

    def _store(self) -> None:
        while sum(self._sizes) + self._held_bytes > self._max_bytes and len(self._firsts) > 1:
            self._drop_oldest()
        while self._held:
            self._store_some()
        self._shed_from = 0

    def _store_some(self) -> None:
        """Store the held records up to the start of the next segment."""
        count = 1
        while count < len(self._held) and self._held[count][0] != _BLOCK:
            count += 1
        data = b"".join(self._held[:count])
        first = self._held[0]
        full = first[0] == _BLOCK
        if not self._block and self._sizes:
            full = self._sizes[-1] + len(data) > self._segment_bytes
        if full or not self._firsts or _seq_of(first) != self._tail_seq:  # no gap inside a segment
            self._roll()
        file = self._file
        if file is None:
            path = segments.path_of(self._folder, self._firsts[-1])
            file = self._file = open(path, "ab")  # noqa: SIM115 (stays open)
        file.write(data)
        make_durable(file, self._os)
        self._sizes[-1] += len(data)
        self._generation += 1
        self._held_bytes -= len(data)
        self.next_seq = self._tail_seq = _seq_of(self._held[count - 1]) + 1
        del self._held[:count]

    def _roll(self) -> None:
        self._close_writer()
        first = _seq_of(self._held[0])
        self._file = open(segments.path_of(self._folder, first), "wb")  # noqa: SIM115 (stays open)
        self._firsts.append(first)
        self._sizes.append(0)

    def _drop_oldest(self) -> None:
        first = self._firsts[0]
        self._close_readers()
        self._os.remove(segments.path_of(self._folder, first))
        self._firsts = self._firsts[1:]
        self._sizes = self._sizes[1:]
        self._note_gap(first, self._firsts[0] - 1, "oldest_dropped")

    def _note_gap(self, first_seq: int, last_seq: int, reason: str) -> None:
        self._hold(
            "gap", self._t_ms, {"first_seq": first_seq, "last_seq": last_seq, "reason": reason}
        )

    def _mend(self, error: BaseException) -> None:
        """Recover from a failed write: make room if the flash is full, and cut off half-written records."""
        from storage import recovery

        unload("storage.recovery")
        try:
            self._close_files()
            if error.args[0] == _ENOSPC and len(self._firsts) > 1:
                self._drop_oldest()
            stored = recovery.mend_newest(self)[0]
        except OSError:
            return  # the next sync tries again
        self._tail_seq = stored
        self._held = [data for data in self._held if _seq_of(data) >= stored]
        self._held_bytes = sum(len(data) for data in self._held)
        self.next_seq = max(self.next_seq, stored)

    def _shed(self) -> None:
        """Give up the older half of the held records: the flash has failed for long."""
        half = len(self._held) // 2
        # The note of an earlier loss may be lost now as well: the new note covers both losses.
        self._shed_from = self._shed_from or _seq_of(self._held[0])
        last = _seq_of(self._held[half - 1])
        del self._held[:half]
        self._held_bytes = sum(len(data) for data in self._held)
        self._note_gap(self._shed_from, last, "flash_full")

    def _close_writer(self) -> None:
        file, self._file = self._file, None
        if file:
            _close(file)

    # --- reading

    def _reader_at(self, seq: int) -> "Reader":
        for reader in self._readers:
            if reader.seq == seq:
                reader.refresh(self._folder, self._generation_of(reader.first_seq))
                return reader
        first = max((start for start in self._firsts if start <= seq), default=0)
        if len(self._readers) >= _MAX_READERS:
            self._readers.pop(0).close()
        reader = Reader(self._folder, first, seq, self._generation_of(first))
        self._readers.append(reader)
        return reader

    def _generation_of(self, first_seq: int) -> int:
        return self._generation if first_seq == self._firsts[-1] else WHOLE

    def _beyond(self, reader: "Reader", seq: int) -> int:
        """Return the first number after a segment without more records, or after damage in it.

        A loss between two segments was noted when it happened; damage inside a segment is found here and noted once.
        """
        following = self.next_seq
        size = 0
        for index, start in enumerate(self._firsts):
            if start > reader.first_seq:
                following = start
                break
            size = self._sizes[index]
        damaged = reader.offset < size
        if damaged and reader.skip_damage(following):
            following = reader.seq
        else:
            reader.close()
            self._readers.remove(reader)
        if damaged and seq not in self._damaged:
            self._damaged.append(seq)
            self._note_gap(seq, following - 1, "torn_record")
        return max(following, seq)

    def _close_readers(self) -> None:
        while self._readers:
            _close(self._readers.pop())

    def _close_files(self) -> None:
        self._close_readers()
        self._close_writer()


def _close(file: "BinaryIO | Reader") -> None:
    try:
        file.close()
    except OSError:
        pass  # its records are stored already, or still held here


def _seq_of(data: bytes) -> int:
    return struct.unpack_from("<I", data, 2)[0]
