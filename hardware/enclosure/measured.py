"""Volumes that the model had when it was last built, kept so that mass and tables need no CAD: `measured.json`."""

import hashlib
import json
from dataclasses import asdict
from pathlib import Path

from . import layout
from .sizes import Sizes

FILE = Path(__file__).parent / "measured.json"
PETG_G_CM3 = 1.27
SCREW_G = 0.2  # M2 x 10, steel
COLLAR_PARTS = ("cover", "shelf", "collar back")


def fingerprint(sizes: Sizes | None = None) -> str:
    """A hash of all that the model is made from: the sizes and the parts' sizes."""
    source = {
        "sizes": asdict(sizes or Sizes()),
        "parts": {name: part.size_mm for name, part in sorted(layout.held().items())},
    }
    return hashlib.sha256(json.dumps(source, sort_keys=True).encode()).hexdigest()[:16]


def read() -> dict:
    """The file's content: `of`, a fingerprint, and `printed`, part -> its measures."""
    return json.loads(FILE.read_text(encoding="utf-8"))


def write(printed: dict[str, dict[str, float]]) -> None:
    """Keep the measures of the printed parts."""
    content = {"of": fingerprint(), "printed": printed}
    FILE.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def mass_g(volume_mm3: float) -> float:
    """Mass of a solid printed part. Sparse infill makes it a little less."""
    return volume_mm3 / 1000 * PETG_G_CM3


def printed_mass_g() -> float:
    """The collar clip's printed parts and its screw."""
    printed = read()["printed"]
    return SCREW_G + sum(mass_g(printed[name]["volume_mm3"]) for name in COLLAR_PARTS)
