"""A file that comes whole or not at all: an older one of its name stays until the new one is complete."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from ..errors import PoiseError, Reason
from ..language import _


@contextmanager
def whole(path: Path, cure: str, *, folder: bool = False) -> Iterator[BinaryIO]:
    """Open the file beside its place, and put it there at the end. Raises PoiseError BAD_INPUT with `cure`.

    `folder`: make its folder if there is none. What an error leaves is removed.
    """
    part = path.with_name(path.name + ".part")
    try:
        if folder:
            path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as file:
            yield file
        part.replace(path)
    except OSError as error:
        raise PoiseError(
            Reason.BAD_INPUT,
            _("{path} can't be written: {reason}").format(path=path, reason=error.strerror),
            cure,
        ) from None
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
