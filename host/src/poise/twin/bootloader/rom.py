"""The serial protocol of the ROM's boot loader, and of the program that esptool loads into a chip's RAM (its "stub").

Frames are SLIP. The ROM takes any rate that its host has; the program has the rate that it was told. Every message can
be the last: `on_message` may raise PowerLost, and half of what that message writes is then in the flash.
"""

import hashlib
import struct
import zlib
from collections import deque
from collections.abc import Callable

from .nor_chip import SECTOR_BYTES, NorChip
from .silicon import Silicon

_END, _ESC = b"\xc0", b"\xdb"
_REQUEST = struct.Struct("<BBHI")  # 0, operation, bytes, checksum
_FOUR = struct.Struct("<4I")
_CHECKSUM_START = 0xEF
_ROM_SYNC_VALUE = 0x20120707
_MOST_FRAME_BYTES = 0x10000
_BAD_MESSAGE, _BAD_CHECKSUM = 0x05, 0x07  # the ROM's errors
_READ_BYTES = 4  # of the host's word that it has read a block
_IN_FLIGHT = 2  # blocks sent ahead of it
STUB_GREETING = b"OHAI"
OPERATIONS = {
    0x02: "flash_begin",
    0x03: "flash_data",
    0x04: "flash_end",
    0x05: "mem_begin",
    0x06: "mem_end",
    0x07: "mem_data",
    0x08: "sync",
    0x09: "write_reg",
    0x0A: "read_reg",
    0x0B: "spi_set_params",
    0x0D: "spi_attach",
    0x0F: "change_baudrate",
    0x10: "flash_defl_begin",
    0x11: "flash_defl_data",
    0x12: "flash_defl_end",
    0x13: "spi_flash_md5",
    0x14: "get_security_info",
    0xD0: "erase_flash",
    0xD1: "erase_region",
    0xD2: "read_flash",
}
_STUB_ONLY = ("erase_flash", "erase_region", "read_flash")


class PowerLost(Exception):
    """The board has lost its power in the middle of a message."""


def slip(data: bytes) -> bytes:
    """Return a SLIP frame."""
    return _END + data.replace(_ESC, b"\xdb\xdd").replace(_END, b"\xdb\xdc") + _END


