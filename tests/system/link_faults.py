"""The firmware's own Service, Cursor and FlashLog against the real client and store, over a line with faults.

In one process: thousands of transfers in minutes. The real transports have their own tests.
"""

import asyncio
import os
import random
import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from poise import wear
from poise.aio import end
from poise.clip import log_reader
from poise.clip.client import ClipClient
from poise.errors import PoiseError, Reason
from poise.store import Store
from poise.timebase.clock import SystemClock
from poise.wire import codec, framing
from tests.support import firmware_path  # noqa: F401 (puts the firmware on the path)

# isort: split
from link.service import Service
from storage.flashlog import FlashLog

SEGMENT = 2048
REPLY_S = 0.06
STALL_S = 0.12
IDLE_S = 0.1
IN_FLIGHT = 12  # messages, as a radio's buffers
ATTEMPTS = 60
CLIP_ID = bytes.fromhex("0011223344556677")

WHOLE = ("loss", "duplicate", "swap", "delay", "cut before", "cut after")
BYTES = ("noise", "half", "flip", "stray")  # a cable only


class BenchClip:
    """What `link.service` asks of a clip, with a real log in `root`."""

    def __init__(self, root: Path, max_bytes: int = 1_000_000) -> None:
        root.mkdir(parents=True, exist_ok=True)
        self.log = FlashLog(str(root), SEGMENT, max_bytes, os)
        self.service = Service(self)
        self._t_ms = 0

    def now_ms(self) -> int:
        return self._t_ms

    def identity(self) -> dict[str, Any]:
        log = self.log
        seqs = {"oldest_seq": log.oldest_seq, "next_seq": log.next_seq}
        seqs |= {"assignment": 0, "patient": b"", "board": "esp32"}
        return {"clip_id": CLIP_ID, "firmware": "0.1.0", "boot": log.boot, "t_ms": 0, **seqs}

    def motion_changed(self) -> None:
        return

    def write(self, count: int, rng: random.Random) -> None:
        """Stores so many records of several lengths, and announces them."""
        for _ in range(count):
            self._t_ms += rng.randrange(1, 5000)
            self.log.append(*_record(self._t_ms, rng))
            if rng.random() < 0.3:
                self.log.sync()
        self.log.sync()
        self.service.announce()

    def records(self) -> list[tuple[int, bytes]]:
        """(number, bytes) of all that is in the log."""
        return self.since(0)

    def since(self, seq: int) -> list[tuple[int, bytes]]:
        """(number, bytes) of what is in the log from there on."""
        found, buffer = [], bytearray(codec.MAX_PAYLOAD)
        while True:
            n_bytes, seq = self.log.read_into(seq, buffer)
            if not n_bytes:
                return found
            at = 0
            while at < n_bytes:
                length = codec.check_record(buffer, at)
                raw = bytes(buffer[at : at + length])
                found.append((int.from_bytes(raw[2:6], "little"), raw))
                at += length


def _record(t_ms: int, rng: random.Random) -> tuple[str, int, dict[str, Any]]:
    kind = rng.choice(("button", "posture", "setting", "crash"))
    if kind == "button":
        return kind, t_ms, {"press": rng.choice(("short", "long"))}
    if kind == "setting":
        return kind, t_ms, {"key": "plan_version", "value": rng.randrange(-(1 << 31), 1 << 31)}
    if kind == "crash":
        return kind, t_ms, {"text": rng.randbytes(rng.randrange(140))}
    body = {"state": "neutral", "previous": "flexed", "site": "head", "flexion_cdeg": 5}
    return kind, t_ms, {**body, "lasted_ms": rng.randrange(1 << 32)}


@dataclass
class Faults:
    """Which message meets what: by its number since the start (`at`), or by chance (`rates`, of `rng`).

    `drop`: names of messages that never arrive. `enomem_every`: each so-manieth notification is refused at first.
    """

    rng: random.Random = field(default_factory=lambda: random.Random(1))
    at: dict[int, str] = field(default_factory=dict)
    rates: dict[str, float] = field(default_factory=dict)
    drop: frozenset[str] = frozenset()
    enomem_every: int = 0
    messages: int = 0
    counts: Counter[str] = field(default_factory=Counter)

    def next(self, payload: bytes) -> str:
        """What befalls this message: "" for nothing."""
        number, self.messages = self.messages, self.messages + 1
        kind = self.at.get(number, "")
        if self.drop and codec.message_layout(payload[0]).name in self.drop:
            kind = "loss"
        for name, rate in self.rates.items():
            if not kind and self.rng.random() < rate:
                kind = name
        if kind:
            self.counts[kind] += 1
        return kind


