"""docs/SPEC.md is what the table says, and the table has its prose."""

from pathlib import Path

from poise.wire import prose, spec, table

ROOT = Path(__file__).parents[2]


def test_spec_is_current():
    written = (ROOT / "docs/SPEC.md").read_text(encoding="utf-8")
    assert written == spec.spec(), "docs/SPEC.md is not current: run `make spec`"


def test_every_row_has_its_prose_and_none_is_left_over():
    assert set(prose.MESSAGES) == {row[2] for row in table.MESSAGES}
    assert set(prose.RECORDS) == {row[1] for row in table.RECORDS}
    assert set(prose.ENUMS) == set(table.ENUMS)
    specs = (
        [row[3] for row in table.MESSAGES]
        + [row[2] for row in table.RECORDS]
        + [table.RECORD_HEADER]
    )
    fields = {item.partition(":")[0] for text in specs for item in text.split()}
    assert set(prose.FIELDS) == fields


def test_numbers_with_a_unit_carry_it_in_the_name():
    for row in table.MESSAGES:
        for item in row[3].split():
            name = item.partition(":")[0]
            assert spec.unit(name) or not name.endswith(("time", "angle", "rate"))
