"""The host's end of the VM's pipe: answers its requests, times its waits, posts its events.

Request: op u8, length u16, payload. Reply: status u8 (0 or an errno), length u16, payload. Little-endian.
A wait ends at its deadline, at a posted event, or when a timer of the virtual world (`at`) is due.
"""

import asyncio
import errno
import heapq
import itertools
import math
import socket
import struct
from collections.abc import Callable

from .clock import FOREVER_US, ClockWriter
from .meter import Meter

OP_WAIT = 0x01
_FOREVER = 0xFFFFFFFF
_HEAD = struct.Struct("<BH")

Handler = Callable[[bytes], bytes]
Timer = Callable[[], None]


class Hub:
    """Serves one VM at a time over a socket; timers and handlers outlive it.

    `ticks_start_ms`: the VM's own clock at each start. `crystal_ppm`: error of that clock, + too fast.
    """

    def __init__(
        self, clock: ClockWriter, ticks_start_ms: int = 0, crystal_ppm: float = 0.0
    ) -> None:
        self.clock = clock
        self._ticks_start_us = ticks_start_ms * 1000
        self._rate = 1 + crystal_ppm * 1e-6
        self.requests = 0
        self.meter = Meter(clock.now_us)
        self._handlers: dict[int, Handler] = {}
        self._timers: list[tuple[int, int, Timer]] = []
        self._order = itertools.count()
        self._events: list[bytes] = []
        self._socket: socket.socket | None = None
        self._buffer = bytearray()
        self._deadline_us: int | None = None  # end of the VM's current wait
        self._started_us = 0  # virtual time of the VM's start: its own clock begins there
        self._wake: asyncio.Handle | None = None
        self._off = True
        self.on_closed: Callable[[], None] | None = None

    def register(self, op: int, handler: Handler) -> None:
        """Send requests with this `op` to `handler(payload) -> payload`, which may raise OSError(errno)."""
        self._handlers[op] = handler

    def wrap(self, op: int, before: Callable[[bytes], None]) -> None:
        """Call `before(payload)` ahead of the handler of `op`. It may raise OSError(errno) in the handler's place."""
        handler = self._handlers[op]

        def both(payload: bytes) -> bytes:
            before(payload)
            return handler(payload)

        self._handlers[op] = both

    def at(self, virtual_us: int, timer: Timer) -> None:
        """Call `timer` when virtual time reaches `virtual_us`."""
        heapq.heappush(self._timers, (virtual_us, next(self._order), timer))
        self._schedule()

    def meet(self, on: bool) -> None:
        """Give hosts real time for a meeting with the clip, whose radio has just come on; `on` False: it is off."""
        if on:
            self.at(self.clock.meet(), lambda: None)
        else:
            self.clock.part()

    def post(self, code: int, payload: bytes = b"") -> None:
        """Hand an event to the VM, which ends a wait. Without a VM it is lost, as an interrupt would be."""
        if self._socket is None:
            return
        self.meter.event(code, payload)
        self._events.append(_HEAD.pack(code, len(payload)) + payload)
        if self._deadline_us is not None:
            self._schedule()

    # --- the VM comes and goes

    def attach(self, pipe: socket.socket) -> None:
        """Attach a VM that has started."""
        self._off = False
        pipe.setblocking(False)
        self._socket = pipe
        self._buffer.clear()
        self._events.clear()
        self._deadline_us = None
        self._started_us = self.clock.now_us()
        self.clock.stand(self._started_us)
        self.meter.started()
        asyncio.get_running_loop().add_reader(pipe.fileno(), self._readable)

    def detach(self) -> None:
        """Detach the VM that is gone: virtual time runs on by itself."""
        if self._socket is None:
            return
        asyncio.get_running_loop().remove_reader(self._socket.fileno())
        self._socket.close()
        self.meter.stopped()
        self._socket = None
        self._deadline_us = None
        self._off = True
        self._schedule()

    @property
    def started_us(self) -> int:
        """Virtual time of the VM's last start."""
        return self._started_us

    # --- requests

    def _readable(self) -> None:
        assert self._socket is not None
        try:
            chunk = self._socket.recv(65536)
        except BlockingIOError:
            return
        except OSError:
            chunk = b""
        if not chunk:
            self.detach()
            if self.on_closed:
                self.on_closed()
            return
        self._buffer += chunk
        self._serve()

    def _serve(self) -> None:
        while self._socket is not None and len(self._buffer) >= _HEAD.size:
            op, size = _HEAD.unpack_from(self._buffer)
            end = _HEAD.size + size
            if len(self._buffer) < end:
                return
            payload = bytes(self._buffer[_HEAD.size : end])
            del self._buffer[:end]
            self.requests += 1
            if op == OP_WAIT:
                dt_us, spent_us, reads, read_bytes = struct.unpack("<IIII", payload)
                self.meter.flash_read(reads, read_bytes)
                self._begin_wait(dt_us, spent_us)
            else:
                self._answer(op, payload)

    def _answer(self, op: int, payload: bytes) -> None:
        handler = self._handlers.get(op)
        try:
            if handler is None:
                raise OSError(errno.EOPNOTSUPP, f"no operation {op:#x}")
            reply = handler(payload)
            self.meter.request(op, payload, reply)
            self._reply(0, reply)
        except OSError as error:
            self._reply((error.errno or errno.EIO) & 0xFF, b"")

    def _reply(self, status: int, payload: bytes) -> None:
        if self._socket is None:  # a handler has cut the power
            return
        data = _HEAD.pack(status, len(payload)) + payload
        try:
            # A reply fits the socket's buffer: the VM has read all before it asks again.
            self._socket.sendall(data)
        except OSError:
            self.detach()
            if self.on_closed:
                self.on_closed()

    # --- waits and time

    def _begin_wait(self, dt_us: int, spent_us: int) -> None:
        now = self.clock.now_us() + spent_us
        self.clock.stand(now)
        # Rounded up: the wait must not seem too short by the VM's own clock.
        end_us = now + math.ceil(dt_us / self._rate)
        self._deadline_us = FOREVER_US if dt_us == _FOREVER else end_us
        self.meter.rests()
        while self._timers and self._timers[0][0] <= now:  # due while the VM computed
            heapq.heappop(self._timers)[2]()
        if self._socket is None:  # a timer has cut the power
            return
        if self._events:
            self._end_wait()
            return
        self._schedule()

    def _next_us(self) -> int:
        """Return the virtual time of the next timer or the wait's end."""
        timer = self._timers[0][0] if self._timers else FOREVER_US
        deadline = FOREVER_US if self._deadline_us is None else self._deadline_us
        return min(timer, deadline)

    def _schedule(self) -> None:
        """Arrange the next call of `_advance`. While the VM computes, nothing is due."""
        if self._wake is not None:
            self._wake.cancel()
            self._wake = None
        if self._deadline_us is None and not self._off:
            return
        due_us = self._next_us()
        self.clock.run_until(due_us)
        loop = asyncio.get_running_loop()
        if self._events and self._deadline_us is not None:
            self._wake = loop.call_soon(self._advance)
        elif due_us < FOREVER_US:
            delay_s = self.clock.real_s_until(due_us)
            if delay_s <= 0:
                # Not a timer of 0 s: the loop would sleep for a whole millisecond.
                self._wake = loop.call_soon(self._jump, due_us)
            else:
                self._wake = loop.call_later(delay_s, self._advance)

    def _jump(self, due_us: int) -> None:
        """Move the clock to `due_us` at once: the line is there or beyond."""
        self.clock.stand(due_us)
        self._advance()

    def _advance(self) -> None:
        self._wake = None
        now = self.clock.now_us()
        while self._timers and self._timers[0][0] <= now:
            heapq.heappop(self._timers)[2]()
        waiting = self._deadline_us is not None
        if waiting and (self._events or now >= (self._deadline_us or 0)):
            self._end_wait()
        else:
            self._schedule()

    def _end_wait(self) -> None:
        now = self.clock.now_us()
        self.clock.stand(now)
        self._deadline_us = None
        self.meter.woke()
        events, self._events = self._events, []
        ticks_us = self._ticks_start_us + int((now - self._started_us) * self._rate)
        self._reply(0, struct.pack("<Q", ticks_us) + b"".join(events))
