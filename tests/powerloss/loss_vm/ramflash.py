# A NOR flash in RAM for the real littlefs: programming clears bits, only an erase sets them. Its power can fail at any
# program or erase, which is then carried out as one of SHAPES says.

_EIO = (
    -5
)  # returned, never raised: an exception would jump out of littlefs' C code and leave it half done

# What is left of the operation that the power failed in. "noise": each bit has changed or not. "whole": it was carried
# out and not reported.
SHAPES = ("nothing", "first", "half", "all_but_one", "whole", "noise")


class RamFlash:
    """`memory` outlives the device. With `journal` (a list) each operation is kept in it: (at, size, data or None)."""

    def __init__(self, memory, block_bytes, journal=None):
        self.memory = memory
        self.block_bytes = block_bytes
        self.operations = 0
        self.erases = None  # or a list with a count for each block
        self.journal = journal
        self.cut_at = -1  # the operation, counted from 1, in which the power fails
        self.shape = "nothing"
        self.rng = None

    @property
    def dead(self):
        """The power has failed."""
        return 0 <= self.cut_at <= self.operations

    def readblocks(self, block, buffer, offset=0):
        if self.dead:
            return _EIO
        at = block * self.block_bytes + offset
        buffer[:] = self.memory[at : at + len(buffer)]
        return 0

    def writeblocks(self, block, buffer, offset=0):
        return self._change(block * self.block_bytes + offset, len(buffer), bytes(buffer))

    def ioctl(self, request, argument):
        if request == 4:
            return len(self.memory) // self.block_bytes
        if request == 5:
            return self.block_bytes
        if request == 6:
            if self.erases and not self.dead:
                self.erases[argument] += 1
            return self._change(argument * self.block_bytes, self.block_bytes, None)
        return 0

    def _change(self, at, size, data):
        if self.dead:
            return _EIO
        self.operations += 1
        if self.dead:
            cut_short(self.memory, (at, size, data), self.shape, self.rng)
            return _EIO
        if self.journal is not None:
            self.journal.append((at, size, data))
        carry_out(self.memory, (at, size, data))
        return 0


def carry_out(memory, operation):
    """A whole operation."""
    at, size, data = operation
    blank = b"\xff" * size
    if data is None or memory[at : at + size] == blank:
        memory[at : at + size] = blank if data is None else data
        return
    old = int.from_bytes(memory[at : at + size], "little")
    memory[at : at + size] = (old & int.from_bytes(data, "little")).to_bytes(size, "little")


def cut_short(memory, operation, shape, rng):
    """What is left of an operation when the power fails in it."""
    at, size, data = operation
    if shape == "noise":
        for n in range(size):
            old = memory[at + n]
            wanted = 0xFF if data is None else old & data[n]
            memory[at + n] = old ^ ((old ^ wanted) & rng.word() >> 9)
        return
    done = {"nothing": 0, "first": 1, "half": size // 2, "all_but_one": size - 1, "whole": size}
    size = done[shape]
    if size:
        carry_out(memory, (at, size, data and data[:size]))
