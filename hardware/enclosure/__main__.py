"""`make enclosure`: builds the printable parts, checks them, and writes STEP and STL to build/enclosure."""

import argparse
import sys
from pathlib import Path

from . import collisions, fits, measured, model, printing

OUT = Path(__file__).parents[2] / "build/enclosure"


def main() -> int:
    """Build, check and write. The exit status is 1 if a check does not hold."""
    options = argparse.ArgumentParser(prog="python -m hardware.enclosure", description=__doc__)
    options.add_argument("--out", type=Path, default=OUT, help="folder for STEP and STL")
    options.add_argument(
        "--pictures", action="store_true", help="draw the pictures of the docs, too"
    )
    options.add_argument(
        "--cell-mm", type=float, help="thickness of another cell than that of the parts list"
    )
    chosen = options.parse_args()
    chosen.out.mkdir(parents=True, exist_ok=True)
    case = model.Case(chosen.cell_mm)
    parts = model.printed(case)
    faults = [fault for part in parts for fault in _write(part, chosen.out)]
    if chosen.cell_mm is None:
        measured.write({part.name: _measures(part) for part in parts})
    faults += collisions.faults(case, parts)
    for group, lines in fits.fits(cell_mm=chosen.cell_mm).items():
        print(f"\n{group}")
        print("\n".join(f"  {line}" for line in lines))
    faults += [str(line) for line in fits.broken(cell_mm=chosen.cell_mm)]
    print("\n" + ("\n".join(faults) if faults else f"All holds. STEP and STL are in {chosen.out}."))
    if chosen.pictures:
        from . import pictures

        pictures.draw(case, parts)
    return 1 if faults else 0


def _write(part: model.Printed, folder: Path) -> list[str]:
    """The part's two files; what keeps it from being printed."""
    name = part.name.replace(" ", "-")
    on_bed = part.on_bed()
    model.write_step(part.shape, folder / f"{name}.step")
    mesh = printing.mesh_of(on_bed)
    mesh.export(folder / f"{name}.stl")
    return list(printing.faults(part.name, mesh, model.least_wall_mm(part.name)))


def _measures(part: model.Printed) -> dict[str, float]:
    size = part.on_bed().bounding_box().size
    return {
        "volume_mm3": round(part.shape.volume, 1),
        "bed_x_mm": round(size.X, 2),
        "bed_y_mm": round(size.Y, 2),
        "bed_z_mm": round(size.Z, 2),
    }


if __name__ == "__main__":
    sys.exit(main())
