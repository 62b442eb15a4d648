"""docs/makers/power.md is what the model says."""

from pathlib import Path

from poise.power import report

ROOT = Path(__file__).parents[2]


def test_tables_are_current():
    written = (ROOT / "docs/makers/power.md").read_text(encoding="utf-8")
    assert written == report.fill(written), "not current: run python -m bench.power --fill"


def test_every_table_is_there():
    written = (ROOT / "docs/makers/power.md").read_text(encoding="utf-8")
    for name, make in report.TABLES.items():
        assert written.count(f"<!-- made: {name} -->") == 1
        assert make() in written
