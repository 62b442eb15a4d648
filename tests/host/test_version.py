"""One version at both ends and in the package's own description."""

import tomllib
from pathlib import Path

import poise
from poise.wire import VERSION

ROOT = Path(__file__).parents[2]


def test_there_is_one_version():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == poise.__version__ == VERSION
    firmware = (ROOT / "firmware/clip.py").read_text(encoding="utf-8")
    assert "from wire import VERSION" in firmware
