"""Pictures of the parts and of each step of the assembly, drawn from the model into docs/makers/enclosure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyvista
from build123d import Location, Part, Pos, Rot
from PIL import Image, ImageChops

from . import printing
from .model import Case, Printed, block, bought, screw

FOLDER = Path(__file__).parents[2] / "docs/makers/enclosure"
SIZE = (2200, 1500)  # cut to what is drawn, with a margin, and halved
MARGIN, HALF = 40, 2
COLOURS = 64  # of a picture: flat shades need no more, and the file is small
PAPER, INK, LINE = "white", "#1f2933", "#52606d"
COLOUR = {
    "cover": "#cfd8e3", "shelf": "#bfd8c2", "collar back": "#e8d5b5", "headband back": "#e8d5b5",
    "U1": "#2f6f4f", "U2": "#2b6cb0", "BT1": "#b8bec6", "M1": "#8d99a6", "S1": "#3e4c59", "SW1": "#3e4c59",
    "A1": "#b7791f", "screw": "#6b7785", "cloth": "#9fb3c8", "band": "#a3b8cc",
}  # fmt: skip
ABOVE, BELOW, FRONT = (60, -90, 60), (-60, -90, -60), (0, -100, 0)
IN_COVER = (70, -60, 80)


@dataclass(frozen=True)
class Item:
    """A solid in a picture: its colour's name, and how far it is moved from its place."""

    name: str
    solid: Part
    move: Location = field(default_factory=Location)


@dataclass(frozen=True)
class Label:
    """A word beside a place, at an offset in the plane of the picture (right, up)."""

    text: str
    at_mm: tuple[float, float, float]
    offset_mm: tuple[float, float]


@dataclass(frozen=True)
class Scene:
    """One picture."""

    name: str
    items: Sequence[Item]
    eye: tuple[float, float, float] = ABOVE
    labels: Sequence[Label] = ()
    up: tuple[float, float, float] = (0, 0, 1)
    zoom: float = 0.95


def draw(case: Case, parts: Iterable[Printed], folder: Path = FOLDER) -> list[Path]:
    """Draw every picture; return the files."""
    folder.mkdir(parents=True, exist_ok=True)
    return [_draw(scene, folder) for scene in Workshop(case, parts).scenes()]


def _draw(scene: Scene, folder: Path) -> Path:
    plotter = pyvista.Plotter(off_screen=True, window_size=list(SIZE))
    plotter.set_background(PAPER)
    for item in scene.items:
        mesh = _surface(item.move * item.solid)
        plotter.add_mesh(mesh, color=COLOUR[item.name], ambient=0.4, diffuse=0.65)
        plotter.add_mesh(_edges(mesh), color=LINE, line_width=3)
    plotter.enable_parallel_projection()
    plotter.camera_position = [scene.eye, (0, 0, 0), scene.up]
    plotter.reset_camera()
    _write_labels(plotter, scene)
    plotter.reset_camera()
    plotter.camera.zoom(scene.zoom)
    plotter.enable_anti_aliasing("ssaa")
    pixels = plotter.screenshot(return_img=True)
    plotter.close()
    path = folder / f"{scene.name}.png"
    _cut(Image.fromarray(pixels)).quantize(COLOURS).save(path, optimize=True)
    return path


