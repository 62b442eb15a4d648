"""Fuzz targets: the clip's own storage, the firmware's modules under CPython."""

import os
import struct
from functools import cache
from pathlib import Path
from zlib import crc32

from poise.wire.errors import WireError
from tests.support import firmware_path  # noqa: F401 (puts the firmware on the path)

# isort: split
from app.crashes import Crashes
from storage import segments
from storage.flashlog import FlashLog
from storage.limits import NAMES, TABLE
from storage.settings import Settings
from storage.upright import Upright

from .shapes import in_records, repaired, scratch

SEGMENT = 512  # bytes
CAP = 16 * SEGMENT


# --- a log folder


def write_log(root: Path, starts: int = 2, each: int = 60) -> None:
    """A real log of some segments in `root`."""
    for start in range(starts):
        log = FlashLog(str(root), SEGMENT, CAP, os)
        for n in range(each):
            log.append("button", n * 1000, {"press": "short"})
            if n % 7 == 3:
                log.append("crash", n * 1000, {"text": b"x" * (n * 5 % 140)})
            if n % 3 == 2:
                log.sync()
        log.set_acked(20 * (start + 1))
        log.close()


@cache
def _sound() -> dict[str, bytes]:
    """Path under the root -> content, of a real log."""
    with scratch() as root:
        write_log(root)
        found = {str(p.relative_to(root)): p.read_bytes() for p in root.rglob("*") if p.is_file()}
    return dict(sorted(found.items()))


def log_folder(data: bytes) -> None:
    """A log whose files were changed as `data` says (see `_changed`): it opens, reads only whole records, goes on.

    Bit 0 of the first byte: every record gets a checksum that fits.
    """
    with scratch() as root:
        files = _changed(data[1:])
        (root / "log").mkdir()
        for name, content in files.items():
            fits = data[:1] and data[0] & 1 and name.startswith("log/")
            (root / name).write_bytes(repaired(content) if fits else content)
        written = {record for content in _sound().values() for record in _records_of(content)}
        _opens_and_goes_on(root, None if data[:1] and data[0] & 1 else written)


def _changed(script: bytes) -> dict[str, bytes]:
    """The sound log after operations of 5 bytes each: which file, what, where (2 bytes), with which byte."""
    files = dict(_sound())
    for at in range(0, len(script) - 4, 5):
        which, what, low, high, value = script[at : at + 5]
        if not files:
            break
        name = sorted(files)[which % len(files)]
        content = bytearray(files[name])
        place = (low | high << 8) % (len(content) + 1)
        if what % 8 == 0 and place < len(content):
            content[place] ^= value or 0xFF
        elif what % 8 == 1:
            del content[place:]
        elif what % 8 == 2:
            content[place:place] = script[at : at + value]
        elif what % 8 == 3:
            del content[place : place + value]
        elif what % 8 == 4:
            content[place : place + value] = bytes(min(value, len(content) - place))
        elif what % 8 == 5:
            del files[name]
            continue
        elif what % 8 == 6:
            del files[name]
            name = _another_name(script[at : at + 5])
        elif what % 8 == 7:
            content = bytearray(files[sorted(files)[value % len(files)]])
        files[name] = bytes(content)
    return files


def _another_name(choice: bytes) -> str:
    number = struct.unpack("<I", choice[1:])[0]
    forms = (
        "%08x.log", "%x.log", "%08X.log", "%08x.tmp", "%08x.log.tmp", "0x%x.log", " %x.log",
        "%d_0.log", "-%x.log", "1%08x.log", "%08x", "note %d.txt",
    )  # fmt: skip
    return "log/" + forms[choice[0] % len(forms)] % (number % 100 if choice[4] & 1 else number)


def _records_of(content: bytes) -> list[bytes]:
    try:
        return in_records(content)
    except WireError:
        return []


def read_all(log: FlashLog, size: int = 512) -> list[bytes]:
    """Every record of the log, as its bytes. Raises WireError for a damaged one."""
    out: list[bytes] = []
    seq = 0
    buffer = bytearray(size)
    for _ in range(10_000):
        n_bytes, seq = log.read_into(seq, buffer)
        if not n_bytes:
            return out
        out += in_records(bytes(buffer[:n_bytes]))
    raise AssertionError("reading does not come to an end")


def _opens_and_goes_on(root: Path, written: set[bytes] | None) -> None:
    log = FlashLog(str(root), SEGMENT, CAP, os)
    found = read_all(log)
    if written is not None:
        # Whatever is not as it was written was appended in this start.
        for record in found:
            assert record in written or _boot(record) == log.boot
    size = segments.MAX_RECORD
    assert [_seq(record) for record in read_all(log, size)] == [_seq(record) for record in found]
    seq = log.append("button", 1, {"press": "long"})
    assert log.sync() == seq + 1
    assert log.append("crash", 2, {"text": b"y" * 140}) > seq
    log.close()
    again = FlashLog(str(root), SEGMENT, CAP, os)
    numbers = [_seq(record) for record in read_all(again)]
    assert seq in numbers
    assert numbers == sorted(set(numbers)), "the numbers are not in order"
    assert again.next_seq > seq
    again.close()
    log.close()


def _seq(record: bytes) -> int:
    return struct.unpack_from("<I", record, 2)[0]


def _boot(record: bytes) -> int:
    return struct.unpack_from("<H", record, 6)[0]


def log_seeds() -> list[bytes]:
    """One change of each sort, in the newest segment and in an old one."""
    changes = [bytes((which, what, 40, 0, 9)) for which in (0, 3, 9) for what in range(8)]
    names = [bytes((n, 6, n % 3, 0, 0xFF)) for n in range(12)]
    return [b"\0", *(b"\0" + c for c in changes), *(b"\1" + c for c in changes + names)]


# --- small files


def blobs(data: bytes) -> None:
    """Settings, upright, crashes, guard and acknowledgement: any bytes as the file, with or without a fit checksum."""
    names = ("settings", "neutral", "crashes", "boot", "acked")
    name, content = names[data[0] % len(names)] if data else "boot", data[2:]
    if data[1:2] and data[1] & 1:
        content += struct.pack("<I", crc32(content))
    with scratch() as root:
        if data[1:2] and data[1] & 2:
            write_log(root, 1, 20)
        (root / name).write_bytes(content)
        settings = Settings(str(root / "settings"), os)
        in_range(settings)
        settings.set("snooze_s", 60)
        assert Settings(str(root / "settings"), os).get("snooze_s") == 60
        upright = Upright(str(root / "neutral"), os)
        assert len(upright.up_q14) in (0, 3)
        crashes = Crashes(str(root / "crashes"), os, "watchdog")
        crashes.add()
        crashes.well()
        assert not Crashes(str(root / "crashes"), os, "power_on").safe
        _opens_and_goes_on(root, None)


def in_range(settings: Settings) -> None:
    for name in NAMES:
        _, low, high = TABLE[name]
        assert low <= settings.get(name) <= high


def blob_seeds() -> list[bytes]:
    """Each file as it may be."""
    out = []
    for which, content in enumerate(
        (bytes(48), bytes(18), b"\2", struct.pack("<HI", 3, 400), struct.pack("<I", 40))
    ):
        out += [bytes((which, flags)) + content for flags in range(4)]
    return out
