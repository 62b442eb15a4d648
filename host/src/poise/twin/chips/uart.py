"""The clip's receiving UART: bytes come at the line's rate in virtual time, into the port's ring, or are lost.

It follows the ESP32 port (ports/esp32/uart.c, mphalport.c): the interrupt moves 120 bytes at a time, or the bytes there
once the line has been silent for a byte's time, from the UART's FIFO into a ring that MicroPython reads.
"""

import array
import asyncio
import fcntl
import os
import random
import termios
import time
from collections.abc import Callable

from ...wire.framing import RING_BYTES

BITS_PER_BYTE = 10
_ROOM = RING_BYTES - 1  # a full ring would look empty
_FIFO_BYTES = 120
_VISIBLE_S = 0.05  # bytes written to a terminal are readable at its other end within this time
_STANDS_S = (
    0.1  # if virtual time stands this long, the VM is at its prompt, where it waits in real time
)
_PROMPT_S = 0.001


class UartInput:
    """The receiving UART, at `baud` bits per second.

    `at(virtual_us, call)` and `now_us()` are the hub's. `on_input`: the VM has input to read.
    """

    def __init__(
        self,
        at: Callable[[int, Callable[[], None]], None],
        now_us: Callable[[], int],
        on_input: Callable[[], None],
        baud: int,
    ) -> None:
        self._at = at
        self._now_us = now_us
        self._on_input = on_input
        self._baud = baud
        self._noise = random.Random(baud)
        self._line = bytearray()  # bytes sent by the host, still on the line
        self._sent_at: list[tuple[int, int]] = []  # bytes on the line and the host's rate, in order
        self._ring = bytearray()  # bytes received, not visible to the VM yet
        self._vm: tuple[int, int] | None = None  # both ends of its terminal, the VM's last
        self._turn = 0  # number of the current plan: earlier plans are void
        self._busy = False
        self._free_us = 0.0  # time at which the line has carried the planned bytes
        self._stood_at_us = -1  # virtual time at which the clock was last seen to stand
        self._deaf = False
        self._deaf_turn = 0
        self.lost_bytes = 0  # since the start: the ring was full

    def set_baud(self, baud: int) -> None:
        """Read bytes at this rate from now on. Those that the host sends at another one come as noise."""
        self._baud = baud

    @property
    def _byte_us(self) -> float:
        return BITS_PER_BYTE * 1e6 / self._baud

    @property
    def waiting(self) -> int:
        """Number of bytes from the host that have not come through yet."""
        return len(self._line)

    @property
    def unread(self) -> int:
        """Number of bytes from the host that the VM has not read yet, wherever they are."""
        return len(self._line) + len(self._ring) + self._in_terminal()

    def attach(self, ends: tuple[int, int] | None) -> None:
        """Attach a new VM's terminal, or None when the VM is gone. Bytes under way are lost."""
        self._vm = ends
        self._line.clear()
        self._sent_at.clear()
        self._ring.clear()
        self._turn += 1
        self._busy = False

    def put(self, data: bytes, sent_at: int | None = None) -> None:
        """Take bytes that the host sent at this rate; None: at the clip's, whatever that is."""
        if self._vm is None:
            return
        self._line += data
        self._sent_at.append((len(data), sent_at or 0))
        if not self._busy:
            # Bytes handed over early still have their time on the line, but at the prompt that time never comes.
            now_us = self._now_us()
            ring_us = int(_ROOM * self._byte_us)
            self._free_us = min(max(self._free_us, now_us), now_us + ring_us)
            self._plan()

    def deafen(self, for_us: int, every_us: int = 0) -> None:
        """Keep the VM from reading for `for_us` from now on, again every `every_us`; 0: it reads normally."""
        self._deaf_turn += 1
        self._deaf = for_us > 0
        if self._deaf:
            turn = self._deaf_turn
            start = self._now_us()
            self._at(start + for_us, lambda: self._hear(turn))
            if every_us:
                self._at(start + every_us, lambda: self._deafen_again(turn, for_us, every_us))
        self._hand_over()

    def _deafen_again(self, turn: int, for_us: int, every_us: int) -> None:
        if turn == self._deaf_turn:
            self.deafen(for_us, every_us)

    def _hear(self, turn: int) -> None:
        if turn == self._deaf_turn:
            self._deaf = False
            self._hand_over()

    # --- the byte clock

    def _plan(self) -> None:
        """Plan the next interrupt: after a full FIFO, or a byte's time after the last byte. Earlier plans are void."""
        self._turn += 1
        self._busy = bool(self._line)
        if not self._busy:
            return
        turn = self._turn
        count = min(len(self._line), _FIFO_BYTES)
        silence = count < _FIFO_BYTES
        due_us = int(self._free_us + (count + silence) * self._byte_us)
        self._at(due_us, lambda: self._arrive(turn, count))
        now_us = self._now_us()
        look_s = 0.0 if now_us == self._stood_at_us else _STANDS_S
        asyncio.get_running_loop().call_later(look_s, self._unless_time_runs, turn, now_us)

    def _arrive(self, turn: int, count: int) -> None:
        if turn != self._turn:
            return
        self._free_us += count * self._byte_us
        self._interrupt(count)
        self._plan()

    def _interrupt(self, count: int, *, at_prompt: bool = False) -> None:
        """Move `count` bytes from the line into the ring, as far as it has room."""
        heard = self._take(count)
        taken = min(len(heard), max(0, _ROOM - len(self._ring) - self._in_terminal()))
        self._ring += heard[:taken]
        self.lost_bytes += len(heard) - taken
        self._hand_over(at_prompt=at_prompt)

    def _take(self, count: int) -> bytes:
        """Take `count` bytes off the line and return what the UART reads at its rate."""
        heard = b""
        while count:
            there, sent_at = self._sent_at.pop(0)
            part = min(there, count)
            if there > part:
                self._sent_at.insert(0, (there - part, sent_at))
            data = bytes(self._line[:part])
            del self._line[:part]
            count -= part
            heard += data if sent_at in (0, self._baud) else self._as_noise(part, sent_at)
        return heard

    def _as_noise(self, count: int, sent_at: int) -> bytes:
        return self._noise.randbytes(max(1, count * self._baud // sent_at))

    def _unless_time_runs(self, turn: int, seen_us: int) -> None:
        """Move bytes in real time if virtual time stands: at the prompt, the VM waits in real time.

        Time stands as well while a VM on a busy machine computes. So the bytes that come early keep their time on the
        line: the next ones come when they would have come, and the ring does not overflow by this.
        """
        if turn != self._turn:
            return
        now_us = self._now_us()
        room = max(0, _ROOM - len(self._ring) - self._in_terminal())
        # A VM that is about to change its rate does so before its time runs on.
        other_rate = self._sent_at and self._sent_at[0][1] not in (0, self._baud)
        if now_us != seen_us or not room or other_rate:
            look_s = _PROMPT_S if now_us == seen_us else _STANDS_S
            asyncio.get_running_loop().call_later(look_s, self._unless_time_runs, turn, now_us)
            return
        self._stood_at_us = now_us
        early = min(len(self._line), room)
        self._free_us += early * self._byte_us
        self._interrupt(early, at_prompt=True)
        self._plan()

    # --- the VM's terminal

    def _hand_over(self, *, at_prompt: bool = False) -> None:
        """Make the ring's bytes readable, unless the VM is deaf."""
        if self._deaf or not self._ring or self._vm is None:
            return
        visible = self._in_terminal() + len(self._ring)
        os.write(self._vm[0], self._ring)
        self._ring.clear()
        # The kernel passes the bytes on in a task of its own: the VM must not wake and look before that.
        end_s = time.monotonic() + _VISIBLE_S
        while not at_prompt and self._in_terminal() < visible and time.monotonic() < end_s:
            time.sleep(0)
        self._on_input()

    def _in_terminal(self) -> int:
        """Number of unread bytes in the VM's terminal."""
        if self._vm is None:
            return 0
        count = array.array("i", [0])
        fcntl.ioctl(self._vm[1], termios.FIONREAD, count)
        return count[0]
