"""What is on a board whose MicroPython is at its prompt: the flash's size, the table, the files, read through it.

Nothing is restarted, and a board that nobody can put into its boot loader is read as well. `found` reads the same from
a chip in its boot loader.
"""

from ..errors import PoiseError, Reason
from ..language import _
from . import partitions
from .chips import Chip
from .filesystem import Entry
from .found import Files, Found
from .partitions import ROW_BYTES, TABLE_AT, TABLE_BYTES
from .program import PROJECT
from .prompt import Machine, Prompt

# Prints the chip's bytes, the table's rows in hexadecimal up to its end, and `size path` of each file that may stay.
# `esp.flash_size` is the chip's own: MicroPython asks the chip at its start (boardctrl_startup, ports/esp32/main.c).
_LOOK = """
import esp, os
print(esp.flash_size())
row = bytearray({row_bytes})
for at in range({table_at}, {table_at} + {table_bytes}, {row_bytes}):
    esp.flash_read(at, row)
    print(''.join('%02x' % b for b in row))
    if row[0] != 0xaa:
        break
print()
def walk(folder):
    for name, kind, *rest in os.ilistdir(folder or '.'):
        path = folder + name
        if kind == 0x4000:
            if name == 'log':
                walk(path + '/')
        else:
            print(rest[1] if len(rest) > 1 else os.stat(path)[6], path)
walk('')
"""


def look(prompt: Prompt, machine: Machine, chip: Chip) -> Found:
    """Return what is on the board behind the prompt. Raises PoiseError (FLASH_FAILED, LINK_LOST)."""
    printed = prompt.run(
        _LOOK.format(row_bytes=ROW_BYTES, table_at=TABLE_AT, table_bytes=TABLE_BYTES)
    )
    try:
        told, _blank, listed = printed.replace("\r", "").partition("\n\n")
        size, *table = told.split("\n")
        flash_bytes = int(size)
        rows = partitions.whole(bytes.fromhex("".join(table)))
        entries = tuple(_entry(line) for line in listed.split("\n") if line)
    except ValueError:
        raise PoiseError(
            Reason.FLASH_FAILED,
            _("the clip said something else than what is in its flash"),
            _("Run the same command again."),
        ) from None
    return Found(
        chip=chip,
        name=machine.chip,
        mac=b"",
        flash_bytes=flash_bytes,
        rows=rows,
        program=f"{PROJECT} {machine.version}",
        place=partitions.files(rows, flash_bytes) if rows else None,
        files=Files.WHOLE,
        entries=entries,
    )


def _entry(line: str) -> Entry:
    size, path = line.split(" ", 1)
    return Entry(path, int(size))
