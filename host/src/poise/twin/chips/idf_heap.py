"""A model of the heap that an ESP32's MicroPython shares with ESP-IDF: Python grows into it, the radio needs the rest.

Sizes are those of a stock ESP32_GENERIC 1.26.1. The model follows MicroPython's `py/gc.c` and `ports/esp32`: Python
begins with 56 KiB. When that is full, Python takes as much again or, where there is less, the largest free block; it
never gives back an area in which something lives. The radio's controller and NimBLE take their memory when the radio
starts and give it back when it stops. A start that finds less is a panic, which no program can catch.
"""

import struct
from dataclasses import dataclass

KIB = 1024
PYTHON_FIRST_BYTES = 56 * KIB  # MICROPY_GC_INITIAL_HEAP_SIZE
IDF_BYTES = 144_000  # free at the bare prompt,
IDF_BLOCK_BYTES = (
    110_000  # in its largest block; the rest is small change that the radio's smaller parts fit in
)
RADIO_BYTES = 46_000  # controller and NimBLE with one connection
RADIO_BLOCK_BYTES = 20_000  # the part of RADIO_BYTES that must come from one block
OVERHEAD = 128 / 131  # share of an area that the collector's tables leave


class RadioPanic(Exception):
    """The radio's start found too little memory: the chip restarts."""


@dataclass
class IdfHeap:
    """Bytes of one chip's shared heap. `python_bytes`: Python's part, used or not."""

    python_bytes: int = PYTHON_FIRST_BYTES
    free: int = IDF_BYTES
    block: int = IDF_BLOCK_BYTES
    radio: bool = False
    least_free: int = IDF_BYTES

    def python_uses(self, used: int) -> None:
        """Grow Python's heap as the collector would have for `used` bytes in use."""
        while used > self.python_bytes * OVERHEAD and min(self.block, self.free) > 2 * KIB:
            grown = min(self.block, self.python_bytes, self.free)
            self.python_bytes += grown
            self._take(grown)

    def start_radio(self) -> None:
        """Take the radio's memory. Raises RadioPanic if there is too little."""
        if self.radio:
            return
        if self.free < RADIO_BYTES or self.block < RADIO_BLOCK_BYTES:
            raise RadioPanic
        self.radio = True
        self._take(RADIO_BYTES)

    def stop_radio(self) -> None:
        """Free the radio's memory, as one block with the free memory beside it."""
        if self.radio:
            self.radio = False
            self.free += RADIO_BYTES
            self.block += RADIO_BYTES

    def info(self, payload: bytes) -> bytes:
        """Answer a request: bytes of Python's heap in use -> one region of `esp32.idf_heap_info`."""
        self.python_uses(struct.unpack("<I", payload)[0])
        return struct.pack("<4I", IDF_BYTES, self.free, self.block, self.least_free)

    def _take(self, size: int) -> None:
        """Take memory from the largest block first. Small pieces count for the radio, and never for Python."""
        self.free -= size
        self.block = max(0, min(self.block - size, self.free))
        self.least_free = min(self.least_free, self.free)
