"""docs/SPEC.md is what the table says, and the table has its prose."""

from pathlib import Path

from poise.wire import prose, rows, spec, table

ROOT = Path(__file__).parents[2]


def test_spec_is_current():
    written = (ROOT / "docs/SPEC.md").read_text(encoding="utf-8")
    assert written == spec.spec(), "docs/SPEC.md is not current: run `make spec`"


def test_every_row_has_its_prose_and_none_is_left_over():
    assert set(prose.MESSAGES) == {row.name for row in rows.MESSAGES}
    assert set(prose.RECORDS) == {row.name for row in rows.RECORDS}
    assert set(prose.ENUMS) == set(table.ENUMS)
    items = [item for row in (*rows.MESSAGES, *rows.RECORDS) for item in row.fields]
    fields = {item.partition(":")[0] for item in items + table.RECORD_HEADER.split()}
    assert set(prose.FIELDS) == fields


def test_numbers_with_a_unit_carry_it_in_the_name():
    for row in rows.MESSAGES:
        for item in row.fields:
            name = item.partition(":")[0]
            assert spec.unit(name) or not name.endswith(("time", "angle", "rate"))
