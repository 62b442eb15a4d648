"""DESIGN's arrows, read from the imports of every module. An arrow the wrong way fails here."""

import ast
from pathlib import Path

import pytest

from poise.build.bundle import BOARDS, contents

ROOT = Path(__file__).parents[1]
FIRMWARE = ROOT / "firmware"
HOST = ROOT / "host/src/poise"

SILICON = {"machine", "bluetooth", "esp32", "time", "utime", "select"}
# Room of the firmware -> the only rooms that it may import, besides itself. A module at the root is a room of its own.
FIRMWARE_ALLOWED = {
    "main": {"start"},
    "start": {"app", "board", "slots"},
    "slots": set(),
    "app": {"drivers", "link", "motion", "slots", "storage", "system", "update", "wire"},
    "update": {"slots", "system", "wire"},
    "link": {"system", "wire"},
    "motion": {"system"},
    "motion/spec": {"motion"},
    "storage": {"system", "wire"},
    "drivers": set(),
    "system": set(),
    "boards/esp32": set(),
    "boards/twin": set(),
}
# Room -> what it may import of the silicon; all others: nothing.
FIRMWARE_SILICON = {
    "main": {"bluetooth", "machine"},
    "start": {"time"},
    "app": {"bluetooth"},
    "link": {"select", "time"},
    "boards/esp32": SILICON,
    "boards/twin": SILICON,
}
NO_MODULES = {"manifest.py"}  # of the clip
# The drivers are handed their bus; these are what would build one.
BUS_BUILDERS = {"I2C", "SoftI2C", "SPI", "Pin", "ADC", "PWM"}

# Room of the host -> the only rooms that it may import, besides itself. Deeper rooms have rules of their own.
HOST_ROOMS: dict[str, set[str]] = {
    "errors": set(),
    "aio": set(),
    "text": set(),
    "files": {"errors", "language"},
    "installed": {"language"},
    "language": {"errors"},
    "timebase": set(),
    "wire": {"text"},
    "clip": {"aio", "clip.transport", "errors", "language", "text", "timebase", "wire"},
    "clip.transport": {
        "aio",
        "clip.transport.bumble",
        "errors",
        "installed",
        "language",
        "text",
        "timebase",
        "wire",
    },
    "clip.transport.bumble": {"aio"},
    "two_clips": {"aio", "clip", "errors", "insight", "language", "timebase", "wire"},
    "store": {"errors", "installed", "language", "timebase", "wire"},
    "sensing": {"language"},
    "coach": {"coach.plan", "errors", "language", "timebase"},
    "coach.plan": {"errors", "language", "sensing", "text", "wire"},
    "coach.reminders": {"coach", "coach.plan", "language", "text"},
    "coach.session": {"coach", "coach.plan", "errors", "language", "sensing"},
    "coach.diary_import": {"coach", "coach.plan", "errors", "language", "text"},
    "insight": {"coach", "coach.plan"},
    "history": {
        "coach",
        "coach.plan",
        "coach.reminders",
        "errors",
        "insight",
        "language",
        "store",
        "timebase",
    },
    "letters": {
        "coach",
        "coach.plan",
        "errors",
        "files",
        "history",
        "language",
        "store",
        "wire",
    },
    "words": {
        "coach",
        "coach.plan",
        "coach.reminders",
        "coach.session",
        "insight",
        "language",
        "text",
        "wire",
    },
    "report": {
        "coach",
        "coach.plan",
        "coach.reminders",
        "errors",
        "history",
        "insight",
        "installed",
        "language",
        "store",
        "text",
        "timebase",
        "wire",
        "words",
    },
    "export": {
        "coach.plan",
        "errors",
        "history",
        "insight",
        "installed",
        "language",
        "store",
        "timebase",
        "wire",
    },
    "notify": {"errors", "language"},
    "guide": {
        "aio",
        "clip",
        "coach",
        "coach.plan",
        "coach.session",
        "errors",
        "language",
        "store",
        "timebase",
    },
    "wear": {
        "aio",
        "clip",
        "coach.plan",
        "coach.reminders",
        "errors",
        "files",
        "history",
        "language",
        "letters",
        "notify",
        "power",
        "store",
        "timebase",
        "wire",
    },
    "wear.install": {"errors", "language"},
    "setup": {
        "clip",
        "clip.transport",
        "coach.plan",
        "errors",
        "files",
        "history",
        "language",
        "store",
        "timebase",
        "wear",
        "words",
    },
    "clinic": {"aio", "clip", "errors", "language", "letters", "store", "timebase", "wear"},
    "dashboard": {
        "aio",
        "clinic",
        "coach",
        "coach.diary_import",
        "coach.plan",
        "coach.reminders",
        "coach.session",
        "errors",
        "guide",
        "history",
        "insight",
        "language",
        "letters",
        "notify",
        "report",
        "setup",
        "store",
        "text",
        "timebase",
        "wear",
        "words",
    },
    "power": set(),
    "build": {"errors", "files", "installed", "language"},
    "flash": {"build", "errors", "installed", "language", "wire"},
    "twin": {"build", "errors", "text", "twin.chips", "twin.machine", "twin.radio", "twin.world"},
    "twin.machine": {"errors", "installed"},
    "twin.chips": {"build", "errors", "twin.machine", "wire"},
    "twin.radio": {"aio"},
    "twin.world": {"errors", "files", "twin.chips", "twin.machine"},
    "replay": {"build", "errors", "files", "installed", "twin.machine", "wire"},
    "demo": {
        "aio",
        "clip",
        "clip.transport",
        "coach.plan",
        "dashboard",
        "errors",
        "history",
        "insight",
        "notify",
        "store",
        "timebase",
        "twin",
        "twin.chips",
        "twin.machine",
        "twin.world",
        "wear",
        "wire",
    },
}
# May import every room; no room imports them.
HOST_DOORS = {"cli", "__main__"}
ENGINES = {"sqlalchemy", "alembic", "sqlite3", "psycopg", "bleak", "serial", "bumble"}


