"""Picture of the simulated year of reminders, docs/patients/reminder-year.svg."""

import calendar
import datetime as dt

from poise.coach.plan.moments import local
from tests.support.reminder_year import FIRST, PLAN, Life, Shown, Year

from .album import ROOT

OUT = ROOT / "docs/patients/reminder-year.svg"
CELL_W, CELL_H, LEFT, TOP = 29, 40, 44, 88
SHADES = {
    "ill": "#f6d9d5",
    "away": "#dbe7f5",
    "off": "#e3e3e3",
    "lapse": "#fbeecb",
    "hold": "#e9d8f0",
}
NAMES = {
    "ill": "ill",
    "away": "away",
    "off": "computer off",
    "lapse": "lapse",
    "hold": "stopped, until the therapist ended it",
}
TEAL, INK, PALE = "#0b6e6e", "#333333", "#9a9a9a"


def mark(row: Shown, x: float, y: float) -> str:
    """One reminder: filled done, ring without an answer, cross skipped, bar put off, small grey silent."""
    if row.silent:
        return f'<circle cx="{x}" cy="{y}" r="1.6" fill="{PALE}"/>'
    if row.answer == "done":
        return f'<circle cx="{x}" cy="{y}" r="2.7" fill="{TEAL}"/>'
    if row.answer == "skipped":
        return f'<path d="M{x - 2.2},{y - 2.2} l4.4,4.4 m0,-4.4 l-4.4,4.4" stroke="{INK}"/>'
    if row.answer == "snoozed":
        return f'<path d="M{x - 2.6},{y} h5.2" stroke="{TEAL}" stroke-width="2"/>'
    return f'<circle cx="{x}" cy="{y}" r="2.3" fill="none" stroke="{INK}"/>'


def day(year: Year, date: dt.date, shown: list[Shown]) -> str:
    """A day's cell: its shade, its prescribed reminders, how many were to be shown (bar), what was done (number)."""
    x, y = LEFT + (date.day - 1) * CELL_W, TOP + (date.month - 1) * CELL_H
    shade = SHADES.get(year.kind(date), "#ffffff" if date.weekday() < 5 else "#f7f7f5")
    told = year.tallies[(date - year.first).days]
    out = [
        f'<rect x="{x}" y="{y}" width="{CELL_W - 2}" height="{CELL_H - 3}" rx="3" fill="{shade}" stroke="#e2e2de"/>',
        f'<text x="{x + 3}" y="{y + 9}" class="n">{told.done} of {told.prescribed}</text>',
    ]
    for place, row in enumerate(shown[:8]):
        out.append(mark(row, x + 5 + place % 4 * 6.2, y + 17 + place // 4 * 7))
    width = (CELL_W - 8) * year.dosages[date].shown_pct / 100
    out.append(
        f'<rect x="{x + 3}" y="{y + CELL_H - 8}" width="{width:.1f}" height="2" fill="{PALE}"/>'
    )
    return "".join(out)


def legend(y: int) -> str:
    """Two lines of what the marks mean."""
    kinds = (
        ("done", Shown("", 0, 0, "clock", False, "done")),
        ("put off", Shown("", 0, 0, "clock", False, "snoozed")),
        ("skipped", Shown("", 0, 0, "clock", False, "skipped")),
        ("no answer", Shown("", 0, 0, "clock", False)),
        ("silent, on purpose", Shown("", 0, 0, "clock", True)),
    )
    out, x = [], LEFT
    for name, row in kinds:
        out.append(mark(row, x + 4, y - 4) + f'<text x="{x + 12}" y="{y}">{name}</text>')
        x += 32 + 7 * len(name)
    out.append(f'<rect x="{x}" y="{y - 5}" width="18" height="2" fill="{PALE}"/>')
    out.append(f'<text x="{x + 24}" y="{y}">share of the moments to be shown</text>')
    x = LEFT
    for kind, name in NAMES.items():
        out.append(
            f'<rect x="{x}" y="{y + 9}" width="12" height="12" rx="2" fill="{SHADES[kind]}"/>'
        )
        out.append(f'<text x="{x + 17}" y="{y + 19}">{name}</text>')
        x += 40 + 7 * len(name)
    return "".join(out)


def picture(year: Year) -> str:
    """The whole year."""
    width, height = LEFT + 31 * CELL_W + 12, TOP + 12 * CELL_H + 12
    by_day: dict[dt.date, list[Shown]] = {}
    for row in year.shown:
        if row.cause == "clock":
            by_day.setdefault(local(PLAN, row.fired_utc_ms).date(), []).append(row)
    body = "".join(day(year, date, by_day.get(date, [])) for date in year.dates())
    months = "".join(
        f'<text x="{LEFT - 8}" y="{TOP + (n - 1) * CELL_H + 22}" text-anchor="end">{calendar.month_abbr[n]}</text>'
        for n in range(1, 13)
    )
    months += "".join(
        f'<text x="{LEFT + (n - 0.5) * CELL_W - 1}" y="{TOP - 5}" class="n" text-anchor="middle">{n}</text>'
        for n in range(1, 32)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
        'font-family="system-ui, sans-serif" font-size="12" fill="#333">'
        "<title>A simulated year of exercise reminders</title>"
        "<style>.n{font-size:8px;fill:#666}</style>"
        f'<rect width="{width}" height="{height}" fill="#fff"/>'
        f'<text x="{LEFT}" y="24" font-size="15" font-weight="600">A simulated year of exercise reminders, {FIRST.year}'
        "</text>"
        f"{legend(44)}{months}{body}</svg>\n"
    )


async def take() -> None:
    """Live the year, and draw it."""
    OUT.write_text(picture(Life(PLAN, FIRST).live()), encoding="utf-8")
