"""docs/developers/security.md names tests that exist; ble.md says of each characteristic who may."""

import ast
import re
import sys
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from poise.wire import uuids
from tests.support import firmware_path  # noqa: F401 (puts the firmware on the path)

ROOT = Path(__file__).parents[2]
DOC = (ROOT / "docs/developers/security.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`((?:\w+/)+test_\w+\.py)(?:::(\w+))?`", DOC)))
UPDATES = {"firmware/update/test_update.py"}  # comes with the rest of the signed updates
FLAGS = SimpleNamespace(FLAG_READ=0x02, FLAG_WRITE=0x08, FLAG_NOTIFY=0x10, FLAG_INDICATE=0x20)
READ_ENCRYPTED, WRITE_ENCRYPTED = 0x0200, 0x1000  # MicroPython's documentation of `bluetooth`


@cache
def named_in(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    names = {node.name for node in ast.walk(tree) if isinstance(node, functions)}
    return {name for name in names if name.startswith("test_")}


@pytest.mark.parametrize(("file", "test"), NAMED)
def test_a_named_test_exists(file: str, test: str) -> None:
    there = named_in(ROOT / "tests" / file)
    assert (test in there) if test else there


def test_each_boundary_has_its_table_and_each_threat_its_line() -> None:
    parts = re.split(r"^## ", DOC, flags=re.M)
    boundaries = [part for part in parts if re.match(r"[1-5] ", part)]
    assert len(boundaries) == 5
    letters = ""
    for part in boundaries:
        lines = [line for line in part.splitlines() if re.match(r"\| [A-Z] ", line)]
        assert len(lines) > 3
        for line in lines:
            letter, threat, stops, shown, remains = map(str.strip, line.split("|")[1:-1])
            letters += letter
            assert threat and stops
            # What no test shows is told as what remains.
            assert shown or remains, line
    assert set(letters) == set("STRIDE")
    assert len(NAMED) > 40


# --- who may


def documented() -> dict[str, tuple[set[str], str]]:
    """UUID as in the table -> (properties, who may)."""
    text = (ROOT / "docs/developers/ble.md").read_text(encoding="utf-8")
    table = text[text.index("| service |") : text.index("The 128-bit UUIDs")]
    rows = [
        [cell.strip() for cell in line.split("|")[1:-1]] for line in table.splitlines()[2:] if line
    ]
    return {row[2].strip("`…"): (set(row[3].split(", ")), row[4]) for row in rows}


class Registered(Exception):
    """The services that the firmware wants."""


class Radio:
    def gatts_register_services(self, services: Any) -> None:
        raise Registered(services)


def registered(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """UUID as in the table -> flags, from the firmware's own code."""
    micropython = SimpleNamespace(const=lambda value: value)
    monkeypatch.setitem(sys.modules, "micropython", micropython)
    from link import gatt

    bluetooth = SimpleNamespace(UUID=lambda uuid: uuid, **vars(FLAGS))
    with pytest.raises(Registered) as caught:
        gatt.register(Radio(), bluetooth)
    (services,) = caught.value.args
    return {
        named(uuid): flags for _, characteristics in services for uuid, flags in characteristics
    }


def named(uuid: int | str) -> str:
    return f"0x{uuid:04X}" if isinstance(uuid, int) else uuid.partition("-")[0] + "-"


def properties(flags: int) -> set[str]:
    words = {"read": FLAGS.FLAG_READ, "write": FLAGS.FLAG_WRITE, "notify": FLAGS.FLAG_NOTIFY}
    return {name for name, bit in {**words, "indicate": FLAGS.FLAG_INDICATE}.items() if flags & bit}


def who_may(flags: int) -> str:
    """From the flags: what is only notified has none that could demand a paired host."""
    open_to_read = flags & FLAGS.FLAG_READ and not flags & READ_ENCRYPTED
    open_to_write = flags & FLAGS.FLAG_WRITE and not flags & WRITE_ENCRYPTED
    if open_to_read or open_to_write:
        return "anybody"
    return "paired" if flags & (READ_ENCRYPTED | WRITE_ENCRYPTED) else "paired, on request"


def test_the_gatt_table_says_who_may(monkeypatch: pytest.MonkeyPatch) -> None:
    flags = registered(monkeypatch)
    assert documented() == {uuid: (properties(f), who_may(f)) for uuid, f in flags.items()}


def test_a_stranger_may_read_the_battery_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    flags = registered(monkeypatch)
    assert [uuid for uuid, f in flags.items() if who_may(f) == "anybody"] == [
        named(uuids.BATTERY_LEVEL)
    ]


def test_the_outdated_is_gone() -> None:
    text = (ROOT / "docs/developers/ble.md").read_text(encoding="utf-8")
    assert "require_encryption" not in text
    assert "not built yet" not in (ROOT / "docs/patients/privacy.md").read_text(encoding="utf-8")
