"""The twin's UART towards the clip: the rate of the line, the port's ring, and a clip that does not read."""

import heapq
import itertools
import os
import pty
import tty
from collections.abc import AsyncIterator, Callable

import pytest

from poise.twin.chips.uart import UartInput

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs a pty")
BAUD = 100_000  # 100 us a byte


class Bench:
    """A UART with a clock of its own and a terminal that nobody reads but the test."""

    def __init__(self) -> None:
        self.now_us = 0
        self.events: list[int] = []  # when the VM was told
        self._timers: list[tuple[int, int, Callable[[], None]]] = []
        self._order = itertools.count()
        self.ends = pty.openpty()
        tty.setraw(self.ends[1])
        self.uart = UartInput(self._at, lambda: self.now_us, self._told, BAUD)
        self.uart.attach(self.ends)

    def _at(self, virtual_us: int, call: Callable[[], None]) -> None:
        heapq.heappush(self._timers, (virtual_us, next(self._order), call))

    def _told(self) -> None:
        self.events.append(self.now_us)

    def run(self, until_us: int) -> None:
        while self._timers and self._timers[0][0] <= until_us:
            self.now_us, _, call = heapq.heappop(self._timers)
            call()
        self.now_us = until_us

    def read(self) -> bytes:
        return os.read(self.ends[1], 4096) if self.uart._in_terminal() else b""


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    made = Bench()
    yield made
    made.uart.attach(None)
    for end in made.ends:
        os.close(end)


async def test_bytes_come_at_the_lines_rate_in_lumps_of_the_fifo(bench: Bench) -> None:
    sent = bytes(range(200))
    bench.uart.put(sent)
    bench.run(11_900)
    assert bench.read() == b""
    bench.run(12_000)
    assert bench.read() == sent[:120]
    bench.run(20_000)
    assert bench.read() == b""
    bench.run(20_100)  # a byte's time of silence
    assert bench.read() == sent[120:]
    assert bench.events == [12_000, 20_100]


async def test_what_comes_while_the_ring_is_full_is_lost(bench: Bench) -> None:
    sent = bytes(n % 251 for n in range(523))
    bench.uart.put(sent)
    bench.run(100_000)
    assert bench.read() == sent[:259]
    assert bench.uart.lost_bytes == 523 - 259
    bench.uart.put(b"next")
    bench.run(200_000)
    assert bench.read() == b"next"


async def test_a_frame_that_fits_is_kept_for_a_clip_that_is_deaf(bench: Bench) -> None:
    bench.uart.deafen(90_000, 100_000)
    bench.uart.put(bytes(200))
    bench.run(89_000)
    assert bench.read() == b"" and bench.events == []
    bench.run(90_000)
    assert bench.read() == bytes(200)
    bench.uart.put(bytes(259))
    bench.run(189_000)
    bench.uart.put(b"x")
    bench.run(191_000)
    assert len(bench.read()) == 259
    assert bench.uart.lost_bytes == 1
    bench.uart.deafen(0)
    bench.uart.put(b"heard")
    bench.run(210_000)
    assert bench.read() == b"heard"


async def test_a_clip_that_restarts_finds_nothing_of_before(bench: Bench) -> None:
    bench.uart.put(bytes(100))
    bench.uart.attach(bench.ends)
    bench.run(50_000)
    assert bench.read() == b"" and bench.uart.waiting == 0
