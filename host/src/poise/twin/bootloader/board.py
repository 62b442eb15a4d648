"""A virtual board as it comes from the shop: its flash is blank, and only the ROM's boot loader answers.

Once a boot loader, a partition table, an application and files are in its flash, a restart starts the twin's VM, which
stands for the application and runs the firmware from those files.

A pseudo terminal has no reset lines. So the first SYNC of a host stands for the reset into the boot loader; a restart
is asked for by a message, as with an adapter of two wires.
"""

import os
import random
import signal
import sys
from pathlib import Path

from ..chips.usb import UsbCable
from .layout import NotBootableError, Started, started
from .nor_chip import SECTOR_BYTES, NorChip
from .rom import PowerLost, Rom
from .silicon import Silicon

CHIP = "esp32"
FLASH_BYTES = 4 * 1024 * 1024
_BOOT_AT = {"esp32": 0x1000}  # every other chip of these: 0
_SYNC = b"\xc0\x00\x08\x24\x00\x00\x00\x00\x00\x07\x07\x12\x20"
_ROM_BAUD = 115_200


class Board:
    """A board's flash and its boot loader at the USB cable `usb`.

    `mac`: six bytes, the base of the clip's id. `fastest_baud`: a faster line is noisy, None: none is. `auto_reset`:
    False, as on a board whose BOOT button must be held. `silicon`: encrypted, locked. The twin gives `stop`, `start` to
    take its VM away and back.
    """

    def __init__(
        self,
        folder: Path,
        usb: UsbCable,
        mac: bytes,
        *,
        chip: str = CHIP,
        flash_bytes: int = FLASH_BYTES,
        fastest_baud: int | None = None,
        auto_reset: bool = True,
        **silicon: bool,
    ) -> None:
        self.flash = NorChip(folder / "chip.bin", flash_bytes)
        self._files = folder / "flash.bin"  # of the VM, while it runs
        self._boot_at = _BOOT_AT.get(chip, 0)
        self._usb = usb
        self._fastest_baud = fastest_baud
        self._auto_reset = auto_reset
        self._chance = random.Random(1)
        self._baud = _ROM_BAUD
        self._next_baud = 0
        self._tail = b""
        self._layout: Started | None = None
        self._loading = False
        self._restart_due = False
        self.stop = self.start = _nothing
        self.rom = Rom(
            Silicon(chip, mac, self.flash, **silicon), self.flash, self._restart, self._rate
        )
        usb.loader = self._take

    @property
    def is_loading(self) -> bool:
        """True while the chip is in its boot loader."""
        return self._loading

    def blocks(self) -> int | None:
        """Put the files where the VM finds them. Return their number of blocks; None if nothing starts."""
        self.keep()
        try:
            layout = started(self.flash, self._boot_at)
        except NotBootableError as error:
            self._usb.reply(f"{error}\r\n".encode())
            return None
        data = self.flash.read(layout.files_at, layout.blocks * SECTOR_BYTES)
        self._files.write_bytes(data)
        self._layout = layout
        return layout.blocks

    def keep(self) -> None:
        """Take the files back into the chip, once the VM is gone."""
        if self._layout is None:
            return
        data = self._files.read_bytes()
        self.flash.erase(self._layout.files_at, len(data))
        self.flash.program(self._layout.files_at, data)
        self._layout = None

    def close(self) -> None:
        """Write the flash to its file."""
        self.keep()
        self.flash.close()

    def _take(self, data: bytes, baud: int) -> bool:
        """Take the host's bytes if they are the loader's. Return False: they are for the program that runs."""
        seen = self._tail + data
        self._tail = seen[1 - len(_SYNC) :]
        if self._auto_reset and _SYNC in seen and not (self._loading and baud == self._baud):
            self._enter(baud)
            self._tail = b""
            data = seen[seen.index(_SYNC) :]
        if not self._loading:
            return False
        if baud != self._baud or self._noisy(baud):
            data = self._chance.randbytes(len(data))
        try:
            for reply in self.rom.feed(data):
                self._usb.reply(self._chance.randbytes(len(reply)) if self._noisy(baud) else reply)
        except PowerLost:
            self._power_on()
        if self._next_baud:
            self._baud, self._next_baud = self._next_baud, 0
            self._usb.set_baud(self._baud)
        if self._restart_due:
            self._power_on()
        return True

    def _noisy(self, baud: int) -> bool:
        return self._fastest_baud is not None and baud > self._fastest_baud

    def _enter(self, baud: int) -> None:
        if not self._loading:
            self.stop()
            self.keep()
        self._loading = True
        self._baud = baud
        self._usb.set_baud(baud)
        self.rom.begin()

    def _rate(self, baud: int) -> None:
        self._next_baud = baud  # after the reply to the message that sets it

    def _restart(self) -> None:
        self._restart_due = True  # after the reply to the message that asks for it

    def _power_on(self) -> None:
        self._restart_due = False
        self._baud = _ROM_BAUD
        self.start()
        self._loading = False


def cut_at(board: Board, message: int, *, kills_host: int = 0) -> None:
    """Take the board's power away in its `message`-th message; with `kills_host`, end that process instead."""

    def look(_name: str, number: int) -> None:
        if number != message:
            return
        if kills_host:
            os.kill(kills_host, signal.SIGKILL)
            return
        raise PowerLost

    board.rom.on_message = look


def _nothing() -> None:
    sys.stderr.write("the board has no twin\n")
