# A block device in RAM for the real littlefs, whose power can fail at any operation.

BLOCK = 512


_EIO = (
    -5
)  # returned, never raised: an exception would jump out of littlefs' C code and leave it half done


class RamFlash:
    """`memory` outlives the device. The `cut_at`-th program or erase is done half, and then nothing works any more."""

    def __init__(self, memory, cut_at=-1):
        self.memory = memory
        self.operations = 0
        self.cut_at = cut_at

    def readblocks(self, block, buffer, offset=0):
        if self.dead:
            return _EIO
        at = block * BLOCK + offset
        buffer[:] = self.memory[at : at + len(buffer)]
        return 0

    def writeblocks(self, block, buffer, offset=0):
        return self._change(block * BLOCK + offset, bytes(buffer))

    def ioctl(self, request, argument):
        if request == 4:
            return len(self.memory) // BLOCK
        if request == 5:
            return BLOCK
        if request == 6:
            return self._change(argument * BLOCK, b"\xff" * BLOCK)
        return 0

    @property
    def dead(self):
        return 0 <= self.cut_at <= self.operations

    def _change(self, at, data):
        if self.dead:
            return _EIO
        self.operations += 1
        if self.dead:
            half = len(data) // 2
            self.memory[at : at + half] = data[:half]
            return _EIO
        self.memory[at : at + len(data)] = data
        return 0
