"""What esptool reads of a chip through its registers: the family, the MAC address, the flash behind its SPI bus."""

import struct
from typing import Any

from .nor_chip import NorChip

_CMD_USR = 1 << 18
_READ_ID, _READ_SFDP = 0x9F, 0x5A
_SFDP = 0x50444653  # the letters SFDP
_CRYSTAL_HZ = 40_000_000
_ROM_BAUD = 115_200


class Silicon:
    """The registers of a chip of the family `chip`, esptool's short name ("esp32", "esp32s3", ...).

    `mac`: six bytes. `encrypted`, `locked`: an ESP32 whose eFuses have its flash encrypted or its boot loader locked.
    """

    def __init__(
        self,
        chip: str,
        mac: bytes,
        flash: NorChip,
        *,
        encrypted: bool = False,
        locked: bool = False,
    ) -> None:
        from esptool.targets import CHIP_DEFS

        self._rom: Any = CHIP_DEFS[chip]
        self._flash = flash
        self._written: dict[int, int] = {}
        self._fixed = self._mac_words(mac)
        if self._rom.USES_MAGIC_VALUE:
            self._fixed[self._rom.CHIP_DETECT_MAGIC_REG_ADDR] = self._rom.MAGIC_VALUE
        if hasattr(self._rom, "UART_CLKDIV_REG"):
            self._fixed[self._rom.UART_CLKDIV_REG] = _CRYSTAL_HZ // _ROM_BAUD
        if encrypted:
            self._fixed[self._rom.EFUSE_SPI_BOOT_CRYPT_CNT_REG] = 1 << 20
        if locked:
            self._fixed[self._rom.EFUSE_RD_ABS_DONE_REG] = self._rom.EFUSE_RD_ABS_DONE_0_MASK

    def security_info(self) -> bytes | None:
        """Return the answer to GET_SECURITY_INFO; None for a family that knows no such command."""
        if self._rom.USES_MAGIC_VALUE:
            return None
        return struct.pack("<IB7sII", 0, 0, bytes(7), self._rom.IMAGE_CHIP_ID, 0)

    def read(self, address: int) -> int:
        """Return a register's value, 0 for one that nobody has set."""
        return self._written.get(address, self._fixed.get(address, 0))

    def write(self, address: int, value: int, mask: int) -> None:
        """Set a register. The SPI bus carries out a command that is started by it."""
        value = self.read(address) & ~mask | value & mask
        self._written[address] = value
        if address == self._rom.SPI_REG_BASE and value & _CMD_USR:
            self._written[address] = 0
            self._written[self._rom.SPI_REG_BASE + self._rom.SPI_W0_OFFS] = self._spi()

    def _spi(self) -> int:
        base = self._rom.SPI_REG_BASE
        command = self.read(base + self._rom.SPI_USR2_OFFS) & 0xFF
        if command == _READ_ID:
            return self._flash.jedec_id
        return _SFDP if command == _READ_SFDP and not self.read(base + 4) else 0

    def _mac_words(self, mac: bytes) -> dict[int, int]:
        high, low = struct.unpack(">II", bytes(2) + mac)
        if hasattr(self._rom, "EFUSE_RD_REG_BASE") and self._rom.CHIP_NAME == "ESP32":
            first = self._rom.EFUSE_RD_REG_BASE + 4
        else:
            first = self._rom.MAC_EFUSE_REG
        return {first: low, first + 4: high}
