# The world of the soak: virtual time, the flash that outlives every start, and the books: what was given, promised and
# received. Records are kept as their checksums, in arrays made at the start, so that the heap's course is the clip's.
import os
import struct
from array import array

import vfs
from invariants import LIBRARY_KINDS, Broken
from ramflash import SHAPES, RamFlash
from storage.flashlog import FlashLog
from wire import codec

ROOT = "/clip"
BLOCKS, BLOCK_BYTES = 509, 4096  # as poise.twin.flashchip
DAY_MS = 86_400_000
_TICKS_MASK = 0x3FFFFFFF
_TICKS_FROM = _TICKS_MASK - DAY_MS  # the first wrap comes after a day, the next ones each 12.4 days
_UNSYNCED_MS = 1000  # of records that a power cut may take


class World:
    """`t_ms`: virtual milliseconds since the soak's start."""

    def __init__(self, records, rng):
        self.rng = rng
        self.t_ms = 0
        self.memory = bytearray(b"\xff" * (BLOCKS * BLOCK_BYTES))
        self.erases = array("I", bytes(4 * BLOCKS))
        self.operations = 0  # of earlier starts
        self.flash = None
        self.given = array("I", bytes(4 * records))  # number -> checksum; 0: the log's own, or none
        self.received = array("I", bytes(4 * records))  # the same, of what the host has
        self.promised_seq = 1  # records below it were stored
        self.acked_seq = 0
        self.held = []  # (number, t_ms, checksum) that were given and not promised
        self.lost = 0  # by power cuts
        vfs.VfsLfs2.mkfs(RamFlash(self.memory, BLOCK_BYTES))
        self._observe()

    # --- time, as the ESP32 counts it

    def ticks_ms(self):
        return (self.t_ms + _TICKS_FROM) & _TICKS_MASK

    @staticmethod
    def ticks_diff(later, earlier):
        return ((later - earlier + 0x20000000) & _TICKS_MASK) - 0x20000000

    # --- power

    def power_on(self):
        """The file system is mounted as the firmware mounts it."""
        self.flash = RamFlash(self.memory, BLOCK_BYTES)
        self.flash.erases = self.erases
        vfs.mount(vfs.VfsLfs2(self.flash), ROOT)

    def arm(self):
        """The power is going to fail in one of the next flash operations."""
        flash = self.flash
        flash.rng = self.rng
        flash.shape = self.rng.pick(SHAPES)
        flash.cut_at = flash.operations + self.rng.between(1, 40)

    def power_off(self):
        self.operations += self.flash.operations
        vfs.umount(ROOT)

    def used_blocks(self):
        """Of the file system."""
        info = os.statvfs(ROOT)
        return info[2] - info[3]

    # --- the books

    def _observe(self):
        """Every `append` and `sync` of the real log is noted."""
        append, sync = FlashLog.append, FlashLog.sync
        world = self

        def noted_append(log, kind, t_ms, fields):
            seq = append(log, kind, t_ms, fields)
            world._gave(seq, codec.pack_record(kind, seq, log.boot, t_ms, fields))
            return seq

        def noted_sync(log):
            next_seq = sync(log)
            if not world.flash.dead:
                world._promise(next_seq)
            return next_seq

        FlashLog.append, FlashLog.sync = noted_append, noted_sync

    def _gave(self, seq, raw):
        if seq < self.promised_seq:
            raise Broken("sequence numbers never come back", (seq, self.promised_seq))
        self.given[seq] = checksum(raw)
        self.held.append((seq, self.t_ms, self.given[seq]))

    def _promise(self, next_seq):
        self.promised_seq = max(self.promised_seq, next_seq)
        while self.held and self.held[0][0] < next_seq:
            self.held.pop(0)

    def take_held(self):
        """Before a start: what was given and not promised. Its numbers may be given again."""
        held, self.held = self.held, []
        for seq, _, _ in held:
            self.given[seq] = 0
        return held

    def settle(self, log, before):
        """After a start: which of the records that were held `before` are there, and that the others are young."""
        if log.next_seq < self.promised_seq or log.acked_seq < self.acked_seq:
            raise Broken(
                "nothing acknowledged or stored is forgotten", (log.next_seq, log.acked_seq)
            )
        there = log_numbers(log, self.promised_seq)
        for seq, t_ms, told in before:
            if seq in there:
                self.given[seq] = told
            elif self.t_ms - t_ms > _UNSYNCED_MS:
                raise Broken("at most the unsynced second is gone", (seq, self.t_ms - t_ms))
            else:
                self.lost += 1
        self._promise(log.next_seq)

    def receive(self, raw):
        """The host stores a record."""
        seq = struct.unpack_from("<I", raw, 2)[0]
        codec.check_record(raw)
        told = self.given[seq]
        if told != checksum(raw) and (told or raw[0] not in _LIBRARY):
            raise Broken("no torn record is accepted", (seq, told, raw))
        if self.received[seq] not in (0, checksum(raw)):
            raise Broken("a record that a host has is not another later", (seq, raw))
        self.received[seq] = checksum(raw)

    def missing(self, from_seq, to_seq):
        """Numbers that were stored and that the host does not have."""
        return [
            seq for seq in range(from_seq, to_seq) if self.given[seq] and not self.received[seq]
        ]


_LIBRARY = [
    codec.record_layout(kind).code for kind in LIBRARY_KINDS if codec.find(codec.RECORDS, kind)
]


def checksum(raw):
    """The record's own."""
    return struct.unpack("<I", raw[-4:])[0]


def log_numbers(log, from_seq):
    """Numbers of the records from one on."""
    found = []
    buffer = bytearray(512)
    while True:
        n_bytes, after = log.read_into(from_seq, buffer)
        if not n_bytes:
            return found
        found.extend(range(struct.unpack_from("<I", buffer, 2)[0], after))
        from_seq = after
