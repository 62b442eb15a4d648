"""The other end of a serial line: a real pty, real frames, and a script of answers that a good clip would not give."""

import os
import select
import threading
import tty
from collections.abc import Callable
from typing import Any
from zlib import crc32

from poise.wire import codec, framing

CLIP_ID = bytes.fromhex("0011223344556677")
IDENTITY = {
    "wire_hash": codec.definition_hash(),
    "clip_id": CLIP_ID,
    "firmware": "0.1.0",
    "boot": 3,
    "t_ms": 60_000,
    "oldest_seq": 1,
    "assignment": 0,
    "patient": "",
    "board": "esp32",
    "next_seq": 4,
}
OK = {"t_ms": 61_000, "value": 0}

# (request's name, its id, its fields) -> payloads to send; None: stay silent
Answer = Callable[[str, int, dict[str, Any]], list[bytes] | None]


def button(seq: int) -> bytes:
    """One log record."""
    return codec.pack_record("button", seq, 3, seq * 1000, {"press": "short"})


def transfer(
    request_id: int, raw: bytes, count: int, next_seq: int, following: int = 0
) -> list[bytes]:
    """The messages of one log transfer, its `ok` first."""
    sums = {"next_seq": next_seq, "count": count, "crc32": crc32(raw), "following": following}
    return [
        codec.pack("ok", request_id, **OK),
        codec.pack("log_data", request_id, records=raw),
        codec.pack("log_end", request_id, **sums),
    ]


class Peer(threading.Thread):
    """Answers what arrives on the pty `port` as `answers` says, by the name of the request; else as a clip does."""

    def __init__(self, **answers: Answer) -> None:
        super().__init__(daemon=True)
        self._master, slave = os.openpty()
        tty.setraw(slave)
        self.port = os.ttyname(slave)
        self._slave = (
            slave  # held open, so that the line outlives the host's opening and closing of it
        )
        self._answers = answers
        self._parser = framing.Parser()
        self._ending, self._end = os.pipe()
        self.requests: list[tuple[str, dict[str, Any]]] = []
        self._came = threading.Condition()
        self.start()

    def names(self) -> list[str]:
        """Names of the requests that came, in order."""
        return [name for name, _ in self.requests]

    def wait_for(self, requests: int, seconds: float = 60.0) -> None:
        """Returns once so many requests came. Raises TimeoutError."""
        with self._came:
            if not self._came.wait_for(lambda: len(self.requests) >= requests, seconds):
                raise TimeoutError(f"{len(self.requests)} requests came: {self.names()}")

    def raw(self, data: bytes) -> None:
        """Any bytes onto the line."""
        os.write(self._master, data)

    def say(self, payload: bytes) -> None:
        """One message onto the line."""
        self.raw(framing.encode_frame(payload))

    def unplug(self) -> None:
        """The line is gone."""
        os.write(self._end, b"x")
        self.join()
        for number in (self._master, self._slave, self._ending, self._end):
            os.close(number)

    def run(self) -> None:
        """Until it is unplugged."""
        while self._ending not in select.select([self._master, self._ending], [], [])[0]:
            for kind, payload in self._parser.feed(os.read(self._master, 4096)):
                if kind == framing.FRAME:
                    self._answer(payload)

    def _answer(self, payload: bytes) -> None:
        name, request_id, fields = codec.unpack(payload)
        with self._came:
            self.requests.append((name, fields))
            self._came.notify_all()
        answer = self._answers.get(name, _as_a_clip)
        for reply in answer(name, request_id, fields) or []:
            self.say(reply)


def _as_a_clip(name: str, request_id: int, _fields: dict[str, Any]) -> list[bytes]:
    if name == "hello":
        return [codec.pack("identity", request_id, **IDENTITY)]
    if name == "letter_get":
        return [codec.pack("letter", request_id, size=0, crc32=0, data=b"")]
    return [codec.pack("ok", request_id, **OK)]
