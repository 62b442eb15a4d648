"""The gate: a limit on the dashboard's open connections, and on the time that each may take to send its request.

Any program of this computer can connect, another user's too, but cannot keep the patient out. When there are too many,
the gate drops the connections with the weakest proof first, and of these the oldest.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Protocol

from ..words import strings

MOST = 96  # a browser takes six, and one for each open page; macOS gives a program 256 files
BACKLOG = 64  # asyncio accepts this many at once before it can close any of them
HEAD_S = 10.0
HEAD_BYTES = 32_768
MINUTE_S = 60.0
# Loggers in which any connection can cause a line or a traceback. An error of our own pages stays.
_NOISY = "asyncio", "uvicorn.error"
_NO_FILES = "out of system resource"  # while asyncio accepts a connection
_OUR_OWN = "Exception in ASGI application"


class Proof(IntEnum):
    """Proof of a connection: which of the two secrets it has sent."""

    NONE = 0
    COOKIE = 1
    KEY = 2


class Timer(Protocol):
    """A timer of asyncio."""

    def cancel(self) -> None:
        """Cancel the timer."""
        ...


Later = Callable[[float, Callable[[], None]], Timer]


@dataclass
class _Open:
    transport: Any
    proof: Proof = Proof.NONE
    asking: bool = True  # its request is not complete yet
    head_bytes: int = 0
    timer: Timer | None = None


class Gate:
    """The open connections by their peer's address. `later`: the event loop's `call_later`.

    Calls `crowd` for each connection that makes room for another.
    """

    def __init__(self, later: Later, crowd: Callable[[], None] = lambda: None) -> None:
        self._later = later
        self._crowd = crowd
        self._open: dict[Any, _Open] = {}

    def admit(self, transport: Any) -> None:
        """Take a new connection, and drop another one when there are too many."""
        self._open = {
            peer: one for peer, one in self._open.items() if not one.transport.is_closing()
        }
        while len(self._open) >= MOST:
            self._drop(min(self._open, key=lambda peer: self._open[peer].proof))
            self._crowd()
        made = self._open[_peer(transport)] = _Open(transport)
        self._wait(made)

    def hears(self, transport: Any, count: int) -> None:
        """Count bytes of a connection. They belong to a request's head, unless a request is being answered."""
        one = self._open.get(_peer(transport))
        if one is None or not one.asking:
            return
        one.head_bytes += count
        if one.head_bytes > HEAD_BYTES:
            self._drop(_peer(transport))
        elif one.timer is None:
            self._wait(one)

    @contextlib.contextmanager
    def answering(self, peer: Any, proof: Proof) -> Iterator[None]:
        """Mark a connection's request as being answered, which for a socket may take hours."""
        one = self._open.get(peer)
        if one is None:
            yield
            return
        one.proof = max(one.proof, proof)
        one.asking, one.head_bytes = False, 0
        _stop(one)
        try:
            yield
        finally:
            one.asking = True

    def _wait(self, one: _Open) -> None:
        one.timer = self._later(HEAD_S, one.transport.abort)

    def _drop(self, peer: Any) -> None:
        one = self._open.pop(peer)
        _stop(one)
        one.transport.abort()


def gated(base: type, gate: Gate) -> type:
    """Return uvicorn's protocol of a connection, made to ask the gate."""

    class Gated(base):
        def connection_made(self, transport: asyncio.Transport) -> None:
            gate.admit(transport)
            super().connection_made(transport)

        def data_received(self, data: bytes) -> None:
            gate.hears(self.transport, len(data))
            if not self.transport.is_closing():
                super().data_received(data)

    return Gated


class Sparse:
    """Reporter of frequent events: the first one at once, then their number once a minute, "" at their end.

    `tell` gets `text` with the number in place of its `{count}`. `later`: the event loop's `call_later`.
    """

    def __init__(self, later: Later, tell: Callable[[str], None], text: str) -> None:
        self._later = later
        self._tell = tell
        self._text = text
        self._count = 0
        self._timer: Timer | None = None

    def note(self) -> None:
        """Count one event. `tell` gets the first at once, and the rest once a minute."""
        self._count += 1
        if self._timer is None:
            self._minute()

    def _minute(self) -> None:
        count, self._count = self._count, 0
        self._tell(self._text.format(count=count) if count else "")
        self._timer = self._later(MINUTE_S, self._minute) if count else None

    def end(self) -> None:
        """Stop reporting."""
        if self._timer:
            self._timer.cancel()


class _NoTracebacks(logging.Filter):
    """Filter that keeps messages which any connection can cause out of the log, and calls `crowd` for each."""

    def __init__(self, crowd: Callable[[], None]) -> None:
        super().__init__()
        self._crowd = crowd

    def filter(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        if record.name == "asyncio":
            ours = _NO_FILES not in text
        else:
            ours = text.startswith(_OUR_OWN)
        if ours:
            return True
        self._crowd()
        return False


@contextlib.contextmanager
def quiet(crowd: Callable[[], None]) -> Iterator[None]:
    """Keep tracebacks of connections out of the log inside this context."""
    kept = _NoTracebacks(crowd)
    loggers = [logging.getLogger(name) for name in _NOISY]
    for logger in loggers:
        logger.addFilter(kept)
    try:
        yield
    finally:
        for logger in loggers:
            logger.removeFilter(kept)


def _peer(transport: Any) -> Any:
    return transport.get_extra_info("peername")


def _stop(one: _Open) -> None:
    if one.timer:
        one.timer.cancel()
        one.timer = None


def crowd_line(later: Later, tell: Callable[[str], None]) -> Sparse:
    """Return the reporter of too many connections."""
    return Sparse(later, tell, strings.CROWD)
