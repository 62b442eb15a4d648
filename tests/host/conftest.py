"""Fixtures that the host's tests share."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import WITHIN_S

from .command import environment


@pytest.fixture
def poise(tmp_path: Path):
    def run(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "poise", *arguments]
        return subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=WITHIN_S,
            env=environment(tmp_path / "data", **more),
        )

    return run