def imports_of(path: Path) -> set[str]:
    """Dotted names of everything that a module imports, relative imports made absolute within the host package."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level and HOST in path.parents:
                parts = ("poise", *path.relative_to(HOST).parts)
                base = ".".join([*parts[: len(parts) - node.level], *([base] if base else [])])
            found.add(base)
            found |= {f"{base}.{alias.name}" for alias in node.names}
    return found


def firmware_modules() -> list[Path]:
    return [p for p in sorted(FIRMWARE.rglob("*.py")) if p.name not in NO_MODULES]


def host_modules() -> list[Path]:
    return [
        p
        for p in sorted(HOST.rglob("*.py"))
        if "migrations" not in p.parts and "_firmware" not in p.parts
    ]


def label(path: Path) -> str:
    return str(path.relative_to(ROOT))


def room_of(dotted: str) -> str:
    """The deepest room that holds a module of `poise`, named from there: "coach.plan.check" is in "coach.plan"."""
    parts = dotted.split(".")
    for length in range(len(parts), 0, -1):
        room = ".".join(parts[:length])
        if room in HOST_ROOMS or room in HOST_DOORS:
            return room
    return parts[0]


def dotted(path: Path) -> str:
    """A host module's name within `poise`."""
    return ".".join(path.relative_to(HOST).with_suffix("").parts).removesuffix(".__init__")


def host_rooms_imported(path: Path) -> set[str]:
    """Rooms of the host that a module imports, its own left out."""
    names = {n.removeprefix("poise.") for n in imports_of(path) if n.startswith("poise.")}
    names = {
        n
        for n in names
        if (HOST / n.split(".")[0]).is_dir() or (HOST / f"{n.split('.')[0]}.py").is_file()
    }
    return {room_of(name) for name in names} - {room_of(dotted(path))}


def test_there_is_something_to_check():
    assert len(firmware_modules()) > 10
    assert len(host_modules()) > 30


def firmware_room(path: Path) -> str:
    """Its folder; a module at the root is a room of its own."""
    inside = path.relative_to(FIRMWARE)
    return inside.parent.as_posix() if inside.parent.name else inside.stem


def firmware_rooms_imported(path: Path) -> set[str]:
    """Rooms of the firmware that a module imports from, besides its own."""
    found = set()
    called = {
        ast.literal_eval(node.args[0])
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) == "__import__"
        and isinstance(node.args[0], ast.Constant)
    }
    for name in imports_of(path) | called:
        parts = name.split(".")
        folders = ["/".join(parts[:n]) for n in range(len(parts), 0, -1)]
        found |= {next((room for room in folders if room in FIRMWARE_ALLOWED), "")}
        found |= {parts[0]} & {"board", "wire"}
    return found - {"", firmware_room(path)}


def test_every_firmware_room_has_a_rule():
    assert {firmware_room(path) for path in firmware_modules()} == set(FIRMWARE_ALLOWED)


@pytest.mark.parametrize("path", firmware_modules(), ids=label)
def test_firmware_arrows(path: Path):
    room = firmware_room(path)
    other = firmware_rooms_imported(path) - FIRMWARE_ALLOWED[room]
    assert not other, f"{label(path)} may not import {sorted(other)}"
    tops = {name.split(".")[0] for name in imports_of(path)}
    silicon = tops & SILICON - FIRMWARE_SILICON.get(room, set())
    assert not silicon, f"{label(path)} may not import {sorted(silicon)}"


