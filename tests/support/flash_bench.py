"""A real MicroPython VM at its prompt behind a serial port, for the tests of flashing.

The VM's working folder is the clip's file system. Like a board it starts again when it is reset, and its power can
be cut after a number of bytes.
"""

import contextlib
import os
import pty
import select
import subprocess
import sys
import tempfile
import termios
import threading
import time
import tty
from pathlib import Path

from poise.flash.partitions import TABLE_AT, TABLE_BYTES
from poise.twin.bootloader.image import FACTORY, NVS, PHY
from poise.twin.bootloader.image import table as twin_table
from poise.twin.machine.vm import Vm

# Makes the terminal the process's own, so that Ctrl-C interrupts what runs, as on a board.
_IN_TERMINAL = """
import fcntl, os, sys, termios
os.setsid()
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.argv[1], sys.argv[1:])
"""


# In the port's `machine`, which the VM's own lacks: the process ends, and the bench starts it again.
_MACHINE = "def reset():\n    raise SystemExit\n"
# The port's `esp`, for the size of the flash and its partition table.
_ESP = """
def flash_size():
    return {flash_bytes}
def flash_read(offset, buf):
    with open({chip!r}, "rb") as file:
        file.seek(offset)
        file.readinto(buf)
"""


class BoardBench:
    """`port` is the path for the host. Use as a context manager. `start_code` runs before the prompt.

    `flash_bytes`, `table`: of the chip; by default those of the twin.
    """

    def __init__(
        self,
        vm: Vm,
        root: Path,
        start_code: str = "",
        *,
        flash_bytes: int = 2**22,
        table: bytes | None = None,
    ) -> None:
        self.root = root
        self.starts = 0
        self.cut_after_bytes: int | None = (
            None  # towards the VM; then the power is gone and comes back
        )
        self._vm = vm
        self._start_code = start_code
        self._modules = tempfile.TemporaryDirectory(prefix="poise-board-")
        Path(self._modules.name, "machine.py").write_text(_MACHINE)
        chip = Path(self._modules.name, "chip.bin")
        rows = twin_table(NVS, PHY, FACTORY) if table is None else table
        chip.write_bytes(b"\xff" * TABLE_AT + rows.ljust(TABLE_BYTES, b"\xff"))
        Path(self._modules.name, "esp.py").write_text(
            _ESP.format(flash_bytes=flash_bytes, chip=str(chip))
        )
        self._host, self._host_side = (
            pty.openpty()
        )  # this side stays open when the host closes the port
        tty.setraw(self._host_side)
        os.set_blocking(self._host, False)
        self._board = -1
        self.port = os.ttyname(self._host_side)
        self._ending = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._pump, daemon=True)

    def __enter__(self) -> "BoardBench":
        self._boot()
        if not self._start_code:  # the prompt's first words, however long a busy machine takes
            select.select((self._board,), (), (), 60)
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._ending.set()
        self._thread.join()
        self._kill()
        os.close(self._host)
        os.close(self._host_side)
        self._modules.cleanup()

    def files(self) -> dict[str, bytes]:
        """Path -> content of everything in the board's file system."""
        return {
            path.relative_to(self.root).as_posix(): path.read_bytes()
            for path in sorted(self.root.rglob("*")) if path.is_file()
        }  # fmt: skip

    def starts_again(self, within_s: float = 5.0) -> bool:
        """Waits for the second start; whether it came."""
        deadline = time.monotonic() + within_s
        while self.starts < 2 and time.monotonic() < deadline:
            time.sleep(0.02)
        return self.starts == 2

    def _boot(self) -> None:
        code = ["-i", "-c", self._start_code] if self._start_code else []
        self._board, side = pty.openpty()
        tty.setraw(side)
        modes = termios.tcgetattr(side)
        modes[3] |= termios.ISIG
        termios.tcsetattr(side, termios.TCSANOW, modes)
        self._process = subprocess.Popen(
            [sys.executable, "-c", _IN_TERMINAL, *self._vm.argv, *code],
            cwd=self.root,
            env=os.environ | {"MICROPYPATH": self._modules.name},
            stdin=side,
            stdout=side,
            stderr=side,
        )
        os.close(side)
        self.starts += 1

    def _kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait()
        os.close(self._board)

    def _pump(self) -> None:
        while not self._ending.is_set():
            assert self._process is not None
            if self._process.poll() is not None:
                self._kill()
                self._boot()
            ready, _, _ = select.select((self._host, self._board), (), (), 0.05)
            if self._host in ready:
                self._to_board(os.read(self._host, 256))
            elif self._board in ready:
                with contextlib.suppress(OSError):  # the VM has just ended
                    self._to_host(os.read(self._board, 4096))

    def _to_host(self, data: bytes) -> None:
        # As on a UART, what nobody reads is lost.
        while data and select.select((), (self._host,), (), 0.5)[1]:
            data = data[os.write(self._host, data) :]

    def _to_board(self, data: bytes) -> None:
        assert self._process is not None
        if self.cut_after_bytes is not None:
            self.cut_after_bytes -= len(data)
            if self.cut_after_bytes < 0:
                self.cut_after_bytes = None
                self._process.kill()
                return
        os.write(self._board, data)
