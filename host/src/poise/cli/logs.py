"""Logging of a command: to standard error with `-v` and `-vv`, to a rotating file or the journal for the service.

Every package logs by `logging.getLogger(__name__)`; only this module says where to. A line holds nothing personal: no
name, no text of a plan or a diary, no measured angle, no key and no Bluetooth address, because a bug report carries it.
"""

import logging
import logging.handlers
import os
import sys
import time
from io import TextIOWrapper
from pathlib import Path

from ..text import ADDRESS, visible

FILE_BYTES, OLD_FILES = 1_000_000, 4
_LEVELS = (logging.WARNING, logging.INFO, logging.DEBUG)
_poise = logging.getLogger("poise")


class _Line(logging.Formatter):
    """One line: UTC with milliseconds, level, logger, message.

    A character that a terminal obeys is escaped, and the user's folder is "~": its path often holds a name.
    A Bluetooth address is left out, because an error's text may hold the one that the user asked for.
    """

    converter = time.gmtime
    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as text."""
        text = super().format(record).replace(str(Path.home()), "~")
        return visible(ADDRESS.sub("(address)", text))


class _OwnersFile(logging.handlers.RotatingFileHandler):
    """A rotating file that only its owner can read, as the store."""

    def _open(self) -> TextIOWrapper:
        number = os.open(self.baseFilename, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        return os.fdopen(number, "a", encoding=self.encoding)


def to_stderr(verbosity: int) -> None:
    """Log to standard error: 1 the link and the decisions, 2 each request and answer too."""
    _begin(logging.StreamHandler(sys.stderr), "%(asctime)s %(levelname)s %(name)s: %(message)s")
    _poise.setLevel(_LEVELS[min(verbosity, 2)])


def for_service(path: Path | None) -> None:
    """Log the link and the decisions to `path`, which starts anew at FILE_BYTES (OLD_FILES stay).

    None: to standard error, which the journal keeps and limits; the journal adds the time. With `-v` the lines are
    there already.
    """
    if path is None:
        if not _poise.handlers:
            _begin(logging.StreamHandler(sys.stderr), "%(name)s: %(message)s")
    else:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name in (path.name, *(f"{path.name}.{n}" for n in range(1, OLD_FILES + 1))):
            if (kept := path.with_name(name)).exists():
                kept.chmod(0o600)  # an earlier version let others read it
        handler = _OwnersFile(path, "a", FILE_BYTES, OLD_FILES, encoding="utf-8")
        _begin(handler, "%(asctime)s %(levelname)s %(name)s: %(message)s")
    if _poise.level in (logging.NOTSET, logging.WARNING):
        _poise.setLevel(logging.INFO)


def _begin(handler: logging.Handler, layout: str) -> None:
    handler.setFormatter(_Line(layout))
    _poise.addHandler(handler)
    _poise.propagate = False