class Lane:
    """One direction. Messages arrive in order, but for what the faults do; on a cable as bytes of frames."""

    def __init__(
        self, line: "Line", deliver: Callable[[bytes], None], seen: Callable[[], None]
    ) -> None:
        self._line = line
        self._deliver = deliver
        self._seen = seen
        self._queue: asyncio.Queue[tuple[bytes, str]] = asyncio.Queue()
        self._parser = framing.Parser()
        self._task = asyncio.ensure_future(self._run())
        self.room = asyncio.Event()
        self.room.set()

    def put(self, payload: bytes) -> None:
        """On its way."""
        self._queue.put_nowait((payload, self._line.faults.next(payload)))
        if self._queue.qsize() >= IN_FLIGHT:
            self.room.clear()

    def flush(self) -> None:
        """What was under way is gone."""
        while not self._queue.empty():
            self._queue.get_nowait()
        self.room.set()

    async def stop(self) -> None:
        await end(self._task)

    async def _run(self) -> None:
        held = b""
        while True:
            payload, kind = await self._queue.get()
            if self._queue.qsize() < IN_FLIGHT:
                self.room.set()
            if kind == "swap":
                held += self._coded(payload, "")
                continue
            if kind == "cut before":
                held = b""
                self._line.cut()
                continue
            if kind == "delay":
                await asyncio.sleep(0.01)
            self._arrive(self._coded(payload, kind) + held)
            held = b""
            if kind == "cut after":
                self._line.cut()
            await asyncio.sleep(0)

    def _coded(self, payload: bytes, kind: str) -> bytes:
        """Bytes of the frame, as the fault leaves them."""
        frame, rng = framing.encode_frame(payload), self._line.faults.rng
        if kind == "loss":
            return b""
        if kind == "duplicate":
            return frame + frame
        if kind == "noise":
            return rng.randbytes(rng.randrange(1, 200)) + frame
        if kind == "half":
            return frame[: rng.randrange(1, len(frame))]
        if kind == "flip":
            at = rng.randrange(len(frame))
            return frame[:at] + bytes((frame[at] ^ 1 << rng.randrange(8),)) + frame[at + 1 :]
        if kind == "stray":
            return b">>> help()\r\n" + frame + b"\r\n"
        return frame

    def _arrive(self, data: bytes) -> None:
        for outcome, item in self._parser.feed(data):
            if outcome == framing.FRAME:
                self._deliver(item)
            else:
                self._seen()


class Line:
    """A clip's link and, each time a host connects, a transport at its other end.

    `cable`: the clip does not learn that a host has gone, and what is under way stays. Otherwise a radio's link.
    """

    allows_repl = False
    secure = True

    def __init__(
        self, clip: BenchClip, faults: Faults, *, cable: bool = False, max_payload: int = 244
    ) -> None:
        self.faults = faults
        self.max_payload = codec.MAX_PAYLOAD if cable else max_payload
        self.cursor: Any = None
        self.bad_frames = 0
        self._clip = clip
        self._cable = cable
        self._host: HostEnd | None = None
        self._inbox: asyncio.Queue[bytes] = asyncio.Queue()
        self._to_clip = Lane(self, self._inbox.put_nowait, self._bad)
        self._to_host = Lane(self, self._hand_over, self._bad)
        self._tasks: list[asyncio.Future[Any]] = []
        self._notifications = 0
        if cable:
            self._up()

    async def stop(self) -> None:
        await self._to_clip.stop()
        await self._to_host.stop()
        await end(*self._tasks)
        self._clip.service.detach(self)

    def _bad(self) -> None:
        self.bad_frames += 1

    def _hand_over(self, payload: bytes) -> None:
        if self._host and self._host.on_payload:
            self._host.on_payload(payload)

    # --- as a radio's link comes and goes

    def plug(self, host: "HostEnd") -> None:
        self._host = host
        if not self._cable:
            self._up()

    def unplug(self) -> None:
        if self._host is None:
            return
        self._host = None
        if not self._cable:
            self._down()

    def cut(self) -> None:
        """The link ends under both."""
        host = self._host
        self.unplug()
        if host and host.on_lost:
            host.on_lost("cut")

    def _up(self) -> None:
        self._clip.service.attach(self)
        self._tasks = [
            asyncio.ensure_future(self._clip.service.pump(self)),
            asyncio.ensure_future(self._serve()),
        ]

    def _down(self) -> None:
        for task in self._tasks:
            task.cancel()
        self._clip.service.detach(self)
        self._to_clip.flush()
        self._to_host.flush()
        while not self._inbox.empty():
            self._inbox.get_nowait()

    # --- what the service asks of a link

    async def _serve(self) -> None:
        while True:
            for reply in self._clip.service.handle(await self._inbox.get(), self):
                await self.send_log(reply)

    async def send_log(self, payload: bytes) -> bool:
        data = bytes(payload)
        assert len(data) <= self.max_payload
        while not self._to_host.room.is_set():
            await self._to_host.room.wait()
        self._notifications += 1
        every = self.faults.enomem_every
        if every and self._notifications % every == 0:
            self.faults.counts["enomem"] += 1
            await asyncio.sleep(0.001)  # refused, then tried again
        if not self._cable and self._host is None:
            return False
        self._to_host.put(data)
        await asyncio.sleep(0)
        return True

    send_event = send_log

    def send_motion(self, payload: bytes) -> None:
        return

    def from_host(self, payload: bytes) -> None:
        self._to_clip.put(payload)


