"""Files for their owner alone, from their first moment on."""

import os
import tempfile
from pathlib import Path


def opener(path: str, flags: int) -> int:
    """For `open`: what it makes is its owner's alone."""
    return os.open(path, flags, 0o600)


def put(path: Path, text: str) -> None:
    """Writes a file, whole or not at all, in place of what stands there under its name.

    That is replaced, never written into: it may be another user's, or a link to somewhere else. Raises OSError.
    """
    number, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # new, and 0600
    partial = Path(name)
    try:
        with os.fdopen(number, "w", encoding="utf-8") as file:
            file.write(text)
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
