"""Where the pictures are kept, and what each of them shows: tools and the page of all pictures take it from here."""

from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).parents[2]
OUT = ROOT / "docs/screenshots"
PAGE = OUT / "README.md"
SCHEMES = ("light", "dark")
SIZES = {"wide": (1280, 900), "phone": (390, 844)}
LOOKS = tuple(f"{scheme}-{size}" for size in SIZES for scheme in SCHEMES)


@dataclass(frozen=True)
class Subject:
    """One thing that is shown. `looks` are the ends of its pictures' names; a single picture has the look ""."""

    name: str
    title: str
    looks: tuple[str, ...] = LOOKS
    suffix: str = ".png"

    def files(self) -> list[str]:
        """Return the names of its pictures."""
        return [
            f"{self.name}-{look}{self.suffix}" if look else self.name + self.suffix
            for look in self.looks
        ]


@dataclass(frozen=True)
class Chapter:
    """Pictures that are made in one go."""

    title: str
    made_by: str  # the name for `python -m tools.pictures`
    subjects: tuple[Subject, ...] = field(default_factory=tuple)


def _single(name: str, title: str, suffix: str = ".png") -> Subject:
    return Subject(name, title, ("",), suffix)


CHAPTERS = (
    Chapter("The demo in a terminal", "demo", (_single("demo", "`poise demo`", ".svg"),)),
    Chapter(
        "The first run",
        "first-run",
        (
            _single("first-run-1-find", "Find the clip, and let this computer in"),
            _single("first-run-3-start-position", "Take the start position"),
            _single("first-run-4-plan", "Bring in the plan"),
            _single("first-run-5-reminders", "Reminders on this computer"),
            _single("first-run-6-buzz", "Try a buzz"),
            _single("first-run-7-all-set", "All is done"),
            _single("first-run-8-today", "Today, for the first time"),
        ),
    ),
    Chapter(
        "The patient's pages",
        "dashboard",
        (
            Subject("today", "Today"),
            Subject("exercise", "Exercise"),
            Subject("diary", "Diary"),
            Subject("trends", "Trends"),
            Subject("plan", "Plan"),
            Subject("clip", "Clip"),
            Subject("help", "Help and safety"),
        ),
    ),
    Chapter(
        "The clinic's pages",
        "clinic",
        (
            Subject("clinic-list", "Patients"),
            Subject("clinic-visit", "A visit"),
            Subject("editor", "The plan's editor"),
            _single("editor-library", "The library"),
            _single("editor-sign", "Check and sign"),
            _single("editor-copy", "The patient's copy of the plan"),
        ),
    ),
    Chapter(
        "The report",
        "report",
        (_single("report", "In English"), _single("report-de", "In German")),
    ),
)


def shrink(path: Path) -> None:
    """Few colours: a quarter of the size, and nobody sees it. Raises SystemExit for a picture of nothing."""
    with Image.open(path) as picture:
        small = picture.convert("RGB").quantize(96, dither=Image.Dither.NONE)
    if is_blank(small):
        raise SystemExit(f"{path.name} shows nothing: the page was not drawn yet")
    small.save(path, optimize=True)


def is_blank(picture: Image.Image) -> bool:
    """Return whether all of the picture has one colour."""
    return len(picture.convert("RGB").getcolors(1) or ()) == 1


def page() -> str:
    """Return docs/screenshots/README.md: all pictures, by chapter."""
    lines = [
        "# Pictures",
        "",
        "Everybody who wants to see Poise before trying it finds every page here. The people and days are made up.",
        "",
        "`make pictures` makes them anew.",
    ]
    for chapter in CHAPTERS:
        lines += ["", f"## {chapter.title}"]
        for subject in chapter.subjects:
            lines += ["", f"### {subject.title}", ""]
            lines += (
                _table(subject)
                if len(subject.looks) > 1
                else [f"![{subject.title}]({subject.files()[0]})"]
            )
    return "\n".join(lines) + "\n"


def _table(subject: Subject) -> list[str]:
    rows = ["| light | dark |", "|---|---|"]
    for size in SIZES:
        cells = (
            f"![{subject.title}, {scheme}, {size}]({subject.name}-{scheme}-{size}.png)"
            for scheme in SCHEMES
        )
        rows.append(f"| {' | '.join(cells)} |")
    return rows
