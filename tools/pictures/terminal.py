"""Picture of `poise demo` in a terminal, from a run of it: each line comes once, in the rhythm of then, but faster.

Who asked the system for less motion, and a viewer that knows no animation, see all lines at once.
"""

import asyncio
import contextlib
import os
import pty
import re
import subprocess
import sys
import time
from html import escape

from poise.dashboard.theme import DARK

from .album import OUT, ROOT

COMMAND = ("demo", "--headless")
COLUMNS = 84
FASTER = 4.0
LONGEST_S = 0.7  # a longer wait between two lines is cut to this
FONT_PX = 14
LINE_PX = 21
EDGE_PX = 20
_CHARACTER_PX = FONT_PX * 0.602  # of the usual fixed-width fonts
_STYLE = re.compile(r"\x1b\[([\d;]*)m")
_BOLD = "1"

Line = tuple[float, str]


async def take() -> None:
    """Run the demo and draw what it printed."""
    lines = await asyncio.to_thread(_run)
    (OUT / "demo.svg").write_text(drawing(lines), encoding="utf-8")


def _run() -> list[Line]:
    """Return (seconds since the start, line) of each line. Raises SystemExit where the demo fails."""
    ours, theirs = pty.openpty()  # a pipe would get no styles
    begun = time.monotonic()
    lines: list[Line] = []
    with subprocess.Popen(
        [sys.executable, "-m", "poise", *COMMAND],
        cwd=ROOT, stdin=theirs, stdout=theirs, stderr=theirs,
        env={**os.environ, "COLUMNS": str(COLUMNS), "TERM": "xterm", "POISE_LANG": "en"},
    ) as process:  # fmt: skip
        os.close(theirs)
        # Linux ends a terminal with EIO.
        with (
            os.fdopen(ours, encoding="utf-8", errors="replace") as screen,
            contextlib.suppress(OSError),
        ):
            lines.extend((time.monotonic() - begun, line.rstrip()) for line in screen)
    if process.returncode:
        raise SystemExit("the demo fails, so its picture is not new")
    return lines


def drawing(lines: list[Line]) -> str:
    """Return the SVG of a terminal in which these lines come."""
    shown = [(0.0, f"$ poise {' '.join(COMMAND)}"), *lines]
    width = round(COLUMNS * _CHARACTER_PX + 2 * EDGE_PX)
    height = len(shown) * LINE_PX + 2 * EDGE_PX
    rows, before_s, after_s = "", 0.0, 0.0
    for place, (at_s, text) in enumerate(shown):
        after_s += min((at_s - before_s) / FASTER, LONGEST_S)
        before_s = at_s
        rows += _row(place, after_s, text)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
        f' role="img" font-size="{FONT_PX}" fill="{DARK["text"]}"'
        " font-family=\"ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace\">\n"
        "<title>What poise demo prints: scenes of a virtual wearer's day, then the comparison of all logs</title>\n"
        "<style>text { white-space: pre } @media (prefers-reduced-motion: no-preference) {"
        " text { animation: come 0.2s backwards } @keyframes come { from { opacity: 0 } } }</style>\n"
        f'<rect width="{width}" height="{height}" rx="10" fill="{DARK["surface"]}"/>\n{rows}</svg>\n'
    )


def _row(place: int, after_s: float, text: str) -> str:
    y = EDGE_PX + place * LINE_PX + FONT_PX
    return f'<text x="{EDGE_PX}" y="{y}" style="animation-delay:{after_s:.1f}s">{_spans(text)}</text>\n'


def _spans(text: str) -> str:
    """Return the line with what the terminal shows bold as bold; other styles are left out."""
    made, at, bold = [], 0, False
    for style in _STYLE.finditer(text):
        made.append(_span(text[at : style.start()], bold))
        bold = _BOLD in style[1].split(";")
        at = style.end()
    return "".join([*made, _span(text[at:], bold)])


def _span(text: str, bold: bool) -> str:
    if not text:
        return ""
    return f'<tspan font-weight="700">{escape(text)}</tspan>' if bold else escape(text)
