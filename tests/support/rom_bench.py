"""A virtual board with nothing behind its boot loader, at a pseudo terminal: for what esptool does to a flash."""

import contextlib
import os
import pty
import select
import termios
import threading
import time
import tty
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from poise.build.bundle import is_root
from poise.flash.filesystem import build
from poise.flash.image import Image, Part, read_image
from poise.twin.bootloader.board import Board
from poise.twin.bootloader.image import image
from poise.twin.bootloader.rom import PowerLost
from poise.twin.chips.usb import UsbCable
from tests.conftest import WITHIN_S

MAC = bytes.fromhex("022a5ec11901")
FILES_AT = 0x203000  # in the image of the twin
FILES_BYTES = 509 * 4096
# Of the size of the firmware, and quick to make: what is in them does not matter to a flash.
FIRMWARE = {
    name if is_root(name) else f"a/{name}": bytes([len(name)]) * size
    for name, size in (("main.py", 1500), ("board.mpy", 2000), ("app/clip.mpy", 21000), ("motion/x.mpy", 9000))
}  # fmt: skip
CLIP = FIRMWARE | {
    "log/00000001.log": bytes(range(256)) * 150,
    "neutral": b"n" * 20,
    "bonds": b"b" * 160,
    "to_patient": b"l" * 900,
    "timetable": b"t" * 100,
}
_RATES = {getattr(termios, f"B{rate}"): rate for rate in (38_400, 115_200, 230_400, 460_800)}


class RomBench:
    """`port` is the path for the host. Use as a context manager. `started`: of each start, the blocks of files."""

    def __init__(self, folder: Path, **options: Any) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._host, self._side = pty.openpty()
        tty.setraw(self._side)
        self.port = os.ttyname(self._side)
        self.loader: Callable[[bytes, int], bool] | None = None
        self.started: list[int | None] = []
        self._pulled = False
        self.board = Board(folder, cast(UsbCable, self), MAC, **options)
        self.board.stop = lambda: None
        self.board.start = lambda: self.started.append(self.board.blocks())
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._pump, daemon=True)

    def __enter__(self) -> "RomBench":
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._over.set()
        self._thread.join()
        self.board.close()
        if not self._pulled:
            os.close(self._host)
            os.close(self._side)

    def pull_at(self, message: int) -> None:
        """Let the board be unplugged in this message: its port is gone."""

        def look(_name: str, number: int) -> None:
            if number == message:
                self._pulled = True
                raise PowerLost

        self.board.rom.on_message = look

    def last_start(self) -> int | None:
        """Blocks of files that the last start found, None if it started nothing; waits for the restart."""
        deadline_s = time.monotonic() + WITHIN_S
        while self.board.is_loading and time.monotonic() < deadline_s:
            time.sleep(0.005)
        return self.started[-1]

    @property
    def flash(self) -> bytes:
        """The whole flash."""
        return self.board.flash.read(0, self.board.flash.size)

    def put(self, *parts: Part) -> None:
        """Put parts into the flash, as an earlier run would have left them."""
        for part in parts:
            self.board.flash.erase(part.offset, len(part.data))
            self.board.flash.program(part.offset, part.data)

    def holds(self, *parts: Part) -> bool:
        """Whether the flash has these parts."""
        return all(
            self.board.flash.read(part.offset, len(part.data)) == part.data for part in parts
        )

    # --- what the board asks of its cable

    def reply(self, data: bytes) -> None:
        """Send bytes to the host."""
        with contextlib.suppress(OSError):
            while data:
                data = data[os.write(self._host, data) :]

    def set_baud(self, baud: int) -> None:
        """The host's own rate is looked at with each block of bytes."""

    def _pump(self) -> None:
        while not self._over.is_set():
            if not select.select((self._host,), (), (), 0.02)[0]:
                continue
            data = os.read(self._host, 65536)
            rate = _RATES.get(termios.tcgetattr(self._side)[5], 0)
            assert self.loader is not None
            self.loader(data, rate)
            if self._pulled:
                os.close(self._host)
                os.close(self._side)
                return


def twin_image(folder: Path, version: str = "1.28.0", **more: Any) -> Image:
    """The image that stands for MicroPython."""
    path = folder / f"micropython-{version}.bin"
    path.write_bytes(image(version, **more))
    return read_image(path)


def files_part(files: dict[str, bytes], at: int = FILES_AT, size: int = FILES_BYTES) -> Part:
    """A file system with these files."""
    return Part(at, build(files, size), "files")


def whole(found: Image) -> tuple[Part, ...]:
    """What a board with this MicroPython has in its flash, but for the files."""
    return found.application, found.table, found.boot
