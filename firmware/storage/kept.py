"""Bytes that are kept over restarts, and nothing is lost without them."""

from storage.blob import BlobError, read_blob, write_blob


class Kept:
    """The bytes at a path."""

    def __init__(self, path: str, os_module: "Os") -> None:
        self._path = path
        self._os = os_module

    def read(self) -> "bytes | None":
        """Return the bytes, or None if there are none or they are damaged."""
        try:
            return read_blob(self._path)
        except BlobError:
            return None

    def store(self, data: bytes) -> None:
        """Keep these bytes from now on. Raises OSError."""
        write_blob(self._path, data, self._os)
