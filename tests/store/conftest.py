"""A store on each engine: what it means is the same on a file of SQLite and on a PostgreSQL server."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from poise.store import Store

ENGINES = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
Place = Path | str
"""Where a store is: its file or its URL."""


@pytest.fixture(params=ENGINES)
def new_place(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[], Place]:
    """Makes places for stores, on each engine in turn."""
    if request.param == "sqlite":
        return lambda: tmp_path_factory.mktemp("store") / "poise.db"
    return request.getfixturevalue("postgres").database


@pytest.fixture
def place(new_place: Callable[[], Place]) -> Place:
    """A place for one store."""
    return new_place()


@pytest.fixture
def store(place: Place) -> Iterator[Store]:
    """An empty store."""
    with Store.open(place) as opened:
        yield opened
