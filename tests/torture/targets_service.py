"""Fuzz target: the clip's service with the real clip behind it, under CPython."""

import asyncio
import contextlib
import gc
import os
import struct
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from poise.wire import codec
from poise.wire.errors import WireError
from tests.support import firmware_path  # noqa: F401 (puts the firmware on the path)

# isort: split
from app.clip import Clip
from storage.settings import Settings

from .shapes import in_records, joined, pieces, scratch
from .targets_clip import in_range, read_all
from .targets_wire import packed

_PAYLOAD_BYTES = (244, 512, 182, 20)  # of one message, by link
_TIME_SET = codec.message_layout("time_set").code


class _Board:
    """What the clip asks of its board at the start."""

    def __init__(self, root: Path) -> None:
        self._root = str(root)

    def filesystem_root(self) -> str:
        return self._root

    def unique_id(self) -> bytes:
        return b"fuzzclip"

    NAME = "desk"

    def keep_time(self, utc_ms: int, t_ms: int, uncertainty_ms: int) -> None:
        """A desk has no clock that outlives the program."""

    def system_heap(self) -> tuple[int, int]:
        return 0, 0

    def kept_time(self) -> None:
        """None was kept."""

    def reset_cause(self) -> str:
        return "power_on"


class DeskLink:
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

    def bonds_changed(self) -> None:
        """Nothing depends on them."""


@cache
def _forget_garbage() -> None:
    gc.freeze()  # the clip collects at each status: 20 ms of a desk's heap


def desk_clip(root: Path) -> Clip:
    """The real clip with its log and settings; what senses, buzzes and is charged is left out."""
    _forget_garbage()
    gc.mem_alloc = gc.mem_free = lambda: 60_000  # pyright: ignore[reportAttributeAccessIssue] (MicroPython has it)
    clip: Any = Clip(_Board(root), lambda: 5_000, lambda a, b: a - b, (0, False, False))
    clip.sampler = SimpleNamespace(
        hush=lambda: None,
        state="neutral", overruns=0, nudges_today=0, flexion_cdeg=0, activity="still", fit="fits", imu="lsm6dsox",
        silent=False, settings_changed=lambda: None, calibrate=lambda full: True, hurry=lambda hz: None,
        snooze=lambda: None, cancel_calibration=lambda: None,
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
        link = DeskLink(_PAYLOAD_BYTES[first & 3], not first & 4, bool(first & 8))
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


def _ask(clip: Clip, link: DeskLink, message: bytes) -> None:
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


def _as_it_should(clip: Clip, link: DeskLink, root: Path) -> None:
    for payload in link.sent:
        assert len(payload) <= link.max_payload
        name, _, fields = codec.unpack(payload)
        if name == "log_data":
            in_records(fields["records"])
    in_range(Settings(str(root / "settings"), os))
    clip.store()
    assert len(read_all(clip.log)) == clip.log.next_seq - clip.log.oldest_seq
    # What a calibration does with the time that a host gave.
    clip.upright.store(1, 90, (0, 0, 16384), (0, 16384, 0), clip.utc_s())
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
