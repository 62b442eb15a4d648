"""Draws the library's exercises: `python tools/draw_exercises.py` writes host/src/poise/coach/plan/drawings/*.svg.

One stroke, one head, one chair for all. The start position is pale, the end position firm, an arrow goes between.
Strokes take the colour of the text around them, so that the drawings work in light and dark.
"""

import math
import tomllib
from collections.abc import Iterable
from pathlib import Path
from xml.sax.saxutils import escape

PLAN = Path(__file__).parents[1] / "host/src/poise/coach/plan"
WIDTH, HEIGHT = 200, 160
HEAD, NECK = 15.0, 14.0  # radius; from the base of the neck to the head's lower edge
Point = tuple[float, float]


def line(*points: Point, extra: str = "") -> str:
    """A run of straight lines."""
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polyline points="{path}" {extra}/>'


def turned(point: Point, degrees: float, about: Point = (0, 0)) -> Point:
    """Clockwise, as the screen's y goes down."""
    a = math.radians(degrees)
    x, y = point[0] - about[0], point[1] - about[1]
    return (
        about[0] + x * math.cos(a) - y * math.sin(a),
        about[1] + x * math.sin(a) + y * math.cos(a),
    )


def pale(*shapes: str) -> str:
    """The start position."""
    return f'<g opacity="0.38" stroke-dasharray="4 4">{"".join(shapes)}</g>'


def arrow(points: Iterable[Point]) -> str:
    """Along a smooth way through these points (two: straight; three: a curve)."""
    way = list(points)
    if len(way) == 2:
        path = f"M{way[0][0]:.1f},{way[0][1]:.1f} L{way[1][0]:.1f},{way[1][1]:.1f}"
    else:
        (a, b), (c, d), (e, f) = way
        path = f"M{a:.1f},{b:.1f} Q{c:.1f},{d:.1f} {e:.1f},{f:.1f}"
    before, end = way[-2], way[-1]
    direction = math.degrees(math.atan2(end[1] - before[1], end[0] - before[0]))
    left, right = (turned((end[0] - 9, end[1] + side * 5), direction, end) for side in (-1, 1))
    head = f"M{left[0]:.1f},{left[1]:.1f} L{end[0]:.1f},{end[1]:.1f} L{right[0]:.1f},{right[1]:.1f}"
    return f'<g class="way"><path d="{path}"/><path d="{head}"/></g>'


def profile(base: Point, tilt_deg: float, nod_deg: float = 0.0, shift: Point = (0, 0)) -> str:
    """Head and neck from the side, facing right. `base`: of the neck; `nod`: of the head alone; `shift`: its glide."""
    top = turned((base[0] + shift[0], base[1] - NECK + shift[1]), tilt_deg, base)
    centre = turned((base[0] + shift[0] + 2, base[1] - NECK - HEAD + 2 + shift[1]), tilt_deg, base)
    turn = tilt_deg + nod_deg
    nose = [turned(p, turn, centre) for p in _face(centre)]
    ear = turned((centre[0] - 2, centre[1] + 1), turn, centre)
    return (
        line(base, top)
        + f'<circle cx="{centre[0]:.1f}" cy="{centre[1]:.1f}" r="{HEAD}"/>'
        + line(*nose)
        + f'<circle cx="{ear[0]:.1f}" cy="{ear[1]:.1f}" r="2.6"/>'
    )


def _face(centre: Point) -> list[Point]:
    x, y = centre
    return [(x + HEAD - 1, y - 4), (x + HEAD + 5, y + 3), (x + HEAD - 1, y + 4)]


def front(base: Point, tilt_deg: float = 0.0, look: float = 0.0) -> str:
    """Head and neck from the front; `look`: -1 to 1, where the nose points (to the picture's left or right)."""
    centre = turned((base[0], base[1] - NECK - HEAD + 2), tilt_deg, base)
    x, y = centre
    parts = [
        f'<ellipse cx="{x:.1f}" cy="{y:.1f}" rx="13" ry="16" transform="rotate({tilt_deg} {x:.1f} {y:.1f})"/>'
    ]
    parts.append(line(base, turned((base[0], base[1] - NECK + 3), tilt_deg, base)))
    for side in (-1, 1):
        eye = turned((x + look * 7 + side * (5 - abs(look) * 1.5), y - 3), tilt_deg, centre)
        parts.append(f'<circle class="dot" cx="{eye[0]:.1f}" cy="{eye[1]:.1f}" r="1.5"/>')
    nose = [
        turned(p, tilt_deg, centre)
        for p in ((x + look * 10, y - 1), (x + look * 14, y + 5), (x + look * 9, y + 5))
    ]
    parts.append(line(*nose))
    return "".join(parts)


