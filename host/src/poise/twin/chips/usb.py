"""The clip's USB: two pseudo terminals, the user's and the VM's, joined by a cable that can be slow, cut or noisy.

The user's end stays when the clip restarts, as the port of a USB serial chip does. Towards the clip the line has its
rate and the port's ring (`uart`); towards the user it is as fast as it goes, unless it is paced. Both ends have a rate
of their own, and where the two differ the other end reads noise.
"""

import asyncio
import os
import pty
import random
import termios
import tty
from collections.abc import Callable

from ..machine.hub import Hub
from .uart import BITS_PER_BYTE, UartInput

LINE_BAUD = 115_200  # MicroPython's rate for its UART
_CHUNK = 4096
_HELD = 4 * _CHUNK  # bytes on their way at which the VM is held back
_HELD_PACED = (
    1024  # like the buffers of a UART and its USB chip: bytes waiting there delay every reply
)
_HELD_S = 0.02
# The speeds of a terminal that a serial port's program may have set. A new pseudo terminal has 38,400, set by nobody.
_SPEEDS = {
    getattr(termios, f"B{baud}"): baud
    for baud in (57_600, 115_200, 230_400, 460_800, 921_600)
    if hasattr(termios, f"B{baud}")
}
_TICK_S = 0.002  # between two looks at a paced line; bytes due meanwhile go at once


