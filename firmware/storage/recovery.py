"""What a start needs to find the log's segments again, whole. Given back to the heap after it.

See `storage.segments` for what they are.
"""

from struct import unpack_from

from storage import segments
from storage.blob import make_durable
from wire import codec
from wire.errors import WireError

_CHUNK = 512  # bytes; more than the longest record


def find(folder, os_module):
    """[(first sequence number, bytes)] of the segments in a folder, in order; makes the folder, drops leftovers."""
    try:
        names = os_module.listdir(folder)
    except OSError:
        os_module.mkdir(folder)
        return []
    found = []
    for name in names:
        if name.endswith(".tmp") or (name.endswith(segments.SUFFIX) and _first_seq(name) < 0):
            os_module.remove(folder + "/" + name)
        elif name.endswith(segments.SUFFIX):
            found.append((_first_seq(name), os_module.stat(folder + "/" + name)[6]))
    found.sort()
    return found


def _first_seq(name):
    """Number in a name of exactly the form that `path_of` makes; -1 for others."""
    try:
        seq = int(name[: -len(segments.SUFFIX)], 16)
    except ValueError:
        return -1
    return seq if 0 <= seq <= segments.MAX_SEQ and name == "%08x%s" % (seq, segments.SUFFIX) else -1


def scan(path, first_seq):
    """(valid bytes, next sequence number, boot of the last record or 0): up to the first record that is damaged,
    cut off or out of order."""
    seq = first_seq
    boot = valid = 0
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
                found, last_boot = unpack_from("<IH", data, at + 2)
                if found != seq:
                    return valid, seq, boot
                boot = last_boot
                seq += 1
                at += length
                valid += length
            more = file.read(_CHUNK) if short else b""
            if not more:
                return valid, seq, boot
            data = data[at:] + more


def cut(path, valid_bytes, os_module):
    """Shortens a segment by writing it anew: the old file stands until the new one is whole. Raises OSError."""
    partial = path + ".tmp"
    with open(path, "rb") as old, open(partial, "wb") as new:
        while valid_bytes:
            chunk = old.read(min(_CHUNK, valid_bytes))
            new.write(chunk)
            valid_bytes -= len(chunk)
        make_durable(new, os_module)
    os_module.rename(partial, path)
