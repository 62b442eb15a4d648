"""TDK InvenSense ICM-42688-P at its registers, as a driver sees it on I2C. Chapters: datasheet DS-000347."""

import numpy as np

from .imu import Array, Counts, ImuChip, Make

ADDRESS = 0x68
CHIP_ID = 0x47
DEVICE_CONFIG, INT_CONFIG, FIFO_CONFIG = 0x11, 0x14, 0x16
TEMP_DATA1, ACCEL_DATA_X1, GYRO_DATA_X1 = 0x1D, 0x1F, 0x25
INT_STATUS, FIFO_COUNTH, FIFO_DATA = 0x2D, 0x2E, 0x30
SIGNAL_PATH_RESET, INTF_CONFIG0, INTF_CONFIG1, PWR_MGMT0 = 0x4B, 0x4C, 0x4D, 0x4E
GYRO_CONFIG0, ACCEL_CONFIG0 = 0x4F, 0x50
FIFO_CONFIG1, FIFO_CONFIG2, FIFO_CONFIG3 = 0x5F, 0x60, 0x61
INT_SOURCE0, FIFO_LOST_PKT0, SELF_TEST_CONFIG = 0x65, 0x6C, 0x70
WHO_AM_I, REG_BANK_SEL = 0x75, 0x76
XG_ST_DATA = 0x5F  # user bank 1
XA_ST_DATA = 0x3B  # user bank 2
PACKET = 16
DEPTH_BYTES = 2048  # 6

# 14: reset values other than 0.
RESET_VALUES = {
    0x13: 0x05,
    INT_STATUS: 0x10,
    INTF_CONFIG0: 0x30,
    INTF_CONFIG1: 0x91,
    GYRO_CONFIG0: 0x06,
    ACCEL_CONFIG0: 0x06,
    0x51: 0x16,
    0x52: 0x11,
    0x53: 0x0D,
    0x54: 0x23,
    0x64: 0x10,
    INT_SOURCE0: 0x10,
    WHO_AM_I: CHIP_ID,
}
_READ_ONLY = {*range(TEMP_DATA1, FIFO_DATA + 1), FIFO_LOST_PKT0, FIFO_LOST_PKT0 + 1, WHO_AM_I}
_RATES = {
    0x3: 8000.0,
    0x4: 4000.0,
    0x5: 2000.0,
    0x6: 1000.0,
    0x7: 200.0,
    0x8: 100.0,
    0x9: 50.0,
    0xA: 25.0,
    0xB: 12.5,
    0xF: 500.0,
}
_RESET_DONE, _DATA_RDY, _FIFO_THS, _FIFO_FULL = 0x10, 0x08, 0x04, 0x02
_INVALID = b"\x80\x00"
# The factory's self-test codes, x y z: the change is 2620 x 1.01^(code - 1) LSB at ±250 dps and at ±2 g.
GYR_CODES, ACC_CODES = (118, 124, 121), (114, 109, 117)
_SPREAD = np.array([1.04, 0.97, 1.02])  # of this chip's change from the factory's


def trim_lsb(code: int) -> float:
    """Return the factory's self-test change for a code, in LSB at ±250 dps or ±2 g."""
    return 2620 * 1.01 ** (code - 1)


