"""The colours' contrast, from their tables: text, edges, and neighbours among the angle classes."""

from itertools import pairwise

import pytest

from poise.dashboard.theme import (
    CLASSES,
    CLINIC_DARK,
    CLINIC_LIGHT,
    DARK,
    EDGE_ON,
    LIGHT,
    TEXT_ON,
    contrast,
)

BOTH = pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
ALL = pytest.mark.parametrize(
    "colours",
    [LIGHT, DARK, LIGHT | CLINIC_LIGHT, DARK | CLINIC_DARK],
    ids=["light", "dark", "clinic light", "clinic dark"],
)


@ALL
@pytest.mark.parametrize(("pairs", "least"), [(TEXT_ON, 4.5), (EDGE_ON, 3.0)])
def test_text_and_edges(colours: dict[str, str], pairs, least: float):
    found = {pair: contrast(colours[pair[0]], colours[pair[1]]) for pair in pairs}
    assert not {pair: value for pair, value in found.items() if value < least}


@BOTH
def test_neighbouring_angle_classes_are_told_apart(colours: dict[str, str]):
    shades = [colours["surface"] if name is None else colours[name] for name in (None, *CLASSES)]
    found = [contrast(*pair) for pair in pairwise(shades)]
    assert min(found[1:]) >= 1.45 and found[0] >= 1.3, found


def test_contrast_is_that_of_wcag():
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)
