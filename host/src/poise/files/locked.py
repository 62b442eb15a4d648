"""The operating system's lock of an open file: others that ask for it fail, and a crash releases it."""

import sys
from typing import IO


def taken(file: IO[bytes]) -> bool:
    """Take the lock of this file if it is free. Return True if taken."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
