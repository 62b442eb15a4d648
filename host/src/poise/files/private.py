"""Files that only their owner can read, from their creation on."""

import os
import tempfile
from pathlib import Path


def opener(path: str, flags: int) -> int:
    """Open `path` and return the descriptor. A new file is for its owner only (0600). Pass it to `open(opener=...)`."""
    return os.open(path, flags, 0o600)


def put(path: Path, text: str) -> None:
    """Write a file of text as `put_bytes` does. Raises OSError."""
    put_bytes(path, text.encode())


def put_bytes(path: Path, data: bytes) -> None:
    """Write a file, whole or not at all, in place of an existing file of that name.

    The existing file is replaced, never written into: it may be another user's, or a link to somewhere else. Raises
    OSError.
    """
    number, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # new, and 0600
    partial = Path(name)
    try:
        with os.fdopen(number, "wb") as file:
            file.write(data)
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
