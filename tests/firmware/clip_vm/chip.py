# The LSM6DSOX's registers as far as the driver's own tests need them: a FIFO that a test fills, nothing else moves.


class Chip:
    """An I2C bus with one chip. `words` is the FIFO; `overrun` its latched flag. Reading allocates nothing."""

    def __init__(self, who=0x6C):
        self.registers = bytearray(128)
        self.registers[0x0F] = who
        self.registers[0x1E] = 0x07  # new data, always
        self.fifo = bytearray(7 * 512)
        self.start = 0
        self.words = 0
        self.overrun = False
        self.answers = True
        self.written = []
        self.st_acc_lsb = 0  # what the self-test adds
        self.st_gyr_lsb = 0

    def push(self, tag, slot, x, y, z):
        at = 7 * (self.start + self.words)
        self.fifo[at] = tag << 3 | slot << 1
        for i, v in enumerate((x, y, z)):
            self.fifo[at + 1 + 2 * i] = v & 0xFF
            self.fifo[at + 2 + 2 * i] = v >> 8 & 0xFF
        self.words += 1

    def readfrom_mem_into(self, address, register, into):
        if not self.answers or address != 0x6A:
            raise OSError(19)
        if register == 0x78:
            at = 7 * self.start
            for i in range(len(into)):
                into[i] = self.fifo[at + i]
            self.start += len(into) // 7
            self.words -= len(into) // 7
            return
        if register == 0x3A:
            self.registers[0x3A] = self.words & 0xFF
            self.registers[0x3B] = self.words >> 8 | (8 if self.overrun else 0)
            self.overrun = False
        if register in (0x22, 0x28):
            self._output(register)
        for i in range(len(into)):
            into[i] = self.registers[register + i]

    def _output(self, register):
        pushed = self.registers[0x14] & (0x01 if register == 0x28 else 0x04)
        value = (self.st_acc_lsb if register == 0x28 else self.st_gyr_lsb) if pushed else 0
        for i in range(3):
            self.registers[register + 2 * i] = value & 0xFF
            self.registers[register + 2 * i + 1] = value >> 8 & 0xFF

    def writeto(self, address, order):
        """One buffer a transfer: the register, then what is written to it."""
        if not self.answers or address != 0x6A:
            raise OSError(19)
        register, data = order[0], order[1:]
        self.written.append((register, data[0]))
        self.registers[register] = data[0] & ~1 if register == 0x12 else data[0]