def _cut(picture: Image.Image) -> Image.Image:
    """The picture without its empty border."""
    paper = Image.new("RGB", picture.size, PAPER)
    box = ImageChops.difference(picture.convert("RGB"), paper).getbbox()
    if box is None:
        raise ValueError("the picture is empty")
    left, top, right, bottom = box
    cut = Image.new("RGB", (right - left + 2 * MARGIN, bottom - top + 2 * MARGIN), PAPER)
    cut.paste(picture.crop(box), (MARGIN, MARGIN))
    return cut.resize((cut.width // HALF, cut.height // HALF), Image.Resampling.LANCZOS)


def _surface(solid: Part) -> pyvista.PolyData:
    mesh = printing.mesh_of(solid)
    threes = np.full((len(mesh.faces), 1), 3)
    return pyvista.PolyData(np.array(mesh.vertices), np.hstack([threes, mesh.faces]))


def _edges(mesh: pyvista.PolyData) -> pyvista.PolyData:
    return mesh.extract_feature_edges(
        20, boundary_edges=False, non_manifold_edges=False, manifold_edges=False
    )


def _write_labels(plotter: pyvista.Plotter, scene: Scene) -> None:
    """Words at the end of thin lines, upright in the picture."""
    eye, up = np.array(scene.eye, float), np.array(scene.up, float)
    right = np.cross(-eye, up)
    right /= np.linalg.norm(right)
    above = np.cross(right, -eye)
    above /= np.linalg.norm(above)
    towards = eye / np.linalg.norm(eye) * 60  # in front of all solids
    for label in scene.labels:
        start = np.array(label.at_mm) + towards
        end = start + right * label.offset_mm[0] + above * label.offset_mm[1]
        plotter.add_mesh(pyvista.Line(start, end), color=INK, line_width=2.4)
        plotter.add_mesh(pyvista.Sphere(radius=0.3, center=start), color=INK)
        side = "left" if label.offset_mm[0] >= 0 else "right"
        plotter.add_point_labels(
            [end], [f" {label.text} "], font_size=34, text_color=INK, shape=None, show_points=False,
            always_visible=True, justification_horizontal=side, justification_vertical="center",
        )  # fmt: skip


class Workshop:
    """The solids, and the scenes made of them."""

    def __init__(self, case: Case, parts: Iterable[Printed]) -> None:
        self.case = case
        self.printed = {part.name: part for part in parts}
        self.solids = {name: part.shape for name, part in self.printed.items()} | bought(case)
        self.solids["screw"] = self._screw()

    def _screw(self) -> Part:
        s, end = self.case.sizes, -self.case.sizes.length_mm / 2
        head = screw(self.case, s.screw_head_mm, (end, end + 0.6))
        return screw(self.case, s.screw_mm, (end, end + s.screw_length_mm)) + head

    def items(self, *names: str, move: Location | None = None) -> list[Item]:
        """These solids, moved together."""
        return [Item(name, self.solids[name], move or Location()) for name in names]

    def label(
        self, name: str, text: str, offset: tuple[float, float], move: Location | None = None
    ) -> Label:
        """A word at the middle of a solid."""
        middle = ((move or Location()) * self.solids[name]).bounding_box().center()
        return Label(text, (middle.X, middle.Y, middle.Z), offset)

    def case_point(self, name: str) -> Pos:
        """Middle of a bought part's box."""
        return Pos(*self.case.boxes[name].middle_mm)

    def scenes(self) -> list[Scene]:
        """Every picture of the guide, in its order."""
        return [
            self.closed(), self.wearers_side(), self.exploded(), self.section(), self.on_bed(), self.in_cover(),
            self.board(), self.on_shelf(), self.shelf_in(), self.cell(), self.close(), self.headband(),
        ]  # fmt: skip

    def closed(self) -> Scene:
        """The clip from outside."""
        items = self.items("cover", "collar back", "U1")
        button, window = self.case.boxes["SW1"].middle_mm, self.case.boxes["U1"]
        top = self.case.z.top_mm
        return Scene("closed", items, labels=(
            Label("button", (button[0], button[1], top), (-14, -14)),
            Label("window over the lights", (window.x_mm[1] - 2, window.middle_mm[1], top), (12, 12)),
            Label("USB", (20, window.middle_mm[1], window.middle_mm[2]), (10, -3)),
            Label("tab of the back", (20, 0, self.case.sizes.tab_z_mm + 0.5), (8, -9)),
        ))  # fmt: skip

    def wearers_side(self) -> Scene:
        """The clip from the wearer's side."""
        s = self.case.sizes
        items = self.items("cover", "collar back", "S1", "screw")
        return Scene("wearers-side", items, eye=BELOW, labels=(
            Label("tongue: grips the collar", (0, -6, -1.6), (4, -20)),
            Label("screw", (-20, s.screw_y_mm, s.screw_z_mm), (-12, -14)),
            Label("on/off", (-20, self.case.boxes["S1"].middle_mm[1], self.case.z.ceiling_mm - 0.7), (-10, -6)),
        ))  # fmt: skip

    def exploded(self) -> Scene:
        """Everything, pulled apart."""
        words = {
            "cover": (32, "cover", (26, 12)),
            "U1": (13, "U1 module", (30, 2)),
            "SW1": (4, "", (0, 0)),
            "A1": (4, "A1 perfboard with SW1 button", (22, -5)),
            "S1": (13, "S1 switch", (-20, -6)),
            "M1": (13, "M1 motor", (-16, 8)),
            "U2": (4, "U2 sensor", (-22, -4)),
            "shelf": (-6, "shelf", (-26, -8)),
            "BT1": (-18, "BT1 cell", (26, 2)),
            "collar back": (-32, "collar back", (26, -6)),
        }
        moves = {name: Pos(0, 0, lift) for name, (lift, *_) in words.items()}
        moves["screw"] = Pos(-12, 0, -32)
        items = [Item(name, self.solids[name], move) for name, move in moves.items()]
        labels = [
            self.label(name, text, at, moves[name]) for name, (_, text, at) in words.items() if text
        ]
        labels.append(self.label("screw", "screw M2 x 5", (-8, -8), moves["screw"]))
        return Scene("exploded", items, labels=labels)

    def section(self) -> Scene:
        """Cut along the middle."""
        half = block((-30, 30), (self.case.sizes.screw_y_mm, 30), (-10, 30))
        names = ("cover", "shelf", "collar back", "U1", "U2", "BT1", "screw")
        items = [Item(name, self.solids[name] & half) for name in names]
        z, cell = self.case.z, self.case.boxes["BT1"]
        return Scene("section", items, eye=FRONT, labels=(
            Label("U1", self.case.boxes["U1"].middle_mm, (6, 9)),
            Label("screw", (-17, 0, self.case.sizes.screw_z_mm), (-10, 4)),
            Label("U2", self.case.boxes["U2"].middle_mm, (-4, 9)),
            Label("cell", cell.middle_mm, (6, -13)),
            Label("1 mm to swell", (-6, 0, (cell.z_mm[1] + z.shelf_mm) / 2), (-10, -15)),
            Label("shelf", (12, 0, z.shelf_mm + 0.4), (16, 6)),
            Label("bead", (self.case.sizes.bead_x_mm, 0, -0.2), (14, -6)),
        ), zoom=1.0)  # fmt: skip

    def on_bed(self) -> Scene:
        """How the parts lie on the printer's bed."""
        at = {
            "cover": (-28, 24),
            "shelf": (28, 24),
            "collar back": (-28, -24),
            "headband back": (28, -24),
        }
        items = []
        for name, (x, y) in at.items():
            solid = self.printed[name].on_bed()
            middle = solid.bounding_box().center()
            items.append(Item(name, solid, Pos(x - middle.X, y - middle.Y, 0)))
        labels = [Label(name, (x, y, 6), (-20 if x < 0 else 20, 8)) for name, (x, y) in at.items()]
        return Scene("step-1-print", items, labels=labels, eye=(20, -70, 90))

    def in_cover(self) -> Scene:
        """The cover, open side up, with what is glued into it."""
        over = Rot(180, 0, 0)
        items = self.items("cover", "M1", "S1", move=over)
        return Scene("step-2-cover", items, eye=IN_COVER, labels=(
            self.label("M1", "M1 motor, on its edge", (-14, 14), over),
            self.label("S1", "S1 switch, lever in its opening", (-16, -16), over),
            Label("nub of the button", tuple((over * self.case_point("SW1")).position), (14, -20)),
        ))  # fmt: skip

    def board(self) -> Scene:
        """The module goes in with the USB socket first."""
        over = Rot(180, 0, 0)
        corner = self.case.boxes["U1"]
        hinge = Pos(corner.x_mm[1], 0, corner.z_mm[1])
        tilt = over * hinge * Rot(0, -14, 0) * hinge.inverse()
        items = [*self.items("cover", "M1", "S1", move=over), *self.items("U1", move=tilt)]
        return Scene("step-3-module", items, eye=(-50, -80, 90), labels=(
            self.label("U1", "U1, USB socket first", (8, 20), tilt),
        ))  # fmt: skip

    def on_shelf(self) -> Scene:
        """The shelf with sensor, perfboard and button."""
        items = self.items("shelf", "U2", "A1", "SW1")
        z = self.case.z.floor_mm
        return Scene("step-4-shelf", items, eye=(-40, -90, 90), labels=(
            self.label("U2", "U2 sensor", (-8, 16)),
            self.label("A1", "A1 perfboard", (12, -10)),
            self.label("SW1", "SW1 button", (4, -13)),
            Label("notch: the cell's wires come up", (self.case.boxes["A1"].x_mm[0] - 0.6, -11.6, z), (-8, -16)),
        ))  # fmt: skip

    def shelf_in(self) -> Scene:
        """The shelf goes into the cover, boards down."""
        over, lifted = Rot(180, 0, 0), Pos(0, 0, 18) * Rot(180, 0, 0)
        items = [
            *self.items("cover", "M1", "S1", "U1", move=over),
            *self.items("shelf", "U2", "A1", "SW1", move=lifted),
        ]
        return Scene("step-5-shelf-in", items, eye=(50, -100, 40), labels=(
            self.label("shelf", "shelf, boards down", (10, 14), lifted),
        ))  # fmt: skip

    def cell(self) -> Scene:
        """The cell on the back."""
        lifted = Pos(0, 0, 10)
        items = [*self.items("collar back"), *self.items("BT1", move=lifted)]
        return Scene("step-6-cell", items, eye=(-50, -90, 70), labels=(
            self.label("BT1", "BT1, wires on the notch's side", (6, 14), lifted),
        ))  # fmt: skip

    def close(self) -> Scene:
        """The back hooks in below the USB port, and swings shut."""
        s, over = self.case.sizes, Rot(180, 0, 0)
        hinge = Pos(s.length_mm / 2, 0, s.tab_z_mm)
        swing = over * hinge * Rot(0, -18, 0) * hinge.inverse()
        items = [
            *self.items("cover", "M1", "S1", "U1", "U2", "A1", "shelf", move=over),
            *self.items("collar back", "BT1", move=swing),
        ]
        items += self.items("screw", move=Pos(-12, 0, 0) * over)
        return Scene("step-7-close", items, eye=(-30, -100, 40), labels=(
            Label("1. tab into its slot", (20, 0, -s.tab_z_mm - 0.5), (6, -14)),
            Label("2. swing shut", (-17, 0, 12), (-8, 8)),
            Label("3. screw", (-30, -s.screw_y_mm, -s.screw_z_mm), (-6, 6)),
        ))  # fmt: skip

    def headband(self) -> Scene:
        """The headband back with a band in its hooks."""
        s = self.case.sizes
        band = block((-13, 13), (-45, 45), (-s.band_mm + 0.1, -0.1))
        items = [*self.items("cover", "headband back"), Item("band", band)]
        return Scene("headband", items, eye=BELOW, labels=(
            Label("band, 25 mm", (10, -38, -1), (-10, 14)),
            Label("mouth: the band comes out here", (0, 4, -1), (16, -20)),
        ))  # fmt: skip
