"""Three days of the clip's life; ninety in `make torture`."""

import pytest

from .vm_script import soaked


@pytest.mark.parametrize("seed", [1, 2])
def test_three_days(vm, seed):
    counts = soaked(vm, days=3, seed=seed)
    assert counts["records"] > 3 * 2000
    assert counts["visits"] >= 1
    assert counts["starts"] > 3
    assert counts["years_to_100000"] >= 5  # a block is left for another after 100 erases
