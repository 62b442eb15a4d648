"""A file of raw log records, and the line at its head that says whose they are.

The head is one line of ASCII: `#poise-log`, a JSON object, and the CRC-32 of what stands before it. The records follow
as they stand on the clip's flash; each has its own length and CRC-32. A file without a head is one of an older Poise.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zlib import crc32

from ..errors import PoiseError, Reason
from ..language import _

_MAGIC = b"#poise-log "
_MOST_BYTES = 2_000  # of the head


@dataclass(frozen=True)
class LogHead:
    """Whose records a file holds. `patient`: pseudonym, "" where unknown. `length`: bytes of the head."""

    clip_id: str
    patient: str
    firmware: str
    wire: str
    written_utc_ms: int
    length: int = 0


def head(told: LogHead) -> bytes:
    """Return the line for the head of a file."""
    fields = {key: value for key, value in vars(told).items() if key != "length"}
    line = _MAGIC + json.dumps(fields, sort_keys=True).encode("ascii") + b" "
    return line + b"%08x\n" % crc32(line)


@dataclass(frozen=True)
class LogFile:
    """A file that was read: its bytes, and what its head tells (None without a head)."""

    path: Path
    raw: bytes
    head: LogHead | None


def read(path: Path) -> LogFile:
    """Read a log file. Raises PoiseError BAD_INPUT if it cannot be read."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise PoiseError(
            Reason.BAD_INPUT,
            _("Cannot read {path}: {reason}.").format(path=path, reason=error.strerror),
            _("Check the file's name and rights."),
        ) from error
    return LogFile(path, raw, told_by(raw))


def told_by(raw: bytes) -> LogHead | None:
    """Return what the head of a file tells; None without a head, or for a damaged one."""
    line, newline, _ = raw[:_MOST_BYTES].partition(b"\n")
    if not newline or not line.startswith(_MAGIC):
        return None
    told, given = line[:-8], line[-8:]
    if given != b"%08x" % crc32(told):
        return None
    fields: dict[str, Any] = json.loads(told[len(_MAGIC) :])
    return LogHead(
        clip_id=str(fields["clip_id"]),
        patient=str(fields.get("patient", "")),
        firmware=str(fields.get("firmware", "")),
        wire=str(fields.get("wire", "")),
        written_utc_ms=int(fields.get("written_utc_ms", 0)),
        length=len(line) + 1,
    )
