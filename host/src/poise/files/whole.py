"""Writing of files: a file comes whole or not at all, and one that can't be written is told in one way."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from ..errors import PoiseError, Reason
from ..language import _


@contextmanager
def whole(path: Path, cure: str, *, folder: bool = False) -> Iterator[BinaryIO]:
    """Open the file beside its place, and put it there at the end. Raises PoiseError BAD_INPUT with `cure`.

    An older file of its name stays until the new one is complete. `folder`: make its folder if there is none. What an
    error leaves is removed. A device or pipe is written into: nothing may take its place.
    """
    with writing(path, cure):
        if path.exists() and not path.is_file() and not path.is_dir():
            with path.open("wb") as file:
                yield file
            return
        part = path.with_name(path.name + ".part")
        try:
            if folder:
                path.parent.mkdir(parents=True, exist_ok=True)
            with part.open("wb") as file:
                yield file
            part.replace(path)
        finally:
            with suppress(OSError):
                part.unlink(missing_ok=True)


@contextmanager
def writing(path: Path, cure: str, reason: Reason = Reason.BAD_INPUT) -> Iterator[None]:
    """Turn what the system says of a file that can't be written into a PoiseError of `reason`, with `cure`."""
    try:
        if "\0" in str(path):
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        yield
    except OSError as error:
        raise PoiseError(
            reason,
            _("{path} can't be written: {reason}").format(path=path, reason=error.strerror),
            cure,
        ) from None
