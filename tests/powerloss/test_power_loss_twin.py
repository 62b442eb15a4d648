"""The real twin loses its power in a flash operation while a host follows: sampled here, more in `make torture`."""

import pytest

from tests.conftest import vm_or_skip

from .twin_cut import cut_once, prepare

pytestmark = [pytest.mark.vm, pytest.mark.system]

# The first dozen operations are the start's own: its number, its first record. Then what happens and what a host asks.
CUTS = (
    ((1,), "first"),
    ((3,), "half"),
    ((8,), "all_but_one"),
    ((17,), "nothing"),
    ((40,), "half"),
    ((71,), "whole"),
    ((130,), "first"),
    ((25, 4), "half"),
)


async def test_cuts(tmp_path):
    vm_or_skip(64)
    before = await prepare(tmp_path / "prepared")
    for number, (cut_at, shape) in enumerate(CUTS):
        records = await cut_once(tmp_path / "prepared", tmp_path / str(number), cut_at, shape)
        assert records > before
