"""The firmware's slots leave the log the room that docs/developers/reliability.md counts with."""

import ast
from pathlib import Path

import pytest

from poise.build.boards import BOARDS
from poise.build.bundle import slot_files

BLOCK_BYTES = 4096
FOLDER_BLOCKS = 2  # littlefs: a pair of metadata blocks each
SET_UP = Path(__file__).parents[2] / "firmware/app/set_up.py"


def reserved_blocks() -> int:
    """Blocks that the firmware leaves for one slot: `_FIRMWARE_BYTES` is those of two."""
    for node in ast.parse(SET_UP.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "_FIRMWARE_BYTES":
            return eval(ast.unparse(node.value), {"_BLOCK_BYTES": 1}) // 2
    raise AssertionError("set_up.py reserves nothing for its slots")


# One board for each kind of machine code: it is all that differs between their slots.
@pytest.mark.parametrize("arch", sorted({board.arch for board in BOARDS}))
def test_a_slot_fits_the_room_that_is_kept_for_it(arch: str):
    name = next(board.name for board in BOARDS if board.arch == arch)
    files = slot_files(name, arch)
    blocks = sum(-(-len(data) // BLOCK_BYTES) for data in files.values())
    folders = {path.rpartition("/")[0] for path in files}
    assert blocks + FOLDER_BLOCKS * len(folders) <= reserved_blocks()