class UsbCable:
    """The USB cable. `port` is the path for the user; `vm_fd` the VM's terminal; `on_input`, `on_room`: the VM's
    events.

    `baud`: of both directions, whatever the ends set, in real time towards the user; 0: unlimited, and no ring either;
    None: the rate that the clip sets and its ring towards the clip, unlimited towards the user unless `paced`.
    """

    def __init__(
        self,
        hub: Hub,
        on_input: Callable[[], None],
        on_room: Callable[[], None],
        baud: int | None,
        *,
        paced: bool = False,
    ) -> None:
        self._on_input = on_input
        self._on_room = on_room
        self.uart: UartInput | None = None
        if baud != 0:
            self.uart = UartInput(hub.at, hub.clock.now_us, on_input, baud or LINE_BAUD)
        self._fixed = baud is not None
        self._paced = paced or bool(baud)
        self._baud = baud or LINE_BAUD
        self._held = _HELD_PACED if self._paced else _HELD
        self._chance = random.Random(baud)
        self._user, self._user_slave = (
            pty.openpty()
        )  # the slave stays open: the port exists without a user
        self._stopped = False
        self.port = os.ttyname(self._user_slave)
        tty.setraw(self._user_slave)
        os.set_blocking(self._user, False)
        self._vm: int | None = None
        self.vm_fd: int | None = None
        self.cut = False  # bytes go nowhere
        # Gets the user's bytes and rate first; True: they were not for the program that runs.
        self.loader: Callable[[bytes, int], bool] | None = None
        self._out = bytearray()  # towards the user
        self._from_vm_bytes = 0
        self._noises: list[tuple[int, bytes]] = []  # after how many of them, in order
        self._busy = False
        self._sent_until_s = 0.0  # when the last byte of a paced line was through

    def start(self) -> None:
        """Carry bytes from now on. Needs a running loop."""
        if not self._stopped:
            asyncio.get_running_loop().add_reader(self._user, self._from_user)

    def plug_in(self) -> int:
        """Make a terminal for a new VM; return its file descriptor."""
        self.unplug()
        self._to_rate(LINE_BAUD)
        self._vm, self.vm_fd = pty.openpty()
        tty.setraw(self.vm_fd)
        os.set_blocking(self._vm, False)
        if self.uart:
            self.uart.attach((self._vm, self.vm_fd))
        asyncio.get_running_loop().add_reader(self._vm, self._from_vm)
        return self.vm_fd

    def unplug(self) -> None:
        """Take the VM's terminal away. What it has written is on the line: a busy loop comes late, a wire does not."""
        if self._vm is None or self.vm_fd is None:
            return
        self._from_vm()
        if self.uart:
            self.uart.attach(None)
        asyncio.get_running_loop().remove_reader(self._vm)
        os.close(self._vm)
        os.close(self.vm_fd)
        self._vm = self.vm_fd = None

    def stop(self) -> None:
        """Close the terminals."""
        self.unplug()
        self._stopped = True
        loop = asyncio.get_running_loop()
        loop.remove_reader(self._user)
        loop.remove_writer(self._user)
        os.close(self._user)
        os.close(self._user_slave)

    def set_baud(self, baud: int) -> None:
        """Set the clip's rate, once what it has written is on the line."""
        self._from_vm()
        self._to_rate(baud)

    def reply(self, data: bytes) -> None:
        """Send bytes of the chip's boot loader to the user."""
        self._to_user(self._heard_by_user(data))

    def _to_rate(self, baud: int) -> None:
        if self._fixed:
            return
        self._baud = baud
        if self.uart:
            self.uart.set_baud(baud)

    def _users_baud(self) -> int:
        """Return the rate that the user's program has set."""
        return _SPEEDS.get(termios.tcgetattr(self._user_slave)[5], self._baud)

    def _heard_by_user(self, data: bytes) -> bytes:
        """Return what the user's program reads of `data`: noise, if it has set another rate than the clip."""
        theirs = self._users_baud()
        if self._fixed or theirs == self._baud:
            return data
        return self._chance.randbytes(max(1, len(data) * theirs // self._baud))

    def inject(self, noise: bytes, after_bytes: int = 0) -> None:
        """Insert noise towards both ends: now, or after so many more bytes from the clip."""
        if after_bytes:
            self._noises.append((self._from_vm_bytes + after_bytes, noise))
            self._noises.sort()
            return
        self._to_user(noise)
        self._to_vm(noise)

    def _from_user(self) -> None:
        if self.uart and self.uart.waiting > _HELD:  # the user's own system holds the rest back
            asyncio.get_running_loop().remove_reader(self._user)
            asyncio.get_running_loop().call_later(_HELD_S, self.start)
            return
        data = _read(self._user)
        if not data or self.cut or (self.loader and self.loader(data, self._users_baud())):
            return
        self._to_vm(data, None if self._fixed else self._users_baud())

    def _to_vm(self, data: bytes, sent_at: int | None = None) -> None:
        if self._vm is None:
            return
        if self.uart:
            self.uart.put(data, sent_at)
            return
        try:
            os.write(self._vm, data)
        except BlockingIOError:
            return  # a clip that does not read loses what comes, as a UART does
        self._on_input()

    def _from_vm(self) -> None:
        if self._vm is None:
            return
        data = _read(self._vm)
        if data and not self.cut:
            self._to_user(self._heard_by_user(data))
        self._from_vm_bytes += len(data)
        while self._noises and self._noises[0][0] <= self._from_vm_bytes:
            self.inject(self._noises.pop(0)[1])
        if len(data) >= _CHUNK // 2:  # a shorter read never means a full terminal
            self._on_room()

    def _to_user(self, data: bytes) -> None:
        idle = not self._busy
        self._out += data
        if idle:
            self._sent_until_s = asyncio.get_running_loop().time()
            self._drain()
        elif self._vm is not None and len(self._out) > self._held:
            asyncio.get_running_loop().remove_reader(self._vm)

    def _drain(self) -> None:
        """Send towards the user at the line's rate. The VM is held back while much waits."""
        self._busy = bool(self._out)
        loop = asyncio.get_running_loop()
        if self._vm is not None:
            if len(self._out) > self._held:
                loop.remove_reader(self._vm)
            else:
                loop.add_reader(self._vm, self._from_vm)
        if not self._out:
            return
        due = self._due(loop.time())
        try:
            sent = os.write(self._user, self._out[:due]) if due else 0
        except BlockingIOError:
            # Nobody reads the port: old bytes are dropped, as in a serial chip's buffer.
            if len(self._out) > 64 * _CHUNK:
                self._out.clear()
            self._sent_until_s = loop.time()
            loop.call_later(0.005, self._drain)
            return
        del self._out[:sent]
        if self._paced:
            self._sent_until_s += sent / self._bytes_s
        loop.call_later(_TICK_S if self._paced else 0.0, self._drain)

    @property
    def _bytes_s(self) -> float:
        return self._baud / BITS_PER_BYTE

    def _due(self, now_s: float) -> int:
        """Number of bytes that the line has had time for. By the clock, because a loop's timers come late."""
        if not self._paced:
            return _CHUNK
        return int((now_s - self._sent_until_s) * self._bytes_s)


def _read(fd: int) -> bytes:
    try:
        return os.read(fd, _CHUNK)
    except (BlockingIOError, OSError):
        return b""
