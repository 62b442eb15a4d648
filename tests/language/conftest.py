"""A store of the test's own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from poise.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "poise.db") as opened:
        yield opened
