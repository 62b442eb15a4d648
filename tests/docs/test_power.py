"""docs/makers/power.md and hardware/power.md are what the model says."""

from pathlib import Path

import pytest

from poise.power import report

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("page", ["docs/makers/power.md", "hardware/power.md"])
def test_tables_are_current(page: str):
    written = (ROOT / page).read_text(encoding="utf-8")
    assert written == report.fill(written), "not current: run python -m bench.power --fill"


def test_every_table_is_there():
    written = (ROOT / "docs/makers/power.md").read_text(encoding="utf-8")
    for name, make in report.TABLES.items():
        assert written.count(f"<!-- made: {name} -->") == 1
        assert make() in written
