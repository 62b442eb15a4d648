"""docs/therapists/basis.md has each number from the code, and each source that it names."""

import re

from tools import clinical_basis

TEXT = clinical_basis.PAGE.read_text(encoding="utf-8")


def test_the_tables_are_current() -> None:
    assert clinical_basis.fill(TEXT) == TEXT, "not current: run python -m tools.clinical_basis"


def test_every_table_is_there() -> None:
    for name, rows in clinical_basis.TABLES.items():
        assert TEXT.count(f"<!-- made: {name} -->") == 1
        assert clinical_basis.table(rows()) in TEXT


def test_every_source_is_named_and_used() -> None:
    body, _, listed = TEXT.partition("## Sources")
    there = {int(each) for each in re.findall(r"^(\d+)\. ", listed, re.MULTILINE)}
    groups = re.findall(r"\[(\d+(?:, \d+)*)\]", body)
    used = {int(each) for group in groups for each in group.split(", ")}
    assert there == used == set(range(1, len(there) + 1))


def test_a_holding_time_reads_as_a_clock_says_it() -> None:
    assert "25°: 8 min," in TEXT and "85°: 1 min" in TEXT and "20°: 4 min," in TEXT
