"""A model of the heap that an ESP32's MicroPython shares with ESP-IDF: Python grows into it, the radio needs the rest.

Sizes are those of a stock ESP32_GENERIC 1.26.1. What is modelled, after MicroPython's `py/gc.c` and `ports/esp32`:
Python begins with 56 KiB; when that is full it takes as much again or, where there is less, the largest free block;
what it has taken while something lives there it never gives back. The radio's controller and NimBLE take their room
when the radio starts and give it back when it stops. A start that finds less is a panic, which no program can catch.
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
RADIO_BLOCK_BYTES = 20_000  # of these, what has to come from one block
OVERHEAD = 128 / 131  # of an area, what the tables of the collector leave


class RadioPanic(Exception):
    """The radio's start found no room: the chip restarts."""


@dataclass
class IdfHeap:
    """Bytes of one chip's shared heap. `python_bytes`: what Python has of it, used or not."""

    python_bytes: int = PYTHON_FIRST_BYTES
    free: int = IDF_BYTES
    block: int = IDF_BLOCK_BYTES
    radio: bool = False
    least_free: int = IDF_BYTES

    def python_uses(self, used: int) -> None:
        """Python has `used` bytes in use: its heap grows as the collector would have made it."""
        while used > self.python_bytes * OVERHEAD and min(self.block, self.free) > 2 * KIB:
            grown = min(self.block, self.python_bytes, self.free)
            self.python_bytes += grown
            self._take(grown)

    def start_radio(self) -> None:
        """Raises RadioPanic."""
        if self.radio:
            return
        if self.free < RADIO_BYTES or self.block < RADIO_BLOCK_BYTES:
            raise RadioPanic
        self.radio = True
        self._take(RADIO_BYTES)

    def stop_radio(self) -> None:
        """Its room is free again, as one block with what was beside it."""
        if self.radio:
            self.radio = False
            self.free += RADIO_BYTES
            self.block += RADIO_BYTES

    def info(self, payload: bytes) -> bytes:
        """Request of the pipe: bytes of Python's heap in use -> what `esp32.idf_heap_info` says of one region."""
        self.python_uses(struct.unpack("<I", payload)[0])
        return struct.pack("<4I", IDF_BYTES, self.free, self.block, self.least_free)

    def _take(self, size: int) -> None:
        """The small change counts for the radio's many small pieces, and never for Python."""
        self.free -= size
        self.block = max(0, min(self.block - size, self.free))
        self.least_free = min(self.least_free, self.free)
