"""The clip's log in a folder of the computer, and a flash that fails when a test says so."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from poise.wire import codec

from . import firmware_path  # noqa: F401 (puts the firmware on the path)

from storage.flashlog import FlashLog  # isort: skip

SEGMENT = 2048
EIGHTH = SEGMENT // 8  # the measure by which the tests fill one
BUTTON = 21  # bytes of a record of the button


def open_log(
    root: Path,
    max_bytes: int = 1_000_000,
    flash: object = os,
    block: "Callable[[], dict] | None" = None,
) -> FlashLog:
    """The log in this folder."""
    return FlashLog(str(root), SEGMENT, max_bytes, flash, block)


def block() -> dict:
    """What a segment of the tests begins with."""
    return {"pair_boot": 1, "pair_t_ms": 5, "utc_ms": 9, "uncertainty_ms": 3, "plan_version": 2}


def open_copy(root: Path) -> FlashLog:
    """A log over a copy of the folder: what a start would find now."""
    copy = root.parent / "copy"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(root, copy)
    return open_log(copy)


def fill(log: FlashLog, count: int, start_ms: int = 0) -> None:
    """Store so many records of the button."""
    for n in range(count):
        log.append("button", start_ms + n, {"press": "short"})
        if n % 8 == 7:
            log.sync()
    log.sync()


def append(log: FlashLog, *sizes: int) -> None:
    """Hold records of these sizes in bytes, 20 to 275."""
    for size in sizes:
        log.append("crash", 0, {"text": bytes(size - 20)})


def records(log: FlashLog, from_seq: int = 0, size: int = 512) -> list[dict]:
    """All that is stored from that number on, read in buffers of `size` bytes."""
    found = []
    buffer = bytearray(size)
    while True:
        n_bytes, from_seq = log.read_into(from_seq, buffer)
        if not n_bytes:
            assert from_seq == log.next_seq
            return found
        at = 0
        while at < n_bytes:
            record, at = codec.parse_record(buffer[:n_bytes], at)
            found.append(record)
        assert at == n_bytes


def seqs(log: FlashLog, from_seq: int = 0) -> list[int]:
    """The numbers of all that is stored from that one on."""
    return [record["seq"] for record in records(log, from_seq)]


def gaps(log: FlashLog) -> list[tuple[int, int, str]]:
    """First and last number and reason of each gap that the log tells."""
    return [
        (record["first_seq"], record["last_seq"], record["reason"])
        for record in records(log)
        if record["kind"] == "gap"
    ]


def files(root: Path) -> list[Path]:
    """The segments, oldest first."""
    return sorted((root / "log").iterdir())


class Flash:
    """An `os` whose flash fails. As in littlefs, a file keeps its old content when its sync fails.

    `errors`: of the next syncs, 0 for one that succeeds. `arrived`: bytes of a failed write that stay all the same.
    `down`: all of them fail.
    """

    def __init__(self) -> None:
        self.errors: list[int] = []
        self.arrived = 0
        self.down = False
        self.unreadable = False
        self._sizes: dict[int, int] = {}

    def __getattr__(self, name: str):
        return getattr(os, name)

    def stat(self, path: str) -> os.stat_result:
        """As `os.stat`, unless nothing can be read."""
        if self.unreadable:
            raise OSError(5, "as the flash says")
        found = Path(path).stat()
        self._sizes[found.st_ino] = found.st_size
        return found

    def fsync(self, descriptor: int) -> None:
        """As `os.fsync`, or the next error."""
        file = os.fstat(descriptor).st_ino
        error = 5 if self.down else self.errors.pop(0) if self.errors else 0
        if error:
            os.ftruncate(descriptor, self._sizes.get(file, 0) + self.arrived)
            raise OSError(error, "as the flash says")
        os.fsync(descriptor)
        self._sizes[file] = os.fstat(descriptor).st_size
