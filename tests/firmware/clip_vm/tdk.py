# The ICM-42688-P's and MPU-6050's registers as far as the drivers' own tests need them: a FIFO that a test fills.


class Tdk:
    """An I2C bus with one chip at 0x68. `fifo` is what waits in it. Reading and writing allocate nothing."""

    def __init__(self, who):
        self.registers = bytearray(128)
        self.codes = {}  # ICM: bank to the three self-test codes
        self.registers[0x75] = who
        self.fifo = bytearray(1024)
        self.start = self.count = 0
        self.status = 0
        self.answers = True
        self.tears = False  # the next transfer from the FIFO breaks off half-way
        self.push_gyr = self.push_acc = 0  # LSB that the self-test adds
        self.resets = 0

    def push(self, packet):
        at = self.start + self.count
        self.fifo[at : at + len(packet)] = packet
        self.count += len(packet)

    def readfrom_mem_into(self, address, register, into):
        if not self.answers or address != 0x68:
            raise OSError(19)
        bank = self.registers[0x76]
        if bank:
            into[:] = self.codes[bank]
            return
        if register == self.FIFO:
            self._take(into)
            return
        self._refresh(register)
        for i in range(len(into)):
            into[i] = self.registers[register + i]
        if register <= self.STATUS < register + len(into):
            self.status = 0

    def _take(self, into):
        size = len(into) // 2 if self.tears else len(into)
        for i in range(size):
            into[i] = self.fifo[self.start + i]
        self.start += size
        self.count -= size
        if self.tears:
            self.tears = False
            raise OSError(110)

    def _refresh(self, register):
        self.registers[self.STATUS] = self.status | self.ALWAYS
        self.registers[self.COUNT] = self.count >> 8
        self.registers[self.COUNT + 1] = self.count & 0xFF
        if register == self.OUT_G:
            self._output(register, self.push_gyr if self._pushing(self.OUT_G) else 0)
        if register == self.OUT_A:
            self._output(register, self.push_acc if self._pushing(self.OUT_A) else 0)

    def _output(self, register, value):
        for i in range(3):
            self.registers[register + 2 * i] = value >> 8 & 0xFF
            self.registers[register + 2 * i + 1] = value & 0xFF

    def writeto(self, address, order):
        """One buffer a transfer: the first register, then what is written from it on."""
        if not self.answers or address != 0x68:
            raise OSError(19)
        for i in range(len(order) - 1):
            self._store(order[0] + i, order[1 + i])


class Icm(Tdk):
    STATUS, COUNT, FIFO, OUT_A, OUT_G, ALWAYS = 0x2D, 0x2E, 0x30, 0x1F, 0x25, 0x18

    def __init__(self, who=0x47, gyr_codes=(0, 0, 0), acc_codes=(0, 0, 0)):
        super().__init__(who)
        self.codes = {1: bytes(gyr_codes), 2: bytes(acc_codes)}
        self.registers[0x4D] = 0x91

    def _pushing(self, out):
        return self.registers[0x70] & (0x07 if out == self.OUT_G else 0x78)

    def _store(self, register, value):
        self.registers[register] = value


class Mpu(Tdk):
    STATUS, COUNT, FIFO, OUT_A, OUT_G, ALWAYS = 0x3A, 0x72, 0x74, 0x3B, 0x43, 0x01

    def __init__(self, who=0x68, codes=(0, 0, 0, 0)):
        super().__init__(who)
        self.registers[0x0D:0x11] = bytes(codes)

    def _pushing(self, out):
        return self.registers[0x1B if out == self.OUT_G else 0x1C] & 0xE0

    def _store(self, register, value):
        if register == 0x6B:
            value &= 0x7F
        if register == 0x6A and value == 0x04:
            self.start = self.count = 0
            self.resets += 1
        self.registers[register] = value