class HostEnd:
    """The client's transport."""

    name = "bench"

    def __init__(self, line: Line, source: str) -> None:
        self._line = line
        self._open = False
        self.source = source
        self.max_payload = codec.MAX_PAYLOAD
        self.on_payload: Callable[[bytes], None] | None = None
        self.on_lost: Callable[[str], None] | None = None

    async def connect(self, search_s: float | None = None) -> None:
        self._open = True
        self._line.plug(self)

    async def disconnect(self) -> None:
        if self._open and self._line._host is self:
            self._line.unplug()
        self._open = False

    async def send(self, payload: bytes) -> None:
        if self._line._host is not self:
            raise PoiseError(Reason.LINK_LOST, "the line is cut", "Connect again.")
        self._line.from_host(payload)


@dataclass
class Host:
    """One computer with its own store in `folder`; connects until it has everything, as the runner would."""

    folder: Path
    line: Line
    source: str = "ble"
    sessions: int = 0
    reasons: Counter[Reason] = field(default_factory=Counter)

    async def download(self, attempts: int = ATTEMPTS) -> None:
        """Everything up to the log's end. Raises PoiseError for what another attempt can't mend."""
        with Store.open(self.folder / "poise.db") as store:
            for _ in range(attempts):
                self.sessions += 1
                try:
                    await self._session(store)
                    return
                except PoiseError as error:
                    self.reasons[error.reason] += 1
                    if error.reason not in wear.PASSING:
                        raise
        raise AssertionError(f"not done after {attempts} attempts: {self.reasons}")

    async def follow(self) -> None:
        """Takes records as they are written, over however many sessions, until cancelled."""
        with Store.open(self.folder / "poise.db") as store:
            while True:
                self.sessions += 1
                try:
                    await self._session(store, follow=True)
                except PoiseError as error:
                    self.reasons[error.reason] += 1
                    if error.reason not in wear.PASSING:
                        raise

    async def _session(self, store: Store, *, follow: bool = False) -> None:
        client = ClipClient(HostEnd(self.line, self.source), SystemClock(), REPLY_S)
        try:
            identity = await client.open()
            first = store.records.next_seq(identity.clip_id, identity.oldest_seq)
            read = client.follow_log if follow else client.read_log
            await read(first, self._sink(store, identity.clip_id))
        finally:
            await client.close()

    def _sink(self, store: Store, clip_id: str) -> Callable[[bytes], None]:
        return lambda raw: void(store.records.import_raw(clip_id, raw, self.source, 1))

    def records(self) -> list[tuple[int, bytes]]:
        """(number, bytes) of what the store has, in its order."""
        with Store.open(self.folder / "poise.db") as store:
            return store.records.raws(CLIP_ID.hex())


def void(_: object) -> None:
    return


def template(folder: Path) -> Path:
    """An empty store, to be copied: making one takes longer than a transfer."""
    path = folder / "template.db"
    if not path.exists():
        Store.open(path).close()
    return path


def host(folder: Path, empty: Path, line: Line, source: str = "ble") -> Host:
    """A computer that has never seen the clip."""
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    shutil.copy(empty, folder / "poise.db")
    return Host(folder, line, source)


class quick:
    """Time-outs as short as a test wants them."""

    def __enter__(self) -> None:
        self._before = log_reader.STALL_S, log_reader.IDLE_S
        log_reader.STALL_S, log_reader.IDLE_S = STALL_S, IDLE_S

    def __exit__(self, *_: object) -> None:
        log_reader.STALL_S, log_reader.IDLE_S = self._before


def check(found: Host, clip: BenchClip) -> None:
    """Every record of the log once, byte for byte, and none beside."""
    have, want = sorted(found.records()), clip.records()
    assert [seq for seq, _ in have] == [seq for seq, _ in want]
    assert have == want
