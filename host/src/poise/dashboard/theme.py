"""The look: colours for light and dark, one scale of type, one of space. Each value is defined once.

Contrast of text is at least 4.5 to 1 on every surface beneath it, that of controls' edges 3 to 1. Neighbours among
the angle classes differ by at least 1.45 to 1 in luminance, so that nobody needs to tell hues. A test computes all
from these tables, and axe checks the pages.
"""

from importlib.resources import files

# Name -> colour. `on_x` is text on x; `line` a quiet edge, `edge` that of a control; `c1` to `c6` the angle classes.
LIGHT = {
    "ground": "#f4f6f4",
    "surface": "#ffffff",
    "sunken": "#eaeeeb",
    "text": "#15201d",
    "muted": "#4a5753",
    "line": "#d5dcd8",
    "edge": "#73817c",
    "accent": "#0b6459",
    "on_accent": "#ffffff",
    "accent_soft": "#d9ece8",
    "on_accent_soft": "#07423b",
    "warm": "#8a4408",
    "warm_soft": "#fcefdf",
    "on_warm_soft": "#5c2c03",
    "alarm": "#a32a1c",
    "on_alarm": "#ffffff",
    "focus": "#1257c4",
    "c1": "#bfe8df",
    "c2": "#78c1b7",
    "c3": "#379a9a",
    "c4": "#0e6f81",
    "c5": "#1f426d",
    "c6": "#1c0e40",
}
DARK = {
    "ground": "#0f1514",
    "surface": "#18201e",
    "sunken": "#222c29",
    "text": "#e8eeeb",
    "muted": "#a9b7b2",
    "line": "#2f3b37",
    "edge": "#7d8c86",
    "accent": "#67cdbd",
    "on_accent": "#06231f",
    "accent_soft": "#173832",
    "on_accent_soft": "#b5ebe1",
    "warm": "#f0b06c",
    "warm_soft": "#38260f",
    "on_warm_soft": "#fbdcb5",
    "alarm": "#f39a8d",
    "on_alarm": "#35080a",
    "focus": "#8fb8ff",
    "c1": "#3a3956",
    "c2": "#435b82",
    "c3": "#3b859b",
    "c4": "#58b0aa",
    "c5": "#8bd9c9",
    "c6": "#e6fae9",
}
# The clinic's pages have an accent of their own, so that nobody takes them for the patient's.
CLINIC_LIGHT = {
    "accent": "#3f4fa0",
    "on_accent": "#ffffff",
    "accent_soft": "#e3e6f6",
    "on_accent_soft": "#27336f",
}
CLINIC_DARK = {
    "accent": "#a9b6f5",
    "on_accent": "#121a42",
    "accent_soft": "#252d52",
    "on_accent_soft": "#d6dcfb",
}
# Pairs (text, surface) that occur.
TEXT_ON = (
    ("text", "ground"),
    ("text", "surface"),
    ("text", "sunken"),
    ("muted", "ground"),
    ("muted", "surface"),
    ("muted", "sunken"),
    ("accent", "ground"),
    ("accent", "surface"),
    ("on_accent", "accent"),
    ("on_accent_soft", "accent_soft"),
    ("warm", "surface"),
    ("on_warm_soft", "warm_soft"),
    ("alarm", "surface"),
    ("on_alarm", "alarm"),
)
EDGE_ON = (("edge", "surface"), ("edge", "ground"), ("focus", "surface"), ("focus", "ground"))
CLASSES = tuple(f"c{n}" for n in range(1, 7))
# rem: small, body, lead, heading, title, figure, display.
TYPE = (0.875, 1.0, 1.125, 1.25, 1.75, 2.25, 4.0)
# px
SPACE = (4, 8, 12, 16, 24, 32, 48)


def contrast(a: str, b: str) -> float:
    """Return WCAG 2's contrast of two colours (#rrggbb), 1 to 21."""
    low, high = sorted((_luminance(a), _luminance(b)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def stylesheet() -> str:
    """Return the whole style sheet: the variables, then assets/poise.css, which has no colour or size of its own."""
    scales = "".join(f"--t{n}:{size}rem;" for n, size in enumerate(TYPE))
    scales += "".join(f"--s{n}:{size}px;" for n, size in enumerate(SPACE, 1))
    rules = files("poise.dashboard").joinpath("assets", "poise.css").read_text(encoding="utf-8")
    looks = _looks("", LIGHT, DARK) + _looks("[data-desk=clinic]", CLINIC_LIGHT, CLINIC_DARK)
    return f":root{{{scales}}}\n{looks}{rules}"


def _looks(where: str, light: dict[str, str], dark: dict[str, str]) -> str:
    """Return the variables for light and dark, by the system's wish and by the reader's choice."""
    light_rule = f"{{{_variables(light)}color-scheme:light}}"
    dark_rule = f"{{{_variables(dark)}color-scheme:dark}}"
    return (
        f":root{where}{light_rule}\n@media (prefers-color-scheme:dark){{:root{where}{dark_rule}}}\n"
        f":root[data-theme=light]{where}{light_rule}\n:root[data-theme=dark]{where}{dark_rule}\n"
    )


def _variables(colours: dict[str, str]) -> str:
    return "".join(f"--{name.replace('_', '-')}:{value};" for name, value in colours.items())
