"""The case is built, every part prints, and each judge of that sees its fault. Needs the extra [cad].

It is large, so `make test` does without: these tests run where `make enclosure` has been run, or [cad] is installed.
"""

import importlib.util
import struct
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from hardware.enclosure import measured
from tests.conftest import WITHIN_S

ROOT = Path(__file__).parents[2]
OWN = ROOT / ".cache/cad/bin/python"
PARTS = [name.replace(" ", "-") for name in measured.read()["printed"]]


def cad(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the Python that has build123d; skip without one."""
    if importlib.util.find_spec("build123d"):
        python = sys.executable
    elif OWN.exists():
        python = str(OWN)
    else:
        pytest.skip("no build123d: `make enclosure` sets it up")
    command = [python, *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=WITHIN_S)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with STEP and STL of every part, all checks passed."""
    folder = tmp_path_factory.mktemp("enclosure")
    run = cad("-m", "hardware.enclosure", "--check", "--out", str(folder))
    assert run.returncode == 0, run.stdout + run.stderr
    assert "All holds." in run.stdout
    return folder


def triangles(path: Path) -> list[tuple[tuple[float, ...], ...]]:
    """Corners of each triangle of a binary STL file."""
    raw = path.read_bytes()
    (count,) = struct.unpack_from("<I", raw, 80)
    values = struct.iter_unpack("<12fH", raw[84 : 84 + 50 * count])
    return [(each[3:6], each[6:9], each[9:12]) for each in values]


@pytest.mark.parametrize("name", PARTS)
def test_every_part_prints(built: Path, name: str) -> None:
    """Read without the library that wrote it: each edge joins two triangles that go opposite ways."""
    faces = triangles(built / f"{name}.stl")
    edges = Counter(edge for a, b, c in faces for edge in ((a, b), (b, c), (c, a)))
    assert len(faces) > 12
    assert set(edges.values()) == {1}
    assert all((b, a) in edges for a, b in edges)
    assert min(corner[2] for face in faces for corner in face) == pytest.approx(0, abs=1e-4)
    assert (built / f"{name}.step").read_text(encoding="utf-8").startswith("ISO-10303-21")


def test_each_judge_sees_its_fault() -> None:
    run = cad("-m", "tests.hardware.enclosure_cad.judges")
    assert run.returncode == 0, run.stdout + run.stderr


def test_a_thinner_cell_makes_a_thinner_clip(tmp_path: Path) -> None:
    run = cad("-m", "hardware.enclosure", "--cell-mm", "4.2", "--out", str(tmp_path))
    assert run.returncode == 0, run.stdout + run.stderr
    assert "height with the collar tongue: 14 mm" in run.stdout
    tops = {corner[2] for face in triangles(tmp_path / "cover.stl") for corner in face}
    assert max(tops) == pytest.approx(12.4, abs=1e-4)