class Icm42688(ImuChip):
    """One ICM-42688-P; see `ImuChip`."""

    # 3.1, 3.2: zero-rate ±0.5 dps, zero-g ±20 mg, 2.8 mdps/√Hz, 70 µg/√Hz; 14, INTF_CONFIG0: samples from -32766 on.
    make = Make(8, 0.2, 0.07, 0.0028, lowest=-32766)

    def _reset(self) -> None:
        self._registers = bytearray(0x80)
        for register, value in RESET_VALUES.items():
            self._registers[register] = value
        self._bank = 0
        self._status = _RESET_DONE
        self._fifo = bytearray()
        self._lost = 0
        self._stamp = 0
        self._valid = False  # a sample has been made since the start

    # --- bus

    def _read(self, register: int, size: int) -> bytes:
        if self._bank:
            return self._read_bank(register, size)
        if register == FIFO_DATA:
            return self._read_fifo(size)
        self._refresh()
        out = bytes(self._registers[register : register + size])
        if register <= INT_STATUS < register + size:
            self._status = 0
        return out

    def _read_bank(self, register: int, size: int) -> bytes:
        page = bytearray(0x100)
        page[REG_BANK_SEL] = self._bank
        if self._bank == 1:
            page[XG_ST_DATA : XG_ST_DATA + 3] = bytes(GYR_CODES)
        if self._bank == 2:
            page[XA_ST_DATA : XA_ST_DATA + 3] = bytes(ACC_CODES)
        return bytes(page[register : register + size])

    def _write_one(self, register: int, value: int) -> None:
        if register == REG_BANK_SEL:
            self._bank = value & 7
            return
        if self._bank or register in _READ_ONLY or register >= 0x80:
            return
        if register == DEVICE_CONFIG and value & 0x01:
            self.power_on()
            return
        before = self.rate_hz
        self._registers[register] = value
        if register == SIGNAL_PATH_RESET:
            self._registers[register] = 0
        if (register == SIGNAL_PATH_RESET and value & 0x02) or (
            register == FIFO_CONFIG and not value & 0xC0
        ):
            self._fifo.clear()
            self._lost = 0
        if self.rate_hz != before:
            self._restart()

    def _refresh(self) -> None:
        """Update the registers that follow from the state, before they are read."""
        status = self._status | (_FIFO_THS if self._watermark_reached() else 0)
        self._registers[INT_STATUS] = status
        count = len(self._fifo) // (PACKET if self._registers[INTF_CONFIG0] & 0x40 else 1)
        ends = ("little", "big")
        order = ends[self._registers[INTF_CONFIG0] >> 5 & 1]
        self._registers[FIFO_COUNTH : FIFO_COUNTH + 2] = count.to_bytes(2, order)
        order = ends[self._registers[INTF_CONFIG0] >> 4 & 1]
        temperature = round((self._temperature_c - 25.0) * 132.48)
        self._registers[TEMP_DATA1:ACCEL_DATA_X1] = temperature.to_bytes(2, order, signed=True)
        data = self._last[::-1].astype(">i2" if order == "big" else "<i2").tobytes()
        self._registers[ACCEL_DATA_X1 : GYRO_DATA_X1 + 6] = data if self._valid else _INVALID * 6
        self._registers[FIFO_LOST_PKT0 : FIFO_LOST_PKT0 + 2] = self._lost.to_bytes(2, "little")

    def _read_fifo(self, size: int) -> bytes:
        """Remove and return whole packets, also when one is read in part.

        With FIFO_RESUME_PARTIAL_RD off, such a packet would come again whole.
        """
        out = bytes(self._fifo[:size])
        del self._fifo[: len(out) // PACKET * PACKET]
        return out + b"\xff" * (size - len(out))

    def _watermark_reached(self) -> bool:
        mark = self._registers[FIFO_CONFIG2] | (self._registers[FIFO_CONFIG3] & 0x0F) << 8
        if self._registers[INTF_CONFIG0] & 0x40:
            mark *= PACKET
        return bool(mark) and len(self._fifo) >= mark

    def _int1(self) -> bool:
        """Return the level of INT1, active high: the FIFO's watermark, when routed there."""
        routed = self._registers[INT_SOURCE0] & _FIFO_THS and self._registers[INT_CONFIG] & 0x01
        return bool(routed) and self._watermark_reached()

    # --- sampling

    @property
    def rate_hz(self) -> float:
        """Rate of both sensors as set, in Hz, 0 when off; low-noise mode only."""
        power = self._registers[PWR_MGMT0]
        gyr = _RATES.get(self._registers[GYRO_CONFIG0] & 0x0F, 0.0) if power & 0x0C == 0x0C else 0.0
        acc = _RATES.get(self._registers[ACCEL_CONFIG0] & 0x0F, 0.0) if power & 0x03 == 0x03 else 0
        return max(gyr, acc)

    def _scales(self) -> tuple[float, float]:
        # 3.1: 131 LSB/dps at ±250; 3.2: 16384 LSB/g at ±2 g; FS_SEL 0 is the largest scale.
        gyr = self._registers[GYRO_CONFIG0] >> 5
        acc = self._registers[ACCEL_CONFIG0] >> 5 & 3
        return 1000 * 2 ** (3 - acc) / 16384, 1000 * 2 ** (3 - gyr) / 131

    def _pushed(self) -> tuple[Array, Array]:
        control = self._registers[SELF_TEST_CONFIG]
        axes = np.arange(3)
        gyr_on = control >> axes & 1
        acc_on = (control >> (3 + axes) & 1) * (control >> 6 & 1)  # ACCEL_ST_POWER
        gyr = np.array([trim_lsb(code) for code in GYR_CODES]) / 131
        acc = np.array([trim_lsb(code) for code in ACC_CODES]) / 16.384
        return acc * _SPREAD * acc_on, gyr * _SPREAD * gyr_on

    def _depth(self) -> int:
        return DEPTH_BYTES // PACKET

    def _batch(self, counts: Counts, skipped: int) -> None:
        """Put packets of format 3 into the FIFO (6.1). Stream mode drops the oldest."""
        self._valid = True
        self._status |= _DATA_RDY
        streams = self._registers[FIFO_CONFIG] >> 6 == 1
        if not streams or self._registers[FIFO_CONFIG1] & 0x03 != 0x03:
            return
        n = len(counts)
        packets = np.zeros((n, PACKET), np.uint8)
        packets[:, 0] = 0x68  # accelerometer, gyroscope, time of the sample
        order = ">i2" if self._registers[INTF_CONFIG0] & 0x10 else "<i2"
        both = np.ascontiguousarray(counts[:, ::-1], dtype=order)
        packets[:, 1:13] = both.view(np.uint8).reshape(n, 12)
        packets[:, 13] = round((self._temperature_c - 25.0) * 2.07) & 0xFF
        stamps = (self._stamp + (skipped + 1 + np.arange(n)) * 1_000_000 / self.rate_hz).astype(int)
        packets[:, 14], packets[:, 15] = stamps >> 8 & 0xFF, stamps & 0xFF
        self._stamp = int(stamps[-1])
        self._fifo += packets.tobytes()
        over = max(0, len(self._fifo) - DEPTH_BYTES)
        del self._fifo[:over]
        if len(self._fifo) >= DEPTH_BYTES:
            self._status |= _FIFO_FULL
        self._lost = min(0xFFFF, self._lost + skipped + over // PACKET)
