"""Fixtures that the host's tests share."""

import subprocess
import sys
from pathlib import Path

import pytest

from .command import environment


@pytest.fixture
def poise(tmp_path: Path):
    def run(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "poise", *arguments]
        return subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=60,
            env=environment(tmp_path / "data", **more),
        )

    return run
