"""Small files that always hold either their old or their new content: bytes with a CRC-32, replaced by rename."""

import struct
from binascii import crc32


class BlobError(Exception):
    """The file exists, but its checksum does not match."""


def read_blob(path: str) -> "bytes | None":
    """Return the stored bytes, or None if there is no such file. Raises BlobError."""
    try:
        with open(path, "rb") as file:
            data = file.read()
    except OSError:
        return None
    if len(data) < 4 or struct.unpack("<I", data[-4:])[0] != crc32(data[:-4]):
        raise BlobError(path)
    return data[:-4]


def write_blob(path: str, data: bytes, os_module: "Os") -> None:
    """Store `data` durably. Raises OSError."""
    partial = path + ".tmp"
    with open(partial, "wb") as file:
        file.write(data + struct.pack("<I", crc32(data)))
        make_durable(file, os_module)
    os_module.rename(partial, path)


def make_durable(file: "BinaryIO", os_module: "Os") -> None:
    """Flush `file`, so that its content survives a power cut once this returns. Raises OSError.

    MicroPython's flush is littlefs' lfs_file_sync (and fsync on the unix VMs); CPython's only empties its own buffer.
    """
    file.flush()
    fsync = getattr(os_module, "fsync", None)
    if fsync:
        fsync(file.fileno())
