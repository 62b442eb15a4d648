"""`make enclosure`: builds the printable parts, checks them, and writes STEP and STL to build/enclosure."""

import argparse
import sys
from pathlib import Path

from . import fits, measured

try:
    from . import collisions, model, printing
except ModuleNotFoundError as error:
    sys.exit(f"{error}. The case needs the extra [cad]: run `make enclosure`, which sets it up.")

OUT = Path(__file__).parents[2] / "build/enclosure"


def main() -> int:
    """Build, check and write. The exit status is 1 if a check does not hold."""
    chosen = _options()
    chosen.out.mkdir(parents=True, exist_ok=True)
    case = model.Case(chosen.cell_mm)
    parts = model.printed(case)
    measures = {part.name: _measures(part) for part in parts}
    if not chosen.check and chosen.cell_mm is None:
        measured.write(measures)
    faults = [fault for part in parts for fault in _write(part, chosen.out)]
    faults += collisions.faults(case, parts) + collisions.ways(case, parts)
    faults += [str(line) for line in fits.broken(cell_mm=chosen.cell_mm)]
    if chosen.check and measures != measured.read()["printed"]:
        faults.append("hardware/enclosure/measured.json is not current: run `make enclosure`")
    for group, lines in fits.fits(cell_mm=chosen.cell_mm).items():
        print("\n".join([group, *(f"  {line}" for line in lines), ""]))
    print("\n".join(faults) or f"All holds. STEP and STL are in {chosen.out}.")
    if chosen.pictures:
        from . import pictures

        pictures.draw(case, parts)
    return 1 if faults else 0


def _options() -> argparse.Namespace:
    options = argparse.ArgumentParser(prog="python -m hardware.enclosure", description=__doc__)
    options.add_argument("--out", type=Path, default=OUT, help="folder for STEP and STL")
    options.add_argument("--pictures", action="store_true", help="draw the pictures of the docs")
    options.add_argument("--cell-mm", type=float, help="thickness of another cell than the listed")
    options.add_argument(
        "--check", action="store_true", help="keep no volumes; fail if those kept are not current"
    )
    return options.parse_args()


def _write(part: model.Printed, folder: Path) -> list[str]:
    """Write the part's two files; return what keeps it from being printed."""
    name = part.name.replace(" ", "-")
    model.write_step(part.shape, folder / f"{name}.step")
    mesh = printing.mesh_of(part.on_bed())
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
