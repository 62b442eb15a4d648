"""A build's parts list, `bom.csv`: typed rows, total mass, and the sizes that the enclosure is drawn from."""

import csv
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent
LARGEST_G = 25.0  # the clip, with its case
SOLDER_G = 0.5
CLIP, BENCH = "clip", "bench"
BUILDS = (CLIP, BENCH)
# What a part costs singly, in euros.
PRICE_CLASSES = ("under 1", "1 to 5", "5 to 15", "15 to 25")
# Where mass and size are from. Only a scale and a calliper replace the last one.
BASES = ("maker", "estimate")


@dataclass(frozen=True)
class Part:
    """A row of the parts list. `size_mm`: length, width and height; None: it takes the shape of its place.

    `basis`: one of BASES, for mass and size. `price_eur`: one of PRICE_CLASSES.
    """

    reference: str
    item: str
    quantity: int
    manufacturer: str
    part_number: str
    substitutes: str
    price_eur: str
    mass_g: float
    size_mm: tuple[float, float, float] | None
    basis: str
    note: str


def parts(build: str) -> list[Part]:
    """Return the parts of one of BUILDS, in the order of its list. Raises ValueError for a row that says no number."""
    with (ROOT / build / "bom.csv").open(encoding="utf-8", newline="") as file:
        return [_part(row) for row in csv.DictReader(file)]


def part(build: str, reference: str) -> Part:
    """Return the part with this reference. Raises KeyError without one."""
    return {each.reference: each for each in parts(build)}[reference]


def mass_g(build: str) -> float:
    """Return the mass of all parts of a build."""
    return sum(each.mass_g * each.quantity for each in parts(build))


def _part(row: dict[str, str]) -> Part:
    sides = [
        float(row[f"{side}_mm"]) for side in ("length", "width", "height") if row[f"{side}_mm"]
    ]
    return Part(
        reference=row["reference"],
        item=row["item"],
        quantity=int(row["quantity"]),
        manufacturer=row["manufacturer"],
        part_number=row["part_number"],
        substitutes=row["substitutes"],
        price_eur=row["price_eur"],
        mass_g=float(row["mass_g"]),
        size_mm=(sides[0], sides[1], sides[2]) if len(sides) == 3 else None,
        basis=row["basis"],
        note=row["note"],
    )
