"""The heap's picture: drawn by a real 32-bit VM, and every byte has one owner."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from bench.heap_picture import NAMES, REST, Picture, owners, read
from tests.conftest import WITHIN_S, vm_or_skip

HEAP_VM = Path(__file__).parents[2] / "bench/heap_vm"
_MAIN = """
import large, small, picture

class Clip:
    pass

clip = Clip()
clip.part = [bytearray(3000), small]
picture.draw(".", "here", clip)
"""


@pytest.mark.vm32
def test_each_owner_has_what_it_made(tmp_path: Path):
    vm = vm_or_skip(32)
    shutil.copy(HEAP_VM / "picture.py", tmp_path)
    (tmp_path / "large.py").write_text("DATA = [bytearray(5000), bytearray(700)]\n")
    (tmp_path / "small.py").write_text("import large\nHELD = large.DATA\nOWN = bytearray(400)\n")
    (tmp_path / "main.py").write_text(_MAIN)
    done = subprocess.run(
        [*vm.argv, "main.py"],
        cwd=tmp_path,
        env=os.environ | {"POISE_BENCH_FOLDER": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=WITHIN_S,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    picture = read(tmp_path, "here")
    found = owners(picture)
    assert sum(found.values()) == picture.used
    assert 5700 < found["large"] < 6400
    assert 400 < found["small"] < 1000
    assert 3000 < found["clip.part"] < 3200
    assert set(found) == {"large", "small", "picture", "clip.part", NAMES, REST}


def test_what_two_modules_reach_is_the_ones_that_reaches_less():
    points = {1: (2, 5), 2: (), 3: (1, 2, 4, 7), 4: (), 5: (), 6: (), 7: ()}
    picture = Picture(
        dict.fromkeys(points, 16), points, {"low": 1, "high": 3}, {}, clip=6, names=frozenset()
    )
    assert owners(picture) == {"low": 48, "high": 48, NAMES: 0, REST: 16}
