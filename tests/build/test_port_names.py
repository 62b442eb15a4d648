"""`make lint`'s check of the names that the firmware takes from the port, on stubs made here."""

from pathlib import Path

import pytest

from tools.check_port_names import MODULES, Names, faults, firmware, load

OLD = "class Pin:\n    IN: int\n    def __init__(self, id, mode=-1, *, pull=-1): ...\n    def value(self): ...\n"
NEW = OLD + "    def toggle(self): ...\ndef lightsleep(): ...\n"


@pytest.fixture
def stubs(tmp_path: Path) -> dict[str, dict[str, Names]]:
    """Two versions; the newer has Pin.toggle and lightsleep."""
    for name, machine in (("old", OLD), ("new", NEW)):
        (tmp_path / name).mkdir()
        for module in MODULES:
            (tmp_path / name / f"{module}.pyi").write_text(machine if module == "machine" else "")
    return load([tmp_path / "old", tmp_path / "new"])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("import machine\nmachine.lightsleep()", ["2: machine.lightsleep is not in old"]),
        ("from machine import lightsleep", ["1: machine.lightsleep is not in old"]),
        (
            "from machine import Pin\np = Pin(1)\np.toggle()",
            ["3: machine.Pin.toggle is not in old"],
        ),
        (
            "import machine\nclass B:\n def __init__(self):\n  self.p = machine.Pin(1)\n  self.p.toggle()",
            ["5: machine.Pin.toggle is not in old"],
        ),
        (
            "import gc\ngc.freeze()",
            ["2: gc.freeze is not in old", "2: gc.freeze is not in new"],
        ),
        (
            "from machine import Pin\nPin(1, drive=3)",
            ["2: machine.Pin(drive=) is not in old", "2: machine.Pin(drive=) is not in new"],
        ),
        ("from machine import Pin\nPin(1, Pin.IN, pull=2).value()", []),
        ("from machine import Pin\nPin(1).toggle()", ["2: machine.Pin.toggle is not in old"]),
        ("import machine\nmachine.Pin(1).toggle()", ["2: machine.Pin.toggle is not in old"]),
        (
            "from machine import Pin\nPin(1).value(x=1)",
            ["2: machine.Pin.value(x=) is not in old", "2: machine.Pin.value(x=) is not in new"],
        ),
        (
            "def pin():\n from machine import Pin\n with Pin(1) as p:\n  p.toggle()",
            ["4: machine.Pin.toggle is not in old"],
        ),
        (
            "import machine\ngetattr(machine, 'lightsleep')()",
            ["2: machine.lightsleep is not in old"],
        ),
        ("import machine\nif hasattr(machine, 'lightsleep'):\n machine.lightsleep()", []),
        (
            "import machine\nif hasattr(machine, 'x'):\n machine.lightsleep()",
            ["3: machine.lightsleep is not in old"],
        ),
        ("import machine\ngetattr(machine, 'lightsleep', print)()", []),
        ("import machine\ntry:\n machine.lightsleep()\nexcept AttributeError:\n pass", []),
        (
            "import machine\ntry:\n machine.lightsleep()\nexcept OSError:\n pass",
            ["3: machine.lightsleep is not in old"],
        ),
    ],
)
def test_names_that_a_version_lacks_are_found(text: str, found: list[str], stubs):
    assert faults(text, stubs) == found


def test_the_board_is_checked_and_the_twin_is_not():
    paths = {path.as_posix() for path in firmware()}
    assert any(path.endswith("boards/board.py") for path in paths)
    assert not any("boards/twin" in path for path in paths)