def test_no_firmware_rule_allows_what_nobody_needs():
    used: dict[str, set[str]] = {room: set() for room in FIRMWARE_ALLOWED}
    for path in firmware_modules():
        used[firmware_room(path)] |= firmware_rooms_imported(path)
    assert used == FIRMWARE_ALLOWED


def test_no_circle_between_firmware_rooms():
    left = {room: allowed & set(FIRMWARE_ALLOWED) for room, allowed in FIRMWARE_ALLOWED.items()}
    while ends := {room for room, allowed in left.items() if not allowed & set(left)}:
        left = {room: allowed for room, allowed in left.items() if room not in ends}
    assert not left, f"in a circle, or above one: {sorted(left)}"


@pytest.mark.parametrize("board", BOARDS)
def test_specifications_are_not_on_the_clip(board: str):
    assert (FIRMWARE / "motion/spec").is_dir()
    assert not [path for path in contents(board) if path.startswith("motion/spec/")]


@pytest.mark.parametrize("path", sorted((FIRMWARE / "drivers").glob("*.py")), ids=label)
def test_drivers_build_no_bus(path: Path):
    names = {node.func.id for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)
             and isinstance(node.func, ast.Name)}  # fmt: skip
    assert not names & BUS_BUILDERS


def test_only_boards_know_pins():
    for path in firmware_modules():
        if firmware_room(path).startswith("boards/"):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            called = node.func if isinstance(node, ast.Call) else None
            name = getattr(called, "id", getattr(called, "attr", None))
            assert name not in BUS_BUILDERS, f"{label(path)} builds a {name}"


@pytest.mark.parametrize("path", host_modules(), ids=label)
def test_host_arrows(path: Path):
    room, imported = room_of(dotted(path)), host_rooms_imported(path)
    if room in HOST_DOORS or path == HOST / "__init__.py":
        return
    assert room in HOST_ROOMS, f"{label(path)} is in a room without a rule: add it to HOST_ROOMS"
    over = imported - HOST_ROOMS[room]
    assert not over, f"{label(path)} may not import {sorted(over)}"


@pytest.mark.parametrize("room", HOST_ROOMS)
def test_every_grant_is_used(room: str):
    inside = [path for path in host_modules() if room_of(dotted(path)) == room]
    assert inside, f"there is no room {room}"
    unused = HOST_ROOMS[room] - set().union(*map(host_rooms_imported, inside))
    assert not unused, f"{room} does not need {sorted(unused)}"


def circles(arrows: dict[str, set[str]]) -> list[str]:
    """Names from which the arrows lead back to themselves."""

    def reached(name: str) -> set[str]:
        found: set[str] = set()
        ahead = list(arrows.get(name, ()))
        while ahead:
            one = ahead.pop()
            if one not in found:
                found.add(one)
                ahead += arrows.get(one, ())
        return found

    return sorted(name for name in arrows if name in reached(name))


def test_host_rooms_have_no_circles():
    assert circles(HOST_ROOMS) == []
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == ["b", "c"]  # it would be found


def test_host_modules_have_no_circles():
    """Of modules too, imports within functions included."""
    names = {dotted(path): path for path in host_modules()}
    arrows = {
        name: {n.removeprefix("poise.") for n in imports_of(path)} & names.keys() - {name}
        for name, path in names.items()
        if path.name != "__init__.py"
    }
    assert circles(arrows) == []


@pytest.mark.parametrize("room", ["coach", "insight"])
def test_coach_and_insight_touch_no_engine(room: str):
    for path in sorted((HOST / room).rglob("*.py")):
        tops = {name.split(".")[0] for name in imports_of(path)}
        assert not tops & ENGINES, f"{label(path)} imports {sorted(tops & ENGINES)}"


def test_wire_imports_nothing_of_either_side():
    on_the_clip = [
        HOST / "wire" / f"{name}.py" for name in ("table", "codec", "framing", "uuids", "errors")
    ]
    for path in on_the_clip:
        outside = {n.split(".")[0] for n in imports_of(path) if not n.startswith("poise.wire")}
        assert outside <= {"struct", "hashlib", "binascii"}, label(path)


@pytest.mark.parametrize("path", host_modules(), ids=label)
def test_only_the_cli_prints_or_exits(path: Path):
    if room_of(dotted(path)) in HOST_DOORS or path.name == "__main__.py":
        return
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in {"print", "exit", "quit"}, (
                f"{label(path)} line {node.lineno}"
            )


def test_main_is_short():
    assert len((FIRMWARE / "main.py").read_text().splitlines()) <= 40


def test_no_test_imports_from_another_tests_file():
    """Helpers stand in tests/support."""
    found = [
        f"{label(path)}: {name}"
        for path in sorted((ROOT / "tests").rglob("*.py"))
        for name in imports_of(path)
        if any(part.startswith("test_") for part in name.split("."))
    ]
    assert found == []