def chair() -> str:
    """From the side."""
    return (
        '<g opacity="0.55">'
        + line((66, 74), (66, 150))
        + line((66, 116), (106, 116), (106, 150))
        + "</g>"
    )


def sitting(lean_deg: float = 0.0) -> tuple[str, Point]:
    """A trunk on the chair from the side, with its legs; and the base of the neck."""
    hip = (78.0, 111.0)
    neck = turned((hip[0], 56.0), lean_deg, hip)
    shoulder = turned((hip[0], 64.0), lean_deg, hip)
    body = line(neck, hip, (116, 111), (116, 148), (126, 148))
    arm = line(shoulder, turned((90, 88), lean_deg / 2, hip), (106, 104))
    return body + arm, neck


def torso() -> tuple[str, Point]:
    """A trunk from the front, arms down; and the base of the neck."""
    return (
        line((68, 78), (132, 78))
        + line((68, 78), (76, 146))
        + line((132, 78), (124, 146))
        + line((68, 78), (58, 112), (60, 142))
        + line((132, 78), (142, 112), (140, 142)),
        (100.0, 78.0),
    )


def shoulders() -> tuple[str, Point]:
    """A trunk from the front without arms."""
    return (
        line((68, 82), (132, 82)) + line((68, 82), (76, 150)) + line((132, 82), (124, 150)),
        (100.0, 82.0),
    )


def lying() -> str:
    """A body on its back, knees bent, head to the left; without the head."""
    return (
        '<g opacity="0.55">'
        + line((16, 128), (186, 128))
        + "</g>"
        + line((64, 118), (122, 118), (146, 86), (166, 124))
        + line((72, 118), (96, 124), (112, 124))
    )


def lying_head(lift_deg: float = 0.0, nod_deg: float = 0.0) -> str:
    """The head of `lying`, nose up; lifted about the base of the neck, nodded about itself."""
    base = (64.0, 118.0)
    centre = turned((base[0] - NECK - HEAD + 4, base[1] - 3), lift_deg, base)
    turn = -90 + lift_deg + nod_deg
    nose = [turned(p, turn, centre) for p in _face(centre)]
    ear = turned((centre[0] - 2, centre[1] + 1), turn, centre)
    edge = turned((base[0] - NECK + 3, base[1] - 1), lift_deg, base)
    return (
        line(base, edge)
        + f'<circle cx="{centre[0]:.1f}" cy="{centre[1]:.1f}" r="{HEAD}"/>'
        + line(*nose)
        + f'<circle cx="{ear[0]:.1f}" cy="{ear[1]:.1f}" r="2.6"/>'
    )


def nod() -> str:
    """Draw the small nod, lying down."""
    return (
        lying()
        + pale(lying_head())
        + lying_head(nod_deg=22)
        + arrow([(42, 76), (58, 74), (70, 84)])
    )


def head_lift() -> str:
    """Draw the head lift with the chin tucked, lying down."""
    return (
        lying()
        + pale(lying_head())
        + lying_head(lift_deg=24, nod_deg=14)
        + arrow([(16, 104), (16, 84), (30, 70)])
    )


def flexion() -> str:
    """Draw bending the head forward, seated."""
    body, neck = sitting()
    return (
        chair()
        + body
        + pale(profile(neck, 0))
        + profile(neck, 42)
        + arrow([(100, 18), (124, 22), (130, 46)])
    )


def side_bend() -> str:
    """Draw bending the head to the side, from the front."""
    body, neck = torso()
    return (
        body
        + pale(front(neck))
        + front(neck, 32)
        + arrow([(108, 22), (134, 22), (146, 44)])
        + arrow([(92, 22), (66, 22), (54, 44)])
    )


def turn() -> str:
    """Draw turning the head, from the front."""
    body, neck = torso()
    return (
        body
        + front(neck, 0, 0.8)
        + arrow([(106, 24), (132, 20), (142, 46)])
        + arrow([(94, 24), (68, 20), (58, 46)])
    )


def isometric() -> str:
    """Draw pressing the head against a hand."""
    _, neck = sitting()
    hand = line((78, 66), (112, 76), (104, 34)) + line((104, 34), (99, 26))
    return (
        chair()
        + line(neck, (78, 111), (116, 111), (116, 148), (126, 148))
        + hand
        + profile(neck, 0)
        + arrow([(136, 30), (116, 30)])
        + arrow([(40, 30), (58, 30)])
    )


