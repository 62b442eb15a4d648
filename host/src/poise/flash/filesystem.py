"""The clip's file system as a flash image: made whole for a blank board, and read on a board that has one.

MicroPython mounts its partition `vfs` as littlefs with blocks of 4,096 bytes, reads, programs and a lookahead of 32
bytes (extmod/vfs_lfs.c), a cache four times that and 100 block cycles (extmod/vfs_lfsx.c), all the same from 1.26 to
1.29. The form on the flash is 2.0: every littlefs of version 2 reads it, and makes it its own at the first write.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import PoiseError, Reason
from ..installed import add
from ..language import _

BLOCK_BYTES = 4096
_READ_BYTES = _PROGRAM_BYTES = _LOOKAHEAD_BYTES = 32
_CACHE_BYTES = 4 * _READ_BYTES
_BLOCK_CYCLES = 100
_DISK_VERSION = 0x00020000
# A metadata block: revision, tag of the superblock's name, then the name.
_NAME_AT, _NAME = 8, b"littlefs"
_SUPERBLOCKS = 2
HEAD_BYTES = _SUPERBLOCKS * BLOCK_BYTES  # enough to tell a file system from anything else
_BLANK = b"\xff" * BLOCK_BYTES
_FAT_MARK_AT, _FAT_MARK = 510, b"\x55\xaa"

MAIN = "main.py"  # a clip starts with it: it is written last
SLOT = "a"  # the folder of the firmware that the cable brings
KEY = "key"  # the keys that the clip trusts: firmware/update/trust.py


class NoFilesError(Exception):
    """The blocks are not a littlefs that can be read."""


@dataclass(frozen=True)
class Entry:
    """A file of the file system: its path without a leading slash, and its bytes."""

    path: str
    size: int


def build(files: Mapping[str, bytes], size: int) -> bytes:
    """Return the image of a file system of `size` bytes with these files, path -> content.

    Raises PoiseError: MISSING_EXTRA, FLASH_FAILED (they do not fit).
    """
    disk = _Memory(size)
    system = _system(disk, size, disk_version=_DISK_VERSION)
    system.format()
    system.mount()
    try:
        for path, data in sorted(files.items(), key=lambda file: (file[0] == MAIN, file)):
            folder = path.rpartition("/")[0]
            if folder:
                system.makedirs(folder, exist_ok=True)
            with system.open(path, "wb") as file:
                file.write(data)
    except _failures() as error:
        raise PoiseError(
            Reason.FLASH_FAILED,
            _("the firmware does not fit into {size} bytes of files ({why})").format(
                size=size, why=error
            ),
            _("Take a board with a larger flash."),
        ) from None
    system.unmount()
    return bytes(disk.content)


def is_littlefs(head: bytes) -> bool:
    """True if one of the first two blocks, HEAD_BYTES, is a superblock of littlefs."""
    starts = (block * BLOCK_BYTES + _NAME_AT for block in range(_SUPERBLOCKS))
    return any(head[at : at + len(_NAME)] == _NAME for at in starts)


def is_fat(head: bytes) -> bool:
    """True if the first sector of 512 bytes is a FAT file system's."""
    return head[_FAT_MARK_AT : _FAT_MARK_AT + len(_FAT_MARK)] == _FAT_MARK


def entries(read: Callable[[int, int], bytes], size: int) -> list[Entry]:
    """Return the files of a file system of `size` bytes. `read(offset, bytes)` reads whole blocks, each at most once.

    Raises NoFilesError, PoiseError (MISSING_EXTRA) and what `read` raises.
    """
    disk = _Lazy(read)
    try:
        found = _listed(_system(disk, size), size)
    except (*_failures(), NoFilesError) as error:
        disk.check()
        raise NoFilesError(str(error)) from None
    disk.check()
    return found


def _listed(system: Any, size: int) -> list[Entry]:
    system.mount()
    if system.fs_stat().block_count != size // BLOCK_BYTES:
        raise NoFilesError("it has another size")
    found = [
        Entry(f"{folder}/{name}".lstrip("/"), system.stat(f"{folder}/{name}").size)
        for folder, _folders, names in system.walk("/")
        for name in names
    ]
    system.unmount()
    return sorted(found, key=lambda entry: entry.path)


class _Memory:
    """A flash in memory, with the methods that littlefs calls."""

    def __init__(self, size: int) -> None:
        self.content = bytearray(b"\xff" * size)

    def read(self, config: Any, block: int, offset: int, size: int) -> bytearray:
        at = block * config.block_size + offset
        return self.content[at : at + size]

    def prog(self, config: Any, block: int, offset: int, data: bytes) -> int:
        at = block * config.block_size + offset
        self.content[at : at + len(data)] = data
        return 0

    def erase(self, config: Any, block: int) -> int:
        at = block * config.block_size
        self.content[at : at + config.block_size] = b"\xff" * config.block_size
        return 0

    def sync(self, config: Any) -> int:
        del config
        return 0


class _Lazy:
    """A flash of which only the blocks are read that littlefs asks for. It can't be written.

    littlefs is C: an exception there is printed and lost, and what it has read is then anything. So the first failure
    waits for `check`, Ctrl-C as well, and every block after it is blank, which ends littlefs soon.
    """

    def __init__(self, read: Callable[[int, int], bytes]) -> None:
        self._read = read
        self._blocks: dict[int, bytes] = {}
        self._failure: BaseException | None = None

    def check(self) -> None:
        """Raise the first failure of `read`, if there was one."""
        if self._failure is not None:
            raise self._failure from None

    def read(self, config: Any, block: int, offset: int, size: int) -> bytearray:
        del config
        if block not in self._blocks and self._failure is None:
            try:
                self._blocks[block] = self._read(block * BLOCK_BYTES, BLOCK_BYTES)
            except BaseException as error:  # noqa: BLE001 (`check` raises it)
                self._failure = error
        return bytearray(self._blocks.get(block, _BLANK)[offset : offset + size])

    def prog(self, *_given: Any) -> int:
        raise AssertionError("the file system is only read")

    erase = prog

    def sync(self, config: Any) -> int:
        del config
        return 0


def _library() -> Any:
    try:
        import littlefs
    except ImportError:
        raise PoiseError(
            Reason.MISSING_EXTRA, _("littlefs-python is not installed"), add("flash")
        ) from None
    return littlefs


def _failures() -> tuple[type[Exception], ...]:
    return (OSError, _library().LittleFSError)


def _system(disk: Any, size: int, **more: int) -> Any:
    return _library().LittleFS(
        context=disk,
        mount=False,
        block_size=BLOCK_BYTES,
        block_count=size // BLOCK_BYTES,
        read_size=_READ_BYTES,
        prog_size=_PROGRAM_BYTES,
        cache_size=_CACHE_BYTES,
        lookahead_size=_LOOKAHEAD_BYTES,
        block_cycles=_BLOCK_CYCLES,
        **more,
    )
