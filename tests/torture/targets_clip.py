"""Fuzz targets: the clip's own storage and service, the firmware's modules under CPython."""

import asyncio
import contextlib
import gc
import os
import struct
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zlib import crc32

from poise.wire import codec
from poise.wire.errors import WireError
from tests.firmware import conftest as _firmware  # noqa: F401 (puts the firmware on the path)

# isort: split
from clip import Clip
from life import Life
from storage import segments
from storage.flashlog import FlashLog
from storage.neutral import Neutral
from storage.settings import NAMES, TABLE, Settings

from .shapes import in_records, joined, pieces, repaired, scratch
from .targets_wire import packed

SEGMENT = 512  # bytes
CAP = 16 * SEGMENT
_PAYLOAD_BYTES = (244, 512, 182, 20)  # of one message, by link
_TIME_SET = codec.message_layout("time_set").code


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
    """Settings, neutral, crashes, guard and acknowledgement: any bytes as the file, with or without a fit checksum."""
    names = ("settings", "neutral", "crashes", "boot", "acked")
    name, content = names[data[0] % len(names)] if data else "boot", data[2:]
    if data[1:2] and data[1] & 1:
        content += struct.pack("<I", crc32(content))
    with scratch() as root:
        if data[1:2] and data[1] & 2:
            write_log(root, 1, 20)
        (root / name).write_bytes(content)
        settings = Settings(str(root / "settings"), os)
        _in_range(settings)
        settings.set("snooze_s", 60)
        assert Settings(str(root / "settings"), os).get("snooze_s") == 60
        neutral = Neutral(str(root / "neutral"), os)
        assert neutral.up_q14 is None or len(neutral.up_q14) == 3
        life = Life(str(root / "crashes"), os, "watchdog")
        life.crashed()
        life.well()
        assert not Life(str(root / "crashes"), os, "power_on").safe
        _opens_and_goes_on(root, None)


def _in_range(settings: Settings) -> None:
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


# --- the service


class _Board:
    """What the clip asks of its board at the start."""

    def __init__(self, root: Path) -> None:
        self._root = str(root)

    def filesystem_root(self) -> str:
        return self._root

    def unique_id(self) -> bytes:
        return b"fuzzclip"

    def reset_cause(self) -> str:
        return "power_on"


class _Link:
    """A link that keeps what it is handed."""

    def __init__(self, max_payload: int, secure: bool, allows_repl: bool) -> None:
        self.max_payload = max_payload
        self.secure = secure
        self.allows_repl = allows_repl
        self.leaving = False
        self.cursor: Any = None
        self.sent: list[bytes] = []

    async def send_log(self, payload: bytes) -> bool:
        self.sent.append(bytes(payload))
        return True

    send_event = send_log


@cache
def _forget_garbage() -> None:
    gc.freeze()  # the clip collects at each status: 20 ms of a desk's heap


def desk_clip(root: Path) -> Clip:
    """The real clip with its log and settings; what senses, buzzes and is charged is left out."""
    _forget_garbage()
    gc.mem_free = lambda: 60_000  # pyright: ignore[reportAttributeAccessIssue] (MicroPython has it)
    clip = Clip(_Board(root), lambda: 5_000, lambda a, b: a - b)
    clip.sampler = SimpleNamespace(
        state="neutral", overruns=0, nudges_today=0, flexion_cdeg=0, activity="still", fit="fits", imu="lsm6dsox",
        silent=False, settings_changed=lambda: None, calibrate=lambda full: True, hurry=lambda hz: None,
        snooze=lambda: None,
    )  # fmt: skip
    clip.haptic = SimpleNamespace(play=lambda pattern, strength: None)
    clip.battery = SimpleNamespace(percent=lambda: 80, charging=lambda: False)
    return clip


def service(data: bytes) -> None:
    """Messages of any bytes to the clip's service over one link; the first byte says what the link can do."""
    asyncio.run(_asked(data))


async def _asked(data: bytes) -> None:
    with scratch() as root:
        clip = desk_clip(root)
        for n in range(5):
            clip.note("button", {"press": "short"})
            clip.note("crash", {"text": b"z" * n * 30})
        clip.store()
        first = data[0] if data else 0
        link = _Link(_PAYLOAD_BYTES[first & 3], not first & 4, bool(first & 8))
        clip.service.attach(link)
        pump = asyncio.create_task(clip.service.pump(link))
        for kind, message in pieces(data[1:]):
            _ask(clip, link, message)
            if kind & 1:
                clip.note("nod", {"site": "head", "peak_cdeg": 2, "duration_ms": 9})
            if clip.urgent:
                clip.store()
            for _ in range(4):
                await asyncio.sleep(0)
        assert not pump.done(), pump.exception()
        pump.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await pump
        clip.service.detach(link)
        _as_it_should(clip, link, root)
        clip.log.close()


def _ask(clip: Clip, link: _Link, message: bytes) -> None:
    before = clip.log.next_seq + clip.log.held
    bad = clip.service.bad_messages
    replies = clip.service.handle(message, link)
    assert len(replies) == 1
    name, request_id, fields = codec.unpack(replies[0])
    assert request_id == (message[1] if len(message) > 1 else 0)
    if name == "error":
        assert clip.log.next_seq + clip.log.held == before, "a refused message changed the log"
    try:
        codec.unpack(message)
    except WireError:
        assert clip.service.bad_messages == bad + 1
        assert name == "error" and fields["code"] in ("unknown_message", "bad_field")


def _as_it_should(clip: Clip, link: _Link, root: Path) -> None:
    for payload in link.sent:
        assert len(payload) <= link.max_payload
        name, _, fields = codec.unpack(payload)
        if name == "log_data":
            in_records(fields["records"])
    _in_range(Settings(str(root / "settings"), os))
    clip.store()
    assert len(read_all(clip.log)) == clip.log.next_seq - clip.log.oldest_seq
    # What a calibration does with the time that a host gave.
    clip.neutral.store(1, 90, (0, 0, 16384), (0, 16384, 0), clip.utc_s())
    clip.service.handle(packed("status_get", 1), link)


def service_seeds() -> list[bytes]:
    """Sessions: hello, the time, settings, the log followed and acknowledged."""
    same = packed("hello", 1)[:2] + codec.definition_hash() + bytes(20)
    begin = codec.pack("log_read", 3, from_seq=0, max_count=0, follow=1)
    part = codec.pack("log_read", 4, from_seq=3, max_count=4, follow=0)
    requests = ("status_get", "setting_get", "buzz", "calibrate", "motion_stream", "repl")
    time = struct.pack("<BBQH", _TIME_SET, 2, 1_790_000_000_000, 50)
    value = codec.pack("setting_set", 5, key="snooze_s", value=600)
    return [
        b"\0" + joined([(0, same), (0, time), (1, begin), (1, value), (1, part), (1, time)]),
        b"\x09" + joined([(0, packed(name, n)) for n, name in enumerate(requests)]),
        b"\3" + joined([(0, packed("hello", 1)), (1, begin), (1, packed("log_ack", 2))]),
        b"\1" + joined([(0, begin), (1, packed("log_stop", 9)), (0, b""), (0, b"\xff\1")]),
    ]
