"""A picture of MicroPython's heap on the 32-bit VM, and who holds each block of it.

Every block belongs to one owner: the module whose functions, classes and constants reach it, the part of the clip that
reaches it, or the rest, which are the tasks, the stack and MicroPython's own. Pointers are found as the collector finds
them: each aligned word that is the address of a block's beginning.
"""

import bisect
import re
import struct
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

BLOCK_BYTES = 16
REST = "tasks, stack, MicroPython's own"
NAMES = "names of MicroPython's table"
_LINE = re.compile(r"^([0-9a-f]{8}): (.+)$", re.MULTILINE)
_BEGIN = re.compile(r"layout; from ([0-9a-f]+):")
_CHUNK_BYTES = 64  # of a chunk of names at least
_FREE, _TAIL = ".", "="


@dataclass(frozen=True)
class Picture:
    """`sizes`: address of each object -> its bytes; `points`: to which objects it points.

    `modules` and `parts`: name -> address, of the loaded modules and of what the attributes of `clip` hold. `names`:
    objects of the table of interned names.
    """

    sizes: dict[int, int]
    points: dict[int, tuple[int, ...]]
    modules: dict[str, int]
    parts: dict[str, int]
    clip: int
    names: frozenset[int]

    @property
    def used(self) -> int:
        """Bytes in use."""
        return sum(self.sizes.values())


def read(folder: Path, name: str) -> Picture:
    """Return the picture that bench/heap_vm/map.py has written. Raises ValueError for what is none."""
    text = (folder / f"{name}.map").read_text(encoding="utf-8", errors="replace")
    memory = (folder / f"{name}.bin").read_bytes()
    begin = _BEGIN.search(text)
    if begin is None:
        raise ValueError(f"{name}.map has no map")
    start = int(begin[1], 16)
    sizes = _sizes(text, start)
    points = {at: tuple(_pointers(memory, at - start, size, sizes)) for at, size in sizes.items()}
    named: dict[str, dict[str, int]] = {"module": {}, "part": {}, "clip": {}}
    for line in (folder / f"{name}.ids").read_text(encoding="utf-8").splitlines():
        kind, what, address = line.split()
        if int(address) in sizes:  # a module in C is not on the heap
            named[kind][what] = int(address)
    return Picture(
        sizes,
        points,
        named["module"],
        named["part"],
        named["clip"]["clip"],
        _names(memory, start, sizes),
    )


def _sizes(text: str, start: int) -> dict[int, int]:
    """Return the address and the bytes of each object in a map of blocks; free lines are left out in it."""
    found: dict[int, int] = {}
    head = 0
    for offset, row in _LINE.findall(text):
        for place, mark in enumerate(row):
            at = start + int(offset, 16) + place * BLOCK_BYTES
            if mark == _TAIL:
                found[head] += BLOCK_BYTES
            elif mark != _FREE:
                head = at
                found[head] = BLOCK_BYTES
    return found


def _pointers(memory: bytes, at: int, size: int, sizes: Mapping[int, int]) -> Iterable[int]:
    words = struct.unpack_from(f"<{size // 4}I", memory, at)
    return (word for word in words if word in sizes)


def _names(memory: bytes, start: int, sizes: Mapping[int, int]) -> frozenset[int]:
    """Return the chunks of names, each some text, and the pools, which point into them."""
    chunks = {
        at
        for at, size in sizes.items()
        if size >= _CHUNK_BYTES and _is_text(memory[at - start : at - start + size])
    }
    starts = sorted(chunks)
    found = set(chunks)
    for at, size in sizes.items():
        words = struct.unpack_from(f"<{size // 4}I", memory, at - start)
        inside = 0
        for word in words:
            place = bisect.bisect_right(starts, word) - 1
            inside += place >= 0 and word < starts[place] + sizes[starts[place]]
        if size >= _CHUNK_BYTES and inside * 4 > len(words):
            found.add(at)
    return frozenset(found)


def _is_text(data: bytes) -> bool:
    """True for names one after the other, each with a zero at its end, and room for more."""
    used = data.rstrip(b"\0")
    names = used.split(b"\0")
    return len(names) > 1 and all(re.fullmatch(rb"[ -~]*", name) for name in names)


def reached(picture: Picture, begin: int, closed: set[int]) -> set[int]:
    """Return the objects that are reached from one, not through those of `closed`."""
    found, ahead = set[int](), [begin]
    while ahead:
        at = ahead.pop()
        if at in found or (at in closed and at != begin):
            continue
        found.add(at)
        ahead += picture.points[at]
    return found


def owners(picture: Picture) -> dict[str, int]:
    """Return owner -> bytes. They make up all that is in use.

    A module that imports another reaches what that one defines as well. So modules take their objects in the order of
    what they reach, the least first, and then the clip's parts take what is left. asyncio comes last: it has the tasks,
    from which everything is reached.
    """
    left = set(picture.sizes)
    found: Counter[str] = Counter()
    closed = {*picture.modules.values(), picture.clip}
    tasks = {name: at for name, at in picture.modules.items() if name.startswith("asyncio")}
    modules = {name: at for name, at in picture.modules.items() if name not in tasks}
    parts = {name: at for name, at in picture.parts.items() if at not in closed}
    for prefix, named in (("", modules), ("clip.", parts), ("", tasks)):
        near = {name: reached(picture, at, closed) for name, at in named.items()}
        for name in sorted(near, key=lambda name: (len(near[name]), name)):
            taken = near[name] & left
            found[prefix + name] = sum(picture.sizes[at] for at in taken)
            left -= taken
    names = picture.names & left
    found[NAMES] = sum(picture.sizes[at] for at in names)
    left -= names
    found[REST] = sum(picture.sizes[at] for at in left)
    return dict(found)
