"""The tables of docs/makers/enclosure.md: `python -m hardware.enclosure.page` writes them.

They need no CAD. A test checks that the page is current.
"""

import re
from collections.abc import Callable, Iterable
from pathlib import Path

from poise.power import cycles, model
from poise.power.currents import CLIP_BOARD, CLIP_CHIP, MOTOR

from . import fits, heat, layout, measured, spring
from .sizes import Sizes

PAGES = (Path(__file__).parents[2] / "docs/makers/enclosure.md",)
THIN_CELL_MM = 4.2  # a 402030
_MARKED = re.compile(r"(<!-- made: (\w+) -->\n).*?(<!-- end -->)", re.S)


def _table(head: Iterable[str], body: Iterable[Iterable[str]]) -> str:
    titles = list(head)
    rows = [titles, ["---"] * len(titles), *body]
    return "\n" + "".join("| " + " | ".join(cells) + " |\n" for cells in rows) + "\n"


def outside() -> str:
    """Outer sizes, with the listed cell and a thinner one."""
    s = Sizes()

    def row(what: str, cell_mm: float | None) -> list[str]:
        parts = layout.held(cell_mm)
        top = layout.levels(s, parts).top_mm
        own = layout.size(parts["BT1"])[2]
        collar = top + s.tongue_gap_mm + s.tongue_mm
        return [f"{what}, {own:g} mm", f"{s.length_mm:g} x {s.width_mm:g} x {top:.1f}", f"{collar:.1f}",
                f"{top + s.band_mm + s.hook_mm:.1f}"]  # fmt: skip

    head = ("cell", "case, mm", "high with the tongue", "high with the hooks")
    listed = layout.held()["BT1"].item.split(" with ")[0]
    return _table(head, [row(listed, None), row("a 402030 cell, 200 mAh", THIN_CELL_MM)])


def printed() -> str:
    """What is printed, how large it lies on the bed, and its mass."""
    body = []
    for name, each in measured.read()["printed"].items():
        bed = " x ".join(f"{each[f'bed_{axis}_mm']:.1f}" for axis in "xyz")
        body.append([name, bed, f"{measured.mass_g(each['volume_mm3']):.1f}"])
    return _table(("part", "on the bed, mm", "g, solid"), body)


def limits() -> str:
    """Every line that the case holds to."""
    body = [
        [group.lower(), line.what, f"{line.value:.3g} {line.unit}", _limit(line)]
        for group, lines in fits.fits().items()
        for line in lines
    ]
    return _table(("of", "what", "is", "limit"), body)


def _limit(line: fits.Fit) -> str:
    """Its bounds in words."""
    words = [f"at least {line.least:g}"] if line.least is not None else []
    words += [f"at most {line.most:g}"] if line.most is not None else []
    return ", ".join(words)


def grip() -> str:
    """The tongue on three collars."""
    names = ("weakest", "typical", "firmest")
    given = zip(spring.COLLAR_MM, spring.MODULUS_MPA, spring.FRICTION, strict=True)
    body = []
    for name, values, each in zip(names, given, spring.grips(Sizes()), strict=True):
        found = (f"{each.press_n:.2g}", f"{each.pull_n:.2g}", f"{100 * each.strain:.2f}")
        body.append([name, *(f"{value:g}" for value in values), *found])
    head = ("case", "collar, mm", "PETG, MPa", "friction", "presses, N", "off at, N", "strain, %")
    return _table(head, body)


def cases() -> list[heat.Warmth]:
    """The clip's modes, and a fault: the chip receives for good and the motor is stuck on."""
    cycle = cycles.duty_cycles()
    build = model.Build(CLIP_CHIP, CLIP_BOARD)

    def drawn(mode: str, case: str) -> float:
        return model.mean_ma(cycle[mode], build, case)

    stuck_ma = CLIP_CHIP.ble_rx.high + MOTOR.high
    return [
        heat.warmth("saver, at its worst", drawn(cycles.NEAR, "high"), heat.HOURS_MOST_C),
        heat.warmth("live, typical", drawn(cycles.LIVE, "typical"), heat.HOURS_MOST_C),
        heat.warmth("live, at its worst", drawn(cycles.LIVE, "high"), heat.MINUTES_MOST_C),
        heat.warmth("fault: receives for good, motor stuck on", stuck_ma, heat.CELL_MOST_C),
    ]


def warmth() -> str:
    """How warm the case gets, in a usual and in a warm room."""
    body = []
    for each in cases():
        warm = (f"{each.surface_c(room):.0f}" for room in heat.ROOMS_C)
        body.append([each.what, f"{each.power_w:.2f}", *warm, f"{each.most_c:g}"])
    rooms = [f"°C in a room of {room:g} °C" for room in heat.ROOMS_C]
    return _table(("case", "W", *rooms, "limit, °C"), body)


TABLES: dict[str, Callable[[], str]] = {
    "outside": outside,
    "printed": printed,
    "limits": limits,
    "grip": grip,
    "warmth": warmth,
}


def fill(text: str) -> str:
    """The text with its tables made anew."""
    return _MARKED.sub(lambda found: found[1] + TABLES[found[2]]() + found[3], text)


def main() -> None:
    """Write the tables into the pages."""
    for page in PAGES:
        page.write_text(fill(page.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
