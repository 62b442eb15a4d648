"""The packages of a release: what is in them, and that whoever builds them gets the same bytes."""

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from poise import __version__

ROOT = Path(__file__).parents[2]
STEM = f"poise_clip-{__version__}"
# What the source package has besides the host and the firmware; hatchling adds the last three.
BESIDE = {
    *("CHANGELOG.md", "LICENSE", "README.md", "constraints.txt", "hardware/LICENSE"),
    *(".gitignore", "PKG-INFO", "pyproject.toml"),
}


def built(tree: Path, out: Path) -> tuple[Path, Path]:
    """The source package and the wheel of a tree."""
    command = [sys.executable, "-m", "hatchling", "build", "-d", str(out)]
    done = subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return out / f"{STEM}.tar.gz", out / f"{STEM}-py3-none-any.whl"


def files_of(folder: str) -> set[str]:
    """The paths of a folder's files in the tree."""
    paths = (path for path in (ROOT / folder).rglob("*") if path.is_file())
    return {
        path.relative_to(ROOT).as_posix()
        for path in paths
        if "__pycache__" not in path.parts and path.suffix != ".mpy"
    }


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return built(ROOT, tmp_path_factory.mktemp("packages"))


def test_the_source_package_is_host_and_firmware_and_what_belongs_to_them(packages):
    with tarfile.open(packages[0]) as archive:
        found = {name.removeprefix(f"{STEM}/") for name in archive.getnames()}
    assert found == files_of("host/src") | files_of("firmware") | BESIDE


def test_the_wheel_is_the_host_with_the_firmware_inside(packages):
    with zipfile.ZipFile(packages[1]) as archive:
        found = {name for name in archive.namelist() if ".dist-info/" not in name}
    host = {path.removeprefix("host/src/") for path in files_of("host/src")}
    firmware = {f"poise/_{path}" for path in files_of("firmware")}
    assert found == host | firmware


def test_the_source_package_builds_the_same_bytes_again(packages, tmp_path: Path):
    """In another folder, with other times of the files: as somebody else who checks a release."""
    with tarfile.open(packages[0]) as archive:
        archive.extractall(tmp_path, filter="data")
    again = built(tmp_path / STEM, tmp_path / "again")
    for one, other in zip(packages, again, strict=True):
        assert one.read_bytes() == other.read_bytes(), one.name
