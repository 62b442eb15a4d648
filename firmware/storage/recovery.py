"""Recovery of the log at a start and after a failed write. Unloaded afterwards.

See `storage.segments` for the segments of the log.
"""

from array import array
from struct import calcsize, unpack, unpack_from

from storage import segments
from storage.blob import BlobError, make_durable, read_blob
from wire import codec
from wire.errors import WireError

_CHUNK = 512  # bytes; more than the longest record
NO_RECORD = (0, 0)


def recover(log: "FlashLog", reserve: int) -> None:
    """Find the segments again, and the next sequence and boot numbers. Raises OSError.

    `reserve`: numbers that one writing of the guard allows.
    """
    guard_boot, reserved = _read_guard(log)
    found = find(log._folder, log._os)
    log._firsts = array("I", [first for first, _ in found])
    log._sizes = array("I", [size for _, size in found])
    next_seq, log.last, lost_bytes = mend_newest(log)
    first_lost = log._tail_seq = next_seq
    if lost_bytes:
        # As many records as the lost bytes could have been: their numbers are not given again.
        next_seq = min(
            next_seq + lost_bytes // segments.MIN_RECORD + 1, max(reserved, next_seq + 1)
        )
    if next_seq + reserve < reserved or not found:
        next_seq = max(next_seq, reserved)  # whole segments are missing
    log.acked_seq = _read_acked(log)
    next_seq = max(next_seq, log.acked_seq, 1)
    log.next_seq = log._assigned = next_seq
    log.boot = min(max(guard_boot, log.last[0]) + 1, 0xFFFF)
    log._reserve(next_seq)
    if log._firsts and next_seq == log._tail_seq:
        log._room = log._segment_bytes - log._sizes[-1]
    if next_seq > first_lost > 0:
        log._note_gap(first_lost, next_seq - 1, "torn_record")


def give_up(log: "FlashLog", errno: int) -> None:
    """Set the log up for a flash that fails at the start.

    The stored records stay untouched, and none of their numbers may be given again: so nothing is stored before the
    next start, and new records are held and then shed.
    """
    log.errno = errno
    log.last = NO_RECORD
    guard_boot, reserved = _read_guard(log)
    log._firsts = array("I")
    log.acked_seq = _read_acked(log)
    log.next_seq = log._assigned = max(reserved, log.acked_seq, 1)
    log._reserved = segments.MAX_SEQ
    log.boot = min(guard_boot + 1, 0xFFFF)


def mend_newest(log: "FlashLog") -> "tuple[int, tuple[int, int], int]":
    """Cut the newest segment to its intact records; return (next sequence number, last record, bytes cut off).

    The last record is (boot, milliseconds), as `scan` returns it.
    """
    lost = 0
    while log._firsts:
        first = log._firsts[-1]
        path = segments.path_of(log._folder, first)
        size = log._os.stat(path)[6]  # with what a failed write left
        valid, next_seq, last = scan(path, first)
        lost += size - valid
        if valid:
            if valid < size:
                cut(path, valid, log._os)
            log._sizes[-1] = valid
            return next_seq, last, lost
        log._os.remove(path)
        log._firsts = log._firsts[:-1]
        log._sizes = log._sizes[:-1]
        if not log._firsts:
            return first, NO_RECORD, lost
    return 0, NO_RECORD, lost


def _read_guard(log: "FlashLog") -> "tuple[int, ...]":
    return _numbers(log._guard_path, "<HI") or (0, 0)


def _read_acked(log: "FlashLog") -> int:
    return (_numbers(log._acked_path, "<I") or (0,))[0]


def _numbers(path: str, fmt: str) -> "tuple[int, ...] | None":
    """Return the numbers in a small file, the last of them a sequence number; None if unreadable or out of range."""
    try:
        data = read_blob(path)
    except BlobError:
        return None
    if not data or len(data) != calcsize(fmt):
        return None
    numbers = unpack(fmt, data)
    return numbers if numbers[-1] <= segments.MAX_SEQ else None


def find(folder: str, os_module: "Os") -> "list[tuple[int, int]]":
    """Return [(first sequence number, bytes)] of the segments in a folder, in order. Makes the folder, drops
    leftovers."""
    try:
        names = os_module.listdir(folder)
    except OSError:
        os_module.mkdir(folder)
        return []
    found = []
    for name in names:
        first = _first_seq(name)
        if first:
            found.append((first, os_module.stat(folder + "/" + name)[6]))
        elif name.endswith(".tmp") or name.endswith(segments.SUFFIX):  # noqa: PIE810 (MicroPython takes one)
            os_module.remove(folder + "/" + name)
    found.sort()
    return found


def _first_seq(name: str) -> int:
    """Return the number in a name of exactly the form that `path_of` makes; 0, which no record has, for other names."""
    try:
        seq = int(name[: -len(segments.SUFFIX)], 16)
    except ValueError:
        return 0
    return seq if 0 < seq <= segments.MAX_SEQ and name == "%08x%s" % (seq, segments.SUFFIX) else 0


def scan(path: str, first_seq: int) -> "tuple[int, int, tuple[int, int]]":
    """Return (valid bytes, next sequence number, (boot, milliseconds) of the last valid record).

    The scan ends at the first record that is damaged, cut off or out of order.
    """
    seq = first_seq
    valid = 0
    last = NO_RECORD
    with open(path, "rb") as file:
        data = file.read(_CHUNK)
        while True:
            at = 0
            while True:
                try:
                    length = codec.check_record(data, at)
                except WireError as error:
                    short = error.reason == WireError.SHORT
                    break
                found, boot, t_ms = unpack_from("<IHQ", data, at + 2)
                if found != seq:
                    return valid, seq, last
                last = (boot, t_ms)
                seq += 1
                at += length
                valid += length
            more = file.read(_CHUNK) if short else b""
            if not more:
                return valid, seq, last
            data = data[at:] + more


def cut(path: str, valid_bytes: int, os_module: "Os") -> None:
    """Shorten a segment by writing it anew: the old file stays until the new one is whole. Raises OSError."""
    partial = path + ".tmp"
    with open(path, "rb") as old, open(partial, "wb") as new:
        while valid_bytes:
            chunk = old.read(min(_CHUNK, valid_bytes))
            new.write(chunk)
            valid_bytes -= len(chunk)
        make_durable(new, os_module)
    os_module.rename(partial, path)