def chin_tuck() -> str:
    """Draw the chin going straight back."""
    body, neck = sitting()
    return (
        chair()
        + body
        + pale(profile(neck, 0, 0, (12, 0)))
        + profile(neck, 0, 6)
        + arrow([(132, 34), (106, 34)])
    )


def stretch(look: float) -> str:
    """Draw a stretch of the neck to the side; `look`: how far the face is turned, -1 to 1."""
    body, neck = shoulders()
    arm = line((132, 82), (156, 50), (124, 26))
    other = line((68, 82), (56, 116), (66, 146))
    return (
        body
        + pale(front(neck))
        + front(neck, 30, look)
        + arm
        + other
        + arrow([(84, 20), (104, 10), (128, 16)])
    )


def shoulder_blades() -> str:
    """Draw the shoulder blades going back and down."""
    blades = line((80, 92), (94, 96), (86, 118), (80, 92)) + line(
        (120, 92), (106, 96), (114, 118), (120, 92)
    )
    head = '<ellipse cx="100" cy="51" rx="13" ry="16"/>' + line((100, 78), (100, 67))
    body, _ = torso()
    return body + head + blades + arrow([(52, 98), (72, 104)]) + arrow([(148, 98), (128, 104)])


def raise_arms() -> str:
    """Draw raising the arms to the sides."""
    body, neck = shoulders()
    arms = line((68, 82), (40, 84), (14, 82)) + line((132, 82), (160, 84), (186, 82))
    down = pale(line((68, 82), (58, 114), (56, 142))) + pale(
        line((132, 82), (142, 114), (144, 142))
    )
    band = '<g opacity="0.55">' + line((14, 82), (92, 154), (108, 154), (186, 82)) + "</g>"
    return (
        body
        + front(neck)
        + down
        + arms
        + band
        + arrow([(30, 132), (16, 116), (16, 96)])
        + arrow([(170, 132), (184, 116), (184, 96)])
    )


def strap() -> str:
    """Draw looking aside with a strap around the neck."""
    body, neck = shoulders()
    band = line((88, 72), (112, 72)) + line((112, 72), (150, 48)) + line((88, 72), (64, 122))
    arms = line((132, 82), (158, 88), (150, 48)) + line((68, 82), (50, 112), (64, 122))
    return body + front(neck, 0, 0.8) + band + arms + arrow([(104, 30), (132, 24), (142, 34)])


def sit_tall() -> str:
    """Draw sitting tall on a chair."""
    body, neck = sitting()
    slumped, low = sitting(24)
    return (
        chair()
        + pale(slumped + profile(low, 20, -10))
        + body
        + profile(neck, 0)
        + arrow([(126, 66), (122, 40), (108, 28)])
    )


def band_hold() -> str:
    """Draw leaning from the hips against a band around the head."""
    body, neck = sitting()
    wall = '<g opacity="0.55">' + line((190, 10), (190, 150)) + "</g>"
    band = line((66, 36), (96, 30)) + line((94, 30), (190, 30), extra='stroke-dasharray="10 5"')
    return chair() + body + profile(neck, 0) + band + wall + arrow([(52, 30), (34, 30)])


DRAWINGS = {
    "nod": nod,
    "head-lift": head_lift,
    "flexion": flexion,
    "side-bend": side_bend,
    "turn": turn,
    "isometric": isometric,
    "chin-tuck": chin_tuck,
    "trapezius-stretch": lambda: stretch(0),
    "levator-stretch": lambda: stretch(0.8),
    "shoulder-blades": shoulder_blades,
    "arm-raise": raise_arms,
    "strap-turn": strap,
    "sit-tall": sit_tall,
    "band-hold": band_hold,
}


def svg(name: str, description: str, shapes: str) -> str:
    """One whole file."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        'fill="none" stroke="currentColor" stroke-width="3" stroke-linecap="round" stroke-linejoin="round">'
        f"<title>{escape(name)}</title><desc>{escape(description)}</desc>"
        "<style>.way{stroke-width:2.4;color:var(--accent,#0b6e6e);stroke:currentColor}"
        ".dot{fill:currentColor;stroke:none}</style>"
        f"{shapes}</svg>\n"
    )


def main() -> None:
    """Write every drawing of the library."""
    library = tomllib.loads((PLAN / "library.toml").read_text(encoding="utf-8"))
    for key, draw in DRAWINGS.items():
        entry = library[key]
        text = svg(entry["name"], entry["picture"], draw())
        (PLAN / "drawings" / f"{key}.svg").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
