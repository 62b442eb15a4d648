"""Count of the instructions in a `.mpy` file: those of MicroPython's VM, and the chip's own of viper functions.

The format is MicroPython's py/persistentcode.c and py/bc.h, version 6: two tables, then a tree of functions. Each
function is decoded to its end, so a decoder that loses its way fails and does not count wrong.
"""

from bench.native import DECODERS, VIPER, code_start, uint

BYTECODE = 0  # kind of a function, like bench.native.VIPER
_HEAD_BYTES = 4
_ARCH_FLAGS = 0x40  # in the third byte of the head: a number follows
# Kinds of objects.
_PLAIN, _STR, _BYTES, _NUMBERS, _TUPLE = range(5), 5, 6, (7, 8, 9), 10
_VIPER_DATA = (
    0x70  # scope flags of a viper function with relocations or data, which mpy-cross does not write
)
# py/bc0.h: two bits for each high half of an opcode say what follows it.
_FORMATS = 0x000003A4
_ALONE, _NUMBER, _OFFSET = 0, (1, 2), 3
_NO_EXTRA_BYTE = 0x9E


def instructions(data: bytes, arch: str) -> int:
    """Return the number of instructions in a `.mpy` file. `arch`: of mpy-cross. Raises ValueError."""
    at = _HEAD_BYTES
    if data[2] & _ARCH_FLAGS:
        _, at = uint(data, at)
    names, at = uint(data, at)
    objects, at = uint(data, at)
    for _ in range(names):
        length, at = uint(data, at)
        if not length & 1:  # else it is one that every MicroPython has
            at += (length >> 1) + 1
    for _ in range(objects):
        at = _after_object(data, at)
    count, at = _function(data, at, arch)
    if at != len(data):
        raise ValueError("the file goes on after its last function")
    return count


def _after_object(data: bytes, at: int) -> int:
    kind, at = data[at], at + 1
    if kind in _PLAIN:
        return at
    size, at = uint(data, at)
    if kind == _TUPLE:
        for _ in range(size):
            at = _after_object(data, at)
        return at
    if kind in (_STR, _BYTES):
        return at + size + 1
    if kind in _NUMBERS:
        return at + size
    raise ValueError(f"object of kind {kind}")


def _function(data: bytes, at: int, arch: str) -> tuple[int, int]:
    """Return (instructions of a function and those inside it, index after it)."""
    head, at = uint(data, at)
    code, at = data[at : at + (head >> 3)], at + (head >> 3)
    kind = head & 3
    if kind == BYTECODE:
        count = _of_vm(code)
    elif kind == VIPER:
        count = _of_chip(code, arch)
        flags, at = uint(data, at)
        if flags & _VIPER_DATA:
            raise ValueError("a viper function with data of its own")
    else:
        raise ValueError(f"a function of kind {kind}")
    if head & 4:
        inner, at = uint(data, at)
        for _ in range(inner):
            more, at = _function(data, at, arch)
            count += more
    return count, at


def _of_vm(code: bytes) -> int:
    at = 0
    while code[at] & 0x80:  # sizes of the stack and of the arguments
        at += 1
    at, info, cells, n = at + 1, 0, 0, 0
    while True:  # sizes of two tables in front of the code
        byte = code[at]
        at += 1
        info |= (byte >> 1 & 0x3F) << 6 * n
        cells |= (byte & 1) << n
        n += 1
        if not byte & 0x80:
            break
    at += info + cells
    count = 0
    while at < len(code):
        at = _after_opcode(code, at)
        count += 1
    if at != len(code):
        raise ValueError("the code ends in the middle of an instruction")
    return count


def _after_opcode(code: bytes, at: int) -> int:
    opcode, at = code[at], at + 1
    follows = _FORMATS >> 2 * (opcode >> 4) & 3
    if follows in _NUMBER:
        _, at = uint(code, at)
    elif follows == _OFFSET:
        at += 2 if code[at] & 0x80 else 1
    return at + (not opcode & _NO_EXTRA_BYTE)


def _of_chip(code: bytes, arch: str) -> int:
    at, count = code_start(code, arch), 0
    while at < len(code):
        at += DECODERS[arch](code, at)[0]
        count += 1
    if at != len(code):
        raise ValueError("the code ends in the middle of an instruction")
    return count