class Rom:
    """A chip in its boot loader. `feed` takes the host's bytes and returns the replies.

    `on_message(name, number)` is called before each message is carried out; `on_baud(rate)` when the chip changes its
    rate, after its reply was given; `on_restart()` when the host asks for a restart.
    """

    def __init__(
        self,
        silicon: Silicon,
        flash: NorChip,
        on_restart: Callable[[], None],
        on_baud: Callable[[int], None],
    ) -> None:
        self._silicon = silicon
        self._flash = flash
        self._on_restart = on_restart
        self._on_baud = on_baud
        self.on_message: Callable[[str, int], None] | None = None
        self.messages = 0  # over all sessions
        self.begin()

    def begin(self) -> None:
        """Start the loader anew, as a reset does: without the host's program."""
        self.stub = False
        self._frame = bytearray()
        self._inside = False
        self._unsent: deque[bytes] = deque()  # blocks of a read that the host waits for
        self._at = 0  # where the next data go
        self._inflate: zlib._Decompress | None = None

    def feed(self, data: bytes) -> list[bytes]:
        """Take bytes; return the replies, each of which goes out at the rate of its time."""
        replies = []
        for byte in data:
            if byte != _END[0]:
                if self._inside and len(self._frame) < _MOST_FRAME_BYTES:
                    self._frame.append(byte)
                continue
            if self._frame:
                frame = bytes(self._frame).replace(b"\xdb\xdc", _END).replace(b"\xdb\xdd", _ESC)
                replies += self._take(frame)
                self._frame.clear()
            self._inside = True
        return replies

    def _take(self, frame: bytes) -> list[bytes]:
        if self._unsent and len(frame) == _READ_BYTES:
            return [self._unsent.popleft()]  # the host has read a block
        if len(frame) < _REQUEST.size or frame[0] != 0:
            return []  # noise, or such a word too late
        _zero, code, size, checksum = _REQUEST.unpack_from(frame)
        body = frame[_REQUEST.size :]
        name = OPERATIONS.get(code)
        if len(body) != size:
            return []
        if name is None or (name in _STUB_ONLY and not self.stub):
            return [self._reply(code, error=_BAD_MESSAGE)]
        self.messages += 1
        try:
            if self.on_message:
                self.on_message(name, self.messages)
        except PowerLost:
            if name.endswith("_data") and not name.startswith("mem"):
                self._half(name, body)
            raise
        if name.endswith("_data") and _checksum(body[_FOUR.size :]) != checksum & 0xFF:
            return [self._reply(code, error=_BAD_CHECKSUM)]
        return getattr(self, f"_{name}")(code, body)

    def _reply(self, code: int, value: int = 0, data: bytes = b"", error: int = 0) -> bytes:
        status = bytes((bool(error), error)) + (b"" if self.stub else bytes(2))
        body = data + status
        return slip(_REQUEST.pack(1, code, len(body), value) + body)

    # --- the chip

    def _sync(self, code: int, body: bytes) -> list[bytes]:
        del body
        return [self._reply(code, 0 if self.stub else _ROM_SYNC_VALUE)] * 8

    def _get_security_info(self, code: int, body: bytes) -> list[bytes]:
        del body
        info = self._silicon.security_info()
        return [
            self._reply(code, error=_BAD_MESSAGE) if info is None else self._reply(code, data=info)
        ]

    def _read_reg(self, code: int, body: bytes) -> list[bytes]:
        return [self._reply(code, self._silicon.read(*struct.unpack_from("<I", body)))]

    def _write_reg(self, code: int, body: bytes) -> list[bytes]:
        address, value, mask, _delay_us = _FOUR.unpack_from(body)
        self._silicon.write(address, value, mask)
        return [self._reply(code)]

    def _change_baudrate(self, code: int, body: bytes) -> list[bytes]:
        reply = self._reply(code)
        self._on_baud(struct.unpack_from("<I", body)[0])
        return [reply]

    def _mem_begin(self, code: int, body: bytes) -> list[bytes]:
        del body
        return [self._reply(code)]

    _mem_data = _spi_set_params = _spi_attach = _mem_begin

    def _mem_end(self, code: int, body: bytes) -> list[bytes]:
        stays, _entry = struct.unpack_from("<II", body)
        reply = self._reply(code)
        if stays:
            return [reply]
        self.stub = True
        return [reply, slip(STUB_GREETING)]

    # --- the flash

    def _flash_begin(self, code: int, body: bytes) -> list[bytes]:
        size, _blocks, _block_bytes, self._at = _FOUR.unpack_from(body)
        self._inflate = None
        if not self.stub:
            self._flash.erase(self._at, size)
        return [self._reply(code)]

    def _flash_defl_begin(self, code: int, body: bytes) -> list[bytes]:
        reply = self._flash_begin(code, body)
        self._inflate = zlib.decompressobj()
        return reply

    def _flash_data(self, code: int, body: bytes) -> list[bytes]:
        self._write(body[_FOUR.size :])
        return [self._reply(code)]

    def _flash_defl_data(self, code: int, body: bytes) -> list[bytes]:
        assert self._inflate is not None
        self._write(self._inflate.decompress(body[_FOUR.size :]))
        return [self._reply(code)]

    def _half(self, name: str, body: bytes) -> None:
        """Write the first half of a message's data, and leave the sector after it erased."""
        data = body[_FOUR.size :]
        if name == "flash_defl_data":
            assert self._inflate is not None
            data = self._inflate.decompress(data)
        self._write(data[: len(data) // 2])
        self._flash.erase(self._at, 1)

    def _write(self, data: bytes) -> None:
        # The program erases each sector as it gets there; the ROM has erased them all.
        at = self._at
        while self.stub and at < self._at + len(data):
            if at % SECTOR_BYTES == 0:
                self._flash.erase(at, SECTOR_BYTES)
            at += SECTOR_BYTES - at % SECTOR_BYTES
        self._flash.program(self._at, data)
        self._at += len(data)

    def _flash_end(self, code: int, body: bytes) -> list[bytes]:
        reply = self._reply(code)
        if struct.unpack_from("<I", body)[0] == 0:
            self._on_restart()
        return [reply]

    _flash_defl_end = _flash_end

    def _spi_flash_md5(self, code: int, body: bytes) -> list[bytes]:
        offset, size, *_rest = _FOUR.unpack_from(body)
        digest = hashlib.md5(self._flash.read(offset, size), usedforsecurity=False)
        told = digest.digest() if self.stub else digest.hexdigest().encode()
        return [self._reply(code, data=told)]

    def _erase_flash(self, code: int, body: bytes) -> list[bytes]:
        del body
        self._flash.erase(0, self._flash.size)
        return [self._reply(code)]

    def _erase_region(self, code: int, body: bytes) -> list[bytes]:
        self._flash.erase(*struct.unpack_from("<II", body))
        return [self._reply(code)]

    def _read_flash(self, code: int, body: bytes) -> list[bytes]:
        offset, size, block_bytes, _in_flight = _FOUR.unpack_from(body)
        data = self._flash.read(offset, size)
        blocks = [slip(data[at : at + block_bytes]) for at in range(0, size, block_bytes)]
        digest = hashlib.md5(data, usedforsecurity=False).digest()
        self._unsent = deque([*blocks[_IN_FLIGHT:], slip(digest)])
        return [self._reply(code), *blocks[:_IN_FLIGHT]]


def _checksum(data: bytes) -> int:
    total = _CHECKSUM_START
    for byte in data:
        total ^= byte
    return total
